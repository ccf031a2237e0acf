"""The text for a terminal, and one claim in full."""

import pytest
from golden import BEATS, CLEAN, GAIN, against, on_clean
from small_summaries import policy, row, summary

from suite.errors import SuiteError
from suite.gate import claim_named, explain, judge, report_text
from suite.schema import DeltaReference


def test_columns_are_aligned_and_a_verdict_that_does_not_hold_has_its_reason_below() -> None:
    given = summary(row((1, 9)), row((-9, -1), family="b", base="long-base"), families={"a": "", "b": ""})
    lines = report_text(judge(given, policy('{reward: "*", task: t, expect: gain}'))).splitlines()
    assert lines[3:5] == [
        "  holds    a  r  t  delta +5.0 [+1.0, +9.0]",
        "  refuted  b  r  t  delta -5.0 [-9.0, -1.0]",
    ]
    assert lines[5].startswith("      delta -5.0 points, interval -9.0 to -1.0: none of it is above 0")
    assert lines[-1] == "2 verdicts: 1 refuted, 1 holds; exit code 1"


def test_rows_of_the_same_names_are_told_apart_and_unverified_arms_are_marked() -> None:
    given = summary(row((1, 9)), row((2, 9), step=20, arms="unverified"), families={"a": ""})
    text = report_text(judge(given, policy(GAIN)))
    assert "[+1.0, +9.0]  a-rl, step 10, protocol none, 50 items x 1\n" in text
    assert "[+2.0, +9.0]  a-rl, step 20, protocol none, 50 items x 1  † arms unverified\n" in text


def test_parts_stand_below_their_whole() -> None:
    lines = report_text(judge(on_clean((1, 9), (-2, 0)), policy(CLEAN))).splitlines()
    assert lines[3:6] == [
        "  refuted  a  r  t",
        "      holds    a  r  t  delta +5.0 [+1.0, +9.0]",
        "      refuted  a  r  c  delta -1.0 [-2.0, 0.0]",
    ]


def test_an_explained_claim_has_its_scope_its_rule_and_the_row_behind_each_verdict() -> None:
    printed = DeltaReference(delta=-0.04, source="a paper", setting="greedy", step=None)
    given = summary(
        against(
            ("random", 1, 5), after=0.55, p=0.01, p_holm=0.02, mde=4.0, finding="gain", published=(printed,)
        ),
        families={"a": ""},
    )
    loaded = policy(BEATS.replace("beats", "spurious: false, step: 10, beats"))
    text = explain(judge(given, loaded), loaded.claims[0], given)
    assert text.splitlines()[:3] == [
        "claim 1 of policy p: gain of more than 0 points beyond control random",
        "about: family a, reward r, task t, step 10, no controls",
        "rule: as a gain, of the delta minus that of a matched control (same base, recipe, step, protocol),"
        " paired by item",
    ]
    assert [line.strip() for line in text.splitlines()[5:]] == [
        "before 50.0%, after 55.0%; 50 items x 1, training seeds 0",
        "p 0.01, p (Holm) 0.02",
        "finding: gain; these items show 4.0 points with 80% chance",
        "controls: a-random",
        "published: 0.0 (a paper; greedy)",
    ]


def test_a_claim_is_named_by_its_id_or_its_number() -> None:
    loaded = policy("{id: sure, reward: r, task: t, expect: gain}", GAIN)
    assert claim_named(loaded, "sure").id == "sure"
    assert claim_named(loaded, "2").id == "2"
    with pytest.raises(SuiteError, match=r"no claim 'sur'. Known: sure, 2. Did you mean 'sure'"):
        claim_named(loaded, "sur")
