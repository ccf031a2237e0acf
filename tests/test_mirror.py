"""``tests/`` mirrors ``suite/``: each module has a test file of its name. Run: python -m pytest tests/test_mirror.py"""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

ELSEWHERE = {
    "engine/adapter.py": "lm-eval alone calls it: test_evaluate.py and test_lm_eval.py run it through lm-eval",
    "interchange/answers.py": "types only, which the test of every format fills",
    "leaderboard/wording/every_page.py": "one sentence",
    "progress.py": "a type and a function that does nothing",
    "schema/bounds.py": "two types of numbers, which test_delta.py and test_summary.py parse",
}
"""A module without a test file of its name -> where it is tested, or why not."""
AT_MOST = 10


def untested() -> set[str]:
    """Return the modules whose room has no test file of their name; a package's face needs none."""
    modules = set()
    for module in (ROOT / "suite").rglob("*.py"):
        path = module.relative_to(ROOT / "suite")
        room = ROOT / "tests" / path.parts[0]
        names = {test.name for test in (room if room.is_dir() else ROOT / "tests").rglob("test_*.py")}
        if module.name not in ("__init__.py", "__main__.py") and f"test_{path.stem}.py" not in names:
            modules.add(path.as_posix())
    return modules


def test_every_module_has_a_test_of_its_name_or_a_reason() -> None:
    assert untested() == ELSEWHERE.keys()


def test_few_modules_are_tested_elsewhere() -> None:
    assert len(ELSEWHERE) <= AT_MOST
