"""``tests/`` mirrors ``suite/``: each module has a test file of its name. Run: python -m pytest tests/test_mirror.py"""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

ELSEWHERE: dict[str, str] = {}
"""A module without a test file of its name -> the reason."""


def tested_elsewhere(module: Path) -> bool:
    """Whether a module needs no test of its own: a package's face, or one that only starts another."""
    return module.name in ("__init__.py", "__main__.py")


def test_every_module_has_a_test_of_its_name_or_a_reason() -> None:
    untested = set()
    for module in sorted((ROOT / "suite").rglob("*.py")):
        path = module.relative_to(ROOT / "suite")
        test = ROOT / "tests" / path.parent / f"test_{path.stem.rstrip('_')}.py"
        if not tested_elsewhere(module) and not test.is_file():
            untested.add(path.as_posix())
    assert untested == ELSEWHERE.keys()


def test_few_modules_are_tested_elsewhere() -> None:
    assert len(ELSEWHERE) <= 10
