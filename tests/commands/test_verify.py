"""``rlvr-suite verify``: exit code and lines. What counts as a difference: tests/summary/test_verify.py."""

from pathlib import Path

import pytest
from small_run import small_run

from suite.commands.main import main


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    small_run(tmp_path)
    assert main(["summarize", str(tmp_path)]) == 0
    capsys.readouterr()
    return tmp_path


def test_a_summary_that_follows_from_its_samples_passes(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["verify", str(run)]) == 0
    assert capsys.readouterr() == (f"{run}: the summary is that of its samples\n", "")


def test_an_edited_summary_fails_with_the_row_and_both_values(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = run / "summary.json"
    text = path.read_text()
    edited = text.replace('"margin": 5.0', '"margin": 7.5')
    assert edited != text
    path.write_text(edited.replace('"reward": "format"', '"reward": "better"'))
    before = path.read_bytes()
    assert main(["verify", str(run)]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert "reward better in the summary, format when recomputed" in err
    assert all(line.startswith("rlvr-suite: ") for line in err.splitlines())
    assert path.read_bytes() == before
