"""The replay engine: stored samples through lm-eval again, without a model."""

from pathlib import Path

import pytest
from planning import GREEDY, SAMPLED, base, planned

from suite.commands.main import main
from suite.engine.hf import HFEngine
from suite.engine.run import run_cells
from suite.progress import silent
from suite.store.run_folder import RunStore

pytestmark = pytest.mark.slow
ARGV = ["eval", "--engine", "replay", "--families", "micro-llama3", "--tasks", f"{SAMPLED},{GREEDY}", "--out"]


@pytest.fixture
def run(tmp_path: Path) -> RunStore:
    store = RunStore(tmp_path)
    run_cells(store, planned(base()), silent)
    return store


def test_replay_needs_no_model_and_finds_the_recorded_means(
    run: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(HFEngine, "__init__", lambda *_: pytest.fail("loaded"))
    assert main([*ARGV, str(run.root)]) == 0


def test_replay_tells_a_mean_that_is_not_the_recorded_one(
    run: RunStore, capsys: pytest.CaptureFixture[str]
) -> None:
    cell = next(c for c in run.finished() if c.manifest and c.manifest.cell.task == SAMPLED)
    cell.write_batch(
        "000-000000-12", [s.model_copy(update={"text": ""}) for s in cell.samples().values() if s.sample == 0]
    )
    assert main([*ARGV, str(run.root)]) == 1
    assert "recorded is" in capsys.readouterr().err


def test_replay_tells_a_sample_that_is_not_there(run: RunStore, capsys: pytest.CaptureFixture[str]) -> None:
    cell = next(c for c in run.finished() if c.manifest and c.manifest.cell.task == SAMPLED)
    next(cell.path.glob("batch-001*")).unlink()
    assert main([*ARGV, str(run.root)]) == 1
    assert "12 of its samples are not stored" in capsys.readouterr().err
