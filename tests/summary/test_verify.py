"""Verification: an untouched run passes; whatever is changed by hand in its summary or its samples is
named.
"""

import shutil
from pathlib import Path
from typing import Any

import pytest
from builders.two_families import (
    CLEAN,
    LEAKED,
    ONE,
    checked,
    delta,
    edited,
    folder_of,
    name_of,
    put,
    replaced,
    summarized,
    write,
)

from suite.commands.verify import verification_lines
from suite.errors import SuiteError
from suite.registry import load_registry
from suite.store.run_folder import RunStore, read_summary
from suite.summary.differences import DECIMALS, Difference
from suite.summary.verify import Verification, verify

FREE = {"suite_version", "git", "packages", "python", "generated"}
"""What ``provenance`` says of the place and not of the numbers."""


def files(folder: Path) -> dict[Path, tuple[bytes, int]]:
    return {
        path: (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.rglob("*") if path.is_file()
    }


def test_an_untouched_run_passes_and_the_run_has_every_kind_of_row(two_families: Path) -> None:
    summary = read_summary(two_families)
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
    found = checked(two_families)
    assert (found.passed, found.summary, verification_lines(found)) == (True, summary, [])


def test_verification_writes_nothing(two_families: Path) -> None:
    for path in two_families.glob("cells/*/grades-*.json"):
        path.unlink()
    before = files(two_families)
    assert checked(two_families).passed
    assert files(two_families) == before


def test_a_margin_of_ones_own_is_recomputed_with(two_families: Path) -> None:
    summarized(two_families, margin=30.0)
    assert checked(two_families).passed


def test_what_says_where_the_summary_was_made_may_differ(two_families: Path) -> None:
    def elsewhere(data: dict[str, Any]) -> None:
        data["provenance"] |= {"git": "0", "packages": {}, "python": "4", "generated": "2000-01-01"}

    assert edited(two_families, elsewhere).passed


def test_rows_in_another_order_are_the_same_rows(two_families: Path) -> None:
    assert edited(
        two_families,
        lambda data: [data[table].reverse() for table in ("tasks", "scores", "deltas", "contrasts")],
    ).passed


def test_the_last_digits_may_move_and_what_a_board_shows_may_not(two_families: Path) -> None:
    def moved(by: float) -> Verification:
        return edited(two_families, lambda data: delta(data).update(delta=delta(data)["delta"] + by))

    assert moved(0.4 * 10**-DECIMALS).passed
    assert not moved(1e-4).passed


def test_a_text_that_was_edited_is_told_first_and_its_cell_is_named(two_families: Path) -> None:
    replaced(folder_of(two_families, "llama-mine") / "batch-0.jsonl", "It is 3", "It is 4")
    found = checked(two_families)
    told = verification_lines(found)
    assert told[0].startswith("the summary was not made from these samples: samples_hash ")
    assert told[1] == f"{name_of(two_families, 'llama-mine')}: its texts are not those that were graded last"
    assert (
        f"score of llama-mine on {LEAKED} (micro_qa, cell {folder_of(two_families, 'llama-mine').name})"
        in told[2]
    )


@pytest.mark.parametrize("file", ["cell.json", "."])
def test_a_cell_that_was_removed_is_named(two_families: Path, file: str) -> None:
    folder = folder_of(two_families, "llama-random", CLEAN)
    path = folder / file
    if path.is_dir():
        shutil.rmtree(folder)
    else:
        path.unlink()
    found = checked(two_families)
    entry = f"llama-random/{CLEAN}@micro_qa"
    assert found.differences[1] == Difference(
        f"cell {folder.name} ({entry})", "entry in provenance", entry, None
    )
    assert [one.field for one in found.differences[:2]] == ["samples_hash", "entry in provenance"]


def test_a_cell_that_was_added_is_named(two_families: Path) -> None:
    write(RunStore(two_families), ONE, "llama-random", LEAKED, range(9), "boxed")
    found = checked(two_families)
    assert [one.field for one in found.differences[:2]] == ["samples_hash", "entry in provenance"]
    assert (
        f"(llama-random/{LEAKED}@boxed)" in found.differences[1].place and found.differences[1].given is None
    )


def test_other_facts_in_a_manifest_change_the_rows_that_are_made_of_them(two_families: Path) -> None:
    put("cell.json", "by hand", "elsewhere")(folder_of(two_families, "llama-mine"))
    (one,) = checked(two_families).differences
    assert (one.field, one.given, one.recomputed) == ("dataset", "by hand", "elsewhere")


def test_a_run_without_cells_and_a_family_that_the_registry_lacks_are_errors(
    two_families: Path, tmp_path: Path
) -> None:
    with pytest.raises(SuiteError, match="no finished cells here"):
        verify(read_summary(two_families), tmp_path / "none", load_registry())
    put("cell.json", f'"family": "{ONE}"', '"family": "mine"')(folder_of(two_families, "llama-mine"))
    with pytest.raises(SuiteError, match="mine"):
        checked(two_families)
