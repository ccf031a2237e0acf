"""The plain words for a verdict that all reports share."""

from collections.abc import Sequence

from suite.errors import printable
from suite.gate.verdict import Verdict, tally_words
from suite.schema import Needs


def one_line(text: str) -> str:
    """Text from a user on one line: white space is one space, what is not printable (so all that XML forbids) is ``�``."""
    return " ".join(printable(text).split())


def counts(verdicts: Sequence[Verdict]) -> str:
    """Return how many verdicts there are, and of which words: ``12 verdicts: 1 refuted, 11 hold``."""
    if not verdicts:
        return "no verdicts"
    if len(verdicts) == 1:
        return f"1 verdict: {verdicts[0].verdict}"
    return f"{len(verdicts)} verdicts: {tally_words(verdicts)}"


def measured(verdict: Verdict) -> str:
    """``delta +18.2 [+14.8, +21.5]``, in percentage points; nothing where nothing was measured."""
    if verdict.points is None:
        return ""
    interval = f"[{_signed(verdict.interval[0])}, {_signed(verdict.interval[1])}]" if verdict.interval else ""
    return " ".join(filter(None, (verdict.quantity, _signed(verdict.points), interval)))


def _signed(points: float) -> str:
    """A value that rounds to zero carries no sign."""
    text = f"{points:+.1f}"
    return text if float(text) else "0.0"


def needed(needs: Needs | None) -> str:
    """What would decide an open verdict, in words; nothing where no number is known."""
    named = (
        ()
        if needs is None
        else ((needs.items, "items"), (needs.samples, "samples an item"), (needs.seeds, "seeds"))
    )
    ways = [f"about {number:,} {what}" for number, what in named if number is not None]
    return f"to decide at this size: {' or '.join(ways)}" if ways else ""


def explained(verdict: Verdict) -> list[str]:
    """Why the verdict is what it is, one line each: the reason, what would decide it, its parts."""
    lines = (
        verdict.detail,
        needed(verdict.needs),
        *(_part_line(part, verdict) for part in verdict.parts or ()),
    )
    return [one_line(line) for line in lines if line]


def setting(verdict: Verdict) -> tuple[str | None, str | None]:
    """Step and protocol in words, each if it is known."""
    step = None if verdict.step is None else f"step {verdict.step}"
    return step, verdict.protocol and f"protocol {verdict.protocol}"


def _part_line(part: Verdict, whole: Verdict) -> str:
    """A part, named by what it does not share with the whole."""
    own, shared = ((v.family, v.reward, v.task, *setting(v)) for v in (part, whole))
    name = ", ".join(mine for mine, its in zip(own, shared, strict=True) if mine and mine != its)
    return f"{name}{': ' if name else ''}{part.verdict}, {measured(part) or part.detail}"
