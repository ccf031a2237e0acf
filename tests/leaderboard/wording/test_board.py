"""The words of the board's page: every column and every part of a delta has its heading."""

from board_page import Page, html_of

from suite.leaderboard.wording.board import BEHAVIOUR, DELTAS, LEAKS, MOVES, SPLITS
from suite.schema import Contributions, Summary, Transitions


def test_every_column_of_a_table_has_a_heading(tested: Summary) -> None:
    page = Page(html_of(tested))
    for table, headings in (("deltas", DELTAS), ("behaviour", BEHAVIOUR), ("leaks", LEAKS)):
        assert page.tables[table][0] == [heading.label for heading in headings]
        assert {len(row) for row in page.tables[table]} == {len(headings)}


def test_every_part_of_a_delta_has_a_heading_in_the_order_of_the_summary() -> None:
    assert [field for field, _ in SPLITS] == list(Contributions.model_fields)
    assert [field for field, _ in MOVES] == list(Transitions.model_fields)
