"""A model card states what its base does: hash, mixture and measured priors."""

import re
import shutil
from pathlib import Path

import pytest
import torch

from suite.benchmarks.micro_corpus import MIXTURES
from suite.files.shipped import builtin_model
from suite.micro.card import measure_priors, write_card
from suite.registry.weights import weights_hash

pytestmark = pytest.mark.slow
BASE = "micro-llama3"


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


@pytest.mark.parametrize("model_id", MIXTURES)
def test_a_shipped_base_has_the_hash_and_priors_of_its_card(model_id: str) -> None:
    card = (builtin_model(model_id) / "README.md").read_text()
    assert f"hash `{weights_hash(builtin_model(model_id))}`" in card
    rows = re.findall(r"\| (?:greedy|T=1) \| ([\d.]+) \(([\d.]+) to ([\d.]+)\) \| ([\d.]+) \|", card)
    for prior, (_, low, high, code) in zip(measure_priors(builtin_model(model_id)), rows, strict=True):
        assert float(low) - 1e-3 <= prior.accuracy.mean <= float(high) + 1e-3
        assert prior.code == pytest.approx(float(code), abs=0.05)


def stated(card: str) -> list[str]:
    """Return a card without its measured rows, which the test above compares with a tolerance."""
    return [line for line in card.splitlines() if not line.startswith(("| greedy ", "| T=1 "))]


def test_a_card_written_again_is_the_shipped_one(tmp_path: Path) -> None:
    shipped = builtin_model(BASE)
    folder = tmp_path / BASE
    shutil.copytree(shipped, folder)
    (folder / "README.md").unlink()
    card = write_card(BASE, folder, seed=0).read_text()
    assert stated(card) == stated((shipped / "README.md").read_text())
