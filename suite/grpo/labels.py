"""Labels for training without the truth: the majority answer of a base, kept in a file, and the items whose majority is wrong.

``rlvr-suite label --model ID --out FILE`` writes the file (JSON lines: a header, then one row an item), ``load_labels`` reads it.
"""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, NoReturn, get_args

from pydantic import Field

from suite.benchmarks.items import Item
from suite.errors import SuiteError
from suite.files import json_lines
from suite.grpo.strong_check import EqualBy
from suite.schema import Strict, content_hash

FORMAT: Literal["rlvr-suite labels 1"] = "rlvr-suite labels 1"
_AGAIN = "Draw them again with `rlvr-suite label`"
_NAMED = 5
"""How many item ids an error lists."""


MAKE_LABELS = "Make them: rlvr-suite label RECIPE --model BASE --out FILE, then --labels FILE"
"""What to do without labels."""


def needs_labels(reward: str) -> SuiteError:
    """Of a reward that is to be trained without the labels that it compares with."""
    return SuiteError(f"reward {reward} compares with labels of the base", "--labels", MAKE_LABELS)


class LabelSettings(Strict):
    """Everything that the labels hang on, known before anything is drawn."""

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
    """How the items fall: ``unlabelled`` + ``wrong`` + ``undecided`` + all of ``right_by`` are the items.

    ``right_by`` counts the right labels by the first check that said so; the suite's grader is asked first.
    """

    unlabelled: int
    wrong: int
    undecided: int
    right_by: dict[EqualBy, int]

    @property
    def right(self) -> int:
        return sum(self.right_by.values())

    @property
    def labelled(self) -> int:
        return self.right + self.wrong + self.undecided

    @property
    def refused(self) -> int:
        """Labels that the grader by itself does not call right."""
        return self.labelled - self.right_by["grader"]

    @property
    def missed(self) -> int:
        """Labels that the grader by itself does not call right, but another check does."""
        return self.right - self.right_by["grader"]


class LabelHeader(Strict):
    """The first line of a label file."""

    format: Literal["rlvr-suite labels 1"]
    settings: LabelSettings
    counts: LabelCounts


class LabelRow(Strict):
    """One item's label (None: nothing was extracted). ``item`` is the hash of the item with its ``gold``.

    ``votes`` of ``n_extracted`` answers are equal to the label; ``share`` is their quotient. ``right``: None where there is no
    label, or the checks could not decide; ``equal_by`` is the check that took it for the gold.
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
        labelled = [row for row in self.rows if row.label is not None]
        found = Counter(row.right for row in labelled)
        by = Counter(row.equal_by for row in labelled)
        return LabelCounts(
            unlabelled=len(self.rows) - len(labelled),
            wrong=found[False],
            undecided=found[None],
            right_by={check: by[check] for check in get_args(EqualBy)},
        )

    @property
    def unlabelled(self) -> list[str]:
        """Ids of the items of which no sample gave an answer."""
        return [row.id for row in self.rows if row.label is None]

    @property
    def digest(self) -> str:
        """Content hash: what a training run remembers of the labels that it used."""
        return content_hash(
            [self.settings.model_dump(mode="json"), [row.model_dump(mode="json") for row in self.rows]]
        )

    def to_bytes(self) -> bytes:
        """The file; the same labels are the same bytes."""
        header = LabelHeader(format=FORMAT, settings=self.settings, counts=self.counts)
        lines = [json.dumps(row.model_dump(mode="json"), ensure_ascii=False) for row in (header, *self.rows)]
        return "".join(f"{line}\n" for line in lines).encode()


def read_labels(path: Path) -> Labels:
    """Any label file, whole and undamaged; ``SuiteError`` names the first line that is not."""
    lines = json_lines.lines(json_lines.content(path), path)
    where, first = next(lines, (str(path), ""))
    header = json_lines.parsed(
        first, LabelHeader, where, "the header of a label file", "Name a file of `rlvr-suite label`"
    )
    rows = tuple(json_lines.parsed(line, LabelRow, at, "a row of a label file", _AGAIN) for at, line in lines)
    labels = Labels(header.settings, rows)
    _check_whole(labels, header, path)
    return labels


def _check_whole(labels: Labels, header: LabelHeader, path: Path) -> None:
    """Rows that are missing, doubled or changed do not fit the header."""
    if len(labels.rows) != labels.settings.n_items:
        raise SuiteError(
            f"{len(labels.rows)} rows; the header says {labels.settings.n_items}", str(path), _AGAIN
        )
    if repeated := [i for i, n in Counter(row.id for row in labels.rows).items() if n > 1]:
        raise SuiteError(f"item '{repeated[0]}' has more than one row", str(path), _AGAIN)
    of_items = content_hash(sorted(row.item for row in labels.rows))
    if of_items != labels.settings.items_hash or labels.counts != header.counts:
        what = "items" if of_items != labels.settings.items_hash else "counts"
        raise SuiteError(f"damaged: the rows' {what} are not those of the header", str(path), _AGAIN)


def load_labels(path: Path, base: str, base_weights: str) -> Labels:
    """The labels in ``path``, which must be those of ``base`` with just these weights."""
    labels = read_labels(path)
    settings = labels.settings
    again = f"Draw its own with `rlvr-suite label --model {base} --out FILE`"
    if settings.base != base:
        raise SuiteError(f"labels of base '{settings.base}'; '{base}' is to be trained", str(path), again)
    if settings.base_weights != base_weights:
        what = f"labels of other weights of '{base}' ({settings.base_weights}; it has {base_weights} now)"
        raise SuiteError(what, str(path), again)
    return labels


def _rows_of(labels: Labels, items: Sequence[Item]) -> list[tuple[Item, LabelRow]]:
    """Each item with its row; an item that was not labelled, or is another by now, is an error."""
    by_id = {row.id: row for row in labels.rows}
    if foreign := [item.id for item in items if item.id not in by_id or by_id[item.id].item != item.hash]:
        _refuse(foreign, labels.settings.dataset, len(items))
    return [(item, by_id[item.id]) for item in items]


def _refuse(foreign: Sequence[str], dataset: str, n_items: int) -> NoReturn:
    more = f" and {len(foreign) - _NAMED} more" if len(foreign) > _NAMED else ""
    what = f"{len(foreign)} of {n_items} items to train on have no label: {', '.join(foreign[:_NAMED])}{more}"
    raise SuiteError(what, f"labels of {dataset}", "Label these items, or train on those that were labelled")


def _with_labels(
    labels: Labels, items: Sequence[Item], wanted: Callable[[LabelRow], bool], none: str
) -> list[Item]:
    rows = _rows_of(labels, items)
    out = [replace(item, answer=row.label) for item, row in rows if row.label is not None and wanted(row)]
    if not out:
        raise SuiteError(
            f"{none} among {len(items)} items", f"labels of {labels.settings.base}", "Label more items"
        )
    return out


def majority_items(labels: Labels, items: Sequence[Item]) -> list[Item]:
    """``items`` with their label as the answer; those without a label are left out."""
    return _with_labels(labels, items, lambda row: True, "no label")


def incorrect_items(labels: Labels, items: Sequence[Item]) -> list[Item]:
    """Those of ``items`` whose label every check calls wrong, with that label as the answer."""
    return _with_labels(labels, items, lambda row: row.right is False, "no wrong label")


def describe(labels: Labels) -> list[str]:
    """What a command says of its labels, a line each."""
    counts, k = labels.counts, labels.settings.samples
    by = ", ".join(f"{check} {found}" for check, found in counts.right_by.items() if found)
    return [
        f"{counts.labelled} of {len(labels.rows)} items labelled, {k} samples each; no answer at all: {counts.unlabelled}",
        f"right {_share(counts.right, counts.labelled)}{f' (by {by})' if by else ''}",
        f"wrong by every check {_share(counts.wrong, counts.labelled)}: the incorrect subset; undecided {counts.undecided}",
        f"of {counts.refused} labels that the grader alone does not call right, another check calls right "
        f"{_share(counts.missed, counts.refused)}",
    ]


def _share(part: int, whole: int) -> str:
    return f"{part} of {whole} ({part / whole:.1%})" if whole else f"{part} of {whole}"
