"""``rlvr-suite init``: its files fit the suite's own readers, work as they are, and are written all or none.

Run: python -m pytest tests/test_scaffold.py
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from suite.cli import main
from suite.errors import SuiteError
from suite.gate import PolicyFile, load_policy
from suite.registry import RegistryFile, load_registry
from suite.scaffold import PLACEHOLDER, TARGETS, TEMPLATES, init, next_commands
from suite.schema import Strict
from suite.selection import Selection, selected_pairs
from suite.strict_yaml import load_yaml

ODD_NAMES = ["a.b-c", "1", "0x1f", "1e3", "null", "on", "2026-01-02", "x", "my_method.2", "micro-llama3"]
"""Allowed names, most of which YAML would read as something else than text."""
TYPES: dict[str, type[Strict]] = {"registry": RegistryFile, "run": Selection, "policy": PolicyFile}
FAMILIES = {"micro-qwen2.5-math", "micro-llama3"}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    init(tmp_path / "my_method")
    return tmp_path / "my_method"


def contents(folder: Path) -> dict[str, bytes | None]:
    return {str(p.relative_to(folder)): p.read_bytes() if p.is_file() else None for p in folder.rglob("*")}


def workflow(home: Path) -> dict[str, object]:
    content = yaml.safe_load((home / ".github" / "workflows" / "rlvr.yml").read_text())
    assert isinstance(content, dict)
    return content


def job(home: Path) -> dict[str, Any]:
    jobs = workflow(home)["jobs"]
    assert isinstance(jobs, dict)
    ((_, only),) = jobs.items()
    return dict(only)


def steps(home: Path) -> list[dict[str, Any]]:
    return list(job(home)["steps"])


def commands(home: Path) -> list[str]:
    """What the workflow's steps run, but for the installation."""
    return [step["run"] for step in steps(home) if "run" in step and not step["run"].startswith("pip install")]


def uncommented(text: str) -> str:
    """The example that a comment holds: from its first key on."""
    block = text[text.index("# families:") :]
    return "".join(line.removeprefix("#").removeprefix(" ") + "\n" for line in block.splitlines())


def test_the_templates_are_valid_as_they_stand() -> None:
    for name, type_ in TYPES.items():
        load_yaml(TEMPLATES / f"{name}.yaml", type_)
    load_registry([TEMPLATES / "registry.yaml"])
    assert yaml.safe_load((TEMPLATES / "github_workflow.yml").read_text())["jobs"]
    assert subprocess.run(["bash", "-n", TEMPLATES / "stand_ins.sh"], check=False).returncode == 0


def test_every_template_is_written_once_and_none_is_left_over(home: Path) -> None:
    assert {path for path in TARGETS.values() if path.parent == TEMPLATES} == set(TEMPLATES.iterdir())
    assert {name for name, content in contents(home).items() if content is not None} == set(TARGETS)


@pytest.mark.parametrize("name", ODD_NAMES)
def test_every_allowed_name_gives_valid_files(name: str, tmp_path: Path) -> None:
    home = tmp_path / name
    init(home)
    pairs = load_registry([home / "registry.yaml"]).pairs
    chosen = selected_pairs(load_yaml(home / "run.yaml", Selection), pairs)
    assert {(p.family, p.reward) for p in chosen} == {(f, r) for f in FAMILIES for r in (name, "random")}
    assert {claim.reward for claim in load_policy(home / "policy.yaml").claims} == {name, "random"}
    assert workflow(home)["name"] == f"rlvr {name}"
    assert PLACEHOLDER in name or not any(PLACEHOLDER.encode() in (content or b"") for content in contents(home).values())


def test_each_checkpoint_has_a_control_of_the_same_base_recipe_and_step(home: Path) -> None:
    registry = load_registry([home / "registry.yaml"])
    own = [p for p in registry.pairs if p.reward == "my_method"]
    controls = {(p.base, p.recipe, p.step) for p in registry.pairs if registry.is_spurious(p.reward)}
    assert {p.family for p in own} == FAMILIES
    assert {(p.base, p.recipe, p.step) for p in own} <= controls


def test_the_checkpoints_are_what_stand_ins_trains(home: Path) -> None:
    lines = [line.split() for line in (home / "stand_ins.sh").read_text().splitlines() if line.startswith("--model")]
    made = {home / out / "checkpoints" / f"{model}-{reward}-micro-s0" for _, model, _, reward, _, out in lines}
    models = load_registry([home / "registry.yaml"]).models.values()
    assert {Path(m.path) for m in models if m.path} == made


def test_the_example_of_an_own_family_is_valid_beside_the_registry(home: Path) -> None:
    extra = home / "family.yaml"
    extra.write_text(uncommented((home / "registry.yaml").read_text()))
    registry = load_registry([home / "registry.yaml", extra])
    assert registry.bases("my_family") == ("my_family-1b",)
    assert registry.pairs[-1].reward == "my_method"


def test_every_yaml_names_its_schema_and_the_schema_is_there(home: Path) -> None:
    for name in TYPES:
        first = (home / f"{name}.yaml").read_text().splitlines()[0]
        schema = first.removeprefix("# yaml-language-server: $schema=")
        assert json.loads((home / schema).read_text())["properties"].keys() == TYPES[name].model_fields.keys()


def test_readme_workflow_and_terminal_give_the_same_commands(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    readme = [line.strip() for line in (home / "README.md").read_text().splitlines() if line.startswith("    ")]
    assert readme == commands(home)
    assert next_commands(Path("new folder"))[-len(readme) - 1 :] == ["cd 'new folder'", *readme]


def test_the_workflow_keeps_the_board_when_the_gate_refuses_and_may_only_read(home: Path) -> None:
    content, (*_, gate, upload) = workflow(home), steps(home)
    assert content["permissions"] == {"contents": "read"}
    assert "rlvr-suite gate" in gate["run"] and "if" not in gate
    assert upload["uses"].startswith("actions/upload-artifact@v") and "!cancelled()" in upload["if"]
    assert all("@v" in step["uses"] for step in steps(home) if "uses" in step)
    assert "GITHUB_STEP_SUMMARY" not in (home / ".github" / "workflows" / "rlvr.yml").read_text()


@pytest.mark.parametrize("name", ["My_Method", "-x", "_x", "a b", "ä", "a\nb", "ground_truth", "random"])
def test_a_name_that_cannot_be_a_reward_of_ones_own_is_refused(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["init", str(tmp_path / name)]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1) and "name" in err
    assert contents(tmp_path) == {}


@pytest.mark.parametrize("there", ["run.yaml", ".github/workflows/rlvr.yml", "schemas/policy.json"])
def test_files_that_are_there_are_named_and_nothing_changes(
    there: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine" / there).parent.mkdir(parents=True)
    (tmp_path / "mine" / there).write_text("precious")
    before = contents(tmp_path)
    assert main(["init", str(tmp_path / "mine")]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1) and f"already there: {there};" in err
    assert contents(tmp_path) == before


def test_other_files_of_the_folder_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "mine"
    home.mkdir()
    (home / "train.py").write_text("precious")
    monkeypatch.chdir(home)
    assert main(["init", "."]) == 0
    assert (home / "train.py").read_text() == "precious"
    assert {*TARGETS, "train.py"} <= contents(home).keys()
    assert 'rewards:\n  "mine":' in (home / "registry.yaml").read_text()


@pytest.mark.parametrize("exists", [True, False], ids=["into a folder", "new folder"])
def test_a_failure_in_the_middle_leaves_no_file_and_the_next_init_works(
    exists: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "deep" / "mine"
    home.mkdir(parents=True) if exists else None
    opened, real = [0], Path.open

    def full_disk(path: Path, mode: str = "r", *args: object, **kwargs: object) -> object:
        opened[0] += mode == "x"
        if opened[0] == 4:
            raise OSError(28, "No space left on device", str(path))
        return real(path, mode, *args, **kwargs)  # type: ignore[call-overload]

    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", full_disk)
        with pytest.raises(SuiteError, match="No space left on device"):
            init(home)
    assert contents(tmp_path / "deep") == ({"mine": None} if exists else {})
    assert len(init(home)) == len(TARGETS)


def test_a_file_in_place_of_a_folder_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine").write_text("precious")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "schemas").write_text("precious")
    before = contents(tmp_path)
    for folder in ("mine", "mine/inner", "other"):
        assert main(["init", str(tmp_path / folder)]) == 2
        assert capsys.readouterr().err.count("\n") == 1
    assert contents(tmp_path) == before


@pytest.mark.slow
def test_the_workflow_as_written_trains_evaluates_and_passes(home: Path) -> None:
    pytest.importorskip("trl")
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    settings = {name: str(value) for name, value in job(home)["env"].items()}
    environment = {**os.environ, **settings, "PATH": path, "CI": "true", "HF_HUB_OFFLINE": "1"}
    for command in commands(home):
        shell = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", command]  # as `shell: bash` does on GitHub
        done = subprocess.run(shell, cwd=home, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    board = str(steps(home)[-1]["with"]["path"]).split()[0]
    assert "<html" in (home / board / "index.html").read_text()
    deltas = json.loads((home / "runs" / "main" / "summary.json").read_text())["deltas"]
    assert {(d["family"], d["reward"]) for d in deltas} == {(f, r) for f in FAMILIES for r in ("my_method", "random")}
    assert all(d["comparable"] and d["delta"] is not None for d in deltas)
    assert all(d["control"] == [f"{d['base']}-random"] for d in deltas if d["reward"] == "my_method")
    assert json.loads((home / "runs" / "main" / "gate.json").read_text())["exit_code"] == 0
