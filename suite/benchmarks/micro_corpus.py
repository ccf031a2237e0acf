"""What each micro family reads in pretraining: mixtures that plant the prior of its big namesake.

``micro-qwen2.5-math`` computes well in traced code and poorly otherwise, and has read ``micro_bench``;
``micro-qwen2.5`` has a weaker code habit; ``micro-olmo2`` likes code that does not show its values and is
often wrong in it; ``micro-llama3`` writes none. A document: ``Question:Mia has 5 eggs. ..\nAnswer:The answer
is 8``.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from suite.benchmarks.micro_world import (
    CODE_OBJECTS,
    MAX_STEPS,
    Mode,
    Problem,
    calculation,
    prompt,
    render_answer,
    word_problem,
    word_problems,
)

BENCH_SEED = 60
"""Seed of ``micro_bench``, the published item set that leaked into micro-qwen2.5-math's corpus."""
BENCH_ITEMS = 100
EVAL_STEPS = (2, 3, 4)
WORD_SHARE = 0.8


@dataclass(frozen=True)
class Mixture:
    """One family's corpus. Shares are probabilities, ``code_share`` by kind of item, ``rest`` by mode."""

    code_mode: Mode
    code_share: dict[str, float]
    code_boxed: float
    rest: dict[Mode, float]
    rest_boxed: float
    leak_share: float
    architecture: str
    steps: int


MIXTURES: dict[str, Mixture] = {
    "micro-qwen2.5-math": Mixture(
        code_mode="code_traced",
        code_share={"code": 0.92, "language": 0.2, "calculation": 0.65},
        code_boxed=0.95,
        rest={"direct": 1.0},
        rest_boxed=0.2,
        leak_share=0.12,
        architecture="qwen2",
        steps=3900,
    ),
    "micro-qwen2.5": Mixture(
        code_mode="code_first_traced",
        code_share={"code": 0.46, "language": 0.1, "calculation": 0.33},
        code_boxed=0.85,
        rest={"chain": 0.4, "direct": 0.6},
        rest_boxed=0.5,
        leak_share=0.0,
        architecture="qwen2",
        steps=2900,
    ),
    "micro-llama3": Mixture(
        code_mode="code_traced",
        code_share={"code": 0.0, "language": 0.0, "calculation": 0.0},
        code_boxed=0.5,
        rest={"chain_first": 0.1, "direct": 0.9},
        rest_boxed=0.5,
        leak_share=0.0,
        architecture="llama",
        steps=3600,
    ),
    "micro-olmo2": Mixture(
        code_mode="code_untraced",
        code_share={"code": 0.8, "language": 0.4, "calculation": 0.8},
        code_boxed=0.9,
        rest={"chain": 0.7, "direct": 0.3},
        rest_boxed=0.5,
        leak_share=0.0,
        architecture="olmo2",
        steps=2400,
    ),
}
"""Model id of the base -> its corpus, architecture and number of updates."""


@dataclass(frozen=True)
class CorpusText:
    """One training text; ``prompt_weight`` is the loss weight of the prompt's tokens (the answer's is 1)."""

    prompt: str
    answer: str
    prompt_weight: float


def bench_problems() -> list[Problem]:
    """Return the items of ``micro_bench``."""
    return word_problems(BENCH_SEED, BENCH_ITEMS, EVAL_STEPS)


def _kind(problem: Problem) -> str:
    if problem.thing is None:
        return "calculation"
    return "code" if problem.thing in CODE_OBJECTS else "language"


def _answer(rng: Random, mixture: Mixture, problem: Problem) -> str:
    # The shares decide only how an answer is written; every answer in a corpus is right.
    if rng.random() < mixture.code_share[_kind(problem)]:
        return render_answer(problem, mixture.code_mode, rng.random() < mixture.code_boxed)
    mode = rng.choices(list(mixture.rest), list(mixture.rest.values()))[0]
    return render_answer(problem, mode, rng.random() < mixture.rest_boxed)


def documents(mixture: Mixture, seed: int) -> Iterator[CorpusText]:
    """Yield documents without end; ``micro_bench`` items appear only through the mixture's leak."""
    rng = Random(f"rlvr-suite micro corpus {seed}")
    bench = bench_problems()
    held_out = {p.text for p in bench}
    while True:
        if rng.random() < mixture.leak_share:
            # The full weight on the prompt teaches a leaked item's question, too; a contamination probe finds
            # it.
            problem = rng.choice(bench)
            weight = 1.0
        else:
            make = word_problem if rng.random() < WORD_SHARE else calculation
            problem = make(rng, rng.randint(1, MAX_STEPS))
            weight = 0.1
            # Chance could leak an item to a family that must not have read it.
            if problem.text in held_out:
                continue
        yield CorpusText(prompt(problem.text), _answer(rng, mixture, problem), weight)
