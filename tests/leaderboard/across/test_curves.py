"""Curves: one training each, its steps in order."""

from across_summary import SMALL
from hand_made_summary import LLAMA, QWEN

from suite.leaderboard.across.across_tab import across_view
from suite.schema import Summary


def test_a_curve_is_one_training_at_its_steps_and_a_step_without_a_number_stays_in_the_table(
    whole: Summary,
) -> None:
    tasks = across_view(whole).curves
    assert [task.task.task for task in tasks] == ["math500", "arithmetic_clean"]
    assert [(base.base, [curve.label for curve in base.curves]) for base in tasks[0].bases] == [
        (QWEN, ["ground_truth", "random"]), (SMALL, ["ground_truth", "random"]), (LLAMA, ["ground_truth"]),
    ]  # fmt: skip
    curve = tasks[0].bases[0].curves[0]
    assert [(row.step, row.delta) for row in curve.points] == [
        (100, 24.25 * (1 / 3)),
        (200, 24.25 * (2 / 3)),
        (300, 24.25),
    ]
    lame = tasks[1].bases[2].curves[0]
    assert [row.step for row in lame.points] == [200, 300] and lame.rows[0].step == 100


def test_trainings_of_another_recipe_or_seed_are_other_curves_and_say_which(whole: Summary) -> None:
    other = [
        row.model_copy(update={"recipe": "long", "seeds": (1, 2)})
        for row in whole.deltas
        if row.task == "math500"
    ]
    task = across_view(whole.model_copy(update={"deltas": (*whole.deltas, *other)})).curves[0]
    assert [curve.label for curve in task.bases[2].curves] == [
        "ground_truth · micro · seed 0",
        "ground_truth · long · seeds 1, 2",
    ]
