"""Provenance names the versions that are installed, and says when there is no checkout."""

import os
import subprocess
from importlib.metadata import version
from pathlib import Path

import pytest

from suite.store import provenance


def test_versions_are_those_installed_and_others_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    provenance.packages.cache_clear()
    monkeypatch.setattr(provenance, "_PACKAGES", ("numpy", "no-such-package"))
    assert provenance.packages() == {"numpy": version("numpy")}
    provenance.packages.cache_clear()


def test_the_state_of_a_checkout_is_its_commit_and_whether_files_differ_and_asking_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def git(*words: str) -> str:
        author = ["-c", "user.name=a", "-c", "user.email=a@b.c"]
        command = ["git", "-C", str(tmp_path), *author, *words]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

    def state() -> str:
        provenance.git_state.cache_clear()
        return provenance.git_state()

    monkeypatch.setattr(provenance, "PACKAGE", tmp_path)
    git("init")
    (tmp_path / "file").write_text("one")
    git("add", "file")
    git("commit", "-m", "first")
    commit = git("rev-parse", "HEAD")[:12]
    (tmp_path / "untracked").touch()
    # The file is as committed, but its time says that it may not be: `git describe --dirty` would note that.
    os.utime(tmp_path / "file", (1, 1))
    index = (tmp_path / ".git" / "index").read_bytes()
    assert state() == commit
    assert (tmp_path / ".git" / "index").read_bytes() == index
    (tmp_path / "file").write_text("two")
    assert state() == f"{commit}+dirty"
    provenance.git_state.cache_clear()


def test_an_installed_copy_has_no_checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    provenance.git_state.cache_clear()
    monkeypatch.setattr(provenance, "PACKAGE", tmp_path)
    assert provenance.git_state() == "no checkout"
    provenance.git_state.cache_clear()
