"""The embedded default: four micro families with the real architectures, their corpora and shipped base checkpoints."""
