"""Finished cells made by hand: one builder for their identity, their record and their answers.

    write_cell(RunStore(folder), "trained", [["1", "no"], ["2", "9"], ["none", "9"]])

stores the answers of two samples to each of ``ITEMS``, of which the first of item a and of item b are right.
Every
setting of a cell has a default that tests override by name; an answer is a text, or an ``Answer`` where more
than its
text matters. ``graded_cell`` makes the same in memory, with outcomes that no grader gave.
"""

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from suite.benchmarks.items import Item, items_hash
from suite.grade.stored_grades import StoredCell
from suite.schema import Cell, Decoding, FinishReason, Outcome, Sample, SampleGrade
from suite.store.cells import CellManifest, CellStore
from suite.store.run_folder import RunStore

FAMILY = "micro-llama3"
"""A family whose base has the family's own id."""
ITEMS = [Item("a", "q1", "1"), Item("b", "q2", "2"), Item("c", "q3", "3")]


class Answer(NamedTuple):
    """One sample, as an engine or an import stores it."""

    text: str
    finish: FinishReason | None = "stop"
    tokens: int | None = 4
    error: str | None = None


class GradedAnswer(NamedTuple):
    """One sample and what it earned."""

    text: str
    outcome: Outcome = "correct"
    extracted: str | None = "1"
    finish: FinishReason | None = "stop"
    error: str | None = None
    tokens: int | None = 7


Answers = Sequence[Sequence[str | Answer]]
"""Items x samples."""


def cell(
    model: str,
    *,
    task: str = "micro_bench",
    protocol: str = "micro_qa",
    temperature: float = 0.6,
    items: Sequence[Item] = ITEMS,
    **fields: Any,
) -> Cell:
    """The identity of a cell; cells of equal arguments match in all that must match."""
    known = {
        "model": model,
        "weights_hash": model,
        "task": task,
        "task_version": "1",
        "items_hash": items_hash(items),
        "protocol": protocol,
        "protocol_hash": f"text of {protocol}",
        "decoding": Decoding(temperature=temperature, max_new_tokens=8),
        "engine": "hf-5",
        "dtype": "float32",
        "device": "cpu",
    }
    return Cell.model_validate(known | fields)


def manifest(of: Cell, *, n_items: int = 1, k: int = 1, **fields: Any) -> CellManifest:
    """The record of a finished cell, by default of the family's base."""
    known = {
        "cell": of,
        "family": FAMILY,
        "base": FAMILY,
        "n_items": n_items,
        "k": k,
        "lm_eval_avg": 0.0,
        "wall_s": 0.0,
        "packages": {},
        "suite_version": "0",
        "git": "g",
        "device_name": "cpu",
        "engine_settings": {"batch_size": 1},
    }
    return CellManifest.model_validate(known | fields)


def samples(items: Sequence[Item], answers_IS: Answers) -> list[Sample]:
    """The samples of an engine that gave these answers, item by item."""
    made = []
    for item, answers in zip(items, answers_IS, strict=True):
        for index, given in enumerate(answers):
            answer = Answer(given) if isinstance(given, str) else given
            made.append(
                Sample(
                    item_id=item.id,
                    sample=index,
                    seed=index,
                    text=answer.text,
                    n_tokens=answer.tokens,
                    finish_reason=answer.finish,
                    error=answer.error,
                )
            )
    return made


def write_cell(
    run: RunStore,
    model: str,
    answers_IS: Answers,
    *,
    items: Sequence[Item] = ITEMS,
    task: str = "micro_bench",
    protocol: str = "micro_qa",
    temperature: float = 0.6,
    batches: int = 1,
    identity: Mapping[str, Any] = MappingProxyType({}),
    **record: Any,
) -> CellStore:
    """Store a finished cell of these answers, in so many batches.

    ``identity`` are further fields of the cell, ``record`` are fields of its manifest.
    """
    made = cell(model, task=task, protocol=protocol, temperature=temperature, items=items, **identity)
    drawn = samples(items, answers_IS)
    store = run.cell(made)
    store.write_items(items)
    for batch in range(batches):
        part = slice(batch * len(drawn) // batches, (batch + 1) * len(drawn) // batches)
        store.write_batch(str(batch), drawn[part])
    store.finish(manifest(made, n_items=len(items), k=len(answers_IS[0]), **record))
    return store


def graded_cell(
    model: str,
    items: Sequence[Item],
    answers_IS: Sequence[Sequence[GradedAnswer]],
    *,
    task: str = "micro_bench",
) -> StoredCell:
    """A finished cell in memory, with the outcomes that its answers say."""
    drawn = {}
    grades = {}
    for item, answers in zip(items, answers_IS, strict=True):
        for index, answer in enumerate(answers):
            # Not validated: half a surrogate pair, which an old file may hold, passes no validation.
            drawn[item.id, index] = Sample.model_construct(
                item_id=item.id,
                sample=index,
                text=answer.text,
                n_tokens=answer.tokens,
                finish_reason=answer.finish,
                error=answer.error,
            )
            present = answer.outcome == "unparsed"
            grades[item.id, index] = grade(
                item.id, index, answer.outcome, extracted=answer.extracted, answer_present=present
            )
    identity = cell(model, task=task, items=items)
    record = manifest(identity, n_items=len(items), k=len(answers_IS[0]))
    return StoredCell(record, tuple(items), drawn, "0" * 64, grades)


def grade(
    item_id: str, sample: int, outcome: Outcome, *, is_code: bool = False, **fields: Any
) -> SampleGrade:
    """A grade of that outcome, reasoned in code or in words."""
    known = {
        "item_id": item_id,
        "sample": sample,
        "outcome": outcome,
        "code": is_code,
        "fenced_code": is_code,
        "language_only": not is_code,
        "boxed": False,
        "repetitive": False,
    }
    return SampleGrade.model_validate(known | fields)


def right_at(places: Collection[int], items: Sequence[Item] = ITEMS, k: int = 1) -> list[list[str]]:
    """``k`` answers an item: right for the items at these places, without a number for the others."""
    return [[item.answer if place in places else "none"] * k for place, item in enumerate(items)]
