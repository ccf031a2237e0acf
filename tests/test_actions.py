"""The composite action and the workflows: the action's steps really run, and the linters find nothing in any
of them.

Run: python -m pytest tests/test_actions.py
"""

import json
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from composite_action import Ran, environment, run_action

from suite.benchmarks.item_sets import load_items
from suite.benchmarks.tasks import task
from suite.commands.init import init
from suite.commands.main import main
from suite.files.shipped import gate_action

ROOT = Path(__file__).resolve().parents[1]
ACTION, WORKFLOWS = (
    ROOT / ".github" / "actions" / "gate" / "action.yml",
    sorted((ROOT / ".github" / "workflows").iterdir()),
)
BIN = Path(sys.executable).parent
TASK = "micro_bench"
STATED = [
    "--protocol",
    "micro_qa",
    "--decoding",
    "temperature=0.6,top_p=1,max_new_tokens=96",
    "--engine",
    "vllm-0.8,bfloat16,cuda",
]
CLAIMS = {
    "passing": "{family: micro-llama3, reward: random, task: micro_bench, expect: gain, at_least: 10}",
    "refuted": "{family: micro-llama3, reward: random, task: micro_bench, expect: no_gain, margin: 5}",
    "undecided": "{family: micro-llama3, reward: random, task: micro_bench, expect: gain, at_least: 30}",
    "bad": "{family: micro-llama3, reward: random, task: micro_bench, expect: miracles}",
}
"""Policies by what the gate makes of them: the run's delta is 30 points, its interval from 22 to 38."""
REPORTS = {"verdict.json", "junit.xml", "badge.svg", "badge.json"}
Gate = Callable[..., Ran]


def add_arm(run: Path, right: int, *arm: str) -> None:
    """An arm whose first answers are right."""
    rows = [
        {
            "task": TASK,
            "item_id": item.id,
            "sample": 0,
            "text": f"Answer: {item.answer if i < right else 'none'}",
        }
        for i, item in enumerate(load_items(task(TASK)))
    ]
    path = run.parent / "answers.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert main(["import", "jsonl", str(path), *arm, *STATED, "--out", str(run)]) == 0


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with a finished run in a folder of it."""
    folder = tmp_path_factory.mktemp("workspace") / "my method"
    folder.mkdir()
    add_arm(folder / "run", 40, "--model", "micro-llama3")
    add_arm(folder / "run", 70, "--base", "micro-llama3", "--reward", "random")
    assert main(["summarize", str(folder / "run")]) == 0
    for name, claim in CLAIMS.items():
        (folder / f"{name}.yaml").write_text(f"claims:\n  - {claim}\n")
    for name in ("one", "two"):
        (folder / f"{name}.yaml").write_text(f"rewards:\n  {name}: {{description: a reward}}\n")
    return folder.parent


@pytest.fixture
def gate(workspace: Path, tmp_path: Path) -> Gate:
    """Run the action in the method's folder; board and reports go into a folder of the test."""

    def run(policy: str, **inputs: str) -> Ran:
        places = {
            "board": str(tmp_path / "a board"),
            "reports": str(tmp_path / "reports"),
            "working-directory": "my method",
        }
        given = {"run": "run", "policy": f"{policy}.yaml", "verify": "run", **places, **inputs}
        return run_action(ACTION, given, workspace, tmp_path, environment())

    return run


@pytest.mark.slow
@pytest.mark.parametrize(
    ("policy", "code", "verdict"),
    [("passing", 0, "passed"), ("refuted", 1, "failed"), ("undecided", 3, "undecided")],
)
def test_board_and_reports_are_written_whatever_the_verdict_and_the_action_exits_as_the_gate(
    policy: str, code: int, verdict: str, gate: Gate, tmp_path: Path
) -> None:
    ran = gate(policy)
    assert ran.code == code, ran.log
    assert ran.outputs == {"exit-code": str(code), "verdict": verdict, "board": str(tmp_path / "a board")}
    assert {path.name for path in (tmp_path / "reports").iterdir()} == REPORTS
    assert json.loads((tmp_path / "reports" / "verdict.json").read_text())["exit_code"] == code
    assert {"index.html", "gate.html", "verdict.json", "summary.json"} <= {
        path.name for path in (tmp_path / "a board").iterdir()
    }
    assert ran.page.strip() and ("::" in ran.log) == (code != 0)


@pytest.mark.slow
def test_junit_and_badge_say_what_the_verdict_says(gate: Gate, tmp_path: Path) -> None:
    gate("refuted")
    suites = ET.parse(tmp_path / "reports" / "junit.xml").getroot()
    assert suites.find(".//failure") is not None
    assert ET.parse(tmp_path / "reports" / "badge.svg").getroot().tag.endswith("svg")
    assert json.loads((tmp_path / "reports" / "badge.json").read_text())["schemaVersion"] == 1


@pytest.mark.slow
def test_a_bad_policy_stops_the_action_before_the_board_and_has_no_verdict(
    gate: Gate, tmp_path: Path
) -> None:
    ran = gate("bad")
    assert (ran.code, ran.outputs) == (2, {"exit-code": "2", "verdict": "", "board": ""})
    assert "bad.yaml" in ran.log and "miracles" in ran.log
    assert not (tmp_path / "a board").exists()


@pytest.mark.slow
@pytest.mark.parametrize(("inconclusive", "code", "verdict"), [("pass", 0, "passed"), ("fail", 1, "failed")])
def test_an_undecided_gate_counts_as_the_input_says(
    inconclusive: str, code: int, verdict: str, gate: Gate
) -> None:
    ran = gate("undecided", inconclusive=inconclusive, board="")
    assert (ran.code, ran.outputs) == (code, {"exit-code": str(code), "verdict": verdict, "board": ""})


@pytest.mark.slow
def test_overlays_are_taken_one_by_one_from_spaces_and_lines(gate: Gate) -> None:
    assert gate("passing", registry="one.yaml\n  two.yaml\n", board="").code == 0
    ran = gate("passing", registry="one.yaml nowhere.yaml", board="")
    assert ran.code == 2 and "nowhere.yaml" in ran.log


@pytest.mark.slow
def test_a_summary_that_its_samples_do_not_give_is_not_judged_and_gets_no_board(
    gate: Gate, workspace: Path, tmp_path: Path
) -> None:
    better = json.loads((workspace / "my method" / "run" / "summary.json").read_text())
    better["deltas"][0]["delta"] += 5
    (tmp_path / "better").mkdir()
    (tmp_path / "better" / "summary.json").write_text(json.dumps(better))
    ran = gate("passing", run=str(tmp_path / "better"))
    assert ran.code == 1 and "delta" in ran.log
    assert ran.outputs == {"exit-code": "1", "verdict": "", "board": ""}
    assert not (tmp_path / "a board").exists()


@pytest.mark.slow
def test_no_input_becomes_a_command_or_an_option(gate: Gate, tmp_path: Path) -> None:
    hostile = f"$(touch {tmp_path / 'owned'})`touch {tmp_path / 'owned'}`; touch {tmp_path / 'owned'}"
    for name in ("run", "verify", "registry", "inconclusive"):
        assert gate("passing", **{name: hostile}, board="").code == 2, name
    assert gate("passing", run="--help", board="").code == 2
    assert not (tmp_path / "owned").exists()


def test_a_missing_requirement_stops_the_action_before_the_gate(gate: Gate, tmp_path: Path) -> None:
    ran = gate("passing", install="--no-index\n  no-such-package[train]==0")
    assert ran.code == 1 and "no-such-package" in ran.log
    assert set(ran.outputs.values()) == {""} and not (tmp_path / "reports").exists()


def run_bodies(content: Any) -> list[str]:
    """The shell of all steps below ``content``."""
    if isinstance(content, dict):
        own = [content["run"]] if isinstance(content.get("run"), str) else []
        return own + [body for value in content.values() for body in run_bodies(value)]
    return [body for value in content for body in run_bodies(value)] if isinstance(content, list) else []


def test_no_shell_holds_an_expression_such_as_an_input_or_a_branch_name(repository: Path) -> None:
    files = [*WORKFLOWS, *repository.rglob("*.yml")]
    bodies = [body for path in files for body in run_bodies(yaml.safe_load(path.read_text()))]
    assert len(bodies) > 8
    assert [body for body in bodies if "${{" in body] == []


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A method's repository as ``init`` writes it, with the steps of its action as a workflow's beside."""
    home = tmp_path / "my_method"
    init(home)
    (home / ".git").mkdir()  # where a linter looks for the root of a repository
    (home / ".github" / "workflows" / "action.yml").write_text(
        yaml.safe_dump(as_workflow(gate_action()), sort_keys=False)
    )
    return home


def as_workflow(path: Path) -> dict[str, Any]:
    """A composite action as a workflow to be called, because a linter looks into the steps of workflows
    only.
    """
    action = yaml.safe_load(path.read_text())
    inputs = {name: dict(entry) | {"type": "string"} for name, entry in action["inputs"].items()}
    outputs = {name: entry["value"] for name, entry in action["outputs"].items()}
    job = {"runs-on": "ubuntu-latest", "outputs": outputs, "steps": action["runs"]["steps"]}
    return {
        "name": "action",
        "on": {"workflow_call": {"inputs": inputs}},
        "permissions": {},
        "jobs": {"action": job},
    }


def linted(folder: Path, *command: object) -> str:
    """What a linter of the development environment finds; ``make`` installs it, and without it the test
    fails.
    """
    done = subprocess.run(
        [str(part) for part in command], cwd=folder, capture_output=True, text=True, check=False
    )
    return "" if done.returncode == 0 else done.stdout + done.stderr


def actionlint(repository: Path) -> str:
    return linted(repository, BIN / "actionlint", "-shellcheck", BIN / "shellcheck", "-no-color")


def zizmor(repository: Path) -> str:
    return linted(
        repository,
        BIN / "zizmor",
        "--offline",
        "--quiet",
        "--config",
        ROOT / ".github" / "zizmor.yml",
        ".github",
    )


def test_the_linters_find_nothing_in_the_workflows_and_the_action(repository: Path) -> None:
    for folder in (ROOT, repository):
        assert actionlint(folder) == ""
        assert zizmor(folder) == ""


@pytest.mark.parametrize(
    ("good", "bad", "named"),
    [
        ("id: gate\n", "id: other\n", 'property "gate" is not defined'),
        ("policy: policy.yaml", "polcy: policy.yaml", 'input "polcy" is not defined'),
        ("run: bash stand_ins.sh", "run: bash $STAND_INS", "SC2086"),
        ("needs: gate\n", "needs: gates\n", "does not exist"),
    ],
)
def test_the_linters_see_a_fault_of_the_workflow(good: str, bad: str, named: str, repository: Path) -> None:
    path = repository / ".github" / "workflows" / "rlvr.yml"
    assert good in path.read_text()
    path.write_text(path.read_text().replace(good, bad, 1))
    assert named in actionlint(repository)


def test_the_linters_see_an_input_in_the_shell_of_the_action(repository: Path) -> None:
    path = repository / ".github" / "actions" / "gate" / "action.yml"
    path.write_text(path.read_text().replace('exit "$CODE"', "exit ${{ inputs.run }}"))
    assert "template-injection" in zizmor(repository)


def test_workflows_grant_nothing_but_reading_and_the_deployment_of_pages(repository: Path) -> None:
    for path in [*WORKFLOWS, repository / ".github" / "workflows" / "rlvr.yml"]:
        content = yaml.safe_load(path.read_text())
        granted = [content["permissions"], *(job.get("permissions", {}) for job in content["jobs"].values())]
        assert all(
            grant in ({}, {"contents": "read"}, {"pages": "write", "id-token": "write"}) for grant in granted
        )
