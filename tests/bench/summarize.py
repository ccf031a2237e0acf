"""A board of 12 models x 7 rewards x 3 seeds x 6 tasks: 1.3 million graded answers, from disk to summary,
their texts empty.
"""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from builders.cells import Answer, cell, grade, manifest, samples

from suite.benchmarks.items import Item
from suite.grade import GRADER_VERSION
from suite.grade.stored_grades import samples_hash
from suite.registry import load_registry
from suite.schema import OUTCOMES, Grades, Pair
from suite.store.run_folder import RunStore

BASES = load_registry().bases()[:12]
REWARDS = ("ground_truth", "majority_vote", "format", "random", "incorrect", "python", "my_method")
SEEDS = (0, 1, 2)
TASKS = {
    "math500": (500, 1),
    "amc83": (83, 8),
    "aime2024": (30, 8),
    "aime2025": (30, 8),
    "arithmetic_clean": (500, 5),
    "micro_bench": (100, 8),
}
"""Task -> items and samples per item: 4,944 answers a model, 1,305,216 in all."""
VOCABULARY = ["".join(word) for word in np.random.default_rng(1).choice(list("etaoinshrdlu"), (4000, 5))]


def pairs() -> Iterator[Pair]:
    registry = load_registry()
    for base in BASES:
        for reward in REWARDS:
            for seed in SEEDS:
                name = f"{base}-{reward}-s{seed}"
                family = registry.model(base).family
                yield Pair(
                    family=family,
                    base=base,
                    checkpoint=name,
                    reward=reward,
                    recipe="grpo",
                    seed=seed,
                    step=300,
                )


def write_run(root: Path, words: int = 0) -> int:
    """A finished run of random outcomes and texts of so many random words, already graded; the number of
    its answers.
    """
    store, rng, total = RunStore(root), np.random.default_rng(0), 0
    made = list(pairs())
    for pair in made:
        store.add_pair(pair)
    for model, base, family in [
        *{(p.base, p.base, p.family) for p in made},
        *((p.checkpoint, p.base, p.family) for p in made),
    ]:
        for task, (n, k) in TASKS.items():
            total += n * k
            _write_cell(store, model, base, family, task, rng, words)
    return total


def _texts(rng: np.random.Generator, number: int, words: int) -> list[str]:
    """About six bytes a word, of 4,000 words of which few are common, as in a language."""
    place_TW = rng.zipf(1.3, (number, words)) % len(VOCABULARY)
    return [" ".join(VOCABULARY[place] for place in text) for text in place_TW]


def _write_cell(
    store: RunStore, model: str, base: str, family: str, task: str, rng: np.random.Generator, words: int
) -> None:
    n, k = TASKS[task]
    items = [Item(f"i{i}", f"{task} question {i}", "1") for i in range(n)]
    right_IS = rng.random((n, k)) < np.random.default_rng(n).beta(0.5, 0.8, n)[:, None]
    code_IS, other_IS = rng.random((n, k)) < 0.6, rng.integers(2, 5, (n, k))
    texts = iter(_texts(rng, n * k, words))
    drawn = samples(items, [[Answer(next(texts), tokens=9) for _ in range(k)] for _ in items])
    rows = []
    for i, item in enumerate(items):
        for s in range(k):
            outcome = "correct" if right_IS[i, s] else OUTCOMES[other_IS[i, s]]
            rows.append(grade(item.id, s, outcome, is_code=bool(code_IS[i, s]), boxed=True))
    digest = samples_hash({(sample.item_id, sample.sample): sample for sample in drawn})

    identity = cell(model, task=task, protocol="boxed", temperature=0.6 if k > 1 else 0.0, items=items)
    place = store.cell(identity)
    place.write_items(items)
    place.write_batch("0", drawn)
    place.write_grades(Grades(grader_version=GRADER_VERSION, samples_hash=digest, rows=tuple(rows)))
    place.finish(manifest(identity, n_items=n, k=k, family=family, base=base))


_OURS = """
import resource, sys, time
from pathlib import Path
from suite.registry import load_registry
from suite.store.pairs import known_pairs
from suite.store.run_folder import RunStore
from suite.summary.summarize import summarize
from suite.summary.scored_cells import scored_cells
store, registry = RunStore(Path(sys.argv[1])), load_registry()
started = time.perf_counter()
summary = summarize(scored_cells(store.finished()), known_pairs(registry, store), registry)
text = summary.to_json()
gib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
print(time.perf_counter() - started, gib, len(summary.deltas), len(text))
"""


def measure() -> dict[str, dict[str, object]]:
    """Seconds to summarise from disk, against the 20 s that a reader waits for."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        answers = write_run(Path(folder))
        done = subprocess.run(
            [sys.executable, "-c", _OURS, folder], capture_output=True, text=True, check=True
        )
    seconds, gib, deltas, size = done.stdout.split()
    mib = int(size) / 2**20
    print(
        f"summarize: {answers} answers, {deltas} deltas, {float(gib):.2f} GiB at most, {mib:.1f} MiB of JSON"
    )
    return {
        "summarize_1m_s": {"ratio": float(seconds) / 20, "ours": float(seconds), "theirs": 20.0, "unit": "s"}
    }
