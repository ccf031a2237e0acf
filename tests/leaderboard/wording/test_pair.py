"""The words of a pair's page: every setting, share and part of a delta has its label."""

from hand_made_summary import BEHAVIOUR

from suite.leaderboard.wording import board
from suite.leaderboard.wording.pair import ANSWER_PARTS, MEASURES, MOVES, SETTINGS, STRATEGY_PARTS
from suite.schema import MUST_MATCH, Contributions, Summary, Transitions


def test_every_setting_that_must_match_has_a_label() -> None:
    assert SETTINGS.keys() == set(MUST_MATCH)


def test_every_part_of_a_delta_has_a_label() -> None:
    assert [*ANSWER_PARTS, *STRATEGY_PARTS] == list(Contributions.model_fields)
    assert list(MOVES) == list(Transitions.model_fields)


def test_a_move_between_strategies_has_one_name_on_all_pages() -> None:
    assert list(MOVES.values()) == [heading.label for _, heading in board.MOVES]


def test_a_measure_is_the_share_that_its_label_names(summary: Summary) -> None:
    score = summary.scores[0].model_copy(update={"answer_present": 0.04})
    assert {measure.label: measure.of(score) for measure in MEASURES} == {
        "Final answer in a box": BEHAVIOUR.boxed,
        "Code": BEHAVIOUR.code,
        "Fenced code": BEHAVIOUR.fenced_code,
        "Language only": BEHAVIOUR.language_only,
        "Truncated": BEHAVIOUR.truncated,
        "Repetition": BEHAVIOUR.repetitive,
        "Right answer present, not extracted": 0.04,
    }
