"""What every page shares: how wording and data get into it, its policy and the files beside it."""

import hashlib
import json
import re

import pytest
from board_page import Page, html_of
from jinja2 import UndefinedError

from suite.leaderboard import render
from suite.leaderboard.pages import HERE, compact, embedded, environment, page, prose
from suite.schema import Summary


def test_prose_has_code_and_strong_and_its_values_stay_text() -> None:
    html = prose("**All** of `{task}` & more: `rlvr-suite eval`", task="</code><b>`x`</b>")
    assert html == (
        "<strong>All</strong> of <code>&lt;/code&gt;&lt;b&gt;`x`&lt;/b&gt;</code> &amp; more: "
        '<code class="command">rlvr-suite eval</code>'
    )


def test_embedded_data_cannot_end_their_script_element() -> None:
    data = {"name": "</script><script>alert(1)</script><!--"}
    assert "<" not in embedded(data) and json.loads(embedded(data)) == data


def test_embedded_numbers_are_finite() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        embedded(float("nan"))


def test_a_page_that_lacks_a_value_is_an_error_and_not_a_page() -> None:
    with pytest.raises(UndefinedError):
        page("gate.html.j2")


def test_a_compact_page_loses_end_tags_and_indentation_only() -> None:
    table = b"<table>\n  <tr>\n    <td>a b</td>\n    <td>c</td>\n  </tr>\n</table>"
    assert compact(table) == b"<table><tr><td>a b<td>c\n\n</table>"


def test_every_template_is_known_to_the_environment_and_compiles() -> None:
    names = environment().list_templates()
    assert {"page.html.j2", "macros.html.j2", "index.html.j2", "pair.html.j2"} <= set(names)
    for name in names:
        environment().get_template(name)


def test_a_page_refers_to_files_beside_it_and_each_is_there(summary: Summary) -> None:
    files = dict(render(summary))
    loads = [load for load in Page(html_of(summary)).loads if not load.startswith("#")]
    assert len(loads) >= 4 and set(loads) <= set(files)
    for style in (content.decode() for name, content in files.items() if name.endswith(".css")):
        assert "url(" not in style and "@import" not in style


def test_the_policy_lets_only_files_beside_the_page_run(summary: Summary) -> None:
    html = html_of(summary)
    policy = html[html.index("default-src") :].split('"')[0].replace("&#39;", "'")
    assert policy.startswith("default-src 'none'; script-src 'self';")
    assert "http" not in policy
    assert "script-src-" not in policy
    scripts = Page(html).scripts
    assert all(kind == "application/json" or not text for kind, text in scripts) and len(scripts) >= 6


def test_vendored_plotly_is_the_released_file() -> None:
    plotly = HERE / "vendor" / "plotly-cartesian.min.js"
    digest = hashlib.sha256(plotly.read_bytes()).hexdigest()
    assert digest in (HERE / "vendor" / "VENDOR.md").read_text()
    assert "MIT" in (HERE / "vendor" / "LICENSE").read_text()


VENDORED = re.findall(
    r"^\| `([^`]+)` \| npm `([^`]+)` \| (\S+) \| \S+ \(`([^`]+)`\) \| `([0-9a-f]{64})` \| .+ \|$",
    (HERE / "vendor" / "VENDOR.md").read_text(encoding="utf-8"),
    re.M,
)


@pytest.mark.parametrize(
    ("file", "package", "version", "licence", "digest"), VENDORED, ids=[row[0] for row in VENDORED]
)
def test_a_vendored_library_is_the_released_file_with_its_licence(
    file: str, package: str, version: str, licence: str, digest: str
) -> None:
    assert hashlib.sha256((HERE / "vendor" / file).read_bytes()).hexdigest() == digest
    assert "Copyright" in (HERE / "vendor" / licence).read_text(encoding="utf-8")


def test_every_vendored_file_has_its_row() -> None:
    named = {name for row in VENDORED for name in (row[0], row[3])}
    assert named == {path.name for path in (HERE / "vendor").iterdir()} - {"VENDOR.md"}


def test_no_script_of_ours_writes_markup() -> None:
    for name in ("chunks", "answer_text", "pairing", "sides", "answers"):
        script = (HERE / "assets" / f"{name}.js").read_text(encoding="utf-8")
        assert not re.search(
            r"innerHTML|outerHTML|insertAdjacent|document\.write|\beval\b|new Function|\.href\b", script
        ), name
        assert len(script.splitlines()) < 400, name
