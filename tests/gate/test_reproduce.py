"""``reproduce_spurious_rewards`` on the paper's figures holds; it fails exactly where they are changed."""

import math

import pytest
from scipy import stats as scipy_stats
from small_summaries import summary

from suite.benchmarks.tasks import all_tasks
from suite.gate import judge, load_policy
from suite.gate.gate_report import GateReport
from suite.registry import load_registry, published
from suite.schema import DeltaReference, DeltaRow, Summary
from suite.stats.power import assumed_variance

PAPER = "arXiv 2506.10947v1"
BEFORE = {"qwen2.5-math-7b": 0.494, "qwen2.5-7b": 0.416, "qwen2.5-math-1.5b": 0.362}
"""MATH-500 before RL (Table 3). Of AMC and AIME none is printed; it only sets the width of an interval."""
SYNTHETIC = {"llama3": "llama3.1-8b-instruct", "olmo2": "olmo2-7b"}
"""Family -> base that gains nothing from random rewards. No figure is printed: the rows are synthetic."""


def half_width(task: str, accuracy: float) -> float:
    """Of the 95% interval of a delta on that task, under the variance that `rlvr-suite power` assumes."""
    metadata = all_tasks()[task]
    n = {"math500": 500, "amc83": 83, "aime2024": 30}[task]
    variance = assumed_variance(accuracy).of_difference(metadata.repeats)
    return float(scipy_stats.t.ppf(0.975, n - 1)) * math.sqrt(variance / n)


def row(base: str, reward: str, task: str, points: float, step: int | None, label: str = "paper") -> DeltaRow:
    half = half_width(task, BEFORE.get(base, 0.3) if task == "math500" else 0.2)
    references = tuple(
        DeltaReference(delta=r.points, source=f"{source.id}, {r.where}", setting=r.setting, step=r.step)
        for source, r in published.deltas(base, reward, task)
        if r.points is not None
    )
    return DeltaRow.model_validate({
        "family": load_registry().models[base].family, "base": base,
        "checkpoint": f"{label}-{base}-{reward}", "reward": reward,
        "recipe": label, "step": step or 300, "seeds": (0,), "task": task, "protocol": "chat",
        "k": all_tasks()[task].repeats,
        "n_items": {"math500": 500, "amc83": 83, "aime2024": 30}[task], "comparable": True, "delta": points,
        "interval": (points - half, points + half), "published": references or None,
        "spurious": True if reward in ("random", "format", "incorrect") else None,
    })  # fmt: skip


def paper(**synthetic: float) -> Summary:
    """Every delta that the paper prints, and random rewards on the synthetic bases: 0 points, or as given."""
    (file,) = (file for file in published.all_files() if file.source.id == PAPER)
    printed = [row(r.base, r.reward, r.task, r.points, r.step) for r in file.deltas if r.points is not None]
    made = [
        row(base, "random", "math500", synthetic.get(family, 0.0), None, label="synthetic")
        for family, base in SYNTHETIC.items()
    ]
    names = {row.family: row.family for row in (*printed, *made)}
    return summary(*printed, *made, families=names)


def verdicts(given: Summary) -> GateReport:
    return judge(given, load_policy("reproduce_spurious_rewards"))


def failing(given: Summary) -> list[tuple[str, str, str]]:
    return [(v.claim, v.reward, v.verdict) for v in verdicts(given).verdicts if v.verdict != "holds"]


def test_the_papers_own_figures_hold() -> None:
    report = verdicts(paper())
    assert failing(paper()) == []
    assert report.exit_code == 0
    assert len(report.verdicts) == 14
    assert len(report.not_checkable) == 11


def test_every_figure_that_the_paper_prints_is_claimed() -> None:
    checked = {(v.base, v.reward, v.task) for v in verdicts(paper()).verdicts}
    assert {(row.base, row.reward, row.task) for row in paper().deltas} == checked


def test_llama3_made_to_gain_20_points_from_random_fails_on_exactly_that_claim() -> None:
    assert failing(paper(llama3=20.0)) == [("llama3-random", "random", "refuted")]
    assert verdicts(paper(llama3=20.0)).exit_code == 1


@pytest.mark.parametrize(
    "reward", ["ground_truth", "majority_vote", "one_shot", "incorrect", "random", "format"]
)
def test_a_run_without_the_gain_fails_on_exactly_that_claim(reward: str) -> None:
    """A base asked in a fair way may gain nothing: 0 is 13.8 to 29.1 points from the figures."""
    given = paper()
    flat = given.model_copy(
        update={
            "deltas": tuple(
                row(r.base, r.reward, r.task, 0.0, r.step)
                if (r.base, r.reward, r.task) == ("qwen2.5-math-7b", reward, "math500")
                else r
                for r in given.deltas
            )
        }
    )
    word = (
        "inconclusive" if reward == "format" else "refuted"
    )  # 13.8 points are not surely more than 10 from 0
    assert failing(flat) == [("qwen2.5-math-7b", reward, word)]


def test_another_step_is_not_comparable() -> None:
    given = paper()
    early = given.model_copy(
        update={"deltas": tuple(r.model_copy(update={"step": 150}) for r in given.deltas)}
    )
    found = {v.task: v for v in verdicts(early).verdicts if v.kind == "reproduces"}
    assert found["math500"].verdict == "not comparable"
    assert found["math500"].differs == ("step",)
    assert found["aime2024"].verdict == "holds"  # the paper states no step there
