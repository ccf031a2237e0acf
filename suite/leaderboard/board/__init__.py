"""The board: a tab a task, each with a heatmap of its deltas and the tables behind them."""
