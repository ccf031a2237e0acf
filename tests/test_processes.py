"""Processes: libraries are quiet and a user's own warnings are not; a child ends together with its parent."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

WARNS = "import warnings\ndef call():\n    warnings.warn('from ' + __name__)\ncall()\n"


def printed(folder: Path, program: str) -> str:
    """Return what ``program`` prints to stderr in a new Python that finds modules in ``folder``."""
    paths = os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")])
    (folder / "program.py").write_text(program)
    done = subprocess.run(
        [sys.executable, folder / "program.py"],
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stderr


@pytest.mark.parametrize(
    ("module", "is_shown"),
    [
        ("my_rewards", True),
        ("torchlike", True),
        ("my_package.rewards", True),
        ("transformers", False),
        ("transformers.models.llama", False),
        ("trl.trainer", False),
        ("suite.engine.somewhere", False),
    ],
)
def test_a_users_warning_is_shown_and_a_librarys_is_not(tmp_path: Path, module: str, is_shown: bool) -> None:
    # The module of that name is a real one on disk, executed under its name: Python's filter reads
    # ``__name__``.
    file = tmp_path / "warns.py"
    file.write_text(WARNS)
    program = (
        "import runpy\n"
        "from suite.processes import quiet_libraries\n"
        "quiet_libraries()\n"
        f"runpy.run_path({str(file)!r}, run_name={module!r})\n"
    )
    assert (f"UserWarning: from {module}" in printed(tmp_path, program)) == is_shown


def test_a_library_that_blames_the_suite_for_a_warning_is_quiet_and_one_that_blames_the_user_is_not(
    tmp_path: Path,
) -> None:
    blames = (
        "import warnings\ndef old():\n    warnings.warn('old is deprecated', FutureWarning, stacklevel=2)\n"
    )
    (tmp_path / "library.py").write_text(blames)
    caller = tmp_path / "caller.py"
    caller.write_text("import library\nlibrary.old()\n")
    program = (
        "import runpy\n"
        "from suite.processes import quiet_libraries\n"
        "quiet_libraries()\n"
        f"runpy.run_path({str(caller)!r}, run_name=NAME)\n"
    )
    assert "old is deprecated" not in printed(tmp_path, program.replace("NAME", "'suite.grpo.trainer'"))
    assert "old is deprecated" in printed(tmp_path, program.replace("NAME", "'my_rewards'"))


def test_a_users_log_lines_are_kept_and_a_librarys_are_not(tmp_path: Path) -> None:
    program = (
        "import logging\n"
        "from suite.processes import quiet_libraries\n"
        "quiet_libraries()\n"
        "logging.getLogger('transformers.trainer').warning('of a library')\n"
        "logging.getLogger('my_rewards').warning('of the user')\n"
    )
    lines = printed(tmp_path, program)
    assert "of the user" in lines
    assert "of a library" not in lines


PARENT = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", sys.argv[1]])
print(child.pid, flush=True)
time.sleep(60)
"""
CHILD = "import time; from suite.processes import end_with_parent; end_with_parent(); time.sleep(60)"


def test_a_child_ends_when_its_parent_is_killed() -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT, CHILD], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    time.sleep(1)  # the child imports the suite and starts to watch
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    deadline = time.monotonic() + 10
    while is_running(child):
        assert time.monotonic() < deadline, "the child outlives its parent"
        time.sleep(0.1)


def is_running(pid: int) -> bool:
    """Whether the process runs; one that ended but was not waited for (state Z) does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False
