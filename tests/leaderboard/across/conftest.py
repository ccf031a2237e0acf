"""The fixture of the tests across tasks; the summary is in across_summary.py."""

from across_summary import whole

__all__ = ["whole"]
