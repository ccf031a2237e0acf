"""What a process of the suite sets for itself: quiet libraries, and an end together with its parent.

SIGKILL tells nobody, and an orphan would write beside a restarted run.
"""

import ctypes
import logging
import os
import signal
import threading
import time
import warnings

_NOISY = (
    "lm_eval", "trl", "transformers", "accelerate", "torch", "datasets",
    "huggingface_hub", "httpx", "httpx2", "urllib3", "filelock",
)  # fmt: skip


def quiet_libraries() -> None:
    """Call before torch, transformers or lm-eval are imported: tqdm reads its switch when it is imported."""
    os.environ.setdefault("TQDM_DISABLE", "1")
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    os.environ.setdefault(
        "HF_HUB_VERBOSITY", "error"
    )  # its logger takes its level from here when it is imported
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    warnings.filterwarnings("ignore")
    for name in _NOISY:
        logging.getLogger(name).setLevel(logging.ERROR)


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
