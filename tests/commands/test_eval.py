"""``rlvr-suite eval``: what it loads and prints. What it draws: tests/engine."""

import subprocess
import sys
from pathlib import Path

import pytest

from suite.commands.main import main

ROOT = Path(__file__).resolve().parents[2]
EVAL = ["eval", "--families", "micro-llama3", "--tasks", "micro_bench", "--limit", "2"]


def test_a_planned_eval_loads_nothing_of_training(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "import suite.commands.eval\n"
        "from suite.commands.main import main\n"
        f"assert main({['plan', *EVAL[1:], '--out', str(tmp_path / 'run')]!r}) == 0\n"
        "import suite.engine.run, suite.engine.planned\n"
        "print([name for name in sys.modules if name.startswith(('suite.grpo', 'suite.leaderboard', 'trl'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_without_cells_to_replay_the_line_says_so_and_what_comes_next(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    overlay = tmp_path / "o.yaml"
    overlay.write_text("{}\n")
    run = tmp_path / "run"
    assert main([*EVAL, "--engine", "replay", "--registry", str(overlay), "--out", str(run)]) == 0
    end = f"0 of 0 cells finished in {run}; next: rlvr-suite summarize {run} --registry {overlay}\n"
    assert capsys.readouterr().out == end
