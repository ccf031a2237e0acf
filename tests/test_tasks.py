"""Tasks: what ships loads, broken files are told in one line, items are the same everywhere and probes cut between words."""

import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import jinja2
import pytest

from suite import resources, tasks
from suite.errors import SuiteError
from suite.protocols import PROTOCOLS, render
from suite.tasks import DATA_VARIABLE, Item, TaskFile, all_tasks, items_hash, load_items, score, task

SHIPPED = [path.stem for path in sorted(resources.tasks_dir().glob("*/*.yaml"))]
GENERATED = [name for name in SHIPPED if task(name).metadata.source.generator]
PROBES = [name for name in GENERATED if task(name).is_probe]
Broken = Callable[[str, str], SuiteError]


@pytest.fixture
def local(tmp_path: Path) -> TaskFile:
    """A task whose items come from ``tmp_path``; its file is not there yet."""
    return task("math500").model_copy(update={"task": "mine"})


@pytest.fixture
def broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Broken:
    """The error of ``all_tasks`` after replacing ``old`` by ``new`` in a copy of a shipped task."""

    def error(old: str, new: str) -> SuiteError:
        text = (resources.tasks_dir() / "micro_bench" / "micro_bench.yaml").read_text()
        assert old in text
        (tmp_path / "mine").mkdir()
        (tmp_path / "mine" / "mine.yaml").write_text(text.replace(old, new))
        monkeypatch.setattr(resources, "tasks_dir", lambda: tmp_path)
        tasks._all.cache_clear()
        with pytest.raises(SuiteError) as caught:
            all_tasks()
        return caught.value

    return error


def test_every_task_file_that_ships_loads_under_its_own_name() -> None:
    assert set(SHIPPED) == set(all_tasks())


@pytest.mark.parametrize("name", SHIPPED)
def test_a_task_has_as_many_items_as_its_file_says(name: str) -> None:
    spec = task(name)
    if spec.metadata.source.hub and not os.environ.get(DATA_VARIABLE):
        pytest.skip(f"{DATA_VARIABLE} is not set")
    items = load_items(spec)
    assert len(items) == spec.metadata.n_items
    assert len({item.id for item in items}) == len(items)


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("n_items: 100", "n_itmes: 100", "n_itmes"),
        ("repeats: 8", "repeats: many", "repeats"),
        ("grader: answer", "grader: anser", "metadata.grader"),
        ("temperature: 0.6", "temperature: -1", "generation_kwargs.temperature"),
        ("task: micro_bench", "tsk: micro_bench", "task"),
        ("repeats: 8", "repeats: [8", "YAML"),
    ],
)
def test_a_broken_task_file_is_one_line_that_names_file_and_key(broken: Broken, old: str, new: str, named: str) -> None:
    line = str(broken(old, new))
    assert "mine.yaml" in line
    assert named in line
    assert "\n" not in line


def test_an_unknown_task_is_told_its_nearest_neighbour() -> None:
    with pytest.raises(SuiteError, match=r"unknown task 'micro_bnch'.*Use 'micro_bench'"):
        task("micro_bnch")


ROW = '{"id": "1", "problem": "p", "answer": "2"}'


@pytest.mark.parametrize(
    ("content", "place", "named"),
    [
        (f"{ROW}\n{{nope\n", ":2", "JSON"),
        (f'{ROW}\n\n{{"id": "2", "problem": "p"}}\n', ":3", "answer"),
        (f'{ROW}\n{{"id": "2", "problem": "p", "answer": 2}}\n', ":2", "answer"),
        (f"{ROW}\n{ROW}\n", ":2", "'1' appears twice"),
        ("", "", "no items"),
        ("\n \n", "", "no items"),
    ],
)
def test_a_bad_item_file_is_one_line_that_names_file_and_line(
    local: TaskFile, tmp_path: Path, content: str, place: str, named: str
) -> None:
    (tmp_path / "mine.jsonl").write_text(content)
    with pytest.raises(SuiteError) as caught:
        load_items(local, tmp_path)
    assert caught.value.where == f"{tmp_path / 'mine.jsonl'}{place}"
    assert named in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_item_file_is_named(local: TaskFile, tmp_path: Path) -> None:
    with pytest.raises(SuiteError) as caught:
        load_items(local, tmp_path)
    assert caught.value.where == str(tmp_path / "mine.jsonl")


def test_local_items_keep_order_and_unicode_and_skip_empty_lines(local: TaskFile, tmp_path: Path) -> None:
    text = "½ of\u2028π"
    row = json.dumps({"id": "b", "problem": text, "answer": "1"}, ensure_ascii=False)
    (tmp_path / "mine.jsonl").write_text(f"{row}\n\n{ROW}", encoding="utf-8")
    assert load_items(local, tmp_path) == [Item("b", text, "1"), Item("1", "p", "2")]


def test_the_variable_takes_the_place_of_the_hub(local: TaskFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mine.jsonl").write_text(ROW)
    monkeypatch.setenv(DATA_VARIABLE, str(tmp_path))
    assert load_items(local) == [Item("1", "p", "2")]


@pytest.mark.parametrize("name", GENERATED)
def test_generated_items_are_the_same_on_every_call(name: str) -> None:
    assert load_items(task(name)) == load_items(task(name))


def test_no_fresh_item_is_a_published_one() -> None:
    fresh, published = load_items(task("micro_arithmetic_clean")), load_items(task("micro_bench"))
    assert not {i.problem for i in fresh} & {i.problem for i in published}
    assert not {i.hash for i in fresh} & {i.hash for i in published}


@pytest.mark.parametrize("name", PROBES)
def test_a_probe_is_the_question_cut_between_words(name: str) -> None:
    whole = load_items(task(name.removesuffix("_partial")))
    fraction = task(name).metadata.source.fraction or 0
    for probe, item in zip(load_items(task(name)), whole, strict=True):
        assert probe.problem + probe.continuation == item.problem
        assert probe.problem and not probe.problem[-1].isspace() and probe.continuation[0].isspace()
        assert len(probe.problem) <= fraction * len(item.problem)
        assert (probe.id, probe.answer, probe.hash) == (item.id, item.answer, item.hash)


PROBE = Item("1", "Mia has 10 eggs.", "9", " How many eggs now?")


@pytest.mark.parametrize(
    ("text", "finish_reason", "outcome"),
    [
        (" How many eggs now?", "stop", "correct"),
        ("How  many\neggs now? And then some, 9", "length", "correct"),
        (" How many eggs left?", "stop", "wrong"),
        (" How many eggs", "length", "truncated"),
        ("9", "stop", "wrong"),
        ("", "stop", "wrong"),
    ],
)
def test_a_probe_is_right_when_it_gives_the_hidden_rest_word_by_word(text: str, finish_reason: str, outcome: str) -> None:
    scored = score(PROBE, text, finish_reason)  # type: ignore[arg-type]
    assert scored.outcome == outcome
    assert scored.metrics["exact_match"] == float(outcome == "correct")
    assert (scored.metrics["rouge_l"] == 1.0) == (outcome == "correct")
    assert scored.metrics["answer_found"] == float("9" in text)


def test_an_ordinary_item_is_graded_by_its_answer_and_has_no_further_metrics() -> None:
    item = replace(PROBE, continuation="")
    assert (score(item, "so 9").outcome, score(item, "so 8").outcome) == ("correct", "wrong")
    assert score(item, "so 9").metrics == {}


def test_the_items_hash_ignores_order_ids_and_spelling_but_not_content() -> None:
    a, b = Item("1", "one  question", "142.0"), Item("2", "other", "2")
    same = items_hash([b, Item("x", "one question", "142")])
    assert items_hash([a, b]) == same
    assert items_hash([a]) != items_hash([a, b])
    assert items_hash([a, a, b]) != same
    assert items_hash([replace(a, answer="143"), b]) != same
    assert items_hash([replace(a, problem="question"), b]) != same


def test_an_item_file_that_is_not_utf8_is_named(local: TaskFile, tmp_path: Path) -> None:
    (tmp_path / "mine.jsonl").write_bytes(b'{"id": "\xff"}')
    with pytest.raises(SuiteError):
        load_items(local, tmp_path)


@pytest.mark.parametrize("text", ["one\ntwothree", "one\tlongword"])
def test_a_probe_is_cut_at_any_white_space(text: str) -> None:
    probe = tasks._cut(Item("1", text, "1"), 0.6)
    assert (probe.problem, probe.problem + probe.continuation) == ("one", text)


@pytest.mark.parametrize("spec", all_tasks().values(), ids=lambda spec: spec.task)
def test_plain_lm_eval_gets_the_prompt_of_the_default_protocol(spec: TaskFile) -> None:
    problem = r"What is $\frac{1}{2}$ of {4}?"
    ours = render(PROTOCOLS[spec.metadata.default_protocol], problem)
    assert jinja2.Template(spec.doc_to_text).render(problem=problem) == ours
    assert set(spec.generation_kwargs.until) == set(PROTOCOLS[spec.metadata.default_protocol].stops)
