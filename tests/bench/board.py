"""A board of 12 models x 7 rewards x 3 seeds x 6 tasks with its 1.3 million answers of 300 bytes: building
it, and opening it.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from summarize import write_run

GOAL_S, GOAL_MB = 60.0, 3.0
WORDS = 50
"""Some 300 bytes."""
CHROMIUM = "/usr/bin/chromium"
OPENED = 7
"""Times that the page is opened; the median counts."""

_BUILD = """
import resource, sys, time
from pathlib import Path
from suite.commands.main import main
started = time.perf_counter()
assert main(["leaderboard", sys.argv[1], "--out", sys.argv[2]]) == 0
print(time.perf_counter() - started, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20)
"""


def measure() -> dict[str, dict[str, object]]:
    """Seconds from a summarized run to its board, against the 60 s that it may take."""
    with tempfile.TemporaryDirectory() as folder:
        run, board = Path(folder, "run"), Path(folder, "board")
        answers = write_run(run, WORDS)
        subprocess.run([sys.executable, "-m", "suite", "summarize", run], check=True, capture_output=True)
        done = subprocess.run(
            [sys.executable, "-c", _BUILD, run, board], capture_output=True, text=True, check=True
        )
        seconds, gib = map(float, done.stdout.split()[-2:])
        packed = sum(path.stat().st_size for path in (board / "answers").iterdir())
        print(
            f"board: {answers} answers in {packed / 2**20:.0f} MiB, built in {seconds:.1f} s, {gib:.2f} GiB at most"
        )
        print(
            f"board: index.html {(board / 'index.html').stat().st_size / 1e6:.2f} MB, goal {GOAL_MB}; {opening(board)}"
        )
    return {"board_build_s": {"ratio": seconds / GOAL_S, "ours": seconds, "theirs": GOAL_S, "unit": "s"}}


def opening(board: Path) -> str:
    """How long Chromium takes from the address to the end of loading, for the board and for the page of a
    pair.
    """
    from statistics import median

    from playwright.sync_api import sync_playwright

    pages = [board / "index.html", sorted((board / "pairs").iterdir())[0]]
    told = []
    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        for path in pages:
            times = []
            for _ in range(OPENED):
                page = chromium.new_page()
                page.goto(path.as_uri(), wait_until="load")
                times.append(
                    page.evaluate("performance.timing.loadEventEnd - performance.timing.navigationStart")
                )
                page.close()
            told.append(f"{path.name} opens in {median(times) / 1000:.2f} s")
        chromium.close()
    return ", ".join(told)
