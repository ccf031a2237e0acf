"""Run folders: the only reader and writer of cells and checkpoints."""
