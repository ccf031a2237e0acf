"""The wheel holds what the suite reads at run time. Run: python -m pytest tests/test_packaging.py"""

import subprocess
import sys
import zipfile
from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

REQUIRED = {
    "suite/commands/main.py",
    "suite/_data/model_registry.yaml",
    "suite/_data/tasks/*.yaml",
    "suite/micro/bases/*/model.safetensors",
    "suite/leaderboard/assets/*",
    "suite/leaderboard/templates/*",
    "suite/leaderboard/vendor/*.js",
    "suite/gate/policies/*.yaml",
    "suite/commands/json_schemas/registry.json",
    "suite/commands/json_schemas/runfile.json",
    "suite/commands/json_schemas/policy.json",
    "suite/commands/json_schemas/summary.json",
    "suite/commands/scaffold/*",
    "suite/_data/actions/gate/action.yml",
    "suite/_data/leaderboards/published/*.yaml",
    "suite/grpo/recipes/*.yaml",
    "rlvr_suite-*.dist-info/entry_points.txt",
    "rlvr_suite-*.dist-info/licenses/LICENSE",
}


@pytest.fixture(scope="module")
def wheel_names(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Names of all files in a wheel built from this checkout, without a network."""
    out = tmp_path_factory.mktemp("wheel")
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "-w",
        out,
        ROOT,
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (wheel,) = out.glob("rlvr_suite-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return archive.namelist()


@pytest.mark.slow
def test_the_wheel_holds_code_tasks_registry_bases_pages_policies_and_recipes(wheel_names: list[str]) -> None:
    missing = {pattern for pattern in REQUIRED if not any(fnmatch(name, pattern) for name in wheel_names)}
    assert missing == set()


@pytest.mark.slow
def test_the_wheel_holds_every_file_of_tasks(wheel_names: list[str]) -> None:
    ours = {path.relative_to(ROOT).as_posix() for path in (ROOT / "tasks").rglob("*") if path.is_file()}
    shipped = {
        name.removeprefix("suite/_data/") for name in wheel_names if name.startswith("suite/_data/tasks/")
    }
    assert {name for name in ours if "__pycache__" not in name} == shipped


@pytest.mark.slow
def test_the_wheel_holds_every_published_figure_and_none_of_the_pages_made_from_them(
    wheel_names: list[str],
) -> None:
    folder = "suite/_data/leaderboards/published/"
    shipped = {name.removeprefix(folder) for name in wheel_names if name.startswith(folder)}
    assert shipped == {
        "README.md",
        *(path.name for path in (ROOT / "leaderboards" / "published").glob("*.yaml")),
    }


@pytest.mark.slow
def test_the_wheel_holds_nothing_beside_the_package(wheel_names: list[str]) -> None:
    assert {name.split("/")[0] for name in wheel_names if not name.startswith("rlvr_suite-")} == {"suite"}
