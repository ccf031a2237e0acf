"""Small summaries and policies, written by hand."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from suite.gate import Policy, load_policy
from suite.schema import CleanContrast, DeltaRow, Provenance, Summary, TaskRow

FAMILIES = {"a": "A", "b": "B"}
BASELINE = """\
made: {suite_version: "0", git: "0", samples_hash: "0", generated: "2026-11-01"}
rows:
  - {family: a, base: a-base, checkpoint: a-rl, reward: r, recipe: x, step: 10, task: t, protocol: none,
     version: "1", k: 1, n_items: 50, before: 0.5, delta: 10.0, interval: [9.0, 11.0]}
  - {family: a, base: a-base, checkpoint: a-rl, reward: e, recipe: x, step: 10, task: t, protocol: none,
     version: "1", k: 1, n_items: 50, before: 0.5, delta: 10.0}
"""
"""Reward r with an interval, reward e without one."""


SEVERAL_SEEDS: dict[str, Any] = {
    "seeds": (0, 1, 2),
    "seed_deltas": (1.5, 3.0, 4.5),
    "interval_covers": "items and seeds",
}
"""The changes that make ``row()`` one over three training seeds."""


def row(interval: tuple[float, float] | None, **changes: Any) -> DeltaRow:
    """A comparable row of family a, reward r, task t, with its delta in the middle of ``interval``."""
    family = changes.get("family", "a")
    fields: dict[str, Any] = {
        "family": family, "base": f"{family}-base", "checkpoint": f"{family}-rl", "reward": "r",
        "recipe": "x", "step": 10,
        "seeds": (0,), "task": "t", "protocol": "none", "k": 1, "n_items": 50, "comparable": True,
        "before": 0.5,
        "interval": interval, "delta": sum(interval) / 2 if interval else 4.0,
    }  # fmt: skip
    return DeltaRow.model_validate(fields | changes)


def summary(
    *rows: DeltaRow,
    families: dict[str, str] = FAMILIES,
    contrasts: tuple[CleanContrast, ...] = (),
    probes: tuple[str, ...] = (),
) -> Summary:
    provenance = Provenance(
        suite_version="0",
        git="0",
        packages={},
        python="3",
        device="cpu",
        engines=("hf",),
        generated="2026-11-20",
        cells={},
    )
    tasks = tuple(
        TaskRow(
            task=task,
            title=task,
            version="1",
            n_items=50,
            kind="continuation" if task in probes else "answer",
        )
        for task in dict.fromkeys(row.task for row in rows)
    )
    return Summary(
        level=0.95, margin=5.0, provenance=provenance, samples_hash="0" * 64, families=families,
        tasks=tasks, scores=(),
        deltas=rows, contrasts=contrasts,
    )  # fmt: skip


def families(a: tuple[float, float], b: tuple[float, float] | None = None) -> Summary:
    return summary(row(a), *([row(b, family="b")] if b else []))


def contrast(contaminated: str, clean: str, **changes: Any) -> CleanContrast:
    """That ``clean`` is clean for the base of ``row()`` and was run beside ``contaminated``."""
    fields: dict[str, Any] = {
        "family": "a", "base": "a-base", "checkpoint": "a-rl", "reward": "r", "recipe": "x", "step": 10,
        "protocol": "none",
        "contaminated": contaminated, "leaked": True, "clean": clean, "n_contaminated": 50, "n_clean": 50,
        "delta_contaminated": 5.0, "delta_clean": 5.0, "difference": 0.0,
    }  # fmt: skip
    return CleanContrast.model_validate(fields | changes)


def policy(*claims: str, head: str = "", baseline: str | None = None) -> Policy:
    """The policy of these claims, each a YAML mapping; ``baseline`` is the text of ``base.yaml`` there."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "p.yaml"
        file.write_text("\n".join([head, "claims:", *(f"  - {claim}" for claim in claims)]) + "\n")
        if baseline is not None:
            (Path(folder) / "base.yaml").write_text(baseline)
        return load_policy(file)
