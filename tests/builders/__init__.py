"""Builders of what many tests need: ``cells`` makes finished cells."""
