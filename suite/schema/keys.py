"""The identity of a row of a summary, written once.

``row.key`` of a delta holds all of it. Code that groups rows by less names the fields that it ignores:

>>> pair = PairKey("llama3", "llama3.1-8b", "llama3.1-8b-random", "random", "dr_grpo", 300)
>>> key = RowKey(*pair, task="math500", protocol="chat", k=1, n_items=500, cell="ab12")
>>> key.pair == pair
True
>>> key.without("checkpoint", "k", "n_items", "cell")
('llama3', 'llama3.1-8b', 'random', 'dr_grpo', 300, 'math500', 'chat')
>>> key.budget
('llama3.1-8b', 'dr_grpo', 300, 'math500', 'chat', 1)
"""

from typing import Literal, NamedTuple

KeyField = Literal[
    "family", "base", "checkpoint", "reward", "recipe", "step", "task", "protocol", "k", "n_items", "cell"
]
PartOfKey = tuple[str | int, ...]
"""Some fields of a key, in the key's order; comparable with parts of the same fields only."""


class PairKey(NamedTuple):
    """One trained checkpoint and the base that it is compared with.

    A method of several training seeds is named by its first checkpoint.
    """

    family: str
    base: str
    checkpoint: str
    reward: str
    recipe: str
    step: int


class RowKey(NamedTuple):
    """One pair, measured on one task.

    ``cell`` is the id of the first checkpoint's cell, empty where a summary does not name it: rows of one
    checkpoint under different decoding differ in it alone.
    """

    family: str
    base: str
    checkpoint: str
    reward: str
    recipe: str
    step: int
    task: str
    protocol: str
    k: int
    n_items: int
    cell: str

    @property
    def pair(self) -> PairKey:
        """The part that does not depend on the measurement."""
        return PairKey(self.family, self.base, self.checkpoint, self.reward, self.recipe, self.step)

    @property
    def budget(self) -> PartOfKey:
        """What a control must share with the method: the same base, trained alike and measured alike."""
        return self.only("base", "recipe", "step", "task", "protocol", "k")

    def only(self, *fields: KeyField) -> PartOfKey:
        """Return these fields, in the key's order whatever the order of ``fields``."""
        return tuple(getattr(self, name) for name in self._fields if name in fields)

    def without(self, *fields: KeyField) -> PartOfKey:
        """Return all fields but these."""
        return tuple(getattr(self, name) for name in self._fields if name not in fields)
