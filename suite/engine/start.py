"""An engine by its name: its version, its device, and a running one with a model loaded.

Imports of engines are lazy.
"""

from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, cast

from suite.errors import SuiteError
from suite.plan.cells import EngineIdentity, ModelToRun
from suite.plan.engines import DEFAULT_ENGINE, ENGINES

if TYPE_CHECKING:
    from suite.engine.contract import Engine


def engine_version(engine: str) -> str:
    """Return the version of the package that provides the engine.

    Raise ``SuiteError`` if none is installed.
    """
    entry = ENGINES[engine]
    for distribution in entry.distributions:
        try:
            return version(distribution)
        except PackageNotFoundError:
            continue
    raise SuiteError(
        f"{entry.title} is not installed",
        f"--engine {engine}",
        f"{entry.install}, or use --engine {DEFAULT_ENGINE}",
    )


def device_kind() -> str:
    """Return the kind of device that engines use here. Loads torch."""
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


def device_name() -> str:
    """Return the name of the device, as it is recorded with a cell. Loads torch."""
    import torch

    return torch.cuda.get_device_name() if torch.cuda.is_available() else "cpu"


def identity(engine: str) -> EngineIdentity:
    """Return the engine's must-match fields: name with minor version, and kind of device.

    Loads torch, but no engine.
    """
    minor = ".".join(engine_version(engine).split(".")[:2])
    return EngineIdentity(f"{engine}-{minor}", device_kind())


def start(engine: str, model: ModelToRun) -> "Engine":
    """Return a running engine with ``model`` loaded.

    ``suite/engine/NAME.py`` has a ``load`` for every name of the table.
    """
    module = import_module(f"suite.engine.{engine}")
    return cast("Engine", module.load(model))
