"""Files that are written whole or not at all: to a temporary name beside them, which then takes theirs."""

import os
from pathlib import Path


def write_atomic(path: Path, data: bytes) -> None:
    """Write ``data`` to ``path`` so that no reader ever sees a part of it, not even after a kill."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        temporary.write_bytes(data)
        os.replace(temporary, path)
    except OSError:  # a full disk: what was written of it is of no use
        temporary.unlink(missing_ok=True)
        raise
