"""``rlvr-suite init``: its files fit the suite's own readers, work as they are, and are written all or none.

Run: python -m pytest tests/commands/test_init.py
"""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from composite_action import SHELL, environment, run_action

from suite.commands.init import PLACEHOLDER, TARGETS, TEMPLATES, init, next_commands
from suite.commands.main import main
from suite.errors import SuiteError
from suite.files.shipped import gate_action
from suite.files.yaml import load_yaml
from suite.gate import PolicyFile, load_policy
from suite.plan.selection import Selection, selected_pairs
from suite.registry import RegistryFile, load_registry
from suite.schema import Strict

ODD_NAMES = ["a.b-c", "1", "0x1f", "1e3", "null", "on", "2026-01-02", "x", "my_method.2", "micro-llama3"]
"""Allowed names, most of which YAML would read as something else than text."""
TYPES: dict[str, type[Strict]] = {"registry": RegistryFile, "run": Selection, "policy": PolicyFile}
ACTION = "./.github/actions/gate"
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


def job(home: Path, name: str = "gate") -> dict[str, Any]:
    jobs = workflow(home)["jobs"]
    assert isinstance(jobs, dict) and set(jobs) == {"gate", "deploy"}
    return dict(jobs[name])


def steps(home: Path) -> list[dict[str, Any]]:
    return list(job(home)["steps"])


def using(home: Path, action: str) -> dict[str, Any]:
    """The one step that uses this action."""
    (step,) = [
        step
        for step in [*steps(home), *job(home, "deploy")["steps"]]
        if step.get("uses", "").split("@")[0] == action
    ]
    return dict(step)


def commands(home: Path) -> list[str]:
    """What the workflow's steps run, but for the installation; of its action what the inputs come to."""
    own = [step["run"] for step in steps(home) if "run" in step and not step["run"].startswith("pip install")]
    given = using(home, ACTION)["with"]
    board = "rlvr-suite leaderboard {run} --out {board} --policy {policy}"
    gate = "rlvr-suite gate {run} --policy {policy} --verify {verify} --registry {registry}"
    return [*own, board.format(**given), gate.format(**given)]


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
    assert {claim.scope.reward for claim in load_policy(home / "policy.yaml").claims} == {
        (name,),
        ("random",),
    }
    assert workflow(home)["name"] == f"rlvr {name}"
    assert PLACEHOLDER in name or not any(
        PLACEHOLDER.encode() in (content or b"") for content in contents(home).values()
    )


def test_each_checkpoint_has_a_control_of_the_same_base_recipe_and_step(home: Path) -> None:
    registry = load_registry([home / "registry.yaml"])
    own = [p for p in registry.pairs if p.reward == "my_method"]
    controls = {(p.base, p.recipe, p.step) for p in registry.pairs if registry.is_spurious(p.reward)}
    assert {p.family for p in own} == FAMILIES
    assert {(p.base, p.recipe, p.step) for p in own} <= controls


def test_the_checkpoints_are_what_stand_ins_trains(home: Path) -> None:
    lines = [
        line.split()
        for line in (home / "stand_ins.sh").read_text().splitlines()
        if line.startswith("--model")
    ]
    made = {
        home / out / "checkpoints" / f"{model}-{reward}-micro-s0" for _, model, _, reward, _, out in lines
    }
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


def test_readme_workflow_and_terminal_give_the_same_commands(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    readme = [
        line.strip() for line in (home / "README.md").read_text().splitlines() if line.startswith("    ")
    ]
    assert readme == commands(home)
    assert next_commands(Path("new folder"))[-len(readme) - 1 :] == ["cd 'new folder'", *readme]


def test_the_workflow_keeps_and_publishes_the_board_when_the_gate_refuses(home: Path) -> None:
    gate, artifact, pages = (
        using(home, name) for name in (ACTION, "actions/upload-artifact", "actions/upload-pages-artifact")
    )
    assert "if" not in gate and steps(home).index(gate) < steps(home).index(artifact)
    assert artifact["with"]["path"].split() == [gate["with"]["board"], gate["with"]["reports"]]
    assert artifact["if"] == "${{ !cancelled() }}"
    assert pages["if"] == "${{ !cancelled() && steps.gate.outputs.board != '' }}"
    assert job(home, "deploy")["if"].startswith("${{ !cancelled() && needs.gate.outputs.board != ''")


def test_only_the_deployment_of_the_default_branch_may_write_and_only_pages(home: Path) -> None:
    assert workflow(home)["permissions"] == {}
    assert job(home)["permissions"] == {"contents": "read"}
    assert using(home, "actions/checkout")["with"] == {"persist-credentials": False}
    deploy = job(home, "deploy")
    assert deploy["permissions"] == {"pages": "write", "id-token": "write"}
    assert (
        "github.ref_name == github.event.repository.default_branch && github.ref_type == 'branch'"
        in deploy["if"]
    )
    assert not any("run" in step for step in deploy["steps"])


def test_the_action_is_the_one_of_the_suite(home: Path) -> None:
    assert (home / ".github" / "actions" / "gate" / "action.yml").read_bytes() == gate_action().read_bytes()
    others = [
        step["uses"] for name in ("gate", "deploy") for step in job(home, name)["steps"] if "uses" in step
    ]
    assert [name for name in others if not name.startswith("actions/")] == [ACTION]


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
def test_the_workflow_as_written_trains_evaluates_and_passes(home: Path, tmp_path: Path) -> None:
    pytest.importorskip("trl")
    env = environment(**{name: str(value) for name, value in job(home)["env"].items()})
    for step in steps(home):
        if step.get("run", "pip install").startswith("pip install"):
            continue
        done = subprocess.run(
            [*SHELL, step["run"]], cwd=home, env=env, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{step['run']}\n{done.stdout}\n{done.stderr}"
    ran = run_action(home / ACTION / "action.yml", using(home, ACTION)["with"], home, tmp_path, env)
    board = home / "runs" / "main" / "board"
    assert (ran.code, ran.outputs) == (0, {"exit-code": "0", "verdict": "passed", "board": str(board)}), (
        ran.log
    )
    assert all("<html" in (board / page).read_text() for page in ("index.html", "gate.html"))
    deltas = json.loads((home / "runs" / "main" / "summary.json").read_text())["deltas"]
    assert {(d["family"], d["reward"]) for d in deltas} == {
        (f, r) for f in FAMILIES for r in ("my_method", "random")
    }
    assert all(d["comparable"] and d["delta"] is not None for d in deltas)
    assert all(d["control"] == [f"{d['base']}-random"] for d in deltas if d["reward"] == "my_method")
    assert json.loads((home / "runs" / "main" / "reports" / "verdict.json").read_text())["exit_code"] == 0
