"""The answers of a pair in a real browser, from disk, with the network off: all is shown, nothing runs."""

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from urllib.parse import urlencode

import pytest
from answers_page import pair_page
from builders.cells import GradedAnswer, graded_cell
from chromium import NEEDS_CHROMIUM, Visit, expect, settles

from suite.benchmarks.items import Item
from suite.leaderboard.answers import PackedCell, pack

pytestmark = NEEDS_CHROMIUM
OURS = "#answers-before *, #answers-afterwards *, #answers-question *, #answers-list *"


class AnswersVisit(Visit):
    """A page of answers that has come as far as it can."""

    def __init__(
        self, browser, page: Path, width: int = 1280, scheme: str = "light", before: str = "", **view: object
    ) -> None:
        super().__init__(browser, page, width, scheme, f"#{urlencode(view)}", before=before)
        self.page.locator("#answers-status:not(:text('has not run')):not(:text('Loading'))").wait_for()

    def text(self, side: str) -> str:
        box = self.page.locator(f"#answers-{side} .written")
        box.wait_for()
        return box.evaluate("node => node.textContent")

    def rows(self) -> list[str]:
        return [" ".join(row.split()) for row in self.page.locator("#answers-list button").all_inner_texts()]

    def search(self, words: str) -> None:
        self.page.get_by_label("Search").fill(words)
        self.page.locator("#answers-progress", has_text="searched all answers").wait_for()

    def chosen(self) -> str:
        return self.page.locator("#answers-item bdi").inner_text()


@pytest.fixture
def visiting(browser) -> Iterator[Callable[..., AnswersVisit]]:
    """Opens pages that may neither complain nor ask for anything but files."""
    visits: list[AnswersVisit] = []

    def opened(*args: object, **view: object) -> AnswersVisit:
        visits.append(AnswersVisit(browser, *args, **view))
        return visits[-1]

    yield opened
    for visit in visits:
        visit.context.close()
    assert [visit.complaints for visit in visits] == [[] for _ in visits]
    assert all(url.startswith("file://") for visit in visits for url in visit.requests)


CODE = "```python\na = 3 + 4\nprint(a)\n```\nThe answer is \\boxed{7}"
ITEMS = [
    Item("one", "What is $3 + 4$?\nSay it.", "7"),
    Item("two", "How many apples?", "12", continuation="are left in the basket"),
    Item("three", "How many pears?", "5", steps=3),
    Item("four", "How many plums?", "6"),
]
RIGHT, WRONG = GradedAnswer("It is 7", "correct", "7"), GradedAnswer("It is 8", "wrong", "8")
BEFORE = [
    [WRONG, GradedAnswer("It is eight, they say", "wrong", "8"), RIGHT],
    [GradedAnswer(f"Twelve of quince {n}", "correct", "12") for n in range(3)],
    [GradedAnswer("nothing to say", "unparsed", None, tokens=None)] * 3,
    [GradedAnswer("and so on and so", "truncated", None, "length")] * 3,
]
AFTER = [
    [RIGHT, GradedAnswer(CODE, "correct", "7"), RIGHT],
    [GradedAnswer("Perhaps 13", "wrong", "13"), *[GradedAnswer("Twelve", "correct", "12")] * 2],
    [GradedAnswer("nothing to say", "unparsed", None)] * 3,
    [GradedAnswer("", "error", None, None, "CUDA out of memory")] * 3,
]


def _page(folder: Path, *checkpoints: PackedCell) -> Path:
    return pair_page(folder, pack(graded_cell("base", ITEMS, BEFORE)), checkpoints)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two checkpoints; the first holds the items in another order and under other ids."""
    turned = [
        Item(f"other {item.id}", item.problem, item.answer, item.continuation, item.steps)
        for item in ITEMS[::-1]
    ]
    first, second = (
        pack(graded_cell("seed 0", turned, AFTER[::-1])),
        pack(graded_cell("seed 1", ITEMS, BEFORE)),
    )
    return _page(tmp_path_factory.mktemp("board"), first, second)


def _single(folder: Path, before: str, after: str, problem: str = "q", extracted: str | None = "1") -> Path:
    """One item with one sample."""
    cells = [
        pack(graded_cell(model, [Item("only", problem, "1")], [[GradedAnswer(text, "correct", extracted)]]))
        for model, text in (("base", before), ("after", after))
    ]
    return pair_page(folder, cells[0], cells[1:])


def test_items_are_matched_by_hash_and_say_what_changed(visiting, page: Path) -> None:
    assert visiting(page).rows() == [
        "▲ fixed 1/3 → 3/3 one What is $3 + 4$?",
        "▼ broken 3/3 → 2/3 two How many apples?",
        "= unchanged 0/3 → 0/3 three How many pears?",
        "= unchanged 0/3 → 0/3 four How many plums?",
    ]


@pytest.mark.parametrize(
    ("label", "kept"),
    [
        ("▲ Fixed 1", ["one"]),
        ("▼ Broken 1", ["two"]),
        ("= Unchanged 2", ["three", "four"]),
        ("Unparsed 1", ["three"]),
        ("Truncated 1", ["four"]),
        ("Error 1", ["four"]),
        ("All 4", ["one", "two", "three", "four"]),
    ],
)
def test_a_filter_says_how_many_it_keeps_and_keeps_those(
    visiting, page: Path, label: str, kept: list[str]
) -> None:
    visit = visiting(page)
    button = visit.page.locator("#answers-filters button", has_text=re.sub(r"[^A-Za-z]", "", label))
    assert " ".join(button.inner_text().split()) == label
    button.click()
    settles(lambda: visit.page.locator("#answers-list .id").all_inner_texts(), kept)
    settles(lambda: visit.chosen(), kept[0])
    settles(
        lambda: visit.page.locator("#answers-filters [aria-pressed=true]").inner_text().split()[-1],
        str(len(kept)),
    )


def test_an_item_opens_at_the_sample_that_changed_with_both_verdicts(visiting, page: Path) -> None:
    visit = visiting(page)
    assert visit.text("before") == "It is 8" and visit.text("afterwards") == "It is 7"
    before = visit.page.locator("#answers-before").inner_text()
    for piece in ("Before base", "✗ wrong", "answer 8", "7 tokens", "stopped by itself"):
        assert piece in before
    visit.page.get_by_role("button", name="Next").click()
    settles(lambda: visit.chosen(), "two")
    settles(lambda: "are left in the basket" in visit.page.locator("#answers-question").inner_text())
    visit.page.get_by_role("button", name="Sample 2: before correct, after correct").click()
    visit.page.locator("#answers-before .written", has_text="Twelve of quince 1").wait_for()


def test_an_error_and_an_answer_that_was_not_found_are_told(visiting, page: Path) -> None:
    visit = visiting(page, item="four")
    assert visit.text("before") == "and so on and so"
    assert "reached the token limit" in visit.page.locator("#answers-before").inner_text()
    after = visit.page.locator("#answers-afterwards").inner_text()
    assert (
        "! error" in after
        and "CUDA out of memory" in after
        and "no text" in after
        and "no answer found" in after
    )
    visit.page.get_by_role("button", name="Previous").click()
    visit.page.locator("#answers-before", has_text="the text contains the right answer").wait_for()


def test_differences_are_marked_and_told_apart_without_colour(visiting, page: Path) -> None:
    visit = visiting(page, item="one", sample=1)
    visit.text("before")
    assert visit.page.locator("#answers-before del").all_inner_texts() == ["8"]
    assert visit.page.locator("#answers-afterwards ins").all_inner_texts() == ["7"]
    drawn = "node => getComputedStyle(node).textDecorationLine"
    assert visit.page.locator("#answers-before del").evaluate(drawn) == "line-through"
    assert visit.page.locator("#answers-afterwards ins").evaluate(drawn) == "underline"
    visit.page.get_by_role("button", name="Mark differences").click()
    visit.page.locator("#answers-before del").wait_for(state="detached")
    settles(lambda: "view=plain" in visit.page.url)


def test_equal_texts_are_said_to_be_the_same(visiting, page: Path) -> None:
    visit = visiting(page, item="three")
    visit.page.get_by_text("Both texts are the same.").wait_for()
    assert visit.page.locator("del, ins").count() == 0


def test_code_is_monospace_and_keeps_its_lines(visiting, page: Path) -> None:
    visit = visiting(page, item="one", sample=2)
    assert visit.text("afterwards") == CODE
    code = visit.page.locator("#answers-afterwards .written code")
    assert code.evaluate("node => node.textContent") == CODE.split("\nThe")[0]
    assert "mono" in code.evaluate("node => getComputedStyle(node).fontFamily")
    visit.page.get_by_role("button", name="Wrap lines").click()
    settles(
        lambda: visit.page.locator("#answers-afterwards .written").evaluate(
            "node => getComputedStyle(node).whiteSpace"
        ),
        "pre",
    )


MATH = [
    ("so $x^2$ is", 1),
    ("$$\\frac{1}{2}$$ and \\(y\\) and \\[\\int_0^1 z\\,dz\\]", 3),
    ("costs $5 and $6, or $ 7 $", 0),
    ("compute $ \\frac{1}{31} \\div 2 $.", 1),
    ("\\boxed{42} alone", 0),
    ("escaped \\$x\\$ and $y", 0),
    ("```python\nprint('$x$')\n```\nand $z$", 1),
    ("$\\notacommand{x}$", 0),
    ("$" + "x" * 2001 + "$", 0),
    ("$\\href{javascript:pwned=1}{x}$ \\(\\includegraphics{a.png}\\) $\\url{https://example.org}$", None),
    ('$\\char"202E abc$', 0),
    ("$\\def\\a{\\a\\a}\\a$", 0),
    ("$" * 100_000, 0),
    ("\\[" * 100_000, 0),
    ("${" + "{" * 900 + "x" + "}" * 901 + "$", None),
]


@pytest.mark.parametrize(("text", "formulas"), MATH, ids=range(len(MATH)))
def test_formulas_are_drawn_as_mathml_and_nothing_else_is(
    visiting, tmp_path: Path, text: str, formulas: int | None
) -> None:
    visit = visiting(_single(tmp_path, text, "x"), view="math")
    visit.page.locator("#answers-afterwards .written").wait_for(timeout=30_000)
    drawn = visit.page.locator("#answers-before math")
    assert formulas is None or drawn.count() == formulas
    assert visit.page.locator("#answers-before :is(a, img, [href], [src])").count() == 0
    assert visit.page.evaluate("typeof pwned") == "undefined"
    if formulas == 0:
        assert visit.text("before") == text[:20_000]


def test_math_and_differences_exclude_each_other(visiting, page: Path) -> None:
    visit = visiting(page, item="one")
    pressed_views = visit.page.locator("[data-view][aria-pressed=true]")

    def views() -> list[str]:
        return pressed_views.evaluate_all("nodes => nodes.map(n => n.dataset.view)")

    for name, pressed in (
        ("Render math", ["math"]),
        ("Mark differences", ["diff"]),
        ("Mark differences", []),
    ):
        visit.page.get_by_role("button", name=name).click()
        settles(views, pressed)


HOSTILE = {
    "script": "<script>pwned = 1; alert(1)</script>",
    "end of script": "</script><script>pwned = 1</script>",
    "json and script": '"]); pwned = 1; //</script><svg onload=pwned=1>',
    "event handler": "<img src=x onerror=\"pwned = 1\"><body onload='pwned=1'>",
    "link": '<a href="javascript:pwned=1">click</a> [click](javascript:pwned=1) javascript:pwned=1',
    "remote image": "![x](https://example.org/x.png) <img src=https://example.org/y.png>",
    "style": "</style><style>* { display: none }</style><link rel=stylesheet href=https://example.org/z.css>",
    "frame and form": (
        "<iframe srcdoc='<script>parent.pwned=1</script>'></iframe><form action=https://example.org><button>x"
    ),
    "template": "{{ 7*7 }} {% raw %} ${pwned = 1} <!-- --> ]]>",
    "bidi override": "pay \u202e\u2066gnp.exe\u2069 \u061c\u200f now",
    "unclosed bidi": "\u202e" * 500,
    "zero width": "a\u200bb\u200c\u2060\ufeff\u00ad\U000e0041",
    "controls": "null \0, escape \x1b[31m, return \r, C1 \x85 \x9b",
    "separators": "line \u2028 paragraph \u2029",
    "half surrogates": "high \ud83d low \udc00 both \U0001f600",
    "broken utf-8": b"ok \xff\xfe \xf0\x28 end".decode("utf-8", "replace"),
    "stacked accents": "z" + "\u0301" * 2000,
    "one long word": "W" * 30_000,
}
MARKED = re.compile("⟨U\\+([0-9A-F]+)(?: ×(\\d+))?⟩")
"""As the page shows what would not be seen."""
FORBIDDEN = (
    "[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f"
    "\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]"
)


def _unmarked(shown: str) -> str:
    return MARKED.sub(lambda mark: chr(int(mark[1], 16)) * int(mark[2] or 1), shown)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_answer_is_shown_as_text_and_runs_nothing(visiting, tmp_path: Path, text: str) -> None:
    problem = text.encode("utf-8", "replace").decode()  # an item holds no half of a surrogate pair
    visit = visiting(_single(tmp_path, text, f"{text} or not", problem, extracted=text))
    for view in ("diff", "math"):
        visit.page.locator(f"[data-view={view}][aria-pressed=true]").wait_for()
        assert _unmarked(visit.text("before")) == text[:20_000]
        assert not re.search(FORBIDDEN, visit.page.evaluate("document.body.innerText"))
        assert visit.page.evaluate("typeof pwned") == "undefined"
        tags = visit.page.locator(OURS).evaluate_all("nodes => nodes.map(n => n.localName)")
        assert set(tags) <= {
            "bdi",
            "button",
            "code",
            "dd",
            "del",
            "div",
            "dt",
            "h4",
            "ins",
            "li",
            "span",
            "ul",
        }
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= 1280
        assert visit.page.locator("main").is_visible()
        visit.page.get_by_role("button", name="Render math").click()


def test_half_a_surrogate_pair_reaches_the_page_and_its_mark_says_so(visiting, tmp_path: Path) -> None:
    visit = visiting(_single(tmp_path, "a \ud83d", "b \u202e"))
    visit.text("before")
    assert visit.page.locator("#answers-before .hidden-character").get_attribute("title") == (
        "U+D83D, half a surrogate pair, no character"
    )
    assert (
        visit.page.locator("#answers-afterwards .hidden-character").get_attribute("title")
        == "U+202E, right-to-left override"
    )


def test_a_text_of_a_megabyte_is_cut_and_shown_whole_on_request(visiting, tmp_path: Path) -> None:
    before = " ".join(f"w{n * 7919 % 1013}" for n in range(200_000))
    after = " ".join(f"w{n * 104729 % 997}" for n in range(200_000))
    visit = visiting(_single(tmp_path, before, after))
    visit.page.get_by_text("finding them in these texts takes too long").wait_for(timeout=30_000)
    assert visit.text("before") == before[:20_000]
    visit.page.locator("#answers-before").get_by_role(
        "button", name=f"Show all {len(before):,} characters"
    ).click()
    visit.page.locator("#answers-before button").wait_for(state="detached", timeout=30_000)
    settles(lambda: visit.text("before") == before and visit.text("afterwards") == after[:20_000])


@pytest.mark.parametrize("unit", ["\0a", "\u202e", "<b>", "$x$ ", "```", "é\n"])
def test_no_megabyte_hangs_the_page(visiting, tmp_path: Path, unit: str) -> None:
    text = unit * (1_000_000 // len(unit))
    visit = visiting(_single(tmp_path, text, text[:-1] + "x"), view="math")
    visit.page.locator("#answers-before button", has_text="Show all").click(timeout=30_000)
    visit.page.locator("#answers-before button").wait_for(state="detached", timeout=30_000)
    visit.page.get_by_role("button", name="Mark differences").click(timeout=30_000)
    visit.page.locator("#answers-before .written").wait_for(timeout=30_000)


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("pears", ["three"]),
        ("BASKET", ["two"]),
        ("quince 2", ["two"]),
        ("print(a)", ["one"]),
        ("13", ["two"]),
        ("nowhere", []),
    ],
)
def test_search_looks_into_questions_and_into_the_texts_of_both_arms(
    visiting, page: Path, words: str, kept: Sequence[str]
) -> None:
    visit = visiting(page)
    visit.search(words)
    settles(lambda: visit.page.locator("#answers-list .id").all_inner_texts(), kept)
    settles(
        lambda: visit.page.locator("#answers-filters button").first.inner_text().split(),
        ["All", str(len(kept))],
    )
    visit.page.get_by_label("Search").fill("")
    visit.page.locator("#answers-list li").nth(3).wait_for()


def test_a_link_opens_the_same_view_and_keeps_what_is_not_ours(visiting, page: Path) -> None:
    visit = visiting(page, task="other", q="quince")
    visit.page.locator("#answers-progress", has_text="searched all answers").wait_for()
    visit.page.get_by_role("button", name="▼ Broken").or_(
        visit.page.locator("[data-show=broken]")
    ).first.click()
    visit.page.locator("#answers-list button").click()
    visit.page.get_by_role("button", name="Sample 3").click()
    visit.page.get_by_role("button", name="Render math").click()
    settles(
        lambda: visit.page.url.split("#")[1], "task=other&q=quince&show=broken&item=two&sample=3&view=math"
    )
    again = visiting(page, task="other", q="quince", show="broken", item="two", sample=3, view="math")
    assert again.text("before") == "Twelve of quince 2" and again.chosen() == "two"
    settles(
        lambda: again.page.locator("#answers-filters [aria-pressed=true]").inner_text().split()[1], "Broken"
    )
    expect(again.page.get_by_label("Search")).to_have_value("quince")
    expect(again.page.get_by_role("button", name="Render math")).to_have_attribute("aria-pressed", "true")


def test_values_of_a_link_that_mean_nothing_are_ignored(visiting, page: Path) -> None:
    visit = visiting(page, show="__proto__", item="nobody", sample="-1e9", view="<b>", after="constructor")
    assert len(visit.rows()) == 4 and visit.chosen() == "one"
    assert visit.text("before") == "It is 8"
    assert "After seed 0" in visit.page.locator("#answers-afterwards").inner_text()


def test_another_checkpoint_is_picked_and_stands_in_the_link(visiting, page: Path) -> None:
    visit = visiting(page, item="two")
    visit.page.get_by_label("Checkpoint").select_option("seed 1")
    visit.page.locator("#answers-afterwards", has_text="After seed 1").wait_for()
    settles(lambda: "after=seed+1" in visit.page.url)
    settles(lambda: visit.chosen(), "two")
    settles(lambda: all(row.startswith("= unchanged") for row in visit.rows()))
    again = visiting(page, after="seed 1")
    again.page.locator("#answers-afterwards", has_text="After seed 1").wait_for()
    expect(again.page.get_by_label("Checkpoint")).to_have_value("seed 1")


def test_every_file_is_loaded_once_and_texts_when_they_are_needed(visiting, page: Path) -> None:
    visit = visiting(page)
    visit.text("before")
    visit.search("quince")
    visit.page.get_by_label("Checkpoint").select_option("seed 1")
    visit.page.locator("#answers-afterwards", has_text="After seed 1").wait_for()
    visit.page.get_by_label("Checkpoint").select_option("seed 0")
    visit.page.locator("#answers-afterwards", has_text="After seed 0").wait_for()
    asked = [url.rsplit("/", 1)[1] for url in visit.requests if "/answers/" in url]
    assert len(asked) == len(set(asked)) == 7


def test_keys_reach_the_search_and_move_through_the_list(visiting, page: Path) -> None:
    visit = visiting(page)
    keyboard = visit.page.keyboard
    keyboard.press("/")
    settles(lambda: visit.page.evaluate("document.activeElement.id"), "answers-search")
    keyboard.type("a/j")
    expect(visit.page.get_by_label("Search")).to_have_value("a/j")
    visit.page.get_by_label("Search").fill("")
    visit.page.locator("#answers-list li").nth(3).wait_for()
    keyboard.press("Escape")
    focused = (
        "document.activeElement.closest('li') ? document.activeElement.querySelector('.id').textContent : ''"
    )
    start = visit.page.evaluate(focused)
    settles(lambda: start == visit.chosen())
    order = ["one", "two", "three", "four"]
    for key, place in zip(("j", "ArrowDown", "j", "j", "k", "ArrowUp"), (1, 2, 3, 3, 2, 1), strict=True):
        keyboard.press(key)
        settles(lambda: (visit.page.evaluate(focused), visit.chosen()), (order[place], order[place]))
    expect(visit.page.locator("#answers-list [aria-current=true]")).to_have_count(1)
    outline = visit.page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"


def test_a_long_list_grows_on_request_and_by_key(visiting, tmp_path: Path) -> None:
    items = [Item(str(n), f"question {n}", "1") for n in range(120)]
    cells = [pack(graded_cell(model, items, [[RIGHT]] * 120)) for model in ("base", "after")]
    visit = visiting(pair_page(tmp_path, cells[0], cells[1:]), item="49")
    assert len(visit.rows()) == 50
    visit.page.locator("#answers-list [aria-current]").press("j")
    settles(lambda: len(visit.rows()), 100)
    settles(lambda: visit.chosen(), "50")
    visit.page.get_by_role("button", name="Show 20 more of 20").click()
    settles(lambda: len(visit.rows()), 120)
    expect(visit.page.locator("#answers-more")).to_be_hidden()
    assert visiting(tmp_path / "pairs" / "page.html", item="110").chosen() == "110"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_answers_fit_a_phone(visiting, page: Path, tmp_path: Path, scheme: str) -> None:
    visit = visiting(page, width=360, scheme=scheme)
    visit.text("before")
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= 360
    first, second = (
        visit.page.locator(f"#answers-{side}").bounding_box() for side in ("before", "afterwards")
    )
    assert second["y"] >= first["y"] + first["height"]
    wide = visiting(_single(tmp_path, "x" * 500, "$" + "x + " * 90 + "y$"), width=360, view="math")
    wide.text("before")
    assert wide.page.evaluate("document.documentElement.scrollWidth") <= 360
    wide.page.get_by_role("button", name="Wrap lines").click()
    settles(lambda: wide.page.evaluate("document.documentElement.scrollWidth") <= 360)


CONTRAST = """() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const over = (top, under) =>
    top.slice(0, 3).map((v, i) => v * top[3] / 255 + under[i] * (1 - top[3] / 255));
  const ground = (node) => {
    if (!node) return [255, 255, 255];
    const own = rgba(getComputedStyle(node).backgroundColor);
    return own[3] === 255 ? own : over(own, ground(node.parentElement));
  };
  const linear = (v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  const light = (rgb) =>
    rgb.slice(0, 3).reduce((sum, v, i) => sum + linear(v / 255) * [0.2126, 0.7152, 0.0722][i], 0);
  const ratio = (node) => {
    const back = ground(node);
    const ink = over(rgba(getComputedStyle(node).color), back);
    const [a, b] = [light(ink), light(back)].sort((x, y) => y - x);
    return (a + 0.05) / (b + 0.05);
  };
  const hasText = (node) => [...node.childNodes].some((c) => c.nodeType === 3 && c.data.trim());
  return [...document.querySelectorAll("#answers *")]
    .filter((n) => n.checkVisibility() && !n.disabled && hasText(n))
    .map((n) => [ratio(n), n.className + " " + n.textContent.slice(0, 20)])
    .filter(([r]) => r < 4.5);
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_has_contrast_aa(visiting, page: Path, tmp_path: Path, scheme: str) -> None:
    for visit in (
        visiting(page, scheme=scheme),
        visiting(_single(tmp_path, "a \0 b", "a \u202e c"), scheme=scheme),
    ):
        visit.text("before")
        assert visit.page.evaluate(CONTRAST) == []


def test_a_missing_file_is_named_in_one_line(browser, page: Path, tmp_path: Path) -> None:
    cells = [pack(graded_cell(model, ITEMS, BEFORE)) for model in ("base", "after")]
    broken = pair_page(tmp_path, cells[0], cells[1:])
    texts = f"answers/{cells[1].manifest.cell.id}-0.js"
    (tmp_path / texts).unlink()
    visit = AnswersVisit(browser, broken)
    visit.page.locator(
        "#answers-afterwards", has_text=f"{texts} is missing: the folder “answers” must lie beside"
    ).wait_for()
    assert visit.text("before") == "It is 8"
    visit.page.get_by_label("Search").fill("quince")
    visit.page.get_by_text("searched all answers, 1 file of answers missing").wait_for()
    (tmp_path / f"answers/{cells[0].items}.js").unlink()
    visit = AnswersVisit(browser, broken)
    settles(
        lambda: (
            visit.page.locator("#answers-status")
            .inner_text()
            .startswith(f"answers/{cells[0].items}.js is missing")
        )
    )
    expect(visit.page.locator("#answers-body")).to_be_hidden()


@pytest.mark.parametrize(
    "content", ["", "rlvrAnswers.receive('{name}', 'AAAA');", "rlvrAnswers.receive('{name}', '%');"]
)
def test_a_damaged_file_is_named_in_one_line(browser, tmp_path: Path, content: str) -> None:
    cells = [pack(graded_cell(model, ITEMS, BEFORE)) for model in ("base", "after")]
    page, name = pair_page(tmp_path, cells[0], cells[1:]), cells[0].manifest.cell.id
    (tmp_path / f"answers/{name}.js").write_text(content.replace("{name}", name))
    visit = AnswersVisit(browser, page)
    assert (
        visit.page.locator("#answers-status").inner_text()
        == f"answers/{name}.js is damaged: build the board again."
    )
    visit.context.close()


def test_a_browser_that_cannot_unpack_is_told_so(visiting, page: Path) -> None:
    visit = visiting(page, before="delete window.DecompressionStream")
    assert "it has no DecompressionStream" in visit.page.locator("#answers-status").inner_text()


def test_without_scripts_one_sentence_says_so(browser, page: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    opened = context.new_page()
    opened.goto(page.as_uri())
    expect(opened.get_by_text("shown by a script, which has not run")).to_be_visible()
    expect(opened.locator("#answers-body")).to_be_hidden()
    context.close()


def test_arms_of_other_k_or_with_other_items_are_shown_as_far_as_they_go(visiting, tmp_path: Path) -> None:
    cells = [
        pack(graded_cell("base", ITEMS, BEFORE)),
        pack(graded_cell("after", ITEMS[:2], [row[:1] for row in AFTER[:2]])),
    ]
    visit = visiting(pair_page(tmp_path, cells[0], cells[1:]), item="one", sample=2)
    assert visit.rows() == [
        "▲ fixed 1/3 → 1/1 one What is $3 + 4$?",
        "▼ broken 3/3 → 0/1 two How many apples?",
    ]
    visit.page.locator("#answers-afterwards", has_text="This sample was not drawn.").wait_for()
    assert (
        visit.page.locator("#answers-status").inner_text()
        == "2 items. 2 items of the base alone are left out."
    )
