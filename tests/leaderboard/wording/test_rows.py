"""The words of a summary's rows: findings, p, controls, baselines and doubts."""

import pytest
from board_page import Page, heatmap, html_of, told
from hand_made_summary import QWEN, micro_row, with_delta

from suite.leaderboard import render
from suite.leaderboard.links import pair_page
from suite.leaderboard.wording.rows import doubts, p_number, page_points
from suite.schema import Summary


@pytest.mark.parametrize(
    ("points", "text"), [(12.34, "+12.3"), (-0.26, "−0.3"), (-0.04, "0.0"), (0.0, "0.0"), (0.05, "+0.1")]
)
def test_signed_numbers_read(points: float, text: str) -> None:
    assert page_points(points) == text


@pytest.mark.parametrize(("count", "shown"), [(0, "–"), (3, "≥ 3")])
def test_truncation_that_nobody_states_is_no_zero(summary: Summary, count: int, shown: str) -> None:
    row = summary.scores[0]
    unstated = {
        "behaviour": row.behaviour.model_copy(update={"truncated": None}),
        "outcomes": {**row.outcomes, "truncated": count},
    }
    page = Page(html_of(summary.model_copy(update={"scores": (row.model_copy(update=unstated),)})))
    truncated = page.tables["scores"][0].index("Truncated")
    assert (page.body("scores")[0][truncated], page.body("behaviour")[0][2]) == (shown, "–")


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
    assert 'title="Benjamini-Hochberg .0024"' in html
    assert "adjusted for all 2 cells of the board" in told(html)


def test_a_row_that_the_board_does_not_adjust_says_why(tested: Summary) -> None:
    probe = with_delta(tested, 0, p_holm=None, p_bh=None)
    assert Page(html_of(probe)).column("deltas", "p")[0] == "p .0018"
    assert "not adjusted for the board, because leak probes are no part of it" in html_of(probe)


def test_the_table_gives_the_detectable_effect_and_the_delta_beyond_the_control(tested: Summary) -> None:
    page = Page(html_of(tested))
    assert page.column("deltas", "Detectable") == ["4.8", "–", "–", "–", "–"]
    control = page.column("deltas", "Control")[0]
    assert control.startswith("+8.3 [+5.2, +11.6] beyond random beats every control 2 checkpoints")
    lost = Page(html_of(with_delta(tested, 0, beats_controls=False, adjusted_interval=None))).column(
        "deltas", "Control"
    )[0]
    assert lost.startswith("+8.3 undefined beyond random does not beat every control")


def test_an_inconclusive_row_does_not_fade(tested: Summary) -> None:
    assert "‡" not in heatmap(with_delta(tested, 1, finding="inconclusive"))[1][0].delta


def test_the_words_state_the_margin_of_the_summary_and_the_test(tested: Summary) -> None:
    text = told(html_of(tested))
    assert "the whole interval is within ±2.5 points" in text
    assert "the whole interval is above zero, and the test rejects at 5%" in text
    assert "Intervals are at 95%." in text and "“items and seeds”: with several" in text


def test_equivalence_comes_with_the_margin_it_was_shown_for(tested: Summary) -> None:
    equal = with_delta(tested, 3, finding="equivalent", equivalent_within=1.24)
    assert Page(html_of(equal)).column("deltas", "Finding")[3] == "≈ equivalent within ±1.2 points"


def test_a_row_names_its_controls_says_that_it_has_none_or_that_it_is_one(audited: Summary) -> None:
    controls = Page(html_of(audited)).column("deltas", "Control")
    assert controls[0].startswith(
        f"{QWEN}-random-s0, {QWEN}-format-s0 as a reference only: published +29.1 points"
    )
    assert controls[1:3] == ["is a control"] * 2
    assert controls[3].startswith("no control as a reference only") and controls[4] == "no control"


def test_a_reference_comes_with_its_source_setting_and_step(audited: Summary) -> None:
    control = Page(html_of(audited)).column("deltas", "Control")[3]
    setting = "greedy, smoothed over 10 steps, step 300"
    assert f"arXiv 2506.10947v1, v2 and v1, abstract, Fig. 1 ({setting})" in control


def test_a_summary_that_never_looked_for_controls_calls_nothing_a_control(summary: Summary) -> None:
    assert set(Page(html_of(summary)).column("deltas", "Control")) == {"–"}
    cells = [cell for row in heatmap(summary) for cell in row if cell.said["adjusted"]]
    assert {cell.said["adjusted"] for cell in cells} == {"controls not searched for"}
    assert not any("is a control" in note for cell in cells for note in cell.notes)


def test_a_pair_that_is_not_comparable_is_no_control(audited: Summary) -> None:
    empty: dict[str, None] = dict.fromkeys(
        ("before", "after", "delta", "interval", "interval_covers", "finding", "control")
    )
    odd = with_delta(audited, 0, **{**empty, "comparable": False, "differs": ("engine",), "published": None})
    assert Page(html_of(odd)).column("deltas", "Control")[0] == "–"


def test_the_strong_baseline_comes_with_interval_base_and_choice(audited: Summary) -> None:
    strong = Page(html_of(audited)).column("deltas", "Strong baseline")
    assert strong[0] == "+1.7 [−2.1, +5.5] base 65.5% under none / qwen_math, best of 12"
    assert strong[1] == "+1.7 [−2.1, +5.5] base 65.5% under none, best of 12"
    assert strong[3:] == ["–", "–"]


def test_published_figures_stand_beside_the_score_and_off_is_a_mark_and_a_word(audited: Summary) -> None:
    page = Page(html_of(audited))
    published = dict(zip(page.column("scores", "Protocol"), page.column("scores", "Published"), strict=True))
    assert published["none"].startswith(
        "≠ off: published 72.2%, arXiv 2507.10532v3, Table 5, 100% no template; greedy"
    )
    assert published["none"].count("off:") == 1
    assert "published 65.8%, arXiv 2503.20783, Table 1, none" in published["none"]
    assert published["boxed"] == "–" and 'title="Hub revision b101308"' in html_of(audited)


def test_a_gain_says_what_speaks_against_it_and_a_firm_one_says_nothing(tested: Summary) -> None:
    firm = micro_row(
        delta=9.0, interval=(5.0, 13.0), finding="gain", p=0.001, p_holm=0.01, control=("c",),
        adjusted_delta=4.0, adjusted_interval=(1.0, 7.0), adjusted_against="random", beats_controls=True,
        reward="ground_truth",
    )  # fmt: skip
    weak = {
        "beats_controls": False,
        "adjusted_interval": (-2.0, 9.0),
        "p_holm": 0.2,
        "strong_baseline_delta": 1.0,
    }
    doubted = firm.model_copy(update={**weak, "strong_baseline_interval": (-3.0, 5.0)})
    assert doubts(firm, contaminated=False) == ()
    assert [sentence.split(":")[0] for sentence in doubts(doubted, contaminated=True)] == [
        "Not shown to exceed what a spurious reward brings",
        "This family's training corpus contains the items",
        "Not shown against the base's best prompt",
        "Not significant on the whole board",
    ]
    files = dict(render(tested.model_copy(update={"deltas": (doubted,)})))
    page = told(files[pair_page(doubted)].decode())
    assert "+4.0 [−2.0, +9.0] beyond random" in page
    control = firm.model_copy(
        update={"spurious": True, "control": None, "adjusted_delta": None, "beats_controls": None}
    )
    assert doubts(control, contaminated=False)[0].endswith("this is a control, not a method.")
