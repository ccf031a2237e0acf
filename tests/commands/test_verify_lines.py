"""What ``rlvr-suite verify`` prints: short, harmless lines, and not too many."""

from pathlib import Path
from typing import Any

import pytest
from builders.two_families import edited, write_run

from suite import __version__
from suite.commands.verify_lines import verification_lines
from suite.store.run_folder import read_summary


@pytest.fixture
def two_families(tmp_path: Path) -> Path:
    return write_run(tmp_path / "run")


def test_of_many_rows_ten_are_named_each_on_one_line(two_families: Path) -> None:
    def all_of_them(data: dict[str, Any]) -> None:
        for row in data["scores"]:
            row |= {"k": 7, "n_items": 7, "family": "\x1b[2J\n\u202e" + "x" * 500, "base": "\u043e"}

    told = verification_lines(edited(two_families, all_of_them))
    assert (len(told), told[10]) == (11, f"and {len(read_summary(two_families).scores) - 10} more")
    assert all(line.isascii() and line.isprintable() and len(line) < 500 for line in told)
    assert all(line.endswith("; and 1 more") for line in told[:10])


def test_a_summary_of_another_version_of_the_suite_says_so_only_where_it_differs(two_families: Path) -> None:
    def old(data: dict[str, Any]) -> None:
        data["provenance"]["suite_version"] = "0.0.1"

    assert verification_lines(edited(two_families, old)) == []
    note = f"the summary was made by rlvr-suite 0.0.1, this is {__version__}: that alone may be the reason"
    assert verification_lines(edited(two_families, lambda data: data.update(level=0.5)))[1:] == [note]
