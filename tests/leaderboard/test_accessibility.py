"""axe-core finds nothing serious on any page, light and dark, wide and narrow; links between pages work."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from builders.cells import FAMILY, write_cell
from chromium import NEEDS_CHROMIUM, Visit, settles
from gate_reports import whole_report

from suite.leaderboard import packed_cells, write_board
from suite.leaderboard.boards_index import write_boards
from suite.registry import load_registry
from suite.schema import Pair, Summary
from suite.store.run_folder import RunStore
from suite.summary.merge import board_source
from suite.summary.scored_cells import scored_cells
from suite.summary.summarize import summary_of

pytestmark = NEEDS_CHROMIUM
SERIOUS = {"serious", "critical"}
BEFORE = [["1", "no"], ["2", "9"], ["none", "9"]]
AFTER = [["1", "1"], ["2", "2"], [r"```python``` \boxed{3}", "9"]]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The board of a real run folder: one base, two checkpoints, with their answers."""
    store = RunStore(tmp_path_factory.mktemp("run"))
    write_cell(store, FAMILY, BEFORE)
    for reward, texts in (("ground_truth", AFTER), ("random", BEFORE)):
        name = f"{FAMILY}-{reward}"
        pair = Pair(
            family=FAMILY, base=FAMILY, checkpoint=name, reward=reward, recipe="micro", seed=0, step=20
        )
        store.add_pair(pair)
        write_cell(store, name, texts)
    store.write_summary(summary_of(store, scored_cells(store.finished()), load_registry()))
    source = board_source([store.root], load_registry())
    return write_board(source.summary, store.root / "board", cells=packed_cells(source.cells)).parent


@pytest.fixture(scope="module")
def page_of_a_pair(run: Path) -> Path:
    return next(path for path in (run / "pairs").iterdir() if "ground_truth" in path.name)


def serious(visit: Visit) -> list[str]:
    """What axe-core says of the page as it stands: rule and element."""
    from axe_playwright_python.sync_playwright import Axe

    # Not preloaded: axe would fetch the style sheets once more, which the policy of the pages forbids.
    found = (
        Axe()
        .run(visit.page, options={"resultTypes": ["violations"], "preload": False})
        .response["violations"]
    )
    return [
        f"{one['id']}: {node['html'][:120]}"
        for one in found
        if one["impact"] in SERIOUS
        for node in one["nodes"]
    ]


LOOKS = [(1280, "light"), (1280, "dark"), (360, "light")]


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_every_tab_of_the_board_and_its_verdicts_can_be_used_by_anybody(
    browser,
    tested: Summary,
    tmp_path: Path,
    width: int,
    scheme: str,
) -> None:
    index = write_board(tested, tmp_path, gate=whole_report())
    visit = Visit(browser, index, width=width, scheme=scheme)
    for tab in visit.page.get_by_role("tab").all():
        tab.click()
        assert serious(visit) == [], tab.text_content()
    visit.page.goto((tmp_path / "gate.html").as_uri())
    assert serious(visit) == [] and visit.complaints == []
    visit.context.close()


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_the_page_of_a_pair_can_be_used_by_anybody(
    browser, page_of_a_pair: Path, width: int, scheme: str
) -> None:
    visit = Visit(browser, page_of_a_pair, width=width, scheme=scheme)
    visit.page.get_by_role("heading", name="Answers before and after").scroll_into_view_if_needed()
    visit.page.get_by_text("item", exact=False).first.wait_for()
    for fold in visit.page.locator("main details > summary").all():
        fold.click()
    assert serious(visit) == []
    settles(lambda: visit.page.evaluate("document.documentElement.scrollWidth") <= width)
    assert visit.complaints == [] and all(url.startswith("file://") for url in visit.requests)
    visit.context.close()


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_the_index_of_boards_and_the_papers_board_can_be_used_by_anybody(
    browser,
    tmp_path: Path,
    width: int,
    scheme: str,
) -> None:
    write_boards(tmp_path)
    visit = Visit(browser, tmp_path / "index.html", width=width, scheme=scheme)
    assert serious(visit) == []
    visit.page.goto((tmp_path / "published" / "index.html").as_uri())
    assert serious(visit) == [] and visit.complaints == []
    visit.context.close()


@pytest.fixture
def pair_visit(browser, run: Path) -> Iterator[Visit]:
    visit = Visit(browser, run / "index.html")
    yield visit
    visit.leave()


def test_a_cell_of_the_board_leads_to_its_pair_and_the_pair_back_to_its_task(pair_visit: Visit) -> None:
    page = pair_visit.page
    pair_visit.shown(".heatmap a", has_text="+").first.click()
    page.wait_for_url("**/pairs/micro_bench-*")
    settles(lambda: page.get_by_role("heading", level=1).inner_text(), "micro Llama3 trained on ground_truth")
    settles(lambda: "+50.0" in page.locator(".verdict").inner_text())
    page.get_by_role("link", name="random", exact=True).first.click()
    page.wait_for_url("**-random-*")
    page.get_by_role("link", name="Leaderboard").click()
    page.wait_for_url("**/index.html#task=micro_bench")
    settles(
        lambda: pair_visit.shown("h2").first.inner_text(), "Published word problems, leaked to one family"
    )


def test_the_page_of_a_pair_is_whole_without_scripts(browser, page_of_a_pair: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(page_of_a_pair.as_uri())
    text = page.locator("main").inner_text()
    for piece in (
        "+50.0",
        "Where the change comes from",
        "Truly changed",
        "rlvr-suite eval pair.yaml",
        "temperature 0.6",
    ):
        assert piece in text
    context.close()
