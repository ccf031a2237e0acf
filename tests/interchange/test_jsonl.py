"""Plain JSON lines through the command line: whole sets come in, and what does not fit is named by line and changes nothing."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from plain_rows import TASK, Refusal, Row, contents, rows, write_lines

from suite.benchmarks.item_sets import load_set
from suite.benchmarks.items import Item
from suite.benchmarks.tasks import task
from suite.commands.main import main
from suite.store.cells import CellManifest
from suite.store.run_folder import RunStore

MODEL = ["--model", "micro-llama3"]
CHECKPOINT = ["--base", "micro-llama3", "--reward", "random", "--seed", "3"]


def put(place: int, **values: object) -> Callable[[list[Row]], object]:
    return lambda made: made[place].update(values)


SPOILED = [
    (put(4, task="nope"), ":5: unknown task 'nope'"),
    (put(4, item_id="nope"), ":5: an answer to an unknown item of 'micro_bench' (item_id 'nope')"),
    (put(4, item_id=2), ":5: Input should be a valid string at 'item_id'"),
    (put(4, sample=-1), ":5: Input should be greater than or equal to 0 at 'sample'"),
    (put(4, sample="0"), ":5: Input should be a valid integer at 'sample'"),
    (put(4, text=None), ":5: Input should be a valid string at 'text'"),
    (put(4, finish_reason="eos"), ":5: Input should be 'stop' or 'length' at 'finish_reason'"),
    (put(4, n_tokens=-3), ":5: Input should be greater than or equal to 0 at 'n_tokens'"),
    (
        put(4, answer="7"),
        ":5: Extra inputs are not permitted at 'answer'; expected task, item_id, sample, text and perhaps finish_reason "
        "(stop or length), n_tokens. Remove 'answer'.",
    ),
    (put(4, sample=1), ":6: sample 1 of item '2' is there twice, first at"),
    (lambda made: made.append(dict(made[7])), ":201: sample 1 of item '3' is there twice, first at"),
    (
        lambda made: made.pop(5),
        "1 of 200 samples are missing, such as item '2' sample 1; the highest sample of an item is 1",
    ),
    (put(0, sample=2), "100 of 300 samples are missing"),
    (put(0, sample=10**9), "99999999900 of 100000000100 samples are missing"),
    (
        lambda made: made.__delitem__(slice(0, 14)),
        "no answer to 7 of the 100 items of 'micro_bench' (0, 1, 2, 3, 4 and 2 more)",
    ),
    (lambda made: made.clear(), "no answers here"),
]


@pytest.fixture
def answers(items: list[Item], tmp_path: Path) -> Path:
    return write_lines(tmp_path / "answers.jsonl", rows(items, dict.fromkeys(range(40), 2)))


def manifests(run: Path) -> list[CellManifest]:
    return [m for store in RunStore(run).finished() if (m := store.manifest)]


@pytest.mark.parametrize(("spoil", "named"), SPOILED, ids=[named[:40] for _, named in SPOILED])
def test_a_row_that_does_not_fit_is_named_and_nothing_is_written(
    spoil: Callable[[list[Row]], object], named: str, items: list[Item], tmp_path: Path, refuse: Refusal
) -> None:
    made = rows(items, {})
    spoil(made)
    path = write_lines(tmp_path / "answers.jsonl", made)
    said = refuse(["jsonl", str(path), *MODEL])
    assert str(path) in said and named in said


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (b"{\n", ":1: Invalid JSON"),
        (b"\n[1]\n", ":2: Input should be an object"),
        (b"\xff\n", "not UTF-8 (byte 0)"),
    ],
)
def test_a_line_that_is_no_row_is_named(text: bytes, named: str, tmp_path: Path, refuse: Refusal) -> None:
    (tmp_path / "answers.jsonl").write_bytes(text)
    assert named in refuse(["jsonl", str(tmp_path / "answers.jsonl"), *MODEL])


def test_a_failed_import_leaves_a_run_that_has_cells_as_it_was(
    answers: Path, run: Path, refuse: Refusal, tmp_path: Path
) -> None:
    assert main(["import", "jsonl", str(answers), *MODEL, "--out", str(run)]) == 0
    bad = tmp_path / "bad.jsonl"
    bad.write_text(answers.read_text() + answers.read_text().split("\n")[0] + "\n")
    assert "is there twice" in refuse(["jsonl", str(bad), *MODEL, "--replace"])
    assert "is there twice" in refuse(["jsonl", str(bad), *CHECKPOINT])


@pytest.mark.parametrize(
    ("flags", "named"),
    [
        (["--model", "micro-lama3"], "unknown model 'micro-lama3'"),
        (["--base", "micro-llama3"], "--base and --reward require each other"),
        ([*MODEL, "--reward", "random"], "--base and --reward require each other"),
        (["--base", "micro-lama3", "--reward", "random"], "unknown model 'micro-lama3'"),
        (["--base", "micro-llama3", "--reward", "Ran dom"], "--reward"),
        ([*CHECKPOINT, "--step", "-1"], "--step: -1 is below 0"),
        (["--base", "micro-llama3", "--reward", "random", "--seed", "-1"], "--seed: -1 is below 0"),
        ([*MODEL, "--seed", "3"], "--seed, --step: a known model already has"),
        ([*MODEL, "--step", "0"], "--seed, --step: a known model already has"),
        ([*MODEL, "--item-seed", "7"], "--item-seed: no seed changes the items of micro_bench"),
        ([*MODEL, "--protocol", "boxd"], "unknown protocol 'boxd'"),
        ([*MODEL, "--decoding", "t=0.6"], "--decoding"),
        ([*MODEL, "--decoding", "temperature=hot"], "--decoding"),
        ([*MODEL, "--decoding", "temperature=-1"], "--decoding"),
        ([*MODEL, "--decoding", "temperature=nan"], "temperature at least 0"),
        ([*MODEL, "--decoding", "temperature=inf"], "--decoding"),
        ([*MODEL, "--decoding", "top_p=0"], "top_p above 0 and at most 1"),
        ([*MODEL, "--decoding", "top_p=1.1"], "--decoding"),
        ([*MODEL, "--decoding", "max_new_tokens=0"], "max_new_tokens at least 1"),
        ([*MODEL, "--decoding", "seed=1"], "--decoding"),
        ([*MODEL, "--decoding", ""], "--decoding"),
        ([*MODEL, "--decoding", "temperature=1,top_p=1,temperature=0"], "temperature is there twice"),
        ([*MODEL, "--engine", "a,b,c,d"], "--engine"),
        ([*MODEL, "--task", "micro_arithmetic_clean"], "these are answers to 'micro_bench'"),
        ([*MODEL, "--task", "nope"], "unknown task 'nope'"),
        ([*MODEL, "--data-dir", "nowhere"], "--data-dir nowhere"),
    ],
)
def test_a_flag_that_cannot_be_meant_is_an_error(
    flags: list[str], named: str, answers: Path, refuse: Refusal
) -> None:
    assert named in refuse(["jsonl", str(answers), *flags])


def test_a_file_that_is_not_there_or_is_a_folder_is_an_error(refuse: Refusal, tmp_path: Path) -> None:
    assert "cannot be read (No such file or directory)" in refuse(["jsonl", "nowhere.jsonl", *MODEL])
    assert "a folder" in refuse(["jsonl", str(tmp_path), *MODEL])


@pytest.mark.parametrize("format_name", ["jsonl", "lm-eval", "spurious-rewards", "lighteval"])
def test_a_file_that_may_not_be_read_is_an_error(
    format_name: str, answers: Path, refuse: Refusal, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = Path.read_bytes

    def denied(path: Path) -> bytes:  # root may read any file
        if path == answers:
            raise PermissionError(13, "Permission denied")
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", denied)
    assert f"{answers}: cannot be read (Permission denied)" in refuse([format_name, str(answers), *MODEL])


def test_a_run_folder_that_cannot_be_one_is_an_error(
    answers: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("mine")
    for out in (tmp_path / "file", tmp_path / "file" / "below"):
        assert main(["import", "jsonl", str(answers), *MODEL, "--out", str(out)]) == 2
        err = capsys.readouterr().err
        assert err.startswith(f"rlvr-suite: {out}: cannot be a run folder (") and err.count("\n") == 1
    assert (tmp_path / "file").read_text() == "mine"


def test_importing_the_same_cell_twice_needs_replace(
    answers: Path, run: Path, refuse: Refusal, items: list[Item]
) -> None:
    argv = ["jsonl", str(answers), *MODEL]
    assert main(["import", *argv, "--out", str(run)]) == 0
    assert "was imported already" in refuse(argv)
    write_lines(answers, rows(items, {}, k=1))
    assert main(["import", *argv, "--replace", "--out", str(run)]) == 0
    (store,) = RunStore(run).finished()
    assert {sample.text for sample in store.samples().values()} == {"The answer is -1"}
    assert len(store.samples()) == 100 and not (run / ".staged").exists()


@pytest.mark.parametrize(
    "said", [["--decoding", "temperature=1"], ["--protocol", "none"], ["--engine", "vllm"]]
)
def test_the_same_answers_with_another_word_on_them_are_the_same_import(
    said: list[str], answers: Path, run: Path, refuse: Refusal
) -> None:
    argv = ["jsonl", str(answers), *MODEL]
    assert main(["import", *argv, "--protocol", "micro_qa", "--out", str(run)]) == 0
    assert "was imported already" in refuse([*argv, *said])
    assert main(["import", *argv, *said, "--replace", "--out", str(run)]) == 0
    (cell,) = manifests(run)
    assert cell.cell.protocol == ("none" if "none" in said else "unstated")


def test_other_answers_under_another_protocol_stand_beside_the_first_ones(
    answers: Path, run: Path, refuse: Refusal, items: list[Item], tmp_path: Path
) -> None:
    """Both must say their protocol. --replace takes both away, so that one import is left."""
    assert main(["import", "jsonl", str(answers), *MODEL, "--protocol", "micro_qa", "--out", str(run)]) == 0
    others = write_lines(tmp_path / "others.jsonl", rows(items, {}))
    assert "was imported already" in refuse(["jsonl", str(others), *MODEL])
    assert "was imported already" in refuse(["jsonl", str(others), *MODEL, "--protocol", "micro_qa"])
    assert main(["import", "jsonl", str(others), *MODEL, "--protocol", "none", "--out", str(run)]) == 0
    assert sorted(m.cell.protocol for m in manifests(run)) == ["micro_qa", "none"]
    assert main(["import", "jsonl", str(others), *MODEL, "--replace", "--out", str(run)]) == 0
    assert [m.cell.protocol for m in manifests(run)] == ["unstated"]


def test_replacing_leaves_other_models_and_tasks_alone(
    answers: Path, run: Path, items: list[Item], tmp_path: Path
) -> None:
    probe = [{**row, "task": "micro_bench_partial"} for row in rows(items, {}, k=1)]
    for argv in (MODEL, CHECKPOINT):
        assert main(["import", "jsonl", str(answers), *argv, "--out", str(run)]) == 0
    assert (
        main(["import", "jsonl", str(write_lines(tmp_path / "p.jsonl", probe)), *MODEL, "--out", str(run)])
        == 0
    )
    before = {m.cell.id for m in manifests(run)}
    assert (
        main(["import", "jsonl", str(answers), *MODEL, "--engine", "vllm", "--replace", "--out", str(run)])
        == 0
    )
    after = {m.cell.id for m in manifests(run)}
    assert (len(before), len(after), len(before & after)) == (3, 3, 2)


def test_a_failure_while_writing_leaves_the_run_as_it_was(
    answers: Path, run: Path, monkeypatch: pytest.MonkeyPatch, items: list[Item]
) -> None:
    argv = ["import", "jsonl", str(answers), *MODEL, "--replace", "--out", str(run)]
    assert main(argv) == 0
    before = contents(run)
    write_lines(answers, rows(items, {}))

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("suite.store.cells.CellStore.finish", killed)
    assert main(argv) == 130
    assert contents(run) == before


def test_answers_to_fresh_items_need_the_seed_that_generated_them(
    tmp_path: Path, run: Path, refuse: Refusal
) -> None:
    def answered(seed: int | None) -> Path:
        fresh = load_set(task("arithmetic_clean"), seed=seed).items[:4]
        made = [{"task": "arithmetic_clean", "item_id": i.id, "sample": 0, "text": i.answer} for i in fresh]
        return write_lines(tmp_path / f"{seed}.jsonl", made)

    argv = ["jsonl", str(answered(7)), *MODEL, "--subset"]
    for flags in ([], ["--item-seed", "8"]):
        assert ":1: an answer to an unknown item of 'arithmetic_clean'" in refuse([*argv, *flags])
    assert "item_seed" in refuse([*argv, "--item-seed", "-1"])
    assert main(["import", *argv, "--item-seed", "7", "--out", str(run)]) == 0
    (cell,) = manifests(run)
    assert (cell.n_items, cell.dataset) == (4, "generator random_calculation, seed 7")
    assert "unknown item" in refuse(
        ["jsonl", str(answered(None)), *CHECKPOINT, "--subset", "--item-seed", "7"]
    )


def test_a_subset_is_a_cell_of_those_items_only(items: list[Item], tmp_path: Path, run: Path) -> None:
    path = write_lines(tmp_path / "answers.jsonl", rows(items[3:6], {0: 1}))
    assert main(["import", "jsonl", str(path), *MODEL, "--subset", "--out", str(run)]) == 0
    (store,) = RunStore(run).finished()
    assert [item.id for item in store.items()] == ["3", "4", "5"]
    assert [(m.n_items, m.k) for m in manifests(run)] == [(3, 2)]


def test_what_is_not_said_stays_unstated_and_what_is_said_is_kept(
    answers: Path, run: Path, items: list[Item], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["import", "jsonl", str(answers), *MODEL, "--out", str(run)]) == 0
    (plain,) = manifests(run)
    assert plain.cell.unstated == ("protocol_hash", "decoding", "engine", "dtype", "device")
    assert (plain.cell.weights_hash, plain.cell.engine, plain.device_name) == (
        "unstated",
        "imported jsonl, unstated",
        "unstated",
    )
    assert "unstated: protocol, decoding, engine, dtype, device" in capsys.readouterr().out
    assert plain.source is not None and plain.source.unstated == ("finish_reason", "n_tokens")
    said = [
        "--protocol",
        "micro_qa",
        "--decoding",
        "temperature=0.6,top_p=1,max_new_tokens=96",
        "--engine",
        "vllm-0.8,bfloat16,cuda",
    ]
    made = [{**row, "finish_reason": "stop", "n_tokens": 4} for row in rows(items, {})]
    path = write_lines(tmp_path / "more.jsonl", made)
    assert main(["import", "jsonl", str(path), *MODEL, *said, "--out", str(tmp_path / "other")]) == 0
    (full,) = manifests(tmp_path / "other")
    assert full.cell.unstated == () and full.source is not None and full.source.unstated == ()
    assert (full.cell.protocol, full.cell.engine, full.cell.device) == (
        "micro_qa",
        "imported jsonl, vllm-0.8",
        "cuda",
    )
    assert full.cell == CellManifest.model_validate_json(full.model_dump_json()).cell


def test_one_file_may_hold_several_tasks(items: list[Item], tmp_path: Path, run: Path) -> None:
    probe = [{**row, "task": "micro_bench_partial"} for row in rows(items, {}, k=1)]
    path = write_lines(tmp_path / "answers.jsonl", [*rows(items, {}), *probe])
    assert main(["import", "jsonl", str(path), *MODEL, "--out", str(run)]) == 0
    assert sorted(m.cell.task for m in manifests(run)) == [TASK, "micro_bench_partial"]


def test_text_comes_through_to_the_letter(items: list[Item], tmp_path: Path, run: Path) -> None:
    text = "\u2028 line\r\n\x00 \N{SNOWMAN} \\boxed{" + "x" * 10_000
    path = write_lines(tmp_path / "answers.jsonl", [{**rows(items[:1], {}, k=1)[0], "text": text}])
    assert main(["import", "jsonl", str(path), *MODEL, "--subset", "--out", str(run)]) == 0
    (store,) = RunStore(run).finished()
    assert [sample.text for sample in store.samples().values()] == [text]


def test_a_new_checkpoint_is_listed_and_neither_planned_nor_run(
    answers: Path, run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["import", "jsonl", str(answers), *CHECKPOINT, "--step", "50", "--out", str(run)]) == 0
    capsys.readouterr()
    assert main(["list", "pairs", "--json", "--out", str(run)]) == 0
    (pair,) = (row for row in json.loads(capsys.readouterr().out) if row["recipe"] == "imported")
    assert pair["checkpoint"] == "micro-llama3-random-imported-step50-s3"
    assert (pair["reward"], pair["seed"], pair["step"], pair["status"]) == ("random", 3, 50, "exists")
    assert main(["plan", "--families", "micro-llama3", "--tasks", TASK, "--json", "--out", str(run)]) == 0
    assert [row["model"] for row in json.loads(capsys.readouterr().out)] == ["micro-llama3"]


def test_a_checkpoint_of_the_run_can_be_named_by_its_id(
    answers: Path, run: Path, items: list[Item], tmp_path: Path
) -> None:
    assert main(["import", "jsonl", str(answers), *CHECKPOINT, "--out", str(run)]) == 0
    probe = [{**row, "task": "micro_bench_partial"} for row in rows(items, {}, k=1)]
    path = write_lines(tmp_path / "probe.jsonl", probe)
    assert (
        main(["import", "jsonl", str(path), "--model", "micro-llama3-random-imported-s3", "--out", str(run)])
        == 0
    )
    assert {(m.cell.model, m.base) for m in manifests(run)} == {
        ("micro-llama3-random-imported-s3", "micro-llama3")
    }
