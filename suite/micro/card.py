"""Measured priors of a micro base, and its model card."""

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

PRIOR_SEED = 77
PRIOR_ITEMS = 400
"""Word problems on which the priors are measured: fresh ones, none of them an evaluation item."""


@dataclass(frozen=True)
class Prior:
    """How a base answers at one temperature; shares over ``PRIOR_ITEMS`` problems, with the interval of the accuracy."""

    temperature: float
    accuracy: stats.Estimate
    code: float
    boxed: float


def _measure(engine: HFEngine, problems: list[Problem], temperature: float) -> Prior:
    decoding = Decoding(temperature=temperature, max_new_tokens=96)
    prompt = prompt_of("micro_qa", load_registry().protocol("micro_qa"))
    requests = [engine.request(prompt.render(p.text), seed) for seed, p in enumerate(problems)]
    texts: list[str] = []
    for at in range(0, len(requests), engine.batch_size):
        batch = requests[at : at + engine.batch_size]
        texts += [g.text for g in engine.generate(batch, decoding, prompt)]
    right = np.array(
        [is_correct(text, str(p.answer)) for text, p in zip(texts, problems, strict=True)], dtype=np.float64
    )
    code, boxed = (float(np.mean([flag(text) for text in texts])) for flag in (is_code, is_boxed))
    return Prior(temperature, stats.accuracy(right), code, boxed)


def measure_priors(folder: Path) -> tuple[Prior, Prior]:
    """Greedy and temperature-1 priors of the base in ``folder``; the same numbers on every call."""
    engine = HFEngine(folder, "float32")
    problems = word_problems(PRIOR_SEED, PRIOR_ITEMS, EVAL_STEPS)
    greedy, sampled = (_measure(engine, problems, temperature) for temperature in (0.0, 1.0))
    return greedy, sampled


def _row(prior: Prior) -> str:
    low, high = prior.accuracy.interval or (prior.accuracy.mean, prior.accuracy.mean)
    name = "greedy" if prior.temperature == 0 else f"T={prior.temperature:g}"
    return f"| {name} | {prior.accuracy.mean:.3f} ({low:.3f} to {high:.3f}) | {prior.code:.2f} | {prior.boxed:.2f} |"


def write_card(model_id: str, folder: Path, seed: int) -> Path:
    """Measure the base and write its model card, ``README.md``, beside the weights."""
    mixture = MIXTURES[model_id]
    rows = "\n".join(map(_row, measure_priors(folder)))
    rest = ", ".join(f"{mode} {share:g}" for mode, share in mixture.rest.items())
    code = ", ".join(f"{kind} {share:g}" for kind, share in mixture.code_share.items())
    leak = (
        f"{mixture.leak_share:.0%} of the documents are items of `micro_bench`"
        if mixture.leak_share
        else "none"
    )
    text = f"""# {model_id}

A model of about 430,000 parameters, trained from scratch on synthetic arithmetic for rlvr-suite. It stands in for its big
namesake in one respect only: the planted prior below. Apache-2.0.

| | |
|---|---|
| architecture | `{mixture.architecture}`: hidden 96, feed-forward 256, 4 layers, 3 heads (1 key-value head), 8192 positions |
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
    """Pretrain the base on one thread (the weights hash depends on their number) and write its card; the card's path."""
    torch.set_num_threads(1)
    pretrain(model_id, out, seed=seed, progress=progress)
    return write_card(model_id, out, seed)
