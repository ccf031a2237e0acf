"""What several tests of training use: one thread, and a user's own reward that has something to say."""

from pathlib import Path

import pytest


@pytest.fixture
def one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep torch from using more than one thread in the processes that a test starts."""
    monkeypatch.setenv("OMP_NUM_THREADS", "1")


@pytest.fixture
def outspoken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A user's own reward, in the working directory, that warns."""
    lines = ["import warnings", "def short(rollout):", "    warnings.warn('no box in the answer')"]
    (tmp_path / "mine.py").write_text("\n".join([*lines, "    return 1.0 / (1 + len(rollout.text))", ""]))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).resolve().parents[2]))
    return "mine:short"
