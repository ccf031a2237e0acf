"""lm-eval's log of samples: what the installed one writes, and its own tasks on real items."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

import pytest
from plain_rows import TASK, Refusal, Row, right, write_lines

from suite.benchmarks.item_files import DATA_VARIABLE
from suite.benchmarks.item_sets import load_items
from suite.benchmarks.items import Item
from suite.benchmarks.tasks import task
from suite.commands.main import main
from suite.files.shipped import builtin_model, tasks_dir
from suite.interchange import lm_eval
from suite.schema import UNSTATED
from suite.store.cells import CellManifest, CellStore
from suite.store.run_folder import RunStore, read_summary

MODEL = ["--model", "micro-llama3"]
DATE = "2026-11-21T16-11-50.335335"
needs_data = pytest.mark.skipif(not os.environ.get(DATA_VARIABLE), reason=f"{DATA_VARIABLE} is not set")


def logged(n: int, doc: Row, prompt: str, texts: Sequence[str], **settings: object) -> Row:
    """A line as lm-eval 0.4.13 writes it, without its hashes and metrics."""
    arguments = {"gen_args_0": {"arg_0": prompt, "arg_1": {"until": ["\nQuestion:"], **settings}}}
    return {
        "doc_id": n,
        "doc": doc,
        "target": "",
        "arguments": arguments,
        "resps": [list(texts)],
        "filter": "none",
        "avg": 1.0,
    }


def ours(items: Sequence[Item], texts: Sequence[str], **settings: object) -> list[Row]:
    """Lines of our own task."""
    docs = [asdict(item) for item in items]
    return [
        logged(n, doc, f"Question:{doc['problem']}\nAnswer:", texts, **settings) for n, doc in enumerate(docs)
    ]


def write(folder: Path, name: str, lines: Sequence[Row], date: str = DATE) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return write_lines(folder / f"samples_{name}_{date}.jsonl", lines)


def only_cell(run: Path) -> tuple[CellStore, CellManifest]:
    (store,) = RunStore(run).finished()
    assert store.manifest is not None
    return store, store.manifest


@pytest.mark.slow
def test_what_lm_eval_logs_comes_in_with_every_repeat_and_lm_evals_own_score(
    tmp_path: Path, run: Path
) -> None:
    out = tmp_path / "lm_eval"
    command = [
        sys.executable,
        "-m",
        "lm_eval",
        "run",
        "--model",
        "hf",
        "--include_path",
        str(tasks_dir()),
        "--tasks",
        TASK,
    ]
    command += [
        "--model_args",
        f"pretrained={builtin_model('micro-llama3')},dtype=float32",
        "--limit",
        "4",
        "--log_samples",
    ]
    done = subprocess.run([*command, "--output_path", str(out)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    flags = [*MODEL, "--subset", "--protocol", "micro_qa"]
    assert main(["import", "lm-eval", str(out), *flags, "--out", str(run)]) == 0
    store, manifest = only_cell(run)
    assert (manifest.n_items, manifest.k, manifest.cell.engine) == (4, 8, "imported lm-eval, unstated")
    assert (manifest.cell.decoding.temperature, manifest.cell.decoding.max_new_tokens) == (0.6, 96)
    lines = [json.loads(line) for line in next(out.rglob("samples_*.jsonl")).read_text().splitlines()]
    texts = {(str(line["doc_id"]), s): text for line in lines for s, text in enumerate(line["resps"][0])}
    assert {key: sample.text for key, sample in store.samples().items()} == texts
    assert main(["summarize", str(run)]) == 0
    results = json.loads(next(out.rglob("results_*.json")).read_text())
    assert read_summary(run).scores[0].accuracy == pytest.approx(
        results["results"][TASK]["avg,grade"], abs=1e-12
    )


def test_settings_and_prompt_are_read_from_the_requests(items: list[Item], tmp_path: Path, run: Path) -> None:
    path = write(
        tmp_path, TASK, ours(items, ["a", "b"], do_sample=True, temperature=0.7, top_p=0.9, max_gen_toks=64)
    )
    assert main(["import", "lm-eval", str(path), *MODEL, "--protocol", "micro_qa", "--out", str(run)]) == 0
    _, manifest = only_cell(run)
    decoding = manifest.cell.decoding
    assert (decoding.temperature, decoding.top_p, decoding.max_new_tokens) == (0.7, 0.9, 64)
    assert (manifest.cell.protocol, manifest.cell.unstated) == ("micro_qa", ("engine", "dtype", "device"))


def test_greedy_decoding_is_temperature_0_and_what_is_not_there_is_unstated(
    items: list[Item], tmp_path: Path
) -> None:
    (answers,) = lm_eval.read(write(tmp_path, TASK, ours(items[:2], ["a"], do_sample=False, temperature=0.7)))
    assert (answers.decoding.temperature, answers.decoding.top_p) == (0.0, UNSTATED)
    assert answers.decoding.max_new_tokens == UNSTATED


@pytest.mark.parametrize(
    ("flags", "named"),
    [
        (["--protocol", "boxed"], "the file's prompts are not of protocol 'boxed'"),
        (["--decoding", "temperature=1"], "the file says temperature 0.6, --decoding says 1"),
    ],
)
def test_a_flag_against_the_files_own_word_is_an_error(
    flags: list[str], named: str, items: list[Item], tmp_path: Path, refuse: Refusal
) -> None:
    path = write(tmp_path, TASK, ours(items, ["a"], do_sample=True, temperature=0.6))
    assert named in refuse(["lm-eval", str(path), *MODEL, *flags])


def test_every_prompt_and_the_stops_must_be_the_protocols(
    items: list[Item], tmp_path: Path, refuse: Refusal
) -> None:
    lines = ours(items, ["a"])
    lines[7] = logged(7, lines[7]["doc"], f"Q: {items[7].problem}\nA:", ["a"])
    path = write(tmp_path, TASK, lines)
    assert ":8: the file's prompts are not of protocol 'micro_qa'" in refuse(
        ["lm-eval", str(path), *MODEL, "--protocol", "micro_qa"]
    )
    write(tmp_path, TASK, ours(items, ["a"], until=["\n"]))
    said = refuse(["lm-eval", str(path), *MODEL, "--protocol", "micro_qa"])
    assert r"the file's stops are '\n', those of protocol 'micro_qa' are '\nQuestion:'" in said


def test_a_question_in_another_spelling_is_still_seen_in_its_prompt(
    items: list[Item], tmp_path: Path, refuse: Refusal
) -> None:
    docs = [{**asdict(item), "problem": item.problem.replace(" ", "  ")} for item in items]
    lines = [logged(n, doc, f"Q: {doc['problem']}\nA:", ["a"]) for n, doc in enumerate(docs)]
    path = write(tmp_path, TASK, lines)
    assert "they read 'Q: {problem}" in refuse(["lm-eval", str(path), *MODEL, "--protocol", "micro_qa"])


@pytest.mark.parametrize(
    "settings", [{"temperature": float("nan")}, {"temperature": -1}, {"top_p": 0}, {"max_gen_toks": 0}]
)
def test_settings_that_cannot_be_meant_are_an_error(
    settings: dict[str, object], items: list[Item], tmp_path: Path, refuse: Refusal
) -> None:
    said = refuse(["lm-eval", str(write(tmp_path, TASK, ours(items, ["a"], **settings))), *MODEL])
    assert ":1: Input should be" in said and f"'arguments.gen_args_0.arg_1.{next(iter(settings))}'" in said


def test_a_results_file_is_refused_in_favour_of_the_samples_next_to_it(
    items: list[Item], tmp_path: Path, refuse: Refusal
) -> None:
    path = write(tmp_path, TASK, ours(items, ["a"])).rename(tmp_path / f"results_{DATE}.json")
    assert "Name the samples_<task>_<date>.jsonl beside it" in refuse(["lm-eval", str(path), *MODEL])


def test_a_folder_in_the_place_of_a_samples_file_is_an_error(tmp_path: Path, refuse: Refusal) -> None:
    (tmp_path / f"samples_{TASK}_{DATE}.jsonl").mkdir()
    assert "cannot be read (Is a directory)" in refuse(["lm-eval", str(tmp_path), *MODEL])


def test_another_prompt_is_another_protocol(items: list[Item], tmp_path: Path, run: Path) -> None:
    """The text hash is that of the prompts, so that arms with other prompts do not compare."""
    hashes = set()
    for name, spelling in (("a", "Question:{}\nAnswer:"), ("b", "Q: {}\nA:")):
        lines = [
            {**line, **logged(0, line["doc"], spelling.format(line["doc"]["problem"]), ["x"])}
            for line in ours(items, ["x"])
        ]
        path = write(tmp_path / name, TASK, lines)
        assert main(["import", "lm-eval", str(path), *MODEL, "--out", str(run / name)]) == 0
        _, manifest = only_cell(run / name)
        assert manifest.cell.protocol == "imported"
        hashes.add(manifest.cell.protocol_hash)
    assert len(hashes) == 2 and UNSTATED not in hashes


def test_a_folder_may_hold_several_tasks_and_one_file_of_each(
    items: list[Item], tmp_path: Path, run: Path, refuse: Refusal
) -> None:
    write(tmp_path / "logs" / "model", TASK, ours(items, ["x"]))
    probes = load_items(task("micro_bench_partial"))
    write(tmp_path / "logs" / "model", "micro_bench_partial", ours(probes, ["x"]))
    assert main(["import", "lm-eval", str(tmp_path / "logs"), *MODEL, "--out", str(run)]) == 0
    assert len(list(RunStore(run).finished())) == 2
    write(tmp_path / "logs" / "model", TASK, ours(items, ["x"]), date="2026-11-22T16-11-50.335335")
    assert "a second file of task 'micro_bench'" in refuse(
        ["lm-eval", str(tmp_path / "logs"), *MODEL, "--replace"]
    )


def test_a_document_that_several_filters_logged_counts_once(
    items: list[Item], tmp_path: Path, run: Path
) -> None:
    lines = ours(items, ["x", "y"])
    path = write(tmp_path, TASK, [*lines, *({**line, "filter": "strict"} for line in lines)])
    assert main(["import", "lm-eval", str(path), *MODEL, "--out", str(run)]) == 0
    assert only_cell(run)[1].k == 2


def put(place: int, **values: object) -> Callable[[list[Row]], object]:
    return lambda made: made[place].update(values)


SPOILED = [
    (put(1, resps=[[["-1.0", "True"]]]), ":2: Input should be a valid string at 'resps.0.0'"),
    (put(1, resps=[["a"], ["b"]]), ":2: 2 requests for one document"),
    (put(1, doc={"text": "x"}), ":2: doc: the document has no question"),
    (
        put(1, doc={"problem": "Another question?", "answer": "1"}),
        ":2: an answer to an unknown item of 'micro_bench' ('Another",
    ),
    (lambda made: made[1]["doc"].update(answer="-7"), ":2: its gold answer '-7' is not that of item '1'"),
    (
        lambda made: made[1]["doc"].update(problem="changed"),
        ":2: an answer to an unknown item of 'micro_bench' (item_id '1')",
    ),
    (
        put(1, arguments={"gen_args_0": {"arg_0": "p", "arg_1": {"temperature": 2.0}}}),
        ":2: the samples were drawn with different",
    ),
    (put(1, resps=[["x"]]), "1 of 200 samples are missing, such as item '1' sample 1"),
    (lambda made: made.append(made[3]), ":101: sample 0 of item '3' is there twice"),
]


@pytest.mark.parametrize(("spoil", "named"), SPOILED, ids=[named[:50] for _, named in SPOILED])
def test_a_line_that_does_not_fit_is_named(
    spoil: Callable[[list[Row]], object], named: str, items: list[Item], tmp_path: Path, refuse: Refusal
) -> None:
    lines = ours(items, ["x", "y"])
    spoil(lines)
    assert named in refuse(["lm-eval", str(write(tmp_path, TASK, lines)), *MODEL])


def test_a_folder_without_samples_and_a_task_of_no_known_name_are_errors(
    items: list[Item], tmp_path: Path, refuse: Refusal
) -> None:
    (tmp_path / "empty").mkdir()
    assert "no samples_<task>_<date>.jsonl here" in refuse(["lm-eval", str(tmp_path / "empty"), *MODEL])
    path = write(tmp_path, "gsm8k", ours(items, ["x"]))
    assert "unknown task 'gsm8k'" in refuse(["lm-eval", str(path), *MODEL])
    unnamed = path.rename(tmp_path / "mine.jsonl")
    assert "does not say of which task" in refuse(["lm-eval", str(unnamed), *MODEL])
    assert (
        main(["import", "lm-eval", str(unnamed), *MODEL, "--task", TASK, "--out", str(tmp_path / "run")]) == 0
    )


def aime24(item: Item) -> Row:
    """A document of Maxwell-Jia/AIME_2024, lm-eval's aime24.

    It has other keys, the answer as a number, and display math in another spelling.
    """
    problem = item.problem.replace("\\[", "$$").replace("\\]", "$$").replace("\n", " ")
    return {"ID": "2024-I-1", "Problem": problem, "Solution": "...", "Answer": int(item.answer)}


def minerva(item: Item) -> Row:
    """A document of lm-eval's minerva_math500, whose ``answer`` is cleaned beyond its meaning."""
    solution = f"We see \\boxed{{1}}; therefore $\\boxed{{{item.answer}}}.$"
    return {
        "problem": item.problem,
        "solution": solution,
        "answer": item.answer.replace(" ", "").replace("\\text", ""),
    }


@needs_data
@pytest.mark.parametrize(
    ("theirs", "our_id", "doc"), [("aime24", "aime2024", aime24), ("minerva_math500", "math500", minerva)]
)
def test_lm_evals_own_tasks_are_ours_item_by_item(
    theirs: str, our_id: str, doc: Callable[[Item], Row], tmp_path: Path, run: Path
) -> None:
    real = load_items(task(our_id), Path(os.environ[DATA_VARIABLE]))
    lines = [
        logged(n, doc(i), f"Question: {i.problem}\nAnswer:", [right(i)]) for n, i in enumerate(reversed(real))
    ]
    path = write(tmp_path, theirs, lines)
    assert main(["import", "lm-eval", str(path), "--model", "qwen2.5-math-7b", "--out", str(run)]) == 0
    store, manifest = only_cell(run)
    assert (manifest.cell.task, manifest.n_items) == (our_id, len(real))
    assert {s.item_id: s.text for s in store.samples().values()} == {item.id: right(item) for item in real}
