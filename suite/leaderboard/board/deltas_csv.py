"""The deltas as CSV, for the download button.

A row, shortened::

task,family,reward,base,checkpoint,recipe,step,protocol,before,after,delta,...
math500,llama3,random,llama3.1-8b,llama3.1-8b-random-dr_grpo-s0,dr_grpo,300,chat,0.4,0.44,4.0,...
"""

import csv
import io

from suite.leaderboard.wording.rows import chosen_protocols, finding_word
from suite.schema import DeltaRow, Summary

COLUMNS = (
    "task", "family", "reward", "base", "checkpoint", "recipe", "step", "protocol", "before", "after",
    "delta", "interval_low", "interval_high", "interval_covers", "finding", "differs", "arms", "k", "n_items",
    "seeds", "control", "strong_baseline_delta", "strong_baseline_low", "strong_baseline_high",
    "strong_baseline_chosen", "published", "p", "p_holm", "p_bh", "mde", "equivalent_within",
    "adjusted_delta", "adjusted_low", "adjusted_high", "adjusted_against", "beats_controls",
)  # fmt: skip


def deltas_csv(summary: Summary) -> str:
    """Return one line per delta, with unrounded numbers; a key that does not apply is an empty field."""
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
        low, high, row.interval_covers, finding_word(row), _inert(" ".join(row.differs or ())), row.arms,
        row.k, row.n_items, " ".join(map(str, row.seeds)), *_context(row), *_tests(row),
    ]  # fmt: skip


def _context(row: DeltaRow) -> list[str | float | None]:
    """Return the controls ("none": there is none), the strong baseline and the references of a delta."""
    low, high = row.strong_baseline_interval or (None, None)
    control = None if row.control is None else _inert(" ".join(row.control)) or "none"
    published = "; ".join(f"{reference.delta} ({reference.source})" for reference in row.published or ())
    return [control, row.strong_baseline_delta, low, high, _inert(chosen_protocols(row)), _inert(published)]


def _tests(row: DeltaRow) -> list[str | float | None]:
    """Return the tests of a delta and the delta beyond its best control."""
    low, high = row.adjusted_interval or (None, None)
    beats = None if row.beats_controls is None else str(row.beats_controls).lower()
    tests = (row.p, row.p_holm, row.p_bh, row.mde, row.equivalent_within)
    return [*tests, row.adjusted_delta, low, high, _inert(row.adjusted_against or ""), beats]


def _inert(text: str) -> str:
    """Return ``text`` as one line that no spreadsheet runs as a formula."""
    line = " ".join(text.splitlines())  # a line break would start a row
    # Spreadsheets run a field that starts like a formula; an apostrophe makes it text.
    return f"'{line}" if line.startswith(("=", "+", "-", "@", "\t")) else line
