"""The arms of a pair: what must match, what may differ, and how each of them answers."""

import pytest
from builders.cells import cell, manifest

from suite.leaderboard.pair.arms import Arm, ArmLine, behaviour_lines, must_match, recorded
from suite.schema import MUST_MATCH, ScoreRow, Summary
from suite.store.cells import CellManifest


def arms_of(before: CellManifest | None, after: CellManifest | None) -> tuple[Arm, Arm]:
    return Arm("m", "Before", manifest=before), Arm("n", "After", manifest=after)


def by_label(lines: tuple[ArmLine, ...]) -> dict[str, ArmLine]:
    return {line.label: line for line in lines}


@pytest.fixture
def scores(summary: Summary) -> tuple[ScoreRow, ScoreRow]:
    """A base and its checkpoint, which answers in another way."""
    before, after, *_ = summary.scores
    behaviour = after.behaviour.model_copy(update={"code": 0.56, "mean_tokens": 30.0})
    return before, after.model_copy(update={"behaviour": behaviour})


def test_arms_that_were_run_alike_differ_in_no_setting() -> None:
    lines = must_match(arms_of(manifest(cell("m")), manifest(cell("n"))))
    assert len(lines) == len(MUST_MATCH) + 1 and not any(line.differs for line in lines)
    sampling = by_label(lines)["Decoding"].values
    assert sampling == ("temperature 0.6, top_p 1.0, at most 8 tokens, seed 0",) * 2


@pytest.mark.parametrize(
    ("identity", "label", "values"),
    [
        ({"engine": "vllm-1"}, "Engine", ("hf-5", "vllm-1")),
        ({"dtype": "bfloat16"}, "Number type", ("float32", "bfloat16")),
        ({"protocol": "chat"}, "Prompt", ("micro_qa, hash text of micr", "chat, hash text of chat")),
    ],
)
def test_a_setting_that_differs_is_marked_alone(
    identity: dict[str, str], label: str, values: tuple[str, str]
) -> None:
    lines = must_match(arms_of(manifest(cell("m")), manifest(cell("n", **identity))))
    assert [line.label for line in lines if line.differs] == [label]
    assert by_label(lines)[label].values == values


def test_two_prompts_of_one_name_differ_by_their_hash() -> None:
    edited = cell("n", protocol_hash="another text")
    lines = must_match(arms_of(manifest(cell("m")), manifest(edited)))
    assert [line.label for line in lines if line.differs] == ["Prompt"]


def test_the_samples_an_item_must_match_too() -> None:
    lines = must_match(arms_of(manifest(cell("m"), k=8), manifest(cell("n"), k=1)))
    assert [(line.label, line.values) for line in lines if line.differs] == [("Samples an item", ("8", "1"))]


def test_settings_of_a_single_arm_are_not_compared() -> None:
    assert must_match(arms_of(manifest(cell("m")), None)) == ()


def test_what_is_recorded_of_one_arm_stands_beside_a_blank_and_what_of_none_is_left_out() -> None:
    lines = by_label(recorded(arms_of(manifest(cell("m"), model_revision="b101308"), None)))
    assert lines["Hub revision"].values == ("b101308", "")
    assert "Items from" not in lines and "Finished" not in lines
    assert recorded(arms_of(None, None)) == ()


def test_a_share_comes_with_its_change_in_points(scores: tuple[ScoreRow, ScoreRow]) -> None:
    before, after = scores
    lines = by_label(behaviour_lines((Arm("m", "Before", before), Arm("n", "After", after))))
    assert (lines["Code"].values, lines["Code"].change) == (("31.0%", "56.0%"), "+25.0")
    assert (lines["Mean tokens"].values, lines["Mean tokens"].change) == (("42", "30"), "−12")


def test_an_arm_without_scores_is_a_dash_and_leaves_no_change(scores: tuple[ScoreRow, ScoreRow]) -> None:
    lines = by_label(behaviour_lines((Arm("m", "Before", scores[0]), Arm("n", "After"))))
    assert (lines["Code"].values, lines["Code"].change) == (("31.0%", "–"), "")
    assert (lines["Mean tokens"].values, lines["Mean tokens"].change) == (("–", "–"), "")


def test_several_checkpoints_have_values_and_no_single_change(scores: tuple[ScoreRow, ScoreRow]) -> None:
    before, after = scores
    arms = (Arm("m", "Before", before), Arm("n", "After, seed 0", after), Arm("o", "After, seed 1", after))
    lines = by_label(behaviour_lines(arms))
    assert (lines["Code"].values, lines["Code"].change) == (("31.0%", "56.0%", "56.0%"), "")
    assert (lines["Mean tokens"].values, lines["Mean tokens"].change) == (("42", "30", "30"), "")
