"""A reward as a user writes it: ``rlvr-suite train micro --model micro-llama3 --reward 'format & !python'``.

``parse`` reads it, or the id that a checkpoint carries. ``!r`` pays 1 - r, ``r & s`` the product, and nothing (None) where one of
them pays nothing. The papers' inverse_math is ``!ground_truth``, their inverted continuous reward ``!closeness``.
``module:function`` is a function of the user's own, ``Rollout -> float | None``. Only ``function()`` imports it, from the working
directory too: that runs the user's code.
"""

import importlib
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from math import isfinite
from types import ModuleType
from typing import Literal, SupportsFloat

from suite.errors import SuiteError, in_one_line
from suite.files.text import did_you_mean, shown
from suite.grpo.rewards import REWARDS, Reward, Rollout, random
from suite.registry import MAX_ID, reward_ids
from suite.registry.reward_ids import Part

Answers = Literal["gold", "majority", "incorrect", "one"]
"""What training compares answers with: the items' own, the base's most frequent ones, the wrong ones of these, one item's."""
_COMPARES: dict[str, Answers] = {
    "ground_truth": "gold",
    "closeness": "gold",
    "majority_vote": "majority",
    "incorrect": "incorrect",
    "one_shot": "one",
}
_WANTED = "a function that takes a suite.grpo.rewards.Rollout and returns a number or None"
_IMPLIED = {"python_fence": "python"}
"""Reward -> one that pays wherever it pays."""


@dataclass(frozen=True)
class RewardExpression:
    """A conjunction of rewards, at least one. Two that mean the same are equal."""

    parts: tuple[Part, ...]

    @property
    def id(self) -> str:
        """As ids of checkpoints carry it, of a-z, 0-9, '.', '_' and '-'; ``parse`` reads it back."""
        return reward_ids.id_of(self.parts)

    @property
    def name(self) -> str:
        """As people read it; ``parse`` reads it back."""
        return " & ".join(part.text for part in self.parts)

    @property
    def modules(self) -> tuple[str, ...]:
        """The user's modules whose functions are among the parts."""
        return tuple(part.name.split(":")[0] for part in self.parts if part.is_own)

    @property
    def answers(self) -> Answers:
        """Which answers training compares with; the items' own where nothing is compared."""
        return next((_COMPARES[part.name] for part in self.parts if part.name in _COMPARES), "gold")

    @property
    def is_labelled(self) -> bool:
        """Whether the answers come from a file of the base's labels."""
        return self.answers in ("majority", "incorrect")

    @property
    def spurious(self) -> bool:
        """Whether no part looks at whether an answer is right; of a user's own function nobody knows, so it is not."""
        return not any(
            part.is_own or _COMPARES.get(part.name, "incorrect") != "incorrect" for part in self.parts
        )

    def function(self, where: str = "--reward") -> Reward:
        """The reward itself. Imports, and so runs, the user's module; ``SuiteError`` where that has no such function."""
        return partial(_product, tuple(_paying(part, where) for part in self.parts))


def parse(text: str, where: str = "--reward") -> RewardExpression:
    """What ``text``, written or an id, stands for; ``SuiteError`` in one line, before anything is imported."""
    expression = RewardExpression(reward_ids.parts(text, where))
    for part in expression.parts:
        _refuse_unknown(part, where)
    _refuse_contradiction(expression, where)
    _refuse_mixture(expression, where)
    if len(expression.id) > MAX_ID:
        what = f"the id {shown(expression.id)} would have {len(expression.id)} characters. Allowed: {MAX_ID}, it names a folder"
        raise SuiteError(what, where, "Join fewer rewards, or use shorter names and numbers")
    return expression


def _refuse_unknown(part: Part, where: str) -> None:
    if not part.is_own and part.name not in REWARDS:
        what = f"unknown reward {shown(part.name)}. Known: {', '.join(REWARDS)}"
        hint = did_you_mean(part.name.lower(), REWARDS)
        raise SuiteError(what, where, f"{hint}Name one of them, or a function of your own as module:function")


def _refuse_contradiction(expression: RewardExpression, where: str) -> None:
    plain, negated = (
        {part.name for part in expression.parts if part.negated is sign} for sign in (False, True)
    )
    for name in plain:
        if _IMPLIED.get(name) in negated:
            what = f"{shown(expression.name)} never pays: {name!r} is paid only where {_IMPLIED[name]!r} is"
            raise SuiteError(what, where, "Leave one of the two out")


def _refuse_mixture(expression: RewardExpression, where: str) -> None:
    """A rollout has one answer to compare with."""
    comparing = [part.name for part in expression.parts if part.name in _COMPARES]
    if len({_COMPARES[name] for name in comparing}) > 1:
        what = f"{' and '.join(comparing)} compare with different answers. Allowed: one kind of answers a training"
        raise SuiteError(what, where, f"Keep one of them, such as {comparing[0]}")


def _product(factors: tuple[Reward, ...], rollout: Rollout) -> float | None:
    """The product of what ``factors`` pay; None where one of them is None."""
    product = 1.0
    for pay in factors:
        paid = pay(rollout)
        if paid is None:
            return None
        product *= paid
    return product


def _paying(part: Part, where: str) -> Reward:
    """The function of one part."""
    if part.is_own:
        pay: Reward = partial(_checked, _imported(part.name, where), part.name)
    else:
        pay = partial(random, gamma=part.gamma) if part.gamma is not None else REWARDS[part.name]
    return partial(_negated, pay) if part.negated else pay


def _negated(pay: Reward, rollout: Rollout) -> float | None:
    paid = pay(rollout)
    return None if paid is None else 1 - paid


def _module(name: str, where: str) -> ModuleType:
    """The user's module; those of the working directory come first, as with ``python -m``."""
    if os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())
    try:
        return importlib.import_module(name)
    except (Exception, SystemExit) as error:  # the user's code
        if isinstance(error, ModuleNotFoundError) and f"{name}.".startswith(f"{error.name}."):
            what = f"no module {error.name!r}. Looked in: {os.getcwd()} and the installed packages"
            raise SuiteError(
                what, where, f"Call from the folder of {name.split('.')[0]}, or install it"
            ) from error
        what = f"importing {name!r} failed: {in_one_line(error)}"
        raise SuiteError(what, where, f"Make `python -c 'import {name}'` work") from error


def _imported(name: str, where: str) -> Callable[[Rollout], object]:
    """The user's function, ``module:function``."""
    module_name, function_name = name.split(":")
    module = _module(module_name, where)
    function: object = getattr(module, function_name, None)
    if function is None:
        what = f"{module_name!r} ({getattr(module, '__file__', None)}) has no {function_name!r}"
        raise SuiteError(
            what, where, did_you_mean(function_name, vars(module)) or f"Define it there: {_WANTED}"
        )
    if not callable(function):
        what = f"{name!r} is of type {type(function).__name__}. Allowed: a function"
        raise SuiteError(what, where, f"Define {_WANTED}")
    return function


def _checked(function: Callable[[Rollout], object], name: str, rollout: Rollout) -> float | None:
    """What the user's function pays: a finite number or None; ``SuiteError`` for anything else."""
    try:
        paid = function(rollout)
        if paid is None or (isinstance(paid, SupportsFloat) and isfinite(float(paid))):
            return None if paid is None else float(paid)
    except Exception as error:  # the user's code
        what = f"failed on an answer to item {shown(rollout.item_id)}: {in_one_line(error)}"
        raise SuiteError(what, name, "Mend it; where it cannot tell, let it return None") from error
    what = f"paid {shown(repr(paid))} for an answer to item {shown(rollout.item_id)}. Allowed: a finite number, or None"
    raise SuiteError(what, name, "Return a number, or None for no reward")
