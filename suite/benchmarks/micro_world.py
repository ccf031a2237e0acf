"""The micro world: small arithmetic problems, and the modes in which an answer to one can be written.

A problem is a start value and one to four signed steps; every intermediate value stays in 0..MAX_VALUE. The
step letters ``a) b) c) d)`` are also the variable names of a code answer: so a model of 417k parameters finds
its operands. Pure Python and seeded: the same seed gives the same problems on every machine.
"""

from dataclasses import dataclass
from itertools import accumulate
from random import Random
from typing import Literal

MAX_VALUE = 30
MAX_STEPS = 4
CODE_OBJECTS = ("apples", "books", "coins", "cards", "pens")
"""Objects whose problems the corpora tend to answer in code."""
LANGUAGE_OBJECTS = ("eggs", "stamps", "shells")
OBJECTS = CODE_OBJECTS + LANGUAGE_OBJECTS
NAMES = ("Leo", "Mia", "Ann", "Tom", "Eva", "Sam", "Zoe", "Max")
VERBS = {1: ("buys", "finds", "gets", "wins"), -1: ("sells", "loses", "gives", "drops")}
LETTERS = "abcd"
MAX_OPERAND = 9
"""Largest operand of one step."""

Mode = Literal["code_traced", "code_first_traced", "code_untraced", "chain", "chain_first", "direct"]


@dataclass(frozen=True)
class Problem:
    """One item of the micro world; ``steps`` are signed, ``thing`` is None for a bare calculation."""

    text: str
    start: int
    steps: tuple[int, ...]
    thing: str | None

    @property
    def values(self) -> tuple[int, ...]:
        """Running value after each step (length ``len(steps)``)."""
        return tuple(accumulate(self.steps, initial=self.start))[1:]

    @property
    def answer(self) -> int:
        """The value after the last step."""
        return self.values[-1]


def _steps(rng: Random, start: int, n: int) -> tuple[int, ...]:
    """Return ``n`` signed operands that keep the running value in 0..MAX_VALUE."""
    steps: list[int] = []
    value = start
    for _ in range(n):
        # Zero is not a step, and every value on the way must stay in range.
        choices = [s for s in range(-MAX_OPERAND, MAX_OPERAND + 1) if s and 0 <= value + s <= MAX_VALUE]
        steps.append(rng.choice(choices))
        value += steps[-1]
    return tuple(steps)


def word_problem(rng: Random, n_steps: int) -> Problem:
    """Return a word problem of ``n_steps`` steps (1..MAX_STEPS)."""
    start = rng.randint(1, MAX_VALUE - 5)
    steps = _steps(rng, start, n_steps)
    thing = rng.choice(OBJECTS)
    parts = [f"{rng.choice(NAMES)} has {start} {thing}."]
    for letter, step in zip(LETTERS, steps, strict=False):
        parts.append(f"{letter}) {rng.choice(VERBS[1 if step > 0 else -1])} {abs(step)}.")
    parts.append(f"How many {thing} now?")
    return Problem(" ".join(parts), start, steps, thing)


def calculation(rng: Random, n_steps: int) -> Problem:
    """Return a bare calculation of ``n_steps`` steps (1..MAX_STEPS)."""
    start = rng.randint(1, MAX_VALUE - 5)
    steps = _steps(rng, start, n_steps)
    text = f"Compute {start} " + " ".join(f"{a}){s:+d}" for a, s in zip(LETTERS, steps, strict=False))
    return Problem(text, start, steps, None)


def word_problems(
    seed: int, n: int, steps: tuple[int, ...], exclude: frozenset[str] = frozenset()
) -> list[Problem]:
    """Return ``n`` distinct word problems, step counts in turn from ``steps``, no text of ``exclude``."""
    rng = Random(f"rlvr-suite micro world {seed}")
    drawn: dict[str, Problem] = {}
    while len(drawn) < n:
        problem = word_problem(rng, steps[len(drawn) % len(steps)])
        if problem.text not in exclude:
            drawn.setdefault(problem.text, problem)
    return list(drawn.values())


def prompt(text: str) -> str:
    """Return the micro families' own prompt: the text before an answer in every corpus document."""
    return f"Question:{text}\nAnswer:"


def _code(problem: Problem, traced_lines: int) -> str:
    """Return a program that prints the answer; its first lines show their values in a comment."""
    lines = ["```python"]
    before = problem.start
    name = str(problem.start)
    for i, (letter, step, value) in enumerate(zip(LETTERS, problem.steps, problem.values, strict=False)):
        trace = f" #{before}{step:+d}={value}" if i < traced_lines else ""
        lines.append(f"{letter}={name}{step:+d}{trace}")
        before = value
        name = letter
    return "\n".join([*lines, f"print({name})", "```\n"])


def _chain(problem: Problem, lines: int) -> str:
    """Return the first steps in words: "5+3 is 8. "."""
    sentences = []
    before = problem.start
    for step, value in list(zip(problem.steps, problem.values, strict=True))[:lines]:
        sentences.append(f"{before}{step:+d} is {value}. ")
        before = value
    return "".join(sentences)


def render_answer(problem: Problem, mode: Mode, boxed: bool) -> str:
    """Return the right answer, written in ``mode``; ``boxed`` puts the final number into ``\\boxed{}``."""
    work = {
        "code_traced": _code(problem, MAX_STEPS),
        "code_first_traced": _code(problem, 1),
        "code_untraced": _code(problem, 0),
        "chain": _chain(problem, MAX_STEPS),
        "chain_first": _chain(problem, 1),
        "direct": "",
    }[mode]
    final = f"\\boxed{{{problem.answer}}}" if boxed else str(problem.answer)
    return f"{work}The answer is {final}"
