"""A process that ends with its parent: SIGKILL tells nobody, and an orphan would write beside a restarted run."""

import ctypes
import os
import signal
import threading
import time

_PR_SET_PDEATHSIG = 1
"""Linux, ``prctl(2)``."""


def end_with_parent() -> None:
    """From now on this process leaves when its parent is gone; a thread looks five times a second."""
    threading.Thread(target=_wait_for_end, args=(os.getppid(),), daemon=True).start()


def _wait_for_end(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.2)
    os._exit(1)


def killed_with_parent() -> None:
    """``preexec_fn`` of a program that is not ours: the kernel kills it when its parent is gone."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
