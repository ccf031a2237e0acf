"""Which rows a claim is about, and what of it is missing; beside a baseline, too."""

from itertools import product

import pytest
from golden import GAIN, NO_GAIN, Golden
from small_summaries import BASELINE, families, policy, row, summary

from suite.gate import judge
from suite.gate.baseline import baseline_of, baseline_text
from suite.schema import Summary

GOLDEN = [
    Golden("unknown family", GAIN.replace("family: a", "family: c"), row((1, 9)),
           "missing", "no pair with family c; it has a, b", 1),
    Golden("unknown reward", GAIN.replace("reward: r", "reward: rr"), row((1, 9)),
           "missing", "no pair with reward rr; it has r", 1),
    Golden("unknown task", NO_GAIN.replace("task: t", "task: u"), row((1, 9)),
           "missing", "no pair with task u; it has t", 1),
    Golden("unknown base", "{base: z, reward: r, task: t, expect: gain}", row((1, 9)),
           "missing", "with base z; it has a-base", 1),
    Golden("no such combination", GAIN.replace("family: a", "family: b"), row((1, 9)),
           "missing", "no pair of reward r on t in b", 1),
    Golden("no such protocol", GAIN[:-1] + ", protocol: r1}", row((1, 9)), "missing", "with protocol r1", 1),
    Golden("no such step", GAIN[:-1] + ", step: 20}", row((1, 9)), "missing", "with step 20", 1),
    Golden("a pattern that means nothing", GAIN.replace("reward: r", 'reward: "z*"'), row((1, 9)),
           "missing", "no pair with reward z*; it has r", 1),
    Golden("no controls in the run", "{task: t, spurious: true, expect: gain}", row((1, 9)),
           "missing", "with a spurious reward", 1),
    Golden("families of others' bases", '{family: a, base: "*", reward: r, task: t, expect: gain}',
           families((1, 9), (-9, -1)),
           "holds", "above 0", 0),
]  # fmt: skip


@pytest.mark.parametrize("case", GOLDEN, ids=lambda case: case.name)
def test_every_way_a_name_or_pattern_can_match_nothing(case: Golden) -> None:
    case.check()


def verdicts(given: Summary, *claims: str) -> list[tuple[str, str]]:
    return [(v.family, v.verdict) for v in judge(given, policy(*claims)).verdicts]


def test_a_wildcard_speaks_of_every_family_and_a_family_without_rows_is_missing() -> None:
    given = summary(row((1, 9)), row((-9, -1), family="b"), families={"a": "A", "b": "B", "c": "C"})
    found = verdicts(given, "{reward: r, task: t, expect: gain}")
    assert found == [("a", "holds"), ("b", "refuted"), ("c", "missing")]


def test_a_pattern_speaks_of_the_families_that_it_means() -> None:
    given = summary(row((1, 9)), row((-9, -1), family="b"))
    assert verdicts(given, '{family: "b*", reward: r, task: t, expect: gain}') == [("b", "refuted")]


def test_a_pattern_of_tasks_leaves_leak_probes_out_unless_one_is_named() -> None:
    given = summary(row((1, 9)), row((-9, -1), task="t_partial"), families={"a": "A"}, probes=("t_partial",))
    assert verdicts(given, '{reward: r, task: "*", expect: gain}') == [("a", "holds")]
    assert verdicts(given, "{reward: r, task: [t, t_partial], expect: gain}") == [
        ("a", "holds"),
        ("a", "refuted"),
    ]


def test_every_reward_of_a_pattern_is_wanted_in_every_family() -> None:
    given = summary(row((1, 9)), row((1, 9), reward="s"), row((1, 9), family="b"))
    assert verdicts(given, '{reward: "*", task: t, expect: gain}') == [
        ("a", "holds"),
        ("b", "holds"),
        ("a", "holds"),
        ("b", "missing"),
    ]


def test_controls_and_others_are_told_apart() -> None:
    given = summary(row((1, 9)), row((-2, 2), reward="random", spurious=True), families={"a": "A"})
    assert [v.reward for v in judge(given, policy("{spurious: false, task: t, expect: gain}")).verdicts] == [
        "r"
    ]
    assert [v.reward for v in judge(given, policy("{spurious: true, task: t, expect: gain}")).verdicts] == [
        "random"
    ]


def test_several_bases_of_a_family_are_judged_by_themselves_and_can_be_named() -> None:
    given = summary(row((1, 9), base="small"), row((-9, -1), base="large"), families={"a": "A"})
    assert verdicts(given, "{reward: r, task: t, expect: gain}") == [("a", "holds"), ("a", "refuted")]
    assert verdicts(given, "{base: large, reward: r, task: t, expect: gain}") == [("a", "refuted")]


def judged(given: Summary, claim: str, baseline: str | None = None) -> list[tuple[str, str, str, str]]:
    return [
        (v.family, v.reward, v.task, v.verdict)
        for v in judge(given, policy(claim, baseline=baseline)).verdicts
    ]


def test_a_base_of_another_family_is_not_asked_for() -> None:
    given = families((1, 9), (-9, -1))
    assert judged(given, '{family: a, base: "*", reward: r, task: t, expect: gain}') == [
        ("a", "r", "t", "holds")
    ]


def test_a_family_that_is_named_and_nowhere_is_missing_though_bases_are_asked_for() -> None:
    given = families((1, 9), (-9, -1))
    claim = "{family: [a, typo], base: %s, reward: r, task: t, expect: gain}"
    assert judged(given, claim % STAR) == [("a", "r", "t", "holds"), ("typo", "r", "t", "missing")]
    assert judged(given, claim % "a-base") == [("a", "r", "t", "holds")]
    assert judged(given, "{family: typo, base: a-base, reward: r, task: t, expect: gain}") == [
        ("a", "r", "t", "missing")
    ]


BESIDE = "{family: %s, reward: %s, task: %s, not_worse_than: base.yaml, margin: 5}"
STAR = '"*"'


@pytest.mark.parametrize(
    ("family", "reward", "task", "found"),
    [
        (STAR, STAR, STAR, [("a", "r", "t", "holds"), ("a", "e", "t", "missing")]),
        ("a", "r", "t", [("a", "r", "t", "holds")]),
        ("[a, b]", "r", "t", [("a", "r", "t", "holds"), ("b", "r", "t", "missing")]),
        ("[a, typo]", "r", "t", [("a", "r", "t", "holds"), ("typo", "r", "t", "missing")]),
        (STAR, "[r, typo]", STAR, [("a", "r", "t", "holds"), ("*", "typo", "*", "missing")]),
        (STAR, "[r, typo]", "t", [("a", "r", "t", "holds"), ("*", "typo", "t", "missing")]),
        ("typo", STAR, STAR, [("typo", "*", "*", "missing")]),
        (STAR, '"z*"', STAR, [("*", "z*", "*", "missing")]),
        ("b", STAR, "t", [("b", "*", "t", "missing")]),
        ("[a, b]", STAR, "typo", [("a, b", "*", "typo", "missing")]),
        (
            "[a, b]",
            STAR,
            "[t, typo]",
            [
                ("a", "r", "t", "holds"),
                ("a", "e", "t", "missing"),
                ("b", "*", "t, typo", "missing"),
                ("a, b", "*", "typo", "missing"),
            ],
        ),
    ],
)
def test_beside_a_baseline_names_must_be_there_and_patterns_mean_what_is(
    family: str, reward: str, task: str, found: list[tuple[str, str, str, str]]
) -> None:
    assert judged(summary(row((9, 11))), BESIDE % (family, reward, task), BASELINE) == found


def test_a_combination_of_names_is_wanted_though_each_name_is_somewhere() -> None:
    given = summary(row((9, 11)), row((9, 11), family="b", reward="s"))
    stored = baseline_text(baseline_of(given, given.deltas), "test")
    assert judged(given, BESIDE % ("[a, b]", "[r, s]", "t"), stored) == [
        ("a", "r", "t", "holds"), ("b", "r", "t", "missing"), ("a", "s", "t", "missing"), ("b", "s", "t",
        "holds"),
    ]  # fmt: skip
    assert judged(given, BESIDE % ("[a, b]", STAR, "t"), stored) == [
        ("a", "r", "t", "holds"),
        ("b", "s", "t", "holds"),
    ]


@pytest.mark.parametrize("more", ["step: 99", "protocol: nobody", "recipe: nobody"])
def test_a_claim_that_finds_nothing_in_summary_and_baseline_is_missing(more: str) -> None:
    claim = BESIDE % (STAR, STAR, STAR)
    assert judged(summary(row((9, 11))), f"{claim[:-1]}, {more}}}", BASELINE) == [("*", "*", "*", "missing")]


def test_no_two_missing_verdicts_are_about_one_thing() -> None:
    for names in product(
        ["a", STAR, "typo", "[a, typo]"],
        ["r", STAR, "typo2", "[r, typo2]"],
        ["t", STAR, "typo3", "[t, typo3]"],
    ):
        found = judge(summary(row((9, 11))), policy(BESIDE % names, baseline=BASELINE)).verdicts
        gone = [(v.family, v.reward, v.task) for v in found if v.verdict == "missing"]
        assert len(set(gone)) == len(gone), names
        assert found, names
        asked = {name for name in names if "typo" in name}
        assert bool(asked) <= bool(gone), names


def test_a_leak_probe_of_the_baseline_is_none_of_a_pattern_s_tasks() -> None:
    given = summary(row((9, 11)), row((9, 11), task="t_partial"), families={"a": "A"}, probes=("t_partial",))
    stored = BASELINE.replace("reward: e", "reward: r").replace(
        'task: t, protocol: none,\n     version: "1", k: 1, n_items: 50, before: 0.5, delta: 10.0}',
        'task: t_partial, protocol: none,\n     version: "1", k: 1, n_items: 50, before: 0.5, delta: 10.0}',
    )
    assert "t_partial" in stored
    assert judged(given, BESIDE % (STAR, "r", STAR), stored) == [("a", "r", "t", "holds")]
    assert len(judged(given, BESIDE % (STAR, "r", "t_partial"), stored)) == 1
