"""The two sides of a pair as its page tells them: which model, what it scored, and with which settings it was measured."""

from collections.abc import Callable
from dataclasses import dataclass

from suite.leaderboard.wording.rows import MINUS, percent, signed
from suite.schema import MUST_MATCH, ScoreRow
from suite.store.cells import CellManifest


@dataclass(frozen=True)
class Arm:
    """A model on the pair's task; score and manifest are absent where the board does not have them."""

    model: str
    title: str
    score: ScoreRow | None = None
    manifest: CellManifest | None = None


@dataclass(frozen=True)
class Line:
    """One line of a table with a column for each arm. ``differs`` is of settings that must match; ``change`` of measures."""

    label: str
    values: tuple[str, ...]
    meaning: str = ""
    differs: bool = False
    change: str = ""


Measure = Callable[[ScoreRow], float | None]
MEASURES: tuple[tuple[str, str, Measure], ...] = (
    ("Final answer in a box", "", lambda s: s.behaviour.boxed),
    ("Code", "The word “python” anywhere", lambda s: s.behaviour.code),
    ("Fenced code", "A block of it", lambda s: s.behaviour.fenced_code),
    ("Language only", "No code", lambda s: s.behaviour.language_only),
    ("Truncated", "Ran into the limit of tokens", lambda s: s.behaviour.truncated),
    ("Repetition", "The same text ten times in a row", lambda s: s.behaviour.repetitive),
    (
        "Right answer present, not extracted",
        "Given up by the model, or missed by the grader",
        lambda s: s.answer_present,
    ),
)


def behaviour_lines(arms: tuple[Arm, ...]) -> tuple[Line, ...]:
    """How the arms answer, as shares of samples, and the mean length; a dash where nobody says it."""
    shares = [_measure_line(arms, label, meaning, measure) for label, meaning, measure in MEASURES]
    return (*shares, _length_line(arms))


def _length_line(arms: tuple[Arm, ...]) -> Line:
    lengths = [
        arm.score.behaviour.mean_tokens
        for arm in arms
        if arm.score and arm.score.behaviour.mean_tokens is not None
    ]
    meaning = "Generated tokens of a sample"
    if len(lengths) < len(arms):
        return Line("Mean tokens", ("–",) * len(arms), meaning)
    change = f"{lengths[1] - lengths[0]:+.0f}".replace("-", MINUS) if len(arms) == 2 else ""
    return Line("Mean tokens", tuple(f"{length:.0f}" for length in lengths), meaning, change=change)


def _measure_line(arms: tuple[Arm, ...], label: str, meaning: str, measure: Measure) -> Line:
    shares = [measure(arm.score) if arm.score else None for arm in arms]
    known = [share for share in shares if share is not None]
    change = signed(100 * (known[1] - known[0])) if len(known) == len(arms) == 2 else ""
    return Line(
        label, tuple("–" if share is None else percent(share) for share in shares), meaning, change=change
    )


NAMES = {
    "task_version": "Task version", "items_hash": "Items", "protocol_hash": "Prompt", "decoding": "Decoding", "engine": "Engine",
    "dtype": "Number type", "device": "Device",
}  # fmt: skip


def must_match(arms: tuple[Arm, ...]) -> tuple[Line, ...]:
    """What may not differ between the arms; nothing where the board does not know how they were measured."""
    manifests = [arm.manifest for arm in arms if arm.manifest]
    if len(manifests) < len(arms):
        return ()
    lines = [_setting(field, manifests) for field in MUST_MATCH]
    counts = tuple(str(manifest.k) for manifest in manifests)
    return (*lines, Line("Samples an item", counts, differs=len(set(counts)) > 1))


def _setting(field: str, manifests: list[CellManifest]) -> Line:
    raw = [getattr(manifest.cell, field) for manifest in manifests]
    told = tuple(_told(field, manifest) for manifest in manifests)
    return Line(NAMES[field], told, differs=any(value != raw[0] for value in raw))


def _told(field: str, manifest: CellManifest) -> str:
    cell = manifest.cell
    if field == "decoding":
        d = cell.decoding
        return (
            f"temperature {d.temperature}, top_p {d.top_p}, at most {d.max_new_tokens} tokens, seed {d.seed}"
        )
    if field == "protocol_hash":
        return f"{cell.protocol}, hash {cell.protocol_hash[:12]}"
    if field == "items_hash":
        return f"{manifest.n_items}, hash {cell.items_hash[:12]}"
    return str(getattr(cell, field))


def recorded(arms: tuple[Arm, ...]) -> tuple[Line, ...]:
    """What is kept of each arm and need not be the same; lines that say nothing of any arm are left out."""
    kept: tuple[tuple[str, Callable[[CellManifest], str]], ...] = (
        ("Cell", lambda m: m.cell.id),
        ("Weights hash", lambda m: m.cell.weights_hash),
        ("Hub revision", lambda m: m.model_revision or ""),
        ("Items from", lambda m: " ".join(filter(None, (m.dataset, m.dataset_revision)))),
        ("Answers from", lambda m: f"{m.source.format}: {', '.join(m.source.files)}" if m.source else ""),
        ("Device", lambda m: m.device_name),
        ("Engine settings", lambda m: ", ".join(f"{k} {v}" for k, v in (m.engine_settings or {}).items())),
        ("Wall time", lambda m: "" if m.wall_s is None else f"{m.wall_s:.0f} s"),
        ("Finished", lambda m: m.finished or ""),
        ("Suite", lambda m: f"{m.suite_version}, git {m.git}"),
        ("Packages", lambda m: ", ".join(f"{name} {version}" for name, version in m.packages.items())),
    )
    lines = (
        Line(label, tuple(tell(arm.manifest) if arm.manifest else "" for arm in arms)) for label, tell in kept
    )
    return tuple(line for line in lines if any(line.values))
