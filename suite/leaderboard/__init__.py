"""The leaderboard: a summary becomes one HTML page that opens from disk, with no network and no server; a gate's report a second.

Command: ``rlvr-suite leaderboard runs/demo --out runs/demo/board``.
"""

from suite.leaderboard.render import render, write_board

__all__ = ["render", "write_board"]
