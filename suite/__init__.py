"""Is a gain from RL with verifiable rewards real? Paired deltas across families, next to spurious controls."""

__version__ = "0.1.0"
