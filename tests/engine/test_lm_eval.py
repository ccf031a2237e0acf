"""lm-eval by itself against our cells: the same tasks, the same model, the same numbers."""

import json
import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from suite.engine.hf import identity
from suite.plan import PlannedCell, Wishes, plan, task_to_run
from suite.registry import load_registry
from suite.resources import builtin_model, tasks_dir
from suite.run import RunProgress, run_cells
from suite.selection import base_to_run
from suite.store import RunStore
from suite.summary import item_scores
from suite.table import read_cells, sample_table
from suite.tasks import grade_batch, item_metrics, load_items, task

pytestmark = pytest.mark.slow
MODEL = "micro-llama3"
TASK = "micro_arithmetic_clean"
ITEMS = 60


def our_cell(tmp_path: Path, temperature: float | None) -> tuple[RunStore, PlannedCell]:
    wishes = Wishes(limit=ITEMS, temperature=temperature)
    cell = plan([base_to_run(load_registry(), MODEL)], [task_to_run(task(TASK), load_items(task(TASK)), wishes)], identity())[0]
    store = RunStore(tmp_path / "run")
    run_cells(store, [cell], RunProgress())
    return store, cell


def our_item_scores(store: RunStore) -> np.ndarray:
    return item_scores(sample_table(read_cells(store.finished())))


def lm_eval_mean(tmp_path: Path, *flags: str) -> float:
    """What `lm_eval run` says, as a user would call it, in a process of its own."""
    command = [sys.executable, "-m", "lm_eval", "run", "--model", "hf", "--include_path", str(tasks_dir()), "--tasks", TASK]
    command += ["--model_args", f"pretrained={builtin_model(MODEL)},dtype=float32", "--batch_size", "64", "--limit", str(ITEMS)]
    out = tmp_path / "lm_eval"
    done = subprocess.run([*command, "--output_path", str(out), *flags], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    results = json.loads(next(out.rglob("results*.json")).read_text())
    return float(results["results"][TASK]["avg,grade"])


def test_under_greedy_decoding_lm_eval_gives_our_mean_exactly(tmp_path: Path) -> None:
    store, _ = our_cell(tmp_path, temperature=0.0)
    assert lm_eval_mean(tmp_path, "--gen_kwargs", "do_sample=False,temperature=0.0") == pytest.approx(
        our_item_scores(store).mean(), abs=1e-12
    )


def test_sampled_lm_eval_agrees_within_four_standard_errors(tmp_path: Path) -> None:
    store, _ = our_cell(tmp_path, temperature=None)
    score_I = our_item_scores(store)
    theirs = lm_eval_mean(tmp_path)
    # both arms see the same items, so only the noise of sampling an item separates them
    variance_I = score_I * (1 - score_I) / (task(TASK).k - 1)
    standard_error = math.sqrt(2 * float(variance_I.sum())) / len(score_I)
    assert 0 < standard_error < 0.05
    assert abs(theirs - float(score_I.mean())) < 4 * standard_error


def test_lm_evals_metric_fed_our_texts_equals_our_mean_exactly(tmp_path: Path) -> None:
    store, cell = our_cell(tmp_path, temperature=None)
    stored = next(iter(store.finished()))
    samples, items = stored.samples(), stored.items()
    texts = [[samples[item.id, i].text for i in range(cell.task.k)] for item in items]
    docs = [{"id": i.id, "problem": i.problem, "answer": i.answer, "continuation": i.continuation} for i in items]
    graded = grade_batch(texts, docs)
    means = [item_metrics(doc, [scores])["avg"] for doc, scores in zip(docs, graded, strict=True)]
    assert means == our_item_scores(store).tolist()
    manifest = stored.manifest
    assert manifest is not None and manifest.lm_eval_avg == pytest.approx(float(np.mean(means)), abs=1e-12)


def test_all_k_samples_of_an_item_count_and_differ(tmp_path: Path) -> None:
    store, cell = our_cell(tmp_path, temperature=None)
    samples = next(iter(store.finished())).samples()
    assert cell.task.k == 8 and len(samples) == 8 * ITEMS
    assert len({s.seed for s in samples.values()}) == 8 * ITEMS
