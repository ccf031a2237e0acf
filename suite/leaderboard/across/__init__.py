"""The last tab of the board: every family and task beside the others. Forests, curves, contaminated beside clean, probes."""
