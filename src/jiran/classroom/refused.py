"""What a room does not do, in a sentence, and which kind of no it is."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING

from jiran.errors import JiranError

if TYPE_CHECKING:
    from collections.abc import Container

    from jiran.classroom.phase import Phase


class Reason(Enum):
    """Why a room says no."""

    STATE = auto()  # not now
    FULL = auto()  # locked, or no seat is left
    STRANGER = auto()  # not known here
    REMOVED = auto()  # the lecturer has removed them
    OFTEN = auto()  # too many tries


class RefusedError(JiranError):
    """A room says no."""

    def __init__(self, reason: Reason, sentence: str) -> None:
        """Keep the kind of no beside the sentence."""
        self.reason = reason
        super().__init__(sentence)


def must_be(now: Phase, allowed: Container[Phase], what: str) -> None:
    """Refuse what a phase does not allow.

    Raises:
        RefusedError: The phase is not one of those allowed.
    """
    if now not in allowed:
        raise RefusedError(Reason.STATE, f"{what}: not now; {now.words}")
