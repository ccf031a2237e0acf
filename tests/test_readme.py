"""The README tells the truth: results, files and glossary. Run: python -m pytest tests/test_readme.py

``.venv/bin/python tests/test_readme.py`` rewrites its results from ``leaderboards/micro/summary.json``.
"""

import re
from pathlib import Path

from suite.schema import DeltaRow, Summary

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
TEXT = README.read_text(encoding="utf-8")
BEGIN, END = "<!-- demo:begin -->", "<!-- demo:end -->"

VOCABULARY = {
    *("family", "model", "reward", "pair", "task", "item", "sample", "protocol", "cell", "outcome"),
    *("score", "delta", "control", "finding", "claim", "verdict"),
}


def demo_block() -> str:
    """The results of the checked-in demo as Markdown: one table a task, reward by family."""
    summary = Summary.model_validate_json((ROOT / "leaderboards" / "micro" / "summary.json").read_bytes())
    lines = []
    for task in summary.tasks:
        rows = {(d.reward, d.family): d for d in summary.deltas if d.task == task.task}
        base = {
            s.family: f"{100 * s.accuracy:.1f}"
            for s in summary.scores
            if s.task == task.task and s.model == s.base
        }
        lines += ["", f"`{task.task}` ({task.title}; {task.n_items} items):", ""]
        lines += ["| | " + " | ".join(summary.families) + " |", "|---" * (len(summary.families) + 1) + "|"]
        lines += ["| base, % correct | " + " | ".join(base[f] for f in summary.families) + " |"]
        for reward in dict.fromkeys(d.reward for d in summary.deltas):
            lines += [f"| {reward} | " + " | ".join(cell(rows[reward, f]) for f in summary.families) + " |"]
    return "\n".join(lines) + "\n"


def cell(row: DeltaRow) -> str:
    assert row.delta is not None and row.interval is not None
    return f"{row.delta:+.1f} ({row.interval[0]:+.1f} to {row.interval[1]:+.1f})"


def with_fresh_results(text: str) -> str:
    """The README with the results block as the checked-in demo has it."""
    before, after = text.split(BEGIN)[0], text.split(END)[1]
    return f"{before}{BEGIN}\n{demo_block()}{END}{after}"


def prose(text: str) -> str:
    """The README without its fenced blocks."""
    return re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE)


def test_every_relative_link_leads_to_a_file() -> None:
    links = re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", prose(TEXT))
    relative = {link for link in links if "://" not in link}
    assert relative
    assert {link for link in relative if not (ROOT / link).exists()} == set()


def test_every_file_in_the_annotated_tree_exists() -> None:
    tree = re.search(r"<!-- tree -->\n```text\n(.*?)```", TEXT, re.DOTALL)
    assert tree is not None
    names = {line.split()[0] for line in tree[1].splitlines() if line.strip()}
    assert {name for name in names if not (ROOT / name).exists()} == set()
    modules = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "suite").glob("*.py")
        if not path.name.startswith("__")
    }
    assert modules <= names


def test_the_glossary_has_every_word_of_the_vocabulary() -> None:
    section = TEXT.split("## Glossary", 1)[1].split("\n## ", 1)[0]
    first_cells = re.findall(r"^\| ([^|]+?) \|", section, re.MULTILINE)
    words = {word.strip() for cell in first_cells for word in cell.split(",")}
    assert words >= VOCABULARY


def test_the_results_block_has_its_markers_once_and_in_order() -> None:
    assert TEXT.count(BEGIN) == TEXT.count(END) == 1
    assert TEXT.index(BEGIN) < TEXT.index(END)


def test_the_results_are_those_of_the_checked_in_demo() -> None:
    assert with_fresh_results(TEXT) == TEXT, "rewrite them with .venv/bin/python tests/test_readme.py"


if __name__ == "__main__":
    README.write_text(with_fresh_results(TEXT), encoding="utf-8")
