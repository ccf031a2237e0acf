"""What a process of the suite sets for itself: quiet libraries, and an end together with its parent.

A kill (SIGKILL) of the parent does not reach its children by itself, and an orphan would write into the
folder of a restarted run.
"""

import ctypes
import logging
import os
import signal
import threading
import time
import warnings

_NOISY = (
    "accelerate", "datasets", "filelock", "httpx", "httpx2", "huggingface_hub", "lm_eval", "peft",
    "ray", "tokenizers", "torch", "transformers", "trl", "urllib3", "vllm",
)  # fmt: skip


def quiet_libraries() -> None:
    """Silence the progress bars, log lines and warnings of the noisy libraries, and of nothing else.

    A warning that a user's own reward raises is shown. Call this before torch, transformers or lm-eval are
    imported: tqdm and the Hub's client read their switches on import.
    """
    os.environ.setdefault("TQDM_DISABLE", "1")
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    os.environ.setdefault("HF_HUB_VERBOSITY", "error")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    # A library may blame its caller for a warning (``stacklevel``), and its caller is the suite.
    own = rf"(?:{'|'.join((*_NOISY, 'suite'))})(?:\.|$)"
    warnings.filterwarnings("ignore", module=own)
    for name in _NOISY:
        logging.getLogger(name).setLevel(logging.ERROR)


_PR_SET_PDEATHSIG = 1
"""Linux, ``prctl(2)``."""


def end_with_parent() -> None:
    """End this process when its parent is gone; a thread checks five times a second."""
    threading.Thread(target=_wait_for_end, args=(os.getppid(),), daemon=True).start()


def _wait_for_end(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.2)
    os._exit(1)


def killed_with_parent() -> None:
    """Ask the kernel to kill this process with its parent: ``preexec_fn`` of a program that is not ours."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
