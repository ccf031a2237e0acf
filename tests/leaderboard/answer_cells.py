"""Stored cells made by hand, and a page that shows them as a pair's page does, for the tests of the answers."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from jinja2 import ChoiceLoader, DictLoader

from suite.benchmarks.items import Item, items_hash
from suite.grade.stored_grades import StoredCell
from suite.leaderboard.answers import PackedCell
from suite.leaderboard.pages import POLICY, assets, embedded, environment
from suite.schema import Cell, Decoding, FinishReason, Outcome, Sample, SampleGrade
from suite.store.cells import CellManifest

SCRIPTS = ("start", "katex.min", "diff.min", "state", "chunks", "text", "pairing", "sides", "answers")
PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{{ policy }}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>A pair</title>
<script src="../assets/theme.js"></script>
{% for name in ("board", "pair", "answers") %}<link rel="stylesheet" href="../assets/{{ name }}.css">{% endfor %}
</head>
<body class="pair">
<button type="button" id="theme" class="quiet" aria-pressed="false" hidden>Dark mode</button>
<main class="page">{% include 'answers.html.j2' %}</main>
<script type="application/json" id="answers-data">{{ data }}</script>
{% for name in scripts %}<script src="../assets/{{ name }}.js"></script>
{% endfor %}
</body>
</html>
"""


class Answer(NamedTuple):
    """One sample and what it earned."""

    text: str
    outcome: Outcome = "correct"
    extracted: str | None = "1"
    finish: FinishReason | None = "stop"
    error: str | None = None
    tokens: int | None = 7


def stored(
    model: str, items: Sequence[Item], answers_IS: Sequence[Sequence[Answer]], task: str = "micro_bench"
) -> StoredCell:
    """A graded cell of that model's answers, ``answers_IS`` in the order of ``items``."""
    cell = Cell(
        model=model,
        weights_hash=model,
        task=task,
        task_version="1",
        items_hash=items_hash(items),
        protocol="micro_qa",
        protocol_hash="p",
        decoding=Decoding(temperature=0.6, max_new_tokens=8),
        engine="hf-5",
        dtype="float32",
        device="cpu",
    )
    manifest = CellManifest(
        cell=cell,
        family="micro-llama3",
        base="base",
        n_items=len(items),
        k=len(answers_IS[0]),
        packages={},
        suite_version="0",
        git="g",
        device_name="cpu",
    )
    samples, grades = {}, {}
    for item, answers in zip(items, answers_IS, strict=True):
        for s, one in enumerate(answers):
            samples[item.id, s] = Sample.model_construct(  # a lone surrogate passes no validation
                item_id=item.id,
                sample=s,
                text=one.text,
                n_tokens=one.tokens,
                finish_reason=one.finish,
                error=one.error,
            )
            grades[item.id, s] = SampleGrade(
                item_id=item.id,
                sample=s,
                outcome=one.outcome,
                extracted=one.extracted,
                answer_present=one.outcome == "unparsed",
                code=False,
                fenced_code=False,
                language_only=True,
                boxed=False,
                repetitive=False,
            )
    return StoredCell(manifest, tuple(items), samples, "0" * 64, grades)


def pair_page(folder: Path, before: PackedCell, after: Sequence[PackedCell]) -> Path:
    """A board in ``folder`` of one page, which shows the answers of a base and of its checkpoints."""
    for path, content in [*assets(), *(file for cell in (before, *after) for file in cell.files.items())]:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    arms = [
        {"name": one.manifest.cell.model, "cell": one.manifest.cell.id, "items": one.items}
        for one in (before, *after)
    ]
    ours = environment()
    env = ours.overlay(loader=ChoiceLoader([DictLoader({"page": PAGE}), ours.loader]))
    data = embedded({"folder": "../answers/", "before": arms[0], "after": arms[1:]})
    page = folder / "pairs" / "page.html"
    page.parent.mkdir(exist_ok=True)
    page.write_text(
        env.get_template("page").render(policy=POLICY, scripts=SCRIPTS, data=data), encoding="utf-8"
    )
    return page
