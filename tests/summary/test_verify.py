"""Verification: an untouched run passes; whatever is changed by hand in its summary or its samples is named."""

import json
import shutil
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from functools import reduce
from operator import getitem
from pathlib import Path
from typing import Any

import pytest
from builders.cells import Answer, cell, write_cell
from pydantic import ValidationError

from suite import __version__
from suite.benchmarks.items import Item
from suite.commands.verify import verification_lines
from suite.errors import SuiteError
from suite.grade import GRADER_VERSION
from suite.registry import load_registry
from suite.schema import Pair, Summary
from suite.store.run_folder import RunStore, read_summary
from suite.summary.differences import DECIMALS, Difference, differences
from suite.summary.intact_cells import Damage
from suite.summary.summarize import summary_of
from suite.summary.table import scored_cells
from suite.summary.verify import Verification, verify

ITEMS = [
    Item(f"i{n}", f"question {n}", str(n), continuation=f" rest {n}", steps=1 + n % 2) for n in range(10)
]
ONE, OTHER = "micro-llama3", "micro-qwen2.5-math"
CLEAN, LEAKED, PROBE = "micro_arithmetic_clean", "micro_bench", "micro_bench_partial"
ARMS: dict[tuple[str, str], Sequence[int]] = {
    (ONE, ONE): (0, 1),
    (ONE, "llama-mine"): (0, 1, 2, 3, 4, 5, 6),
    (ONE, "llama-mine-s1"): (0, 2, 3, 4, 5, 6, 7),
    (ONE, "llama-random"): (0, 2, 3),
    (OTHER, OTHER): (0,),
    (OTHER, "qwen-mine"): (1, 2, 3, 4, 5, 6, 7, 8),
    (OTHER, "qwen-random"): (0, 5, 6, 7),
}
"""(base, model) -> which of the ten items it answers right at first; a sample later it is one item further."""
PAIRS = [
    Pair(
        family=base,
        base=base,
        checkpoint=name,
        reward=name.split("-")[1],
        recipe="r",
        seed=name.endswith("s1"),
        step=20,
    )
    for base, name in ARMS
    if base != name
]
Edit = Callable[[dict[str, Any]], object]
FREE = {"suite_version", "git", "packages", "python", "generated"}
"""What ``provenance`` says of the place and not of the numbers."""


def write(
    run: RunStore, base: str, model: str, task: str, right: Collection[int], protocol: str = "micro_qa"
) -> None:
    """A finished cell of two samples an item, in two batches; the last item ran into the token limit."""
    start = " rest" if task == PROBE else "It is"
    answers = []
    for n in range(10):
        finish = "length" if n == 9 else "stop"
        texts = [f"{start} {n}" if n - s in right else rf"python: \boxed{{{n + 90}}}" for s in range(2)]
        answers.append([Answer(text, finish) for text in texts])
    made_here = {"dataset": "by hand", "finished": "2024-09-19", "device_name": "a cpu"}
    settings = {"items": ITEMS, "task": task, "protocol": protocol, "batches": 2}
    write_cell(run, model, answers, family=base, base=base, **settings, **made_here)


def summarized(folder: Path, margin: float = 5.0) -> Summary:
    """As ``rlvr-suite summarize`` does."""
    store = RunStore(folder)
    summary = summary_of(store, scored_cells(store.finished()), load_registry(), margin)
    store.write_summary(summary)
    return summary


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two families, each a base, a method (one in two seeds) and its control, on a clean and on a leaked, probed task."""
    run = RunStore(tmp_path_factory.mktemp("run"))
    for (base, model), right in ARMS.items():
        write(run, base, model, LEAKED, right)
        write(run, base, model, CLEAN, right[:3])
        if base == model:
            write(run, base, model, PROBE, range(6), "none")
            write(run, base, model, LEAKED, [*right, 8], "boxed")
    for pair in PAIRS:
        run.add_pair(pair)
    summarized(run.root)
    return run.root


@pytest.fixture
def run(original: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(original, tmp_path / "run"))


@pytest.fixture(scope="module")
def again(original: Path) -> Summary:
    summary = verify(read_summary(original), original, load_registry()).summary
    assert summary is not None
    return summary


def checked(run: Path) -> Verification:
    return verify(read_summary(run), run, load_registry())


def edited(run: Path, edit: Edit) -> Verification:
    """What is found after the summary was edited by hand."""
    path = run / "summary.json"
    data = json.loads(path.read_text())
    edit(data)
    path.write_text(json.dumps(data))
    return checked(run)


def delta(data: dict[str, Any], checkpoint: str = "llama-mine", task: str = LEAKED) -> dict[str, Any]:
    return next(row for row in data["deltas"] if (row["checkpoint"], row["task"]) == (checkpoint, task))


def files(folder: Path) -> dict[Path, tuple[bytes, int]]:
    return {
        path: (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.rglob("*") if path.is_file()
    }


def folder_of(run: Path, model: str, task: str = LEAKED) -> Path:
    return RunStore(run).cell(cell(model, task=task, items=ITEMS)).path


def name_of(run: Path, model: str, task: str = LEAKED) -> str:
    return f"cell {folder_of(run, model, task).name} ({model}, {task}@micro_qa)"


# An untouched run.


def test_an_untouched_run_passes_and_the_run_has_every_kind_of_row(run: Path) -> None:
    summary = read_summary(run)
    assert all([summary.tasks, summary.scores, summary.deltas, summary.contrasts, summary.interactions])
    rows = [row.model_dump(exclude_none=True) for row in summary.deltas]
    kinds = {
        "leak",
        "control",
        "adjusted_interval",
        "strong_baseline_delta",
        "transitions",
        "spurious",
        "seed_deltas",
    }
    assert kinds <= {key for row in rows for key in row}
    found = checked(run)
    assert (found.passed, found.summary, verification_lines(found)) == (True, summary, [])


def test_verification_writes_nothing(run: Path) -> None:
    for path in run.glob("cells/*/grades-*.json"):
        path.unlink()
    before = files(run)
    assert checked(run).passed
    assert files(run) == before


def test_a_margin_of_ones_own_is_recomputed_with(run: Path) -> None:
    summarized(run, margin=30.0)
    assert checked(run).passed


def test_what_says_where_the_summary_was_made_may_differ(run: Path) -> None:
    def elsewhere(data: dict[str, Any]) -> None:
        data["provenance"] |= {"git": "0", "packages": {}, "python": "4", "generated": "2000-01-01"}

    assert edited(run, elsewhere).passed


def test_rows_in_another_order_are_the_same_rows(run: Path) -> None:
    assert edited(
        run, lambda data: [data[table].reverse() for table in ("tasks", "scores", "deltas", "contrasts")]
    ).passed


def test_the_last_digits_may_move_and_what_a_board_shows_may_not(run: Path) -> None:
    def moved(by: float) -> Verification:
        return edited(run, lambda data: delta(data).update(delta=delta(data)["delta"] + by))

    assert moved(0.4 * 10**-DECIMALS).passed
    assert not moved(1e-4).passed


# A summary that was edited.


def of_delta(**fields: object) -> Edit:
    return lambda data: delta(data).update(fields)


NAME = f"delta of mine on {LEAKED} in {ONE} (llama-mine, micro_qa)"
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
def test_an_edit_by_hand_is_named(run: Path, what: str) -> None:
    edit, place, field = EDITS[what]
    found = edited(run, edit)
    assert [(one.place, one.field) for one in found.differences] == [(place, field)]
    assert found.damage == ()
    (line,) = verification_lines(found)
    assert line.startswith(f"{place}: {field} ")


def test_a_score_is_named_with_its_model_task_and_cell(run: Path) -> None:
    place = f"score of {ONE} on {LEAKED} (micro_qa, cell {folder_of(run, ONE).name})"

    def better(data: dict[str, Any]) -> None:
        row = next(row for row in data["scores"] if row["cell"] == folder_of(run, ONE).name)
        row["accuracy"] = 0.5
        row["outcomes"]["correct"] += 1

    found = edited(run, better)
    assert found.differences == (
        Difference(place, "accuracy", 0.5, 0.2),
        Difference(place, "outcomes.correct", 5, 4),
    )
    expected = "accuracy 0.5 in the summary, 0.2 when recomputed; outcomes.correct 5 in the summary, 4 when recomputed"
    assert verification_lines(found) == [f"{place}: {expected}"]


def test_two_rows_that_swapped_their_numbers_are_both_named(run: Path) -> None:
    def swap(data: dict[str, Any]) -> None:
        one, other = delta(data), delta(data, task=CLEAN)
        one["delta"], other["delta"] = other["delta"], one["delta"]

    found = edited(run, swap)
    assert {one.place for one in found.differences} == {NAME, NAME.replace(LEAKED, CLEAN)}


def test_a_margin_that_changes_a_finding_is_found_by_the_finding(run: Path) -> None:
    found = edited(run, lambda data: data.update(margin=99.0))
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
    """The summary with another value at ``path``, of those that a summary can have there; ``data`` is left as it was."""
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
        "contrasts": "contrast of {reward}, {contaminated} against {clean}, in {base} ({checkpoint}, {protocol})",
        "interactions": "interaction of {reward} on {task} between {base} and {other_base} ({recipe}, step {step}, {protocol})",
    }[table].format(**row)


def test_whatever_is_changed_is_found_in_the_row_where_it_was_changed(again: Summary) -> None:
    data = json.loads(again.to_json())
    paths = [path for path in leaves(data) if path[0] != "provenance" or path[1] not in FREE]
    assert len(paths) > 1000
    for path in paths:
        found = differences(changed(data, path), again)
        assert {one.place for one in found} == {expected_place(data, path)}, path


def test_every_row_that_is_left_out_or_there_twice_is_named(again: Summary) -> None:
    data = json.loads(again.to_json())
    for table in ("tasks", "scores", "deltas", "contrasts", "interactions"):
        for n, row in enumerate(data[table]):
            for rows, given, there in (([], None, "present"), ([row, row], "2 times", "present")):
                edit = {**data, table: [*data[table][:n], *rows, *data[table][n + 1 :]]}
                expected = Difference(expected_place(data, (table, n)), "row", given, there)
                assert differences(Summary.model_validate_json(json.dumps(edit)), again) == (expected,)


def test_of_many_rows_ten_are_named_each_on_one_line(run: Path) -> None:
    def all_of_them(data: dict[str, Any]) -> None:
        for row in data["scores"]:
            row |= {"k": 7, "n_items": 7, "family": "\x1b[2J\n\u202e" + "x" * 500, "base": "\u043e"}

    told = verification_lines(edited(run, all_of_them))
    assert (len(told), told[10]) == (11, f"and {len(read_summary(run).scores) - 10} more")
    assert all(line.isascii() and line.isprintable() and len(line) < 500 for line in told)
    assert all(line.endswith("; and 1 more") for line in told[:10])


def test_a_summary_of_another_version_of_the_suite_says_so_only_where_it_differs(run: Path) -> None:
    def old(data: dict[str, Any]) -> None:
        data["provenance"]["suite_version"] = "0.0.1"

    assert verification_lines(edited(run, old)) == []
    note = f"the summary was made by rlvr-suite 0.0.1, this is {__version__}: that alone may be the reason"
    assert verification_lines(edited(run, lambda data: data.update(level=0.5)))[1:] == [note]


# Samples that were changed.


def replaced(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def put(name: str, old: str, new: str) -> Callable[[Path], object]:
    return lambda folder: replaced(folder / name, old, new)


def cut(name: str, part: slice) -> Callable[[Path], object]:
    """Keep but a part of a file's bytes."""
    return lambda folder: (folder / name).write_bytes((folder / name).read_bytes()[part])


def holding(name: str, content: bytes) -> Callable[[Path], object]:
    return lambda folder: (folder / name).write_bytes(content)


GRADES = f"grades-{GRADER_VERSION}.json"
DAMAGE: dict[str, tuple[Callable[[Path], object], str]] = {
    "no batch": (
        lambda folder: (folder / "batch-0.jsonl").unlink(),
        "10 of 20 samples are missing, first item i0 sample 0",
    ),
    "a batch cut off in a line": (cut("batch-1.jsonl", slice(-40)), "batch-1.jsonl: damaged: "),
    "an empty batch": (
        cut("batch-1.jsonl", slice(0)),
        "10 of 20 samples are missing, first item i5 sample 0",
    ),
    "a batch that is no text": (holding("batch-0.jsonl", b"\xff"), "not UTF-8"),
    "no items": (lambda folder: (folder / "items.jsonl").unlink(), "items.jsonl: No such file"),
    "another gold answer": (
        put("items.jsonl", '"answer": "7"', '"answer": "97"'),
        "these are not the items that were asked",
    ),
    "a gold answer of another type": (
        put("items.jsonl", '"answer": "7"', '"answer": 7'),
        "an item's field is of another type",
    ),
    "items nested deeply": (holding("items.jsonl", b"[" * 10**5), "nested too deeply"),
    "a manifest cut off": (holding("cell.json", b"{"), "cell.json: damaged: "),
    "another model": (
        put("cell.json", '"model": "llama-mine"', '"model": "llama-best"'),
        "its fields are those of cell",
    ),
    "more samples asked": (put("cell.json", '"k": 2', '"k": 3'), "10 of 30 samples are missing"),
    "fewer items asked": (
        put("cell.json", '"n_items": 10', '"n_items": 5'),
        "these are not the items that were asked",
    ),
    "another prompt": (
        put("cell.json", '"prompt": null', '"prompt": {"id": "a", "template": "b"}'),
        "the prompt is not the one",
    ),
    "grades cut off": (holding(GRADES, b'{"grader'), f"{GRADES}: damaged"),
    "another cell's folder": (
        lambda folder: folder.rename(folder.with_name("f" * 16)),
        "its fields are those of cell",
    ),
}


@pytest.mark.parametrize("what", DAMAGE)
def test_a_damaged_cell_is_one_line_that_names_it_and_leaves_no_summary(run: Path, what: str) -> None:
    damage, says = DAMAGE[what]
    folder = folder_of(run, "llama-mine")
    damage(folder)
    found = checked(run)
    assert (found.passed, found.summary, found.differences) == (False, None, ())
    (line,) = verification_lines(found)
    assert line.startswith((f"cell {folder.name}", "cell ffff")) and says in line and line.isprintable()


def test_every_damaged_cell_is_named_with_model_and_task(run: Path) -> None:
    for model in ("llama-mine", OTHER):
        (folder_of(run, model) / "batch-0.jsonl").unlink()
    places = {one.place for one in checked(run).damage}
    assert places == {name_of(run, "llama-mine"), name_of(run, OTHER)}


def test_damaged_pairs_and_weights_are_named(run: Path) -> None:
    (run / "weights").mkdir()
    (run / "weights" / "llama-mine").write_bytes(b"\xff")
    assert checked(run).damage == (Damage("pairs and weights of the run", "not UTF-8"),)
    (run / "checkpoints" / "llama-mine" / "pair.json").write_text("{}")
    (damage,) = checked(run).damage
    assert "pair.json: damaged" in damage.what


def test_a_text_that_was_edited_is_told_first_and_its_cell_is_named(run: Path) -> None:
    replaced(folder_of(run, "llama-mine") / "batch-0.jsonl", "It is 3", "It is 4")
    found = checked(run)
    told = verification_lines(found)
    assert told[0].startswith("the summary was not made from these samples: samples_hash ")
    assert told[1] == f"{name_of(run, 'llama-mine')}: its texts are not those that were graded last"
    assert f"score of llama-mine on {LEAKED} (micro_qa, cell {folder_of(run, 'llama-mine').name})" in told[2]


def test_grades_that_were_edited_are_found_whether_or_not_they_were_summarized(run: Path) -> None:
    folder = folder_of(run, "llama-mine")
    replaced(folder / GRADES, '"outcome":"wrong"', '"outcome":"correct"')
    what = (
        "the stored grades of 1 of 20 samples are not what the texts earn (first item i0 sample 1: outcome)"
    )
    damage = (Damage(name_of(run, "llama-mine"), what),)
    found = checked(run)
    assert (found.damage, found.differences) == (damage, ())
    summarized(run)
    found = checked(run)
    assert found.damage == damage
    assert {NAME, f"score of llama-mine on {LEAKED} (micro_qa, cell {folder.name})"} <= {
        one.place for one in found.differences
    }


@pytest.mark.parametrize("file", ["cell.json", "."])
def test_a_cell_that_was_removed_is_named(run: Path, file: str) -> None:
    folder = folder_of(run, "llama-random", CLEAN)
    path = folder / file
    if path.is_dir():
        shutil.rmtree(folder)
    else:
        path.unlink()
    found = checked(run)
    entry = f"llama-random/{CLEAN}@micro_qa"
    assert found.differences[1] == Difference(
        f"cell {folder.name} ({entry})", "entry in provenance", entry, None
    )
    assert [one.field for one in found.differences[:2]] == ["samples_hash", "entry in provenance"]


def test_a_cell_that_was_added_is_named(run: Path) -> None:
    write(RunStore(run), ONE, "llama-random", LEAKED, range(9), "boxed")
    found = checked(run)
    assert [one.field for one in found.differences[:2]] == ["samples_hash", "entry in provenance"]
    assert (
        f"(llama-random/{LEAKED}@boxed)" in found.differences[1].place and found.differences[1].given is None
    )


def test_other_facts_in_a_manifest_change_the_rows_that_are_made_of_them(run: Path) -> None:
    put("cell.json", "by hand", "elsewhere")(folder_of(run, "llama-mine"))
    (one,) = checked(run).differences
    assert (one.field, one.given, one.recomputed) == ("dataset", "by hand", "elsewhere")


def test_a_run_without_cells_and_a_family_that_the_registry_lacks_are_errors(
    run: Path, tmp_path: Path
) -> None:
    with pytest.raises(SuiteError, match="no finished cells here"):
        verify(read_summary(run), tmp_path / "none", load_registry())
    put("cell.json", f'"family": "{ONE}"', '"family": "mine"')(folder_of(run, "llama-mine"))
    with pytest.raises(SuiteError, match="mine"):
        checked(run)
