"""The gate's report on GitHub. The Markdown is rendered by GitHub's own library (cmark-gfm)."""

import re
from html.parser import HTMLParser

import pytest

from suite.gate.gate_report import GateReport, Verdict
from suite.gate.reports.github import annotations, step_summary
from suite.schema import Needs, NotCheckable, VerdictWord

HOSTILE = [
    "a|b", "end|", "a\\|b", "\\", "a\\", "`code`", "``", "**bold** _em_ ~~gone~~", "line\n\n# two",
    "cr\r\n| x |",
    "- [ ] task", "# heading", "1. one", "---", "[link](https://evil.example)",
    "![image](//evil.example/x.png)",
    "[ref]: https://evil.example", "[^1]", "<https://evil.example>", "https://evil.example/x",
    "www.evil.example",
    "WWW.evil.example", "mail@evil.example", "mailto:a@evil.example", "<img src=x onerror=alert(1)>",
    "<!-- comment",
    "</details>", "&lt;b&gt; &copy;", "@org/team", "x#1", "org/repo#12", ":tada:", "$x^2$", "$`x`$",
]  # fmt: skip
EXPECTED_TAGS = {"h2", "p", "table", "thead", "tbody", "tr", "th", "td", "br", "span"}


def verdict(word: VerdictWord = "holds", **changes: object) -> Verdict:
    fields = {
        "claim": "1", "kind": "gain", "says": "gain above 0 points", "family": "qwen", "reward": "format",
        "task": "math500",
        "verdict": word, "detail": f"it is {word}", **changes,
    }  # fmt: skip
    return Verdict(**fields)


def report(*verdicts: Verdict, **changes: object) -> GateReport:
    fields = {
        "policy": "release", "suite_version": "0.9", "generated": "2026-03-01", "samples_hash": "ab12",
        "exit_code": 0,
        "verdicts": verdicts, **changes,
    }  # fmt: skip
    return GateReport(**fields)


class Rendered(HTMLParser):
    """What GitHub's library makes of Markdown: tags with attributes, the text of cells, all text."""

    def __init__(self, markdown: str) -> None:
        import cmarkgfm
        from cmarkgfm.cmark import Options

        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []
        self.rows: list[list[str]] = []
        self.in_cell = False
        self.pieces: list[str] = []
        self.feed(
            cmarkgfm.github_flavored_markdown_to_html(
                markdown, Options.CMARK_OPT_UNSAFE | Options.CMARK_OPT_FOOTNOTES
            )
        )
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attrs
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.in_cell = True
            self.rows[-1].append("")
        elif tag == "br":
            self.handle_data("\n")

    def handle_endtag(self, tag: str) -> None:
        self.in_cell = self.in_cell and tag not in ("td", "th")

    def handle_data(self, data: str) -> None:
        self.pieces.append(data)
        if self.in_cell:
            self.rows[-1][-1] += data

    def handle_comment(self, data: str) -> None:
        self.tags.add("comment")


@pytest.mark.parametrize("text", HOSTILE)
def test_what_a_user_wrote_shows_as_it_was_written(text: str) -> None:
    names = dict.fromkeys(("claim", "says", "family", "reward", "task", "quantity", "detail"), text)
    part = verdict("refuted", **names | {"task": f"part {text}"})
    made = report(
        verdict("refuted", points=1.0, parts=(part,), **names),
        policy=text, description=text, suite_version=text, generated=text, samples_hash=text,
        not_checkable=(NotCheckable(claim=text, why=text),),
    )  # fmt: skip
    page = Rendered(step_summary(made))
    shown = " ".join(text.split())
    assert page.tags <= EXPECTED_TAGS
    assert page.attributes == []
    assert page.rows[1][1:6] == [shown] * 5
    assert page.rows[1][6:8] == [f"{shown} +1.0", f"{shown}\npart {shown}: refuted, {shown}"]
    assert page.rows[3] == [shown, shown]
    assert [len(row) for row in page.rows] == [8, 8, 2, 2]
    assert "".join(page.pieces).count(shown) >= 14


@pytest.mark.parametrize("text", HOSTILE)
def test_no_piece_of_text_holds_what_github_makes_a_mention_or_link_of(text: str) -> None:
    page = Rendered(step_summary(report(verdict(claim=text, detail=text), description=text)))
    spotted = re.compile(r"@\w|#\d|:\w+:|\w+://|www\.\w|\$.+\$", re.IGNORECASE)
    assert [piece for piece in page.pieces if spotted.search(piece)] == []


def test_the_library_would_make_links_of_the_same_text_unescaped() -> None:
    assert "a" in Rendered("https://evil.example/x").tags
    assert Rendered("[link](https://evil.example)").attributes == [("href", "https://evil.example")]


def test_control_and_direction_characters_are_replaced() -> None:
    assert "a�b�c" in step_summary(report(verdict(claim="a\x1bb\u202ec")))


@pytest.mark.parametrize(("code", "word"), [(0, "passed"), (1, "failed"), (3, "undecided")])
def test_the_heading_has_the_outcome_in_a_word(code: int, word: str) -> None:
    assert step_summary(report(exit_code=code)).startswith(f"## rlvr gate {word}: release\n")


def test_a_row_says_all_of_a_verdict() -> None:
    fields = {"points": 2.5, "interval": (-1.0, 6.0), "quantity": "delta", "needs": Needs(items=420)}
    page = Rendered(step_summary(report(verdict("inconclusive", **fields))))
    assert page.rows[1] == [
        "? inconclusive", "1", "gain above 0 points", "qwen", "format", "math500", "delta +2.5 [-1.0, +6.0]",
        "it is inconclusive\nto decide at this size: about 420 items",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("holds", "missing", "holds", "refuted"), "4 verdicts: 1 refuted, 1 missing, 2 hold; exit code 1"),
        (("holds",), "1 verdict: holds; exit code 1"),
        ((), "no verdicts; exit code 1"),
    ],
)
def test_the_counts_name_the_worst_first(words: tuple[VerdictWord, ...], line: str) -> None:
    assert line in step_summary(report(*map(verdict, words), exit_code=1)).splitlines()


def test_a_summary_of_nothing_has_no_table() -> None:
    assert "|" not in step_summary(report())


def test_the_last_line_says_what_it_all_rests_on() -> None:
    page = Rendered(step_summary(report()).splitlines()[-1])
    assert "".join(page.pieces).strip() == "rlvr-suite 0.9, samples ab12, summary of 2026-03-01"


@pytest.mark.parametrize(
    ("word", "asked", "level"),
    [
        ("refuted", "pass", "error"),
        ("missing", None, "error"),
        ("inconclusive", None, "warning"),
        ("inconclusive", "fail", "error"),
        ("inconclusive", "pass", "notice"),
        ("not comparable", None, "warning"),
        ("not comparable", "pass", "notice"),
    ],
)
def test_an_annotation_is_as_loud_as_its_effect_on_the_exit_code(
    word: VerdictWord, asked: str | None, level: str
) -> None:
    (line,) = annotations(report(verdict(word), inconclusive=asked))
    assert line.startswith(
        f"::{level} title=rlvr gate%3A {word}%3A 1::gain above 0 points (qwen, format on math500)"
        f"%0Ait is {word}"
    )


def test_what_holds_is_not_annotated() -> None:
    assert annotations(report(verdict("holds"))) == []


@pytest.mark.parametrize(
    ("file", "line", "place"),
    [("p.yaml", 7, "file=p.yaml,line=7,"), ("p.yaml", None, "file=p.yaml,"), (None, 7, ""), (None, None, "")],
)
def test_a_place_is_given_where_there_is_one(file: str | None, line: int | None, place: str) -> None:
    (command,) = annotations(report(verdict("refuted", line=line), policy_file=file))
    assert command.startswith(f"::error {place}title=")


def test_commands_are_escaped_as_github_documents() -> None:
    made = verdict("refuted", claim="50%: a,b\r\n::error::x", detail="100%\r\n::warning::y", line=1)
    (command,) = annotations(report(made, policy_file="a:b,c%\n.yaml"))
    properties, _, message = command.removeprefix("::").partition("::")
    assert (
        properties == "error file=a%3Ab%2Cc%25%0A.yaml,line=1,"
        "title=rlvr gate%3A refuted%3A 50%25%3A a%2Cb %3A%3Aerror%3A%3Ax"
    )
    assert message == "gain above 0 points (qwen, format on math500)%0A100%25 ::warning::y"
    assert len(command.splitlines()) == 1


def test_the_worst_are_annotated_first() -> None:
    words = ("inconclusive", "holds", "missing", "not comparable", "refuted")
    found = re.findall(
        r"title=rlvr gate%3A ([a-z ]+)%3A", "\n".join(annotations(report(*map(verdict, words))))
    )
    assert found == ["refuted", "missing", "not comparable", "inconclusive"]


def test_ten_of_a_level_are_all_annotated() -> None:
    lines = annotations(report(*[verdict("refuted")] * 10, *[verdict("inconclusive")] * 10))
    assert [line.split()[0] for line in lines] == ["::error"] * 10 + ["::warning"] * 10
    assert "more" not in "".join(lines)


def test_where_github_would_drop_some_the_last_says_how_many() -> None:
    lines = annotations(report(*[verdict("missing")] * 3, *[verdict("refuted")] * 9, verdict("inconclusive")))
    assert [line.split()[0] for line in lines] == ["::error"] * 10 + ["::warning"]
    assert lines[9] == "::error title=rlvr gate%3A more::3 more are not shown: 3 verdicts: 3 missing"
