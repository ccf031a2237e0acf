"""Protocols: how the text of an item becomes the prompt of a model, and where generation stops.

A ``Protocol`` is an entry of the registry, and ``prompt_of`` makes of it the ``Prompt`` of one model, exactly as it goes to the
engine: ``prompt_of("chat", registry.protocol("chat"), folder).render(problem)``. ``rlvr-suite list protocols`` prints them.
"""

import datetime
from functools import cache
from pathlib import Path
from typing import Any, Self

from pydantic import Field, model_validator

from suite.errors import SuiteError, in_one_line
from suite.schema import Strict, content_hash

SLOT = "{problem}"
"""Where the question goes in a template."""
TODAY = datetime.date(2024, 7, 26)
"""What a chat template that prints today's date gets: Llama's own fallback, so that a prompt is the same on every day."""


class Protocol(Strict):
    """A text with one slot, ``{problem}``, and the strings at which generation stops.

    With ``chat`` the text is a user message, to be put into the chat template of the model's tokenizer. ``keep_stop`` leaves the
    stop string in the answer. ``source`` says where the text was found; ``reconstruction`` that the exact text was not.
    """

    description: str = Field(min_length=1)
    template: str
    stops: tuple[str, ...] = ()
    keep_stop: bool = False
    chat: bool = False
    source: str | None = None
    reconstruction: bool = False

    @model_validator(mode="after")
    def _usable(self) -> Self:
        if self.template.count(SLOT) != 1:
            raise ValueError(
                f"'template' holds {SLOT} {self.template.count(SLOT)} times. Allowed: once, where the question goes"
            )
        if "" in self.stops:
            raise ValueError(
                "'stops' holds an empty text, at which everything stops. Allowed: texts of one character or more"
            )
        return self


class Prompt(Strict):
    """The exact text that a model sees around a question. ``strips``: white space around the question is left out."""

    id: str
    template: str
    stops: tuple[str, ...] = ()
    keep_stop: bool = False
    strips: bool = False

    @property
    def text_hash(self) -> str:
        """Hash of what a model gets to see and of where it is stopped, but not of the id."""
        more = {name: True for name in ("keep_stop", "strips") if getattr(self, name)}
        return content_hash({"template": self.template, "stops": self.stops, **more})

    def render(self, problem: str) -> str:
        """The prompt for ``problem``. Its braces stay: LaTeX is full of them, so this is no ``str.format``."""
        return self.template.replace(SLOT, problem.strip() if self.strips else problem)

    def cut(self, text: str) -> str:
        """``text`` up to the first stop string, which stays or goes as the protocol says."""
        at, stop = min(((at, s) for s in self.stops if (at := text.find(s)) >= 0), default=(len(text), ""))
        return text[: at + len(stop)] if self.keep_stop else text[:at]


PLAIN = Prompt(id="none", template=SLOT)
"""The question as it is: the prompt of every contamination probe."""


def prompt_of(protocol_id: str, protocol: Protocol, folder: Path | None = None) -> Prompt:
    """The prompt of a protocol; one with ``chat`` takes the chat template of the tokenizer in ``folder``, a base's.

    ``SuiteError`` where there is no such template, or where it does not give the question back whole.
    """
    template, strips = protocol.template, False
    if protocol.chat:
        if folder is None:
            fix = "Name a protocol that is plain text"
            raise SuiteError(f"protocol '{protocol_id}' needs a tokenizer's chat template", "protocol", fix)
        template = _conversation(folder, protocol.template)
        strips = _conversation(folder, f" {protocol.template} ") == template
        if template.count(SLOT) != 1:
            what = f"the chat template gives the question back {template.count(SLOT)} times; once is allowed"
            raise SuiteError(what, str(folder), "Mend the template, or choose a protocol that is plain text")
    return Prompt(
        id=protocol_id, template=template, stops=protocol.stops, keep_stop=protocol.keep_stop, strips=strips
    )


def has_chat_template(folder: Path) -> bool:
    """Whether the tokenizer in ``folder`` knows how to write a conversation."""
    return bool(_tokenizer(folder).chat_template)


def _conversation(folder: Path, message: str) -> str:
    """One user message in the tokenizer's own chat template, up to where the model's answer starts."""
    tokenizer = _tokenizer(folder)
    if not tokenizer.chat_template:
        what, fix = (
            "the tokenizer has no chat template",
            "Choose a protocol that is plain text (`rlvr-suite list protocols`)",
        )
        raise SuiteError(what, str(folder), fix)
    try:
        return str(
            tokenizer.apply_chat_template(
                [{"role": "user", "content": message}],
                tokenize=False,
                add_generation_prompt=True,
                strftime_now=TODAY.strftime,
            )
        )
    except Exception as error:  # a template is a program, and raises what it likes
        what = f"the chat template cannot be used ({in_one_line(error)})"
        raise SuiteError(
            what, str(folder), "Mend the template, or choose a protocol that is plain text"
        ) from error


@cache
def _tokenizer(folder: Path) -> Any:
    """The tokenizer of a model's folder; loads transformers."""
    from transformers import AutoTokenizer

    try:
        return AutoTokenizer.from_pretrained(folder)
    except Exception as error:  # from_pretrained raises whatever the broken file makes it raise
        what = f"the tokenizer cannot be loaded ({in_one_line(error)})"
        raise SuiteError(what, str(folder), "Save it again with save_pretrained") from error
