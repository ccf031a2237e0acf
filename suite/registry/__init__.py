"""What can be named: families, models, protocols, rewards, published figures; and the files of a model."""

from suite.registry.entries import MAX_ID, Dtype, EngineSettings, Model, RegistryFile, id_part
from suite.registry.registry import ALL, Registry, expanded, load_registry

__all__ = [
    "ALL",
    "MAX_ID",
    "Dtype",
    "EngineSettings",
    "Model",
    "Registry",
    "RegistryFile",
    "expanded",
    "id_part",
    "load_registry",
]
