"""The gate: a golden table with one row for every way a claim can end, and every way a policy can be wrong."""

from pathlib import Path
from typing import Any, Literal

import pytest

from suite import resources
from suite.errors import SuiteError
from suite.gate import Claim, Policy, judge, load_policy, report_text
from suite.registry import load_registry
from suite.schema import DeltaRow, Provenance, Summary

FAMILIES = {"a": "A", "b": "B"}


def row(interval: tuple[float, float] | None, **changes: Any) -> DeltaRow:
    """A comparable row of family a, reward r, task t, with its delta in the middle of ``interval``."""
    fields: dict[str, Any] = {
        "family": "a", "base": "a-base", "checkpoint": "a-rl", "reward": "r", "recipe": "x", "step": 10, "seeds": (0,),
        "task": "t", "protocol": "none", "k": 1, "n_items": 50, "comparable": True, "interval": interval,
        "delta": sum(interval) / 2 if interval else 4.0,
    }  # fmt: skip
    return DeltaRow.model_validate(fields | changes)


def summary(*rows: DeltaRow, families: dict[str, str] = FAMILIES) -> Summary:
    provenance = Provenance(
        suite_version="0", git="0", packages={}, python="3", device="cpu", engines=("hf",), generated="now", cells={}
    )
    return Summary(
        level=0.95, margin=5.0, provenance=provenance, samples_hash="0", families=families, tasks=(), scores=(), deltas=rows
    )


def policy(*claims: Claim) -> Policy:
    return Policy(name="p", claims=claims)


def gain(at_least: float | None = None, **changes: str) -> Claim:
    return Claim.model_validate({"family": "a", "reward": "r", "task": "t", "expect": "gain", "at_least": at_least} | changes)


def no_gain(margin: float = 5, **changes: str) -> Claim:
    return Claim.model_validate({"family": "a", "reward": "r", "task": "t", "expect": "no_gain", "margin": margin} | changes)


NOT_COMPARABLE = row(None, delta=None, comparable=False, differs=("decoding", "dtype"))

GOLDEN = [
    ("gain above 0", gain(), row((1, 9)), "holds", "+5.0 points, interval +1.0 to +9.0: all of it is above 0", 0),
    ("gain that touches 0", gain(), row((0, 9)), "inconclusive", "0 lies inside it", 3),
    ("gain across 0", gain(), row((-2, 9)), "inconclusive", "interval -2.0 to +9.0", 3),
    ("no gain up to 0", gain(), row((-9, 0)), "refuted", "none of it is above 0", 1),
    ("loss", gain(), row((-9, -1)), "refuted", "none of it is above 0", 1),
    ("gain of exactly 5", gain(5), row((5, 9)), "holds", "at least 5", 0),
    ("gain around 5", gain(5), row((4.9, 9)), "inconclusive", "5 lies inside it", 3),
    ("gain up to 5", gain(5), row((1, 5)), "inconclusive", "5 lies inside it", 3),
    ("gain below 5", gain(5), row((1, 4.9)), "refuted", "none of it is as high as 5", 1),
    ("no gain below margin", no_gain(), row((-2, 4.9)), "holds", "below the margin 5", 0),
    ("a loss is no gain", no_gain(), row((-9, -6)), "holds", "below the margin 5", 0),
    ("no gain up to margin", no_gain(), row((-2, 5)), "inconclusive", "the margin 5 lies inside it", 3),
    ("no gain from margin", no_gain(), row((5, 9)), "inconclusive", "the margin 5 lies inside it", 3),
    ("gain above margin", no_gain(), row((5.1, 9)), "refuted", "above the margin 5", 1),
    ("arms differ", gain(), NOT_COMPARABLE, "not comparable", "differ in decoding, dtype", 3),
    ("arms differ for no_gain", no_gain(), NOT_COMPARABLE, "not comparable", "differ in decoding, dtype", 3),
    ("no interval", gain(), row(None), "inconclusive", "delta +4.0 points without an interval", 3),
    ("no delta", no_gain(), row(None, delta=None), "inconclusive", "no delta", 3),
    ("interval of nothing", gain(), row((float("nan"), float("nan"))), "inconclusive", "nan", 3),
    ("interval of items only", gain(), row((1, 9), interval_covers="items only"), "holds", "covers items only", 0),
    ("unknown family", gain(family="c"), row((1, 9)), "missing", "no pair with family c; it has a, b", 1),
    ("unknown reward", gain(reward="rr"), row((1, 9)), "missing", "no pair with reward rr; it has r", 1),
    ("unknown task", no_gain(task="u"), row((1, 9)), "missing", "no pair with task u; it has t", 1),
    ("no such combination", gain(family="b"), row((1, 9)), "missing", "together", 1),
    ("wildcard that matches nothing", gain(family="*", task="u"), row((1, 9)), "missing", "no pair with task u", 1),
]  # fmt: skip


@pytest.mark.parametrize(("claim", "delta", "verdict", "detail", "code"), [r[1:] for r in GOLDEN], ids=[r[0] for r in GOLDEN])
def test_every_way_a_claim_can_end(claim: Claim, delta: DeltaRow, verdict: str, detail: str, code: int) -> None:
    report = judge(summary(delta), policy(claim))
    assert [v.verdict for v in report.verdicts] == [verdict]
    assert detail in report.verdicts[0].detail
    assert report.exit_code == code


HOLDS, REFUTED, OPEN, UNEQUAL, MISSING = (
    (gain(), row((1, 9))),
    (gain(reward="bad"), row((-9, -1), reward="bad")),
    (gain(reward="open"), row((-9, 9), reward="open")),
    (gain(reward="unequal"), NOT_COMPARABLE.model_copy(update={"reward": "unequal"})),
    (gain(reward="gone"), row((1, 9))),
)


@pytest.mark.parametrize(
    ("cases", "plain", "passed", "failed"),
    [
        ([HOLDS], 0, 0, 0),
        ([HOLDS, OPEN], 3, 0, 1),
        ([HOLDS, UNEQUAL], 3, 0, 1),
        ([REFUTED, OPEN], 1, 1, 1),
        ([MISSING, UNEQUAL], 1, 1, 1),
        ([HOLDS, REFUTED], 1, 1, 1),
    ],
)
def test_one_comes_before_three_and_only_three_can_be_moved(
    cases: list[tuple[Claim, DeltaRow]], plain: int, passed: int, failed: int
) -> None:
    claims, rows = [c for c, _ in cases], [r for _, r in cases]
    options: list[Literal["pass", "fail"] | None] = [None, "pass", "fail"]
    codes = [judge(summary(*rows), policy(*claims), option).exit_code for option in options]
    assert codes == [plain, passed, failed]


def test_a_wildcard_speaks_of_every_family_and_a_family_without_rows_is_missing() -> None:
    three = {"a": "A", "b": "B", "c": "C"}
    rows = row((1, 9)), row((-9, -1), family="b")
    verdicts = judge(summary(*rows, families=three), policy(gain(family="*"))).verdicts
    assert [(v.family, v.verdict) for v in verdicts] == [("a", "holds"), ("b", "refuted"), ("c", "missing")]


def test_each_step_of_a_reward_is_judged_by_itself_and_named() -> None:
    verdicts = judge(summary(row((1, 9)), row((-1, 9), step=20)), policy(gain())).verdicts
    assert [v.verdict for v in verdicts] == ["holds", "inconclusive"]
    assert "step 20" in verdicts[1].detail


def test_the_text_has_one_line_a_verdict_and_the_exit_code() -> None:
    report = judge(summary(row((1, 9))), policy(gain(), no_gain(), gain(task="u")))
    lines = report_text(report).splitlines()
    assert [line.split()[0] for line in lines[:-1]] == ["policy", "holds", "inconclusive", "missing"]
    assert lines[-1] == "1 holds, 1 inconclusive, 1 missing; exit code 1"


def test_every_shipped_policy_loads_and_names_known_families() -> None:
    families = load_registry().families
    for file in resources.policies_dir().glob("*.yaml"):
        assert {claim.family for claim in load_policy(file.stem).claims} <= {*families, "*"}


def test_micro_demo_claims_what_the_micro_families_were_made_for() -> None:
    demo = load_policy("micro_demo")
    assert demo.name == "micro_demo"
    assert {claim.task for claim in demo.claims} == {"micro_arithmetic_clean"}
    gains = [(c.family, c.reward) for c in demo.claims if c.expect == "gain"]
    assert sorted(f for f, r in gains if r == "ground_truth") == [
        "micro-llama3",
        "micro-olmo2",
        "micro-qwen2.5",
        "micro-qwen2.5-math",
    ]
    assert [f for f, r in gains if r != "ground_truth"] == ["micro-qwen2.5-math"]
    assert [c.margin for c in demo.claims if c.expect == "no_gain"] == [5] * 7


GOOD = """\
description: mine
claims:
  - {family: a, reward: r, task: t, expect: gain, at_least: 2}
  - {family: "*", reward: r, task: t, expect: no_gain, margin: 5}
"""

MALFORMED = [
    ("misspelt key", "at_least: 2", "atleast: 2", ":3: claims.0.atleast: ", "'at_least'"),
    ("misspelt section", "claims:", "claim:", ":2: claim: ", "description, claims"),
    ("unknown expectation", "expect: gain", "expect: gains", ":3: claims.0.expect: ", "gain, no_gain"),
    ("no expectation", "expect: gain, ", "", ":3: claims.0.expect: ", "family, reward, task, expect, at_least, margin"),
    ("no reward", "reward: r, ", "", ":3: claims.0.reward: ", "Add 'reward'"),
    ("margin of a gain", "at_least: 2", "margin: 2", ":3: claims.0: ", "Allowed: at_least"),
    ("at_least of no gain", "margin: 5", "at_least: 5", ":4: claims.1: ", "Allowed: margin"),
    ("no margin", ", margin: 5", "", ":4: claims.1: ", "over 0 up to 100"),
    ("margin 0", "margin: 5", "margin: 0", ":4: claims.1.margin: ", "greater than 0"),
    ("margin as text", "margin: 5", "margin: 5%", ":4: claims.1.margin: ", "number"),
    ("infinite margin", "margin: 5", "margin: .inf", ":4: claims.1.margin: ", "100"),
    ("margin that is no number", "margin: 5", "margin: .nan", ":4: claims.1.margin: ", "NaN"),
    ("negative threshold", "at_least: 2", "at_least: -2", ":3: claims.0.at_least: ", "greater than or equal to 0"),
    ("bare star", '"*"', "*", ":4: ", "not valid YAML"),
    ("no claims", GOOD[GOOD.index("claims") :], "claims: []\n", ":2: claims: ", "at least 1"),
    ("claims as text", GOOD[GOOD.index("claims") :], "claims: all\n", ":2: claims: ", "list"),
]


@pytest.mark.parametrize(("old", "new", "where", "allowed"), [r[1:] for r in MALFORMED], ids=[r[0] for r in MALFORMED])
def test_a_malformed_policy_gives_one_line_with_place_and_choice(
    tmp_path: Path, old: str, new: str, where: str, allowed: str
) -> None:
    assert old in GOOD
    file = tmp_path / "mine.yaml"
    file.write_text(GOOD.replace(old, new, 1))
    with pytest.raises(SuiteError) as caught:
        load_policy(file)
    message = str(caught.value)
    assert len(message.splitlines()) == 1
    assert message.startswith(f"{file}{where}"), message
    assert allowed in message, message


def test_a_policy_file_is_named_after_the_file(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(GOOD)
    assert load_policy(str(file)).name == "mine"


def test_an_unknown_policy_gets_the_known_names(tmp_path: Path) -> None:
    with pytest.raises(SuiteError, match=r"unknown policy 'micro_dem'. Known: .*Did you mean 'micro_demo'"):
        load_policy("micro_dem")
    with pytest.raises(SuiteError, match="no such file"):
        load_policy(tmp_path / "none.yaml")
