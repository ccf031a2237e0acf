"""The papers' figures as data with their source: ``leaderboards/published/*.yaml``, checked as a whole.

``scores("qwen2.5-math-7b", "math500")`` returns every published accuracy of that base, each with the
publication that prints it. A value that was looked for and not found is ``None`` in a row; ``scores``,
``deltas`` and ``probes`` leave it out. A row of a file:

```yaml deltas: - {base: qwen2.5-math-7b, reward: random, task: math500, step: 300, points: 21.4, setting:
greedy, where: Fig. 1} ```
"""

from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from suite.files import shipped
from suite.files.yaml import load_yaml
from suite.schema import Strict

PublishedReward = Literal[
    "ground_truth", "majority_vote", "one_shot", "format", "random", "incorrect", "python", "no_repetition"
]
"""What a published checkpoint was trained on."""

Text = Annotated[str, Field(min_length=1)]
Percent = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]
Points = Annotated[float, Field(ge=-100, le=100, allow_inf_nan=False)]
Spread = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]
Temperature = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=1)]


class Publication(Strict):
    """The paper or page that prints a file's figures; ``id`` names the version: ``arXiv 2506.10947v1``."""

    title: Text
    id: Text
    url: str = Field(pattern=r"^https://\S+$")


class PublishedScore(Strict):
    """Accuracy of a base before RL: ``percent`` of items, ``sd`` in points over runs, ``k`` samples an item.

    ``protocol`` is an id of ours if the source's prompt is known to be that text; ``setting`` describes it in
    words.
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
    """Checkpoint minus base, in percentage ``points``; ``step`` counts rollout phases, as in ``Pair``."""

    base: Text
    reward: PublishedReward
    task: Text
    step: Count | None
    points: Points | None
    setting: Text
    where: Text


class PublishedProbe(Strict):
    """Contamination audit: ROUGE-L and exact match of a cut question's continuation with its true rest.

    Both are in percent.
    """

    model: Text
    task: Text
    rouge_l: Percent | None
    exact_match: Percent | None
    setting: Text
    where: Text


class PublishedFile(Strict):
    """All figures of one publication."""

    source: Publication
    scores: tuple[PublishedScore, ...] = ()
    deltas: tuple[PublishedDelta, ...] = ()
    probes: tuple[PublishedProbe, ...] = ()


def all_files() -> tuple[PublishedFile, ...]:
    """Return every file that ships, in order of name; raise ``SuiteError`` for the first fault."""
    return _all(shipped.published_dir())


@cache
def _all(folder: Path) -> tuple[PublishedFile, ...]:
    return tuple(load_yaml(path, PublishedFile) for path in sorted(folder.glob("*.yaml")))


def scores(model: str, task: str) -> list[tuple[Publication, PublishedScore]]:
    """Return the published accuracies of ``model`` before RL on ``task``, in order of file and row."""
    matching = []
    for file in all_files():
        for row in file.scores:
            if (row.model, row.task) == (model, task) and row.percent is not None:
                matching.append((file.source, row))
    return matching


def deltas(base: str, reward: str, task: str) -> list[tuple[Publication, PublishedDelta]]:
    """Return what training ``base`` on ``reward`` changed on ``task``, in order of file and row."""
    matching = []
    for file in all_files():
        for row in file.deltas:
            if (row.base, row.reward, row.task) == (base, reward, task) and row.points is not None:
                matching.append((file.source, row))
    return matching


def probes(model: str, task: str) -> list[tuple[Publication, PublishedProbe]]:
    """Return the published contamination audits of ``model`` on ``task`` that have at least one figure."""
    matching = []
    for file in all_files():
        for row in file.probes:
            has_figure = row.rouge_l is not None or row.exact_match is not None
            if (row.model, row.task) == (model, task) and has_figure:
                matching.append((file.source, row))
    return matching
