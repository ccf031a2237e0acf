"""Keeps the libraries' own notes and bars out of the suite's progress display; their errors still come through."""

import logging
import os
import warnings

_NOISY = (
    "lm_eval", "trl", "transformers", "accelerate", "torch", "datasets",
    "huggingface_hub", "httpx", "httpx2", "urllib3", "filelock",
)  # fmt: skip


def quiet_libraries() -> None:
    """Call before torch, transformers or lm-eval are imported: tqdm reads its switch when it is imported."""
    os.environ.setdefault("TQDM_DISABLE", "1")
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    os.environ.setdefault("HF_HUB_VERBOSITY", "error")  # its logger takes its level from here when it is imported
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    warnings.filterwarnings("ignore")
    for name in _NOISY:
        logging.getLogger(name).setLevel(logging.ERROR)
