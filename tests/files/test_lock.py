"""A lock has one holder, and ends with the process that holds it."""

import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from suite.files.lock import try_lock, wait_for_lock

HOLD = """
import sys, time
from pathlib import Path
from suite.files.lock import try_lock
with try_lock(Path(sys.argv[1])) as held:
    print(held, flush=True)
    time.sleep(60)
"""


def hold_elsewhere(file: Path) -> "subprocess.Popen[str]":
    """A process that holds the lock until it is killed."""
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(file)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None and process.stdout.readline() == "True\n"
    return process


def test_a_second_holder_is_refused_until_the_first_is_killed(tmp_path: Path) -> None:
    file = tmp_path / "folder" / ".lock"
    process = hold_elsewhere(file)
    try:
        with try_lock(file) as held:
            assert not held
    finally:
        process.send_signal(signal.SIGKILL)
        process.communicate()
    with try_lock(file) as held:
        assert held
    assert file.is_file()


def test_who_waits_gets_the_lock_when_the_holder_ends(tmp_path: Path) -> None:
    file = tmp_path / ".lock"
    process = hold_elsewhere(file)
    timer = threading.Timer(0.2, process.kill)
    timer.start()
    with wait_for_lock(file):
        assert process.wait(10) == -signal.SIGKILL
    process.communicate()


def test_an_error_inside_is_not_taken_for_a_lock_that_is_held(tmp_path: Path) -> None:
    with pytest.raises(BlockingIOError, match="mine"), try_lock(tmp_path / ".lock") as held:
        assert held
        raise BlockingIOError("mine")


def test_a_place_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError), try_lock(tmp_path / "file" / ".lock"):
        pass
