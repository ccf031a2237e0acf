"""The list of metrics is the one that table, summary and board read."""

from suite.leaderboard.wording.rows import metric_label, metric_meaning
from suite.schema import TASK_METRICS, metrics_of
from suite.summary.scored_cells import COLUMNS


def test_every_metric_is_a_column_of_the_table_and_has_its_words_on_the_board() -> None:
    assert COLUMNS[-len(TASK_METRICS) :] == tuple(TASK_METRICS)
    for name, metric in TASK_METRICS.items():
        assert (metric_label(name), metric_meaning(name)) == (metric.title, metric.meaning)


def test_each_metric_belongs_to_one_grader() -> None:
    by_grader = [*metrics_of("answer"), *metrics_of("number"), *metrics_of("continuation")]
    assert sorted(by_grader) == sorted(TASK_METRICS)
