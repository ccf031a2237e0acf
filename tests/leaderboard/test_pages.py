"""How wording and data get into a page."""

import json

import pytest
from jinja2 import UndefinedError

from suite.leaderboard.pages import compact, embedded, environment, page, prose


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
