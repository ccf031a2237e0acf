"""One engine for many checkpoints: its samples are a fresh engine's, and a swap that fails is noticed."""

import logging
from dataclasses import replace
from pathlib import Path

import pytest
from planning import base, planned, texts

from suite.engine.hf import HFEngine
from suite.engine.reuse import EngineRoom
from suite.engine.run import run_cells
from suite.plan.cells import ModelToRun
from suite.progress import silent
from suite.store.run_folder import RunStore

pytestmark = pytest.mark.slow
MODELS = ("micro-qwen2.5-math", "micro-qwen2.5")


def room(engine: type[HFEngine], started: list[str]) -> EngineRoom:
    def start(model: ModelToRun) -> HFEngine:
        started.append(model.id)
        return engine(model.folder, model.dtype)

    return EngineRoom(start)


def canaries(room: EngineRoom) -> list[list[float]]:
    return [room.engine_for(base(model)).canary() for model in (*MODELS, MODELS[0], "micro-llama3")]


FRESH = [HFEngine(base(model).folder, "float32").canary() for model in (*MODELS, MODELS[0], "micro-llama3")]


def test_checkpoints_of_one_architecture_share_an_engine_and_have_their_own_weights() -> None:
    started: list[str] = []
    assert canaries(room(HFEngine, started)) == FRESH
    assert started == [
        *MODELS,
        "micro-llama3",
    ]  # the second for the proof; the third model's weights went into it


class Stale(HFEngine):
    """The weights stay what they were."""

    def swap(self, folder: Path) -> None:
        pass


class Packed(HFEngine):
    """Some weights are kept, so that the old model comes back whole: what vLLM does on CPU."""

    def swap(self, folder: Path) -> None:
        kept = self.model.model.layers[0].mlp.down_proj.weight.data.clone()
        super().swap(folder)
        self.model.model.layers[0].mlp.down_proj.weight.data = kept


class Refusing(HFEngine):
    """No weights are taken."""

    def swap(self, folder: Path) -> None:
        raise RuntimeError("not this build")


@pytest.mark.parametrize("engine", [Stale, Packed, Refusing])
def test_a_swap_that_does_not_take_is_found_out_and_that_architecture_gets_fresh_engines(
    engine: type[HFEngine], caplog: pytest.LogCaptureFixture
) -> None:
    started: list[str] = []
    with caplog.at_level(logging.WARNING):
        assert canaries(room(engine, started)) == FRESH
    assert started == [*MODELS, MODELS[0], "micro-llama3"]
    assert "fresh engines" in caplog.text


def test_a_run_over_swapped_weights_has_the_samples_of_separate_runs(tmp_path: Path) -> None:
    together, apart = RunStore(tmp_path / "together"), RunStore(tmp_path / "apart")
    cells = planned(*map(base, MODELS))
    run_cells(together, cells, silent)
    for model in MODELS:
        run_cells(apart, [p for p in cells if p.cell.model == model], silent)
    assert texts(together, cells) == texts(apart, cells)
    assert len(texts(together, cells)) == 2 * (2 * 12 + 12)


def test_another_dtype_or_engine_block_is_another_engine() -> None:
    started: list[str] = []
    shared = room(HFEngine, started)
    for model in (base(MODELS[0]), replace(base(MODELS[1]), dtype="bfloat16")):
        shared.engine_for(model)
    assert len(started) == 2
