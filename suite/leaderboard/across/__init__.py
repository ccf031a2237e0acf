"""The last tab of the board, over all families and tasks: forests, curves, clean tasks, probes."""
