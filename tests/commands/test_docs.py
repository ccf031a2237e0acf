"""docs/commands.md shows the help of every command. Run: python -m pytest tests/commands/test_docs.py

``.venv/bin/python tests/commands/test_docs.py`` rewrites the page's help blocks.
"""

import re
from pathlib import Path

from suite.commands.main import COMMANDS, GROUPS, overview
from suite.commands.parser import PROGRAM, Parser

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "commands.md"
BLOCK = re.compile(r"<!-- help: (?P<command>[^>]+?) -->\n```text\n(?P<text>.*?)```\n", re.DOTALL)


def help_texts() -> dict[str, str]:
    """Return command -> its help."""
    texts = {f"{PROGRAM} {name}": Parser(command).format_help() for name, command in COMMANDS.items()}
    return {PROGRAM: overview(), **texts}


def with_fresh_help(page: str) -> str:
    """Return the page with every help block as the command prints it now."""
    texts = help_texts()

    def block(match: re.Match[str]) -> str:
        return f"<!-- help: {match['command']} -->\n```text\n{texts[match['command']]}```\n"

    return BLOCK.sub(block, page)


def test_every_help_block_is_what_the_command_prints() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert with_fresh_help(page) == page, "rewrite it with .venv/bin/python tests/commands/test_docs.py"


def test_every_command_has_one_help_block_in_the_order_of_the_overview() -> None:
    shown = re.findall(r"<!-- help: (.+?) -->", PAGE.read_text(encoding="utf-8"))
    assert shown == list(help_texts())
    assert [match["command"] for match in BLOCK.finditer(PAGE.read_text(encoding="utf-8"))] == shown


def test_the_page_has_the_groups_of_the_overview() -> None:
    headings = re.findall(r"^## (.+)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert headings[: len(GROUPS)] == [title.capitalize() for title in GROUPS]


if __name__ == "__main__":
    PAGE.write_text(with_fresh_help(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
