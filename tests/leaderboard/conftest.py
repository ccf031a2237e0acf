"""Fixtures of the page tests; the summaries are in hand_made_summary.py."""

import pytest

pytest.register_assert_rewrite("chromium")  # so that a state that never came is shown beside the wanted one

from hand_made_summary import audited, browser, summary, tested  # noqa: E402

__all__ = ["audited", "browser", "summary", "tested"]
