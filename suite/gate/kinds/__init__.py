"""The kinds of claim, one file each, and the table of them.

To add a kind, write its file (a subclass of ``Kind``) and add it to ``_KINDS``: policies, verdicts, reports
and the JSON Schemas take it from there. ``docs/examples/claim_kind.patch`` adds one as an example.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from suite.gate.kinds.beats import Beats
from suite.gate.kinds.clean import Clean
from suite.gate.kinds.equivalent import Equivalent
from suite.gate.kinds.gain import Gain
from suite.gate.kinds.kind import Kind
from suite.gate.kinds.no_gain import NoGain
from suite.gate.kinds.not_worse_than import NotWorseThan
from suite.gate.kinds.reproduces import Reproduces
from suite.gate.kinds.strong_baseline import StrongBaselineGain

_KINDS: tuple[Kind, ...] = (
    Gain(),
    NoGain(),
    Equivalent(),
    Beats(),
    Reproduces(),
    NotWorseThan(),
    Clean(),
    StrongBaselineGain(),
)
KINDS: Mapping[str, Kind] = {kind.name: kind for kind in _KINDS}
"""Kind of claim by its name, in the order in which messages and schemas list them."""
EXPECTED: Mapping[str, Kind] = {name: kind for name, kind in KINDS.items() if kind.key == "expect"}
"""The kinds that a policy claims by ``expect``; each of the others has a key of its own."""

# pydantic checks these two against the table when a file is read; to mypy a name of the table is any string.
if TYPE_CHECKING:
    ClaimKind = str
    Expectation = str
else:
    ClaimKind = Literal[tuple(KINDS)]
    Expectation = Literal[tuple(EXPECTED)]
