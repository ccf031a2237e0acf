"""The words that all reports share: one line, counts, numbers, what would decide, parts."""

from golden import CLEAN, GAIN, first_verdict, on_clean
from small_summaries import row

from suite.gate.reports.wording import counts, explained, measured, needed, one_line, setting
from suite.schema import Needs

HOLDS = first_verdict(GAIN, row((1, 9)))
REFUTED = first_verdict(GAIN, row((-9, -1)))


def test_text_of_a_user_is_one_line_without_control_characters() -> None:
    assert one_line(" a\n\tb\x1b[31m\x00 ") == "a b\N{REPLACEMENT CHARACTER}[31m\N{REPLACEMENT CHARACTER}"


def test_verdicts_are_counted_in_words() -> None:
    assert counts([]) == "no verdicts"
    assert counts([REFUTED]) == "1 verdict: refuted"
    assert counts([HOLDS, REFUTED]) == "2 verdicts: 1 refuted, 1 holds"
    assert counts([HOLDS, HOLDS, REFUTED]) == "3 verdicts: 1 refuted, 2 hold"


def test_a_number_has_its_interval_where_there_is_one_and_zero_has_no_sign() -> None:
    assert measured(HOLDS) == "delta +5.0 [+1.0, +9.0]"
    assert measured(HOLDS.model_copy(update={"interval": None})) == "delta +5.0"
    zero = HOLDS.model_copy(update={"points": -0.01, "interval": (-0.04, 0.04)})
    assert measured(zero) == "delta 0.0 [0.0, 0.0]"
    assert measured(first_verdict(GAIN, row((1, 9), reward="s"))) == ""


def test_what_would_decide_is_each_number_by_itself() -> None:
    assert needed(Needs(items=1234, samples=8)) == (
        "to decide at this size: about 1,234 items or about 8 samples an item"
    )
    assert needed(Needs(seeds=5)) == "to decide at this size: about 5 seeds"
    assert needed(Needs()) == needed(None) == ""


def test_a_part_is_named_by_what_it_does_not_share_with_the_whole() -> None:
    whole = first_verdict(CLEAN, on_clean((1, 9), (-2, 0)))
    assert explained(whole)[1:] == [
        "holds, delta +5.0 [+1.0, +9.0]",
        "c: refuted, delta -1.0 [-2.0, 0.0]",
    ]


def test_step_and_protocol_are_named_as_far_as_they_are_known() -> None:
    assert setting(HOLDS) == ("step 10", "protocol none")
    assert setting(first_verdict(GAIN, row((1, 9), reward="s"))) == (None, None)
