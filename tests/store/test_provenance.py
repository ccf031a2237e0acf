"""Provenance names the versions that are installed, and says when there is no checkout."""

from importlib.metadata import version
from pathlib import Path

import pytest

from suite.store import provenance


def test_versions_are_those_installed_and_others_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    provenance.packages.cache_clear()
    monkeypatch.setattr(provenance, "_PACKAGES", ("numpy", "no-such-package"))
    assert provenance.packages() == {"numpy": version("numpy")}
    provenance.packages.cache_clear()


def test_an_installed_copy_has_no_checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    provenance.git_state.cache_clear()
    monkeypatch.setattr(provenance, "PACKAGE", tmp_path)
    assert provenance.git_state() == "no checkout"
    provenance.git_state.cache_clear()
