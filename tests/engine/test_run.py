"""A run finishes what it can: a failure ends only its own cell, a model that fails to load its cells."""

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch
import yaml
from planning import GREEDY, SAMPLED, base, planned, texts

from suite.commands.main import main
from suite.engine.hf import HFEngine
from suite.engine.run import run_cells
from suite.files.shipped import builtin_model
from suite.plan.unfinished import is_finished
from suite.progress import Report, silent
from suite.store.run_folder import RunStore

pytestmark = pytest.mark.slow


def _copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(builtin_model("micro-llama3"), tmp_path / "broken"))


def _corrupt(folder: Path) -> None:
    path = next(folder.glob("*.safetensors"))
    path.write_bytes(path.read_bytes()[:1000])


def _large_tokenizer(folder: Path) -> None:
    path = folder / "tokenizer.json"
    data = json.loads(path.read_text())
    data["model"]["vocab"] |= {f"token{i}": len(data["model"]["vocab"]) + i for i in range(100_000)}
    path.write_text(json.dumps(data))


def _no_tokenizer(folder: Path) -> None:
    for path in folder.glob("tokenizer*"):
        path.unlink()


def _other_shape(folder: Path) -> None:
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"hidden_size": 8}))


@pytest.mark.parametrize("spoil", [_corrupt, _large_tokenizer, _no_tokenizer, _other_shape])
def test_a_model_that_does_not_load_fails_its_cells_and_the_others_go_on(
    spoil: object, tmp_path: Path
) -> None:
    folder = _copy(tmp_path)
    spoil(folder)  # type: ignore[operator]
    bad, good = replace(base(), id="bad", folder=folder, weights_hash="bad"), base()
    store, cells = RunStore(tmp_path / "run"), planned(bad, good)
    failures = run_cells(store, cells, silent)
    assert [error.where.split(":")[0] for error in failures] == [p.cell.name for p in cells if p.model is bad]
    assert all("\n" not in str(error) and str(folder) in str(error) for error in failures)
    assert [is_finished(store, p) for p in cells] == [False, False, True, True]


def test_a_prompt_that_does_not_fit_fails_its_cell_alone(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    cells = [*planned(base(), tasks=(SAMPLED,), max_new_tokens=8190), *planned(base(), tasks=(GREEDY,))]
    (error,) = run_cells(store, cells, silent)
    assert error.where == cells[0].cell.name
    assert "+ 8190 tokens; the model's context is 8192" in error.what
    assert [is_finished(store, p) for p in cells] == [False, True]


def test_memory_that_runs_out_halves_the_batch_and_is_recorded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, halved = RunStore(tmp_path / "whole"), RunStore(tmp_path / "halved")
    cells = planned(base())
    run_cells(whole, cells, silent)
    generate = HFEngine._generate

    def out_of_memory(self: HFEngine, requests: list[object], *rest: object) -> object:
        if len(requests) > 5:
            raise torch.OutOfMemoryError("no more")
        return generate(self, requests, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(HFEngine, "_generate", out_of_memory)
    assert run_cells(halved, cells, silent) == []
    assert texts(halved, cells) == texts(whole, cells)
    manifest = halved.cell(cells[0].cell).manifest
    assert manifest is not None and manifest.engine_settings == {"batch_size": 128, "max_rows": 3}


FULL_DISK = """
import resource, sys
from suite.commands.main import main
resource.setrlimit(resource.RLIMIT_FSIZE, (1800, 1800))
sys.exit(main(sys.argv[1:]))
"""


def test_a_full_disk_leaves_whole_files_only_and_a_later_run_goes_on(tmp_path: Path) -> None:
    argv = ["eval", "--families", "micro-llama3", "--tasks", f"{SAMPLED},{GREEDY}", "--limit", "12"]
    argv += ["--out", str(tmp_path)]
    done = subprocess.run([sys.executable, "-c", FULL_DISK, *argv], capture_output=True, text=True)
    assert done.returncode == 1, done.stderr
    assert "could not be finished (OSError: [Errno 27] File too large" in done.stderr
    assert "1 of 2 cells finished" in done.stdout
    assert not list(tmp_path.rglob(".*.jsonl.*")) and not list(tmp_path.rglob(".cell*"))
    assert main(argv) == 0


def test_the_command_names_the_model_that_is_missing_and_exits_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    overlay = tmp_path / "mine.yaml"
    mine = {
        "family": "micro-llama3",
        "base": "micro-llama3",
        "path": "nowhere",
        "architecture": "llama",
        "protocol": "micro_qa",
    }
    pair = {
        "family": "micro-llama3",
        "base": "micro-llama3",
        "checkpoint": "mine",
        "reward": "mine",
        "recipe": "r",
        "seed": 0,
    }
    overlay.write_text(
        yaml.safe_dump({"models": {"mine": mine | {"dtype": "float32"}}, "pairs": [pair | {"step": 1}]})
    )
    argv = ["eval", "--families", "micro-llama3", "--tasks", GREEDY, "--limit", "2"]
    assert main([*argv, "--registry", str(overlay), "--out", str(tmp_path / "run")]) == 1
    out, err = capsys.readouterr()
    assert "no model here (config.json is missing)" in err and "nowhere" in err
    assert out.startswith("1 of 1 cells finished")


def test_a_finished_cell_does_not_load_the_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = RunStore(tmp_path)
    run_cells(store, planned(base(), k=1, limit=4), silent)
    monkeypatch.setattr(HFEngine, "__init__", lambda *_: pytest.fail("loaded"))
    run_cells(store, planned(base(), k=1, limit=4), silent)


def test_a_cell_whose_folder_cannot_be_used_fails_alone(tmp_path: Path) -> None:
    store, cells = RunStore(tmp_path), planned(base(), k=1, limit=4)
    store.cell(cells[0].cell).path.parent.mkdir(parents=True)
    store.cell(cells[0].cell).path.write_text("in the way")
    (error,) = run_cells(store, cells, silent)
    assert error.where == cells[0].cell.name
    assert is_finished(store, cells[1])


def test_progress_names_the_model_and_counts_its_samples(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    cells = planned(base(), base("micro-olmo2"), tasks=(GREEDY,), limit=3)
    reports: list[Report] = []
    run_cells(store, cells, reports.append)
    assert reports == [
        Report("micro-llama3", "loading, model 1 of 2", 0, None, "samples"),
        Report("micro-llama3", "drawing, model 1 of 2", 0, 3, "samples"),
        Report("micro-llama3", "drawing, model 1 of 2", 3, 3, "samples"),
        Report("micro-olmo2", "loading, model 2 of 2", 0, None, "samples"),
        Report("micro-olmo2", "drawing, model 2 of 2", 0, 3, "samples"),
        Report("micro-olmo2", "drawing, model 2 of 2", 3, 3, "samples"),
    ]
