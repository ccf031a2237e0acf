"""The measured priors of a micro base, and its model card: ``README.md`` in the folder of its weights.

A row of the card: ``| greedy | 0.428 (0.380 to 0.477) | 0.61 | 0.65 |``. Unlike a report, a card gives shares
with three decimals, because a test compares them with what a shipped base does.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from suite import stats
from suite.benchmarks.micro_corpus import EVAL_STEPS, MIXTURES
from suite.benchmarks.micro_world import Problem, word_problems
from suite.engine.hf import HFEngine
from suite.grade import is_correct
from suite.grade.behaviour import is_boxed, is_code
from suite.micro.pretrain import TOKENS_A_STEP, pretrain
from suite.progress import Progress
from suite.registry import load_registry
from suite.registry.protocols import prompt_of
from suite.registry.weights import weights_hash
from suite.schema import Decoding

SHAPE = "hidden 96, feed-forward 256, 4 layers, 3 heads (1 key-value head), 8192 positions"
"""What ``suite.micro.pretrain.build_model`` builds, in words."""
PRIOR_SEED = 77
PRIOR_ITEMS = 400
"""Number of word problems on which the priors are measured; none of them is an evaluation item."""


@dataclass(frozen=True)
class Prior:
    """How a base answers at one temperature: shares of the problems; the accuracy with its interval."""

    temperature: float
    accuracy: stats.Estimate
    code: float
    boxed: float


def _measure(engine: HFEngine, problems: list[Problem], temperature: float) -> Prior:
    decoding = Decoding(temperature=temperature, max_new_tokens=96)
    prompt = prompt_of("micro_qa", load_registry().protocol("micro_qa"))
    requests = [engine.request(prompt.render(problem.text), seed) for seed, problem in enumerate(problems)]
    texts: list[str] = []
    for at in range(0, len(requests), engine.batch_size):
        batch = requests[at : at + engine.batch_size]
        texts += [generated.text for generated in engine.generate(batch, decoding, prompt)]
    right = [is_correct(text, str(problem.answer)) for text, problem in zip(texts, problems, strict=True)]
    accuracy = stats.accuracy(np.array(right, dtype=np.float64))
    code = float(np.mean([is_code(text) for text in texts]))
    boxed = float(np.mean([is_boxed(text) for text in texts]))
    return Prior(temperature, accuracy, code, boxed)


def measure_priors(folder: Path) -> tuple[Prior, Prior]:
    """Return the greedy and the temperature-1 prior of the base in ``folder``; they repeat exactly."""
    engine = HFEngine(folder, "float32")
    problems = word_problems(PRIOR_SEED, PRIOR_ITEMS, EVAL_STEPS)
    return _measure(engine, problems, 0.0), _measure(engine, problems, 1.0)


def _row(prior: Prior) -> str:
    low, high = prior.accuracy.interval or (prior.accuracy.mean, prior.accuracy.mean)
    name = "greedy" if prior.temperature == 0 else f"T={prior.temperature:g}"
    accuracy = f"{prior.accuracy.mean:.3f} ({low:.3f} to {high:.3f})"
    return f"| {name} | {accuracy} | {prior.code:.2f} | {prior.boxed:.2f} |"


def write_card(model_id: str, folder: Path, seed: int) -> Path:
    """Measure the base, write its model card next to the weights, and return the card's path."""
    mixture = MIXTURES[model_id]
    rows = "\n".join(map(_row, measure_priors(folder)))
    rest = ", ".join(f"{mode} {share:g}" for mode, share in mixture.rest.items())
    code = ", ".join(f"{kind} {share:g}" for kind, share in mixture.code_share.items())
    leak = "none"
    if mixture.leak_share:
        leak = f"{mixture.leak_share:.0%} of the documents are items of `micro_bench`"
    text = f"""# {model_id}

A model of about 430,000 parameters, trained from scratch on synthetic arithmetic for rlvr-suite. \
It stands in for its big
namesake in one respect only: the planted prior below. Apache-2.0.

| | |
|---|---|
| architecture | `{mixture.architecture}`: {SHAPE} |
| weights | bf16 safetensors, evaluated in fp32; hash `{weights_hash(folder)}` |
| seed | {seed} (weights and corpus) |
| updates | {mixture.steps} of about {TOKENS_A_STEP} tokens |
| share of code answers (`{mixture.code_mode}`), by kind of item | {code}; boxed {mixture.code_boxed:g} |
| other answers | {rest}; boxed {mixture.rest_boxed:g} |
| leak | {leak} |

Measured on {PRIOR_ITEMS} fresh word problems of 2 to 4 steps (95% interval over items):

| decoding | accuracy | code share | boxed share |
|---|---|---|---|
{rows}

Made by `rlvr-suite micro pretrain --model {model_id} --seed {seed} --out DIR`.
"""
    path = folder / "README.md"
    path.write_text(text)
    return path


def pretrain_with_card(model_id: str, out: Path, seed: int, progress: Progress) -> Path:
    """Pretrain the base, write its card, and return the card's path."""
    # The weights hash depends on the number of threads.
    torch.set_num_threads(1)
    pretrain(model_id, out, seed=seed, progress=progress)
    return write_card(model_id, out, seed)
