"""Runs of imported arms: summary, board and gate by hand; imported next to generated arms."""

import json
from pathlib import Path

import pytest
from plain_rows import TASK, rows, write_lines

from suite.benchmarks.items import Item
from suite.commands.main import main
from suite.registry import load_registry
from suite.schema import Decoding, Summary
from suite.store.run_folder import RunStore, read_summary
from suite.summary.scored_cells import scored_cells
from suite.summary.summarize import summarize

SAID = [
    "--protocol",
    "micro_qa",
    "--decoding",
    "temperature=0.6,top_p=1,max_new_tokens=96",
    "--engine",
    "vllm-0.8,bfloat16,cuda",
]
POLICY = f"claims:\n  - {{family: micro-llama3, reward: random, task: {TASK}, expect: gain, at_least: 10}}\n"


def import_arm(run: Path, items: list[Item], correct: dict[int, int], *flags: str) -> None:
    path = write_lines(run.parent / "arm.jsonl", rows(items, correct))
    assert main(["import", "jsonl", str(path), *flags, "--out", str(run)]) == 0


def arms(run: Path, items: list[Item], before: list[str], after: list[str]) -> Summary:
    """Before: items 0 to 39 right; after: 0 to 59 right, and one of two samples of items 60 to 79."""
    import_arm(run, items, dict.fromkeys(range(40), 2), "--model", "micro-llama3", *before)
    gained = dict.fromkeys(range(60), 2) | dict.fromkeys(range(60, 80), 1)
    import_arm(run, items, gained, "--base", "micro-llama3", "--reward", "random", *after)
    assert main(["summarize", str(run)]) == 0
    return read_summary(run)


def test_imported_arms_give_a_delta_and_say_that_they_are_unverified(run: Path, items: list[Item]) -> None:
    summary = arms(run, items, [], [])
    scores = {row.model: row for row in summary.scores}
    base, after = scores["micro-llama3"], scores["micro-llama3-random-imported"]
    assert (base.accuracy, base.pass_at_k, base.k, base.n_items) == pytest.approx((0.4, 0.4, 2, 100))
    assert (after.accuracy, after.pass_at_k) == pytest.approx((0.7, 0.8))
    assert (after.outcomes["correct"], after.outcomes["truncated"], sum(after.outcomes.values())) == (
        140,
        0,
        200,
    )
    assert (base.behaviour.truncated, base.behaviour.mean_tokens, base.behaviour.boxed) == (None, None, 0.0)
    (row,) = summary.deltas
    assert (row.comparable, row.arms, row.recipe, row.seeds, row.step) == (
        True,
        "unverified",
        "imported",
        (),
        0,
    )
    assert row.delta == pytest.approx(30.0)
    # item deltas: 20 of +1, 20 of +0.5, 60 of 0; standard error 0.0402, t with 99 degrees of freedom 1.984;
    # the interval is skewed as the deltas are
    assert row.interval == pytest.approx((22.07, 38.49), abs=0.01)
    assert "mean_tokens" not in json.loads((run / "summary.json").read_text())["scores"][0]["behaviour"]


def test_the_board_marks_unverified_arms_and_shows_no_uncounted_tokens(run: Path, items: list[Item]) -> None:
    arms(run, items, [], [])
    assert main(["leaderboard", str(run), "--out", str(run / "board")]) == 0
    page = (run / "board" / "index.html").read_text()
    assert "† arms unverified</small>" in page
    assert "gain †" in page.replace("\\u2020", "†")
    assert page.count("arms unverified: imported answers with settings missing") == 1  # the heatmap's tooltip
    assert ",gain,,unverified,2,100," in (run / "board" / "deltas.csv").read_text()
    tables = {name: page.split(f'class="{name}"')[1].split("</table>")[0] for name in ("scores", "behaviour")}
    dashes = {name: table.count(">–") for name, table in tables.items()}
    assert dashes == {
        "scores": 2,
        "behaviour": 4,
    }  # of both arms: the count and the share of truncated, mean tokens


def test_the_gate_reports_that_it_judged_unverified_arms(
    run: Path, items: list[Item], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arms(run, items, [], [])
    (tmp_path / "policy.yaml").write_text(POLICY)
    capsys.readouterr()
    assert main(["gate", str(run), "--policy", str(tmp_path / "policy.yaml")]) == 0
    out = capsys.readouterr().out
    assert "holds" in out and "arms unverified" in out


def test_arms_of_which_all_is_stated_are_verified(run: Path, items: list[Item]) -> None:
    (row,) = arms(run, items, SAID, SAID).deltas
    assert (row.comparable, row.arms) == (True, None)
    assert row.delta == pytest.approx(30.0)


def test_arms_that_state_different_things_do_not_compare(run: Path, items: list[Item]) -> None:
    (row,) = arms(run, items, SAID, []).deltas
    assert (row.comparable, row.delta, row.arms) == (False, None, None)
    assert row.differs == ("protocol_hash", "decoding", "engine", "dtype", "device")


def test_an_imported_and_a_generated_arm_never_compare(run: Path, items: list[Item]) -> None:
    """Even where the imported one states all that a generated one has."""
    arms(run, items, SAID, SAID)
    store = RunStore(run)
    base = next(s for s in store.finished() if s.manifest and s.manifest.cell.model == "micro-llama3")
    assert base.manifest is not None
    drawn = Decoding(temperature=0.6, max_new_tokens=96)
    cell = base.manifest.cell.model_copy(
        update={"engine": "vllm-0.8", "weights_hash": "w", "decoding": drawn}
    )
    generated = store.cell(cell)
    generated.write_items(base.items())
    generated.write_batch("0", base.samples().values())
    generated.finish(base.manifest.model_copy(update={"cell": cell, "source": None}))
    (base.path / "cell.json").unlink()
    assert main(["summarize", str(run)]) == 0
    (row,) = read_summary(run).deltas
    assert (row.comparable, row.delta) == (False, None)
    assert row.differs is not None and "engine" in row.differs


def test_imported_answers_stay_where_the_weights_of_their_model_are_known(
    run: Path, items: list[Item]
) -> None:
    arms(run, items, [], [])
    pairs = [pair.model_copy(update={"base_weights": "1", "weights": "2"}) for pair in RunStore(run).pairs()]
    summary = summarize(scored_cells(RunStore(run).finished()), pairs, load_registry())
    assert (len(summary.scores), len(summary.deltas)) == (2, 1)


def test_subsets_of_other_items_do_not_compare(run: Path, items: list[Item]) -> None:
    import_arm(run, items[:10], {}, "--model", "micro-llama3", "--subset")
    import_arm(run, items[10:20], {}, "--base", "micro-llama3", "--reward", "random", "--subset")
    assert main(["summarize", str(run)]) == 0
    (row,) = read_summary(run).deltas
    assert (row.comparable, row.differs) == (False, ("items_hash",))
