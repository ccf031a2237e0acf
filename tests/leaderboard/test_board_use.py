"""The board in use: values, filters, the address, copying, the keyboard, a phone, paper, no scripts."""

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from board_page import heatmap
from chromium import NEEDS_CHROMIUM, Visit, expect, settles
from large_summary import large_summary

from suite.leaderboard import write_board
from suite.leaderboard.links import pair_page
from suite.leaderboard.wording.rows import page_interval, page_points
from suite.schema import Summary

pytestmark = NEEDS_CHROMIUM
SPECIAL = r"my|method_1 & 50% \x *b* [c]"
MOST_BYTES = 3_000_000
CONTRASTS = """cells => {
  const pen = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const linear = (v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4);
  const light = (colour) => {
    pen.fillStyle = colour;
    pen.fillRect(0, 0, 1, 1);
    const [r, g, b] = [...pen.getImageData(0, 0, 1, 1).data].map(linear);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
  };
  return cells.map((cell) => {
    const { color, backgroundColor } = getComputedStyle(cell);
    const [ink, ground] = [light(color), light(backgroundColor)];
    return Math.max(ink, ground) / Math.min(ink, ground);
  });
}"""
"""The contrast of each cell's ink with its ground, as WCAG 2 has it."""


@pytest.fixture
def board(tested: Summary, tmp_path: Path) -> Path:
    """One task, two families, four rewards, with and without controls, strong baselines and references."""
    return write_board(tested, tmp_path)


@pytest.fixture
def visit(browser, board: Path) -> Iterator[Visit]:
    visit = Visit(browser, board)
    yield visit
    visit.context.close()
    assert visit.complaints == []


def spoken(visit: Visit) -> list[str]:
    """What the cells that can be seen say, row by row."""
    return [
        " ".join(text.split())
        for text in visit.shown(".heatmap tbody td:visible:not(.out)").all_inner_texts()
    ]


def families(visit: Visit) -> list[str]:
    return [
        head.strip() for head in visit.shown(".heatmap thead tr:last-child th:visible").all_inner_texts()
    ][1:]


def choose(visit: Visit, menu: str, *names: str) -> None:
    visit.page.locator("#controls summary", has_text=menu).click()
    for name in names:
        visit.page.get_by_role("group", name=menu).get_by_label(name, exact=True).check()
    visit.page.keyboard.press("Escape")


def count(visit: Visit) -> str:
    return visit.page.locator("#count").inner_text()


def copied(visit: Visit, button: str) -> str:
    visit.context.grant_permissions(["clipboard-read", "clipboard-write"])
    visit.page.get_by_role("button", name=button, exact=True).click()
    visit.page.locator("#said", has_text="copied.").wait_for()
    return str(visit.page.evaluate("navigator.clipboard.readText()"))


def test_the_same_cells_show_what_is_left_beyond_the_control_and_against_the_strong_baseline(
    visit: Visit, tested: Summary
) -> None:
    row = tested.deltas[0]
    assert spoken(visit)[0] == "+29.3 [+25.8, +32.5] ▲ gain MDE 4.8"
    visit.page.get_by_role("radio", name="Beyond control").check()
    settles(
        lambda: spoken(visit)[0],
        f"{page_points(row.adjusted_delta)} [+5.2, +11.6] beyond random beats every control",
    )
    settles(lambda: spoken(visit)[1], "no control")
    settles(lambda: "is a control" in spoken(visit))
    settles(lambda: visit.shown(".map h3").inner_text(), "Delta beyond its control by reward and family")
    visit.page.get_by_role("radio", name="Strong baseline").check()
    settles(
        lambda: spoken(visit)[0],
        f"+1.7 {page_interval(row.strong_baseline_interval)} base's best: none / qwen_math",
    )
    settles(lambda: spoken(visit)[1], "one protocol only")
    settles(lambda: visit.page.url.endswith("#show=strong"))


def test_colour_follows_the_value_that_is_shown_and_no_value_is_no_zero(visit: Visit) -> None:
    def grounds() -> list[str]:
        return visit.shown(".heatmap tbody td:not(.missing)").evaluate_all(
            "all => all.map(c => getComputedStyle(c).backgroundColor)"
        )

    deltas = grounds()
    visit.page.get_by_role("radio", name="Beyond control").check()
    settles(lambda: set(grounds()[1:]), {"rgba(0, 0, 0, 0)"})
    assert len(set(deltas)) == 5
    settles(lambda: grounds()[0] != deltas[0])


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_ink_on_every_cell_reaches_the_contrast_of_text(
    browser, tested: Summary, tmp_path: Path, scheme: str
) -> None:
    ends = (
        tested.deltas[0].model_copy(update={"delta": 30.0}),
        tested.deltas[1].model_copy(update={"delta": -30.0}),
    )
    visit = Visit(
        browser,
        write_board(tested.model_copy(update={"deltas": (*ends, *tested.deltas[2:])}), tmp_path),
        scheme=scheme,
    )
    ratios = visit.shown(".heatmap tbody td[style]").evaluate_all(CONTRASTS)
    assert len(ratios) == 5 and min(ratios) >= 4.5
    visit.context.close()


def test_published_figures_stand_in_the_cells_once_asked_for_with_their_sources_below(visit: Visit) -> None:
    assert not visit.shown(".paper").first.is_visible() and not visit.shown(".papers").is_visible()
    visit.page.get_by_label("Published figures").check()
    settles(lambda: spoken(visit)[0].endswith("paper +29.1"))
    settles(lambda: visit.page.url.endswith("#published=1"))
    expect(visit.shown(".papers")).to_be_visible()
    below = visit.shown(".papers").inner_text()
    assert "References, never controls" in below
    assert "arXiv 2506.10947v1" in below
    assert "greedy, smoothed over 10 steps, step 300" in below


def test_filters_narrow_the_heatmap_and_every_table(visit: Visit) -> None:
    assert count(visit) == "5 of 5 deltas shown"
    choose(visit, "Families", "Llama3")
    settles(lambda: families(visit), ["Llama3"])
    settles(lambda: count(visit), "2 of 5 deltas shown")
    expect(visit.shown("table.deltas tbody tr:not([hidden])")).to_have_count(2)
    expect(visit.shown("table.scores tbody tr:not([hidden])")).to_have_count(3)
    choose(visit, "Findings", "▲ gain")
    settles(lambda: [text[:5] for text in spoken(visit)], ["+4.2 "])
    settles(lambda: visit.page.url.endswith("#families=llama3&findings=gain"))
    visit.page.get_by_role("button", name="Reset", exact=True).click()
    settles(lambda: count(visit), "5 of 5 deltas shown")
    settles(lambda: "#" not in visit.page.url)
    choose(visit, "Rewards", "random", "format")
    settles(lambda: visit.shown(".heatmap tbody th:visible span").all_inner_texts(), ["random", "format"])
    settles(lambda: families(visit), ["Qwen2.5-Math ◆", "Llama3"])
    settles(lambda: spoken(visit)[1], "∅ missing")


def test_search_looks_at_every_name_and_says_when_nothing_is_left(visit: Visit) -> None:
    search = visit.page.get_by_role("searchbox")
    for asked, left in (
        ("LLAMA3.1", 2),
        ("my_method", 1),
        ("random-s0", 1),
        ("micro", 5),
        ("boxed qwen format", 1),
        ("  ", 5),
    ):
        search.fill(asked)
        settles(lambda: count(visit), f"{left} of 5 deltas shown")
    search.fill("nobody")
    expect(visit.page.get_by_text("No delta matches.")).to_be_visible()
    expect(visit.shown("table").first).to_be_hidden()
    visit.page.get_by_role("button", name="Reset filters").click()
    expect(search).to_have_value("")
    settles(lambda: len(spoken(visit)), 8)
    expect(visit.page.locator("#nothing")).to_be_hidden()


def test_a_filter_holds_on_every_task(browser, summary: Summary, tmp_path: Path) -> None:
    visit = Visit(browser, write_board(summary, tmp_path), view="#families=micro-olmo2+micro-llama3")
    for tab in visit.page.get_by_role("tab").all()[:3]:
        tab.click()
        settles(lambda: [name.rstrip(" ◆") for name in families(visit)], ["Micro Llama3", "Micro OLMo2"])
    visit.page.get_by_role("tab", name="Across tasks").click()
    expect(visit.page.locator("#controls")).to_be_hidden()
    settles(lambda: visit.page.url.endswith("task=across"))
    visit.context.close()


def test_a_link_opens_the_view_that_it_was_copied_from(browser, summary: Summary, tmp_path: Path) -> None:
    board = write_board(summary, tmp_path)
    first = Visit(browser, board)
    first.page.get_by_role("tab", name="Micro benchmark", exact=True).click()
    first.page.get_by_role("radio", name="Beyond control").check()
    choose(first, "Rewards", "random", "ground_truth")
    first.page.get_by_role("searchbox").fill("micro-llama3")
    first.shown("table.deltas").get_by_role("button", name="Before", exact=True).click()
    link = copied(first, "Copy Link")
    settles(lambda: link == first.page.url)
    second = Visit(browser, board, view=link[link.index("#") :])
    for visit in (first, second):
        expect(visit.shown("h2").first).to_have_text("Micro benchmark")
        expect(visit.page.locator("#count")).to_have_text("2 of 12 deltas shown")
        expect(visit.page.get_by_role("radio", name="Beyond control")).to_be_checked()
        expect(visit.page.get_by_role("searchbox")).to_have_value("micro-llama3")
        expect(visit.shown("table.deltas th[aria-sort=descending]")).to_have_text("Before")
        visit.context.close()


def test_what_an_address_says_of_nothing_known_is_left_out(browser, board: Path) -> None:
    filters = "task=nope&show=everything&families=nope+llama3+%25E0&findings=great"
    bad = f"#{filters}&published=yes&sort=deltas:Nothing:up&x=%"
    visit = Visit(browser, board, view=bad)
    assert families(visit) == ["Llama3"] and visit.page.get_by_role("radio", name="Delta").is_checked()
    assert not visit.shown(".paper").first.is_visible()
    visit.page.evaluate("location.hash = 'show=strong&q=random-s0'")
    visit.page.get_by_text("1 of 5 deltas shown").wait_for()
    expect(visit.page.get_by_role("radio", name="Strong baseline")).to_be_checked()
    settles(lambda: families(visit), ["Qwen2.5-Math ◆"])
    assert visit.complaints == []
    visit.context.close()


def test_the_heatmap_sorts_by_a_family_in_the_value_that_is_shown(visit: Visit) -> None:
    visit.shown(".heatmap").get_by_role("button", name="Qwen2.5-Math").click()
    rows = visit.shown(".heatmap tbody th span")
    settles(lambda: rows.all_inner_texts(), ["ground_truth", "random", "format", "my_method"])
    visit.shown(".heatmap").get_by_role("button", name="Llama3").click()
    settles(lambda: rows.all_inner_texts()[:2], ["ground_truth", "my_method"])
    settles(
        lambda: visit.page.evaluate("new URLSearchParams(location.hash.slice(1)).get('sort')"),
        "heatmap:Llama3:desc",
    )


def test_the_table_as_shown_is_copied_as_markdown(visit: Visit) -> None:
    choose(visit, "Rewards", "ground_truth", "random")
    lines = copied(visit, "Copy as Markdown").splitlines()
    assert lines[0].startswith("**MATH-500** (500 items): Delta, in percentage points with interval.")
    assert lines[2:4] == ["| Reward | Qwen2.5-Math ◆ | Llama3 |", "| :--- | ---: | ---: |"]
    assert lines[4] == r"| ground\_truth | +29.3 [+25.8, +32.5] ▲ | +4.2 [+0.8, +7.5] ▲ |"
    assert lines[5] == "| random, spurious reward | +21.0 [+17.5, +24.2] ▲ ‡ | ∅ missing |"
    visit.page.get_by_role("radio", name="Beyond control").check()
    visit.page.get_by_label("Published figures").check()
    lines = copied(visit, "Copy as Markdown").splitlines()
    assert lines[4] == r"| ground\_truth | +8.3 [+5.2, +11.6] (paper +29.1) | no control (paper +29.1) |"


def test_the_table_as_shown_is_copied_as_latex_with_gains_in_bold(visit: Visit) -> None:
    text = copied(visit, "Copy as LaTeX")
    assert text.index(r"\toprule") < text.index(r"\midrule") < text.index(r"\bottomrule")
    assert r"\caption{MATH-500 (500 items): Delta, in percentage points with interval. Bold: gain;" in text
    assert r"Reward & Qwen2.5-Math $\diamond$ & Llama3 \\" in text
    assert r"ground\_truth & \textbf{+29.3} {\scriptsize $[+25.8, +32.5]$} & \textbf{+4.2}" in text
    assert r"\textit{$-$6.0} {\scriptsize $[-9.5, -2.8]$}" in text
    assert r"$[+17.5, +24.2]$} $\ddagger$ & missing \\" in text


def test_names_with_the_marks_of_markdown_and_latex_are_escaped(
    browser, tested: Summary, tmp_path: Path
) -> None:
    row = tested.deltas[0].model_copy(update={"reward": SPECIAL})
    visit = Visit(browser, write_board(tested.model_copy(update={"deltas": (row,)}), tmp_path))
    line = copied(visit, "Copy as Markdown").splitlines()[-1]
    assert line.startswith(r"| my\|method\_1 \& 50% \\x \*b\* \[c\] | +29.3")
    assert len(re.findall(r"(?<!\\)\|", line)) == 4
    assert r"my\textbar{}method\_1 \& 50\% \textbackslash{}x {*}b{*} {[}c{]} & \textbf" in copied(
        visit, "Copy as LaTeX"
    )
    visit.context.close()


def test_copying_works_where_a_page_has_no_clipboard(visit: Visit) -> None:
    visit.page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    visit.page.get_by_role("button", name="Copy Link").click()
    visit.page.locator("#said", has_text="Link copied.").wait_for()
    search = visit.page.get_by_role("searchbox")
    search.press("Control+V")
    settles(lambda: search.input_value() == visit.page.url.split("#")[0])


def test_arrow_keys_move_between_cells_over_holes_and_enter_opens_the_pair(
    visit: Visit, tested: Summary
) -> None:
    cells = visit.shown(".heatmap td > a")
    assert [cell.get_attribute("tabindex") for cell in cells.all()] == ["0", "-1", "-1", "-1", "-1"]
    cells.first.focus()
    focused = "document.activeElement.getAttribute('href')"
    for key, place in (
        ("ArrowRight", 3),
        ("ArrowDown", 4),
        ("Home", 4),
        ("ArrowUp", 3),
        ("ArrowLeft", 0),
        ("ArrowDown", 1),
        ("ArrowRight", 1),
    ):
        visit.page.keyboard.press(key)
        settles(lambda: visit.page.evaluate(focused), pair_page(tested.deltas[place]))
    settles(
        lambda: visit.shown(".heatmap td > a[tabindex='0']").get_attribute("href"),
        pair_page(tested.deltas[1]),
    )
    visit.page.keyboard.press("Enter")
    visit.page.wait_for_url(f"**/{pair_page(tested.deltas[1])}")


def test_a_focused_cell_is_described_by_its_note_until_escape(visit: Visit, tested: Summary) -> None:
    cell = visit.shown(".heatmap td > a").first
    cell.focus()
    note = visit.page.get_by_role("tooltip")
    wanted = ["ground_truth · Qwen2.5-Math ◆", "+29.3 [+25.8, +32.5] ▲ gain", *heatmap(tested)[0][0].notes]
    settles(lambda: note.locator("p").all_inner_texts(), wanted)
    settles(lambda: cell.get_attribute("aria-describedby") == note.get_attribute("id"))
    visit.page.keyboard.press("Escape")
    expect(note).to_be_hidden()
    settles(lambda: cell.get_attribute("aria-describedby") is None)


def test_the_pointer_can_move_onto_a_note(visit: Visit) -> None:
    visit.point_at("+29.3")
    note = visit.page.get_by_role("tooltip")
    note.hover()
    visit.page.wait_for_timeout(300)
    expect(note).to_be_visible()
    visit.page.mouse.move(2, 2)
    note.wait_for(state="hidden")


@pytest.mark.parametrize("view", ["", "#show=adjusted&published=1", "#task=across", "#q=nobody"])
def test_the_board_fits_a_narrow_phone(browser, tested: Summary, tmp_path: Path, view: str) -> None:
    visit = Visit(browser, write_board(tested, tmp_path), width=360, view=view)
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= 360
    if not view:
        visit.page.locator("#controls summary", has_text="Findings").click()
        box = visit.page.get_by_role("group", name="Findings").bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 360
    assert visit.complaints == []
    visit.context.close()


def test_paper_has_the_tables_black_on_white_and_no_controls(browser, large_board: Path) -> None:
    visit = Visit(browser, large_board, scheme="dark")
    visit.page.emulate_media(media="print")
    seen = "node => node.checkVisibility({ contentVisibilityAuto: true })"
    settles(
        lambda: visit.page.evaluate("getComputedStyle(document.body).backgroundColor"), "rgb(255, 255, 255)"
    )
    expect(visit.page.locator("#controls")).to_be_hidden()
    expect(visit.page.get_by_role("tablist")).to_be_hidden()
    for table in ("heatmap", "deltas", "scores", "sources"):
        cell = visit.shown(f"table.{table} tbody td").last
        settles(partial(cell.evaluate, seen))
    settles(
        lambda: visit.shown(".heatmap tbody td").first.evaluate("c => getComputedStyle(c).printColorAdjust"),
        "exact",
    )
    assert len(visit.page.pdf()) > 10_000
    visit.context.close()


def test_without_scripts_every_task_is_open_and_every_cell_a_link(
    browser, summary: Summary, tmp_path: Path
) -> None:
    visit = Visit(browser, write_board(summary, tmp_path), scripts=False)
    assert (
        not visit.page.locator("#controls").is_visible()
        and not visit.page.get_by_role("tablist").is_visible()
    )
    assert [panel.is_visible() for panel in visit.page.locator(".panel").all()] == [True] * 4
    assert visit.page.locator(".heatmap td > a:visible").count() == len(summary.deltas)
    assert (
        visit.page.locator(".way-delta b").first.is_visible()
        and not visit.page.locator(".way-adjusted").first.is_visible()
    )
    visit.page.locator(".heatmap td > a").first.click()
    visit.page.wait_for_url("**/pairs/*.html")
    visit.context.close()


def test_one_family_one_reward_and_a_task_without_pairs_are_no_special_case(
    browser, summary: Summary, tmp_path: Path
) -> None:
    lone = summary.model_copy(update={"deltas": summary.deltas[:1]})
    visit = Visit(browser, write_board(lone, tmp_path))
    assert count(visit) == "1 of 1 deltas shown" and len(spoken(visit)) == 4
    visit.page.get_by_role("tab", name="Micro benchmark", exact=True).click()
    expect(visit.page.get_by_text("No pair was compared on this task.").first).to_be_visible()
    expect(visit.page.locator("#controls")).to_be_hidden()
    expect(visit.shown("table.scores")).to_be_visible()
    assert visit.complaints == []
    visit.context.close()


@pytest.fixture(scope="module")
def large_board(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_board(large_summary(), tmp_path_factory.mktemp("large"))


@pytest.mark.slow
def test_a_full_sweep_of_504_deltas_stays_small_and_quick(browser, large_board: Path) -> None:
    assert large_board.stat().st_size < MOST_BYTES
    visit = Visit(browser, large_board, width=1440)
    assert visit.page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd") < 5000
    assert visit.shown(".heatmap tbody td").count() == 84 and count(visit) == "84 of 84 deltas shown"
    more = visit.shown(".more")
    more.scroll_into_view_if_needed()
    settles(lambda: more.inner_text(), "Show all 84 pairs")
    visit.shown(".arms .ytick").first.wait_for()
    expect(visit.shown(".arms .ytick")).to_have_count(24)
    visit.page.get_by_role("searchbox").fill("olmo2-7b-sft")
    visit.shown(".arms").scroll_into_view_if_needed()
    visit.shown(".arms .ytick").nth(7).wait_for(state="detached")
    expect(visit.shown(".arms .ytick")).to_have_count(7)
    expect(more).to_be_hidden()
    settles(lambda: families(visit), ["olmo2-7b-sft"])
    settles(lambda: visit.shown(".heatmap .groups th:visible").all_inner_texts(), ["OLMo2"])
    assert visit.complaints == []
    visit.context.close()
