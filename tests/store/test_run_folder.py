"""The run folder: finished cells, pairs and a summary, one writer at a time."""

import multiprocessing
from pathlib import Path

import pytest
from builders.cells import cell, manifest

from suite.benchmarks.items import Item
from suite.errors import SuiteError
from suite.files.atomic import write_atomic
from suite.schema import Pair, Sample
from suite.store.run_folder import RunStore, read_summary

CELL = cell("m", temperature=0)
MANIFEST = manifest(CELL)


def test_a_cell_is_finished_only_by_its_manifest(tmp_path: Path) -> None:
    run = RunStore(tmp_path)
    store = run.cell(CELL)
    assert (store.manifest, list(run.finished())) == (None, [])
    store.write_items([Item("1", "p", "1")])
    store.write_batch("0", [Sample(item_id="1", sample=0, text="x")])
    assert (store.manifest, list(run.finished())) == (None, [])
    store.finish(MANIFEST)
    assert [c.manifest for c in run.finished()] == [MANIFEST]


def test_pairs_are_read_back_from_their_checkpoints(tmp_path: Path) -> None:
    run = RunStore(tmp_path)
    pair = Pair(family="f", base="b", checkpoint="c", reward="random", recipe="micro", seed=0, step=20)
    assert run.pairs() == []
    run.add_pair(pair)
    assert run.pairs() == [pair]
    (run.checkpoint("c") / "pair.json").write_text("{}")
    with pytest.raises(SuiteError, match="damaged"):
        run.pairs()


def test_a_trained_checkpoint_takes_its_place_with_its_pair_and_replaces_an_older_one(tmp_path: Path) -> None:
    run = RunStore(tmp_path)
    pair = Pair(family="f", base="b", checkpoint="c", reward="random", recipe="micro", seed=0, step=20)
    for weights in ("first", "second"):
        trained = run.checkpoint(".c.training")
        write_atomic(trained / f"{weights}.safetensors", b"")
        run.take_checkpoint(trained, pair.model_copy(update={"weights": weights}))
    assert run.pairs() == [pair.model_copy(update={"weights": "second"})]
    assert sorted(path.name for path in run.checkpoint("c").iterdir()) == ["pair.json", "second.safetensors"]
    assert run.weights() == {"c": "second"}


def test_a_missing_or_damaged_summary_is_named(tmp_path: Path) -> None:
    with pytest.raises(SuiteError, match="no summary here"):
        read_summary(tmp_path)
    (tmp_path / "summary.json").write_text("{}")
    with pytest.raises(SuiteError, match="damaged"):
        read_summary(tmp_path)


def _try_lock(root: Path, answers: "multiprocessing.Queue[str]") -> None:
    try:
        with RunStore(root).lock():
            answers.put("locked")
    except SuiteError as error:
        answers.put(str(error))


def _lock_elsewhere(root: Path) -> str:
    context = multiprocessing.get_context("fork")
    answers: multiprocessing.Queue[str] = context.Queue()
    process = context.Process(target=_try_lock, args=(root, answers))
    process.start()
    answer = answers.get(timeout=10)
    process.join(10)
    return answer


def test_a_second_writer_is_refused_until_the_first_has_left(tmp_path: Path) -> None:
    with RunStore(tmp_path).lock():
        assert _lock_elsewhere(tmp_path).startswith(f"{tmp_path}: another command is writing here")
        with pytest.raises(SuiteError, match="another command"), RunStore(tmp_path).lock():
            pass
    assert _lock_elsewhere(tmp_path) == "locked"


def test_a_folder_that_cannot_be_a_run_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    for root in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(SuiteError, match="cannot be a run folder"), RunStore(root).lock():
            pass
