"""From what a user selects to the cells that are run."""
