"""The papers' board and the list of boards in a real browser, opened from disk with the network off."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from chromium import NEEDS_CHROMIUM, Visit, expect, settles

from suite.leaderboard import boards_index

pytestmark = NEEDS_CHROMIUM
MICRO = Path(__file__).resolve().parents[2] / "leaderboards" / "micro"
GROUND = "getComputedStyle(document.body).backgroundColor"


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("leaderboards")
    shutil.copytree(MICRO, folder / "micro")
    return boards_index.write_boards(folder)


@pytest.fixture
def visit(browser, index: Path) -> Iterator[Visit]:
    visit = Visit(browser, index.parent / "published" / "index.html")
    yield visit
    visit.leave()


def opened(visit: Visit, view: str) -> Visit:
    """The same page anew, with the view in its address."""
    visit.page.goto(f"{visit.page.url.split('#')[0].split('?')[0]}?again#{view}")
    return visit


def texts(visit: Visit, column: int) -> list[str]:
    return visit.shown(f"table.figures tbody tr:not([hidden]) > :nth-child({column})").all_inner_texts()


def chips(visit: Visit) -> list[str]:
    return visit.shown("table.grid a.chip:not([hidden])").all_text_contents()


def test_a_filter_leaves_its_figures_in_table_and_grids(visit: Visit) -> None:
    assert len(texts(visit, 1)) == len(chips(visit)) == 57
    visit.page.get_by_label("Source", exact=True).select_option(
        label="[5] Spurious Rewards, re-run by alphaXiv"
    )
    settles(lambda: chips(visit), ["+29.4 [5]", "+24.2 [5]", "+11.2 [5]", "+11.3 [5]"])
    settles(lambda: visit.page.get_by_role("status").inner_text(), "4 of 57 figures")
    heads = visit.shown("table.grid thead tr:last-child th:not([hidden])")
    settles(heads.all_inner_texts, ["Reward", "qwen2.5-math-7b"] * 4)
    visit.page.get_by_label("Task", exact=True).select_option(label="AIME 2024")
    settles(lambda: chips(visit), ["+11.2 [5]"])
    expect(visit.shown("figure:not([hidden])")).to_have_count(1)
    visit.page.get_by_role("button", name="Show all").click()
    settles(lambda: len(chips(visit)), 57)
    settles(lambda: "#" not in visit.page.url)


def test_families_keep_their_columns_when_some_are_filtered_away(visit: Visit) -> None:
    visit.page.get_by_label("Reward", exact=True).select_option("random")
    visit.page.get_by_label("Task", exact=True).select_option("math500")
    groups = visit.shown("table.grid .groups th:not([hidden])")
    settles(lambda: groups.evaluate_all("n => n.map(c => c.colSpan)"), [1, 2, 4, 2])
    settles(lambda: len(chips(visit)), 9)


def test_search_goes_through_places_and_settings_and_says_when_nothing_is_left(visit: Visit) -> None:
    visit.page.get_by_label("Search", exact=True).fill("gamma 0.5")
    settles(lambda: chips(visit), ["+21.4 [4]"])
    settles(lambda: visit.page.url.endswith("#find=gamma+0.5"))
    visit.page.get_by_label("Search", exact=True).fill("gamma 0.5 nowhere")
    expect(visit.page.get_by_text("No figure matches")).to_be_visible()
    settles(lambda: chips(visit), [])
    visit.page.locator("#again").click()
    settles(lambda: len(chips(visit)), 57)


def test_headings_sort_with_what_was_not_found_last_and_the_address_keeps_it(visit: Visit) -> None:
    button = visit.shown("table.figures").get_by_role("button", name="Delta", exact=True)
    for order in ("descending", "ascending"):
        button.click()
        expect(visit.page).to_have_url(re.compile(f"#sort=deltas.points.{order}$"))
        values = visit.shown("table.figures tbody td:nth-child(4)").evaluate_all(
            "n => n.map(c => c.dataset.value)"
        )
        numbers = [float(value) for value in values if value]
        assert len(numbers) == 16
        assert set(values[16:]) == {""}
        assert numbers == sorted(numbers, reverse=order == "descending")
    opened(visit, "sort=deltas.points.descending")
    settles(lambda: texts(visit, 4)[0].startswith("+29.4"))


def test_a_link_opens_the_same_view(visit: Visit) -> None:
    opened(visit, "show=accuracies&base=qwen2.5-math-1.5b&task=aime2025&find=sober")
    settles(lambda: visit.shown("h2").inner_text(), "Accuracies of bases")
    settles(lambda: len(texts(visit, 1)), 1)
    expect(visit.page.get_by_label("Base", exact=True)).to_have_value("qwen2.5-math-1.5b")
    expect(visit.shown("table.spread:not([hidden]) tbody tr:not([hidden])")).to_have_count(1)
    opened(visit, "base=nobody&task=__proto__&sort=x.y.z&row=nowhere&show=hover")
    settles(lambda: len(chips(visit)), 57)


def test_a_cell_leads_to_its_row_and_the_row_has_an_address(visit: Visit) -> None:
    visit.shown("a.chip", has_text="+21.4").click()
    pointed = visit.shown("tr.pointed")
    settles(lambda: "gamma 0.5" in pointed.inner_text())
    settles(lambda: "row=math500-qwen2.5-math-7b-" in visit.page.url)
    row = visit.page.url.split("#")[1]
    opened(visit, row)
    settles(lambda: "gamma 0.5" in pointed.inner_text())
    settles(lambda: visit.page.evaluate("document.activeElement.className"), "pointed")


def test_a_cell_says_its_source_under_the_pointer_and_under_the_focus(visit: Visit) -> None:
    said = visit.page.get_by_role("tooltip")
    visit.shown("a.chip", has_text="+13.2").hover()
    settles(
        lambda: said.locator("p").all_text_contents(),
        [
            "+13.2 points, no interval published",
            "qwen2.5-7b · one_shot · MATH-500",
            "Spurious Rewards, arXiv 2506.10947v1",
            "v1, Fig. 1, confirmed by App. A.6",
            "greedy, smoothed over 10 steps; step 300",
        ],
    )
    visit.page.mouse.move(2, 2)
    said.wait_for(state="hidden")
    visit.shown("a.chip[data-row].sought").first.focus()
    settles(lambda: said.locator("p").first.text_content(), "looked for, not found")
    visit.page.keyboard.press("Escape")
    expect(said).to_be_hidden()


def test_tabs_go_by_key_and_rewards_are_asked_of_deltas_only(visit: Visit) -> None:
    visit.page.get_by_role("tab", name="Deltas").press("ArrowLeft")
    settles(lambda: visit.shown("h2").inner_text(), "Contamination probes")
    settles(lambda: visit.page.url.endswith("#show=probes"))
    expect(visit.page.get_by_label("Reward", exact=True)).to_be_hidden()
    settles(lambda: len(texts(visit, 1)), 36)


def test_the_data_lie_beside_the_page(visit: Visit, index: Path) -> None:
    assert (
        visit.page.get_by_role("link", name="Download published.json").get_attribute("href")
        == "published.json"
    )
    visit.page.get_by_role("link", name="rlvr-suite").click()
    settles(lambda: visit.page.get_by_role("heading", level=1).inner_text(), "Leaderboards")
    visit.page.get_by_role("link", name="published").click()
    visit.page.wait_for_url("**/published/index.html")


def test_the_theme_holds_on_both_pages(visit: Visit) -> None:
    light = visit.page.evaluate(GROUND)
    visit.page.get_by_role("button", name="Dark mode").click()
    settles(lambda: visit.page.evaluate(GROUND) != light)
    dark = visit.page.evaluate(GROUND)
    visit.page.get_by_role("link", name="rlvr-suite").click()
    visit.page.wait_for_load_state()
    settles(lambda: visit.page.evaluate(GROUND) == dark != light)


def test_print_leaves_out_what_cannot_be_pressed(visit: Visit) -> None:
    visit.page.emulate_media(media="print")
    expect(visit.page.locator(".filters")).to_be_hidden()
    expect(visit.page.get_by_role("tablist")).to_be_hidden()
    expect(visit.shown("table.figures")).to_be_visible()


def test_without_scripts_every_figure_is_there(browser, index: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((index.parent / "published" / "index.html").as_uri())
    expect(page.locator("table.figures tbody tr:visible")).to_have_count(57 + 121 + 36)
    expect(page.locator(".filters")).to_be_hidden()
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["index.html", "published/index.html"])
def test_a_phone_scrolls_inside_the_containers_only(browser, index: Path, name: str, scheme: str) -> None:
    visit = Visit(browser, index.parent / name, width=360, scheme=scheme)
    for tab in visit.page.get_by_role("tab").all():
        tab.click()
        settles(lambda: visit.page.evaluate("document.documentElement.scrollWidth") <= 360)
    if "published" in name:
        visit.page.get_by_role("tab").first.click()
        visit.shown("a.chip[data-row]").first.focus()
        box = visit.page.get_by_role("tooltip").bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 360
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= 360 and visit.complaints == []
    visit.context.close()
