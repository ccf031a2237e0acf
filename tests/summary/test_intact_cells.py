"""Reading cells for a check: each kind of damage is one line that names the cell; stored grades are not
trusted.
"""

from collections.abc import Callable
from pathlib import Path

import pytest
from builders.two_families import LEAKED, NAME, OTHER, checked, folder_of, name_of, put, replaced, summarized

from suite.commands.verify import verification_lines
from suite.grade import GRADER_VERSION
from suite.summary.intact_cells import Damage


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
        "these are not the cell's items",
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
        "these are not the cell's items",
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
def test_a_damaged_cell_is_one_line_that_names_it_and_leaves_no_summary(
    two_families: Path, what: str
) -> None:
    damage, says = DAMAGE[what]
    folder = folder_of(two_families, "llama-mine")
    damage(folder)
    found = checked(two_families)
    assert (found.passed, found.summary, found.differences) == (False, None, ())
    (line,) = verification_lines(found)
    assert line.startswith((f"cell {folder.name}", "cell ffff")) and says in line and line.isprintable()


def test_every_damaged_cell_is_named_with_model_and_task(two_families: Path) -> None:
    for model in ("llama-mine", OTHER):
        (folder_of(two_families, model) / "batch-0.jsonl").unlink()
    places = {one.place for one in checked(two_families).damage}
    assert places == {name_of(two_families, "llama-mine"), name_of(two_families, OTHER)}


def test_damaged_pairs_and_weights_are_named(two_families: Path) -> None:
    (two_families / "weights").mkdir()
    (two_families / "weights" / "llama-mine").write_bytes(b"\xff")
    assert checked(two_families).damage == (Damage("pairs and weights of the run", "not UTF-8"),)
    (two_families / "checkpoints" / "llama-mine" / "pair.json").write_text("{}")
    (damage,) = checked(two_families).damage
    assert "pair.json: damaged" in damage.what


def test_grades_that_were_edited_are_found_whether_or_not_they_were_summarized(two_families: Path) -> None:
    folder = folder_of(two_families, "llama-mine")
    replaced(folder / GRADES, '"outcome":"wrong"', '"outcome":"correct"')
    what = (
        "the stored grades of 1 of 20 samples are not what the texts earn (first item i0 sample 1: outcome)"
    )
    damage = (Damage(name_of(two_families, "llama-mine"), what),)
    found = checked(two_families)
    assert (found.damage, found.differences) == (damage, ())
    summarized(two_families)
    found = checked(two_families)
    assert found.damage == damage
    assert {NAME, f"score of llama-mine on {LEAKED} (micro_qa, cell {folder.name})"} <= {
        one.place for one in found.differences
    }
