"""The page of one delta: its numbers are the summary's, whatever is missing is said, and names stay text."""

import html as markup
import re
import shlex
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from builders.cells import FAMILY, write_cell

from suite.leaderboard import render
from suite.leaderboard.links import pair_page
from suite.leaderboard.pair.pair_page import PairViews
from suite.leaderboard.pair.reproduce import reproduce
from suite.leaderboard.pair.waterfall import waterfalls
from suite.leaderboard.wording.rows import doubts, page_interval, page_points
from suite.plan.selection import Selection
from suite.schema import IMPORTED, UNSTATED, DeltaRow, Summary
from suite.schema.numbers import percent
from suite.store.cells import ImportSource
from suite.store.run_folder import RunStore

HOSTILE = "</script><img src=x onerror=alert(1)>../../..\u202e'\""


def pages(summary: Summary) -> dict[str, str]:
    return {name: content.decode() for name, content in render(summary) if name.startswith("pairs/")}


def told(html: str) -> str:
    """The words of a page, white space made single."""
    return " ".join(markup.unescape(re.sub(r"<[^>]*>", " ", html)).split())


def test_every_delta_has_a_page_of_its_own_that_the_board_knows_the_name_of(tested: Summary) -> None:
    assert list(pages(tested)) == [pair_page(row) for row in tested.deltas]
    assert len(set(pages(tested))) == len(tested.deltas)


def test_the_numbers_of_a_page_are_those_of_its_row(tested: Summary) -> None:
    made = pages(tested)
    for row in tested.deltas:
        text = told(made[pair_page(row)])
        assert row.delta is None or (
            f"{page_points(row.delta)} points" in text and page_interval(row.interval) in text
        )
        assert row.before is None or f"from {percent(row.before)} to {percent(row.after or 0)}" in text
        assert row.mde is None or f"{row.mde:.1f} points" in text
        assert (
            row.adjusted_delta is None
            or f"{page_points(row.adjusted_delta)} {page_interval(row.adjusted_interval)}" in text
        )
        for control in row.against_controls or ():
            assert (
                f"{control.reward} {page_points(control.difference)} {page_interval(control.interval)}"
                in text
            )
        for points in row.seed_deltas or ():
            assert page_points(points) in text


def test_the_steps_of_a_waterfall_lead_from_zero_to_the_delta(tested: Summary) -> None:
    row = next(row for row in tested.deltas if row.contributions and row.transitions)
    drawn = waterfalls(row)
    assert [len(one.steps) for one in drawn] == [4, 4, 5]
    for one in drawn:
        *steps, total = one.steps
        assert sum(step.points for step in steps) == pytest.approx(row.delta, abs=0.11)
        assert total.points == row.delta and total.is_total
        ends = [(step.left, step.left + step.width) for step in steps]
        assert ends[0][0] == pytest.approx(one.scale.place(0)) or ends[0][1] == pytest.approx(
            one.scale.place(0)
        )
        assert all(min(abs(a - b) for a in left for b in right) < 1e-6 for left, right in pairwise(ends))


def test_what_is_not_there_is_said(summary: Summary) -> None:
    made = pages(summary)
    bare = told(made[pair_page(summary.deltas[0])])
    assert (
        "settings and answers of this pair are not on this board" in bare
        and "The board does not have the scores" in bare
    )
    unlike = next(row for row in summary.deltas if not row.comparable)
    page = told(made[pair_page(unlike)])
    assert "⊘ not comparable" in page and "engine, dtype" in page and "points Accuracy went" not in page


def test_pages_are_linked_across_rewards_bases_tasks_and_controls(tested: Summary) -> None:
    made = pages(tested)
    for name, html in made.items():
        links = [link.removeprefix("../") for link in re.findall(r'href="(\.\./pairs/[^"]*)"', html)]
        assert set(links) <= set(made) and name not in links
    views = PairViews(tested, {})
    linked = [view for row in tested.deltas for view in views.view(row).same_task]
    assert linked and all(one.page in made for one in linked)


def test_hostile_names_stay_text_and_leave_no_folder(tested: Summary) -> None:
    names = {
        "reward": HOSTILE,
        "base": HOSTILE,
        "checkpoint": HOSTILE,
        "recipe": HOSTILE,
        "protocol": HOSTILE,
        "task": HOSTILE,
    }
    row = tested.deltas[0].model_copy(update=names)
    ((name, html),) = pages(tested.model_copy(update={"deltas": (row,)})).items()
    assert re.fullmatch(r"pairs/[a-z0-9_][a-z0-9_.-]*\.html", name)
    assert "<img" not in html and html.count("<script") == html.count("</script>") == 2
    assert html.count("alert(1)") >= 5


def row_of(**more: object) -> DeltaRow:
    known = {
        "family": FAMILY, "base": FAMILY, "checkpoint": f"{FAMILY}-random-micro-s0", "reward": "random", "recipe": "micro",
        "step": 20, "seeds": (0,), "task": "micro_bench", "protocol": "micro_qa", "k": 2, "n_items": 3, "comparable": True,
    }  # fmt: skip
    return DeltaRow.model_validate(known | more)


def test_the_run_file_asks_for_exactly_what_was_measured(tmp_path: Path) -> None:
    manifest = write_cell(RunStore(tmp_path), FAMILY, [["1", "2"]] * 3).manifest
    again = reproduce(row_of(), manifest, manifest)
    selection = Selection.model_validate(yaml.safe_load(again.run_file) | {})
    pair = (selection.before, selection.after, selection.family, selection.reward)
    assert pair == (FAMILY, f"{FAMILY}-random-micro-s0", FAMILY, "random")
    assert (selection.recipe, selection.step, selection.seed) == ("micro", 20, 0)
    assert (selection.tasks, selection.protocols, selection.limit) == (("micro_bench",), ("micro_qa",), 3)
    assert (selection.temperature, selection.k, selection.max_new_tokens, selection.engine) == (
        0.6,
        2,
        8,
        "hf",
    )
    assert (
        again.commands[0]
        == f"rlvr-suite train micro --model {FAMILY} --reward random --seed 0 --out runs/again"
    )
    assert again.commands[1] == "rlvr-suite eval pair.yaml --out runs/again"


def test_several_seeds_are_asked_for_by_what_they_share() -> None:
    names = tuple(f"{FAMILY}-random-micro-s{seed}" for seed in (0, 1))
    again = reproduce(row_of(checkpoints=names, seeds=(0, 1)), None, None)
    selection = Selection.model_validate(yaml.safe_load(again.run_file))
    assert (selection.families, selection.rewards, selection.seeds) == ((FAMILY,), ("random",), (0, 1))
    assert sum("rlvr-suite train" in command for command in again.commands) == 2


def test_neighbours_are_told_apart_by_what_differs(tested: Summary) -> None:
    row = tested.deltas[0]
    more = (
        {"step": 50, "checkpoint": "early"},
        {"protocol": "chat"},
        {"reward": "format", "step": 50, "recipe": "other"},
    )
    rows = (row, *(row.model_copy(update=one) for one in more))
    views = PairViews(tested.model_copy(update={"deltas": rows}), {})
    labels = [one.label for one in views.view(row).same_task]
    assert labels == ["step 50", "prompt chat", "reward format, recipe other, step 50"]


def test_a_checkpoint_that_nobody_trained_here_is_not_trained_again(tmp_path: Path) -> None:
    assert "train" not in " ".join(reproduce(row_of(checkpoint="theirs"), None, None).commands)
    own = reproduce(row_of(recipe=UNSTATED, checkpoint="mine", seeds=()), None, None)
    selection = Selection.model_validate(yaml.safe_load(own.run_file))
    assert (selection.before, selection.after, selection.family, selection.reward) == (
        FAMILY,
        "mine",
        FAMILY,
        "random",
    )


def test_imported_answers_are_imported_again_with_quoted_names(tmp_path: Path) -> None:
    manifest = write_cell(RunStore(tmp_path), FAMILY, [["1", "2"]] * 3).manifest
    assert manifest
    source = ImportSource(format="lm-eval", files={"a b.json": "hash"}, unstated=())
    imported = manifest.model_copy(update={"source": source})
    again = reproduce(row_of(recipe=IMPORTED, reward="x; rm -rf ~"), imported, imported)
    assert again.run_file == ""
    first, second = (shlex.split(command) for command in again.commands[:2])
    assert first[:5] == ["rlvr-suite", "import", "lm-eval", "a b.json", "--model"]
    assert second[4:8] == ["--base", FAMILY, "--reward", "x; rm -rf ~"]


def test_a_pair_measured_twice_keeps_the_address_of_its_page() -> None:
    row = row_of()
    assert pair_page(row) == pair_page(row.model_copy(update={"delta": 3.0, "k": 8, "seeds": (0, 1)}))
    others = [
        row.model_copy(update=one)
        for one in ({"step": 40}, {"checkpoint_cells": ("0123",)}, {"task": "math500"})
    ]
    assert len({pair_page(one) for one in (row, *others)}) == 4


def test_a_gain_says_what_speaks_against_it_and_a_firm_one_says_nothing(tested: Summary) -> None:
    firm = row_of(
        delta=9.0, interval=(5.0, 13.0), finding="gain", p=0.001, p_holm=0.01, control=("c",), adjusted_delta=4.0,
        adjusted_interval=(1.0, 7.0), adjusted_against="random", beats_controls=True, reward="ground_truth",
    )  # fmt: skip
    weak = {
        "beats_controls": False,
        "adjusted_interval": (-2.0, 9.0),
        "p_holm": 0.2,
        "strong_baseline_delta": 1.0,
    }
    doubted = firm.model_copy(update={**weak, "strong_baseline_interval": (-3.0, 5.0)})
    assert doubts(firm, contaminated=False) == ()
    assert [sentence.split(":")[0] for sentence in doubts(doubted, contaminated=True)] == [
        "Not shown to exceed what a spurious reward brings",
        "This family's training corpus contains the items",
        "Not shown against the base's best prompt",
        "Not significant on the whole board",
    ]
    page = told(dict(pages(tested.model_copy(update={"deltas": (doubted,)})))[pair_page(doubted)])
    assert "+4.0 [−2.0, +9.0] beyond random" in page
    control = firm.model_copy(
        update={"spurious": True, "control": None, "adjusted_delta": None, "beats_controls": None}
    )
    assert doubts(control, contaminated=False)[0].endswith("this is a control, not a method.")
