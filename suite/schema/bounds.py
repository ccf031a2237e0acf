"""Types of the numbers in ``summary.json``.

The bounds are the widest that a computation can give, so reading a damaged file is an error. Accuracies are
shares in 0..1; deltas and their intervals are percentage points.
"""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from suite.schema.records import Strict

Text = Annotated[str, Field(min_length=1)]
Count = Annotated[int, Field(ge=1, lt=10**9)]
Natural = Annotated[int, Field(ge=0, lt=10**9)]
Amount = Annotated[float, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)]
Points = Annotated[float, Field(ge=-100, le=100)]
"""A delta."""
Margin = Annotated[float, Field(ge=0, le=100)]
Gap = Annotated[float, Field(ge=-200, le=200)]
"""A difference of two deltas, or a part of a delta, which as a sum of products may exceed 100 by rounding."""
Level = Annotated[str, Field(pattern=r"^[0-9]{1,9}$")]
Interval = tuple[float, float]
ShareInterval = tuple[Share, Share]
PointsInterval = tuple[Points, Points]
GapInterval = tuple[Gap, Gap]
Covers = Literal["items only", "items and seeds", "items, and seeds of one arm"]
"""What an interval describes: one checkpoint, a method, or (of a difference) one against the other."""


class Finite(Strict):
    """Base of the types that hold numbers: each number is finite."""

    model_config = ConfigDict(allow_inf_nan=False)
