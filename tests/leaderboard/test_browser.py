"""The page in a real browser, opened from disk with the network off."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from chromium import NEEDS_CHROMIUM, Visit, expect, settles
from gate_reports import OPEN, whole_report

from suite.leaderboard import write_board
from suite.leaderboard.board.deltas_csv import deltas_csv
from suite.schema import Summary

pytestmark = NEEDS_CHROMIUM


@pytest.fixture
def board(summary: Summary, tmp_path: Path) -> Path:
    return write_board(summary, tmp_path)


@pytest.fixture
def visit(browser, board: Path) -> Iterator[Visit]:
    visit = Visit(browser, board)
    yield visit
    visit.leave()


def test_heatmap_shows_every_delta_with_its_finding(visit: Visit) -> None:
    visit.page.get_by_role("tab", name="Micro benchmark", exact=True).click()
    table = visit.shown("table.heatmap")
    cell = table.get_by_role("row", name="ground_truth").get_by_role("link").first
    settles(lambda: " ".join(cell.inner_text().split()), "+18.2 [+14.8, +21.5] ▲ gain")
    expect(table.get_by_role("columnheader", name="Micro Qwen2.5-Math ◆")).to_have_count(1)
    expect(table.get_by_text("inconclusive").first).to_be_visible()
    visit.shown(".arms").scroll_into_view_if_needed()
    visit.shown(".arms svg.main-svg").first.wait_for()


def test_odd_cells_have_looks_of_their_own_and_say_so_in_words(visit: Visit) -> None:
    border = "cell => getComputedStyle(cell.firstElementChild).borderStyle"
    odd, hole = visit.shown(".heatmap td.not-comparable"), visit.shown(".heatmap td.missing")
    assert (odd.evaluate(border), hole.evaluate(border)) == ("dashed", "dotted")
    assert (
        odd.inner_text().split() == ["⊘", "not", "comparable", "engine,", "dtype"]
        and "missing" in hole.inner_text()
    )


def test_tabs_switch_by_click_and_by_arrow_keys(visit: Visit) -> None:
    first, second, third, across = visit.page.get_by_role("tab").all()
    assert visit.shown("h2").text_content() == "Clean arithmetic"
    second.click()
    settles(lambda: visit.shown("h2").text_content(), "Micro benchmark")
    second.press("ArrowRight")
    expect(third).to_have_attribute("aria-selected", "true")
    expect(visit.page.locator(".panel:not([hidden])")).to_have_count(1)
    third.press("ArrowRight")
    settles(lambda: across.inner_text(), "Across tasks")
    expect(visit.page.locator("#across")).to_be_visible()
    across.press("ArrowRight")
    expect(first).to_have_attribute("aria-selected", "true")
    settles(lambda: visit.page.url.endswith("#task=micro_arithmetic_clean"))


@pytest.mark.parametrize("presses", [1, 2])
def test_header_buttons_sort_with_empty_values_last(visit: Visit, presses: int) -> None:
    button = visit.shown("table.deltas").get_by_role("button", name="Delta", exact=True)
    cells = visit.shown("table.deltas tbody tr td:nth-child(5)")
    *numbers, empty = sorted(values_of(cells), key=lambda value: value == "")
    for _ in range(presses):
        button.click()
    expect(button.locator("..")).to_have_attribute("aria-sort", "descending" if presses == 1 else "ascending")
    settles(lambda: values_of(cells), [*sorted(numbers, key=float, reverse=presses == 1), empty])
    assert empty == "" and "" not in numbers


def values_of(cells) -> list[str]:
    """What the cells of a column sort by."""
    return cells.evaluate_all("n => n.map(c => c.dataset.value)")


def test_theme_follows_the_system_and_the_toggle(visit: Visit) -> None:
    ground = "getComputedStyle(document.body).backgroundColor"
    light = visit.page.evaluate(ground)
    visit.page.get_by_role("button", name="Dark mode").click()
    settles(lambda: visit.page.evaluate(ground) != light)
    expect(visit.page.locator("#theme")).to_have_attribute("aria-pressed", "true")
    visit.page.locator("#theme").click()
    visit.page.emulate_media(color_scheme="dark")
    settles(lambda: visit.page.evaluate(ground), light)


def test_downloads_are_the_summary_and_the_csv(visit: Visit, board: Path, summary: Summary) -> None:
    with visit.page.expect_download() as download:
        visit.page.get_by_role("link", name="Download CSV").click()
    assert Path(download.value.path()).read_text() == deltas_csv(summary)
    link = visit.page.get_by_role("link", name="Download JSON")
    assert (board.parent / link.get_attribute("href")).read_text() == summary.to_json()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_phone_width_scrolls_inside_its_containers_only(browser, board: Path, scheme: str) -> None:
    visit = Visit(browser, board, width=390, scheme=scheme)
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= 390
    assert visit.complaints == []
    visit.context.close()


def test_hostile_names_run_nothing(browser, summary: Summary, tmp_path: Path) -> None:
    bad = "<img src=x onerror=alert(1)></script><a href='https://example.org'>x</a>"
    row = summary.deltas[0].model_copy(update={"reward": bad})
    visit = Visit(browser, write_board(summary.model_copy(update={"deltas": (row,)}), tmp_path))
    assert bad in visit.shown(".heatmap tbody th").inner_text()
    visit.point_at("+6.4")
    settles(lambda: bad in visit.page.get_by_role("tooltip").inner_text())
    expect(visit.page.locator("img, svg a, #hover :not(p), .heatmap td a a")).to_have_count(0)
    assert visit.complaints == [] and all(url.startswith("file://") for url in visit.requests)
    visit.context.close()


def test_no_control_is_seen_without_hovering_and_its_reference_with(
    browser, audited: Summary, tmp_path: Path
) -> None:
    visit = Visit(browser, write_board(audited, tmp_path))
    drawn = visit.shown(".heatmap .way-delta", has_text="no control")
    assert drawn.count() == 2 and drawn.first.is_visible()
    visit.point_at("no control")
    hover = visit.page.get_by_role("tooltip")
    settles(
        lambda: (
            hover.locator("p")
            .all_text_contents()[2]
            .startswith("as a reference only: published +29.1 points,")
        )
    )
    visit.page.keyboard.press("Escape")
    expect(hover).to_be_hidden()
    row = visit.shown("table.deltas tbody tr", has_text="my_method")
    expect(row.get_by_text("no control", exact=True)).to_be_visible()
    assert visit.complaints == []
    visit.context.close()


def test_an_off_base_is_told_in_words_and_the_strong_baseline_is_in_the_table(
    browser, audited: Summary, tmp_path: Path
) -> None:
    visit = Visit(browser, write_board(audited, tmp_path))
    audit = visit.shown("").get_by_role("region", name="Baseline audit")
    assert "off: published 72.2%, arXiv 2507.10532v3, Table 5" in audit.inner_text()
    assert visit.shown("table.scores .off").text_content().startswith("≠ off: published 72.2%")
    table = visit.shown("table.deltas")
    assert table.get_by_text("base 65.5% under none / qwen_math, best of 12").first.is_visible()
    button = table.get_by_role("button", name="Strong baseline", exact=True)
    button.click()
    expect(button.locator("..")).to_have_attribute("aria-sort", "descending")
    settles(lambda: table.locator("tbody tr td:nth-child(11)").all_inner_texts()[3:], ["–", "–"])
    visit.context.close()


def test_twelve_protocols_of_a_base_sort_by_accuracy(browser, audited: Summary, tmp_path: Path) -> None:
    visit = Visit(browser, write_board(audited, tmp_path))
    visit.shown("table.scores").get_by_role("button", name="Accuracy", exact=True).click()
    cells = visit.shown("table.scores tbody td:nth-child(5)")

    def values() -> list[float]:
        return [float(text.rstrip("%")) for text in cells.all_text_contents()]

    assert len(values()) == len(audited.scores)
    settles(values, sorted(values(), reverse=True))
    visit.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_controls_and_references_fit_a_phone(browser, audited: Summary, tmp_path: Path, scheme: str) -> None:
    visit = Visit(browser, write_board(audited, tmp_path), width=390, scheme=scheme)
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= 390
    assert visit.complaints == []
    visit.context.close()


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_what_a_cell_says_is_whole_within_the_window(
    browser, tested: Summary, tmp_path: Path, width: int, scheme: str
) -> None:
    visit = Visit(browser, write_board(tested, tmp_path), width=width, scheme=scheme)
    visit.point_at("+29.3")
    hover = visit.page.get_by_role("tooltip")
    box = hover.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    assert box["y"] >= 0
    assert box["y"] + box["height"] <= 900
    settles(lambda: hover.locator("p").all_text_contents()[2], "p .0018, Holm .030")
    visit.page.mouse.move(2, 2)
    hover.wait_for(state="hidden")
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= width and visit.complaints == []
    visit.context.close()


def test_controls_sort_by_the_delta_beyond_them_and_sources_by_their_own_column(
    browser, tested: Summary, tmp_path: Path
) -> None:
    more = (
        *tested.deltas[:3],
        tested.deltas[3].model_copy(update={"adjusted_delta": 12.5}),
        tested.deltas[4],
    )
    visit = Visit(browser, write_board(tested.model_copy(update={"deltas": more}), tmp_path))
    visit.shown("table.deltas").get_by_role("button", name="Control", exact=True).click()
    cells = visit.shown("table.deltas tbody td.control")
    settles(lambda: values_of(cells), ["12.5", "8.3", "", "", ""])
    button = visit.shown("table.sources").get_by_role("button", name="Truly changed", exact=True)
    button.click()
    expect(button.locator("..")).to_have_attribute("aria-sort", "descending")
    settles(lambda: visit.shown("table.sources tbody td:nth-child(6)").first.inner_text(), "+10.0")
    visit.context.close()


def test_a_folded_table_opens_by_key(browser, tested: Summary, tmp_path: Path) -> None:
    visit = Visit(browser, write_board(tested.model_copy(update={"scores": tested.scores * 2}), tmp_path))
    table = visit.shown("table.scores")
    assert not table.is_visible() and visit.shown("table.deltas").is_visible()
    visit.shown(".fold summary", has_text="36 rows").first.press("Enter")
    expect(table).to_be_visible()
    visit.context.close()


def test_empty_summary_opens_without_complaint(browser, summary: Summary, tmp_path: Path) -> None:
    visit = Visit(browser, write_board(summary.model_copy(update={"deltas": (), "scores": ()}), tmp_path))
    assert visit.page.get_by_role("heading", name="No deltas yet").is_visible()
    assert visit.complaints == []
    visit.context.close()


@pytest.fixture
def judged(browser, summary: Summary, tmp_path: Path) -> Iterator[Visit]:
    """The leaderboard of a summary with a gate's report."""
    visit = Visit(browser, write_board(summary, tmp_path, gate=whole_report()))
    yield visit
    visit.context.close()
    assert visit.complaints == []
    assert all(url.startswith("file://") for url in visit.requests)


def test_the_leaderboard_leads_to_the_verdicts_and_a_verdict_back_to_its_task(judged: Visit) -> None:
    judged.page.get_by_role("link", name="Gate failed").click()
    settles(lambda: judged.page.get_by_role("heading", level=1).inner_text(), "✗ The gate failed")
    judged.page.locator("#claim-beats-random").get_by_role("link", name="Micro benchmark").click()
    judged.page.wait_for_url("**/index.html#task=micro_bench")
    settles(lambda: judged.shown("h2").text_content(), "Micro benchmark")


def test_families_of_a_claim_open_by_key_and_by_a_link_to_one_of_them(judged: Visit, tmp_path: Path) -> None:
    judged.page.get_by_role("link", name="Gate failed").press("Enter")
    part = judged.page.locator("[id='claim-families.micro-llama3']")
    expect(part).to_be_hidden()
    judged.page.locator(".parts summary").press("Enter")
    expect(part).to_be_visible()
    settles(lambda: "+2.7 [−0.8, +6.0]" in part.inner_text())
    judged.page.goto(f"{(tmp_path / 'gate.html').as_uri()}?again#claim-families.micro-llama3")
    part.wait_for()


def test_bars_of_a_claim_and_of_its_families_stand_on_one_scale(judged: Visit) -> None:
    judged.page.get_by_role("link", name="Gate failed").click()
    judged.page.locator(".parts summary").click()
    expect(judged.page.locator(".parts table")).to_be_visible()
    zeros = judged.page.locator(".forest .zero").evaluate_all(
        "n => n.map(line => line.getBoundingClientRect().x)"
    )
    labels = judged.page.locator(".axis text").evaluate_all(
        "n => n.map(t => [t.textContent, t.getBoundingClientRect()])"
        ".map(([text, r]) => [text, r.x + r.width / 2])"
    )
    assert len(zeros) == 9
    assert max(zeros) - min(zeros) < 1
    assert abs(dict(labels)["0"] - zeros[0]) < 1.5


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_long_names_and_open_families_fit_a_phone(
    browser, summary: Summary, tmp_path: Path, scheme: str
) -> None:
    long = OPEN.model_copy(
        update=dict.fromkeys(("claim", "says", "family", "reward", "task", "detail", "quantity"), "x" * 400)
    )
    gate = whole_report()
    gate = gate.model_copy(update={"policy": "p" * 400, "verdicts": (long, *gate.verdicts)})
    index = write_board(summary, tmp_path, gate=gate)
    visit = Visit(browser, index, width=390, scheme=scheme)
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= 390
    visit.page.goto((tmp_path / "gate.html").as_uri())
    visit.page.locator(".parts summary").click()
    settles(lambda: visit.page.evaluate("document.documentElement.scrollWidth") <= 390)
    assert visit.complaints == []
    visit.context.close()


def test_the_theme_picked_on_one_page_holds_on_the_other(judged: Visit) -> None:
    ground = "getComputedStyle(document.body).backgroundColor"
    light = judged.page.evaluate(ground)
    judged.page.get_by_role("button", name="Dark mode").click()
    judged.page.get_by_role("link", name="Gate failed").click()
    judged.page.wait_for_load_state()
    settles(lambda: judged.page.evaluate(ground) != light)
    judged.page.get_by_role("button", name="Dark mode").click()
    settles(lambda: judged.page.evaluate(ground), light)
