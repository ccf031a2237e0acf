"""``rlvr-suite summarize``: writes the summary, and says what a reader of its numbers must know."""

import json
from pathlib import Path

import pytest
from small_run import CHECKPOINT, small_run

from suite.commands.main import main
from suite.commands.summarize import audit_lines
from suite.schema import ScoreReference, Summary


def test_the_summary_is_written_and_its_rows_are_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    small_run(tmp_path)
    assert main(["summarize", str(tmp_path)]) == 0
    assert capsys.readouterr().out == f"2 scores, 1 deltas: {tmp_path / 'summary.json'}\n"
    assert main(["summarize", str(tmp_path), "--json"]) == 0
    printed = capsys.readouterr().out
    assert json.loads(printed)["margin"] == 5
    assert printed == (tmp_path / "summary.json").read_text()


def test_the_margin_is_kept_with_the_summary(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    small_run(tmp_path)
    assert main(["summarize", str(tmp_path), "--margin", "2.5", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["margin"] == 2.5


def test_a_checkpoint_without_a_known_pair_is_named_with_how_to_get_its_delta(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    small_run(tmp_path, with_pair=False)
    assert main(["summarize", str(tmp_path)]) == 0
    first = capsys.readouterr().out.splitlines()[0]
    assert first.startswith(f"{CHECKPOINT}: no delta; give the overlay that names its pair with --registry")


def test_a_base_that_is_off_a_published_score_is_named_with_both_scores(tmp_path: Path) -> None:
    small_run(tmp_path)
    main(["summarize", str(tmp_path)])
    summary = Summary.model_validate_json((tmp_path / "summary.json").read_bytes())
    base, *others = summary.scores
    published = tuple(
        ScoreReference(accuracy=accuracy, source="a paper", setting="greedy", off=off)
        for accuracy, off in ((0.5, True), (0.4, False))
    )
    rows = (base.model_copy(update={"published": published}), *others)
    assert audit_lines(summary.model_copy(update={"scores": rows})) == [
        f"baseline audit: {base.model} on micro_bench under micro_qa: 33.3 here, 50 published "
        "(a paper; greedy)"
    ]
