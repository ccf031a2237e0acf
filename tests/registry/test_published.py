"""The papers' figures: the files load, name only what exists, and say what the papers print."""

import re
from collections import Counter
from pathlib import Path
from typing import get_args

import pytest

from suite.benchmarks.tasks import all_tasks
from suite.errors import SuiteError
from suite.files import shipped
from suite.files.yaml import load_yaml
from suite.registry import load_registry, published
from suite.registry.published import PublishedFile, PublishedReward, PublishedScore

FILES = sorted(shipped.published_dir().glob("*.yaml"))
SOURCE = 'source: {title: T, id: "arXiv 1", url: "https://example.org"}\n'
SCORE = "{model: m, task: t, protocol: null, temperature: 0, k: 1, percent: 1.5, setting: s, where: w}"
DELTA = "{base: m, reward: random, task: t, step: 1, points: 1.5, setting: s, where: w}"
PROBE = "{model: m, task: t, rouge_l: 1.5, exact_match: null, setting: s, where: w}"

each_file = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)


def score(model: str, task: str, source: str, **fields: object) -> PublishedScore:
    """The one published score of ``model`` on ``task`` whose source id holds ``source`` and whose fields
    are these.
    """
    (row,) = [
        row
        for origin, row in published.scores(model, task)
        if source in origin.id and all(getattr(row, name) == value for name, value in fields.items())
    ]
    return row


def delta(base: str, reward: str, task: str, source: str = "2506.10947") -> float | None:
    (row,) = [row for origin, row in published.deltas(base, reward, task) if source in origin.id]
    return row.points


def test_every_source_has_its_file() -> None:
    names = [
        "dr_grpo",
        "reasoning_or_memorization",
        "sober_look",
        "spurious_rewards",
        "spurious_rewards_rerun",
    ]
    assert [path.stem for path in FILES] == names
    assert len({file.source.id for file in published.all_files()}) == len(names)


@each_file
def test_every_file_has_figures(path: Path) -> None:
    file = load_yaml(path, PublishedFile)
    assert len([row for row in file.scores if row.percent is not None]) >= 4


@each_file
def test_every_row_has_a_line_of_its_own(path: Path) -> None:
    """So that a fault is told with the line of its row."""
    file = load_yaml(path, PublishedFile)
    rows = re.findall(r"^  - \{.*\}(?:  # .*)?$", path.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(rows) == len(file.scores) + len(file.deltas) + len(file.probes)


@each_file
def test_every_model_task_and_protocol_exists(path: Path) -> None:
    file, registry = load_yaml(path, PublishedFile), load_registry()
    models = {row.model for row in (*file.scores, *file.probes)} | {row.base for row in file.deltas}
    assert models <= set(registry.bases())
    assert {row.task for row in (*file.scores, *file.deltas, *file.probes)} <= all_tasks().keys()
    assert {row.protocol for row in file.scores} - {None} <= registry.protocols.keys()


@each_file
def test_scores_are_of_whole_questions_and_probes_of_cut_ones(path: Path) -> None:
    file = load_yaml(path, PublishedFile)
    assert not any(all_tasks()[row.task].is_probe for row in (*file.scores, *file.deltas))
    assert all(all_tasks()[row.task].is_probe for row in file.probes)


@each_file
def test_no_two_rows_of_a_source_have_the_same_key(path: Path) -> None:
    file = load_yaml(path, PublishedFile)
    keys = Counter[tuple[object, ...]]()
    keys.update((s.model, s.task, s.protocol, s.temperature, s.k, s.setting) for s in file.scores)
    keys.update((d.base, d.reward, d.task, d.step, d.setting) for d in file.deltas)
    keys.update((p.model, p.task, p.setting) for p in file.probes)
    assert [key for key, n in keys.items() if n > 1] == []


def test_the_rewards_are_the_papers_eight() -> None:
    used = {row.reward for file in published.all_files() for row in file.deltas}
    assert used == set(get_args(PublishedReward))


@pytest.mark.parametrize(
    ("model", "task", "source", "fields", "percent"),
    [
        ("qwen2.5-math-7b", "math500", "2506.10947", {"protocol": "chat"}, 49.4),
        ("olmo2-7b", "math500", "2506.10947", {"protocol": "r1"}, 9.0),
        ("qwen2.5-math-7b", "math500", "2506.10947", {"protocol": "qwen_math", "where": "Table 5"}, 49.4),
        (
            "qwen2.5-math-7b",
            "math500",
            "2506.10947",
            {"setting": "prompt: Spurious, LIPSUM (exact text not found)"},
            68.8,
        ),
        ("qwen2.5-7b", "math500", "2506.10947", {"where": "Table 3, forced Python"}, 22.2),
        ("qwen2.5-math-7b", "math500", "2507.10532", {"protocol": "none", "temperature": 0}, 72.20),
        ("qwen2.5-math-7b", "math500", "2507.10532", {"protocol": "chat", "temperature": 0}, 50.60),
        ("qwen2.5-7b", "aime2025", "2507.10532", {"protocol": "chat", "k": 16}, 0.62),
        ("llama3.1-8b", "amc83", "2507.10532", {"protocol": "none", "k": 16}, 0.98),
        ("llama3.1-8b-instruct", "aime2024", "2507.10532", {"protocol": "none", "k": 1}, 10),
        ("qwen2.5-math-7b", "math500", "2504.07086", {"sd": 0.5}, 64.3),
        ("qwen2.5-math-1.5b", "math500", "2503.20783", {"protocol": "none"}, 61.8),
        ("qwen2.5-math-7b", "math500", "2503.20783", {"protocol": "r1_drgrpo"}, 0.0),
        ("qwen2.5-math-7b", "amc83", "alphaXiv", {"k": 8}, 33.0),
    ],
)
def test_scores_are_as_printed(
    model: str, task: str, source: str, fields: dict[str, object], percent: float
) -> None:
    assert score(model, task, source, **fields).percent == percent


def test_deltas_are_as_printed() -> None:
    assert delta("qwen2.5-math-7b", "random", "math500") == 21.4
    assert delta("qwen2.5-math-7b", "ground_truth", "math500") == 29.1
    assert delta("qwen2.5-math-7b", "format", "math500") == 13.8
    assert delta("qwen2.5-7b", "one_shot", "math500") == 13.2
    assert delta("qwen2.5-math-1.5b", "random", "amc83") == 4.9
    assert delta("qwen2.5-math-7b", "ground_truth", "aime2024") == 15.3
    assert delta("qwen2.5-math-7b", "ground_truth", "math500", "alphaXiv") == 29.4


def test_probes_are_as_printed() -> None:
    ((source, row),) = published.probes("qwen2.5-math-7b", "math500_partial_80")
    assert (source.id, row.rouge_l, row.exact_match) == ("arXiv 2507.10532v3", 81.25, 65.80)
    ((_, row),) = published.probes("llama3.1-8b", "aime2025_partial_40")
    assert (row.rouge_l, row.exact_match) == (25.20, 0)


def test_a_value_that_was_not_found_is_kept_in_the_file_and_left_out_of_the_answer() -> None:
    files = {file.source.id: file for file in published.all_files()}
    paper = files["arXiv 2506.10947v1"]
    assert [row.percent for row in paper.scores if row.model == "llama3.2-3b"] == [None]
    assert published.scores("llama3.2-3b", "math500") == []
    assert [
        row.points for row in paper.deltas if (row.reward, row.task) == ("majority_vote", "aime2024")
    ] == [None]
    assert published.deltas("qwen2.5-math-7b", "majority_vote", "aime2024") == []
    assert all(row.percent is not None for _, row in published.scores("qwen2.5-math-7b", "aime2024"))


def test_a_probe_without_either_figure_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    empty = PROBE.replace("1.5", "null").replace("s,", "other,")
    (tmp_path / "a.yaml").write_text(f"{SOURCE}probes:\n  - {PROBE}\n  - {empty}\n", encoding="utf-8")
    monkeypatch.setattr(shipped, "published_dir", lambda: tmp_path)
    assert [row.rouge_l for _, row in published.probes("m", "t")] == [1.5]


def test_answers_stand_in_order_of_file() -> None:
    ids = [source.id for source, _ in published.scores("qwen2.5-math-7b", "math500")]
    order = [file.source.id for file in published.all_files()]
    assert ids == sorted(ids, key=order.index) and len(set(ids)) == 5


def test_what_nobody_published_is_empty() -> None:
    assert published.scores("micro-llama3", "math500") == []
    assert published.deltas("qwen2.5-math-7b", "my_method", "math500") == []
    assert published.probes("qwen2.5-math-7b", "math500") == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            f"{SOURCE}scores:\n  - {SCORE.replace('1.5', '101')}\n",
            "a.yaml:3: scores.0.percent: must be less than or equal to 100",
        ),
        (
            f"{SOURCE}scores:\n  - {SCORE.replace('1.5', '-0.1')}\n",
            "a.yaml:3: scores.0.percent: must be greater than or equal to 0",
        ),
        (
            f"{SOURCE}scores:\n  - {SCORE.replace('1.5', '.nan')}\n",
            "a.yaml:3: scores.0.percent: must be a finite number",
        ),
        (
            f"{SOURCE}scores:\n  - {SCORE.replace('1.5', '.inf')}\n",
            "a.yaml:3: scores.0.percent: must be a finite number",
        ),
        (
            f"{SOURCE}scores:\n  - {SCORE.replace('1.5', '49.4%')}\n",
            "a.yaml:3: scores.0.percent: must be a valid number",
        ),
        (
            f"{SOURCE}scores:\n  - {SCORE.replace('k: 1,', 'k: 0,')}\n",
            "a.yaml:3: scores.0.k: must be greater than or equal to 1",
        ),
        (
            f"{SOURCE}scores:\n  - {SCORE.replace('s,', 's, sd: -1,')}\n",
            "a.yaml:3: scores.0.sd: must be greater than or equal to 0",
        ),
        (
            f"{SOURCE}scores:\n  - {SCORE.replace('percent: 1.5, ', '')}\n",
            "a.yaml:3: scores.0.percent: key 'percent' is missing",
        ),
        (
            f"{SOURCE}deltas:\n  - {DELTA.replace('1.5', '-100.5')}\n",
            "a.yaml:3: deltas.0.points: must be greater than or equal to -100",
        ),
        (f"{SOURCE}deltas:\n  - {DELTA.replace('random', 'radom')}\n", "Did you mean 'random'?"),
        (
            f"{SOURCE}probes:\n  - {PROBE.replace('exact_match', 'exactmatch')}\n",
            "a.yaml:3: probes.0.exactmatch: unknown key",
        ),
        (SOURCE.replace("https:", "http:"), "a.yaml:1: source.url: "),
        (f"scores:\n  - {SCORE}\n", "source: key 'source' is missing"),
    ],
)
def test_a_broken_file_is_one_line(
    text: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.yaml").write_text(text, encoding="utf-8")
    monkeypatch.setattr(shipped, "published_dir", lambda: tmp_path)
    with pytest.raises(SuiteError) as error:
        published.all_files()
    assert said in str(error.value) and "\n" not in str(error.value)
