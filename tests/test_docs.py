"""README and docs tell the truth: links, commands, vocabulary, rooms. Run: python -m pytest
tests/test_docs.py
"""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from test_architecture import ORDER

from suite.commands.main import COMMANDS
from suite.commands.parser import Parser

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *(ROOT / "tasks").rglob("*.md")], key=str)
VOCABULARY = {
    *("family", "model", "reward", "pair", "task", "item", "sample", "protocol", "cell", "outcome"),
    *("score", "delta", "control", "finding", "claim", "verdict"),
}


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def prose(text: str) -> str:
    """Return a page without its fenced blocks."""
    return re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE)


def commands_shown() -> Iterator[tuple[str, str]]:
    """Yield page and command for every indented line of a page that calls the program."""
    for page in PAGES:
        for line in page.read_text(encoding="utf-8").splitlines():
            match = re.match(r" {4}(?:\S*/)?rlvr-suite (.+)", line)
            if match:
                yield name_of(page), match[1]


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_relative_link_leads_to_a_file(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", prose(page.read_text(encoding="utf-8")))
    relative = {link for link in links if "://" not in link}
    assert {link for link in relative if not (page.parent / link).exists()} == set()


@pytest.mark.parametrize(("page", "command"), sorted(set(commands_shown())))
def test_every_command_shown_has_flags_that_exist(page: str, command: str) -> None:
    words = shlex.split(command.split("   #")[0])
    name = " ".join(words[:2]) if " ".join(words[:2]) in COMMANDS else words[0]
    assert name in COMMANDS, page
    Parser(COMMANDS[name]).parse(words[len(name.split()) :])


def test_the_pages_show_commands() -> None:
    assert len(list(commands_shown())) > 20


def test_the_glossary_has_every_word_of_the_vocabulary() -> None:
    text = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    cells = re.findall(r"^\| ([^|]+?) \|", text, re.MULTILINE)
    words = {word.strip() for cell in cells for word in cell.split(",")}
    assert words >= VOCABULARY


def test_the_architecture_describes_the_rooms_in_their_order() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    rooms = re.findall(r"^\| `(\w+?)(?:/|\.py)` \|", text, re.MULTILINE)
    assert rooms == [room for room in ORDER if room not in ("__init__", "__main__")]


def test_every_page_of_docs_is_linked_from_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    pages = {f"docs/{page.name}" for page in (ROOT / "docs").glob("*.md")}
    assert {page for page in pages if f"({page})" not in readme} == set()
