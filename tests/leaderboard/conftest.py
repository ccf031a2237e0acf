"""Fixtures of the page tests; the summaries are in hand_made_summary.py."""

from hand_made_summary import audited, browser, summary, tested

__all__ = ["audited", "browser", "summary", "tested"]
