"""A mistake in a flag or a key of a run or sweep file: the message names it, lists what is known, guesses."""

from pathlib import Path

import pytest

from suite.commands.main import main

PLAN = "plan --families micro-llama3 --tasks micro_bench"
OWN_PAIR = "plan --before micro-llama3 --after micro-qwen2.5 --tasks micro_bench"
ANSWER = '{"task": "micro_bench", "item_id": "0", "sample": 0, "text": "x"}\n'
IMPORT = "import jsonl answers.jsonl --out run"


def mistake(
    command: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> str:
    """Return the one line that the command prints in ``folder`` before it exits with 2."""
    monkeypatch.chdir(folder)
    assert main(command.split()) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert len(printed.err.splitlines()) == 1
    return printed.err.removeprefix("rlvr-suite: ").removesuffix("\n")


@pytest.mark.parametrize(
    ("command", "place", "known", "fix"),
    [
        (f"{PLAN} --families micro-llma3", "--families", "olmo2", "'micro-llama3'? Correct --families"),
        (f"{PLAN} --tasks micro_bnch", "--tasks", "rlvr_core", "'micro_bench'? Correct --tasks"),
        (f"{PLAN} --protocols micro_aq", "--protocols", "boxed", "'micro_qa'? Correct --protocols"),
        (f"{PLAN} --rewards format", "--rewards", "Known: none", "rlvr-suite train"),
        (f"{PLAN} --seeds 7", "--seeds", "Known: none", "Name one"),
        (f"{PLAN} --limit 0", "--limit", "greater than or equal to 1", "Correct --limit"),
        (f"{PLAN} --data-dir nowhere", "--data-dir", "no such folder: nowhere", "<task>.jsonl"),
        (f"{PLAN} --before micro-llama3", "command line", "missing: after", "Correct the flags"),
        (f"{OWN_PAIR} --family micro-llma3 --reward r",
         "--family", "olmo2", "'micro-llama3'? Correct --family"),
        (f"{OWN_PAIR} --family olmo2 --reward r", "--family", "'micro-llama3'", "correct --before"),
        (f"{OWN_PAIR} --family micro-llama3 --reward R/", "--reward", "'R/'", "a-z"),
        (f"{OWN_PAIR} --family micro-llama3 --reward r", "--after", "it is a base", "correct --before"),
        (
            "plan --before micro-llma3 --after x --family micro-llama3 --reward r --tasks micro_bench",
            "--before",
            "neither a model id nor a folder",
            "'micro-llama3'?",
        ),
        ("train micor --model micro-llama3 --reward format", "RECIPE", "spurious_rewards", "'micro'?"),
        ("train micro --model micro-llma3 --reward format",
         "--model", "olmo2-7b", "'micro-llama3'? Correct --model"),
        ("train micro --model micro-llama3 --reward fromat", "--reward", "majority_vote", "'format'?"),
        ("train micro --model micro-llama3 --reward format --data-dir nowhere", "--data-dir", "nowhere", "jsonl"),
        ("label micro --model micro-llama3 --out l.json --data-dir nowhere", "--data-dir", "nowhere", "jsonl"),
        ("train micro --model micro-llama3 --reward format --seed -1",
         "--seed", "0 to 4294967295", "another"),
        ("label micor --model micro-llama3 --out labels.json", "RECIPE", "spurious_rewards", "'micro'?"),
        ("label micro --model micro-llma3 --out labels.json", "--model", "olmo2-7b", "'micro-llama3'?"),
        (f"{IMPORT} --model micro-llma3", "--model", "olmo2-7b", "'micro-llama3'? Correct --model"),
        (f"{IMPORT} --base micro-llma3 --reward r", "--base", "olmo2-7b", "'micro-llama3'? Correct --base"),
        (f"{IMPORT} --model micro-llama3 --task micro_bnch",
         "--task", "math500", "'micro_bench'? Correct --task"),
        (f"{IMPORT} --model micro-llama3 --protocol micro_aq", "--protocol", "boxed", "'micro_qa'?"),
        ("power --task micro_bnch", "--task", "math500", "'micro_bench'? Correct --task"),
        ("gate . --policy regresion", "--policy", "new_method", "'regression'?"),
        ("micro pretrain --model micro-llma3 --out made",
         "--model", "micro-olmo2", "'micro-llama3'? Correct --model"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_flag_names_the_flag_what_is_known_and_a_guess(
    command: str,
    place: str,
    known: str,
    fix: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "answers.jsonl").write_text(ANSWER)
    line = mistake(command, tmp_path, monkeypatch, capsys)
    assert line.startswith(f"{place}: ")
    assert known in line
    assert fix in line
    assert "registry.yaml" not in line
    assert "the file" not in line


RUN = "families: [micro-llama3]\ntasks: [micro_bench]\n"


@pytest.mark.parametrize(
    ("content", "flags", "place", "fix"),
    [
        ("families:\n- olmo2\n- micro-llma3\ntasks: [micro_bench]\n",
         "", "run.yaml:3: families.1", "Correct the name"),
        ("families: [olmo2]\ntasks:\n- micro_bnch\n",
         "", "run.yaml:3: tasks.0", "'micro_bench'? Correct the name"),
        (f"{RUN}protocols: [micro_aq]\n", "", "run.yaml:3: protocols.0", "'micro_qa'? Correct the name"),
        (f"{RUN}rewards: [format]\n", "", "run.yaml:3: rewards.0", "rlvr-suite train"),
        (f"{RUN}limit: 0\n", "", "run.yaml:3: limit", "Correct 'limit'"),
        (f"{RUN}item_seed: 1\n", "", "run.yaml:3: item_seed", "arithmetic_clean"),
        (f"{RUN}data_dir: nowhere\n", "", "run.yaml:3: data_dir", "<task>.jsonl"),
        (f"{RUN}limit: 0\n", "--limit -1", "--limit", "Correct --limit"),
        (RUN, "--families micro-llma3", "--families", "Correct --families"),
        (RUN, "--tasks micro_bnch", "--tasks", "Correct --tasks"),
        ("- 1\n", "--tasks micro_bench", "run.yaml:1", "Correct the file"),
        (RUN, "--reward format --limit 1", "run.yaml:1 with --limit, --reward", "Correct the file or the flags"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_run_file_names_its_line_unless_a_flag_took_the_keys_place(
    content: str,
    flags: str,
    place: str,
    fix: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "run.yaml").write_text(content)
    line = mistake(f"plan run.yaml {flags}", tmp_path, monkeypatch, capsys)
    assert line.startswith(f"{place}: ")
    assert fix in line


@pytest.mark.parametrize(
    ("key", "value", "fix"),
    [
        ("recipe", "micor", "'micro'?"),
        ("families", "[micro-llma3]", "'micro-llama3'? Correct the name"),
        ("models", "[micro-llma3]", "'micro-llama3'? Correct the name"),
        ("rewards", "[fromat]", "'format'?"),
    ],
)
def test_a_mistake_in_a_sweep_file_names_its_line(
    key: str,
    value: str,
    fix: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    given = {"recipe": "micro", "models": "[micro-llama3]", "rewards": "[format]", key: value}
    (tmp_path / "sweep.yaml").write_text("".join(f"{name}: {text}\n" for name, text in sorted(given.items())))
    line = mistake("train --sweep sweep.yaml", tmp_path, monkeypatch, capsys)
    number = sorted(given).index(key) + 1
    assert line.startswith(f"sweep.yaml:{number}: {key}")
    assert fix in line
