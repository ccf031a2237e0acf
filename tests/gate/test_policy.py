"""Policies: what can be written, how short it can be, and every way in which one can be wrong."""

import json
import time
from itertools import product
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from pydantic import TypeAdapter, ValidationError
from small_summaries import policy, row, summary

from suite.benchmarks.tasks import all_tasks
from suite.commands.main import main
from suite.errors import SuiteError
from suite.files import shipped
from suite.gate import judge, load_policy
from suite.gate.policy import Least, Names
from suite.registry import load_registry

GOOD = """\
description: mine
defaults: {task: t}
claims:
  - {id: one, family: a, reward: r, expect: gain, at_least: 2}
  - {family: "*", reward: r, expect: no_gain, margin: 5}
  - {reward: r, beats: random}
  - {reward: r, reproduces: published, within: 3}
not_checkable:
  - {claim: the rest, why: nobody prints it}
"""
CLAIMS = GOOD[GOOD.index("claims") : GOOD.index("not_")]
CLAIMED = "family: a, reward: r, expect: gain, at_least: 2"
BASELINE = """\
made: {suite_version: "0", git: "0", samples_hash: "0", generated: "2026-11-01"}
rows:
  - {family: a, base: b, checkpoint: c, reward: r, recipe: x, step: 1, task: t, protocol: p, version: "1",
     k: 1, n_items: 9, before: 0.5, delta: 1.0, interval: [0.0, 2.0]}
"""
STORED = "claims:\n  - {reward: r, not_worse_than: base.yaml, margin: 5}\n"

MALFORMED = [
    ("misspelt key", "at_least: 2", "atleast: 2", ":4: claims.0.atleast: ", "'at_least'"),
    ("misspelt section", "claims:", "claim:", ":3: claim: ", "description, defaults, claims, not_checkable"),
    ("unknown expectation", "expect: gain", "expect: gains", ":4: claims.0.expect: ", "gain, no_gain"),
    ("nothing claimed", "expect: gain, ", "",
     ":4: claims.0: nothing is claimed", "expect, beats, reproduces, not_worse_than"),
    ("two things claimed", "beats: random", "beats: random, expect: gain",
     ":6: claims.2: expect and beats", "several claims"),
    ("no reward", "reward: r, expect: gain", "expect: gain", ":4: claims.0: ", "Add 'reward'"),
    ("no task", "{task: t}", "{margin: 5}", ":4: claims.0: ", "Add 'task'"),
    ("empty list", "family: a", "family: []", ":4: claims.0.family: ", "at least 1"),
    ("empty name", "family: a", 'family: ""', ":4: claims.0.family.0: ", "at least 1 character"),
    ("number as a name", "family: a", "family: 3", ":4: claims.0.family: ", "list"),
    ("margin of a gain", "at_least: 2", "margin: 2", ":4: claims.0.margin: ", "Allowed: at_least"),
    ("points of no gain", "margin: 5", "margin: 5, at_least: 5",
     ":5: claims.1.at_least: ", "counts families"),
    ("within of no gain", "margin: 5", "margin: 5, within: 5",
     ":5: claims.1.within: ", "Allowed: margin, at_least"),
    ("no margin", ", margin: 5", "", ":5: claims.1: ", "over 0 up to 100"),
    ("no within", ", within: 3", "", ":7: claims.3: ", "over 0 up to 100"),
    ("margin 0", "margin: 5", "margin: 0", ":5: claims.1.margin: ", "greater than 0"),
    ("margin as text", "margin: 5", "margin: 5%", ":5: claims.1.margin: ", "number"),
    ("infinite margin", "margin: 5", "margin: .inf", ":5: claims.1.margin: ", "finite"),
    ("margin that is no number", "margin: 5", "margin: .nan", ":5: claims.1.margin: ", "NaN"),
    ("negative threshold", "at_least: 2", "at_least: -2", ":4: claims.0.at_least: ", "0 to 100"),
    ("threshold over 100", "at_least: 2", "at_least: 101", ":4: claims.0.at_least: ", "0 to 100"),
    ("threshold in words", "at_least: 2", "at_least: many families",
     ":4: claims.0.at_least: ", "'3 families'"),
    ("no family", "at_least: 2", "at_least: 0 families", ":4: claims.0.at_least: ", "'3 families'"),
    ("true as a threshold", "at_least: 2", "at_least: true", ":4: claims.0.at_least: ", "'3 families'"),
    ("nothing as a threshold", "at_least: 2", 'at_least: ""', ":4: claims.0.at_least: ", "'3 families'"),
    ("more families than named", "at_least: 2", "at_least: 2 families",
     ":4: claims.0.at_least: ", "1 named (a)"),
    ("one family twice", CLAIMED, "family: [a, a], reward: r, expect: gain, at_least: 2 families",
     "at_least", "1 named (a)"),
    ("more families than bases", CLAIMED, "base: [x, y], reward: r, expect: gain, at_least: 3 families",
     "", "2 named (x, y)"),
    ("NUL in a file's name", "published", '"a\\0b.yaml"',
     ":7: claims.3.reproduces: ", "the path of a baseline file"),
    ("a pattern beats twice", "{reward: r, beats: random}",
     '{reward: "*", beats: random}\n  - {spurious: false, beats: random}', ":7: ", "here and as 3"),
    ("negative step", "family: a", "step: -1", ":4: claims.0.step: ", "greater than or equal to 0"),
    ("id that is a number", "id: one", 'id: "1"', ":4: claims.0.id: ", "pattern"),
    ("id twice", '{family: "*"', '{id: one, family: "*"', ":5: claims.1.id: ", "number 1"),
    ("claim twice", "reward: r, beats: random", CLAIMED, ":6: claims.2: ", "here and as one"),
    ("control that beats", "reward: r, beats", "spurious: true, beats",
     ":6: claims.2.beats: ", "no control to beat"),
    ("unknown reference", "published", "arXiv 2506", ":7: claims.3.reproduces: ", "arXiv 2506.10947v1"),
    ("baseline that is not there", "published", "gone.yaml", "gone.yaml: ", "--update-baseline"),
    ("default that nobody takes", "{task: t}", "{task: t, clean_tasks: c}",
     ":2: defaults.clean_tasks: ", "Remove it"),
    ("default that is a claim", "{task: t}", "{task: t, expect: gain}",
     ":2: defaults.expect: ", "family, base, reward"),
    ("not checkable, no reason", ", why: nobody prints it", "", ":9: not_checkable.0.why: ", "Add 'why'"),
    ("bare star", '"*"', "*", ":5: ", "not valid YAML"),
    ("bare boolean", "family: a", "on: a", ":4: claims.0: key 'on' ", "Quote the key"),
    ("no claims", CLAIMS, "claims: []\n", ":3: claims: ", "at least 1"),
    ("claims as text", CLAIMS, "claims: all\n", ":3: claims: ", "list"),
    ("not worse by published", "reproduces: published, within", "not_worse_than: published, margin",
     ":7: claims.3", "(.yaml)"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "where", "allowed"), [r[1:] for r in MALFORMED], ids=[r[0] for r in MALFORMED]
)
def test_a_malformed_policy_is_one_line_with_place_and_choice_and_exit_code_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, where: str, allowed: str
) -> None:
    assert old in GOOD
    file = tmp_path / "mine.yaml"
    file.write_text(GOOD.replace(old, new, 1))
    assert main(["gate", "leaderboards/micro", "--policy", str(file)]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert len(told.err.splitlines()) == 1
    assert f"{tmp_path}/" in told.err
    assert where in told.err, told.err
    assert allowed in told.err, told.err


BROKEN_BASELINES = [
    (
        "row twice",
        BASELINE + BASELINE[BASELINE.index("  - ") :],
        "two rows of a b r x 1 t p (c, 9 items x 1)",
    ),
    ("delta outside its interval", BASELINE.replace("delta: 1.0", "delta: 3.0"), "lies outside its interval"),
    ("accuracy in percent", BASELINE.replace("before: 0.5", "before: 50"), "less than or equal to 1"),
    ("no rows", BASELINE[: BASELINE.index("rows")] + "rows: []\n", "at least 1"),
    ("a policy", GOOD, "unknown key 'description'"),
    ("no text", "", "the file is empty"),
]


@pytest.mark.parametrize(
    ("text", "told"), [r[1:] for r in BROKEN_BASELINES], ids=[r[0] for r in BROKEN_BASELINES]
)
def test_a_broken_baseline_is_told_by_its_own_name(text: str, told: str) -> None:
    with pytest.raises(SuiteError, match=r"base\.yaml") as caught:
        policy("{reward: r, task: t, not_worse_than: base.yaml, margin: 5}", baseline=text)
    assert told in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_an_unknown_policy_gets_the_known_names(tmp_path: Path) -> None:
    with pytest.raises(SuiteError, match=r"unknown policy 'micro_dem'. Known: .*Did you mean 'micro_demo'"):
        load_policy("micro_dem")
    with pytest.raises(SuiteError, match="no such file"):
        load_policy(tmp_path / "none.yaml")


def test_a_policy_file_is_named_after_the_file_and_knows_the_lines_of_its_claims(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(GOOD)
    loaded = load_policy(str(file))
    assert (loaded.name, loaded.file) == ("mine", str(file))
    assert [(claim.id, claim.line) for claim in loaded.claims] == [("one", 4), ("2", 5), ("3", 6), ("4", 7)]


@pytest.mark.parametrize(
    ("written", "points", "families"),
    [
        ("5", 5, None),
        ("5.5 points", 5.5, None),
        ("3 families", 0, 3),
        ("5 points in 3 families", 5, 3),
        ("0", 0, None),
        ("1 family", 0, 1),
        ("1 point in 1 family", 1, 1),
        ("100 points", 100, None),
    ],
)
def test_at_least_is_points_families_or_both(written: str, points: float, families: int | None) -> None:
    claim = policy(f"{{reward: r, task: t, expect: gain, at_least: {written}}}").claims[0]
    assert (claim.points, claim.families) == (points, families)


def test_defaults_fill_what_a_claim_leaves_out_and_only_what_its_kind_takes() -> None:
    head = "defaults: {family: a, reward: r, task: t, margin: 3, within: 2, at_least: 1 families}"
    gain, no_gain, paper = policy(
        "{expect: gain}", "{expect: no_gain}", "{reproduces: published, within: 7}", head=head
    ).claims
    assert (gain.families, gain.margin) == (1, 0)
    assert (no_gain.margin, no_gain.within) == (3, 0)
    assert paper.within == 7
    assert {claim.scope for claim in (gain, no_gain, paper)} == {gain.scope}


def test_the_usual_policy_is_ten_lines() -> None:
    """A method in four families, on a benchmark and a clean task, beside its controls."""
    text = (shipped.policies_dir() / "new_method.yaml").read_text()
    assert len([line for line in text.splitlines() if line and not line.startswith("#")]) <= 10


def test_every_shipped_policy_loads_and_names_what_the_suite_knows() -> None:
    registry = load_registry()
    tasks = all_tasks()
    names = {file.stem for file in shipped.policies_dir().glob("*.yaml")}
    assert names == {"micro_demo", "new_method", "regression", "reproduce_spurious_rewards"}
    for name in names:
        for claim in load_policy(name, baselines=False).claims:
            assert set(claim.scope.family) - {"*"} <= registry.families.keys()
            assert set(claim.scope.base) <= registry.models.keys()
            assert set(claim.scope.reward) - {"*"} <= registry.rewards.keys()
            assert set(claim.scope.task) - {"*"} <= tasks.keys()


def test_micro_demo_claims_what_the_micro_families_were_made_for() -> None:
    demo = load_policy("micro_demo")
    claimed = set()
    for claim in demo.claims:
        claimed |= set(product(claim.scope.family, claim.scope.reward, [claim.kind.name]))
    micro = [family for family in load_registry().families if family.startswith("micro-")]
    others = [family for family in micro if family != "micro-qwen2.5-math"]
    assert claimed == {
        *((family, "ground_truth", "gain") for family in micro),
        *((family, "random", "no_gain") for family in micro),
        *((family, "format", "no_gain") for family in others),
        ("micro-qwen2.5-math", "format", "gain"),
    }
    assert {claim.scope.task for claim in demo.claims} == {("micro_arithmetic_clean",)}


def test_what_cannot_be_checked_stands_in_the_report() -> None:
    given = policy(
        "{reward: r, task: t, expect: gain}", head="not_checkable: [{claim: the rest, why: nobody prints it}]"
    )
    report = judge(summary(row((1, 9)), families={"a": "A"}), given)
    assert [item.claim for item in report.not_checkable] == ["the rest"]
    assert report.exit_code == 0
    assert json.loads(report.to_json())["not_checkable"] == [{"claim": "the rest", "why": "nobody prints it"}]


def accepts(type_: object, value: object) -> bool:
    try:
        TypeAdapter(type_).validate_json(json.dumps(value), strict=True)
    except ValidationError:
        return False
    return True


LEAST = [
    0, 5, 5.5, 100, 100.1, -1, True, None, "", "5", "5 points", "1 point", "5.5 points", "100 points",
    "100.5 points", "3 families", "1 family", "0 families", "5 points in 3 families", "5 points in ",
    "5 points 3 families", [], {}, "12345 families", "101 points", "1.1234567 points", "\uff11 families",
    " 3 families", "3 families, 5 points",
]  # fmt: skip
NAMES = ["a", "*", "", ["a"], ["a", "b*"], [], [""], [1], [["a"]], 1, None, True, {}]


@pytest.mark.parametrize(("type_", "values"), [(Least, LEAST), (Names, NAMES)])
def test_the_schema_for_editors_says_what_the_suite_takes(type_: object, values: list[object]) -> None:
    schema = Draft202012Validator(TypeAdapter(type_).json_schema())
    for value in values:
        assert schema.is_valid(value) == accepts(type_, value), value


def test_a_claim_names_its_controls_clean_tasks_and_reference_each_by_itself() -> None:
    beats, clean, paper, stored = policy(
        "{reward: r, task: t, beats: random}",
        "{reward: r, task: t, expect: clean, clean_tasks: [c, d]}",
        "{reward: r, task: t, reproduces: published, within: 5}",
        "{reward: r, task: t, reproduces: base.yaml, within: 5}",
        baseline=BASELINE,
    ).claims
    assert (beats.controls, clean.clean_tasks, paper.reference, stored.reference) == (
        ("random",),
        ("c", "d"),
        "published",
        "base.yaml",
    )
    assert [claim.baseline for claim in (beats, clean, paper, stored)] == [None, None, None, "base.yaml"]
    assert beats.scope.spurious is None  # r is a name


def test_what_beats_a_control_by_a_pattern_is_no_control() -> None:
    by_pattern, among, said = policy(
        '{reward: "*", task: t, beats: random}',
        '{reward: ["*", r], task: t, beats: random}',
        '{reward: "*", task: u, spurious: false, beats: random}',
    ).claims
    assert (by_pattern.scope.spurious, among.scope.spurious, said.scope.spurious) == (False, None, False)


def test_3000_claims_are_read_in_seconds() -> None:
    start = time.process_time()
    assert len(policy(*(f"{{reward: r{n}, task: t, expect: gain}}" for n in range(3000))).claims) == 3000
    assert time.process_time() - start < 10
