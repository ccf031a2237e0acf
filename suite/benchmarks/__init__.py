"""Tasks and their items: task files, where items come from, and the world of the micro families."""
