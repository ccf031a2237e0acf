"""The only code that samples from a model: lm-eval adapters over transformers, vLLM, or what is stored already."""

from typing import TYPE_CHECKING

from suite.plan import EngineIdentity, ModelToRun

if TYPE_CHECKING:
    from suite.engine.contract import Engine

ENGINES = ("hf", "vllm", "replay")


def identity(engine: str) -> EngineIdentity:
    """The engine's must-match fields; those of ``replay`` are the stored cells' own."""
    if engine == "vllm":
        from suite.engine import vllm

        return vllm.identity()
    from suite.engine import hf

    return hf.identity()


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
