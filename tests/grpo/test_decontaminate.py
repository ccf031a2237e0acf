"""Decontamination: what counts as the same question, what does not, and how it fares on the real sets."""

import json
import os
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from suite.benchmarks.item_files import DATA_VARIABLE, file_items
from suite.benchmarks.items import Item
from suite.benchmarks.tasks import all_tasks
from suite.errors import SuiteError
from suite.grpo.decontaminate import (
    OVERLAP,
    Evaluated,
    Removed,
    decontaminate,
    evaluated_items,
    generated_items,
    plain_text,
    removed_lines,
    words,
)

needs_data = pytest.mark.skipif(not os.environ.get(DATA_VARIABLE), reason=f"{DATA_VARIABLE} is not set")

LONG = (
    r"Find the number of ways to seat $7$ knights, of whom two are rivals, at a round table "
    r"with $\frac{x}{2}$ chairs."
)
PHRASE = (
    r"can be written as $\frac{m}{n}$, where $m$ and $n$ are relatively prime positive integers. Find $m+n$."
)
SHORT = r"Evaluate $\log_2 64$."


def evaluated(*problems: str, generated: bool = False) -> list[Evaluated]:
    return [Evaluated("exam", Item(str(n), problem, "1"), generated) for n, problem in enumerate(problems)]


def why(problem: str, task_items: list[Evaluated]) -> str | None:
    """Why a training item with this question is taken out."""
    _, removed = decontaminate([Item("t", problem, "1")], task_items)
    return removed[0].why if removed else None


@pytest.mark.parametrize(
    "spelling",
    [
        LONG.upper().replace("FRAC", "frac"),
        LONG.replace(" ", "  ") + "\n",
        LONG.replace("$7$", r"\( 7 \)"),
        LONG.replace(r"\frac{x}{2}", r"\dfrac x2\,"),
        LONG.replace(r"\frac{x}{2}", r"\displaystyle \tfrac{ x }{2}").removesuffix("."),
    ],
)
def test_the_same_question_in_another_spelling_is_exact(spelling: str) -> None:
    assert plain_text(spelling) == plain_text(LONG)
    assert why(spelling, evaluated(LONG)) == "exact"


@pytest.mark.parametrize(
    ("one", "other"), [("$2+3$", "$2-3$"), (r"$\frac{1}{23}$", r"$\frac{12}{3}$"), ("$x^{12}$", "$x^1 2y$")]
)
def test_other_formulas_are_other_questions(one: str, other: str) -> None:
    assert plain_text(one) != plain_text(other)


def test_a_question_inside_a_longer_one_is_found_by_its_words() -> None:
    assert why(f"Solve this. {LONG} Explain each step of your answer.", evaluated(LONG)) == "n-gram"


def test_a_question_with_another_ending_is_found_with_its_share() -> None:
    ending = LONG[: LONG.index("at a round")] + "in a row of nine."
    _, removed = decontaminate([Item("t", ending, "1")], evaluated(SHORT, LONG))
    assert removed == [Removed("t", "n-gram", "exam", "1", round(15 / 23, 3))]


def test_a_turn_of_phrase_is_no_question() -> None:
    cards = (
        "The probability that two of the five cards that Ann draws from a deck of sixty have the same colour"
    )
    circle = "A circle of radius 7 touches three sides of a square of side 20. Its share of the square's area"
    assert why(f"{circle} {PHRASE}", evaluated(f"{cards} {PHRASE}")) is None


def test_a_drawing_is_not_part_of_the_words() -> None:
    drawing = (
        "[asy] size(100); draw((0,0)--(1,0)--(1,1)--cycle); label(A, (0,0), S); label(B, (1,0), S); [/asy]"
    )
    assert words(f"What is shaded? {drawing}") == ("what", "is", "shaded")
    assert why(f"What is the perimeter of this? {drawing}", evaluated(f"What is shaded? {drawing}")) is None


def test_a_short_question_is_compared_as_a_whole_only() -> None:
    assert why(SHORT, evaluated(SHORT)) == "exact"
    assert why(f"{SHORT} Then halve it.", evaluated(SHORT)) is None


def test_generated_questions_share_their_words_and_are_compared_as_a_whole() -> None:
    text = "Leo has 5 apples. a) buys 3. b) sells 2. c) finds 4. How many apples now?"
    assert why(text.replace("5", "6"), evaluated(text, generated=True)) is None
    assert why(text, evaluated(text, generated=True)) == "exact"


def test_the_wording_around_a_calculation_does_not_count() -> None:
    item = next(each.item for each in generated_items() if each.task == "arithmetic_clean")
    assert why(item.problem, generated_items()) == "exact"
    assert why(f"${item.problem.rpartition(': ')[2]}$", generated_items()) == "exact"


def test_an_item_without_question_or_answer_is_taken_out_as_blank() -> None:
    items = [Item("a", " ", "1"), Item("b", "one", ""), Item("c", "one", "1")]
    kept, removed = decontaminate(items, evaluated(LONG))
    assert [item.id for item in kept] == ["c"]
    assert removed == [Removed("a", "blank"), Removed("b", "blank")]


def test_the_list_is_one_json_object_a_line() -> None:
    lines = list(removed_lines([Removed("a", "n-gram", "exam", "0", 0.75), Removed("b", "blank")]))
    assert all(line.endswith("\n") for line in lines)
    assert json.loads(lines[0]) == {
        "item_id": "a",
        "why": "n-gram",
        "task": "exam",
        "evaluated": "0",
        "overlap": 0.75,
    }
    assert json.loads(lines[1])["task"] is None


def test_a_task_whose_items_cannot_be_loaded_is_an_error_or_is_named(tmp_path: Path) -> None:
    with pytest.raises(SuiteError, match=r"cannot be compared with 'aime2024': .*--allow-unchecked"):
        evaluated_items(tmp_path)
    sets = evaluated_items(tmp_path, allow_unchecked=True)
    assert sets.unchecked == ("aime2024", "aime2025", "amc83", "math500")
    assert sets.items == generated_items()


def test_every_task_is_asked_for_its_items_and_probes_are_not(tmp_path: Path) -> None:
    sets = evaluated_items(tmp_path, allow_unchecked=True)
    of_tasks = {each.task for each in sets.items} | set(sets.unchecked)
    assert of_tasks == {name for name, spec in all_tasks().items() if spec.metadata.source.of is None}


# Real sets


def real_items() -> list[Evaluated]:
    return [each for each in evaluated_items(Path(os.environ[DATA_VARIABLE])).items if not each.generated]


def found(change: str, evaluated: list[Evaluated]) -> Counter[str]:
    """Why the evaluated questions, put into ``change``, are taken out, for each as often as it is."""
    items = [replace(each.item, problem=change.format(each.item.problem)) for each in evaluated]
    return Counter(each.why for each in decontaminate(items, evaluated)[1])


@needs_data
def test_every_real_question_is_found_again_and_inside_another_all_but_the_shortest() -> None:
    real = real_items()
    short = [each for each in real if len(words(each.item.problem)) < 8]
    assert found(" {} \n", real) == {"exact": len(real)}
    assert found("Solve the following problem. {} Show all steps.", real) == {
        "n-gram": len(real) - len(short)
    }
    assert len(short) == 12


@needs_data
def test_of_real_training_data_eleven_items_are_taken_out_in_seconds() -> None:
    path = Path(os.environ[DATA_VARIABLE]) / "deepscaler_4k.jsonl"
    evaluated = evaluated_items(path.parent).items
    started = time.perf_counter()
    kept, removed = decontaminate(file_items(path).items, evaluated)
    assert time.perf_counter() - started < 5  # 0.3 s on the machine where it was written
    assert len(kept) == 3989
    assert [(r.item_id, r.evaluated) for r in removed if r.why == "exact"] == [
        ("L3-30", "test/intermediate_algebra/1791.json")
    ]
    assert {r.item_id for r in removed if r.why == "n-gram"} == {
        "L1-404", "L1-501", "L1-581", "L2-203", "L2-557", "L2-786", "L4-263", "L4-312", "L4-787", "L5-173",
    }  # fmt: skip
    assert min(r.overlap for r in removed) >= OVERLAP + 0.05
