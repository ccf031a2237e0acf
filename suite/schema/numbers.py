"""How numbers read in every text of the suite: on the board, in reports and in the terminal.

Deltas are percentage points with a sign, ``+12.3``; accuracies are shares and read as percent, ``41.2%``.
"""

from suite.schema.bounds import Interval

MINUS = "\N{MINUS SIGN}"
UNDEFINED = "undefined"


def signed(value: float, decimals: int, *, minus: str = "-") -> str:
    """Return a change with its sign; one that rounds to zero has none. Pages pass ``minus=MINUS``.

    >>> signed(12.6, 0), signed(-0.4, 0)
    ('+13', '0')
    """
    text = f"{value:+.{decimals}f}"
    return text.replace("-", minus) if float(text) else text[1:]


def points(value: float, *, minus: str = "-") -> str:
    """Return percentage points with one decimal and a sign: ``+12.3``.

    A value that rounds to zero has no sign. Pages pass ``minus=MINUS``.

    >>> points(12.34), points(-3), points(-0.04)
    ('+12.3', '-3.0', '0.0')
    """
    return signed(value, 1, minus=minus)


def points_interval(interval: Interval | None, *, minus: str = "-") -> str:
    """Return an interval of percentage points, or ``undefined`` where there is none (one item, say).

    >>> points_interval((-1.25, 4)), points_interval(None)
    ('[-1.2, +4.0]', 'undefined')
    """
    if interval is None:
        return UNDEFINED
    low, high = interval
    return f"[{points(low, minus=minus)}, {points(high, minus=minus)}]"


def percent(share: float) -> str:
    """Return a share in 0..1 as percent.

    >>> percent(0.4125)
    '41.2%'
    """
    return f"{100 * share:.1f}%"


def percent_interval(interval: Interval | None) -> str:
    """Return an interval of a share in percent, or ``undefined``.

    >>> percent_interval((0.25, 0.5))
    '[25.0, 50.0]'
    """
    if interval is None:
        return UNDEFINED
    low, high = interval
    return f"[{100 * low:.1f}, {100 * high:.1f}]"


def duration(seconds: float) -> str:
    """Return a duration in the largest unit that keeps it readable.

    >>> duration(90), duration(600), duration(9000)
    ('90 s', '10 min', '2.5 h')
    """
    if seconds < 120:
        return f"{seconds:.0f} s"
    if seconds < 7200:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"
