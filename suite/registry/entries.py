"""The entries of a registry file as frozen types, and the forms of ids, addresses and days in them.

```yaml
models:
  mine: {family: llama3, path: out, base: llama3.1-8b, architecture: llama, protocol: boxed, dtype: bfloat16}
```
"""

import datetime
import re
from dataclasses import dataclass
from typing import Annotated, Literal, Self

from pydantic import Field, GetCoreSchemaHandler, GetJsonSchemaHandler, field_validator, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from suite.errors import SuiteError
from suite.files.text import shown
from suite.registry.protocols import Protocol
from suite.schema import Pair, Strict

MAX_ID = 100
"""Characters in an id: it becomes a file name."""


@dataclass(frozen=True)
class Form:
    """Annotation of a text: all of it must match ``pattern``; ``allowed`` says the same in words."""

    pattern: str
    allowed: str

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self.checked, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {**handler(schema), "pattern": f"^{self.pattern}$"}

    def checked(self, text: str) -> str:
        """Return ``text``; raise ``ValueError`` in words if it has another form."""
        if not re.fullmatch(self.pattern, text):
            raise ValueError(f"{shown(text)} does not have the form it needs. Allowed: {self.allowed}")
        return text


Id = Annotated[
    str,
    Form(
        f"[a-z0-9][a-z0-9._-]{{0,{MAX_ID - 1}}}",
        "lower-case letters a-z, digits, '.', '_' and '-', the first a letter or digit, 100 at most",
    ),
]
"""Ids become folder names and addresses."""
HubId = Annotated[
    str,
    Form(
        "[A-Za-z0-9_][A-Za-z0-9_.-]*/[A-Za-z0-9_][A-Za-z0-9_.-]*",
        "owner/name, of letters A-Z, digits, '.', '_' and '-'",
    ),
]
Day = Annotated[str, Form("[0-9]{4}-[0-9]{2}-[0-9]{2}", "year-month-day, such as 2024-09-19")]
Dtype = Literal["float32", "bfloat16", "float16"]


def id_part(reward: str, where: str = "--reward") -> str:
    """Return ``reward`` if it can be part of a checkpoint's id; raise ``SuiteError`` at ``where`` if not."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9._-]*", reward):
        what = f"reward {shown(reward)} cannot be part of an id"
        raise SuiteError(what, where, "Use a-z, 0-9, '.', '_' and '-'")
    return reward


class Family(Strict):
    """Models of one pretraining lineage; ``name`` is what people read."""

    name: str = Field(min_length=1)


class EngineSettings(Strict):
    """The ``engine`` block of a model: how it is set up on the device. Checkpoints take their base's.

    ``batch_size`` counts rows and is for transformers only; the rest is for vLLM. ``gpu_memory`` is a share
    of the device's memory, ``max_model_len`` counts tokens (absent: the model's own context).
    """

    batch_size: int = Field(default=128, ge=1)
    tensor_parallel: int = Field(default=1, ge=1)
    max_model_len: int | None = Field(default=None, ge=1)
    gpu_memory: float = Field(default=0.9, gt=0, le=1)
    prefix_caching: bool = True
    enforce_eager: bool = False
    batch_invariant: bool = False


class Model(Strict):
    """A base model (``base`` absent), or a checkpoint trained from ``base``.

    The weights come from exactly one of ``hub`` (repository id), ``path`` (folder), ``builtin`` (shipped
    micro base). ``context`` is the limit in tokens, ``released`` a day (2024-09-19); both are absent if no
    source states them.
    """

    family: str
    hub: HubId | None = None
    path: str | None = Field(default=None, min_length=1)
    builtin: Id | None = None
    revision: str | None = Field(default=None, min_length=1)
    gated: bool = False
    architecture: str = Field(min_length=1)
    protocol: str
    context: int | None = Field(default=None, ge=1)
    dtype: Dtype
    base: str | None = None
    released: Day | None = None
    engine: EngineSettings = EngineSettings()

    @property
    def source(self) -> str:
        """Where the weights come from, for messages and tables."""
        return self.hub or self.path or f"builtin {self.builtin}"

    @field_validator("released")
    @classmethod
    def _is_a_day(cls, released: str | None) -> str | None:
        if released is not None:
            try:
                datetime.date.fromisoformat(released)
            except ValueError:
                what = f"{released!r} is not a day of the calendar. Allowed: such as 2024-09-19"
                raise ValueError(what) from None
        return released

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        """Refuse weights in no place or two, and a revision of anything but a Hub model."""
        given = [name for name in ("hub", "path", "builtin") if getattr(self, name) is not None]
        if len(given) != 1:
            listed = ", ".join(given) or "none"
            raise ValueError(f"exactly one of hub, path, builtin is allowed; given: {listed}")
        if self.revision is not None and self.hub is None:
            raise ValueError(f"'revision' is allowed with hub only; given: {given[0]}")
        return self


class RewardEntry(Strict):
    """What a checkpoint was trained on, in words.

    A ``spurious`` reward does not depend on whether an answer is right, so it is a control.
    """

    description: str = Field(min_length=1)
    spurious: bool = False


class Slot(Strict):
    """What a recipe can train: one pair for each base of ``families`` and each of ``rewards``."""

    recipe: str = Field(min_length=1)
    families: tuple[str, ...] = Field(min_length=1)
    rewards: tuple[str, ...] = Field(min_length=1)


class Throughput(Strict):
    """A stated speed of ``models``, in generated tokens a second and device, all requests together.

    ``measured_on`` names the device. ``rlvr-suite plan`` estimates with it; of several for one model the last
    counts, so an overlay's replaces the shipped one.
    """

    models: tuple[str, ...] = Field(min_length=1)
    tokens_per_s: float = Field(gt=0, allow_inf_nan=False)
    measured_on: str = Field(min_length=1)


class RegistryFile(Strict):
    """One registry file; every section may be left out of an overlay."""

    families: dict[Id, Family] = Field(default_factory=dict)
    protocols: dict[Id, Protocol] = Field(default_factory=dict)
    rewards: dict[Id, RewardEntry] = Field(default_factory=dict)
    slots: tuple[Slot, ...] = ()
    throughputs: tuple[Throughput, ...] = ()
    models: dict[Id, Model] = Field(default_factory=dict)
    pairs: tuple[Pair, ...] = ()
