"""The words for a verdict that all reports share."""

from collections.abc import Sequence

from suite.errors import printable
from suite.gate.gate_report import Verdict, tally_words
from suite.schema import Needs
from suite.schema.numbers import points, points_interval


def one_line(text: str) -> str:
    """Return a user's text on one line, with any white space as one space.

    Anything that is not printable becomes ``�``, thus also all that XML forbids.
    """
    return " ".join(printable(text).split())


def counts(verdicts: Sequence[Verdict]) -> str:
    """Return how many verdicts there are, and of which words: ``12 verdicts: 1 refuted, 11 hold``."""
    if not verdicts:
        return "no verdicts"
    if len(verdicts) == 1:
        return f"1 verdict: {verdicts[0].verdict}"
    return f"{len(verdicts)} verdicts: {tally_words(verdicts)}"


def measured(verdict: Verdict) -> str:
    """Return ``delta +18.2 [+14.8, +21.5]``, in percentage points; nothing if nothing was measured."""
    if verdict.points is None:
        return ""
    words = [verdict.quantity or "", points(verdict.points)]
    if verdict.interval:
        words.append(points_interval(verdict.interval))
    return " ".join(filter(None, words))


def needed(needs: Needs | None) -> str:
    """Return what would decide an open verdict, in words; nothing if no number is known."""
    if needs is None:
        return ""
    ways = []
    for number, what in ((needs.items, "items"), (needs.samples, "samples an item"), (needs.seeds, "seeds")):
        if number is not None:
            ways.append(f"about {number:,} {what}")
    return f"to decide at this size: {' or '.join(ways)}" if ways else ""


def explained(verdict: Verdict) -> list[str]:
    """Return why the verdict is what it is, one line each: the reason, what would decide it, its parts."""
    lines = [verdict.detail, needed(verdict.needs)]
    lines += [_part_line(part, verdict) for part in verdict.parts or ()]
    return [one_line(line) for line in lines if line]


def setting(verdict: Verdict) -> tuple[str | None, str | None]:
    """Return step and protocol in words, each None if unknown."""
    step = None if verdict.step is None else f"step {verdict.step}"
    return step, verdict.protocol and f"protocol {verdict.protocol}"


def _part_line(part: Verdict, whole: Verdict) -> str:
    """Return a part in one line, named by what distinguishes it from the whole."""
    names = zip(_names(part), _names(whole), strict=True)
    distinct = ", ".join(name for name, of_whole in names if name and name != of_whole)
    outcome = f"{part.verdict}, {measured(part) or part.detail}"
    return f"{distinct}: {outcome}" if distinct else outcome


def _names(verdict: Verdict) -> tuple[str | None, ...]:
    return (verdict.family, verdict.reward, verdict.task, *setting(verdict))
