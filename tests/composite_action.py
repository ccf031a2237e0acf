"""A composite action's shell steps, run one after the other as a runner runs them: for the tests of
actions and workflows.
"""

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml

EXPRESSION = re.compile(r"\$\{\{ (inputs|steps)\.([\w.-]+) \}\}")
CONDITION = re.compile(r"\$\{\{ inputs\.([\w-]+) != '' \}\}")
SHELL = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c"]
"""What `shell: bash` means there."""


class Ran(NamedTuple):
    """What an action did: the code of the step that failed (0: none), its outputs, its log and what its
    page shows.
    """

    code: int
    outputs: dict[str, str]
    log: str
    page: str


def environment(**further: str) -> dict[str, str]:
    """A runner's, as far as the steps look: the suite on the path and no hub; nothing of a runner that
    runs these tests.
    """
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GITHUB_")}
    return {**kept, "PATH": path, "CI": "true", "HF_HUB_OFFLINE": "1", "GITHUB_ACTIONS": "true", **further}


def run_action(
    path: Path, given: Mapping[str, str], workspace: Path, scratch: Path, env: Mapping[str, str]
) -> Ran:
    """Run the action's steps with the inputs ``given``; the runner's files are kept in ``scratch``."""
    action = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert set(given) <= set(action["inputs"])
    values = {
        f"inputs.{name}": given.get(name, entry.get("default", ""))
        for name, entry in action["inputs"].items()
    }
    page, code, logs = scratch / "page.md", 0, []
    page.write_text("")
    for number, step in enumerate(action["runs"]["steps"]):
        if not _is_run(step, values):
            continue
        outputs = scratch / f"outputs-{number}"
        outputs.write_text("")
        done = _run_step(
            step, values, workspace, {**env, "GITHUB_OUTPUT": str(outputs), "GITHUB_STEP_SUMMARY": str(page)}
        )
        pairs = dict(line.split("=", 1) for line in outputs.read_text().splitlines())
        values |= {
            f"steps.{step['id']}.outputs.{name}": value for name, value in pairs.items() if "id" in step
        }
        logs.append(done.stdout)
        if code := done.returncode:
            break
    results = {name: _filled(entry["value"], values) for name, entry in action["outputs"].items()}
    return Ran(code, results, "".join(logs), page.read_text())


def _is_run(step: Mapping[str, Any], values: Mapping[str, str]) -> bool:
    if "if" not in step:
        return True
    condition = CONDITION.fullmatch(step["if"])
    assert condition, f"not a condition that this runner knows: {step['if']}"
    return values[f"inputs.{condition[1]}"] != ""


def _run_step(
    step: Mapping[str, Any], values: Mapping[str, str], workspace: Path, env: Mapping[str, str]
) -> "subprocess.CompletedProcess[str]":
    assert step["shell"] == "bash"
    own = {name: _filled(value, values) for name, value in step.get("env", {}).items()}
    folder = workspace / _filled(step.get("working-directory", "."), values)
    command, both = [*SHELL, step["run"]], subprocess.STDOUT
    return subprocess.run(
        command, cwd=folder, env={**env, **own}, stdout=subprocess.PIPE, stderr=both, text=True, check=False
    )


def _filled(text: str, values: Mapping[str, str]) -> str:
    """``text`` with its expressions evaluated; an output that no step wrote is empty, an unknown input is
    a fault.
    """
    filled = EXPRESSION.sub(
        lambda m: values[f"inputs.{m[2]}"] if m[1] == "inputs" else values.get(f"steps.{m[2]}", ""), text
    )
    assert "${{" not in filled, f"not an expression that this runner knows: {text}"
    return filled
