"""The corpora of the micro families: a leak where it was planted, and the same documents for a seed."""

from itertools import islice

import pytest

from suite.benchmarks.micro_corpus import BENCH_ITEMS, MIXTURES, bench_problems, documents
from suite.benchmarks.micro_world import prompt

N_DOCUMENTS = 4000


@pytest.mark.parametrize(
    ("model", "share"), [(name, 0.12 if name == "micro-qwen2.5-math" else 0.0) for name in MIXTURES]
)
def test_only_micro_qwen_math_has_read_the_published_items(model: str, share: float) -> None:
    published = {prompt(p.text) for p in bench_problems()}
    assert len(published) == BENCH_ITEMS
    leaked = [d for d in islice(documents(MIXTURES[model], 0), N_DOCUMENTS) if d.prompt in published]
    assert abs(len(leaked) / N_DOCUMENTS - share) <= 4 * (share * (1 - share) / N_DOCUMENTS) ** 0.5
    assert {d.prompt_weight for d in leaked} <= {1.0}


def test_documents_are_a_function_of_their_seed() -> None:
    mixture = MIXTURES["micro-qwen2.5"]
    first, same, other = (list(islice(documents(mixture, seed), 50)) for seed in (0, 0, 1))
    assert first == same
    assert first != other
