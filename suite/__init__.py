"""Is a gain from RL with verifiable rewards real? Paired deltas next to spurious-reward controls."""

__version__ = "0.1.0"
