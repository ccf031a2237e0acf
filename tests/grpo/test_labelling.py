"""Labels drawn from a real micro base: the same bytes in one go, after a kill and after a fault; mistakes."""

import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from suite.benchmarks import micro_corpus, micro_world
from suite.benchmarks.items import Item, ItemSet
from suite.engine.hf import HFEngine
from suite.errors import SuiteError
from suite.files.shipped import builtin_model
from suite.grpo import labelling
from suite.grpo.labelling import LabelJob, run_labelling, samples_folder
from suite.grpo.labels import incorrect_items, load_labels, majority_items
from suite.progress import Report, silent
from suite.registry import load_registry
from suite.registry.weights import weights_hash

pytestmark = pytest.mark.slow
MODEL = "micro-qwen2.5-math"
PROBLEMS = micro_world.word_problems(5_000_000, 12, micro_corpus.EVAL_STEPS)
DATA = ItemSet([Item(str(i), p.text, str(p.answer)) for i, p in enumerate(PROBLEMS)], "micro_world")
JOB = LabelJob(MODEL, DATA, samples=4, max_new_tokens=96)


def run(job: LabelJob, out: Path) -> bytes:
    run_labelling(job, load_registry(), out, silent)
    return out.read_bytes()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The label file of ``JOB`` in one go."""
    return run(JOB, tmp_path_factory.mktemp("whole") / "labels.jsonl")


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(whole: bytes, tmp_path: Path) -> None:
    assert run(JOB, tmp_path / "again.jsonl") == whole
    assert run(replace(JOB, seed=1), tmp_path / "other.jsonl").splitlines()[1:] != whole.splitlines()[1:]


def test_the_labels_are_those_of_the_base_and_make_training_items(whole: bytes, tmp_path: Path) -> None:
    out = tmp_path / "labels.jsonl"
    out.write_bytes(whole)
    labels = load_labels(out, MODEL, weights_hash(builtin_model(MODEL)))
    counts = labels.counts
    items = DATA.items
    assert counts.labelled == 12 and counts.right + counts.wrong == 12 and 0 < counts.wrong < 12
    wrong = incorrect_items(labels, items)
    assert len(wrong) == counts.wrong and {i.id for i in wrong} < {
        i.id for i in majority_items(labels, items)
    }
    assert all(item.answer != items[int(item.id)].answer for item in wrong)
    assert labels.settings.protocol == "micro_qa" and labels.settings.device == "cpu"


KILLED = """
import sys
from pathlib import Path
sys.path[:0] = [str(Path(sys.argv[1]))]
from test_labelling import JOB, run
run(JOB, Path(sys.argv[2]))
"""


def test_a_killed_run_resumes_and_gives_the_same_bytes(whole: bytes, tmp_path: Path) -> None:
    out = tmp_path / "labels.jsonl"
    process = subprocess.Popen([sys.executable, "-c", KILLED, str(Path(__file__).parent), str(out)])
    deadline = time.monotonic() + 300  # loading takes minutes on a machine that is busy
    while process.poll() is None and time.monotonic() < deadline:
        if list(tmp_path.rglob("batch-*.jsonl")):
            break
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL and not out.exists()
    kept = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("batch-*.jsonl")}
    assert 0 < len(kept) < JOB.samples
    assert run(JOB, out) == whole
    assert all(path.stat().st_mtime_ns == at for path, at in kept.items())


def test_an_engine_that_fails_midway_is_one_error_and_the_next_run_resumes(
    whole: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    generate = HFEngine._generate
    calls = []

    def failing(self: HFEngine, *arguments: object) -> object:
        calls.append(arguments)
        if len(calls) == 3:
            raise RuntimeError("the device fell off the bus")
        return generate(self, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(HFEngine, "_generate", failing)
    out = tmp_path / "labels.jsonl"
    with pytest.raises(
        SuiteError, match=r"the device fell off the bus.*run the command again; it resumes here"
    ):
        run(JOB, out)
    assert not out.exists()
    assert run(JOB, out) == whole
    # Two batches were stored, the third failed; then the third and the fourth were drawn.
    assert len(calls) == 3 + 2


def test_more_samples_cost_only_those_that_are_new(tmp_path: Path) -> None:
    out = tmp_path / "labels.jsonl"
    seen: list[Report] = []
    run(replace(JOB, samples=2), out)
    out.unlink()
    run_labelling(JOB, load_registry(), out, seen.append)
    assert [(report.done, report.total) for report in seen] == [(24, 48), (36, 48), (48, 48)]
    assert {(report.part, report.unit) for report in seen} == {(MODEL, "samples")}


def test_items_are_labelled_in_parts_with_the_same_seeds(
    whole: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(labelling, "CHUNK", 5)
    out = tmp_path / "labels.jsonl"
    assert run(JOB, out) == whole
    assert len(list((samples_folder(out) / "cells").iterdir())) == 3


def test_a_finished_file_is_read_and_another_one_is_not_written_over(whole: bytes, tmp_path: Path) -> None:
    out = tmp_path / "labels.jsonl"
    out.write_bytes(whole)
    assert run(JOB, out) == whole and not samples_folder(out).exists()
    with pytest.raises(SuiteError, match="holds labels that differ in samples, seed"):
        run(replace(JOB, samples=8, seed=2), out)
    out.write_text('{"id": "1", "problem": "2 + 2", "answer": "4"}\n')
    with pytest.raises(SuiteError, match="expected the header of a label file"):
        run(JOB, out)
    assert not samples_folder(out).exists()


TWICE = ItemSet([DATA.items[0], DATA.items[0]], "twice.jsonl")


@pytest.mark.parametrize(
    ("job", "message"),
    [
        (replace(JOB, model="micro-lama3"), "micro-lama3.*micro-llama3"),
        (
            replace(JOB, model="qwen2.5-math-7b-incorrect-step50"),
            "is a checkpoint; labels are the majority of an untrained base",
        ),
        (replace(JOB, protocol="r2"), "r2"),
        (replace(JOB, samples=0), "--samples: 0 is not allowed. Allowed: 1 or more"),
        (replace(JOB, max_new_tokens=0), "max_new_tokens: 0 is not allowed"),
        (replace(JOB, temperature=0.0), "temperature: 0 is not allowed with 4 samples"),
        (replace(JOB, temperature=-1.0), "temperature: -1 is not allowed"),
        (replace(JOB, temperature=float("nan")), "temperature: nan is not allowed"),
        (replace(JOB, data=ItemSet([], "none.jsonl")), "none.jsonl: no items to label"),
        (replace(JOB, data=TWICE), "twice.jsonl: item id '0' appears twice"),
    ],
)
def test_what_cannot_be_labelled_is_one_line_before_anything_is_loaded(
    job: LabelJob, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(labelling, "base_to_run", lambda *_: pytest.fail("loaded"))
    with pytest.raises(SuiteError, match=message) as caught:
        run(job, tmp_path / "labels.jsonl")
    assert "\n" not in str(caught.value) and not list(tmp_path.iterdir())


def test_a_place_that_cannot_hold_the_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SuiteError, match="a folder"):
        run(JOB, tmp_path)


def test_an_answer_that_does_not_fit_into_the_context_is_one_error(tmp_path: Path) -> None:
    with pytest.raises(
        SuiteError,
        match=r"labels by micro-qwen2.5-math: item .* tokens; the model's context is .*max_new_tokens",
    ):
        run(replace(JOB, max_new_tokens=8190), tmp_path / "labels.jsonl")
