"""The papers' figures -> the files of their board: ``index.html``, ``published.json``, styles and scripts.

``make boards`` writes it into ``leaderboards/published``, beside the YAML files that it shows.
"""

import json
from collections.abc import Iterator

from suite.benchmarks.tasks import all_tasks
from suite.leaderboard.links import BOARD
from suite.leaderboard.pages import assets, page
from suite.leaderboard.papers import figures
from suite.registry import load_registry, published

LOADED = {
    f"assets/{name}"
    for name in ("theme.js", "state.js", "sort.js", "published.js", "start.js", "board.css", "published.css")
}
"""Styles and scripts of the board; ``start.js`` is for the list of boards, which has no files of its own."""
ABOUT = (
    "Figures as the sources print them, in the form of leaderboards/published/*.yaml. null: looked for in "
    "the source, not found. References, never controls: prompt, grader and hardware are the source's own."
)


def published_files() -> Iterator[tuple[str, bytes]]:
    """Yield (path, content) of every file of the board, the page last; reads only shipped files."""
    files = published.all_files()
    yield "published.json", _json(files)
    yield from (file for file in assets() if file[0] in LOADED)
    view = figures.published_view(files, load_registry(), all_tasks())
    yield BOARD, page("published.html.j2", view=view, says=figures.says, direction=figures.direction)


def _json(files: tuple[published.PublishedFile, ...]) -> bytes:
    """Return every row of every file, with the keys that its file has."""
    rows = [file.model_dump(mode="json", exclude_unset=True) for file in files]
    return (json.dumps({"about": ABOUT, "files": rows}, indent=1, ensure_ascii=False) + "\n").encode()
