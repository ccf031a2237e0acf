"""The board of what the papers print."""
