"""A page that shows the answers of cells as a pair's page does, for the tests of the answers."""

from collections.abc import Sequence
from pathlib import Path

from jinja2 import ChoiceLoader, DictLoader

from suite.leaderboard.answers import PackedCell
from suite.leaderboard.pages import POLICY, assets, embedded, environment

SCRIPTS = ("start", "katex.min", "diff.min", "state", "chunks", "answer_text", "pairing", "sides", "answers")
PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{{ policy }}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>A pair</title>
<script src="../assets/theme.js"></script>
{% for name in ("board", "pair", "answers") %}
<link rel="stylesheet" href="../assets/{{ name }}.css">
{% endfor %}
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
