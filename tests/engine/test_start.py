"""An engine is known by its name: with its version, without being loaded."""

from importlib.metadata import version

import pytest
from planning import base

from suite.engine import start
from suite.engine.replay import ReplayEngine
from suite.errors import SuiteError
from suite.plan.engines import ENGINES, EngineEntry


def test_an_identity_has_the_minor_version_and_the_kind_of_device() -> None:
    major, minor, *_ = version("transformers").split(".")
    assert start.identity("hf").name == f"hf-{major}.{minor}"
    assert start.identity("hf").device == start.device_kind()


def test_the_version_is_that_of_whichever_distribution_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    table = {"mine": EngineEntry("Mine", ("no-such-package", "numpy"), "pip install mine")}
    monkeypatch.setattr(start, "ENGINES", table)
    assert start.engine_version("mine") == version("numpy")


def test_an_engine_that_is_not_installed_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    table = {"mine": EngineEntry("Mine", ("no-such-package",), "pip install mine")}
    monkeypatch.setattr(start, "ENGINES", table)
    with pytest.raises(
        SuiteError, match=r"--engine mine: Mine is not installed\. pip install mine, or use --engine hf"
    ):
        start.identity("mine")


def test_an_engine_is_loaded_by_its_name() -> None:
    assert "replay" in ENGINES
    assert isinstance(start.start("replay", base()), ReplayEngine)
