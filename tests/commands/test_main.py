"""The command line: a user's mistake is one line, exit code 2 and nothing written; what prints JSON prints only JSON."""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from suite.commands.main import build_parser, main
from suite.schema import Provenance, Summary

LISTS = ["families", "models", "pairs", "tasks", "rewards", "protocols"]
PLAN = ["plan", "--families", "micro-llama3", "--tasks", "micro_bench"]
TRAIN = ["train", "micro", "--model", "micro-llama3", "--reward", "random"]
EMPTY = Summary(
    level=0.95,
    margin=5.0,
    provenance=Provenance(
        suite_version="0",
        git="g",
        packages={},
        python="3",
        device="cpu",
        engines=(),
        generated="2026-01-01",
        cells={},
    ),
    samples_hash="0",
    families={},
    tasks=(),
    scores=(),
    deltas=(),
)


def replaced(argv: list[str], old: str, new: str) -> list[str]:
    assert old in argv
    return [new if part == old else part for part in argv]


MISTAKES = [
    (replaced(PLAN, "micro-llama3", "micro-lama3"), "unknown family 'micro-lama3'"),
    (replaced(PLAN, "micro_bench", "micro_bnch"), "unknown task 'micro_bnch'"),
    ([*PLAN, "--rewards", "nope"], "reward 'nope'"),
    ([*PLAN, "--limit", "0"], "limit"),
    ([*PLAN, "--data-dir", "nowhere"], "--data-dir: no such folder: nowhere"),
    (["plan", "--tasks", "micro_bench"], "--families"),
    (["plan", "--families", "micro-llama3"], "--tasks"),
    (["plan", "nowhere.yaml"], "nowhere.yaml"),
    (["plan", "bad.yaml"], "bad.yaml"),
    ([*PLAN, "--registry", "bad.yaml"], "bad.yaml"),
    ([*PLAN, "--registry", "broken.yaml"], "broken.yaml"),
    ([*PLAN, "--registry", "nowhere.yaml"], "nowhere.yaml"),
    (["eval", *replaced(PLAN, "micro-llama3", "nope")[1:]], "unknown family 'nope'"),
    (replaced(TRAIN, "micro-llama3", "micro-lama3"), "unknown model 'micro-lama3'"),
    (replaced(TRAIN, "random", "randm"), "unknown reward 'randm'"),
    (replaced(TRAIN, "micro", "nope"), "nope"),
    (replaced(TRAIN, "micro", "bad.yaml"), "bad.yaml"),
    (replaced(TRAIN, "micro", "broken.yaml"), "broken.yaml"),
    (["micro", "pretrain", "--model", "micro-lama3"], "unknown micro base 'micro-lama3'"),
]
"""Arguments without ``--out``, and what the one line names."""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, with a YAML file that fits nothing, a file that is no YAML and a run that holds a summary."""
    (tmp_path / "bad.yaml").write_text("nonsense: 1\n")
    (tmp_path / "broken.yaml").write_text("models: [\n")
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "summary.json").write_text(EMPTY.to_json())
    monkeypatch.chdir(tmp_path)
    return tmp_path


def contents(folder: Path) -> dict[str, bytes | None]:
    return {str(p.relative_to(folder)): p.read_bytes() if p.is_file() else None for p in folder.rglob("*")}


def refuse(argv: list[str], folder: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """The one line of an error; the folder must stay as it was."""
    before = contents(folder)
    assert main(argv) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("rlvr-suite: ")
    assert err.count("\n") == 1 and err.endswith("\n")
    assert contents(folder) == before
    return err


@pytest.mark.parametrize(("argv", "named"), MISTAKES)
def test_a_mistake_is_one_line_and_leaves_no_file(
    argv: list[str], named: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if argv[0] == "train":
        pytest.importorskip("trl")
    assert named in refuse([*argv, "--out", str(folder / "new")], folder, capsys)


@pytest.mark.parametrize(
    ("argv", "named"),
    [
        (["gate", "run", "--policy", "micro_dmo"], "unknown policy 'micro_dmo'"),
        (["gate", "run", "--policy", "bad.yaml"], "bad.yaml"),
        (["gate", "run", "--policy", "broken.yaml"], "broken.yaml"),
        (["gate", "run", "--policy", "nowhere.yaml"], "nowhere.yaml"),
        (["gate", "nowhere", "--policy", "micro_demo"], "no summary here"),
        (["leaderboard", "nowhere", "--out", "new"], "no summary here"),
        (["eval", *PLAN[1:], "--out", "bad.yaml"], "bad.yaml: cannot be a run folder"),
        (["summarize", "nowhere"], "no finished cells here"),
        (["summarize", "run"], "no finished cells here"),
        (["list", "models", "--registry", "bad.yaml"], "bad.yaml"),
    ],
)
def test_a_mistake_about_what_is_there_is_one_line_too(
    argv: list[str], named: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert named in refuse(argv, folder, capsys)


@pytest.mark.parametrize(
    "argv",
    [
        ["nope"],
        [],
        ["list", "nope"],
        [*PLAN, "--limit", "x"],
        ["summarize", "run", "--margin", "0"],
        ["summarize", "run", "--margin", "nan"],
        [*PLAN, "--seeds", "x"],
        ["import", "jsonl", "bad.yaml", "--model", "micro-llama3"],
    ],
)
def test_a_usage_error_is_one_line_that_ends_in_how_to_get_help(
    argv: list[str], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        main(argv)
    out, err = capsys.readouterr()
    assert (caught.value.code, out, err.count("\n")) == (2, "", 1)
    assert err.endswith("--help`.\n")


def test_an_interrupt_is_one_line_and_130(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("suite.commands.listing.LISTINGS", {"families": interrupted})
    assert main(["list", "families"]) == 130
    assert capsys.readouterr().err.count("\n") == 1


def commands(parser: argparse.ArgumentParser, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every command as its words, the program itself first."""
    yield path
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, child in action.choices.items():
                yield from commands(child, (*path, name))


@pytest.mark.parametrize("path", list(commands(build_parser())), ids=" ".join)
def test_every_command_has_help(path: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main([*path, "--help"])
    assert caught.value.code == 0
    assert capsys.readouterr().out.startswith(" ".join(["usage: rlvr-suite", *path]))


@pytest.mark.parametrize("what", LISTS)
def test_a_list_is_printed_as_json_and_as_a_table(
    what: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = contents(folder)
    assert main(["list", what, "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert rows and all(set(row) == set(rows[0]) for row in rows)
    assert main(["list", what]) == 0
    assert next(iter(rows[0])) in capsys.readouterr().out
    assert contents(folder) == before


def test_a_plan_says_what_is_to_run_and_writes_nothing(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = contents(folder)
    assert main([*PLAN, "--limit", "3", "--json", "--out", "new"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["model"], row["items"], row["samples"], row["status"]) == ("micro-llama3", 3, 24, "to run")
    assert contents(folder) == before
