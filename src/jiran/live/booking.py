"""Bring settled days of a live street into a ledger."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from jiran.ledger.make import make

if TYPE_CHECKING:
    from jiran.ledger.records import Day
    from jiran.live.runs import Book


def booked(file: Path, private: Ed25519PrivateKey, folder: Path) -> Book:
    """Return what adds a day to a ledger; the same day twice changes nothing, another one corrects it.

    Args:
        file: The ledger.
        private: Signs.
        folder: Where this user keeps key and last heads.
    """

    def book(day: Day) -> None:
        make([day], file, private, folder)

    return book
