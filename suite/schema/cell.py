"""A cell is one model on one task: what identifies it, its id, and what must match between two arms."""

from typing import Annotated

from pydantic import Field

from suite.schema.records import UNSTATED, Strict, Unstated, content_hash


class Decoding(Strict):
    """How samples are drawn.

    ``temperature`` 0 is greedy: one sample is drawn, whatever ``k`` is elsewhere.
    """

    temperature: float = Field(ge=0, allow_inf_nan=False)
    top_p: float = Field(default=1.0, gt=0, le=1)
    max_new_tokens: int = Field(ge=1)
    seed: int = 0


class StatedDecoding(Strict):
    """How imported answers were drawn, as far as it is stated; another tool's seed has no meaning here."""

    temperature: Annotated[float, Field(ge=0, allow_inf_nan=False)] | Unstated = UNSTATED
    top_p: Annotated[float, Field(gt=0, le=1)] | Unstated = UNSTATED
    max_new_tokens: Annotated[int, Field(ge=1)] | Unstated = UNSTATED
    seed: Unstated = UNSTATED


class Cell(Strict):
    """One model on one task: the unit that is run, stored and resumed.

    The fields are those that identify the cell. How many samples and items are requested is not one of
    them, so ``k`` can grow without drawing any sample again.
    """

    model: str
    weights_hash: str
    task: str
    task_version: str
    items_hash: str
    protocol: str
    protocol_hash: str
    decoding: Decoding | StatedDecoding
    engine: str
    dtype: str
    device: str

    @property
    def id(self) -> str:
        """Content hash of the fields, 16 hex digits: the cell's folder name."""
        return content_hash(self.model_dump(mode="json"))[:16]

    @property
    def name(self) -> str:
        """The cell as messages name it."""
        return f"cell {self.id} ({self.model}, {self.task}@{self.protocol})"

    @property
    def unstated(self) -> tuple[str, ...]:
        """Must-match fields of which a part is not stated; only an imported cell has any."""
        stated: dict[str, tuple[object, ...]] = {field: (getattr(self, field),) for field in MUST_MATCH}
        stated["protocol_hash"] = (self.protocol,)
        # An imported cell's engine is the file format, then what drew the answers: "jsonl, unstated".
        stated["engine"] = tuple(self.engine.split(", "))
        stated["decoding"] = tuple(self.decoding.model_dump(exclude={"seed"}).values())
        return tuple(field for field, values in stated.items() if UNSTATED in values)


MUST_MATCH = ("task_version", "items_hash", "protocol_hash", "decoding", "engine", "dtype", "device")
"""Cell fields in which the two arms of a pair may not differ."""
