"""A killed import: the next command sees all of the old or all of the new."""

import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import pytest
from plain_rows import TASK, rows, write_lines

from suite.benchmarks.items import Item
from suite.commands.main import main
from suite.store.run_folder import RunStore

SUBJECT = ["--base", "micro-llama3", "--reward", "random"]
TASKS = (TASK, "micro_bench_partial")
STEPS = ("replace", "mkdir", "unlink", "rmdir")
"""What ``os`` does to a run folder, one step each."""


def write(path: Path, items: list[Item], text: str) -> Path:
    return write_lines(
        path, [{**row, "task": task, "text": text} for task in TASKS for row in rows(items, {}, k=1)]
    )


def argv(answers: Path, run: Path, *flags: str) -> list[str]:
    return ["import", "jsonl", str(answers), *SUBJECT, "--replace", "--subset", *flags, "--out", str(run)]


def seen(run: Path) -> tuple[dict[str, set[str]], list[str]]:
    """What a reader sees: the texts of each task, and the pairs."""
    store = RunStore(run)
    cells = {
        m.cell.task: {s.text for s in cell.samples().values()}
        for cell in store.finished()
        if (m := cell.manifest)
    }
    assert len(cells) == len(list(store.finished()))
    return cells, [pair.checkpoint for pair in store.pairs()]


def is_killed_at(step: int, command: list[str]) -> bool:
    """Run the command in a process that kills itself before this step; whether it came so far."""
    pid = os.fork()
    if pid == 0:
        _run_and_die(step, command)
    return os.WIFSIGNALED(os.waitpid(pid, 0)[1])


def _run_and_die(step: int, command: list[str]) -> NoReturn:
    left = step

    def dying(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            nonlocal left
            left -= 1
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*args, **kwargs)

        return call

    for name in STEPS:
        setattr(os, name, dying(getattr(os, name)))
    try:
        main(command)
    finally:
        os._exit(0)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("had", "flags"),
    [(True, []), (True, ["--protocol", "none"]), (False, [])],
    ids=["the same cells", "cells of other ids", "a new checkpoint"],
)
def test_a_kill_at_any_step_leaves_all_of_the_old_or_all_of_the_new(
    had: bool, flags: list[str], items: list[Item], tmp_path: Path
) -> None:
    old, new = (
        write(tmp_path / "old.jsonl", items[:3], "old"),
        write(tmp_path / "new.jsonl", items[:3], "new"),
    )
    before, after = tmp_path / "before", tmp_path / "after"
    before.mkdir()
    assert not had or main(argv(old, before)) == 0
    shutil.copytree(before, after)
    assert main(argv(new, after, *flags)) == 0
    outcomes = []
    for step in range(200):
        run, twin = tmp_path / f"{step}", tmp_path / f"{step}-twin"
        shutil.copytree(before, run)
        if not is_killed_at(step, argv(new, run, *flags)):
            break
        shutil.copytree(run, twin)
        outcomes.append(seen(run))
        with RunStore(twin).lock():  # as any command that writes
            assert not (twin / ".staged").exists()
        assert seen(twin) == seen(run)
    assert seen(run) == seen(after) != seen(before)
    switch = outcomes.index(seen(after))
    assert 5 < switch < len(outcomes) - 5
    assert outcomes == [seen(before)] * switch + [seen(after)] * (len(outcomes) - switch)


def test_an_import_after_a_killed_one_is_whole(items: list[Item], tmp_path: Path) -> None:
    run, other = tmp_path / "run", tmp_path / "other"
    old, new = (
        write(tmp_path / "old.jsonl", items[:3], "old"),
        write(tmp_path / "new.jsonl", items[:3], "new"),
    )
    assert main(argv(new, other)) == 0
    assert is_killed_at(12, argv(old, run)) and (run / ".staged").exists()
    assert main(argv(new, run)) == 0
    assert (seen(run), (run / ".staged").exists()) == (seen(other), False)
