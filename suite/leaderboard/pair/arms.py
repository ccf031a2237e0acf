"""The arms of a pair as its page shows them: the model, its scores, and the settings of its measurement."""

from collections.abc import Callable
from dataclasses import dataclass

from suite.leaderboard.wording.pair import MEASURES, SETTINGS, Measure
from suite.leaderboard.wording.rows import page_points
from suite.schema import MUST_MATCH, ScoreRow
from suite.schema.numbers import MINUS, percent, signed
from suite.store.cells import CellManifest


@dataclass(frozen=True)
class Arm:
    """A model on the pair's task; ``score`` and ``manifest`` are absent if the board lacks them."""

    model: str
    title: str
    score: ScoreRow | None = None
    manifest: CellManifest | None = None


@dataclass(frozen=True)
class ArmLine:
    """A line with a value for each arm. A setting that must match can differ; a measure has a change."""

    label: str
    values: tuple[str, ...]
    meaning: str = ""
    differs: bool = False
    change: str = ""


def behaviour_lines(arms: tuple[Arm, ...]) -> tuple[ArmLine, ...]:
    """Return how the arms answer, as shares of samples, and the mean length; a dash for what is unknown."""
    return (*(_measure_line(arms, measure) for measure in MEASURES), _length_line(arms))


def _length_line(arms: tuple[Arm, ...]) -> ArmLine:
    lengths: list[float] = []
    for arm in arms:
        if arm.score and arm.score.behaviour.mean_tokens is not None:
            lengths.append(arm.score.behaviour.mean_tokens)
    meaning = "Generated tokens of a sample"
    if len(lengths) < len(arms):
        return ArmLine("Mean tokens", ("–",) * len(arms), meaning)
    change = signed(lengths[1] - lengths[0], 0, minus=MINUS) if len(arms) == 2 else ""
    return ArmLine("Mean tokens", tuple(f"{length:.0f}" for length in lengths), meaning, change=change)


def _measure_line(arms: tuple[Arm, ...], measure: Measure) -> ArmLine:
    shares = [measure.of(arm.score) if arm.score else None for arm in arms]
    known = [share for share in shares if share is not None]
    change = page_points(100 * (known[1] - known[0])) if len(known) == len(arms) == 2 else ""
    values = tuple("–" if share is None else percent(share) for share in shares)
    return ArmLine(measure.label, values, measure.meaning, change=change)


def must_match(arms: tuple[Arm, ...]) -> tuple[ArmLine, ...]:
    """Return the settings that must not differ between the arms; nothing if the board lacks a manifest."""
    manifests = [arm.manifest for arm in arms if arm.manifest]
    if len(manifests) < len(arms):
        return ()
    lines = [_setting(field, manifests) for field in MUST_MATCH]
    counts = tuple(str(manifest.k) for manifest in manifests)
    return (*lines, ArmLine("Samples an item", counts, differs=len(set(counts)) > 1))


def _setting(field: str, manifests: list[CellManifest]) -> ArmLine:
    raw = [getattr(manifest.cell, field) for manifest in manifests]
    texts = tuple(_setting_text(field, manifest) for manifest in manifests)
    return ArmLine(SETTINGS[field], texts, differs=any(value != raw[0] for value in raw))


def _setting_text(field: str, manifest: CellManifest) -> str:
    cell = manifest.cell
    if field == "decoding":
        decoding = cell.decoding
        sampling = f"temperature {decoding.temperature}, top_p {decoding.top_p}"
        return f"{sampling}, at most {decoding.max_new_tokens} tokens, seed {decoding.seed}"
    if field == "protocol_hash":
        return f"{cell.protocol}, hash {cell.protocol_hash[:12]}"
    if field == "items_hash":
        return f"{manifest.n_items}, hash {cell.items_hash[:12]}"
    return str(getattr(cell, field))


def recorded(arms: tuple[Arm, ...]) -> tuple[ArmLine, ...]:
    """Return what is recorded of each arm and may differ, without lines that are empty for all arms."""
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
    lines: list[ArmLine] = []
    for label, text_of in kept:
        values = tuple(text_of(arm.manifest) if arm.manifest else "" for arm in arms)
        if any(values):
            lines.append(ArmLine(label, values))
    return tuple(lines)
