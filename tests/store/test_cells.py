"""A cell's folder gives back what was written; damage is one line that names the file."""

from pathlib import Path

import pytest
from builders.cells import cell, manifest

from suite.benchmarks.items import Item
from suite.errors import SuiteError
from suite.files.atomic import write_atomic
from suite.schema import Sample
from suite.store.cells import CellStore

MANIFEST = manifest(cell("m", temperature=0))
HARD_TEXTS = [
    "",
    "é½𝄞",
    "a\nb\r\nc\r",
    "a\u2028b\u2029c\x85d",
    "nul \x00 bell \x07",
    '"quoted" \\n \\u0000',
    "\ufffd\ufeff",
]


def sample(index: int, text: str) -> Sample:
    return Sample(item_id="1", sample=index, seed=2**63, text=text, n_tokens=3, finish_reason="stop")


def test_samples_and_items_come_back_as_they_were_written(tmp_path: Path) -> None:
    store = CellStore(tmp_path)
    samples = [sample(i, text) for i, text in enumerate(HARD_TEXTS)]
    items = [Item(str(i), text, text, text) for i, text in enumerate(HARD_TEXTS)]
    store.write_batch("0", samples[:3])
    store.write_batch("1", samples[3:])
    store.write_items(items)
    assert store.samples() == {("1", i): s for i, s in enumerate(samples)}
    assert store.items() == items


def test_a_text_that_is_not_unicode_is_refused_and_not_half_written(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="surrogates"):
        CellStore(tmp_path).write_batch("0", [sample(0, "fine"), sample(1, "\ud800")])
    assert list(tmp_path.iterdir()) == []


def test_a_repeated_batch_replaces_itself(tmp_path: Path) -> None:
    store = CellStore(tmp_path)
    store.write_batch("0", [sample(0, "old"), sample(1, "old")])
    store.write_batch("0", [sample(0, "new")])
    assert [s.text for s in store.samples().values()] == ["new"]


@pytest.mark.parametrize(
    "damage", [b"", b"{", b"{}", b"null", b"\xff", MANIFEST.model_dump_json().encode()[:-9]]
)
def test_a_damaged_manifest_is_one_line_that_names_the_file(tmp_path: Path, damage: bytes) -> None:
    store = CellStore(tmp_path)
    write_atomic(store.path / "cell.json", damage)
    with pytest.raises(SuiteError) as caught:
        _ = store.manifest
    assert caught.value.where == str(store.path / "cell.json")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("damaged", ["batch-0.jsonl", "items.jsonl"])
def test_damaged_samples_or_items_are_one_line_that_names_the_file(tmp_path: Path, damaged: str) -> None:
    store = CellStore(tmp_path)
    for damage in (b"{\n", b"\xff\n"):
        write_atomic(tmp_path / damaged, damage)
        with pytest.raises(SuiteError, match=damaged):
            _ = store.samples() if damaged.startswith("batch") else store.items()


def test_an_item_id_cannot_come_to_mean_another_question(tmp_path: Path) -> None:
    store = CellStore(tmp_path)
    store.write_items([Item("1", "p", "1"), Item("2", "q", "2")])
    store.write_items([Item("2", "q", "2"), Item("1", "p", "1")])
    with pytest.raises(SuiteError, match="under other ids"):
        store.write_items([Item("2", "p", "1"), Item("1", "q", "2")])
