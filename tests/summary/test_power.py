"""What a task can show, in words and as JSON: assumed or measured, and each mistake in one line."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from builders.cells import ITEMS, Answer, write_cell

from suite.commands.main import main
from suite.commands.power import basis_lines, rows
from suite.errors import SuiteError
from suite.schema import Pair
from suite.stats.power import measured_variance, minimum_detectable_effect
from suite.store.run_folder import RunStore
from suite.summary.power import PowerQuestion, answer

BASE, CHECKPOINT = "micro-llama3", "micro-llama3-x"
Right = Sequence[Sequence[bool]]
BEFORE: Right = [[True, False], [False, False], [True, True]]
AFTER: Right = [[True, True], [True, False], [True, False]]


def words(question: PowerQuestion) -> list[str]:
    return [row["answer"] for row in rows(answer(question))]


def given(store: RunStore, model: str, right_IS: Right, error: str | None = None) -> None:
    """A cell of micro_bench whose answers are right as told; ``error`` is that of its last sample."""
    answers: list[list[str | Answer]] = []
    for item, rights in zip(ITEMS, right_IS, strict=True):
        answers.append([item.answer if right else "no number" for right in rights])
    if error:
        answers[-1][-1] = Answer("", error=error)
    write_cell(store, model, answers)


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    """A run that knows one pair."""
    store = RunStore(tmp_path / "run")
    store.add_pair(
        Pair(family=BASE, base=BASE, checkpoint=CHECKPOINT, reward="format", recipe="micro", seed=0, step=1)
    )
    return store


def test_items_and_samples_are_the_tasks_and_a_greedy_task_has_one_sample() -> None:
    aime, math = answer(PowerQuestion("aime2024")), answer(PowerQuestion("math500"))
    assert (aime.n_items, aime.k, math.n_items, math.k) == (30, 8, 500, 1)
    asked = answer(PowerQuestion("aime2024", k=4, items=60))
    assert (asked.n_items, asked.k) == (60, 4)
    with pytest.raises(SuiteError, match="math500 is greedy: it draws one sample per item"):
        answer(PowerQuestion("math500", k=4))


def test_the_answers_stand_in_words() -> None:
    detectable, items, samples, seeds = words(PowerQuestion("aime2024"))
    assert (detectable, items) == ("14.1 points", "227")
    assert samples == "not with any number: items differ too much"
    assert "--seed-sd" in seeds
    of_20 = words(PowerQuestion("aime2024", delta=20, seed_sd=3))
    assert of_20[1:3] == ["17", "2"]
    assert of_20[3].startswith("3, for a claim about the method")


def test_what_nothing_can_show_is_said_so() -> None:
    assert words(PowerQuestion("aime2024", seed_sd=3))[3] == "not with any number: items differ too much"
    assert words(PowerQuestion("aime2024", items=2))[0] == "nothing, not even 100 points"
    assert words(PowerQuestion("aime2024", delta=1e-5))[1] == "too many to count"


def test_what_was_assumed_is_said() -> None:
    text = " ".join(basis_lines(answer(PowerQuestion("amc83", accuracy=0.45))))
    assert "assumed: accuracy 0.45; item difficulties Beta with alpha + beta = 0.67" in text
    assert "correlated 0.8" in text


def test_a_runs_pairs_are_measured(store: RunStore) -> None:
    given(store, BASE, BEFORE)
    given(store, CHECKPOINT, AFTER)
    report = answer(PowerQuestion("micro_bench", run=store.root))
    wanted = measured_variance(np.array(BEFORE), np.array(AFTER))
    assert wanted is not None
    assert (report.pairs, report.accuracy) == (1, None)
    assert (report.between, report.sampling) == pytest.approx((wanted.between, wanted.sampling))
    assert report.detectable == pytest.approx(minimum_detectable_effect(wanted.of_difference(8), 100))
    assert "median over 1 pair:" in basis_lines(report)[1]


def test_of_several_pairs_the_median_counts_without_those_where_nothing_varies(store: RunStore) -> None:
    given(store, BASE, BEFORE)
    given(store, CHECKPOINT, AFTER)
    for n, right_IS in enumerate([BEFORE, [[True, False], [True, False], [True, False]]]):
        pair = store.pairs()[0].model_copy(update={"checkpoint": f"other-{n}"})
        store.add_pair(pair)
        given(store, pair.checkpoint, right_IS)
    report = answer(PowerQuestion("micro_bench", run=store.root))
    arms = [measured_variance(np.array(BEFORE), np.array(after)) for after in (AFTER, [[True, False]] * 3)]
    assert report.pairs == 2
    assert report.between == pytest.approx(np.mean([arm.between for arm in arms if arm]))


def test_one_sample_an_item_leaves_the_samples_needed_unknown(
    store: RunStore, capsys: pytest.CaptureFixture[str]
) -> None:
    given(store, BASE, [[True], [False], [True]])
    given(store, CHECKPOINT, [[False], [True], [True]])
    question = PowerQuestion("micro_bench", run=store.root)
    assert words(question)[2] == "unknown: the run drew one sample per item"
    assert "at most that with more" in basis_lines(answer(question))[1]
    assert main(["power", "--task", "micro_bench", "--run", str(store.root), "--json"]) == 0
    assert "sampling" not in json.loads(capsys.readouterr().out)


def test_json_is_one_object_with_every_number(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["power", "--task", "aime2024", "--delta", "20", "--seed-sd", "3", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    wanted = {
        "task": "aime2024",
        "n_items": 30,
        "k": 8,
        "delta": 20,
        "items_needed": 17,
        "samples_needed": 2,
        "seeds_needed": 3,
    }
    assert found.items() >= wanted.items()
    assert found["detectable"] == pytest.approx(14.14, abs=0.01)
    assert main(["power", "--task", "aime2024", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["samples_needed"] is None
    assert "seeds_needed" not in found and "pairs" not in found


MISTAKES = [
    (["--task", "aime24"], "unknown task 'aime24'"),
    (["--k", "0"], "--k: 0 samples"),
    (["--items", "1"], "--items: 1 items"),
    (["--delta", "0"], "--delta: a delta of 0"),
    (["--delta", "-5"], "--delta"),
    (["--delta", "nan"], "--delta"),
    (["--delta", "101"], "--delta"),
    (["--accuracy", "0"], "--accuracy"),
    (["--accuracy", "1"], "--accuracy"),
    (["--accuracy", "30"], "--accuracy"),
    (["--accuracy", "nan"], "--accuracy"),
    (["--seed-sd", "-1"], "--seed-sd"),
    (["--seed-sd", "inf"], "--seed-sd"),
    (["--run", "nowhere"], "no finished cells of 'aime2024' here. Tasks with finished cells: none"),
    (["--run", "nowhere", "--accuracy", "0.3"], "measured, not assumed"),
]


def refusal(flags: Sequence[str], capsys: pytest.CaptureFixture[str]) -> str:
    """The one line of an error."""
    assert main(["power", "--task", "aime2024", *flags]) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.startswith("rlvr-suite: ") and err.count("\n") == 1
    return err


@pytest.mark.parametrize(("flags", "named"), MISTAKES)
def test_a_mistake_is_one_line(flags: list[str], named: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert named in refusal(flags, capsys)


def test_a_run_that_can_measure_nothing_says_why(store: RunStore, capsys: pytest.CaptureFixture[str]) -> None:
    of_run = ["--task", "micro_bench", "--run", str(store.root)]
    given(store, BASE, BEFORE)
    assert "Tasks with finished cells: micro_bench" in refusal(["--run", str(store.root)], capsys)
    assert "no base and checkpoint of a pair" in refusal(of_run, capsys)
    given(store, CHECKPOINT, AFTER, error="out of memory")
    assert "no base and checkpoint of a pair" in refusal(of_run, capsys)
    given(store, CHECKPOINT, BEFORE)
    assert "nothing varies" in refusal(of_run, capsys)
    given(store, CHECKPOINT, AFTER)
    store.add_pair(store.pairs()[0].model_copy(update={"weights": "trained again since"}))
    assert "no base and checkpoint of a pair" in refusal(of_run, capsys)
