"""Tasks and their items: what is asked."""
