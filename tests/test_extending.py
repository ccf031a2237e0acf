"""Every example patch of docs/extending.md applies to this tree and works. Run: python -m pytest
tests/test_extending.py

An example is refreshed by applying it with ``git apply --3way``, fixing what does not apply, and writing
``git diff`` over it.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = ROOT / "docs" / "examples"
PARTS = (
    "suite",
    "tasks",
    "tests/gate",
    "model_registry.yaml",
    "leaderboards/published",
    ".github",
    "pyproject.toml",
)
Patched = Callable[[str], Path]


@pytest.fixture
def patched(tmp_path: Path) -> Patched:
    """Return a function that copies the tree and applies one example to the copy."""

    def apply(name: str) -> Path:
        tree = tmp_path / "tree"
        for part in PARTS:
            source = ROOT / part
            target = tree / part
            target.parent.mkdir(parents=True, exist_ok=True)
            if source.is_dir():
                shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(source, target)
        subprocess.run(["git", "apply", EXAMPLES / f"{name}.patch"], cwd=tree, check=True)
        return tree

    return apply


def suite(tree: Path, *words: str) -> str:
    """Run the patched program and return what it prints."""
    return python(tree, "-m", "suite", *words)


def python(tree: Path, *words: str) -> str:
    environment = {**os.environ, "PYTHONPATH": str(tree)}
    done = subprocess.run(
        [sys.executable, *words], cwd=tree, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_every_example_is_tried_and_described() -> None:
    page = (ROOT / "docs" / "extending.md").read_text(encoding="utf-8")
    tests = Path(__file__).read_text(encoding="utf-8")
    for patch in EXAMPLES.glob("*.patch"):
        assert f"(examples/{patch.name})" in page
        assert f'patched("{patch.stem}")' in tests


@pytest.mark.slow
def test_an_added_reward_is_listed_and_can_be_trained(patched: Patched) -> None:
    tree = patched("reward")
    assert "at most 400 characters" in suite(tree, "list", "rewards")
    plan = suite(tree, "train", "micro", "--model", "micro-llama3", "--reward", "!brief", "--dry-run")
    assert "not-brief" in plan


@pytest.mark.slow
def test_an_added_protocol_is_planned_for_both_arms(patched: Patched) -> None:
    tree = patched("protocol")
    assert "Answer briefly" in suite(tree, "list", "protocols")
    selection = ("--families", "micro-llama3", "--tasks", "micro_bench", "--protocols", "short")
    assert " short " in suite(tree, "plan", *selection)


@pytest.mark.slow
def test_an_added_task_is_run(patched: Patched) -> None:
    tree = patched("task")
    selection = ("--families", "micro-llama3", "--tasks", "arithmetic_short", "--limit", "2")
    assert "1 of 1 cells finished" in suite(tree, "eval", *selection, "--out", str(tree / "run"))


@pytest.mark.slow
def test_an_added_engine_draws(patched: Patched) -> None:
    tree = patched("engine")
    selection = ("--families", "micro-llama3", "--tasks", "micro_bench", "--engine", "echo", "--limit", "3")
    assert "1 of 1 cells finished" in suite(tree, "eval", *selection, "--out", str(tree / "run"))
    assert "accuracy" in suite(tree, "summarize", str(tree / "run"), "--json")


@pytest.mark.slow
def test_an_added_format_is_imported(patched: Patched) -> None:
    tree = patched("import_format")
    table = tree / "answers.csv"
    table.write_text("task,item_id,sample,text\nmicro_bench,0,0,so \\boxed{3}\n", encoding="utf-8")
    words = ("import", "csv", str(table), "--model", "micro-llama3", "--subset", "--out", str(tree / "run"))
    assert "micro_bench: 1 items" in suite(tree, *words)


@pytest.mark.slow
def test_an_added_kind_of_claim_is_judged(patched: Patched) -> None:
    tree = patched("claim_kind")
    policy = tree / "policy.yaml"
    claim = "{family: micro-qwen2.5-math, reward: format, task: micro_bench, expect: no_loss, margin: 5}"
    policy.write_text(f"description: nothing is lost\nclaims:\n  - {claim}\n", encoding="utf-8")
    board = str(ROOT / "leaderboards" / "micro")
    assert "1 verdict: holds" in suite(tree, "gate", board, "--policy", str(policy))


@pytest.mark.slow
def test_an_added_metric_is_in_the_summary_and_on_the_board(patched: Patched) -> None:
    tree = patched("metric")
    run = str(tree / "run")
    selection = ("--families", "micro-llama3", "--tasks", "arithmetic_clean", "--limit", "4")
    suite(tree, "eval", *selection, "--out", run)
    assert "right_sign" in suite(tree, "summarize", run, "--json")
    suite(tree, "leaderboard", run, "--out", str(tree / "board"))
    assert "Right sign" in (tree / "board" / "index.html").read_text(encoding="utf-8")


@pytest.mark.slow
def test_an_added_page_is_written_with_the_board(patched: Patched) -> None:
    tree = patched("page")
    micro = str(ROOT / "leaderboards" / "micro")
    code = (
        "import sys; from pathlib import Path; from suite.store.run_folder import read_summary;"
        "from suite.leaderboard import write_board;"
        "write_board(read_summary(Path(sys.argv[1])), Path(sys.argv[2]))"
    )
    python(tree, "-c", code, micro, str(tree / "board"))
    assert "micro-llama3-format-micro-s0" in (tree / "board" / "sizes.html").read_text(encoding="utf-8")
