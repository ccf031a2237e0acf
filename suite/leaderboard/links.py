"""Paths of the pages in a board's folder and the links between them.

A pair's page: ``pairs/math500-qwen2.5-math-1.5b-random-3f0c9a17be.html``.
"""

import re
from urllib.parse import urlencode

from suite.schema import DeltaRow, content_hash

BOARD = "index.html"
_NAME_LENGTH = 60
"""Maximum length of the readable part of a pair's page name; the hash after it keeps names distinct."""


def board_view(**state: str) -> str:
    """Return the address of a view of the board, ``board_view(task="math500")``."""
    return f"{BOARD}#{urlencode(state)}"


def pair_page(row: DeltaRow) -> str:
    """Return the path of a delta's page: independent of the other rows, and always inside ``pairs/``."""
    name = f"{row.task}-{row.base}-{row.reward}".lower()
    readable = re.sub(r"[^a-z0-9_.]+", "-", name).strip("-.")[:_NAME_LENGTH]
    return f"pairs/{readable}-{content_hash(row.key.without('k', 'n_items'))[:10]}.html"
