"""The last tab of the board, over all families and tasks: forests, curves, contaminated and clean tasks, probes."""
