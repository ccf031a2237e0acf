"""The main job in small (one family, two steps, few items): finished, killed and resumed, run again."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

from suite.engine.planned import planned_cells
from suite.files.shipped import recipes_dir
from suite.leaderboard import packed_cells
from suite.leaderboard.pair.pair_page import PairViews
from suite.micro.demo import DemoJob, run_demo
from suite.plan.selection import Selection
from suite.progress import silent
from suite.registry import load_registry
from suite.store.run_folder import RunStore
from suite.summary.merge import board_source

pytestmark = pytest.mark.slow
FAMILY = "micro-llama3"
SCRIPT = """
import sys
from pathlib import Path
from suite.micro.demo import DemoJob, run_demo
from suite.leaderboard import packed_cells
from suite.leaderboard.pair.pair_page import PairViews
from suite.summary.merge import board_source
from suite.registry import load_registry
if __name__ == "__main__":
    job = DemoJob((sys.argv[3],), sys.argv[2], 20)
    run_demo(Path(sys.argv[1]), lambda report: print(*report, flush=True), job)
"""


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> DemoJob:
    recipe = yaml.safe_load((recipes_dir() / "micro.yaml").read_text()) | {"steps": 2}
    path = tmp_path_factory.mktemp("recipe") / "small.yaml"
    path.write_text(yaml.safe_dump(recipe))
    return DemoJob((FAMILY,), str(path), 20)


@pytest.fixture(scope="module")
def unbroken(small: DemoJob, tmp_path_factory: pytest.TempPathFactory) -> Path:
    run = tmp_path_factory.mktemp("unbroken") / "run"
    run_demo(run, silent, small)
    return run


def numbers(run: Path) -> dict[str, object]:
    summary = json.loads((run / "summary.json").read_text())
    return {key: summary[key] for key in ("scores", "deltas", "samples_hash")}


def test_a_finished_demo_has_every_pair_page_and_verdict(unbroken: Path) -> None:
    summary = json.loads((unbroken / "summary.json").read_text())
    assert {(d["reward"], d["task"]) for d in summary["deltas"]} == {
        (reward, task)
        for reward in ("ground_truth", "random", "format")
        for task in ("micro_arithmetic_clean", "micro_bench", "micro_bench_partial")
    }
    assert all(d["comparable"] for d in summary["deltas"])
    assert "<html" in (unbroken / "board" / "index.html").read_text()
    gate = json.loads((unbroken / "verdict.json").read_text())
    assert gate["exit_code"] == 1 and {v["verdict"] for v in gate["verdicts"]} >= {
        "missing"
    }  # three families were left out


def test_training_moved_the_weights_and_logged_a_reward_for_each_rollout(unbroken: Path) -> None:
    checkpoints = sorted((unbroken / "checkpoints").iterdir())
    assert len(checkpoints) == 3
    assert len({(c / "model.safetensors").read_bytes() for c in checkpoints}) == 3
    for checkpoint in checkpoints:
        rows = [json.loads(line) for line in (checkpoint / "train_log.jsonl").read_text().splitlines()]
        rewards = [row["reward"] for row in rows if "reward" in row]
        assert len(rewards) == 2 and all(0 <= r <= 1 for r in rewards)
        assert sum("grad_norm" in row for row in rows) == 16  # 2 steps of 8 updates


def orphans(session: int) -> list[str]:
    """Processes of the session that are still there after some seconds."""
    left: list[str] = []
    for _ in range(100):
        stats = [
            path.read_text().rsplit(")", 1)[1].split()
            for path in Path("/proc").glob("[0-9]*/stat")
            if path.exists()
        ]
        left = [" ".join(stat[:4]) for stat in stats if stat[3] == str(session) and stat[0] != "Z"]
        if not left:
            break
        time.sleep(0.1)
    return left


def test_killed_in_the_middle_and_started_again_it_ends_with_the_same_numbers(
    small: DemoJob, unbroken: Path, tmp_path: Path
) -> None:
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    run = tmp_path / "run"
    command = [sys.executable, str(script), str(run), small.recipe, FAMILY]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
    assert process.stdout is not None
    for line in process.stdout:
        if "finished" in line and "random" in line:  # the second of three checkpoints
            break
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert orphans(process.pid) == []
    assert len(list((run / "checkpoints").glob("*/pair.json"))) < 3
    assert not (run / "summary.json").exists()
    kept = {path: path.stat().st_mtime_ns for path in (run / "checkpoints").glob("*/pair.json")}
    run_demo(run, silent, small)
    assert {path: path.stat().st_mtime_ns for path in kept} == kept  # what was finished is not done again
    assert numbers(run) == numbers(unbroken)
    assert list((run / "checkpoints").glob(".*")) == []


def test_a_second_run_starts_no_worker(
    small: DemoJob, unbroken: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("suite.micro.demo._work", lambda *_: pytest.fail("worked"))
    before = numbers(unbroken)
    started = time.monotonic()
    run_demo(unbroken, silent, small)
    assert numbers(unbroken) == before
    assert time.monotonic() - started < 60


def test_the_run_file_on_a_pair_s_page_plans_exactly_the_cells_of_its_delta(unbroken: Path) -> None:
    registry = load_registry()
    store = RunStore(unbroken)
    source = board_source([unbroken], registry)
    views = PairViews(source.summary, {cell.manifest.cell.id: cell for cell in packed_cells(source.cells)})
    for row in source.summary.deltas:
        selection = Selection.model_validate(yaml.safe_load(views.view(row).again.run_file))
        planned = {cell.cell.id for cell in planned_cells(selection, registry, store).cells}
        assert planned == {row.base_cell, *(row.checkpoint_cells or ())} and len(planned) == 2


def test_the_board_of_a_demo_has_the_answers_of_every_pair(unbroken: Path) -> None:
    board = unbroken / "board"
    pages = sorted((board / "pairs").iterdir())
    assert len(pages) == 9 and all('id="answers-data"' in page.read_text() for page in pages)
    assert len(list((board / "answers").glob("items-*.js"))) == 3
