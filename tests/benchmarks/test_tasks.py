"""Tasks: what ships loads, broken files are told in one line, items are the same everywhere and probes cut
between words.
"""

import importlib.util
import json
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import jinja2
import pytest

from suite.benchmarks.item_files import DATA_VARIABLE
from suite.benchmarks.item_sets import load_items
from suite.benchmarks.items import Item
from suite.benchmarks.tasks import GROUPS, TaskFile, all_tasks, expand, task
from suite.errors import SuiteError
from suite.files import shipped
from suite.files.yaml import read_document
from suite.grade.task_graders import Response, grade_responses
from suite.registry import load_registry
from suite.registry.protocols import prompt_of

SHIPPED = [path.stem for path in sorted(shipped.tasks_dir().glob("*/*.yaml"))]
PROBES = [name for name in SHIPPED if task(name).is_probe]
REAL_SETS = ("math500", "amc83", "aime2024", "aime2025")
Broken = Callable[[str, str], SuiteError]
INCLUDING = """include: ../contamination_probe
task: including
dataset_kwargs: {task_id: including}
metadata: {version: "1", title: t, default_protocol: none, n_items: 9, source: {of: micro_bench, fraction: 0.25}}
"""


@pytest.fixture
def broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Broken:
    """The error of ``all_tasks`` after replacing ``old`` by ``new`` in a copy of a shipped set."""
    folder = shipped.tasks_dir()

    def error(old: str, new: str) -> SuiteError:
        files = (
            "micro_bench/micro_bench.yaml",
            "micro_bench/micro_bench_partial.yaml",
            "contamination_probe",
        )
        texts = {name: (folder / name).read_text() for name in files}
        texts["micro_bench/including.yaml"] = INCLUDING
        assert any(old in text for text in texts.values())
        for name, text in texts.items():
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_text(text.replace(old, new))
        monkeypatch.setattr(shipped, "tasks_dir", lambda: tmp_path)
        with pytest.raises(SuiteError) as caught:
            all_tasks()
        return caught.value

    return error


def test_every_task_file_that_ships_loads_under_its_own_name() -> None:
    assert set(SHIPPED) == set(all_tasks())


@pytest.mark.parametrize("name", SHIPPED)
def test_a_task_has_as_many_items_as_its_file_says(name: str) -> None:
    spec = task(name)
    if is_real(spec) and not os.environ.get(DATA_VARIABLE):
        pytest.skip(f"{DATA_VARIABLE} is not set")
    loaded = load_items(spec)
    assert len(loaded) == spec.metadata.n_items
    assert len({item.id for item in loaded}) == len(loaded)


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("n_items: 100\n  contam", "n_itmes: 100\n  contam", "n_itmes"),
        ("repeats: 8", "repeats: many", "repeats"),
        ("suite.lm_eval_api.grade_answers", "suite.lm_eval_api.grade_anwsers", "filter_fn"),
        ("temperature: 0.6", "temperature: -1", "generation_kwargs.temperature"),
        ("task: micro_bench\n", "tsk: micro_bench\n", "task"),
        ("task: micro_bench\n", "task: other\n", "own name"),
        ("{task_id: micro_bench}", "{task_id: other}", "dataset_kwargs.task_id"),
        ("repeats: 8", "repeats: [8", "YAML"),
        ("suite.lm_eval_api.dataset", "os.system", "custom_dataset"),
        ("{generator: micro_bench}", "{generator: micro_bench, hub: x}", "one of"),
        ("{generator: micro_bench}", "{}", "one of"),
        ("{of: micro_bench, fraction: 0.6}", "{of: micro_bench}", "go together"),
        ("{of: micro_bench, fraction: 0.6}", "{of: micro_bnch, fraction: 0.6}", "Did you mean 'micro_bench'"),
        (
            "{of: micro_bench, fraction: 0.25}",
            "{of: micro_bench_partial, fraction: 0.25}",
            "not a task with its own items",
        ),
        ("include: ../contamination_probe", "include: ../nowhere", "nowhere"),
        ("include: ../contamination_probe\n", "", "including.yaml"),
        ("[rlvr_contamination]", "[rlvr_contaminated]", "tag"),
        ("repeats: 8", "repeats: 8\nrepeats: 7", "duplicate key 'repeats'"),
        ("repeats: 8", "repeats: 010", "'010' is text here and a number to lm-eval"),
        ("repeats: 8", "repeats: 1_0", "'1_0' is text here and a number to lm-eval"),
        ("repeats: 8", "repeats: 8.0", "repeats: must be a valid integer"),
        ("temperature: 0.6", "temperature: .nan", "generation_kwargs.temperature"),
        ("temperature: 0.6", "temperature: .inf", "generation_kwargs.temperature"),
        ("repeats: 8", "repeats: yes", "repeats: must be a valid integer"),
        ("test_split: test\n", "test_split: test\ntest_split: test\n", "duplicate key 'test_split'"),
        ("include: ../contamination_probe", "include: including.yaml", "includes itself"),
    ],
)
def test_a_broken_task_file_is_one_line_that_says_what(
    broken: Broken, old: str, new: str, named: str
) -> None:
    line = str(broken(old, new))
    assert named in line
    assert ".yaml" in line or "micro_bench" in line or "including" in line
    assert "\n" not in line


def test_two_files_of_one_name_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder in ("first", "second"):
        shutil.copytree(shipped.tasks_dir() / "micro_arithmetic_clean", tmp_path / folder)
    monkeypatch.setattr(shipped, "tasks_dir", lambda: tmp_path)
    with pytest.raises(SuiteError, match=r"second/micro_arithmetic_clean\.yaml: a second task .*first/micro"):
        all_tasks()


@pytest.mark.parametrize("name", SHIPPED)
def test_lm_eval_reads_a_task_file_as_the_suite_does(name: str) -> None:
    from lm_eval.tasks._yaml_loader import load_yaml

    path = next(shipped.tasks_dir().glob(f"*/{name}.yaml"))
    theirs = json.dumps(load_yaml(path, resolve_func=False))
    # lm-eval writes an unresolved function as a path under the folder of the file that names it.
    theirs = re.sub(rf'"{re.escape(str(shipped.tasks_dir()))}/[^"]*?suite\.', '"suite.', theirs)
    assert read_document(path, lm_eval=True).data == json.loads(theirs)


def test_an_unknown_task_is_told_its_nearest_neighbour() -> None:
    with pytest.raises(SuiteError, match=r"^--task: unknown task 'micro_bnch'.*Did you mean 'micro_bench'"):
        task("micro_bnch")


def test_a_group_is_its_tasks_each_once_in_the_order_named() -> None:
    assert {spec.task for spec in expand(["rlvr_core"])} == set(REAL_SETS)
    assert [spec.task for spec in expand(["math500", "rlvr_core", "amc83"])] == [
        "math500",
        "aime2024",
        "aime2025",
        "amc83",
    ]
    assert {spec.task for spec in expand(["rlvr_clean"])} == {"arithmetic_clean", "aime2025"}


def test_the_contamination_group_holds_every_probe_of_a_real_set() -> None:
    assert {spec.task for spec in expand(["rlvr_contamination"])} == set(PROBES) - {"micro_bench_partial"}
    assert set(PROBES) >= {f"{name}_partial_{percent}" for name in REAL_SETS for percent in (80, 60, 40)}


def test_an_unknown_word_is_told_tasks_and_groups() -> None:
    with pytest.raises(
        SuiteError, match=r"^--tasks: .*math500.*Groups: .*rlvr_core.*Did you mean 'rlvr_core'"
    ):
        expand(["rlvr_cor"])


def test_groups_are_no_tasks() -> None:
    assert not set(GROUPS) & set(all_tasks())


@pytest.mark.parametrize("name", REAL_SETS)
def test_real_sets_are_decoded_as_in_the_paper(name: str) -> None:
    spec, sampled = task(name), name != "math500"
    assert (spec.k, spec.decoding.temperature) == ((8, 0.6) if sampled else (1, 0.0))
    assert (spec.decoding.max_new_tokens, spec.decoding.top_p) == (3072, 1.0)
    # without it lm-eval's cache answers all k samples of an item with one of them
    assert spec.generation_kwargs.do_sample == sampled
    assert ("pass_at_k" in [m.metric for m in spec.metric_list]) == sampled


def test_no_task_has_the_name_of_one_of_lm_evals() -> None:
    found = importlib.util.find_spec("lm_eval")
    assert found and found.submodule_search_locations
    files = Path(found.submodule_search_locations[0], "tasks").rglob("*.yaml")
    names = re.compile(r"^(?:task|group|tag): *(\S+)", re.MULTILINE)
    theirs = {name for path in files for name in names.findall(path.read_text(encoding="utf-8"))}
    assert {"aime24", "aime25"} <= theirs
    assert not theirs & {*all_tasks(), *GROUPS}


def is_real(spec: TaskFile) -> bool:
    """Whether its items are of a dataset that this repository does not hold."""
    return task(spec.metadata.source.of or spec.task).metadata.source.hub is not None


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
def test_a_probe_is_right_when_it_gives_the_hidden_rest_word_by_word(
    text: str, finish_reason: str, outcome: str
) -> None:
    # type: ignore[arg-type]
    scored = grade_responses([Response(PROBE, text, finish_reason)], "continuation")[0]
    assert scored.outcome == outcome
    assert scored.metrics["exact_match"] == float(outcome == "correct")
    assert (scored.metrics["rouge_l"] == 1.0) == (outcome == "correct")
    assert scored.metrics["answer_found"] == float("9" in text)


def test_an_ordinary_item_is_graded_by_its_answer_and_has_no_further_metrics() -> None:
    right, wrong = grade_responses([Response(PROBE, "so 9"), Response(PROBE, "so 8")], "answer")
    assert (right.outcome, wrong.outcome) == ("correct", "wrong")
    assert right.metrics == {}


@pytest.mark.parametrize("spec", all_tasks().values(), ids=lambda spec: spec.task)
def test_plain_lm_eval_gets_the_prompt_of_the_default_protocol(spec: TaskFile) -> None:
    problem = r"What is $\frac{1}{2}$ of {4}?"
    name = spec.metadata.default_protocol
    prompt = prompt_of(name, load_registry().protocol(name))
    assert jinja2.Template(spec.doc_to_text).render(problem=problem) == prompt.render(problem)
    assert set(spec.generation_kwargs.until) == set(prompt.stops)
