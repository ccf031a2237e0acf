"""Recreating a base: the same seed gives the same weights; the shipped bases have the priors of their
cards.
"""

import json
from pathlib import Path

import pytest
import torch

from suite.benchmarks.micro_corpus import MIXTURES
from suite.files.shipped import builtin_model
from suite.micro.pretrain import pretrain
from suite.registry.weights import weights_hash

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


@pytest.mark.parametrize("model_id", ["micro-qwen2.5", "micro-llama3", "micro-olmo2"])
def test_the_same_seed_gives_the_same_weights_and_another_seed_others(model_id: str, tmp_path: Path) -> None:
    first, again, other = (
        weights_hash(pretrain(model_id, tmp_path / name, seed=seed, steps=3))
        for name, seed in (("a", 0), ("b", 0), ("c", 1))
    )
    assert first == again != other


def test_the_families_have_the_architectures_of_their_namesakes() -> None:
    names = {m: json.loads((builtin_model(m) / "config.json").read_text())["architectures"] for m in MIXTURES}
    assert names == {
        "micro-qwen2.5-math": ["Qwen2ForCausalLM"],
        "micro-qwen2.5": ["Qwen2ForCausalLM"],
        "micro-llama3": ["LlamaForCausalLM"],
        "micro-olmo2": ["Olmo2ForCausalLM"],
    }
