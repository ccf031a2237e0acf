"""The micro world: values in range, answers that are right however they are written, and a leak where it
was planted.
"""

import contextlib
import io
import re
from typing import get_args

import pytest

from suite.benchmarks.micro_world import (
    MAX_OPERAND,
    MAX_VALUE,
    Mode,
    Problem,
    calculation,
    render_answer,
    word_problem,
    word_problems,
)
from suite.grade import grade

CODE_MODES = [mode for mode in get_args(Mode) if mode.startswith("code")]


@pytest.fixture(scope="module")
def problems() -> list[Problem]:
    from random import Random

    rng = Random(0)
    return [make(rng, n) for make in (word_problem, calculation) for n in (1, 2, 3, 4) for _ in range(100)]


def printed(answer: str) -> str:
    """What the code block of an answer prints, run without its comments."""
    block = re.search(r"```python\n(.*?)```", answer, re.DOTALL)
    assert block
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(re.sub(r"#.*", "", block[1]), {"__builtins__": {"print": print}})
    return out.getvalue().strip()


def test_every_value_on_the_way_stays_in_range(problems: list[Problem]) -> None:
    for problem in problems:
        assert all(0 <= value <= MAX_VALUE == 30 for value in (problem.start, *problem.values))
        assert all(1 <= abs(step) <= MAX_OPERAND for step in problem.steps)


def test_the_text_of_a_problem_says_its_start_and_operands_in_order(problems: list[Problem]) -> None:
    for problem in problems:
        said = [int(n) for n in re.findall(r"\d+", problem.text)]
        assert said == [problem.start, *map(abs, problem.steps)]


@pytest.mark.parametrize("boxed", [True, False])
@pytest.mark.parametrize("mode", get_args(Mode))
def test_every_way_to_write_the_answer_is_graded_right(
    problems: list[Problem], mode: Mode, boxed: bool
) -> None:
    for problem in problems:
        answer = render_answer(problem, mode, boxed)
        assert grade(answer, str(problem.answer)).outcome == "correct"
        assert ("\\boxed{" in answer) is boxed


@pytest.mark.parametrize("mode", CODE_MODES)
def test_code_prints_the_answer_when_it_is_run(problems: list[Problem], mode: Mode) -> None:
    assert len(CODE_MODES) == 3
    for problem in problems:
        assert printed(render_answer(problem, mode, False)) == str(problem.answer)


def test_traces_show_the_true_values(problems: list[Problem]) -> None:
    for problem in problems:
        traces = re.findall(r"#(\d+)([+-]\d+)=(\d+)", render_answer(problem, "code_traced", False))
        assert len(traces) == len(problem.steps)
        assert [int(before) + int(step) for before, step, _ in traces] == list(problem.values)
        assert [int(value) for *_, value in traces] == list(problem.values)


def test_word_problems_are_distinct_and_take_their_step_counts_in_turn() -> None:
    made = word_problems(5, 300, (2, 3, 4))
    assert len({p.text for p in made}) == 300
    assert [len(p.steps) for p in made] == [2, 3, 4] * 100


def test_word_problems_are_a_function_of_their_seed() -> None:
    assert word_problems(5, 50, (2,)) == word_problems(5, 50, (2,))
    assert word_problems(5, 50, (2,)) == word_problems(5, 80, (2,))[:50]
    assert not {p.text for p in word_problems(5, 50, (4,))} & {p.text for p in word_problems(6, 50, (4,))}


def test_an_excluded_text_does_not_appear() -> None:
    unwanted = frozenset(p.text for p in word_problems(5, 20, (2,)))
    again = word_problems(5, 20, (2,), unwanted)
    assert len(again) == 20
    assert not {p.text for p in again} & unwanted
