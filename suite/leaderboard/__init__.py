"""The leaderboard: a summary becomes static pages that open from disk, with no network and no server.

The board, a page for every delta with its answers before and after, and a gate's report. ``site`` puts the
files together. ``board``, ``across``, ``pair``, ``papers`` and ``gate_page`` arrange the rows of their pages;
``wording`` holds all prose, ``templates`` the HTML, ``assets`` the styles and scripts. Command: ``rlvr-suite
leaderboard runs/demo --out runs/demo/board``.
"""

from suite.leaderboard.answers import packed_cells
from suite.leaderboard.site import render, write_board

__all__ = ["packed_cells", "render", "write_board"]
