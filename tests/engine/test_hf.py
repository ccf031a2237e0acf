"""The HF engine on a shipped micro base: noise, seeds, stops, resume."""

from pathlib import Path

import pytest
from planning import base, planned, texts

from suite.benchmarks.item_sets import load_items
from suite.benchmarks.micro_world import prompt, word_problems
from suite.benchmarks.tasks import task
from suite.engine.contract import CellWork
from suite.engine.hf import Batch, HFEngine
from suite.engine.run import run_cells
from suite.engine.seeds import sample_seed
from suite.errors import SuiteError
from suite.files.shipped import builtin_model
from suite.plan.cells import ModelToRun
from suite.progress import silent
from suite.registry.protocols import PLAIN
from suite.schema import Decoding
from suite.store.run_folder import RunStore

pytestmark = pytest.mark.slow
SAMPLED = Decoding(temperature=0.6, max_new_tokens=64)
PROMPTS = [prompt(p.text) for p in word_problems(123, 12, (2, 3, 4))]


STOPPED = PLAIN.model_copy(update={"stops": (" answer",)})
KEPT = STOPPED.model_copy(update={"keep_stop": True})


@pytest.fixture(scope="module")
def engine() -> HFEngine:
    return HFEngine(builtin_model("micro-llama3"), "float32", batch_size=8)


@pytest.fixture(scope="module")
def model() -> ModelToRun:
    return base()


def test_a_sample_does_not_depend_on_the_rows_beside_it_or_on_its_place(engine: HFEngine) -> None:
    requests = [engine.request(p, seed) for seed, p in enumerate(PROMPTS)]
    together = engine.generate(requests, SAMPLED, PLAIN)
    assert engine.generate(requests[::-1], SAMPLED, PLAIN)[::-1] == together


def test_two_items_with_the_same_prompt_length_draw_different_noise(engine: HFEngine) -> None:
    items = load_items(task("micro_arithmetic_clean"))
    seeds = [sample_seed(0, "micro_arithmetic_clean", item, 0) for item in items]
    assert len(set(seeds)) == len(items)
    one_token = Decoding(temperature=3, max_new_tokens=1)
    drawn = engine.generate([engine.request(PROMPTS[0], seed) for seed in seeds[:64]], one_token, PLAIN)
    assert len({g.text for g in drawn}) > 10


def test_greedy_text_equals_plain_generate(engine: HFEngine) -> None:
    ours = engine.generate(
        [engine.request(p, 0) for p in PROMPTS], Decoding(temperature=0, max_new_tokens=64), PLAIN
    )
    for text, got in zip(PROMPTS, ours, strict=True):
        inputs = engine.tokenizer(text, return_tensors="pt")
        output = engine.model.generate(
            **inputs, do_sample=False, max_new_tokens=64, pad_token_id=engine.tokenizer.pad_token_id
        )
        assert got.text == engine.tokenizer.decode(
            output[0, inputs["input_ids"].shape[1] :], skip_special_tokens=True
        )


def test_stops_cut_the_text_and_a_full_budget_is_a_length_finish(engine: HFEngine) -> None:
    greedy = Decoding(temperature=0, max_new_tokens=64)
    whole = engine.generate([engine.request(PROMPTS[0], 0)], greedy, PLAIN)[0]
    stopped = engine.generate([engine.request(PROMPTS[0], 0)], greedy, STOPPED)[0]
    assert stopped.text == whole.text.split(" answer")[0] and stopped.finish_reason == "stop"
    short = engine.generate(
        [engine.request(PROMPTS[0], 0)], Decoding(temperature=0, max_new_tokens=2), PLAIN
    )[0]
    assert (short.n_tokens, short.finish_reason) == (2, "length")


def test_a_stop_that_the_protocol_keeps_stays_in_the_text(engine: HFEngine) -> None:
    greedy = Decoding(temperature=0, max_new_tokens=64)
    dropped, kept = (engine.generate([engine.request(PROMPTS[0], 0)], greedy, p)[0] for p in (STOPPED, KEPT))
    assert kept.text == dropped.text + " answer"
    assert kept[1:] == dropped[1:]


def counted_batches(monkeypatch: pytest.MonkeyPatch, fail_at: int | None = None) -> list[str]:
    """Names of the batches that are drawn from here on; the power fails before number ``fail_at``."""
    draw, names = HFEngine._draw_batch, []

    def drawn(self: HFEngine, work: CellWork, batch: Batch) -> None:
        if len(names) == fail_at:
            raise KeyboardInterrupt
        names.append(batch.name)
        draw(self, work, batch)

    monkeypatch.setattr(HFEngine, "_draw_batch", drawn)
    return names


def test_growing_k_and_resuming_give_the_samples_of_one_go_bit_for_bit(
    model: ModelToRun, tmp_path: Path
) -> None:
    whole, grown, broken = (RunStore(tmp_path / name) for name in ("whole", "grown", "broken"))
    run_cells(whole, planned(model, k=8, limit=20), silent)
    run_cells(grown, planned(model, k=4, limit=20), silent)
    with pytest.MonkeyPatch.context() as patch:
        names = counted_batches(patch)
        run_cells(grown, planned(model, k=8, limit=20), silent)
        assert sorted(names) == [f"{i:03d}-000000-20" for i in range(4, 8)]
    with pytest.MonkeyPatch.context() as patch:
        first = counted_batches(patch, fail_at=5)
        with pytest.raises(KeyboardInterrupt):
            run_cells(broken, planned(model, k=8, limit=20), silent)
    with pytest.MonkeyPatch.context() as patch:
        second = counted_batches(patch)
        run_cells(broken, planned(model, k=8, limit=20), silent)
    assert (
        len(first) + len(second) == 9
    )  # eight sample indices of one task and one of the greedy other, none of them twice
    cells = planned(model, k=8, limit=20)
    assert texts(whole, cells) == texts(grown, cells) == texts(broken, cells)


def test_a_broken_model_folder_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(SuiteError, match="the model cannot be loaded"):
        HFEngine(tmp_path, "float32")
