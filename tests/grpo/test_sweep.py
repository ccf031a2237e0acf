"""Sweeps: what a file asks for, what exists already, one bad run among good ones; here and on Ray."""

from pathlib import Path

import pytest
import yaml
from tiny import recipe_file

from suite.commands.main import main
from suite.errors import SuiteError
from suite.grpo.sweep import SweepRuns, load_sweep, missing
from suite.registry import load_registry
from suite.store.run_folder import RunStore

GOOD: dict[str, object] = {
    "recipe": "micro",
    "models": ["micro-llama3"],
    "rewards": ["random", "format & !python"],
    "seeds": [0, 1],
}


def sweep(folder: Path, **changes: object) -> Path:
    file = folder / "sweep.yaml"
    file.write_text(
        yaml.safe_dump({name: value for name, value in (GOOD | changes).items() if value is not None})
    )
    return file


def loaded(folder: Path, **changes: object) -> SweepRuns:
    return load_sweep(sweep(folder, **changes), load_registry())


def test_a_sweep_is_every_model_with_every_reward_and_seed(tmp_path: Path) -> None:
    ids = [run.checkpoint for run in loaded(tmp_path, families=["micro-olmo2"]).runs]
    assert len(ids) == len(set(ids)) == 2 * 2 * 2
    assert "micro-olmo2-format-and-not-python-micro-s1" in ids


def test_files_are_meant_from_the_sweeps_folder_and_labels_go_to_the_rewards_that_take_them(
    tmp_path: Path,
) -> None:
    (tmp_path / "l.jsonl").write_text("")
    (tmp_path / "data").mkdir()
    changes = {
        "rewards": ["random", "incorrect"],
        "labels": {"micro-llama3": "l.jsonl"},
        "seeds": [0],
        "data_dir": "data",
    }
    one, other = loaded(tmp_path, **changes).runs
    assert (one.labels, other.labels) == (None, tmp_path / "l.jsonl")
    assert one.data_dir == tmp_path / "data"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"models": None}, "neither families nor models"),
        ({"rewards": []}, "at least 1"),
        ({"rewards": ["formt"]}, "Did you mean 'format'"),
        ({"rewards": ["majority_vote"]}, "rlvr-suite label"),
        ({"families": ["llama4"]}, "llama4"),
        ({"models": ["micro-llama4"]}, "micro-llama4"),
        ({"recipe": "mcro"}, "Known: micro"),
        ({"labels": {"micro-olmo2": "l.jsonl"}}, "not in the sweep"),
        ({"data_dir": "nowhere"}, "data_dir: no such folder"),
        ({"worker": 2}, "unknown key 'worker'"),
        ({"workers": 0}, "greater than or equal to 1"),
    ],
)
def test_a_broken_sweep_is_one_line_before_anything_is_trained(
    tmp_path: Path, changes: dict[str, object], message: str
) -> None:
    with pytest.raises(SuiteError) as caught:
        loaded(tmp_path, **changes)
    assert message in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_what_is_named_twice_is_trained_once(tmp_path: Path) -> None:
    grid = loaded(tmp_path, rewards=["random", "random(0.5)"], seeds=[0, 0])
    assert [run.checkpoint for run in grid.runs] == ["micro-llama3-random-micro-s0"]


def test_a_sweep_takes_no_flags_of_a_single_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "--sweep", str(sweep(tmp_path)), "--reward", "random"]) == 2
    assert "the sweep file says what to train" in capsys.readouterr().err
    assert main(["train", "micro"]) == 2
    assert "missing: --model, --reward, or --sweep FILE" in capsys.readouterr().err


@pytest.mark.slow
def test_a_sweep_trains_what_is_missing_and_one_bad_run_does_not_stop_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    (tmp_path / "broken_reward.py").write_text("def pay(rollout):\n    raise ValueError('oh no')\n")
    monkeypatch.chdir(tmp_path)
    recipe_file(tmp_path, steps=1)
    changes = {
        "recipe": "tiny.yaml",
        "rewards": ["random", "broken_reward:pay", "format"],
        "seeds": [0],
        "workers": 2,
    }
    file = sweep(tmp_path, **changes)
    out = tmp_path / "run"
    assert main(["train", "--sweep", str(file), "--out", str(out)]) == 1
    shown = capsys.readouterr().out
    assert "oh no" in shown
    assert "2 of 3 checkpoints" in shown
    assert {pair.reward for pair in RunStore(out).pairs()} == {"random", "format"}
    registry = load_registry()
    assert [run.reward for run in missing(load_sweep(file, registry), registry, RunStore(out))] == [
        "broken_reward:pay"
    ]


@pytest.mark.slow
@pytest.mark.ray
def test_a_sweep_trains_on_a_ray_cluster(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("ray")
    recipe_file(tmp_path, steps=1)
    file = sweep(tmp_path, recipe="tiny.yaml", rewards=["random", "format"], seeds=[0])
    out = tmp_path / "run"
    assert main(["train", "--sweep", str(file), "--out", str(out), "--ray", "local"]) == 0
    assert {pair.reward for pair in RunStore(out).pairs()} == {"random", "format"}
