"""The words of the tab across tasks: every column of its tables has its heading."""

from board_page import Page, html_of

from suite.leaderboard.wording.across import CONTRASTS, INTERACTIONS
from suite.schema import Summary


def test_every_column_of_a_table_has_a_heading(tested: Summary) -> None:
    page = Page(html_of(tested))
    for table, headings in (("contrasts", CONTRASTS), ("interactions", INTERACTIONS)):
        assert page.tables[table][0] == [heading.label for heading in headings]
        assert {len(row) for row in page.tables[table]} == {len(headings)}
