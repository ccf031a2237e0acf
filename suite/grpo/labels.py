"""Labels for training without the truth: the file of a base's majority answers, and items with them.

``rlvr-suite label RECIPE --model ID --out FILE`` writes the file, ``load_labels`` reads it. It is JSON lines:
a header with settings and counts, then one row per item, for example::

    {"id": "3", "item": "8d0f...", "gold": "12", "label": "7", "votes": 40, "n_extracted": 64, "share": 0.625,
     "right": false, "equal_by": null}
"""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, get_args

from pydantic import Field

from suite.benchmarks.items import Item
from suite.errors import SuiteError
from suite.files import json_lines
from suite.grpo.strong_check import EqualBy
from suite.schema import Strict, content_hash
from suite.schema.numbers import percent

FORMAT: Literal["rlvr-suite labels 1"] = "rlvr-suite labels 1"
MAKE_LABELS = "Make them: rlvr-suite label RECIPE --model BASE --out FILE, then --labels FILE"
"""The fix for missing labels."""
_AGAIN = "Draw them again with `rlvr-suite label`"
_LISTED = 5
"""Number of item ids that an error lists."""


def needs_labels(reward: str) -> SuiteError:
    """Return the error for a reward that compares with labels and gets none."""
    return SuiteError(f"reward {reward} compares with labels of the base", "--labels", MAKE_LABELS)


class LabelSettings(Strict):
    """Everything that the labels depend on, known before anything is drawn."""

    base: str
    base_weights: str
    protocol: str
    protocol_hash: str
    dataset: str
    dataset_revision: str | None
    items_hash: str
    n_items: int = Field(ge=1)
    samples: int = Field(ge=1)
    seed: int
    temperature: float
    top_p: float
    max_new_tokens: int
    engine: str
    dtype: str
    device: str
    grader_version: str
    suite_version: str


class LabelCounts(Strict):
    """Counts that sum to all items: ``unlabelled``, ``wrong``, ``undecided`` and the values of ``right_by``.

    ``right_by`` counts the right labels by the first check that accepted them; the suite's grader comes
    first.
    """

    unlabelled: int
    wrong: int
    undecided: int
    right_by: dict[EqualBy, int]

    @property
    def right(self) -> int:
        """Labels that some check accepts."""
        return sum(self.right_by.values())

    @property
    def labelled(self) -> int:
        """Items with a label."""
        return self.right + self.wrong + self.undecided

    @property
    def refused(self) -> int:
        """Labels that the grader alone does not accept."""
        return self.labelled - self.right_by["grader"]

    @property
    def missed(self) -> int:
        """Labels that the grader alone does not accept, but another check does."""
        return self.right - self.right_by["grader"]


class LabelHeader(Strict):
    """The first line of a label file."""

    format: Literal["rlvr-suite labels 1"]
    settings: LabelSettings
    counts: LabelCounts


class LabelRow(Strict):
    """One item's label (None: no answer was extracted). ``item`` is the hash of the item with its ``gold``.

    ``votes`` of ``n_extracted`` answers equal the label; ``share`` is their quotient. ``right`` is None if
    there is no label, or the checks could not decide; ``equal_by`` is the check that accepted the label.
    """

    id: str
    item: str
    gold: str
    label: str | None
    votes: int = Field(ge=0)
    n_extracted: int = Field(ge=0)
    share: float | None
    right: bool | None
    equal_by: EqualBy | None


@dataclass(frozen=True)
class Labels:
    """A label file."""

    settings: LabelSettings
    rows: tuple[LabelRow, ...]

    @property
    def counts(self) -> LabelCounts:
        """Counts of the rows; a header holds them, too."""
        labelled = [row for row in self.rows if row.label is not None]
        by_right = Counter(row.right for row in labelled)
        by_check = Counter(row.equal_by for row in labelled)
        return LabelCounts(
            unlabelled=len(self.rows) - len(labelled),
            wrong=by_right[False],
            undecided=by_right[None],
            right_by={check: by_check[check] for check in get_args(EqualBy)},
        )

    @property
    def unlabelled(self) -> list[str]:
        """Ids of the items without an answer in any sample."""
        return [row.id for row in self.rows if row.label is None]

    @property
    def digest(self) -> str:
        """Content hash of settings and rows."""
        rows = [row.model_dump(mode="json") for row in self.rows]
        return content_hash([self.settings.model_dump(mode="json"), rows])

    def to_bytes(self) -> bytes:
        """Return the file's bytes; equal labels give equal bytes."""
        header = LabelHeader(format=FORMAT, settings=self.settings, counts=self.counts)
        lines = [json.dumps(row.model_dump(mode="json"), ensure_ascii=False) for row in (header, *self.rows)]
        return "".join(f"{line}\n" for line in lines).encode()


def read_labels(path: Path) -> Labels:
    """Return the labels in a file; raise ``SuiteError`` naming the first invalid line, or what is damaged."""
    lines = json_lines.lines(json_lines.content(path), path)
    where, first = next(lines, (str(path), ""))
    header = json_lines.parsed(
        first, LabelHeader, where, "the header of a label file", "Name a file of `rlvr-suite label`"
    )
    rows = tuple(json_lines.parsed(line, LabelRow, at, "a row of a label file", _AGAIN) for at, line in lines)
    labels = Labels(header.settings, rows)
    _check_against_header(labels, header, path)
    return labels


def _check_against_header(labels: Labels, header: LabelHeader, path: Path) -> None:
    """Raise ``SuiteError`` if rows are missing, repeated or changed, so that they do not fit the header."""
    # A label file is kept and sent around: a line lost or edited must not become another training.
    settings = labels.settings
    if len(labels.rows) != settings.n_items:
        raise SuiteError(f"{len(labels.rows)} rows; the header says {settings.n_items}", str(path), _AGAIN)
    for item_id, count in Counter(row.id for row in labels.rows).items():
        if count > 1:
            raise SuiteError(f"item '{item_id}' has more than one row", str(path), _AGAIN)
    damaged = "damaged: the rows' {} are not those of the header"
    if content_hash(sorted(row.item for row in labels.rows)) != settings.items_hash:
        raise SuiteError(damaged.format("items"), str(path), _AGAIN)
    if labels.counts != header.counts:
        raise SuiteError(damaged.format("counts"), str(path), _AGAIN)


def load_labels(path: Path, base: str, base_weights: str) -> Labels:
    """Return the labels in ``path``; raise ``SuiteError`` unless ``base`` with these weights drew them."""
    labels = read_labels(path)
    settings = labels.settings
    fix = f"Draw its own with `rlvr-suite label --model {base} --out FILE`"
    if settings.base != base:
        raise SuiteError(f"labels of base '{settings.base}'; '{base}' is to be trained", str(path), fix)
    if settings.base_weights != base_weights:
        what = f"labels of other weights of '{base}' ({settings.base_weights}; it has {base_weights} now)"
        raise SuiteError(what, str(path), fix)
    return labels


def majority_items(labels: Labels, items: Sequence[Item]) -> list[Item]:
    """Return ``items`` with their label as the answer; leave out those without a label."""
    return _with_labels(labels, items, lambda row: True, "no label")


def incorrect_items(labels: Labels, items: Sequence[Item]) -> list[Item]:
    """Return those of ``items`` whose label every check calls wrong, with that label as the answer."""
    return _with_labels(labels, items, lambda row: row.right is False, "no wrong label")


def _with_labels(
    labels: Labels, items: Sequence[Item], wanted: Callable[[LabelRow], bool], none: str
) -> list[Item]:
    """Return the items with a wanted label; raise ``SuiteError`` if none has one, or the file lacks one."""
    by_id = {row.id: row for row in labels.rows}
    # An item of the same id whose text or answer has changed since counts as not labelled.
    unknown = [item.id for item in items if item.id not in by_id or by_id[item.id].item != item.hash]
    if unknown:
        listed = ", ".join(unknown[:_LISTED])
        more = f" and {len(unknown) - _LISTED} more" if len(unknown) > _LISTED else ""
        what = f"{len(unknown)} of {len(items)} items to train on have no label: {listed}{more}"
        fix = "Label these items, or train on those that were labelled"
        raise SuiteError(what, f"labels of {labels.settings.dataset}", fix)
    chosen: list[Item] = []
    for item in items:
        row = by_id[item.id]
        if row.label is not None and wanted(row):
            chosen.append(replace(item, answer=row.label))
    if not chosen:
        what = f"{none} among {len(items)} items"
        raise SuiteError(what, f"labels of {labels.settings.base}", "Label more items")
    return chosen


def describe(labels: Labels) -> list[str]:
    """Return the lines in which a command reports its labels."""
    counts = labels.counts
    labelled = (
        f"{counts.labelled} of {len(labels.rows)} items labelled, {labels.settings.samples} samples each"
    )
    by_check = ", ".join(f"{check} {count}" for check, count in counts.right_by.items() if count)
    right = _share(counts.right, counts.labelled)
    wrong = _share(counts.wrong, counts.labelled)
    missed = _share(counts.missed, counts.refused)
    return [
        f"{labelled}; no answer at all: {counts.unlabelled}",
        f"right {right} (by {by_check})" if by_check else f"right {right}",
        f"wrong by every check {wrong}: the incorrect subset; undecided {counts.undecided}",
        f"of {counts.refused} labels that the grader alone does not call right, "
        f"another check calls right {missed}",
    ]


def _share(part: int, whole: int) -> str:
    return f"{part} of {whole} ({percent(part / whole)})" if whole else f"{part} of {whole}"
