"""The table of engines: each has its file, and the command line offers each."""

from importlib.util import find_spec

import pytest

from suite.commands.main import main
from suite.plan.engines import ENGINES, drawing_engines


@pytest.mark.parametrize("name", ENGINES)
def test_every_engine_of_the_table_has_its_module(name: str) -> None:
    assert find_spec(f"suite.engine.{name}") is not None


def test_the_replay_engine_alone_draws_nothing() -> None:
    assert set(ENGINES) - set(drawing_engines()) == {"replay"}


@pytest.mark.parametrize("command", ["eval", "plan"])
def test_the_command_line_offers_every_engine(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, "--help"]) == 0
    assert "--engine " + "|".join(ENGINES) in capsys.readouterr().out


def test_labels_are_drawn_by_engines_that_draw(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["label", "--help"]) == 0
    assert "--engine " + "|".join(drawing_engines()) in capsys.readouterr().out
