"""The shape of the code: layers, light start-up, house sizes. Run: python -m pytest tests/test_architecture.py"""

import ast
import graphlib
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SUITE = ROOT / "suite"
FILES = sorted(SUITE.rglob("*.py"))

# A unit is a module or a package directly under suite/, or a module of a package that this table names by itself; "__init__" is
# suite/__init__.py itself. micro.world and micro.corpus generate text from the standard library alone, so tasks may read them.
LAYERS = {
    0: {"__init__", "errors", "schema", "resources", "strict_yaml", "json_lines", "quiet", "reward_ids", "orphans"}
    | {"micro.world", "micro.corpus"},
    1: {"registry", "protocols", "tasks", "items", "scoring", "arithmetic", "grade", "behaviour", "grading"}
    | {"stats", "store", "plan", "weights", "provenance", "published", "own_pair", "table"},
    2: {"engine", "comparison", "micro", "interchange"},
    3: {"run", "contrasts", "selection", "grpo"},
    4: {"leaderboard", "gate", "estimate", "power_report", "summary", "doctor"},
    5: {"demo", "listing", "scaffold", "json_schemas", "verify", "merge"},
    6: {"terminal", "arguments"},
    7: {"cli"},
    8: {"__main__"},
}
LAYER_OF = {unit: layer for layer, units in LAYERS.items() for unit in units}
PEERS_ALLOWED = {0, 1}  # here modules of one layer may import each other, as long as there is no cycle
SIDEWAYS = {("micro", "engine")}  # the one further import inside a layer: a model card samples from the base it describes

HEAVY = {"torch", "vllm", "lm_eval", "trl", "transformers", "datasets"}
MAX_FUNCTION_LINES, MAX_FILE_LINES = 60, 400
VAGUE_NAMES = {"utils", "util", "common", "helpers", "helper", "misc"}


def unit_of(path: Path) -> str:
    """The unit that a file belongs to: suite/engine/hf.py -> engine, suite/micro/world.py -> micro.world."""
    return unit_named(list(path.relative_to(SUITE).with_suffix("").parts))


def unit_named(parts: list[str]) -> str:
    """The unit of a dotted name below suite: ["micro", "world", "Problem"] -> micro.world."""
    dotted = ".".join(parts[:2])
    return dotted if dotted in LAYER_OF else parts[0]


def is_unit(name: str) -> bool:
    return (SUITE / f"{name}.py").exists() or (SUITE / name).is_dir()


def imported_modules(tree: ast.AST, package: list[str]) -> Iterator[str]:
    """Dotted names of all imports, those inside functions too; `package` is the parts of the file's package."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            yield from (f"{base}.{alias.name}" for alias in node.names)


def imported_units(source: str, package: list[str]) -> set[str]:
    """Units of suite that this source imports. `from suite import __version__` counts as "__init__"."""
    units = set()
    for name in imported_modules(ast.parse(source), package):
        top, *rest = name.split(".")
        if top == "suite":
            units.add(unit_named(rest) if rest and is_unit(rest[0]) else "__init__")
    return units


def imports_by_file() -> Iterator[tuple[Path, str, set[str]]]:
    for path in FILES:
        package = list(path.relative_to(ROOT).parent.parts)
        unit = unit_of(path)
        yield path.relative_to(ROOT), unit, imported_units(path.read_text(encoding="utf-8"), package) - {unit}


def may_import(importer: str, imported: str) -> bool:
    lower, upper = LAYER_OF[imported], LAYER_OF[importer]
    return lower < upper or (lower == upper and upper in PEERS_ALLOWED) or (importer, imported) in SIDEWAYS


def test_every_module_has_a_layer() -> None:
    assert {unit_of(path) for path in FILES} - LAYER_OF.keys() == set(), "add it to LAYERS and to CONTRIBUTING.md"


def test_the_table_names_no_module_that_is_not_there() -> None:
    assert LAYER_OF.keys() - {unit_of(path) for path in FILES} == set(), "take it out of LAYERS and of CONTRIBUTING.md"


def test_contributing_shows_the_same_table() -> None:
    lines = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").splitlines()
    rows = [line.strip("| ").split(" | ") for line in lines if re.match(r"\| \d+ \|", line)]
    shown = {int(layer): {name.rstrip("/") for name in names.split(", ")} for layer, names in rows}
    assert shown == {layer: units - {"__init__"} for layer, units in LAYERS.items()}


def test_modules_import_lower_layers_only() -> None:
    wrong = [
        f"{path} (layer {LAYER_OF[unit]}) imports {other} (layer {LAYER_OF[other]})"
        for path, unit, others in imports_by_file()
        for other in sorted(others)
        if unit in LAYER_OF and other in LAYER_OF and not may_import(unit, other)
    ]
    assert wrong == []


def test_no_import_cycle_between_modules() -> None:
    graph: dict[str, set[str]] = {}
    for _, unit, others in imports_by_file():
        graph.setdefault(unit, set()).update(others)
    graphlib.TopologicalSorter(graph).prepare()  # raises CycleError and names the cycle


@pytest.mark.parametrize(
    ("source", "units"),
    [
        ("import suite.stats", {"stats"}),
        ("from suite.stats import interval", {"stats"}),
        ("from suite import stats, __version__", {"stats", "__init__"}),
        ("from ..stats import interval", {"stats"}),
        ("from .. import stats", {"stats"}),
        ("from . import hf", {"engine"}),
        ("from suite.micro.world import Problem", {"micro.world"}),
        ("from suite.micro import corpus, pretrain", {"micro.corpus", "micro"}),
        ("def f():\n    import suite.stats", {"stats"}),
        ("import suitecase, numpy", set()),
    ],
)
def test_the_layer_check_sees_every_form_of_import(source: str, units: set[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules[__name__], "is_unit", lambda name: name in LAYER_OF)
    assert imported_units(source, ["suite", "engine"]) == units


def test_the_layer_check_refuses_upward_and_sideways_imports() -> None:
    assert may_import("run", "engine") and may_import("protocols", "registry")
    assert not may_import("stats", "micro")
    assert not may_import("table", "engine")
    assert may_import("micro", "engine") and not may_import("engine", "micro")
    assert not may_import("table", "engine")


def test_importing_the_command_line_loads_nothing_heavy() -> None:
    code = f"import sys, suite.cli; print(*sorted({HEAVY!r} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []


def test_no_function_is_longer_than_the_house_size() -> None:
    long = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}: {lines} lines"
        for path in FILES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (lines := (node.end_lineno or node.lineno) - node.lineno + 1) > MAX_FUNCTION_LINES
    ]
    assert long == []


def test_no_file_is_longer_than_the_house_size() -> None:
    sizes = {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8").count("\n") for path in FILES}
    assert {path: lines for path, lines in sizes.items() if lines > MAX_FILE_LINES} == {}


def test_no_module_has_a_vague_name() -> None:
    names = {part.removesuffix(".py") for path in FILES for part in path.relative_to(SUITE).parts}
    assert names & VAGUE_NAMES == set()
