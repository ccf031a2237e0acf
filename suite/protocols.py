"""Protocols: how the text of an item becomes the prompt of a model, and where generation stops.

``render(PROTOCOLS["boxed"], problem)`` is the whole prompt, exactly as it goes to the engine.
"""

from dataclasses import dataclass

from suite.schema import content_hash

SLOT = "{problem}"
"""Where the question goes in a template."""


@dataclass(frozen=True)
class Protocol:
    """A prompt text with one slot, ``{problem}``, and the strings at which generation stops."""

    id: str
    description: str
    template: str
    stops: tuple[str, ...] = ()

    @property
    def text_hash(self) -> str:
        """Hash of what a model gets to see: template and stops, but not id or description."""
        return content_hash({"template": self.template, "stops": self.stops})


_ALL = (
    Protocol("none", "the question as it is", SLOT),
    Protocol("micro_qa", "the layout of the micro families' corpora", f"Question:{SLOT}\nAnswer:", ("\nQuestion:",)),
    Protocol(
        "boxed",
        "the question, then the instruction to reason and to box the answer; plain text",
        SLOT + "\nPlease reason step by step, and put your final answer within \\boxed{}.",
    ),
)
PROTOCOLS: dict[str, Protocol] = {protocol.id: protocol for protocol in _ALL}


def render(protocol: Protocol, problem: str) -> str:
    """The prompt for ``problem``. Its braces stay: LaTeX is full of them, so this is no ``str.format``."""
    return protocol.template.replace(SLOT, problem)
