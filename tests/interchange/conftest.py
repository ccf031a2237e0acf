"""A run folder and the items that the answers are to."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from plain_rows import TASK, Refusal, contents, rows, write_lines

from suite.benchmarks.item_sets import load_items
from suite.benchmarks.items import Item
from suite.benchmarks.tasks import task
from suite.commands.main import main


@pytest.fixture(scope="session")
def items() -> list[Item]:
    return load_items(task(TASK))


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return tmp_path / "run"


@pytest.fixture
def answers(items: list[Item], tmp_path: Path) -> Path:
    return write_lines(tmp_path / "answers.jsonl", rows(items, dict.fromkeys(range(40), 2)))


@pytest.fixture
def refuse(run: Path, capsys: pytest.CaptureFixture[str]) -> Refusal:
    """Run ``import``, which must fail and leave the run folder as it was; return its one line."""

    def refused(argv: Sequence[str]) -> str:
        before = contents(run)
        capsys.readouterr()
        assert main(["import", *argv, "--out", str(run)]) == 2
        out, err = capsys.readouterr()
        assert (out, err.count("\n")) == ("", 1)
        assert contents(run) == before
        return err

    return refused
