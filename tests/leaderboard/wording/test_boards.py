"""The words of the page that lists the boards: it counts every kind of published figure."""

from suite.leaderboard.wording import papers
from suite.leaderboard.wording.boards import KINDS
from suite.registry.published import PublishedFile


def test_every_kind_of_published_figure_has_a_name_here_and_on_the_papers_board() -> None:
    kinds = PublishedFile.model_fields.keys() - {"source"}
    assert {kind for kind, _ in KINDS} == kinds
    assert {kind for kind, *_ in papers.KINDS} == kinds
