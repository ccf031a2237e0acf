"""What an interval says of a delta."""

from suite.schema import Finding
from suite.stats.intervals import Estimate


def finding(delta: Estimate) -> Finding:
    """What the interval says: gain or loss where it excludes zero, else inconclusive."""
    if delta.interval is None:
        return "inconclusive"
    low, high = delta.interval
    return "gain" if low > 0 else "loss" if high < 0 else "inconclusive"
