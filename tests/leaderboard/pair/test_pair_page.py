"""The page of one delta: its numbers are the summary's, whatever is missing is said, and names stay text."""

import re

from board_page import told

from suite.leaderboard import render
from suite.leaderboard.links import pair_page
from suite.leaderboard.pair.pair_page import PairViews
from suite.leaderboard.wording.rows import page_interval, page_points
from suite.schema import Summary
from suite.schema.numbers import percent

HOSTILE = "</script><img src=x onerror=alert(1)>../../..\u202e'\""


def pages(summary: Summary) -> dict[str, str]:
    return {name: content.decode() for name, content in render(summary) if name.startswith("pairs/")}


def test_every_delta_has_a_page_of_its_own_that_the_board_knows_the_name_of(tested: Summary) -> None:
    assert list(pages(tested)) == [pair_page(row) for row in tested.deltas]
    assert len(set(pages(tested))) == len(tested.deltas)


def test_the_numbers_of_a_page_are_those_of_its_row(tested: Summary) -> None:
    made = pages(tested)
    for row in tested.deltas:
        text = told(made[pair_page(row)])
        if row.delta is not None:
            assert f"{page_points(row.delta)} points" in text
            assert page_interval(row.interval) in text
        assert row.before is None or f"from {percent(row.before)} to {percent(row.after or 0)}" in text
        assert row.mde is None or f"{row.mde:.1f} points" in text
        if row.adjusted_delta is not None:
            assert f"{page_points(row.adjusted_delta)} {page_interval(row.adjusted_interval)}" in text
        for control in row.against_controls or ():
            difference = f"{page_points(control.difference)} {page_interval(control.interval)}"
            assert f"{control.reward} {difference}" in text
        for points in row.seed_deltas or ():
            assert page_points(points) in text


def test_what_is_not_there_is_said(summary: Summary) -> None:
    made = pages(summary)
    bare = told(made[pair_page(summary.deltas[0])])
    assert "settings and answers of this pair are not on this board" in bare
    assert "The board does not have the scores" in bare
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
