"""The papers' figures as data with their source: ``leaderboards/published/*.yaml``, read and checked as one whole.

``scores("qwen2.5-math-7b", "math500")`` gives every published accuracy of that base, each with the source that prints it. A value
that was looked for and not found is ``None`` in a row and is left out by ``scores``, ``deltas`` and ``probes``.
"""

from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from suite.files import shipped
from suite.files.yaml import load_yaml
from suite.schema import Strict

Reward = Literal[
    "ground_truth", "majority_vote", "one_shot", "format", "random", "incorrect", "python", "no_repetition"
]
"""What a published checkpoint was trained on; more than this suite trains."""

Text = Annotated[str, Field(min_length=1)]
Percent = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]
Points = Annotated[float, Field(ge=-100, le=100, allow_inf_nan=False)]
Spread = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]
Temperature = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=1)]


class Source(Strict):
    """Who prints the figures of a file; ``id`` names the version, such as ``arXiv 2506.10947v1``."""

    title: Text
    id: Text
    url: str = Field(pattern=r"^https://\S+$")


class PublishedScore(Strict):
    """Accuracy of a base before RL: ``percent`` of the items, ``sd`` in points over runs, ``k`` samples an item.

    ``protocol`` is an id of ours where the source's prompt is known to be that text; ``setting`` describes the prompt in words.
    """

    model: Text
    task: Text
    protocol: Text | None
    temperature: Temperature | None
    k: Count | None
    percent: Percent | None
    sd: Spread | None = None
    setting: Text
    where: Text


class PublishedDelta(Strict):
    """Checkpoint minus base, in percentage ``points``; ``step`` counts rollout phases, as in ``schema.Pair``."""

    base: Text
    reward: Reward
    task: Text
    step: Count | None
    points: Points | None
    setting: Text
    where: Text


class PublishedProbe(Strict):
    """Contamination audit: ROUGE-L and exact match of the continuation of a cut question with its true rest, in percent."""

    model: Text
    task: Text
    rouge_l: Percent | None
    exact_match: Percent | None
    setting: Text
    where: Text


class PublishedFile(Strict):
    """All figures of one source."""

    source: Source
    scores: tuple[PublishedScore, ...] = ()
    deltas: tuple[PublishedDelta, ...] = ()
    probes: tuple[PublishedProbe, ...] = ()


def all_files() -> tuple[PublishedFile, ...]:
    """Every file that ships, in order of name; ``SuiteError`` with file, line and key for the first fault."""
    return _all(shipped.published_dir())


def scores(model: str, task: str) -> list[tuple[Source, PublishedScore]]:
    """Published accuracies of ``model`` before RL on ``task``, in order of file and row."""
    rows = [(file.source, row) for file in all_files() for row in file.scores]
    return [
        (source, row)
        for source, row in rows
        if (row.model, row.task) == (model, task) and row.percent is not None
    ]


def deltas(base: str, reward: str, task: str) -> list[tuple[Source, PublishedDelta]]:
    """Published differences that training ``base`` on ``reward`` made on ``task``, in order of file and row."""
    rows = [(file.source, row) for file in all_files() for row in file.deltas]
    asked = (base, reward, task)
    return [
        (source, row)
        for source, row in rows
        if (row.base, row.reward, row.task) == asked and row.points is not None
    ]


def probes(model: str, task: str) -> list[tuple[Source, PublishedProbe]]:
    """Published contamination audits of ``model`` on ``task``; a row stays while it has one of its two figures."""
    rows = [
        (file.source, row)
        for file in all_files()
        for row in file.probes
        if (row.model, row.task) == (model, task)
    ]
    return [(source, row) for source, row in rows if (row.rouge_l, row.exact_match) != (None, None)]


@cache
def _all(folder: Path) -> tuple[PublishedFile, ...]:
    return tuple(load_yaml(path, PublishedFile) for path in sorted(folder.glob("*.yaml")))
