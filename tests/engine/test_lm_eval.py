"""lm-eval by itself gives our numbers on the same tasks and model; and the traps of its avg@k."""

import json
import math
import os
import subprocess
import sys
from collections import Counter
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from lm_eval.api.instance import Instance
from lm_eval.api.model import LM
from lm_eval.evaluator import simple_evaluate
from lm_eval.tasks import TaskManager

from suite.benchmarks.item_files import DATA_VARIABLE
from suite.benchmarks.item_sets import load_items, load_set
from suite.benchmarks.tasks import GROUPS, expand, task
from suite.engine.run import run_cells
from suite.engine.start import identity
from suite.files.shipped import builtin_model, tasks_dir
from suite.grade.stored_grades import read_cells
from suite.grade.task_graders import Response, grade_responses
from suite.lm_eval_api import grade_answers, grade_numbers, item_metrics
from suite.plan.cells import Overrides, PlannedCell, plan, task_to_run
from suite.plan.resolve import base_to_run
from suite.progress import silent
from suite.registry import load_registry
from suite.store.run_folder import RunStore
from suite.summary.scored_cells import scored

pytestmark = pytest.mark.slow
MODEL = "micro-llama3"
TASK = "micro_arithmetic_clean"
ITEMS = 60
CORE = ("math500", "amc83", "aime2024", "aime2025")
SHORT = ("--gen_kwargs", "max_gen_toks=16")
needs_data = pytest.mark.skipif(not os.environ.get(DATA_VARIABLE), reason=f"{DATA_VARIABLE} is not set")


def our_cell(tmp_path: Path, name: str, overrides: Overrides) -> tuple[RunStore, PlannedCell]:
    """A finished cell of the task under its default protocol."""
    spec = task(name)
    model = base_to_run(load_registry(), MODEL, [spec.metadata.default_protocol])
    loaded = load_set(spec)
    run = replace(task_to_run(spec, loaded.items, replace(overrides, limit=ITEMS)), dataset=loaded.dataset)
    cell = plan([model], [run], identity("hf"))[0]
    store = RunStore(tmp_path / "run")
    run_cells(store, [cell], silent)
    return store, cell


def our_item_scores(store: RunStore) -> np.ndarray:
    (cell,) = read_cells(store.finished())
    return scored(cell).score_I


def lm_eval_results(tmp_path: Path, tasks: str, limit: int, *flags: str) -> dict[str, Any]:
    """The results file of `lm_eval run`, as a user would call it, in a process of its own."""
    command = [
        sys.executable,
        "-m",
        "lm_eval",
        "run",
        "--model",
        "hf",
        "--include_path",
        str(tasks_dir()),
        "--tasks",
        tasks,
    ]
    command += [
        "--model_args",
        f"pretrained={builtin_model(MODEL)},dtype=float32",
        "--batch_size",
        "64",
        "--limit",
        str(limit),
    ]
    out = tmp_path / "lm_eval"
    done = subprocess.run([*command, "--output_path", str(out), *flags], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    found: dict[str, Any] = json.loads(next(out.rglob("results*.json")).read_text())
    return found


def lm_eval_mean(tmp_path: Path, *flags: str) -> float:
    return float(lm_eval_results(tmp_path, TASK, ITEMS, *flags)["results"][TASK]["avg,grade"])


def test_under_greedy_decoding_lm_eval_gives_our_mean_exactly(tmp_path: Path) -> None:
    store, _ = our_cell(tmp_path, TASK, Overrides(temperature=0.0))
    assert lm_eval_mean(tmp_path, "--gen_kwargs", "do_sample=False,temperature=0.0") == pytest.approx(
        our_item_scores(store).mean(), abs=1e-12
    )


def test_under_greedy_decoding_lm_eval_gives_our_numbers_of_the_clean_arithmetic_exactly(
    tmp_path: Path,
) -> None:
    store, cell = our_cell(tmp_path, "arithmetic_clean", Overrides(max_new_tokens=48))
    stored = next(iter(store.finished()))
    samples = stored.samples()
    ours = grade_responses([Response(item, samples[item.id, 0].text) for item in cell.task.items], "number")
    theirs = lm_eval_results(tmp_path, "arithmetic_clean", ITEMS, "--gen_kwargs", "max_gen_toks=48")[
        "results"
    ]["arithmetic_clean"]
    continuous = np.array([s.metrics["continuous"] for s in ours])
    assert np.ptp(continuous) > 0, "a constant would show nothing"
    assert theirs["continuous,grade"] == pytest.approx(continuous.mean(), abs=1e-12)
    assert theirs["avg,grade"] == pytest.approx(np.mean([s.correct for s in ours]), abs=1e-12)
    manifest = stored.manifest
    assert manifest is not None and manifest.lm_eval_avg == pytest.approx(theirs["avg,grade"], abs=1e-12)
    assert (manifest.dataset, manifest.dataset_revision) == ("generator random_calculation, seed 1", None)
    docs = [asdict(item) for item in cell.task.items]
    fed = grade_numbers([[samples[item.id, 0].text] for item in cell.task.items], docs)
    metrics = [item_metrics(doc, [of_item])["continuous"] for doc, of_item in zip(docs, fed, strict=True)]
    assert metrics == continuous.tolist()


def test_sampled_lm_eval_agrees_within_four_standard_errors(tmp_path: Path) -> None:
    store, _ = our_cell(tmp_path, TASK, Overrides())
    score_I = our_item_scores(store)
    theirs = lm_eval_mean(tmp_path)
    # both arms see the same items, so only the noise of sampling an item separates them
    variance_I = score_I * (1 - score_I) / (task(TASK).k - 1)
    standard_error = math.sqrt(2 * float(variance_I.sum())) / len(score_I)
    assert 0 < standard_error < 0.05
    assert abs(theirs - float(score_I.mean())) < 4 * standard_error


def test_lm_evals_metric_fed_our_texts_equals_our_mean_exactly(tmp_path: Path) -> None:
    store, cell = our_cell(tmp_path, TASK, Overrides())
    stored = next(iter(store.finished()))
    samples, items = stored.samples(), stored.items()
    texts = [[samples[item.id, i].text for i in range(cell.task.k)] for item in items]
    docs = [asdict(item) for item in items]
    graded = grade_answers(texts, docs)
    means = [item_metrics(doc, [of_item])["avg"] for doc, of_item in zip(docs, graded, strict=True)]
    assert means == our_item_scores(store).tolist()
    manifest = stored.manifest
    assert manifest is not None and manifest.lm_eval_avg == pytest.approx(float(np.mean(means)), abs=1e-12)


def test_all_k_samples_of_an_item_count_and_differ(tmp_path: Path) -> None:
    store, cell = our_cell(tmp_path, TASK, Overrides())
    samples = next(iter(store.finished())).samples()
    assert cell.task.k == 8 and len(samples) == 8 * ITEMS
    assert len({s.seed for s in samples.values()}) == 8 * ITEMS


@needs_data
def test_plain_lm_eval_runs_the_real_tasks_by_name(tmp_path: Path) -> None:
    names = (*CORE, "arithmetic_clean")
    found = lm_eval_results(tmp_path, ",".join(names), 2, *SHORT)
    assert set(found["results"]) == set(names)
    assert all(0 <= found["results"][name]["avg,grade"] <= 1 for name in names)
    assert {name for name in names if "pass_at_k,grade" in found["results"][name]} == set(CORE) - {"math500"}
    assert found["n-samples"] == {
        name: {"original": task(name).metadata.n_items, "effective": 2} for name in names
    }
    assert {f"avg_steps_{level},grade" in found["results"]["arithmetic_clean"] for level in (1, 2)} == {True}
    assert "avg_steps_3,grade" not in found["results"]["arithmetic_clean"]


@needs_data
def test_plain_lm_eval_runs_the_groups(tmp_path: Path) -> None:
    found = lm_eval_results(tmp_path, ",".join(GROUPS), 1, *SHORT)
    assert set(found["results"]) == {spec.task for spec in expand(GROUPS)}
    for name in (spec.task for spec in expand(["rlvr_contamination"])):
        assert {f"{metric},grade" for metric in ("avg", "exact_match", "rouge_l", "answer_found")} <= set(
            found["results"][name]
        )


def test_a_fresh_seed_reaches_the_items_through_lm_evals_metadata(tmp_path: Path) -> None:
    flags = ("--metadata", '{"seed": 7, "steps": [2], "n_items": 3}', "--log_samples", *SHORT)
    found = lm_eval_results(tmp_path, "arithmetic_clean", 3, *flags)
    assert found["n-samples"]["arithmetic_clean"] == {"original": 3, "effective": 3}
    lines = next((tmp_path / "lm_eval").rglob("samples_*.jsonl")).read_text().splitlines()
    shown = {json.loads(line)["doc"]["problem"] for line in lines}
    assert len(shown) == 3 and not shown & {item.problem for item in load_items(task("arithmetic_clean"))}


class RightThreeTimesInEight(LM):  # type: ignore[misc]  # lm-eval has no types
    """An engine whose samples 1, 4 and 6 of every item are right: never the first, never the last."""

    def __init__(self) -> None:
        super().__init__()
        self.calls = 0

    def generate_until(self, requests: list[Instance], disable_tqdm: bool = False) -> list[str]:
        self.calls += len(requests)
        seen: Counter[int] = Counter()
        out = []
        for request in requests:
            index = seen[request.doc_id]
            seen[request.doc_id] += 1
            out.append(f"\\boxed{{{request.doc['answer'] if index in (1, 4, 6) else '-999'}}}")
        return out

    def loglikelihood(self, requests: list[Instance]) -> list[tuple[float, bool]]:
        raise NotImplementedError

    def loglikelihood_rolling(self, requests: list[Instance]) -> list[float]:
        raise NotImplementedError


def evaluated(name: str, cache: Path, lm: LM, **options: Any) -> dict[str, Any]:
    manager = TaskManager(include_path=str(tasks_dir()), include_defaults=False)
    found: dict[str, Any] | None = simple_evaluate(
        lm, tasks=[name], task_manager=manager, limit=5, use_cache=str(cache), bootstrap_iters=0, **options
    )
    assert found is not None
    return found


@pytest.mark.parametrize(
    "name",
    ["micro_bench", pytest.param("amc83", marks=needs_data), pytest.param("aime2025", marks=needs_data)],
)
def test_avg_at_8_is_the_mean_of_eight_samples_on_a_second_run_with_a_cache_too(
    name: str, tmp_path: Path
) -> None:
    lm = RightThreeTimesInEight()
    for run in (1, 2):
        found = evaluated(name, tmp_path / "cache", lm)
        assert found["results"][name]["avg,grade"] == 0.375
        assert found["results"][name]["pass_at_k,grade"] == 1.0
        assert lm.calls == run * 5 * 8  # nothing came from the cache
        drawn = [sample["resps"][0] for sample in found["samples"][name]]
        assert [[text.count("-999") for text in texts] for texts in drawn] == [[1, 0, 1, 1, 0, 1, 0, 1]] * 5


def test_without_do_sample_lm_evals_cache_would_make_one_sample_of_eight(tmp_path: Path) -> None:
    first, second = (
        evaluated(
            "micro_bench", tmp_path / "cache", RightThreeTimesInEight(), gen_kwargs={"do_sample": False}
        )
        for _ in range(2)
    )
    assert first["results"]["micro_bench"]["avg,grade"] == 0.375
    assert second["results"]["micro_bench"]["avg,grade"] == 0.0
    assert {len(set(sample["resps"][0])) for sample in second["samples"]["micro_bench"]} == {1}


def test_each_level_is_averaged_over_its_own_items(tmp_path: Path) -> None:
    class RightOnOddLevels(RightThreeTimesInEight):
        def generate_until(self, requests: list[Instance], disable_tqdm: bool = False) -> list[str]:
            return [f"\\boxed{{{r.doc['answer']}}}" if r.doc["steps"] % 2 else "no idea" for r in requests]

    manager = TaskManager(include_path=str(tasks_dir()), include_defaults=False)
    found = simple_evaluate(
        RightOnOddLevels(), tasks=["arithmetic_clean"], task_manager=manager, bootstrap_iters=0
    )
    assert found is not None
    results = found["results"]["arithmetic_clean"]
    assert results["avg,grade"] == 0.5
    assert {level: results[f"avg_steps_{level},grade"] for level in range(1, 21)} == {
        level: level % 2 for level in range(1, 21)
    }
