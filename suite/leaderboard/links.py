"""Where pages stand in a board's folder, and how they link to each other."""

import re
from urllib.parse import urlencode

from suite.schema import DeltaRow, content_hash

BOARD = "index.html"
_NAMED = 60
"""Characters of a pair's name in its page's; the hash tells longer ones apart."""


def board_view(**state: str) -> str:
    """Address of the board with a view of it: ``board_view(task="math500")``; its script reads the same keys."""
    return f"{BOARD}#{urlencode(state)}"


def pair_page(row: DeltaRow) -> str:
    """Path of the page of a delta, the same whatever else is on the board; no name in it can mean another folder."""
    readable = re.sub(r"[^a-z0-9_.]+", "-", f"{row.task}-{row.base}-{row.reward}".lower()).strip("-.")[
        :_NAMED
    ]
    return f"pairs/{readable}-{content_hash(row.key.without('k', 'n_items'))[:10]}.html"
