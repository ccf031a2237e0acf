"""The run of two families, written once; each test gets a copy that it may damage."""

import shutil
from pathlib import Path

import pytest
from builders.two_families import write_run

from suite.registry import load_registry
from suite.schema import Summary
from suite.store.run_folder import read_summary
from suite.summary.verify import verify


@pytest.fixture(scope="session")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run as it was written, only to be read."""
    return write_run(tmp_path_factory.mktemp("run"))


@pytest.fixture
def two_families(original: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(original, tmp_path / "run"))


@pytest.fixture(scope="session")
def recomputed(original: Path) -> Summary:
    """The summary as verification computes it."""
    summary = verify(read_summary(original), original, load_registry()).summary
    assert summary is not None
    return summary
