"""Bring your own scenario."""

from __future__ import annotations


def show() -> None:
    """Draw the upload."""
