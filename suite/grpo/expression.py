"""A reward as a user writes it: ``rlvr-suite train micro --model micro-llama3 --reward 'format & !python'``.

``parse`` reads what a user writes, and the id that a checkpoint carries. ``!r`` pays 1 - r; ``r & s`` pays
the product, and nothing (None) if one of the two pays nothing. The papers' inverse_math is ``!ground_truth``,
their inverted continuous reward ``!closeness``.

``module:function`` is a function of the user's own, ``Rollout -> float | None``. ``parse`` does not import
it, so a mistake is reported before any of the user's code runs; ``function()`` imports it, also from the
working directory.
"""

import importlib
import os
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from math import isfinite
from types import ModuleType
from typing import SupportsFloat

from suite.errors import SuiteError, in_one_line
from suite.files.text import did_you_mean, shown
from suite.grpo.rewards import REWARDS, Answers, RewardFunction, Rollout, random
from suite.registry import MAX_ID, reward_ids
from suite.registry.reward_ids import Part

_WANTED = "a function that takes a suite.grpo.rewards.Rollout and returns a number or None"
_IMPLIED = {"python_fence": "python"}
"""Reward -> another one that pays wherever it pays."""


@dataclass(frozen=True)
class RewardExpression:
    """A conjunction of rewards, at least one. Two expressions of the same meaning are equal."""

    parts: tuple[Part, ...]

    @property
    def id(self) -> str:
        """The form in ids of checkpoints, of a-z, 0-9, '.', '_' and '-'; ``parse`` reads it back."""
        return reward_ids.id_of(self.parts)

    @property
    def name(self) -> str:
        """The form for people; ``parse`` reads it back."""
        return " & ".join(part.text for part in self.parts)

    @property
    def modules(self) -> tuple[str, ...]:
        """The user's modules whose functions are among the parts."""
        return tuple(part.name.split(":")[0] for part in self.parts if part.is_own)

    @property
    def answers(self) -> Answers:
        """Which answers training compares with: the items' own unless a part compares with others."""
        return next(iter(_compared(self.parts).values()), "gold")

    @property
    def is_labelled(self) -> bool:
        """Whether the answers come from a file of the base's labels."""
        return self.answers in ("majority", "incorrect")

    def function(self, where: str = "--reward") -> RewardFunction:
        """Return the reward's function; import, and so run, the modules of the user's own parts.

        Raise ``SuiteError`` if a module cannot be imported or lacks the function.
        """
        return partial(_product, tuple(_paying(part, where) for part in self.parts))


def parse(text: str, where: str = "--reward") -> RewardExpression:
    """Return the expression that ``text`` (as written, or an id) means; import nothing.

    Raise ``SuiteError`` for an unknown reward, and for a conjunction that no training can use.
    """
    expression = RewardExpression(reward_ids.parts(text, where))
    for part in expression.parts:
        if not part.is_own and part.name not in REWARDS:
            what = f"unknown reward {shown(part.name)}. Known: {', '.join(REWARDS)}"
            hint = did_you_mean(part.name.lower(), REWARDS)
            raise SuiteError(what, where, f"{hint}Name one of them, or your own function as module:function")
    _refuse_contradiction(expression, where)
    _refuse_mixture(expression, where)
    if len(expression.id) > MAX_ID:
        length = f"would have {len(expression.id)} characters. Allowed: {MAX_ID}, because it names a folder"
        fix = "Join fewer rewards, or use shorter names and numbers"
        raise SuiteError(f"the id {shown(expression.id)} {length}", where, fix)
    return expression


def _refuse_contradiction(expression: RewardExpression, where: str) -> None:
    negated = {part.name for part in expression.parts if part.negated}
    for part in expression.parts:
        if not part.negated and _IMPLIED.get(part.name) in negated:
            pays = f"{part.name!r} pays only where {_IMPLIED[part.name]!r} does"
            raise SuiteError(f"{shown(expression.name)} never pays: {pays}", where, "Remove one of the two")


def _refuse_mixture(expression: RewardExpression, where: str) -> None:
    """Raise ``SuiteError`` if parts compare with different answers: a rollout carries only one."""
    compared = _compared(expression.parts)
    if len(set(compared.values())) > 1:
        names = " and ".join(compared)
        what = f"{names} compare with different answers. Allowed: one kind of answer per training"
        raise SuiteError(what, where, f"Keep one of them, such as {next(iter(compared))}")


def _compared(parts: tuple[Part, ...]) -> dict[str, Answers]:
    """Return name -> answers for the parts that compare with any."""
    compared: dict[str, Answers] = {}
    for part in parts:
        reward = REWARDS.get(part.name)
        if reward is not None and reward.compares_with is not None:
            compared[part.name] = reward.compares_with
    return compared


def _product(factors: tuple[RewardFunction, ...], rollout: Rollout) -> float | None:
    """Return the product of what ``factors`` pay; None if one of them pays None."""
    product = 1.0
    for pay in factors:
        paid = pay(rollout)
        if paid is None:
            return None
        product *= paid
    return product


def _paying(part: Part, where: str) -> RewardFunction:
    """Return the function of one part."""
    pay: RewardFunction
    if part.is_own:
        pay = partial(_pay_own, _imported(part.name, where), part.name)
    elif part.gamma is not None:
        pay = partial(random, gamma=part.gamma)
    else:
        pay = REWARDS[part.name].pay
    return partial(_negated, pay) if part.negated else pay


def _negated(pay: RewardFunction, rollout: Rollout) -> float | None:
    paid = pay(rollout)
    return None if paid is None else 1 - paid


def _module(name: str, where: str) -> ModuleType:
    """Import the user's module; like ``python -m``, prefer modules of the working directory."""
    # A console script, unlike `python -m`, does not look into the working directory.
    if os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())
    try:
        return importlib.import_module(name)
    except (Exception, SystemExit) as error:  # the user's code can raise anything
        # Only a missing module of this very name is a mistake on the command line; one that it imports is its
        # own.
        if isinstance(error, ModuleNotFoundError) and f"{name}.".startswith(f"{error.name}."):
            what = f"no module {error.name!r}. Looked in: {os.getcwd()} and the installed packages"
            fix = f"Run from the folder of {name.split('.')[0]}, or install it"
            raise SuiteError(what, where, fix) from error
        what = f"importing {name!r} failed: {in_one_line(error)}"
        raise SuiteError(what, where, f"Make `python -c 'import {name}'` work") from error


def _imported(name: str, where: str) -> Callable[[Rollout], object]:
    """Return the user's function ``module:function``."""
    module_name, function_name = name.split(":")
    module = _module(module_name, where)
    function: object = getattr(module, function_name, None)
    if function is None:
        what = f"{module_name!r} ({getattr(module, '__file__', None)}) has no {function_name!r}"
        fix = did_you_mean(function_name, vars(module)) or f"Define it there: {_WANTED}"
        raise SuiteError(what, where, fix)
    if not callable(function):
        what = f"{name!r} is of type {type(function).__name__}. Allowed: a function"
        raise SuiteError(what, where, f"Define {_WANTED}")
    # Warnings that are blamed on the suite are silenced (``suite.processes``), as libraries blame their
    # caller. Here the callee is the user's function, and what it has to say (with ``stacklevel=2``) is for
    # the user.
    warnings.filterwarnings("default", module=__name__.replace(".", r"\."))
    return function


def _pay_own(function: Callable[[Rollout], object], name: str, rollout: Rollout) -> float | None:
    """Return what the user's function pays, a finite number or None; anything else is a ``SuiteError``."""
    try:
        paid = function(rollout)
        if paid is None:
            return None
        if isinstance(paid, SupportsFloat) and isfinite(float(paid)):
            return float(paid)
    except Exception as error:  # the user's code can raise anything
        what = f"failed on an answer to item {shown(rollout.item_id)}: {in_one_line(error)}"
        raise SuiteError(what, name, "Fix it, or return None for answers that it cannot judge") from error
    item = f"an answer to item {shown(rollout.item_id)}"
    what = f"paid {shown(repr(paid))} for {item}. Allowed: a finite number, or None"
    raise SuiteError(what, name, "Return a number, or None for no reward")
