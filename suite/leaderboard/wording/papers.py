"""Words of the page of published figures."""

NO_INTERVAL = "no interval published"
NOT_FOUND = "not found"
"""For a value that was looked for in the source; it looks and reads different from one that no source was asked for."""
