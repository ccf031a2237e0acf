"""One writer at a time: an advisory lock on a file; the system releases it when its holder ends or is killed.

This is flock, as in the package filelock, which was tried: it locks the same way on local disks and on NFS,
but adds 80 ms to every start, polls where it waits, and leaves a lock behind after a kill where a file
system has no flock.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def try_lock(file: Path) -> Iterator[bool]:
    """Yield whether the lock was free and is now held; raise ``OSError`` if ``file`` cannot be written."""
    with _opened(file) as descriptor:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


@contextmanager
def wait_for_lock(file: Path) -> Iterator[None]:
    """Hold the lock, as soon as it is free; raise ``OSError`` if ``file`` cannot be opened for writing."""
    with _opened(file) as descriptor:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield


@contextmanager
def _opened(file: Path) -> Iterator[int]:
    """Open the file that stands for the lock.

    It stays: to delete it would let two processes hold two files of one name.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w") as handle:
        yield handle.fileno()
