"""Scored cells: the same however many processes read them."""

from pathlib import Path

import pytest
from builders.cells import FAMILY, write_cell

from suite.errors import SuiteError
from suite.grade import stored_grades
from suite.registry import load_registry
from suite.store.run_folder import RunStore
from suite.summary.scored_cells import scored_cells
from suite.summary.summarize import summarize


@pytest.mark.slow
def test_several_processes_read_what_one_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = RunStore(tmp_path)
    for temperature in (0.1, 0.2, 0.3):
        write_cell(run, FAMILY, [["1"], ["9"], ["none"]], temperature=temperature)
    alone = summarize(scored_cells(run.finished()), [], load_registry())
    monkeypatch.setattr(stored_grades, "PARALLEL_FROM", 1)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    together = summarize(scored_cells(run.finished()), [], load_registry())
    assert together.to_json() == alone.to_json()
    next(run.finished()).path.joinpath("batch-0.jsonl").write_text("{}")
    with pytest.raises(SuiteError, match="damaged"):
        list(scored_cells(run.finished()))
