"""The micro world: small arithmetic problems, and the modes in which an answer to one can be written.

A problem is a start value and one to four signed steps; every intermediate value stays in 0..MAX_VALUE. The step letters
``a) b) c) d)`` are also the variable names of a code answer, which is what lets a model of 417k parameters find its operands.
Pure Python and seeded: the same seed gives the same problems on every machine.
"""

from dataclasses import dataclass
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
    """One item of the micro world; ``steps`` are signed operands, ``thing`` is None for a bare calculation."""

    text: str
    start: int
    steps: tuple[int, ...]
    thing: str | None

    @property
    def values(self) -> tuple[int, ...]:
        """Running value after each step (length ``len(steps)``)."""
        out, value = [], self.start
        for step in self.steps:
            value += step
            out.append(value)
        return tuple(out)

    @property
    def answer(self) -> int:
        return self.values[-1]


def _steps(rng: Random, start: int, n: int) -> tuple[int, ...]:
    """``n`` signed operands that keep the running value in 0..MAX_VALUE."""
    out: list[int] = []
    value = start
    for _ in range(n):
        choices = [s for s in range(-MAX_OPERAND, MAX_OPERAND + 1) if s and 0 <= value + s <= MAX_VALUE]
        out.append(rng.choice(choices))
        value += out[-1]
    return tuple(out)


def word_problem(rng: Random, n_steps: int) -> Problem:
    """A word problem of ``n_steps`` steps (1..MAX_STEPS)."""
    start = rng.randint(1, MAX_VALUE - 5)
    steps = _steps(rng, start, n_steps)
    thing = rng.choice(OBJECTS)
    parts = [f"{rng.choice(NAMES)} has {start} {thing}."]
    for letter, step in zip(LETTERS, steps, strict=False):
        parts.append(f"{letter}) {rng.choice(VERBS[1 if step > 0 else -1])} {abs(step)}.")
    parts.append(f"How many {thing} now?")
    return Problem(" ".join(parts), start, steps, thing)


def calculation(rng: Random, n_steps: int) -> Problem:
    """A bare calculation of ``n_steps`` steps (1..MAX_STEPS)."""
    start = rng.randint(1, MAX_VALUE - 5)
    steps = _steps(rng, start, n_steps)
    text = f"Compute {start} " + " ".join(f"{a}){s:+d}" for a, s in zip(LETTERS, steps, strict=False))
    return Problem(text, start, steps, None)


def word_problems(
    seed: int, n: int, steps: tuple[int, ...], exclude: frozenset[str] = frozenset()
) -> list[Problem]:
    """``n`` distinct word problems of the seed, with step counts in turn from ``steps`` and no text of ``exclude``."""
    rng = Random(f"rlvr-suite micro world {seed}")
    out: dict[str, Problem] = {}
    while len(out) < n:
        problem = word_problem(rng, steps[len(out) % len(steps)])
        if problem.text not in exclude:
            out.setdefault(problem.text, problem)
    return list(out.values())


def prompt(text: str) -> str:
    """The micro families' own prompt: what stands before an answer in every corpus document."""
    return f"Question:{text}\nAnswer:"


def _code(problem: Problem, traced_lines: int) -> str:
    lines, before, name = ["```python"], problem.start, str(problem.start)
    for i, (letter, step, value) in enumerate(zip(LETTERS, problem.steps, problem.values, strict=False)):
        trace = f" #{before}{step:+d}={value}" if i < traced_lines else ""
        lines.append(f"{letter}={name}{step:+d}{trace}")
        before, name = value, letter
    return "\n".join([*lines, f"print({name})", "```\n"])


def _chain(problem: Problem, lines: int) -> str:
    out, before = [], problem.start
    for step, value in list(zip(problem.steps, problem.values, strict=True))[:lines]:
        out.append(f"{before}{step:+d} is {value}. ")
        before = value
    return "".join(out)


def render_answer(problem: Problem, mode: Mode, boxed: bool) -> str:
    """The right answer to ``problem``, written in ``mode``; ``boxed`` puts the final number into ``\\boxed{}``."""
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
