"""Finished cells made by hand, for the tests that read them."""

from collections.abc import Sequence

from suite.benchmarks.items import Item, items_hash
from suite.schema import Cell, Decoding, Sample
from suite.store.cells import CellManifest, CellStore
from suite.store.run_folder import RunStore

FAMILY = "micro-llama3"
ITEMS = [Item("a", "q1", "1"), Item("b", "q2", "2"), Item("c", "q3", "3")]
Texts = Sequence[Sequence[str]]


def cell(model: str, temperature: float, task: str = "micro_bench", protocol: str = "micro_qa") -> Cell:
    return Cell(
        model=model,
        weights_hash=model,
        task=task,
        task_version="1",
        items_hash=items_hash(ITEMS),
        protocol=protocol,
        protocol_hash=f"text of {protocol}",
        decoding=Decoding(temperature=temperature, max_new_tokens=8),
        engine="hf-5",
        dtype="float32",
        device="cpu",
    )


def manifest(of: Cell, n_items: int = 1, k: int = 1) -> CellManifest:
    return CellManifest(
        cell=of,
        family=FAMILY,
        base=FAMILY,
        n_items=n_items,
        k=k,
        lm_eval_avg=0.0,
        wall_s=0.0,
        packages={},
        suite_version="0",
        git="g",
        device_name="cpu",
        engine_settings={"batch_size": 1},
    )


def write_cell(
    run: RunStore,
    model: str,
    text_IS: Texts,
    temperature: float = 0.6,
    error: str | None = None,
    items: Sequence[Item] = ITEMS,
    protocol: str = "micro_qa",
) -> CellStore:
    """A finished cell; the last sample carries ``error``, and the first of item b ran into the token limit."""
    made = cell(model, temperature, protocol=protocol)
    samples = [
        Sample(
            item_id=item.id,
            sample=s,
            seed=s,
            text=text,
            n_tokens=4,
            finish_reason="length" if (i, s) == (1, 0) else "stop",
        )
        for i, (item, texts) in enumerate(zip(items, text_IS, strict=True))
        for s, text in enumerate(texts)
    ]
    samples[-1] = samples[-1].model_copy(update={"error": error})
    store = run.cell(made)
    store.write_items(items)
    store.write_batch("0", samples)
    store.finish(manifest(made, n_items=len(items), k=len(text_IS[0])))
    return store
