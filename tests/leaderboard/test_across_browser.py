"""The tab across tasks in a real browser, opened from disk with the network off."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from across_summary import across
from chromium import NEEDS_CHROMIUM, Visit, expect, settles

from suite.leaderboard import write_board
from suite.schema import Summary

pytestmark = NEEDS_CHROMIUM
DRAWN = "node => node.data.filter(t => t.mode === 'markers' && t.name !== 'references').flatMap(t => t.x)"
TEXTS = "node => [...node.querySelectorAll('text')].map(n => n.textContent)"
HOSTILE = "</script><img src=x onerror=alert(1)><b>\"'&amp;"


class AcrossVisit(Visit):
    """The tab across tasks, open on a board."""

    def __init__(self, browser, index: Path, hash_: str = "", **more: Any) -> None:
        super().__init__(browser, index, view=f"#task=across{hash_}", **more)
        self.panel = self.page.locator("#across")
        self.forest = self.page.locator("#forest-chart")

    def pick(self, label: str, value: str) -> None:
        self.panel.get_by_label(label, exact=True).first.select_option(value)

    def numbers(self, table: str) -> list[float]:
        """The deltas of a table's rows that are not hidden by a picker."""
        return self.panel.locator(f"{table} td.strong").evaluate_all(
            "n => n.filter(c => !c.closest('[hidden]')).map(c => Number(c.dataset.value))"
        )

    def deltas(self) -> tuple[list[float], list[float]]:
        """The deltas of the forest, drawn and in its table."""
        return sorted(self.forest.evaluate(DRAWN)), sorted(self.numbers(".forest-numbers"))


@pytest.fixture
def whole() -> Summary:
    return across()


@pytest.fixture
def board(whole: Summary, tmp_path: Path) -> Path:
    return write_board(whole, tmp_path)


@pytest.fixture
def visit(browser, board: Path) -> Iterator[AcrossVisit]:
    visit = AcrossVisit(browser, board)
    yield visit
    visit.leave()


def test_the_forest_draws_the_deltas_of_the_picked_task_and_its_table_says_the_same(
    visit: AcrossVisit, whole: Summary
) -> None:
    for task in ("math500", "arithmetic_clean", "aime2025"):
        visit.pick("Task", task)
        told = [row.delta for row in whole.deltas if row.task == task and row.delta is not None]
        settles(visit.deltas, (sorted(told), sorted(told)))


def test_a_picked_reward_is_drawn_alone_and_stands_in_the_address(visit: AcrossVisit, whole: Summary) -> None:
    visit.pick("Reward", "random")
    told = [row.delta for row in whole.deltas if (row.task, row.reward) == ("math500", "random")]
    settles(visit.deltas, (sorted(told), sorted(told)))
    settles(lambda: visit.page.url.endswith("#task=across&forest=random"))
    label = visit.forest.get_attribute("aria-label")
    assert "9 deltas" not in label and "on MATH-500, random" in label


def test_rows_without_a_number_are_drawn_in_words_and_references_hollow(visit: AcrossVisit) -> None:
    visit.pick("Task", "arithmetic_clean")
    wanted = {"⊘ not comparable", "∅ missing", "±2.5: margin of equivalence"}
    settles(lambda: wanted <= set(visit.forest.evaluate(TEXTS)))
    visit.pick("Task", "math500")
    references = "node => node.data.find(t => t.name === 'references') ?? null"
    settles(lambda: visit.forest.evaluate(references) is not None)
    reference = visit.forest.evaluate(references)
    assert reference["x"] == [29.1]
    assert reference["marker"]["symbol"] == "diamond-open"
    assert reference["text"][0].startswith("as a reference only: published<br>+29.1 points")


def test_families_have_shapes_of_their_own(visit: AcrossVisit) -> None:
    shapes = visit.forest.evaluate(
        "n => n.data.filter(t => t.mode === 'markers').flatMap(t => t.marker.symbol)"
    )
    assert {"circle", "square"} < set(shapes) and len(set(shapes)) == 3


def test_curves_start_at_the_base_and_end_with_their_names(visit: AcrossVisit, whole: Summary) -> None:
    charts = visit.panel.locator(".curve-grid:not([hidden]) .curve-chart")
    assert charts.count() == 3
    lines = charts.first.evaluate("node => node.data.map(t => [t.y, t.line.dash, t.marker.symbol.at(-1)])")
    assert [line[0][0] for line in lines] == [0, 0] and len({dash for _, dash, _ in lines}) == 2
    told = sorted(row.delta for row in whole.deltas if (row.task, row.base) == ("math500", "qwen2.5-math-7b"))
    assert sorted(y for line in lines for y in line[0][1:]) == told
    assert {"ground_truth", "random"} <= set(charts.first.evaluate(TEXTS))
    visit.page.locator("#across-curve").select_option("arithmetic_clean")
    settles(lambda: visit.page.url.endswith("curve=arithmetic_clean"))
    settles(lambda: len(visit.numbers(".curve-numbers")), 14)


def test_the_address_opens_the_same_view_and_its_bad_values_are_ignored(browser, board: Path) -> None:
    good = "&on=arithmetic_clean&forest=random&curve=arithmetic_clean&clean=math500+aime2025"
    for hash_, values in (
        (good, ["arithmetic_clean", "random", "arithmetic_clean", "math500 aime2025"]),
        ("&on=x&forest=%3Cb%3E&curve=&clean=7", ["math500", "", "math500", "math500 arithmetic_clean"]),
    ):
        visit = AcrossVisit(browser, board, hash_)
        selects = ("on", "reward", "curve", "pair")
        assert [visit.page.locator(f"#across-{name}").input_value() for name in selects] == values
        assert visit.panel.locator("[data-clean]:not([hidden])").get_attribute("data-clean") == values[3]
        visit.leave()


def test_a_reward_that_a_task_does_not_have_cannot_be_picked(visit: AcrossVisit) -> None:
    visit.pick("Reward", "random")
    visit.pick("Task", "aime2025")
    expect(visit.page.locator("#across-reward")).to_have_value("")
    settles(lambda: visit.forest.evaluate(DRAWN), [pytest.approx(4.85)])
    expect(
        visit.page.locator("#across-reward option[value='random'], #across-reward option:disabled")
    ).to_have_count(1)


def test_many_rows_open_with_one_reward_and_all_of_them_can_be_asked_for(
    browser, whole: Summary, tmp_path: Path
) -> None:
    more = [row.model_copy(update={"reward": f"{row.reward}_{n}"}) for n in range(3) for row in whole.deltas]
    index = write_board(whole.model_copy(update={"deltas": tuple(more), "contrasts": ()}), tmp_path)
    visit = AcrossVisit(browser, index)
    assert (
        visit.page.locator("#across-reward").input_value() == "ground_truth_0"
        and len(visit.forest.evaluate(DRAWN)) == 9
    )
    visit.pick("Reward", "")
    settles(lambda: len(visit.forest.evaluate(DRAWN)), 45)
    settles(lambda: visit.page.url.endswith("forest=*"))
    visit.leave()


def test_colours_follow_the_theme(visit: AcrossVisit) -> None:
    ink = "node => getComputedStyle(node.querySelector('.textpoint text')).fill"
    light = visit.forest.evaluate(ink)
    visit.page.get_by_role("button", name="Dark mode").click()
    settles(lambda: visit.forest.evaluate(ink) != light)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_scrolls_inside_its_containers_only(browser, board: Path, scheme: str) -> None:
    visit = AcrossVisit(browser, board, width=360, scheme=scheme)
    for fold in visit.panel.locator("summary").all():
        fold.click()
    settles(lambda: visit.page.evaluate("document.documentElement.scrollWidth") <= 360)
    settles(lambda: visit.forest.bounding_box()["width"] <= 360)
    visit.leave()


def test_a_cell_beside_another_leads_to_the_page_of_its_pair(visit: AcrossVisit) -> None:
    link = visit.panel.locator(".side-by-side:visible .tint a").first
    assert link.get_attribute("href").startswith("pairs/math500-qwen2")
    link.press("Enter")
    visit.page.wait_for_url("**/pairs/*.html")


def test_hostile_names_run_nothing(browser, whole: Summary, tmp_path: Path) -> None:
    names = dict.fromkeys(("family", "base", "reward"), HOSTILE)
    rows = tuple(
        row.model_copy(update=names)
        for row in whole.deltas
        if row.base == "qwen2.5-math-7b" and row.reward != "random"
    )
    tasks = tuple(task.model_copy(update={"title": HOSTILE}) for task in whole.tasks)
    visit = AcrossVisit(
        browser, write_board(whole.model_copy(update={"deltas": rows, "tasks": tasks}), tmp_path)
    )
    assert any(text.startswith("</script><img src=x") for text in visit.forest.evaluate(TEXTS))
    assert visit.page.locator("img, svg a, svg b").count() == 0
    visit.leave()


def test_without_scripts_every_table_is_there_and_no_picker(browser, board: Path) -> None:
    visit = AcrossVisit(browser, board, scripts=False)
    for name, count in (("forest-numbers", 3), ("curve-numbers", 2)):
        assert visit.panel.locator(f"table.{name}").count() == count
    assert visit.panel.locator(".side-by-side:visible").count() == 2
    assert (
        not visit.panel.get_by_role("combobox").count()
        and not visit.page.locator("#forest-figure").is_visible()
    )
    visit.leave()


def test_a_board_without_steps_probes_or_contrasts_opens_without_complaint(
    browser, summary: Summary, tmp_path: Path
) -> None:
    visit = AcrossVisit(browser, write_board(summary, tmp_path))
    assert visit.panel.get_by_text("No training was evaluated at several steps here").is_visible()
    assert visit.panel.locator(".curve-chart, .side-by-side").count() == 0
    visit.leave()
