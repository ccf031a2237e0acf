"""The shape of the code: layers, light start-up, house sizes. Run: python -m pytest
tests/test_architecture.py
"""

import ast
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
SUITE = ROOT / "suite"
FILES = sorted(SUITE.rglob("*.py"))

# A room is a module or a package directly under suite/. From top to bottom they read as the pipeline; each
# imports
# only rooms above it. docs/architecture.md describes them in this order.
ORDER = [
    "__init__", "errors", "processes", "progress", "schema", "files", "stats", "registry", "benchmarks", "store",
    "grade", "lm_eval_api", "plan", "engine", "interchange", "summary", "gate", "leaderboard", "grpo", "micro",
    "commands", "__main__",
]  # fmt: skip

HEAVY = {"torch", "vllm", "lm_eval", "trl", "transformers", "datasets"}
MAX_FUNCTION_LINES, MAX_FILE_LINES, MAX_LINE = 60, 400, 110
VAGUE_NAMES = {"utils", "util", "common", "helpers", "helper", "misc"}


def unit_of(path: Path) -> str:
    """The room that a file belongs to: suite/engine/hf.py -> engine."""
    return path.relative_to(SUITE).with_suffix("").parts[0]


def is_unit(name: str) -> bool:
    return (SUITE / f"{name}.py").exists() or (SUITE / name).is_dir()


def imported_modules(tree: ast.AST, package: list[str]) -> Iterator[str]:
    """Dotted names of all imports, those inside functions too; `package` is the parts of the file's
    package.
    """
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
            units.add(rest[0] if rest and is_unit(rest[0]) else "__init__")
    return units


def imports_by_file() -> Iterator[tuple[Path, str, set[str]]]:
    for path in FILES:
        package = list(path.relative_to(ROOT).parent.parts)
        unit = unit_of(path)
        yield path.relative_to(ROOT), unit, imported_units(path.read_text(encoding="utf-8"), package) - {unit}


def may_import(importer: str, imported: str) -> bool:
    return ORDER.index(imported) < ORDER.index(importer)


def test_the_order_names_every_room_and_no_other() -> None:
    assert {unit_of(path) for path in FILES} == set(ORDER)


def test_rooms_import_rooms_above_them_only() -> None:
    wrong = [
        f"{path} imports {other}, which the order puts below {unit}"
        for path, unit, others in imports_by_file()
        for other in sorted(others)
        if not may_import(unit, other)
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("source", "units"),
    [
        ("import suite.stats", {"stats"}),
        ("from suite.stats import interval", {"stats"}),
        ("from suite import stats, __version__", {"stats", "__init__"}),
        ("from ..stats import interval", {"stats"}),
        ("from .. import stats", {"stats"}),
        ("from . import hf", {"engine"}),
        ("from suite.benchmarks.micro_world import Problem", {"benchmarks"}),
        ("from suite.micro import card, pretrain", {"micro"}),
        ("def f():\n    import suite.stats", {"stats"}),
        ("import suitecase, numpy", set()),
    ],
)
def test_the_layer_check_sees_every_form_of_import(
    source: str, units: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.modules[__name__], "is_unit", lambda name: name in ORDER)
    assert imported_units(source, ["suite", "engine"]) == units


def test_the_layer_check_refuses_upward_imports() -> None:
    assert may_import("engine", "plan") and may_import("micro", "engine")
    assert not may_import("stats", "micro")
    assert not may_import("engine", "micro")


def test_importing_the_command_line_loads_nothing_heavy() -> None:
    code = f"import sys, suite.commands.main; print(*sorted({HEAVY!r} & sys.modules.keys()))"
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


def lines_of(kind: type[ast.AST] | tuple[type[ast.AST], ...], wrong: Callable[[Any], bool]) -> list[str]:
    """Return where a node of this kind is wrong."""
    places = []
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, kind) and wrong(node):
                places.append(f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}")
    return places


def test_no_comprehension_has_two_for() -> None:
    kinds = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
    assert lines_of(kinds, lambda node: len(node.generators) > 1) == []


def test_no_conditional_expression_is_inside_another() -> None:
    def nested(node: ast.IfExp) -> bool:
        return any(isinstance(inner, ast.IfExp) for inner in ast.walk(node) if inner is not node)

    assert lines_of(ast.IfExp, nested) == []


def test_no_line_of_a_page_is_longer_than_the_house_size() -> None:
    pages = SUITE / "leaderboard"
    long = []
    for path in sorted([*(pages / "templates").iterdir(), *(pages / "assets").iterdir()]):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if len(line) > MAX_LINE:
                long.append(f"{path.name}:{number}")
    assert long == []
