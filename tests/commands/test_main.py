"""The command line: a user's mistake is one line, exit code 2 and nothing written; help; start-up."""

import subprocess
import sys
from pathlib import Path

import pytest

from suite import __version__
from suite.commands.main import COMMANDS, main
from suite.commands.parser import WIDTH
from suite.schema import Provenance, Summary

ROOT = Path(__file__).resolve().parents[2]
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
    """Work in a folder with YAML that fits nothing, a file that is no YAML and a run with a summary."""
    (tmp_path / "bad.yaml").write_text("nonsense: 1\n")
    (tmp_path / "broken.yaml").write_text("models: [\n")
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "summary.json").write_text(EMPTY.to_json())
    monkeypatch.chdir(tmp_path)
    return tmp_path


def contents(folder: Path) -> dict[str, bytes | None]:
    return {str(p.relative_to(folder)): p.read_bytes() if p.is_file() else None for p in folder.rglob("*")}


def refuse(argv: list[str], folder: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """Return the one line of an error; the folder must stay as it was."""
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
    ("argv", "line"),
    [
        (["nope"], "command line: unknown command 'nope'. See `rlvr-suite --help`."),
        ([], "command line: missing: a command. See `rlvr-suite --help`."),
        (
            ["list", "nope"],
            "WHAT: unknown value 'nope'. Known: families, models, pairs, tasks, rewards, protocols.",
        ),
        ([*PLAN, "--limit", "x"], "--limit: expected a whole number, not 'x'. See `rlvr-suite plan --help`."),
        ([*PLAN, "--limit"], "--limit: expected one argument. See `rlvr-suite plan --help`."),
        (
            ["summarize", "run", "--margin", "0"],
            "--margin: expected points above 0 and at most 100, not '0'.",
        ),
        (
            ["summarize", "run", "--margin", "nan"],
            "--margin: expected points above 0 and at most 100, not 'nan'.",
        ),
        ([*PLAN, "--seeds", "x"], "--seeds: expected whole numbers separated by commas, not 'x'."),
        (["import", "jsonl", "bad.yaml", "--model", "micro-llama3"], "import: missing: --out."),
        (["label", "micro"], "label: missing: --model, --out. See `rlvr-suite label --help`."),
        (["plan", "a.yaml", "b.yaml"], "plan: unrecognized arguments: b.yaml. See `rlvr-suite plan --help`."),
    ],
)
def test_a_usage_error_names_the_place_and_how_to_get_help(
    argv: list[str], line: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    err = refuse(argv, folder, capsys)
    assert err.startswith(f"rlvr-suite: {line}")
    assert err.endswith("--help`.\n")


@pytest.mark.parametrize(
    ("argv", "guess"),
    [
        (["evla"], "eval"),
        (["micro", "pretrian"], "micro pretrain"),
        (["--verison"], "--version"),
        (["plan", "--families", "micro-llama3", "--task", "micro_bench"], "--tasks"),
        (["label", "micro", "--modle=micro-llama3", "--out", "x"], "--model"),
        ([*PLAN, "--engine", "vlm"], "vllm"),
        (["list", "task"], "tasks"),
        (["gate", "run", "--policy", "micro_demo", "--inconclusive", "pas"], "pass"),
        (["import", "lmeval", "x", "--model", "y", "--out", "z"], "lm-eval"),
    ],
)
def test_a_typo_or_an_abbreviation_is_refused_with_a_guess(
    argv: list[str], guess: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert f"Did you mean '{guess}'? See `rlvr-suite" in refuse(argv, folder, capsys)


def test_hostile_words_end_no_line_and_are_no_command_to_github(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for argv in (["a\n::error::b"], [*PLAN, "--a\n::error::b"], [*PLAN, "--limit", "\x1b[31m\n::error::"]):
        err = refuse(argv, folder, capsys)
        assert "::" not in err and "\x1b" not in err


def test_an_interrupt_is_one_line_and_130(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("suite.commands.list.LISTINGS", {"families": interrupted})
    assert main(["list", "families"]) == 130
    assert capsys.readouterr().err == "rlvr-suite: interrupted; rerun the same command to resume\n"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_in_80_columns_with_an_example(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*name.split(), "--help"]) == 0
    text = capsys.readouterr().out
    assert text.startswith(f"usage: rlvr-suite {name} ")
    assert f"examples:\n  rlvr-suite {name}" in text
    assert max(map(len, text.splitlines())) <= WIDTH


@pytest.mark.parametrize("argv", [["--help"], ["-h"], ["micro", "--help"]])
def test_the_overview_lists_every_command_once(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(argv) == 0
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= WIDTH
    listed = [name for line in lines for name in COMMANDS if line.startswith(f"  {name} ")]
    assert sorted(listed) == sorted(COMMANDS)


@pytest.mark.parametrize(
    "argv", [["gate", "--policy", "--help", "run"], ["gate", "--policy", "p", "--", "--help"]]
)
def test_a_value_that_looks_like_help_passes_no_gate(
    argv: list[str], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    refuse(argv, folder, capsys)


def test_help_is_the_same_on_any_terminal_and_without_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    def printed(**environment: str) -> str:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        command = [sys.executable, "-m", "suite", "eval", "--help"]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout

    narrow = printed(COLUMNS="40")
    assert printed(COLUMNS="200", FORCE_COLOR="1", GITHUB_ACTIONS="true") == narrow
    assert "\x1b" not in narrow


def test_the_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"rlvr-suite {__version__}\n"


def loaded_by(*argv: str) -> set[str]:
    """Return the modules that a process has loaded after a command."""
    code = (
        "import contextlib, io, sys; from suite.commands.main import main\n"
        f"with contextlib.redirect_stdout(io.StringIO()): code = main({list(argv)!r})\n"
        "assert code == 0; print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_help_loads_no_library_but_the_standard_one() -> None:
    assert (
        loaded_by("--help") & {"pydantic", "yaml", "rich", "numpy", "suite.schema", "suite.registry"} == set()
    )


def test_listing_tasks_loads_what_reads_yaml_and_prints_tables_and_no_statistics() -> None:
    loaded = loaded_by("list", "tasks")
    assert (
        loaded & {"numpy", "scipy", "pandas", "jinja2", "torch", "suite.stats", "suite.grpo", "suite.gate"}
        == set()
    )
