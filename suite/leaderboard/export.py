"""The deltas as CSV, for the download button."""

import csv
import io

from suite.leaderboard.wording import finding_word
from suite.schema import DeltaRow, Summary

COLUMNS = (
    "task", "family", "reward", "base", "checkpoint", "recipe", "step", "protocol", "before", "after", "delta",
    "interval_low", "interval_high", "interval_covers", "finding", "differs", "arms", "k", "n_items", "seeds",
)  # fmt: skip


def deltas_csv(summary: Summary) -> str:
    """One line a delta, numbers in full; a key that does not apply is an empty field."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(_line(row) for row in summary.deltas)
    return out.getvalue()


def _line(row: DeltaRow) -> list[str | float | int | None]:
    low, high = row.interval or (None, None)
    names = (row.task, row.family, row.reward, row.base, row.checkpoint, row.recipe)
    return [
        *(_inert(name) for name in names), row.step, _inert(row.protocol), row.before, row.after, row.delta,
        low, high, row.interval_covers, finding_word(row), _inert(" ".join(row.differs or ())), row.arms, row.k, row.n_items,
        " ".join(map(str, row.seeds)),
    ]  # fmt: skip


def _inert(text: str) -> str:
    """A spreadsheet runs a field that starts like a formula; a leading apostrophe makes it text."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
