"""The tests of a delta, its sources and its contrasts, as the page and the CSV tell them."""

import csv
import io
import re
from html import unescape

import pytest
from board_page import Page, heatmap, html_of

from suite.leaderboard.board.deltas_csv import COLUMNS, deltas_csv
from suite.leaderboard.wording.rows import p_number
from suite.schema import DeltaRow, Summary

HOSTILE = "</script><img src=x onerror=alert(1)>{{ 7*7 }}"
NEW = (
    "p", "p_holm", "p_bh", "mde", "equivalent_within", "adjusted_delta", "adjusted_low", "adjusted_high", "adjusted_against",
    "beats_controls",
)  # fmt: skip


def words(html: str) -> str:
    """The text of a page, white space made single."""
    return unescape(" ".join(re.sub("<[^>]+>", "", html.split("<script type")[0]).split()))


def with_delta(summary: Summary, place: int, **update: object) -> Summary:
    rows = list(summary.deltas)
    rows[place] = rows[place].model_copy(update=update)
    return summary.model_copy(update={"deltas": tuple(rows)})


@pytest.mark.parametrize(
    ("p", "text"),
    [
        (0.0018, ".0018"),
        (0.03, ".030"),
        (0.27, ".27"),
        (1.0, "1.0"),
        (0.99996, "1.0"),
        (0.00002, "< .0001"),
        (0.0, "< .0001"),
    ],
)
def test_p_has_two_digits(p: float, text: str) -> None:
    assert p_number(p) == text


def test_p_just_above_the_threshold_does_not_read_as_the_threshold() -> None:
    assert p_number(0.0501) == ".0501" and p_number(0.0499) == ".0499"


def test_the_table_gives_p_then_holm_and_explains_both_with_the_third(tested: Summary) -> None:
    html = html_of(tested)
    assert Page(html).column("deltas", "p") == ["p .0018, Holm .030", "p .031, Holm .0501", "–", "–", "–"]
    assert 'title="Benjamini-Hochberg .0024"' in html and "adjusted for all 2 cells of the board" in words(
        html
    )


def test_a_row_that_the_board_does_not_adjust_says_why(tested: Summary) -> None:
    probe = with_delta(tested, 0, p_holm=None, p_bh=None)
    assert Page(html_of(probe)).column("deltas", "p")[0] == "p .0018"
    assert "not adjusted for the board, because leak probes are no part of it" in html_of(probe)


def test_the_table_gives_the_detectable_effect_and_the_delta_beyond_the_control(tested: Summary) -> None:
    page = Page(html_of(tested))
    assert page.column("deltas", "Detectable") == ["4.8", "–", "–", "–", "–"]
    told = page.column("deltas", "Control")[0]
    assert told.startswith("+8.3 [+5.2, +11.6] beyond random beats every control 2 checkpoints")
    lost = Page(html_of(with_delta(tested, 0, beats_controls=False, adjusted_interval=None))).column(
        "deltas", "Control"
    )[0]
    assert lost.startswith("+8.3 undefined beyond random does not beat every control")


def test_a_finding_that_fades_after_holm_is_marked_and_told_and_a_firm_one_is_not(tested: Summary) -> None:
    page, firm, fading = Page(html_of(tested)), heatmap(tested)[0][0], heatmap(tested)[1][0]
    assert page.column("deltas", "Finding")[:2] == ["▲ gain", "▲ gain ‡ not after Holm"]
    assert "▲ gain ‡" in fading.delta and "‡ not after Holm over 2 cells" in fading.notes
    assert "‡" not in firm.delta and not any("‡" in note for note in firm.notes)


def test_the_mark_stands_in_the_legend_and_the_tally(tested: Summary) -> None:
    text = words(html_of(tested))
    assert "Holm's adjusted p over all 2 cells is above .05" in text
    assert "‡ 1 of them not after Holm" in text


def test_an_inconclusive_row_does_not_fade(tested: Summary) -> None:
    assert "‡" not in heatmap(with_delta(tested, 1, finding="inconclusive"))[1][0].delta


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


def test_a_cell_shows_its_detectable_effect_and_what_is_left_beyond_its_control(tested: Summary) -> None:
    cell = heatmap(tested)[0][0]
    assert cell.delta == "+29.3 [+25.8, +32.5] ▲ gain MDE 4.8"
    assert " ".join(cell.said["adjusted"].split()) == "+8.3 [+5.2, +11.6] beyond random beats every control"
    lost = heatmap(with_delta(tested, 0, beats_controls=False))[0][0]
    assert lost.said["adjusted"].endswith("does not beat every control")


def test_the_colour_of_each_value_is_its_share_of_one_scale(tested: Summary) -> None:
    assert heatmap(tested)[0][0].colours == {"delta": 0.977, "adjusted": 0.277, "strong": 0.0567}
    assert "blue at +30.0 points" in html_of(tested)


def test_the_words_state_the_margin_of_the_summary_and_the_test(tested: Summary) -> None:
    text = words(html_of(tested))
    assert "the whole interval is within ±2.5 points" in text
    assert "the whole interval is above zero, and the test rejects at 5%" in text
    assert "Intervals are at 95%." in text and "“items and seeds”: with several" in text


def test_equivalence_comes_with_the_margin_it_was_shown_for(tested: Summary) -> None:
    equal = with_delta(tested, 3, finding="equivalent", equivalent_within=1.24)
    assert Page(html_of(equal)).column("deltas", "Finding")[3] == "≈ equivalent within ±1.2 points"


def test_several_seeds_name_their_deltas_and_checkpoints(tested: Summary) -> None:
    update = {"seeds": (0, 1), "seed_deltas": (3.14, -0.5), "checkpoints": ("mine-s0", "mine-s1")}
    page = Page(html_of(with_delta(tested, 0, interval_covers="items and seeds", **update)))
    assert page.column("deltas", "Seeds")[0] == "2 deltas +3.1, −0.5"
    assert page.column("deltas", "Checkpoint")[0] == "mine-s0, mine-s1"
    assert page.column("deltas", "Interval")[0].endswith("items and seeds")


def test_sources_have_a_row_a_delta_and_a_dash_for_what_is_unknown(tested: Summary) -> None:
    rows = [[" ".join(cell.split()) for cell in row] for row in Page(html_of(tested)).body("sources")]
    assert rows[0][1:] == [
        "ground_truth", "+29.3", "+20.0", "−0.7", "+10.0", "+1.5", "+27.8", "0.0", "+25.5", "+1.1", "+2.2", "+0.5",
    ]  # fmt: skip
    assert len(rows) == len(tested.deltas) and rows[1][3:] == ["–"] * 10
    assert "Each group sums to the delta" in words(html_of(tested))


def test_the_leak_table_has_only_rows_that_were_probed(tested: Summary) -> None:
    rows = [[" ".join(cell.split()) for cell in row] for row in Page(html_of(tested)).body("leaks")]
    assert rows[0][2:] == [
        "54", "+40.5 [+30.1, +50.9]", "446", "+27.9 [+24.0, +31.8]", "+12.6 [+1.5, +23.7]", "math500_probe60",
    ]  # fmt: skip
    assert [row[2:7] for row in rows[1:]] == [["1", "−12.5 undefined", "0", "–", "–"]]


def test_contrasts_mark_the_family_whose_corpus_leaked_in_a_word(tested: Summary) -> None:
    page = Page(html_of(tested))
    assert page.column("contrasts", "Contaminated task") == ["math500 ◆ leaked", "math500 for comparison"]
    assert page.column("contrasts", "Difference") == ["+25.2 [+20.0, +30.5]", "+25.2 undefined"]
    assert page.column("contrasts", "Clean delta")[0] == "+4.1"


def test_interactions_name_both_bases(tested: Summary) -> None:
    row = [" ".join(cell.split()) for cell in Page(html_of(tested)).body("interactions")[0]]
    assert (
        row[:4] == ["ground_truth", "math500", "qwen2.5-math-7b", "llama3.1-8b"]
        and row[4] == "+25.1 [+19.5, +30.6]"
    )


def test_long_tables_are_folded_and_short_ones_open(tested: Summary) -> None:
    many = tested.model_copy(update={"interactions": tested.interactions * 13})
    assert "<summary>13 rows</summary>" in html_of(many)
    assert 'class="fold"' not in html_of(tested)


def test_every_new_table_is_labelled_and_its_headings_scoped(tested: Summary) -> None:
    html = html_of(tested)
    for name in ("sources", "leaks", "contrasts", "interactions"):
        label, table = re.findall(
            rf'<table class="{name}" aria-labelledby="([^"]+)">(.*?)</table>', html, re.DOTALL
        )[0]
        assert f'id="{label}"' in html
        assert not re.findall(r"<th(?! scope=)[\s>]", table)


def test_a_summary_without_the_new_keys_shows_dashes_and_no_empty_section(summary: Summary) -> None:
    html = html_of(summary)
    page, text = Page(html), words(html)
    assert {*page.column("deltas", "p"), *page.column("deltas", "Detectable")} == {"–"}
    assert "None" not in text and "Holm" not in text
    assert (
        not {"sources", "leaks", "contrasts", "interactions"} & page.tables.keys()
        and "Contaminated against clean" not in text
    )


def test_the_csv_ends_with_the_tests_in_full(tested: Summary) -> None:
    lines = list(csv.DictReader(io.StringIO(deltas_csv(tested))))
    assert COLUMNS[-len(NEW) :] == NEW
    assert [lines[0][name] for name in NEW] == [
        "0.0018", "0.03", "0.0024", "4.84", "32.25", "8.3", "5.2", "11.6", "random", "true",
    ]  # fmt: skip
    assert [lines[4][name] for name in NEW] == [""] * len(NEW)


def hostile_rows(rows: tuple[DeltaRow, ...]) -> tuple[DeltaRow, ...]:
    leak = rows[0].leak.model_copy(update={"probe": HOSTILE}) if rows[0].leak else None
    names = {"adjusted_against": f"={HOSTILE}", "checkpoints": (HOSTILE,), "leak": leak}
    return (rows[0].model_copy(update=names), *rows[1:])


def test_hostile_names_in_the_new_tables_stay_text(tested: Summary) -> None:
    contrast = tested.contrasts[0].model_copy(
        update=dict.fromkeys(("family", "reward", "contaminated", "clean"), HOSTILE)
    )
    interaction = tested.interactions[0].model_copy(
        update=dict.fromkeys(("reward", "base", "other_base"), HOSTILE)
    )
    hostile = tested.model_copy(
        update={
            "deltas": hostile_rows(tested.deltas),
            "contrasts": (contrast,),
            "interactions": (interaction,),
        }
    )
    clean, page = Page(html_of(tested)), Page(html_of(hostile))
    assert "img" not in page.tags and len(page.scripts) == len(clean.scripts)
    assert page.column("interactions", "Base") == [HOSTILE] == page.column("contrasts", "Clean task")
    assert (
        page.column("leaks", "Probe")[0] == HOSTILE
        and f"beyond ={HOSTILE}" in page.column("deltas", "Control")[0]
    )
    assert f"beyond ={HOSTILE}" in heatmap(hostile)[0][0].said["adjusted"]
    assert next(csv.DictReader(io.StringIO(deltas_csv(hostile))))["adjusted_against"].startswith("'=")
