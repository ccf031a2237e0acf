"""An import enters a run folder all at once or not at all, wherever a kill interrupts it."""

import os
from pathlib import Path

import pytest
from builders.cells import cell, manifest

from suite.schema import Pair, Sample
from suite.store.run_folder import RunStore

CELL = cell("m", temperature=0)
MANIFEST = manifest(CELL)
PAIR = Pair(family="f", base="b", checkpoint="c", reward="random", recipe="imported", seed=0, step=20)


def test_what_was_staged_and_not_decided_is_thrown_away_by_the_next_writer_only(tmp_path: Path) -> None:
    run = RunStore(tmp_path)
    with pytest.raises(KeyboardInterrupt), run.lock(), run.staged() as staged:
        staged.cell(CELL).finish(MANIFEST)
        assert list(run.finished()) == []
        raise KeyboardInterrupt
    assert [path.name for path in tmp_path.iterdir()] == [".lock"]
    RunStore(tmp_path / ".staged").cell(CELL).finish(MANIFEST)
    assert list(run.finished()) == [] and (tmp_path / ".staged").exists()
    with run.lock():
        assert not (tmp_path / ".staged").exists()


def test_cells_and_pairs_take_their_place_together_and_others_give_way(tmp_path: Path) -> None:
    run = RunStore(tmp_path)
    old, other = CELL.model_copy(update={"dtype": "bfloat16"}), CELL.model_copy(update={"model": "n"})
    for present in (CELL, old, other):
        run.cell(present).write_batch("old", [Sample(item_id="1", sample=0, text="old")])
        run.cell(present).finish(MANIFEST.model_copy(update={"cell": present}))
    with run.lock(), run.staged(replaced=[CELL.id, old.id]) as staged:
        staged.cell(CELL).finish(MANIFEST)
        staged.add_pair(PAIR)
    assert {c.path.name for c in run.finished()} == {CELL.id, other.id}
    assert (run.cell(CELL).samples(), run.pairs()) == ({}, [PAIR])


@pytest.mark.parametrize("renames", range(4))
def test_an_import_that_is_killed_between_two_renames_is_completed_by_the_next_reader(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, renames: int
) -> None:
    # One pair, a cell that replaces its predecessor, and a cell that is removed: four renames.
    run = RunStore(tmp_path)
    removed = CELL.model_copy(update={"dtype": "bfloat16"})
    for present in (CELL, removed):
        run.cell(present).finish(MANIFEST.model_copy(update={"cell": present, "git": "old"}))
    staged = RunStore(tmp_path / ".staged")
    done = 0
    rename = os.replace

    def killed_later(source: Path, target: Path) -> None:
        nonlocal done
        if done == renames:
            raise KeyboardInterrupt
        done += ".staged" in str(source) or ".staged" in str(target)
        rename(source, target)

    from suite.store import imports

    staged.cell(CELL).finish(MANIFEST)
    staged.add_pair(PAIR)
    imports.decide(tmp_path, [removed.id])
    monkeypatch.setattr(os, "replace", killed_later)
    with pytest.raises(KeyboardInterrupt):
        imports.settle(tmp_path)
    monkeypatch.undo()
    assert [c.manifest for c in run.finished()] == [MANIFEST]
    assert run.pairs() == [PAIR]
    assert not (tmp_path / ".staged").exists()
