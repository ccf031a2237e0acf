"""vLLM for real: against transformers, seeds, resume inside an item, a swap that this build cannot do.

Needs vLLM; ``.ci/run`` runs these in their own environment: ``.venv-vllm/bin/python -m pytest -m vllm``.
"""

import importlib.util
import json
from dataclasses import replace
from pathlib import Path

import pytest
from planning import BASES, GREEDY, SAMPLED, base, files, planned, texts

from suite.engine.reuse import EngineRoom
from suite.engine.run import run_cells
from suite.plan.cells import ModelToRun
from suite.plan.unfinished import is_finished
from suite.progress import silent
from suite.store.run_folder import RunStore

pytestmark = [
    pytest.mark.vllm,
    pytest.mark.slow,
    pytest.mark.skipif(importlib.util.find_spec("vllm") is None, reason="vLLM is not installed here"),
]
MAX_DIFFERING = 0.02
"""Share of samples that batching may change (float ties); measured 0 on CPU in fp32."""


def differing(
    left: dict[tuple[str, str, str, int], str], right: dict[tuple[str, str, str, int], str]
) -> float:
    """Share of samples whose texts differ; both sides have the same samples."""
    assert left.keys() == right.keys() and left
    return sum(left[key] != right[key] for key in left) / len(left)


@pytest.mark.parametrize("model_id", BASES)
def test_greedy_text_is_that_of_transformers(model_id: str, tmp_path: Path) -> None:
    ours, theirs = RunStore(tmp_path / "hf"), RunStore(tmp_path / "vllm")
    for store, engine in ((ours, "hf"), (theirs, "vllm")):
        cells = planned(base(model_id), limit=40, engine=engine, temperature=0.0)
        assert run_cells(store, cells, silent, engine) == []
    shares = differing(
        texts(ours, planned(base(model_id), limit=40, temperature=0.0)),
        texts(theirs, planned(base(model_id), limit=40, engine="vllm", temperature=0.0)),
    )
    print(f"{model_id}: greedy texts differ in {shares:.2%} of 80")
    assert shares <= MAX_DIFFERING


def test_a_stop_string_is_kept_or_dropped_as_with_transformers(tmp_path: Path) -> None:
    (own,) = base().prompts
    dropped = own.model_copy(update={"id": "dropped", "stops": (" is",)})
    kept = dropped.model_copy(update={"id": "kept", "keep_stop": True})
    found: dict[str, dict[tuple[str, str], str]] = {}
    for engine in ("hf", "vllm"):
        store = RunStore(tmp_path / engine)
        cells = planned(
            replace(base(), prompts=(dropped, kept)), engine=engine, tasks=(SAMPLED,), temperature=0.0
        )
        assert run_cells(store, cells, silent, engine) == []
        samples = [(cell.prompt.id, s) for cell in cells for s in store.cell(cell.cell).samples().values()]
        found[engine] = {(prompt, s.item_id): s.text for prompt, s in samples}
    assert found["vllm"] == found["hf"]
    stopped = [
        item for (prompt, item), text in found["vllm"].items() if prompt == "kept" and text.endswith(" is")
    ]
    assert stopped and all(found["vllm"]["kept", i] == found["vllm"]["dropped", i] + " is" for i in stopped)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> RunStore:
    """k=8 in one go."""
    store = RunStore(tmp_path_factory.mktemp("whole"))
    assert run_cells(store, planned(base(), k=8, engine="vllm"), silent, "vllm") == []
    return store


def test_samples_of_an_item_differ_and_samples_have_their_own_seeds(whole: RunStore) -> None:
    cell = planned(base(), k=8, engine="vllm")[0]
    samples = whole.cell(cell.cell).samples().values()
    assert len({s.seed for s in samples}) == len(samples) == 96
    firsts = {s.text for s in samples if s.item_id == "0"}
    assert len(firsts) > 1


def test_growing_k_draws_the_further_samples_only(whole: RunStore, tmp_path: Path) -> None:
    grown, cells = RunStore(tmp_path), planned(base(), k=8, engine="vllm")
    run_cells(grown, planned(base(), k=4, engine="vllm"), silent, "vllm")
    before = {path: path.read_bytes() for cell in cells for path in files(grown, cell)}
    run_cells(grown, cells, silent, "vllm")
    assert {path: path.read_bytes() for path in before} == before
    share = differing(texts(grown, cells), texts(whole, cells))
    print(f"k from 4 to 8: {share:.2%} of samples differ from one go")
    assert share <= MAX_DIFFERING


def test_a_broken_run_goes_on_inside_an_item(
    whole: RunStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from suite.engine import vllm

    broken, cells = RunStore(tmp_path), planned(base(), k=8, engine="vllm")
    flush, flushed = vllm._flush, []

    def flush_until_the_power_fails(finished: list[object], *rest: object) -> None:
        if len(flushed) == 3:
            raise KeyboardInterrupt
        if finished:
            flushed.append(len(finished))
        flush(finished, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(vllm, "FLUSH_SAMPLES", 10)
    monkeypatch.setattr(vllm, "_flush", flush_until_the_power_fails)
    with pytest.raises(KeyboardInterrupt):
        run_cells(broken, cells, silent, "vllm")
    kept = texts(broken, cells)
    assert 0 < len(kept) == sum(flushed) < 108
    monkeypatch.setattr(vllm, "_flush", flush)
    run_cells(broken, cells, silent, "vllm")
    rows = [
        json.loads(line)
        for cell in cells
        for path in files(broken, cell)
        for line in path.read_text().splitlines()
    ]
    assert len(rows) == 108  # none drawn twice, none lost
    share = differing(texts(broken, cells), texts(whole, cells))
    print(f"resumed: {share:.2%} of samples differ from one go")
    assert share <= MAX_DIFFERING


def test_a_prompt_that_does_not_fit_fails_its_cell_alone(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    cells = [
        *planned(base(), engine="vllm", tasks=(SAMPLED,), max_new_tokens=8190),
        *planned(base(), engine="vllm", tasks=(GREEDY,)),
    ]
    (error,) = run_cells(store, cells, silent, "vllm")
    assert error.where == cells[0].cell.name and "the model's context is" in error.what
    assert [is_finished(store, p) for p in cells] == [False, True]


def test_swapped_weights_give_a_fresh_engines_log_probabilities_or_fresh_engines_are_used() -> None:
    from suite.engine.hf import HFEngine
    from suite.engine.vllm import VLLMEngine

    started: list[str] = []

    def start(model: ModelToRun) -> VLLMEngine:
        started.append(model.id)
        return VLLMEngine(model)

    room, models = EngineRoom(start), [base("micro-qwen2.5-math"), base("micro-qwen2.5")]
    try:
        canaries = [room.engine_for(model).canary() for model in models]
    finally:
        room.close()
    print(f"engines started for two checkpoints of one architecture: {len(started)}")
    assert set(room.proved.values()) == {False} and len(started) == 2  # this build keeps packed copies
    for model, canary in zip(models, canaries, strict=True):
        assert canary == pytest.approx(HFEngine(model.folder, model.dtype).canary(), abs=1e-3)
