"""The page that lists the boards of a folder: it says what their files say."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from suite.errors import SuiteError
from suite.leaderboard import boards_index, write_board
from suite.leaderboard.board_folder import LISTING
from suite.leaderboard.papers.papers_board import published_files
from suite.schema import Summary

ROOT = Path(__file__).resolve().parents[2]


BOARDS = ROOT / "leaderboards"


def test_the_boards_that_are_checked_in_are_as_made_now(tmp_path: Path) -> None:
    """After a change run ``make boards``."""
    for name, content in published_files():
        assert (BOARDS / "published" / name).read_bytes() == content, name
    for path in BOARDS.glob("*/summary.json"):
        shutil.copytree(path.parent, tmp_path / path.parent.name)
    index = boards_index.write_boards(tmp_path)
    assert index.read_bytes() == (BOARDS / "index.html").read_bytes()
    assert (tmp_path / LISTING).read_bytes() == (BOARDS / LISTING).read_bytes()


def test_the_index_says_what_the_files_of_a_board_say(summary: Summary, tmp_path: Path) -> None:
    write_board(summary, tmp_path / "my board")
    text = boards_index.write_boards(tmp_path).read_text()
    plain = " ".join(re.sub(r"<[^>]+>", " ", text).split())
    assert 'href="my%20board/index.html"' in text and 'href="published/index.html"' in text
    assert f"Measured here: {len(summary.deltas)} deltas, {len(summary.families)} families" in plain
    assert ", ".join(summary.families.values()) in plain and summary.provenance.generated in plain
    assert "Gate not judged" in plain and "▲" in plain
    figures = "16 deltas, 111 accuracies of bases, 36 contamination probes ; looked for and not found: 51"
    assert figures.replace(" ;", ";") in plain


def test_the_index_says_how_the_gate_judged(tmp_path: Path) -> None:
    shutil.copytree(BOARDS / "micro", tmp_path / "micro")
    text = boards_index.write_boards(tmp_path).read_text()
    assert 'href="micro/gate.html"' in text and "<code>micro_demo</code>" in text


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("summary.json", "{", "summary.json"),
        ("summary.json", '{"schema_version": 1}', "summary.json"),
        ("verdict.json", "[]", "invalid gate report"),
        ("index.html", None, "a summary.json without index.html"),
    ],
)
def test_a_broken_board_is_one_line_and_leaves_all_as_it_was(
    name: str,
    content: str | None,
    said: str,
    tmp_path: Path,
    summary: Summary,
    capsys: pytest.CaptureFixture[str],
) -> None:
    write_board(summary, tmp_path / "mine")
    file = tmp_path / "mine" / name
    file.unlink() if content is None else file.write_text(content)
    assert boards_index.main([str(tmp_path)]) == 2
    error = capsys.readouterr().err
    assert said in error and str(tmp_path / "mine") in error and error.count("\n") == 1
    assert not (tmp_path / "published").exists() and not (tmp_path / "index.html").exists()


def test_a_hostile_name_of_a_board_stays_a_name(summary: Summary, tmp_path: Path) -> None:
    write_board(summary, tmp_path / '"><script>x')
    text = boards_index.write_boards(tmp_path).read_text()
    assert "%22%3E%3Cscript%3Ex/index.html" in text and text.count("<script") == 2


def _broken(folder: Path) -> Path:
    (folder / "broken").mkdir()
    (folder / "broken" / "summary.json").write_text("")
    return folder


def test_the_files_of_the_data_stay_beside_the_board(tmp_path: Path) -> None:
    (tmp_path / "published").mkdir()
    (tmp_path / "published" / "mine.yaml").write_text("x")
    boards_index.write_boards(tmp_path)
    with pytest.raises(SuiteError):
        boards_index.read_boards(_broken(tmp_path))
    assert (tmp_path / "published" / "mine.yaml").read_text() == "x"


@pytest.mark.slow
def test_the_site_of_the_workflow_holds_every_board_and_the_one_of_its_run(tmp_path: Path) -> None:
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "board.yml").read_text())
    steps = workflow["jobs"]["gate"]["steps"]
    (site,) = [step for step in steps if step.get("id") == "site"]
    (upload,) = [step for step in steps if "upload-pages-artifact" in step.get("uses", "")]
    shutil.copytree(BOARDS, tmp_path / "leaderboards")
    (tmp_path / "runs" / "demo").mkdir(parents=True)
    shutil.copytree(BOARDS / "micro", tmp_path / "runs" / "demo" / "board")
    env = {
        **os.environ,
        "BOARD": "runs/demo/board",
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }
    subprocess.run(["bash", "-eo", "pipefail", "-c", site["run"]], cwd=tmp_path, env=env, check=True)
    made = tmp_path / upload["with"]["path"]
    index = (made / "index.html").read_text()
    assert all(
        f'href="{name}/index.html"' in index and (made / name / "index.html").is_file()
        for name in ("demo", "micro")
    )
    assert (made / "published" / "spurious_rewards.yaml").is_file()
