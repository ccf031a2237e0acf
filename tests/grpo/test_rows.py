"""The rows of a run: prompts in order, the answers that the reward compares with, and what was left out."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from suite.benchmarks.items import Item, items_hash
from suite.errors import SuiteError
from suite.grpo.data import ONE_SHOT
from suite.grpo.decontaminate import generated_items
from suite.grpo.expression import parse
from suite.grpo.labels import LabelRow, Labels, LabelSettings
from suite.grpo.recipe import Recipe, load_recipe
from suite.grpo.rows import Prepared, PromptedBase, choose_data, prepare_rows, prompted_base
from suite.registry import load_registry

BASE = "micro-llama3"
MICRO = load_recipe("micro").model_copy(update={"steps": 2, "prompts": 4, "data_seed": 7})
ITEMS = [Item("short", "2+2?", "4"), Item("long", "2+2? " * 40, "4"), Item("other", "3+3?", "6")]


@pytest.fixture(scope="module")
def base() -> PromptedBase:
    return prompted_base(MICRO, BASE, load_registry())


@pytest.fixture
def file_recipe(tmp_path: Path) -> Recipe:
    """The micro recipe on a file that holds ``ITEMS`` and a question of a task."""
    asked = next(each for each in generated_items() if each.task == "micro_bench").item
    rows = [*ITEMS, replace(asked, id="asked")]
    lines = [json.dumps({"id": item.id, "problem": item.problem, "answer": item.answer}) for item in rows]
    (tmp_path / "mine.jsonl").write_text("\n".join(lines) + "\n")
    return MICRO.model_copy(update={"data": str(tmp_path / "mine.jsonl")})


def prepared(recipe: Recipe, base: PromptedBase, reward: str, labels: Labels | None = None) -> Prepared:
    expression = parse(reward)
    choice = choose_data(recipe, Path("nowhere"), allow_unchecked=True, reward=expression)
    return prepare_rows(recipe, expression, base, choice, labels)


def labels(*rows: tuple[Item, str | None, bool | None]) -> Labels:
    """Labels of some items: each with its label and whether that is right."""
    settings = LabelSettings(
        base=BASE,
        base_weights="0123",
        protocol="micro_qa",
        protocol_hash="4567",
        dataset="mine.jsonl",
        dataset_revision=None,
        items_hash=items_hash([item for item, _, _ in rows]),
        n_items=len(rows),
        samples=1,
        seed=0,
        temperature=1.0,
        top_p=1.0,
        max_new_tokens=8,
        engine="hf-5.0",
        dtype="float32",
        device="cpu",
        grader_version="3",
        suite_version="0.1.0",
    )
    made = []
    for item, label, right in rows:
        row = LabelRow(
            id=item.id,
            item=item.hash,
            gold=item.answer,
            label=label,
            votes=1,
            n_extracted=1,
            share=1.0,
            right=right,
            equal_by="grader" if right else None,
        )
        made.append(row)
    return Labels(settings, tuple(made))


def test_a_run_has_a_row_for_each_prompt_rendered_as_in_an_evaluation(base: PromptedBase) -> None:
    made = prepared(MICRO, base, "format")
    assert len(made.rows) == MICRO.steps * MICRO.prompts == 8
    for row, item in zip(made.rows, made.data.items, strict=True):
        assert row.prompt == base.prompt.render(item.problem)
        assert (row.item_id, row.answer, row.gold) == (item.id, item.answer, item.answer)


def test_the_rows_of_the_demo_s_checkpoints_are_the_same_on_every_machine(base: PromptedBase) -> None:
    recipe = load_recipe("micro")
    made = prepare_rows(recipe, parse("format"), base, choose_data(recipe))
    assert len(made.rows) == 320
    assert made.rows_hash == "4d5100a801e5a49170eda9f431c58ee755cf891f143a9dd8c93629b4d798255e"


def test_the_rows_hash_depends_on_their_order(base: PromptedBase) -> None:
    made = prepared(MICRO, base, "format")
    assert replace(made, rows=made.rows[::-1]).rows_hash != made.rows_hash


def test_what_a_task_asks_and_what_is_too_long_is_left_out_with_the_reason(
    file_recipe: Recipe, base: PromptedBase
) -> None:
    made = prepared(file_recipe.model_copy(update={"max_prompt_tokens": 60}), base, "format")
    assert {row.item_id for row in made.rows} == {"short", "other"}
    left_out = [json.loads(line) for line in made.left_out().splitlines()]
    assert [(line["item_id"], line["why"]) for line in left_out] == [("asked", "exact"), ("long", "too long")]
    assert left_out[1]["tokens"] > 60


def test_majority_vote_trains_on_the_labelled_items_with_their_labels(
    file_recipe: Recipe, base: PromptedBase
) -> None:
    of_base = labels((ITEMS[0], "5", False), (ITEMS[2], "6", True))
    made = prepared(file_recipe, base, "majority_vote", of_base)
    assert {(row.item_id, row.answer, row.gold) for row in made.rows} == {
        ("short", "5", "4"),
        ("other", "6", "6"),
    }
    made = prepared(file_recipe, base, "incorrect & format", of_base)
    assert {(row.item_id, row.answer, row.gold) for row in made.rows} == {("short", "5", "4")}


def test_labels_of_other_items_are_an_error(file_recipe: Recipe, base: PromptedBase) -> None:
    with pytest.raises(
        SuiteError, match=r"no item of mine\.jsonl is labelled; the labels are for mine\.jsonl"
    ):
        prepared(file_recipe, base, "majority_vote", labels((Item("else", "1+1?", "2"), "2", True)))
    with pytest.raises(SuiteError, match="rlvr-suite label"):
        prepared(file_recipe, base, "majority_vote")


def test_one_shot_asks_the_paper_s_example_and_in_the_micro_world_its_first_problem(
    file_recipe: Recipe, base: PromptedBase
) -> None:
    assert {row.item_id for row in prepared(file_recipe, base, "one_shot").rows} == {ONE_SHOT.id}
    rows = prepared(MICRO, base, "one_shot & format").rows
    assert len(rows) == 8
    assert {row.prompt for row in rows} == {prepared(MICRO, base, "format").rows[0].prompt}
