"""The README shows what the checked-in demo measured. Run: python -m pytest tests/test_readme.py

``.venv/bin/python tests/test_readme.py`` rewrites its results from ``leaderboards/micro/summary.json``.
"""

from pathlib import Path

from suite.schema import DeltaRow, Summary
from suite.schema.numbers import points

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
TEXT = README.read_text(encoding="utf-8")
BEGIN, END = "<!-- demo:begin -->", "<!-- demo:end -->"
MAX_LINES = 250


def demo_block() -> str:
    """Return the results of the checked-in demo as Markdown: one table a task, reward by family."""
    summary = Summary.model_validate_json((ROOT / "leaderboards" / "micro" / "summary.json").read_bytes())
    lines = []
    for task in summary.tasks:
        rows = {(row.reward, row.family): row for row in summary.deltas if row.task == task.task}
        bases = {
            row.family: f"{100 * row.accuracy:.1f}"
            for row in summary.scores
            if row.task == task.task and row.model == row.base
        }
        lines += ["", f"`{task.task}` ({task.title}; {task.n_items} items):", ""]
        lines += ["| | " + " | ".join(summary.families) + " |", "|---" * (len(summary.families) + 1) + "|"]
        lines += ["| base, % correct | " + " | ".join(bases[family] for family in summary.families) + " |"]
        for reward in dict.fromkeys(row.reward for row in summary.deltas):
            deltas = [delta_text(rows[reward, family]) for family in summary.families]
            lines += [f"| {reward} | " + " | ".join(deltas) + " |"]
    return "\n".join(lines) + "\n"


def delta_text(row: DeltaRow) -> str:
    assert row.delta is not None and row.interval is not None
    low, high = row.interval
    return f"{points(row.delta)} ({points(low)} to {points(high)})"


def with_fresh_results(text: str) -> str:
    """Return the README with the results block as the checked-in demo has it."""
    before, after = text.split(BEGIN)[0], text.split(END)[1]
    return f"{before}{BEGIN}\n{demo_block()}{END}{after}"


def test_the_results_block_has_its_markers_once_and_in_order() -> None:
    assert TEXT.count(BEGIN) == TEXT.count(END) == 1
    assert TEXT.index(BEGIN) < TEXT.index(END)


def test_the_results_are_those_of_the_checked_in_demo() -> None:
    assert with_fresh_results(TEXT) == TEXT, "rewrite them with .venv/bin/python tests/test_readme.py"


def test_the_readme_is_short() -> None:
    assert TEXT.count("\n") <= MAX_LINES


if __name__ == "__main__":
    README.write_text(with_fresh_results(TEXT), encoding="utf-8")
