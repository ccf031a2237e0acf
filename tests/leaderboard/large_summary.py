"""A summary as large as a full sweep: 12 bases of 4 families, 7 rewards, 6 tasks.

It has every key that a real one has. The numbers are made up and consistent; the same seed gives the
same summary.
"""

import random
from itertools import combinations

from suite.schema import (
    Behaviour,
    CleanContrast,
    Contributions,
    ControlDelta,
    DeltaReference,
    DeltaRow,
    Finding,
    Interaction,
    LeakSplit,
    Provenance,
    ScoreReference,
    ScoreRow,
    Spread,
    Summary,
    TaskRow,
    Transition,
    Transitions,
)

FAMILIES = {"qwen2.5-math": "Qwen2.5-Math", "qwen2.5": "Qwen2.5", "llama3": "Llama3", "olmo2": "OLMo2"}
BASES = {
    "qwen2.5-math": ("qwen2.5-math-1.5b", "qwen2.5-math-7b", "qwen2.5-math-72b"),
    "qwen2.5": ("qwen2.5-1.5b", "qwen2.5-7b", "qwen2.5-32b"),
    "llama3": ("llama3.2-3b", "llama3.1-8b", "llama3.1-8b-instruct"),
    "olmo2": ("olmo2-7b", "olmo2-7b-sft", "olmo2-13b"),
}
REWARDS = {
    "ground_truth": 22.0, "majority_vote": 19.0, "one_shot": 18.0, "python": 8.0, "format": 12.0,
    "random": 14.0,
    "incorrect": 16.0,
}  # fmt: skip
SPURIOUS = ("format", "random", "incorrect")
LIFT = {"qwen2.5-math": 1.0, "qwen2.5": 0.6, "llama3": 0.15, "olmo2": -0.2}
LEAKED = ("qwen2.5-math", "qwen2.5")
TASKS = (
    TaskRow(task="math500", title="MATH-500", version="1", n_items=500, kind="answer", contaminated=LEAKED),
    TaskRow(task="amc83", title="AMC, 83 items", version="1", n_items=83, kind="answer", contaminated=LEAKED),
    TaskRow(task="aime2024", title="AIME 2024", version="1", n_items=30, kind="answer", contaminated=LEAKED),
    TaskRow(task="aime2025", title="AIME 2025", version="1", n_items=30, kind="answer"),
    TaskRow(task="arithmetic_clean", title="Clean arithmetic", version="2", n_items=1000, kind="number"),
    TaskRow(
        task="math500_partial_60", title="Leak probe, 60% of MATH-500", version="1", n_items=500,
        kind="continuation",
        contaminated=LEAKED,
    ),
)  # fmt: skip
RECIPE, STEP, PROTOCOL = "spurious_rewards", 300, "qwen_math"
PROTOCOLS = ("none", "boxed", "chat", "qwen_math", "r1")
LEAST_HALF_WIDTH = 1.5


def large_summary(seed: int = 0) -> Summary:
    """504 deltas, 576 scores."""
    dice = random.Random(seed)
    scores, deltas = [], []
    for task in TASKS:
        for family, bases in BASES.items():
            for base in bases:
                before = round(dice.uniform(0.15, 0.6), 4)
                scores.append(_score(dice, family, base, base, task, before))
                rows = _deltas(dice, family, base, task, before)
                scores += [_score(dice, family, row.checkpoint, base, task, row.after or 0.0) for row in rows]
                deltas += rows
    return Summary(
        level=0.95, margin=2.0, provenance=_provenance(), samples_hash="5" * 64, families=FAMILIES,
        tasks=TASKS,
        scores=tuple(scores), deltas=tuple(deltas), contrasts=tuple(_contrasts(deltas)),
        interactions=tuple(_interactions(deltas)),
    )  # fmt: skip


def _score(
    dice: random.Random, family: str, model: str, base: str, task: TaskRow, accuracy: float
) -> ScoreRow:
    samples = 16 * task.n_items
    correct = int(accuracy * samples)
    wrong = int((samples - correct) * dice.uniform(0.6, 0.9))
    unparsed = int((samples - correct - wrong) * 0.5)
    told = ScoreReference(
        accuracy=accuracy,
        source="arXiv 2506.10947v1, Table 3",
        setting="greedy, 3072 tokens, their prompt",
        off=dice.random() < 0.2,
    )
    return ScoreRow(
        cell=f"{dice.getrandbits(64):016x}", dataset="HuggingFaceH4/MATH-500",
        dataset_revision="6e4ed1a2a79af7d8630a6b768ec859cb5af4d3be",
        model_revision=f"{dice.getrandbits(160):040x}", family=family, model=model, base=base,
        task=task.task, protocol=PROTOCOL,
        k=16, n_items=task.n_items, accuracy=accuracy,
        interval=(
            max(0.0, accuracy - dice.uniform(0.01, 0.04)), min(1.0, accuracy + dice.uniform(0.01, 0.04)),
        ),
        pass_at_k=min(1.0, accuracy + dice.uniform(0.05, 0.3)),
        outcomes={
            "error": 0, "correct": correct, "truncated": samples - correct - wrong - unparsed,
            "unparsed": unparsed,
            "wrong": wrong,
        },
        answer_present=dice.uniform(0, 0.1), behaviour=_behaviour(dice), metrics=_metrics(dice, task),
        levels={str(level): dice.random() for level in range(1, 11)} if task.kind == "number" else None,
        published=(told,) if model == base and task.kind == "answer" else None,
    )  # fmt: skip


def _behaviour(dice: random.Random) -> Behaviour:
    code = dice.random()
    return Behaviour(
        code=code, fenced_code=code * dice.random(), language_only=1 - code, boxed=dice.random(),
        repetitive=dice.random() / 20,
        truncated=dice.random() / 5, mean_tokens=dice.uniform(300, 2500),
    )  # fmt: skip


def _metrics(dice: random.Random, task: TaskRow) -> dict[str, float] | None:
    names = {"number": ("continuous",), "continuation": ("exact_match", "answer_found", "rouge_l")}.get(
        str(task.kind)
    )
    return {name: dice.random() for name in names} if names else None


def _deltas(dice: random.Random, family: str, base: str, task: TaskRow, before: float) -> list[DeltaRow]:
    share = LIFT[family] * (1.0 if task.contaminated else 0.3)
    points = {reward: most * share + dice.gauss(0, 2.0) for reward, most in REWARDS.items()}
    return [_delta(dice, family, base, task, before, reward, points) for reward in REWARDS]


def _delta(
    dice: random.Random,
    family: str,
    base: str,
    task: TaskRow,
    before: float,
    reward: str,
    points: dict[str, float],
) -> DeltaRow:
    half = LEAST_HALF_WIDTH + 60 / task.n_items
    after = min(1.0, max(0.0, before + points[reward] / 100))
    delta = 100 * (after - before)
    p = dice.random() * (0.01 if abs(delta) > half else 1.0)
    row = DeltaRow(
        family=family, base=base, checkpoint=f"{base}-{reward}-{RECIPE}-s0", reward=reward, recipe=RECIPE,
        step=STEP, seeds=(0,),
        task=task.task, protocol=PROTOCOL, k=16, n_items=task.n_items, before=before, after=after,
        delta=delta,
        interval=(delta - half, delta + half), interval_covers="items only", p=p, p_holm=min(1.0, 20 * p),
        p_bh=min(1.0, 2 * p),
        equivalent_within=min(100.0, abs(delta) + half), mde=min(100.0, 1.43 * half),
        spread=Spread(between=half**2, sampling=2000.0), finding=_finding(delta, half), comparable=True,
        spurious=True if reward in SPURIOUS else None,
        transitions=_transitions(dice, delta), contributions=_contributions(dice, delta),
        leak=_leak(dice, task, delta, half) if task.task == "math500" else None,
        **_strong(dice, delta, half, task),
    )  # fmt: skip
    if reward in SPURIOUS:
        return row
    return row.model_copy(update=_against(base, task, points, reward, half))


def _finding(delta: float, half: float) -> Finding:
    if abs(delta) > half:
        return "gain" if delta > 0 else "loss"
    return "equivalent" if abs(delta) + half < LEAST_HALF_WIDTH + 1 else "inconclusive"


def _against(
    base: str, task: TaskRow, points: dict[str, float], reward: str, half: float
) -> dict[str, object]:
    controls = tuple(
        ControlDelta(
            reward=control, checkpoints=(f"{base}-{control}-{RECIPE}-s0",),
            difference=points[reward] - points[control],
            interval=(points[reward] - points[control] - half, points[reward] - points[control] + half),
            interval_covers="items only",
        )
        for control in SPURIOUS
    )  # fmt: skip
    best = min(controls, key=lambda control: control.difference)
    told = DeltaReference(
        delta=round(REWARDS[reward], 1),
        source="arXiv 2506.10947v1, Fig. 1",
        setting="greedy, smoothed over 10 steps",
        step=STEP,
    )
    return {
        "control": tuple(name for control in controls for name in control.checkpoints),
        "against_controls": controls,
        "adjusted_delta": best.difference, "adjusted_interval": best.interval,
        "adjusted_covers": "items only",
        "adjusted_against": best.reward,
        "beats_controls": all(one.interval is not None and one.interval[0] > 0 for one in controls),
        "published": (told,) if task.kind == "answer" else None,
    }  # fmt: skip


def _strong(dice: random.Random, delta: float, half: float, task: TaskRow) -> dict[str, object]:
    if task.kind == "continuation":
        return {}
    left = delta - dice.uniform(0, 8)
    return {
        "strong_baseline_delta": left, "strong_baseline_interval": (left - half, left + half),
        "strong_baseline_before": dice.uniform(0.3, 0.6),
        "strong_baseline_chosen": ("none", dice.choice(PROTOCOLS)),
        "strong_baseline_protocols": PROTOCOLS,
    }  # fmt: skip


def _transitions(dice: random.Random, delta: float) -> Transitions:
    parts = [delta * share for share in (0.5, 0.1, 0.3, 0.1)]
    moves = [
        Transition(n=dice.uniform(0, 200), correct_before=30.5, correct_after=41.25, points=part)
        for part in parts
    ]
    return Transitions(code_code=moves[0], code_lang=moves[1], lang_code=moves[2], lang_lang=moves[3])


def _contributions(dice: random.Random, delta: float) -> Contributions:
    form, mix = delta * dice.random(), delta * dice.random()
    return Contributions(
        became_extractable=form / 2, no_longer_truncated=form / 2, truly_changed=delta - form,
        strategy_mix=mix, within_code=(delta - mix) / 2, within_language=(delta - mix) / 2,
    )  # fmt: skip


def _leak(dice: random.Random, task: TaskRow, delta: float, half: float) -> LeakSplit:
    reproduced = dice.randint(2, task.n_items // 2)
    inside, outside = delta + dice.uniform(0, 5), delta - dice.uniform(0, 2)
    return LeakSplit(
        probe="math500_partial_60", n_reproduced=reproduced, delta_reproduced=inside,
        interval_reproduced=(inside - 4, inside + 4),
        n_other=task.n_items - reproduced, delta_other=outside,
        interval_other=(outside - half, outside + half),
        difference=inside - outside, difference_interval=(inside - outside - 5, inside - outside + 5),
    )  # fmt: skip


def _contrasts(deltas: list[DeltaRow]) -> list[CleanContrast]:
    found = {(row.base, row.reward, row.task): row for row in deltas}
    return [
        CleanContrast(
            family=row.family, base=row.base, checkpoint=row.checkpoint, reward=row.reward, recipe=RECIPE,
            step=STEP,
            protocol=PROTOCOL, contaminated=row.task, leaked=row.family in LEAKED, clean=clean,
            n_contaminated=row.n_items, n_clean=other.n_items, delta_contaminated=row.delta or 0.0,
            delta_clean=other.delta or 0.0,
            difference=(row.delta or 0.0) - (other.delta or 0.0),
            interval=((row.delta or 0.0) - 4, (row.delta or 0.0) + 4),
            interval_covers="items only",
        )
        for row in deltas if row.task in ("math500", "amc83", "aime2024")
        for clean in ("aime2025", "arithmetic_clean") for other in [found[row.base, row.reward, clean]]
    ]  # fmt: skip


def _interactions(deltas: list[DeltaRow]) -> list[Interaction]:
    found = {(row.base, row.reward, row.task): row.delta or 0.0 for row in deltas}
    bases = [base for own in BASES.values() for base in own]
    rows = []
    for task in TASKS:
        for reward in (name for name in REWARDS if name not in SPURIOUS):
            for one, other in combinations(bases, 2):
                left = found[one, reward, task.task] - found[other, reward, task.task]
                rows.append(
                    Interaction(
                        reward=reward, recipe=RECIPE, step=STEP, task=task.task, protocol=PROTOCOL, base=one,
                        other_base=other,
                        difference=left, interval=(left - 3, left + 3), interval_covers="items only",
                    )
                )  # fmt: skip
    return rows


def _provenance() -> Provenance:
    return Provenance(
        suite_version="0.1.0", git="a1b2c3d (clean)",
        packages={"lm-eval": "0.4.13", "torch": "2.12.0", "vllm": "0.14.0"},
        python="3.11.9", device="NVIDIA H100", engines=("vllm 0.14",), generated="2026-11-21T14:00:00Z",
        cells={f"c{number}": "abc" for number in range(576)},
    )  # fmt: skip
