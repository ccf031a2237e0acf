"""``rlvr-suite verify``: exit code and lines. What counts as a difference: tests/summary/test_verify.py."""

from pathlib import Path
from typing import Any

import pytest
from builders.two_families import edited, write_run
from small_run import small_run

from suite import __version__
from suite.commands.main import main
from suite.commands.verify import verification_lines
from suite.store.run_folder import read_summary


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    small_run(tmp_path)
    assert main(["summarize", str(tmp_path)]) == 0
    capsys.readouterr()
    return tmp_path


def test_a_summary_that_follows_from_its_samples_passes(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["verify", str(run)]) == 0
    assert capsys.readouterr() == (f"{run}: the summary is that of its samples\n", "")


def test_an_edited_summary_fails_with_the_row_and_both_values(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = run / "summary.json"
    text = path.read_text()
    edited = text.replace('"margin": 5.0', '"margin": 7.5')
    assert edited != text
    path.write_text(edited.replace('"reward": "format"', '"reward": "better"'))
    before = path.read_bytes()
    assert main(["verify", str(run)]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert "reward better in the summary, format when recomputed" in err
    assert all(line.startswith("rlvr-suite: ") for line in err.splitlines())
    assert path.read_bytes() == before


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
