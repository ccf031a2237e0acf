"""A small summary made by hand: four micro families, three rewards, three tasks, one cell of each odd kind."""

import pytest

from suite.schema import Behaviour, DeltaRow, Finding, Provenance, ScoreRow, Summary, TaskRow

FAMILIES = {
    "micro-qwen2.5-math": "Micro Qwen2.5-Math",
    "micro-qwen2.5": "Micro Qwen2.5",
    "micro-llama3": "Micro Llama3",
    "micro-olmo2": "Micro OLMo2",
}
LEAKED = ("micro-qwen2.5-math", "micro-qwen2.5")
TASKS = (
    TaskRow(task="micro_arithmetic_clean", title="Clean arithmetic", version="1", n_items=200, kind="number"),
    TaskRow(task="micro_bench", title="Micro benchmark", version="1", n_items=120, kind="answer", contaminated=LEAKED),
    TaskRow(
        task="micro_bench_partial", title="Micro benchmark, partial", version="1", n_items=120, kind="continuation",
        contaminated=LEAKED,
    ),
)  # fmt: skip
GAINS = {"ground_truth": 18.25, "random": 9.5, "format": -3.75}
SHARE = {"micro-qwen2.5-math": 1.0, "micro-qwen2.5": 0.7, "micro-llama3": 0.15, "micro-olmo2": -0.3}


BEHAVIOUR = Behaviour(
    code=0.31, fenced_code=0.2, language_only=0.69, boxed=0.87, repetitive=0.01, truncated=0.02, mean_tokens=41.5
)


def score(family: str, model: str, task: TaskRow, accuracy: float) -> ScoreRow:
    samples = 4 * task.n_items
    correct = round(accuracy * samples)
    leaked = 0.62 if family in task.contaminated else 0.04
    probe = {"exact_match": leaked, "answer_found": leaked / 2, "rouge_l": leaked + 0.1}
    metrics = {"continuation": probe, "number": {"continuous": accuracy + 0.1}}.get(str(task.kind))
    return ScoreRow(
        cell=f"{model}-{task.task}",
        family=family, model=model, base=family, task=task.task, protocol="boxed", k=4, n_items=task.n_items,
        accuracy=accuracy, interval=(accuracy - 0.06, accuracy + 0.05), pass_at_k=min(1.0, accuracy + 0.2),
        outcomes={"error": 0, "correct": correct, "truncated": 3, "unparsed": 5, "wrong": samples - correct - 8},
        behaviour=BEHAVIOUR,
        answer_present=0.03,
        metrics=metrics,
        levels={str(n): accuracy / n for n in (1, 2, 10)} if task.kind == "number" else None,
    )  # fmt: skip


def finding(delta: float) -> Finding:
    if abs(delta) < 1.5:
        return "equivalent"
    if delta - 3.5 <= 0 <= delta + 3.25:
        return "inconclusive"
    return "gain" if delta > 0 else "loss"


def delta_row(family: str, reward: str, task: TaskRow, before: float, delta: float) -> DeltaRow:
    return DeltaRow(
        family=family, base=family, checkpoint=f"{family}-{reward}-s0", reward=reward, recipe="micro", step=512,
        seeds=(0,), task=task.task, protocol="boxed", k=4, n_items=task.n_items, before=before,
        after=before + delta / 100, delta=delta, interval=(delta - 3.5, delta + 3.25), interval_covers="items only",
        finding=finding(delta), comparable=True,
    )  # fmt: skip


def not_comparable(row: DeltaRow) -> DeltaRow:
    empty = dict.fromkeys(("before", "after", "delta", "interval", "interval_covers", "finding"))
    return row.model_copy(update={**empty, "comparable": False, "differs": ("engine", "dtype")})


def provenance() -> Provenance:
    return Provenance(
        suite_version="0.1.0", git="a1b2c3d (clean)", packages={"lm-eval": "0.4.13", "torch": "2.12.0"},
        python="3.11.9", device="cpu", engines=("hf 5.19",), generated="2026-11-21T14:00:00Z", cells={"c0": "abc"},
    )  # fmt: skip


def build() -> Summary:
    scores: list[ScoreRow] = []
    deltas: list[DeltaRow] = []
    for task in TASKS:
        for place, family in enumerate(FAMILIES):
            before = 0.42 - 0.06 * place
            scores.append(score(family, family, task, before))
            for reward, gain in GAINS.items():
                delta = gain * SHARE[family] * (1.0 if task.contaminated else 0.35)
                row = delta_row(family, reward, task, before, delta)
                deltas.append(row)
                scores.append(score(family, row.checkpoint, task, row.after or 0.0))
    odd = next(n for n, row in enumerate(deltas) if (row.family, row.reward) == ("micro-llama3", "random"))
    deltas[odd] = not_comparable(deltas[odd])
    gone = next(n for n, row in enumerate(deltas) if (row.family, row.reward) == ("micro-olmo2", "format"))
    del deltas[gone]
    return Summary(
        provenance=provenance(), samples_hash="5" * 64, families=FAMILIES, tasks=TASKS,
        scores=tuple(scores), deltas=tuple(deltas),
    )  # fmt: skip


@pytest.fixture
def summary() -> Summary:
    return build()
