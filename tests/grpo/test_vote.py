"""The majority of a base's answers: which answers are one group, its label, and which group wins a tie."""

import pytest

from suite.grpo.vote import Vote, majority


@pytest.mark.parametrize(
    ("answers", "vote"),
    [
        (["3", "4", "4"], Vote("4", 2, 3)),
        (["0.5", "7", "\\frac{1}{2}", "1/2"], Vote("0.5", 3, 4)),
        (["7", "\\frac12", "0.5", "\\frac12"], Vote("\\frac12", 3, 4)),
        (["1,000", "1000.0", "999"], Vote("1,000", 2, 3)),
        (["x=3", "4", "3", "3"], Vote("3", 3, 4)),
        (["5 \\text{ cm}", "6", "5"], Vote("5 \\text{ cm}", 2, 3)),
        (["50\\%", "0.5", "2"], Vote("50\\%", 2, 3)),
        (["x^2+2x+1", "2", "(x+1)^2"], Vote("x^2+2x+1", 2, 3)),
        (["\\text{Evelyn}", "7", "evelyn"], Vote("\\text{Evelyn}", 2, 3)),
        (["\\{1,2\\}", "3", "\\{2,1\\}"], Vote("\\{1,2\\}", 2, 3)),
        (["(1,2)", "(2,1)", "(2,1)"], Vote("(2,1)", 2, 3)),
        (["[0,1)", "(0,1)", "[0,1]"], Vote("[0,1)", 1, 3)),
    ],
)
def test_equal_answers_are_one_group_and_its_commonest_spelling_is_the_label(
    answers: list[str], vote: Vote
) -> None:
    assert majority(answers) == vote


def test_a_tie_goes_to_the_group_whose_first_answer_came_first() -> None:
    assert majority(["8", "9", "9", "8"]) == Vote("8", 2, 4)
    assert majority(["1/2", "9", "9", "0.5"]) == Vote("1/2", 2, 4)


def test_a_group_that_grows_by_other_spellings_wins_over_a_commoner_spelling() -> None:
    assert majority(["7", "7", "x+1", "1+x", "x + 1"]) == Vote("x+1", 3, 5)


def test_empty_predictions_are_dropped_before_counting() -> None:
    assert majority([None, None, "", "5"]) == Vote("5", 1, 1)
    assert majority([None, ""]) == Vote(None, 0, 0)


def test_a_hostile_answer_is_a_group_by_its_text() -> None:
    tower = "9^{9^{9^{9^9}}}"
    long = "x" * 5000
    assert majority([tower, tower, long, long, long, "4"]) == Vote(long, 3, 6)
