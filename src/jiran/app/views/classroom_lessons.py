"""Lessons."""

from __future__ import annotations


def show() -> None:
    """Draw the lessons."""
