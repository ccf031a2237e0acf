"""The run folder: whole files or none, texts as they were drawn, one writer at a time."""

import multiprocessing
from pathlib import Path

import pytest

from suite.benchmarks.items import Item
from suite.errors import SuiteError
from suite.files.atomic import write_atomic
from suite.schema import Cell, Decoding, Pair, Sample
from suite.store.cells import CellManifest, CellStore
from suite.store.run_folder import RunStore, read_summary

CELL = Cell(
    model="m",
    weights_hash="w",
    task="micro_bench",
    task_version="1",
    items_hash="i",
    protocol="none",
    protocol_hash="p",
    decoding=Decoding(temperature=0, max_new_tokens=8),
    engine="hf",
    dtype="float32",
    device="cpu",
)
MANIFEST = CellManifest(
    cell=CELL,
    family="f",
    base="m",
    n_items=1,
    k=1,
    lm_eval_avg=0.0,
    wall_s=0.0,
    packages={},
    suite_version="0",
    git="g",
    device_name="d",
    engine_settings={"batch_size": 1},
)
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


def files(folder: Path) -> set[str]:
    return {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()}


def test_an_atomic_write_replaces_the_file_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "new" / "a.json"
    write_atomic(path, b"one")
    write_atomic(path, b"two")
    assert path.read_bytes() == b"two"
    assert files(tmp_path) == {"new/a.json"}


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
    assert files(tmp_path) == set()


def test_a_repeated_batch_replaces_itself(tmp_path: Path) -> None:
    store = CellStore(tmp_path)
    store.write_batch("0", [sample(0, "old"), sample(1, "old")])
    store.write_batch("0", [sample(0, "new")])
    assert [s.text for s in store.samples().values()] == ["new"]


def test_a_cell_is_finished_only_by_its_manifest(tmp_path: Path) -> None:
    run = RunStore(tmp_path)
    store = run.cell(CELL)
    assert (store.manifest, list(run.finished())) == (None, [])
    store.write_items([Item("1", "p", "1")])
    store.write_batch("0", [sample(0, "x")])
    assert (store.manifest, list(run.finished())) == (None, [])
    store.finish(MANIFEST)
    assert [c.manifest for c in run.finished()] == [MANIFEST]


@pytest.mark.parametrize(
    "damage", [b"", b"{", b"{}", b"null", b"\xff", MANIFEST.model_dump_json().encode()[:-9]]
)
def test_a_damaged_manifest_is_one_line_that_names_the_file(tmp_path: Path, damage: bytes) -> None:
    store = RunStore(tmp_path).cell(CELL)
    write_atomic(store.path / "cell.json", damage)
    with pytest.raises(SuiteError) as caught:
        _ = store.manifest
    assert caught.value.where == str(store.path / "cell.json")
    assert "\n" not in str(caught.value)


def test_pairs_are_read_back_from_their_checkpoints(tmp_path: Path) -> None:
    run = RunStore(tmp_path)
    pair = Pair(family="f", base="b", checkpoint="c", reward="random", recipe="micro", seed=0, step=20)
    assert run.pairs() == []
    run.add_pair(pair)
    assert run.pairs() == [pair]
    (run.checkpoint("c") / "pair.json").write_text("{}")
    with pytest.raises(SuiteError, match="damaged"):
        run.pairs()


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


@pytest.mark.parametrize("damaged", ["batch-0.jsonl", "items.jsonl"])
def test_damaged_samples_or_items_are_one_line_that_names_the_file(tmp_path: Path, damaged: str) -> None:
    store = CellStore(tmp_path)
    for damage in (b"{\n", b"\xff\n"):
        write_atomic(tmp_path / damaged, damage)
        with pytest.raises(SuiteError, match=damaged):
            _ = store.samples() if damaged.startswith("batch") else store.items()


def test_a_folder_that_cannot_be_a_run_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    for root in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(SuiteError, match="cannot be a run folder"), RunStore(root).lock():
            pass


def test_what_was_staged_and_not_decided_is_thrown_away_by_the_next_writer_only(tmp_path: Path) -> None:
    run = RunStore(tmp_path)
    with pytest.raises(KeyboardInterrupt), run.lock(), run.staged() as staged:
        staged.cell(CELL).finish(MANIFEST)
        assert list(run.finished()) == []
        raise KeyboardInterrupt
    assert files(tmp_path) == {".lock"}
    RunStore(tmp_path / ".staged").cell(CELL).finish(MANIFEST)
    assert list(run.finished()) == [] and (tmp_path / ".staged").exists()
    with run.lock():
        assert not (tmp_path / ".staged").exists()


def test_cells_and_pairs_take_their_place_together_and_others_give_way(tmp_path: Path) -> None:
    run = RunStore(tmp_path)
    old, other = CELL.model_copy(update={"dtype": "bfloat16"}), CELL.model_copy(update={"model": "n"})
    for cell in (CELL, old, other):
        run.cell(cell).write_batch("old", [sample(0, "old")])
        run.cell(cell).finish(MANIFEST.model_copy(update={"cell": cell}))
    pair = Pair(family="f", base="b", checkpoint="c", reward="random", recipe="imported", seed=0, step=20)
    with run.lock(), run.staged(replaced=[CELL.id, old.id]) as staged:
        staged.cell(CELL).finish(MANIFEST)
        staged.add_pair(pair)
    assert {c.path.name for c in run.finished()} == {CELL.id, other.id}
    assert (run.cell(CELL).samples(), run.pairs()) == ({}, [pair])
