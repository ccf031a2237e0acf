"""A summary made by hand: four micro families, three rewards, three tasks, one cell of each odd kind."""

from collections.abc import Iterator

import pytest
from chromium import chromium

from suite.schema import (
    Behaviour,
    CleanContrast,
    Contributions,
    DeltaReference,
    DeltaRow,
    Finding,
    Interaction,
    LeakSplit,
    Provenance,
    ScoreReference,
    ScoreRow,
    Summary,
    TaskRow,
    Transition,
    Transitions,
)

FAMILIES = {
    "micro-qwen2.5-math": "Micro Qwen2.5-Math",
    "micro-qwen2.5": "Micro Qwen2.5",
    "micro-llama3": "Micro Llama3",
    "micro-olmo2": "Micro OLMo2",
}
LEAKED = ("micro-qwen2.5-math", "micro-qwen2.5")
TASKS = (
    TaskRow(task="micro_arithmetic_clean", title="Clean arithmetic", version="1", n_items=200, kind="number"),
    TaskRow(
        task="micro_bench", title="Micro benchmark", version="1", n_items=120, kind="answer",
        contaminated=LEAKED,
    ),
    TaskRow(
        task="micro_bench_partial", title="Micro benchmark, partial", version="1", n_items=120,
        kind="continuation",
        contaminated=LEAKED,
    ),
)  # fmt: skip
GAINS = {"ground_truth": 18.25, "random": 9.5, "format": -3.75}
SHARE = {"micro-qwen2.5-math": 1.0, "micro-qwen2.5": 0.7, "micro-llama3": 0.15, "micro-olmo2": -0.3}


BEHAVIOUR = Behaviour(
    code=0.31,
    fenced_code=0.2,
    language_only=0.69,
    boxed=0.87,
    repetitive=0.01,
    truncated=0.02,
    mean_tokens=41.5,
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
        outcomes={
            "error": 0, "correct": correct, "truncated": 3, "unparsed": 5, "wrong": samples - correct - 8,
        },
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
        family=family, base=family, checkpoint=f"{family}-{reward}-s0", reward=reward, recipe="micro",
        step=512,
        seeds=(0,), task=task.task, protocol="boxed", k=4, n_items=task.n_items, before=before,
        after=before + delta / 100, delta=delta, interval=(delta - 3.5, delta + 3.25),
        interval_covers="items only",
        finding=finding(delta), comparable=True,
    )  # fmt: skip


def not_comparable(row: DeltaRow) -> DeltaRow:
    empty = dict.fromkeys(("before", "after", "delta", "interval", "interval_covers", "finding"))
    return row.model_copy(update={**empty, "comparable": False, "differs": ("engine", "dtype")})


def provenance() -> Provenance:
    return Provenance(
        suite_version="0.1.0", git="a1b2c3d (clean)", packages={"lm-eval": "0.4.13", "torch": "2.12.0"},
        python="3.11.9", device="cpu", engines=("hf 5.19",), generated="2026-11-21T14:00:00Z",
        cells={"c0": "abc"},
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
        level=0.95, margin=5.0,
        provenance=provenance(), samples_hash="5" * 64, families=FAMILIES, tasks=TASKS,
        scores=tuple(scores), deltas=tuple(deltas),
    )  # fmt: skip


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    """One Chromium a module: while it is open, nothing else can run an event loop here."""
    with chromium() as one:
        yield one


@pytest.fixture
def summary() -> Summary:
    return build()


QWEN, LLAMA = "qwen2.5-math-7b", "llama3.1-8b"
MATH = TaskRow(
    task="math500", title="MATH-500", version="1", n_items=500, kind="answer", contaminated=("qwen2.5-math",)
)
PROTOCOLS = (
    "sober_chat", "sober", "none", "boxed", "chat", "r1", "r1_drgrpo", "qwen_math", "qwen_boxed",
    "math_problem", "lipsum",
    "micro_qa",
)  # fmt: skip
NO_TEMPLATE = ScoreReference(
    accuracy=0.722, source="arXiv 2507.10532v3, Table 5, 100%", off=True,
    setting="no template; greedy, written as temperature 1 with top_k 1",
)  # fmt: skip
DR_GRPO = ScoreReference(
    accuracy=0.658, source="arXiv 2503.20783, Table 1, none", off=False, setting="no template, 3000 tokens"
)
RERUN = DeltaReference(
    delta=29.1,
    source="arXiv 2506.10947v1, v2 and v1, abstract, Fig. 1",
    setting="greedy, smoothed over 10 steps",
    step=300,
)
STRONG = {
    "strong_baseline_delta": 1.7,
    "strong_baseline_interval": (-2.1, 5.5),
    "strong_baseline_before": 0.655,
    "strong_baseline_chosen": ("none", "qwen_math"),
    "strong_baseline_protocols": PROTOCOLS,
}
SPURIOUS = {"spurious": True, **STRONG}


def base_scores() -> list[ScoreRow]:
    """One base under twelve protocols, off a published figure under one; another base under one protocol."""
    rows = []
    for place, protocol in enumerate(PROTOCOLS):
        row = score("qwen2.5-math", QWEN, MATH, 0.65 if protocol == "none" else 0.3 + 0.02 * place)
        more = {"base": QWEN, "protocol": protocol, "cell": f"c{place}", "model_revision": "b101308"}
        rows.append(
            row.model_copy(
                update={**more, "published": (NO_TEMPLATE, DR_GRPO) if protocol == "none" else None}
            )
        )
    return [*rows, score("llama3", LLAMA, MATH, 0.2).model_copy(update={"base": LLAMA})]


def pair_rows(family: str, base: str, reward: str, before: float, delta: float) -> tuple[DeltaRow, ScoreRow]:
    row = delta_row(family, reward, MATH, before, delta).model_copy(
        update={"base": base, "checkpoint": f"{base}-{reward}-s0"}
    )
    return row, score(family, row.checkpoint, MATH, row.after or 0.0).model_copy(update={"base": base})


@pytest.fixture
def audited() -> Summary:
    """Rows with and without controls and strong baselines, and a base that is off a published figure."""
    names = (f"{QWEN}-random-s0", f"{QWEN}-format-s0")
    rows = (
        (
            pair_rows("qwen2.5-math", QWEN, "ground_truth", 0.36, 29.3),
            {"control": names, "published": (RERUN,), **STRONG},
        ),
        (
            pair_rows("qwen2.5-math", QWEN, "random", 0.36, 21.0),
            {"spurious": True, **STRONG, "strong_baseline_chosen": ("none", "none")},
        ),
        (pair_rows("qwen2.5-math", QWEN, "format", 0.36, 14.5), SPURIOUS),
        (pair_rows("llama3", LLAMA, "ground_truth", 0.2, 4.25), {"control": (), "published": (RERUN,)}),
        (pair_rows("llama3", LLAMA, "my_method", 0.2, -6.0), {"control": ()}),
    )
    return Summary(
        level=0.95, margin=5.0,
        provenance=provenance(), samples_hash="5" * 64, tasks=(MATH,),
        families={"qwen2.5-math": "Qwen2.5-Math", "llama3": "Llama3"},
        scores=(*base_scores(), *(score_row for (_, score_row), _ in rows)),
        deltas=tuple(row.model_copy(update=update) for (row, _), update in rows),
    )  # fmt: skip


def with_delta(summary: Summary, place: int, **update: object) -> Summary:
    """The summary with some fields of one of its deltas replaced."""
    rows = list(summary.deltas)
    rows[place] = rows[place].model_copy(update=update)
    return summary.model_copy(update={"deltas": tuple(rows)})


def micro_row(**more: object) -> DeltaRow:
    """A checkpoint of a micro family trained on a random reward, without a number."""
    known = {
        "family": "micro-llama3",
        "base": "micro-llama3",
        "checkpoint": "micro-llama3-random-micro-s0",
        "reward": "random",
        "recipe": "micro",
        "step": 20,
        "seeds": (0,),
        "task": "micro_bench",
        "protocol": "micro_qa",
        "k": 2,
        "n_items": 3,
        "comparable": True,
    }
    return DeltaRow.model_validate(known | more)


def moved(points: float) -> Transition:
    return Transition(n=12.5, correct_before=3.0, correct_after=4.0, points=points)


TESTED = {
    "p": 0.0018, "p_holm": 0.03, "p_bh": 0.0024, "equivalent_within": 32.25, "mde": 4.84,
    "adjusted_delta": 8.3, "adjusted_interval": (5.2, 11.6), "adjusted_against": "random",
    "beats_controls": True,
    "contributions": Contributions(
        became_extractable=20.0, no_longer_truncated=-0.7, truly_changed=10.0,
        strategy_mix=1.5, within_code=27.8, within_language=-0.01,
    ),
    "transitions": Transitions(
        code_code=moved(25.5), code_lang=moved(1.1), lang_code=moved(2.2), lang_lang=moved(0.5),
    ),
    "leak": LeakSplit(
        probe="math500_probe60", n_reproduced=54, delta_reproduced=40.5, interval_reproduced=(30.1, 50.9),
        n_other=446, delta_other=27.9, interval_other=(24.0, 31.8), difference=12.6,
        difference_interval=(1.5, 23.7),
    ),
}  # fmt: skip
LONE = LeakSplit(probe="math500_probe60", n_reproduced=1, delta_reproduced=-12.5, n_other=0)
CONTRAST = CleanContrast(
    family="qwen2.5-math", base=QWEN, checkpoint=f"{QWEN}-ground_truth-s0", reward="ground_truth",
    recipe="micro", step=512,
    protocol="boxed", contaminated="math500", leaked=True, clean="arithmetic_clean",
    n_contaminated=500, n_clean=500, delta_contaminated=29.3, delta_clean=4.1,
    difference=25.2, interval=(20.0, 30.5),
)  # fmt: skip
INTERACTION = Interaction(
    reward="ground_truth", recipe="micro", step=512, task="math500", protocol="boxed", base=QWEN,
    other_base=LLAMA,
    difference=25.05, interval=(19.5, 30.6),
)  # fmt: skip


@pytest.fixture
def tested(audited: Summary) -> Summary:
    """One row with all statistics, one that fades after Holm and leaked a single item, three with none."""
    rows = list(audited.deltas)
    rows[0] = rows[0].model_copy(update=TESTED)
    rows[1] = rows[1].model_copy(update={"p": 0.031, "p_holm": 0.0501, "p_bh": 0.031, "leak": LONE})
    other = CONTRAST.model_copy(update={"family": "llama3", "base": LLAMA, "leaked": False, "interval": None})
    return audited.model_copy(
        update={
            "margin": 2.5,
            "deltas": tuple(rows),
            "contrasts": (CONTRAST, other),
            "interactions": (INTERACTION,),
        }
    )
