"""A selection from a run file and flags. What is refused in them: tests/commands/test_flag_mistakes.py."""

from pathlib import Path

import pytest

from suite.commands.eval import COMMAND
from suite.commands.parser import Parser
from suite.commands.selection_flags import selection_of
from suite.errors import SuiteError
from suite.plan.selection import Selection


def selected(*words: str) -> Selection:
    return selection_of(Parser(COMMAND).parse(words))


def test_flags_alone_are_a_selection_and_what_is_not_given_stays_at_its_default() -> None:
    selection = selected(
        "--families", "olmo2,llama3", "--tasks", "math500", "--seeds", "0,1", "--data-dir", "d"
    )
    assert selection.families == ("olmo2", "llama3")
    assert (selection.seeds, selection.data_dir, selection.engine) == ((0, 1), "d", "hf")
    assert selection.rewards is None


def test_flags_override_the_keys_of_a_run_file(tmp_path: Path) -> None:
    file = tmp_path / "run.yaml"
    file.write_text("families: [olmo2]\ntasks: [math500]\nlimit: 10\nk: 4\n")
    selection = selected(str(file), "--limit", "3", "--tasks", "amc83")
    assert (selection.families, selection.tasks) == (("olmo2",), ("amc83",))
    assert (selection.limit, selection.k) == (3, 4)


def test_a_pair_of_your_own_needs_no_families() -> None:
    pair = ("--before", "a", "--after", "b", "--family", "olmo2", "--reward", "mine")
    selection = selected(*pair, "--tasks", "math500")
    assert (selection.before, selection.families) == ("a", ())


@pytest.mark.parametrize(
    ("words", "where"),
    [
        (["--tasks", "math500"], "--families"),
        (["--families", "olmo2"], "--tasks"),
        (["--families", ",", "--tasks", "math500"], "--families"),
    ],
)
def test_a_selection_of_nothing_names_the_flag_that_is_missing(words: list[str], where: str) -> None:
    with pytest.raises(SuiteError) as caught:
        selected(*words)
    assert caught.value.where == where
