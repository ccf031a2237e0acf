"""What a heatmap cell says under the pointer, line by line."""

from board_page import Page, heatmap, html_of
from hand_made_summary import with_delta

from suite.leaderboard.board.notes import notes
from suite.schema import Summary


def test_a_row_with_all_statistics_says_them_in_the_order_of_their_weight(tested: Summary) -> None:
    assert notes(tested.deltas[0], tested=2) == [
        "p .0018, Holm .030",
        "minimum detectable effect: 4.8 points",
        "equivalence: within ±32.2 points",
        "+8.3 [+5.2, +11.6] beyond random, beats every control",
        "by answer: became extractable +20.0, no longer truncated −0.7, truly changed +10.0",
        "by strategy: mix +1.5, within code +27.8, within language 0.0",
        "leak: +40.5 [+30.1, +50.9] on 54 reproduced items; +27.9 [+24.0, +31.8] on 446 others",
        "as a reference only: published +29.1 points, arXiv 2506.10947v1, v2 and v1, abstract, Fig. 1 "
        "(greedy, smoothed over 10 steps, step 300)",
    ]


def test_a_part_without_items_has_no_delta_and_a_finding_that_fades_is_marked(tested: Summary) -> None:
    lines = notes(tested.deltas[1], tested=2)
    assert lines[0] == "‡ not after Holm over 2 cells"
    assert lines[-1] == "leak: −12.5 undefined on 1 reproduced items; 0 others"


def test_arms_that_cannot_be_compared_say_in_what_they_differ(tested: Summary) -> None:
    row = tested.deltas[4].model_copy(
        update={"comparable": False, "differs": ("engine", "dtype"), "delta": None}
    )
    assert notes(row, tested=2) == ["differs in engine, dtype"]


def test_a_cell_tells_under_the_pointer_all_that_is_known_of_its_delta(tested: Summary) -> None:
    cell = heatmap(tested)[0][0]
    assert cell.notes[:4] == [
        "p .0018, Holm .030",
        "minimum detectable effect: 4.8 points",
        "equivalence: within ±32.2 points",
        "+8.3 [+5.2, +11.6] beyond random, beats every control",
    ]
    assert cell.notes[4:7] == [
        "by answer: became extractable +20.0, no longer truncated −0.7, truly changed +10.0",
        "by strategy: mix +1.5, within code +27.8, within language 0.0",
        "leak: +40.5 [+30.1, +50.9] on 54 reproduced items; +27.9 [+24.0, +31.8] on 446 others",
    ]
    assert "leak: −12.5 undefined on 1 reproduced items; 0 others" in heatmap(tested)[1][0].notes


def test_many_controls_are_counted_and_folded(audited: Summary) -> None:
    names = tuple(f"random-s{seed}" for seed in range(15))
    many = with_delta(audited, 0, control=names, published=None)
    assert Page(html_of(many)).column("deltas", "Control")[0] == f"15 checkpoints {', '.join(names)}"
    assert "<details>" in html_of(many) and heatmap(many)[0][0].notes[-1].endswith("+9 more")
