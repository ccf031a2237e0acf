"""What a user selects to run, with flags or in a run file.

A run file is YAML with the keys of ``Selection``; flags replace its keys. ``suite.plan.resolve`` finds what
it names::

    families: [qwen2.5-math, llama3]
    tasks: [math500, arithmetic_clean]
    rewards: [random]
"""

from collections.abc import Iterable
from typing import Self

from pydantic import Field, PrivateAttr, model_validator

from suite.errors import SuiteError
from suite.files.text import did_you_mean, shown
from suite.files.yaml import Document, flag
from suite.plan.engines import DEFAULT_ENGINE, EngineName
from suite.plan.own_pair import StatedPair
from suite.schema import Pair, Strict

_OWN_PAIR = ("before", "after", "family", "reward")


class Selection(Strict):
    """What to run: the models of ``families``, or your own pair, on ``tasks``.

    ``before`` and ``after`` of your own pair are ids or folders. ``tasks`` may name groups, too. With "all"
    among ``protocols`` bases run under every protocol that their tokenizer can write, checkpoints under the
    other protocols named. Left out, ``rewards`` and ``seeds`` are all that exist, ``protocols`` is each
    base's own, and ``temperature``, ``k`` and ``max_new_tokens`` are the task's. ``item_seed`` requests
    fresh items from tasks that are generated from a seed. ``recipe``, ``seed`` and ``step`` state how your
    own checkpoint was trained; controls must match them.
    """

    families: tuple[str, ...] = ()
    tasks: tuple[str, ...] = Field(min_length=1)
    rewards: tuple[str, ...] | None = None
    seeds: tuple[int, ...] | None = None
    protocols: tuple[str, ...] | None = Field(default=None, min_length=1)
    limit: int | None = Field(default=None, ge=1)
    temperature: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    k: int | None = Field(default=None, ge=1)
    max_new_tokens: int | None = Field(default=None, ge=1)
    data_dir: str | None = None
    engine: EngineName = DEFAULT_ENGINE
    item_seed: int | None = Field(default=None, ge=0)
    before: str | None = Field(default=None, min_length=1)
    after: str | None = Field(default=None, min_length=1)
    family: str | None = None
    reward: str | None = None
    recipe: str | None = Field(default=None, min_length=1)
    seed: int | None = Field(default=None, ge=0)
    step: int | None = Field(default=None, ge=0)
    _document: Document | None = PrivateAttr(default=None)

    @classmethod
    def of(cls, document: Document) -> Self:
        """Return the document as a selection whose messages name the document's lines and flags."""
        selection = document.parse(cls)
        selection._document = document
        return selection

    def where(self, *key: int | str) -> str:
        """Return the place of a key for a message: its flag, or file and line; by default the flag."""
        return self._document.where(*key) if self._document else flag(*key)

    @model_validator(mode="after")
    def _families_or_own_pair(self) -> Self:
        """Refuse a selection that names both, neither, or half of a pair."""
        named = [name for name in _OWN_PAIR if getattr(self, name) is not None]
        if named and len(named) < len(_OWN_PAIR):
            missing = ", ".join(name for name in _OWN_PAIR if name not in named)
            raise ValueError(f"a pair of your own needs before, after, family and reward; missing: {missing}")
        if named and (self.families or self.rewards or self.seeds):
            raise ValueError("before and after cannot be combined with families, rewards or seeds")
        if not named and not self.families:
            raise ValueError(
                "nothing selected. Allowed: families, or before, after, family and reward together"
            )
        if not named and (self.recipe, self.seed, self.step) != (None, None, None):
            raise ValueError(
                "recipe, seed and step describe a pair of your own; add before, after, family and reward"
            )
        # Half a budget would match controls of any other half.
        if (self.recipe is None) != (self.step is None):
            raise ValueError(
                "recipe and step are the training budget, which controls must match: give both or neither"
            )
        return self

    @property
    def stated_pair(self) -> StatedPair | None:
        """The pair of your own, if the selection names one."""
        if self.before is None or self.after is None or self.family is None or self.reward is None:
            return None
        return StatedPair(
            before=self.before,
            after=self.after,
            family=self.family,
            reward=self.reward,
            recipe=self.recipe,
            seed=self.seed,
            step=self.step,
            where=self.where,
        )


def selected_pairs(selection: Selection, pairs: Iterable[Pair]) -> list[Pair]:
    """Return the pairs of the selected families, rewards and seeds; raise for one that no pair has."""
    of_families = [pair for pair in pairs if pair.family in selection.families]
    rewards = sorted({pair.reward for pair in of_families})
    for number, reward in enumerate(selection.rewards or ()):
        if reward not in rewards:
            known = ", ".join(rewards) or "none"
            what = f"no checkpoint was trained on reward {shown(reward)} here. Known: {known}"
            fix = f"{did_you_mean(reward, rewards)}Train one with `rlvr-suite train`"
            raise SuiteError(what, selection.where("rewards", number), fix)
    seeds = sorted({pair.seed for pair in of_families if pair.seed is not None})
    for number, seed in enumerate(selection.seeds or ()):
        if seed not in seeds:
            known = ", ".join(map(str, seeds)) or "none"
            what = f"no checkpoint was trained with seed {seed} here. Known: {known}"
            fix = "Name one of them, or leave out the seeds"
            raise SuiteError(what, selection.where("seeds", number), fix)
    selected = []
    for pair in of_families:
        has_reward = selection.rewards is None or pair.reward in selection.rewards
        has_seed = selection.seeds is None or pair.seed in selection.seeds
        if has_reward and has_seed:
            selected.append(pair)
    return selected
