"""From graded samples to ``summary.json``: tables, deltas with their tests, contrasts."""
