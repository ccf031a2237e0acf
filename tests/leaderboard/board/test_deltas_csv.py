"""The CSV: a line a delta, numbers in full, no formula."""

import csv
import io

from hand_made_summary import QWEN, with_delta

from suite.leaderboard.board.deltas_csv import COLUMNS, deltas_csv
from suite.schema import Summary


def test_csv_has_a_line_a_delta_and_runs_no_formula(summary: Summary) -> None:
    evil = summary.deltas[0].model_copy(update={"reward": "=1+1", "recipe": "x\r=2+2\ny"})
    lines = list(csv.DictReader(io.StringIO(deltas_csv(summary.model_copy(update={"deltas": (evil,)})))))
    assert len(lines) == 1 and lines[0]["recipe"] == "x =2+2 y"
    assert lines[0]["reward"] == "'=1+1" and float(lines[0]["delta"]) == evil.delta


def test_the_csv_ends_with_what_a_delta_is_read_against(audited: Summary) -> None:
    lines = list(csv.DictReader(io.StringIO(deltas_csv(audited))))
    assert COLUMNS[:3] == ("task", "family", "reward") and COLUMNS[19:21] == ("seeds", "control")
    assert [line["control"] for line in lines] == [
        f"{QWEN}-random-s0 {QWEN}-format-s0",
        "",
        "",
        "none",
        "none",
    ]
    strong = [lines[0][f"strong_baseline_{key}"] for key in ("delta", "low", "high", "chosen")]
    assert strong == ["1.7", "-2.1", "5.5", "none / qwen_math"] and lines[3]["strong_baseline_delta"] == ""
    assert lines[3]["published"] == "29.1 (arXiv 2506.10947v1, v2 and v1, abstract, Fig. 1)"
    assert lines[4]["published"] == ""


def test_a_formula_in_a_control_or_a_source_stays_text(audited: Summary) -> None:
    loss = tuple(
        reference.model_copy(update={"delta": -3.5}) for reference in audited.deltas[0].published or ()
    )
    evil = with_delta(audited, 0, control=("=1+1",), strong_baseline_chosen=("@sum", "=2"), published=loss)
    line = next(csv.DictReader(io.StringIO(deltas_csv(evil))))
    assert (line["control"], line["strong_baseline_chosen"]) == ("'=1+1", "'@sum / =2")
    assert line["published"].startswith("'-3.5 (")


TESTS = (
    "p", "p_holm", "p_bh", "mde", "equivalent_within",
    "adjusted_delta", "adjusted_low", "adjusted_high", "adjusted_against", "beats_controls",
)  # fmt: skip


def test_the_csv_ends_with_the_tests_in_full(tested: Summary) -> None:
    lines = list(csv.DictReader(io.StringIO(deltas_csv(tested))))
    assert COLUMNS[-len(TESTS) :] == TESTS
    assert [lines[0][name] for name in TESTS] == [
        "0.0018", "0.03", "0.0024", "4.84", "32.25", "8.3", "5.2", "11.6", "random", "true",
    ]  # fmt: skip
    assert [lines[4][name] for name in TESTS] == [""] * len(TESTS)
