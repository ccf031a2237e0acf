"""The differ: any edit by hand is named once, in the row where it was made."""

import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import reduce
from operator import getitem
from pathlib import Path
from typing import Any

import pytest
from builders.two_families import CLEAN, LEAKED, NAME, ONE, OTHER, Edit, delta, edited, folder_of
from pydantic import ValidationError

from suite.commands.verify import verification_lines
from suite.schema import Summary
from suite.summary.differences import Difference, differences

FREE = {"suite_version", "git", "packages", "python", "generated"}
"""What ``provenance`` says of the place and not of the numbers."""


def of_delta(**fields: object) -> Edit:
    return lambda data: delta(data).update(fields)


EDITS: dict[str, tuple[Edit, str, str]] = {
    "delta": (of_delta(delta=99.0), NAME, "delta"),
    "interval": (of_delta(interval=[1.0, 2.0]), NAME, "interval"),
    "p_holm": (of_delta(p_holm=0.0), NAME, "p_holm"),
    "finding": (of_delta(finding="loss"), NAME, "finding"),
    "comparable": (of_delta(comparable=False), NAME, "comparable"),
    "control": (of_delta(control=[]), NAME, "control"),
    "reward": (of_delta(reward="ours"), NAME, "reward"),
    "seeds": (of_delta(seeds=[0]), NAME, "seeds"),
    "leak": (lambda data: delta(data)["leak"].update(n_other=3), NAME, "leak.n_other"),
    "a key less": (lambda data: delta(data).pop("p"), NAME, "p"),
    "a row less": (lambda data: data["deltas"].remove(delta(data)), NAME, "row"),
    "a row twice": (lambda data: data["deltas"].append(delta(data)), NAME, "row"),
    "a row more": (
        lambda data: data["deltas"].append({**delta(data), "checkpoint": "llama-best"}),
        NAME.replace("llama-mine", "llama-best"),
        "row",
    ),
    "contrast": (
        lambda data: data["contrasts"][0].update(difference=50.0),
        f"contrast of mine, {LEAKED} against {CLEAN}, in {ONE} (llama-mine, micro_qa)",
        "difference",
    ),
    "interaction": (
        lambda data: data["interactions"][0].update(interval=[0.0, 1.0]),
        f"interaction of mine on {CLEAN} between {ONE} and {OTHER} (r, step 20, micro_qa)",
        "interval",
    ),
    "task": (lambda data: data["tasks"][0].update(n_items=11), f"task {CLEAN}", "n_items"),
    "contaminated": (lambda data: data["tasks"][1].update(contaminated=[]), f"task {LEAKED}", "contaminated"),
    "family": (lambda data: data["families"].update({ONE: "Ours"}), "the summary", f"families.{ONE}"),
    "level": (lambda data: data.update(level=0.5), "the summary", "level"),
    "margin": (lambda data: data.update(margin=-5.0), "the summary", "margin"),
    "device": (lambda data: data["provenance"].update(device="a gpu"), "the summary", "provenance.device"),
    "samples_hash": (
        lambda data: data.update(samples_hash="0" * 64),
        "the summary was not made from these samples",
        "samples_hash",
    ),
}


@pytest.mark.parametrize("what", EDITS)
def test_an_edit_by_hand_is_named(two_families: Path, what: str) -> None:
    edit, place, field = EDITS[what]
    found = edited(two_families, edit)
    assert [(one.place, one.field) for one in found.differences] == [(place, field)]
    assert found.damage == ()
    (line,) = verification_lines(found)
    assert line.startswith(f"{place}: {field} ")


def test_a_score_is_named_with_its_model_task_and_cell(two_families: Path) -> None:
    place = f"score of {ONE} on {LEAKED} (micro_qa, cell {folder_of(two_families, ONE).name})"

    def better(data: dict[str, Any]) -> None:
        row = next(row for row in data["scores"] if row["cell"] == folder_of(two_families, ONE).name)
        row["accuracy"] = 0.5
        row["outcomes"]["correct"] += 1

    found = edited(two_families, better)
    assert found.differences == (
        Difference(place, "accuracy", 0.5, 0.2),
        Difference(place, "outcomes.correct", 5, 4),
    )
    accuracy = "accuracy 0.5 in the summary, 0.2 when recomputed"
    correct = "outcomes.correct 5 in the summary, 4 when recomputed"
    assert verification_lines(found) == [f"{place}: {accuracy}; {correct}"]


def test_two_rows_that_swapped_their_numbers_are_both_named(two_families: Path) -> None:
    def swap(data: dict[str, Any]) -> None:
        one, other = delta(data), delta(data, task=CLEAN)
        one["delta"], other["delta"] = other["delta"], one["delta"]

    found = edited(two_families, swap)
    assert {one.place for one in found.differences} == {NAME, NAME.replace(LEAKED, CLEAN)}


def test_a_margin_that_changes_a_finding_is_found_by_the_finding(two_families: Path) -> None:
    found = edited(two_families, lambda data: data.update(margin=99.0))
    assert found.differences
    assert {one.field for one in found.differences} == {"finding"}


LITERALS = ("gain", "loss", "items only", "items and seeds", "number", "answer", True)


def leaves(data: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    if isinstance(data, dict | list) and data:
        for key, part in data.items() if isinstance(data, dict) else enumerate(data):
            yield from leaves(part, (*path, key))
    else:
        yield path


def changed(data: dict[str, Any], path: Sequence[str | int]) -> Summary:
    """The summary with another value at ``path``, of those that a summary can have there; ``data`` is left
    as it was.
    """
    *way, last = path
    parent: Any = reduce(getitem, way, data)
    old = parent[last]
    guesses = (
        [not old]
        if isinstance(old, bool)
        else [old + 1e-3, old - 1e-3, old + 1]
        if isinstance(old, int | float)
        else [f"{old}x", ["x"]]
    )
    try:
        for value in [*guesses, *LITERALS, None]:
            parent[last] = value
            with suppress(ValidationError):
                if value != old:
                    return Summary.model_validate_json(json.dumps(data))
    finally:
        parent[last] = old
    raise AssertionError(f"nothing else can stand at {path}")


def expected_place(data: dict[str, Any], path: Sequence[str | int]) -> str:
    """The name of what was changed, from the row as it was."""
    table = path[0]
    if table == "samples_hash":
        return "the summary was not made from these samples"
    if table == "provenance" and path[1] == "cells":
        return f"cell {path[2]} ({data['provenance']['cells'][path[2]]})"
    if not isinstance(data[table], list):
        return "the summary"
    row = data[table][path[1]]
    return {
        "tasks": "task {task}",
        "scores": "score of {model} on {task} ({protocol}, cell {cell})",
        "deltas": "delta of {reward} on {task} in {base} ({checkpoint}, {protocol})",
        "contrasts": (
            "contrast of {reward}, {contaminated} against {clean}, in {base} ({checkpoint}, {protocol})"
        ),
        "interactions": (
            "interaction of {reward} on {task} between {base} and {other_base}"
            " ({recipe}, step {step}, {protocol})"
        ),
    }[table].format(**row)


@pytest.mark.slow
def test_whatever_is_changed_is_found_in_the_row_where_it_was_changed(recomputed: Summary) -> None:
    data = json.loads(recomputed.to_json())
    paths = [path for path in leaves(data) if path[0] != "provenance" or path[1] not in FREE]
    assert len(paths) > 1000
    for path in paths:
        found = differences(changed(data, path), recomputed)
        assert {one.place for one in found} == {expected_place(data, path)}, path


def test_every_row_that_is_left_out_or_there_twice_is_named(recomputed: Summary) -> None:
    data = json.loads(recomputed.to_json())
    for table in ("tasks", "scores", "deltas", "contrasts", "interactions"):
        for n, row in enumerate(data[table]):
            for rows, given, there in (([], None, "present"), ([row, row], "2 times", "present")):
                edit = {**data, table: [*data[table][:n], *rows, *data[table][n + 1 :]]}
                expected = Difference(expected_place(data, (table, n)), "row", given, there)
                assert differences(Summary.model_validate_json(json.dumps(edit)), recomputed) == (expected,)
