"""A cell's work knows what is missing, prompts become tokens in one way, and a failure names its cell."""

from pathlib import Path

import pytest
from planning import base, planned
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace
from tokenizers.processors import TemplateProcessing
from transformers import PreTrainedTokenizerFast

from suite.engine.contract import CellWork, Generated, check_lengths, encode, failure
from suite.engine.run import run_cells
from suite.errors import SuiteError
from suite.plan.cells import PlannedCell
from suite.progress import silent
from suite.store.cells import CellStore
from suite.store.run_folder import RunStore


@pytest.fixture(scope="module")
def cell() -> PlannedCell:
    """A cell of two items, two samples each."""
    return planned(base(), k=2, limit=2)[0]


def test_recorded_samples_are_on_disk_and_no_longer_missing(cell: PlannedCell, tmp_path: Path) -> None:
    work = CellWork(cell, CellStore(tmp_path))
    first, _ = cell.task.items
    assert work.n_missing == 4
    work.record("0", [(first, 0, Generated("a", 1, "stop")), (first, 1, Generated("b", 1, "length"))])
    assert (work.n_missing, work.has(first, 1)) == (2, True)
    again = CellWork(cell, CellStore(tmp_path))
    assert again.samples == work.samples and again.n_missing == 2


def test_samples_of_another_seed_or_of_an_item_that_is_not_in_the_cell_do_not_count(
    cell: PlannedCell, tmp_path: Path
) -> None:
    store = CellStore(tmp_path)
    work = CellWork(cell, store)
    work.record("0", [(item, 0, Generated("a", 1, "stop")) for item in cell.task.items])
    first, second = store.samples().values()
    store.write_batch(
        "0", [first.model_copy(update={"seed": 1}), second.model_copy(update={"item_id": "elsewhere"})]
    )
    assert CellWork(cell, store).samples == {}


def test_a_prompt_that_spells_out_the_first_token_gets_no_second_one() -> None:
    words = Tokenizer(WordLevel({"<s>": 0, "two": 1, "?": 2}, unk_token="?"))
    words.pre_tokenizer = Whitespace()
    words.post_processor = TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 0)])
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=words, bos_token="<s>")
    assert encode(tokenizer, ["two two", "<s> two"]) == [[0, 1, 1], [0, 1]]


def test_the_longest_prompt_must_fit_with_its_answer(cell: PlannedCell, tmp_path: Path) -> None:
    work = CellWork(cell, CellStore(tmp_path))
    budget = cell.cell.decoding.max_new_tokens
    check_lengths(work, [[0] * 3, [0] * 5], 5 + budget)
    check_lengths(work, [[0] * 3, [0] * 5], None)
    with pytest.raises(SuiteError, match=rf"needs 5 \+ {budget} tokens; the model's context is {4 + budget}"):
        check_lengths(work, [[0] * 3, [0] * 5], 4 + budget)


def test_a_failure_names_its_cell_once(cell: PlannedCell) -> None:
    name = cell.cell.name
    unknown = failure(cell.cell, ValueError("odd"))
    assert (unknown.what, unknown.where) == ("could not be finished (ValueError: odd)", name)
    known = failure(cell.cell, SuiteError("broken", "folder", "Save it again"))
    assert (known.what, known.where, known.fix) == ("broken", f"{name}: folder", "Save it again")
    assert failure(cell.cell, known) is known


@pytest.mark.slow
def test_a_stored_sample_of_another_seed_is_drawn_again(tmp_path: Path) -> None:
    store, (cell, _) = RunStore(tmp_path), planned(base(), k=1, limit=4)
    run_cells(store, [cell], silent)
    wanted = store.cell(cell.cell).samples()
    (path,) = store.cell(cell.cell).path.glob("batch-*.jsonl")
    foreign = [s.model_copy(update={"seed": 1, "text": "of another engine"}) for s in wanted.values()]
    store.cell(cell.cell).write_batch(path.stem.removeprefix("batch-"), foreign)
    (store.cell(cell.cell).path / "cell.json").unlink()
    run_cells(store, [cell], silent)
    assert store.cell(cell.cell).samples() == wanted
