"""Protocols: how the text of an item becomes the prompt of a model, and where generation stops.

A ``Protocol`` is an entry of the registry; ``prompt_of`` turns it into the ``Prompt`` of one model, exactly
as it goes to the engine: ``prompt_of("chat", registry.protocol("chat"), folder).render(problem)``.
``rlvr-suite list protocols`` prints them.
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
"""Today, to a chat template that prints the date: Llama's own fallback, so prompts are the same every day."""


_FIX = "Correct the template, or choose a protocol that is plain text"


class Protocol(Strict):
    """A text with one slot, ``{problem}``, and the strings at which generation stops.

    With ``chat`` the text is a user message for the chat template of the model's tokenizer. ``keep_stop``
    leaves the stop string in the answer. ``source`` says where the text was found, ``reconstruction`` that
    the exact text was not.
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
        slots = self.template.count(SLOT)
        if slots != 1:
            raise ValueError(f"'template' holds {SLOT} {slots} times. Allowed: once, where the question goes")
        if "" in self.stops:
            allowed = "texts of one character or more"
            raise ValueError(f"'stops' holds an empty text, at which everything stops. Allowed: {allowed}")
        return self


class Prompt(Strict):
    """The exact text around a question that a model sees; ``strips`` trims the question."""

    id: str
    template: str
    stops: tuple[str, ...] = ()
    keep_stop: bool = False
    strips: bool = False

    @property
    def text_hash(self) -> str:
        """Hash of what a model sees and of where it is stopped, but not of the id."""
        # Only what is set goes in, so that a prompt without these fields keeps the hash that it had before
        # they existed.
        more = {name: True for name in ("keep_stop", "strips") if getattr(self, name)}
        return content_hash({"template": self.template, "stops": self.stops, **more})

    def render(self, problem: str) -> str:
        """Return the prompt for ``problem``."""
        # Not ``str.format``: LaTeX is full of braces.
        return self.template.replace(SLOT, problem.strip() if self.strips else problem)

    def cut(self, text: str) -> str:
        """Return ``text`` up to the first stop string, which stays if ``keep_stop``."""
        # An engine may return what it drew past the stop; all engines must give the same answer.
        starts = [(text.find(stop), stop) for stop in self.stops if stop in text]
        if not starts:
            return text
        start, stop = min(starts)
        return text[: start + len(stop)] if self.keep_stop else text[:start]


PLAIN = Prompt(id="none", template=SLOT)
"""The bare question: the prompt of every contamination probe."""


def prompt_of(protocol_id: str, protocol: Protocol, folder: Path | None = None) -> Prompt:
    """Return the prompt of a protocol; ``chat`` needs the folder of a base with its tokenizer.

    Raises ``SuiteError`` if there is no such template, or if it does not reproduce the question.
    """
    template = protocol.template
    strips = False
    if protocol.chat:
        if folder is None:
            fix = "Name a protocol that is plain text"
            raise SuiteError(f"protocol '{protocol_id}' needs a tokenizer's chat template", "protocol", fix)
        template = _conversation(folder, protocol.template)
        # The same template for a message with blanks around it means that it strips what it gets.
        strips = _conversation(folder, f" {protocol.template} ") == template
        if template.count(SLOT) != 1:
            what = f"the chat template prints the question {template.count(SLOT)} times; once is allowed"
            raise SuiteError(what, str(folder), _FIX)
    return Prompt(
        id=protocol_id, template=template, stops=protocol.stops, keep_stop=protocol.keep_stop, strips=strips
    )


def has_chat_template(folder: Path) -> bool:
    """Whether the tokenizer in ``folder`` can write a conversation."""
    return bool(_tokenizer(folder).chat_template)


def _conversation(folder: Path, message: str) -> str:
    """Return one user message in the tokenizer's own chat template, up to where the model's answer starts."""
    tokenizer = _tokenizer(folder)
    if not tokenizer.chat_template:
        fix = "Choose a protocol that is plain text (`rlvr-suite list protocols`)"
        raise SuiteError("the tokenizer has no chat template", str(folder), fix)
    conversation = [{"role": "user", "content": message}]
    try:
        text = tokenizer.apply_chat_template(
            conversation, tokenize=False, add_generation_prompt=True, strftime_now=TODAY.strftime
        )
    except Exception as error:  # a template is a program, which may raise anything
        what = f"the chat template cannot be used ({in_one_line(error)})"
        raise SuiteError(what, str(folder), _FIX) from error
    return str(text)


@cache
def _tokenizer(folder: Path) -> Any:
    """Return the tokenizer of a model's folder; loads transformers."""
    from transformers import AutoTokenizer

    try:
        return AutoTokenizer.from_pretrained(folder)
    except Exception as error:  # from_pretrained raises whatever a broken file causes
        what = f"the tokenizer cannot be loaded ({in_one_line(error)})"
        raise SuiteError(what, str(folder), "Save it again with save_pretrained") from error
