"""A selection becomes the cells that its engine runs."""

from pathlib import Path

import pytest
from builders.cells import FAMILY, write_cell

from suite.engine import planned as module
from suite.engine.planned import planned_cells
from suite.engine.start import identity
from suite.errors import SuiteError
from suite.plan.engines import EngineEntry
from suite.plan.selection import Selection
from suite.registry import load_registry
from suite.store.run_folder import RunStore

SELECTION = Selection(families=(FAMILY,), tasks=("micro_bench",))


def test_cells_carry_the_identity_of_the_selected_engine(tmp_path: Path) -> None:
    planned = planned_cells(SELECTION, load_registry(), RunStore(tmp_path))
    assert {p.cell.engine for p in planned.cells} == {identity("hf").name}
    assert (planned.failures, planned.notes, planned.own) == ([], [], None)


def test_the_replay_engine_runs_the_stored_cells_and_resolves_no_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "resolve", lambda *_: pytest.fail("resolved"))
    store = RunStore(tmp_path)
    write_cell(store, "m", [["1"], ["2"], ["3"]])
    replayed = SELECTION.model_copy(update={"engine": "replay"})
    (planned,) = planned_cells(replayed, load_registry(), store).cells
    assert (planned.cell.model, planned.n_samples) == ("m", 3)


def test_an_engine_that_is_not_installed_is_reported_before_models_are_looked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "resolve", lambda *_: pytest.fail("resolved"))
    monkeypatch.setattr("suite.engine.start.ENGINES", {"vllm": EngineEntry("vLLM", ("no-such-package",))})
    with pytest.raises(SuiteError, match="vLLM is not installed"):
        planned_cells(SELECTION.model_copy(update={"engine": "vllm"}), load_registry(), RunStore(tmp_path))
