"""Where a room is."""

from __future__ import annotations

from enum import Enum


class Phase(Enum):
    """Where a room is."""

    LOBBY = "lobby"
    ASKING = "asking"
    OPEN = "open"
    RESULTS = "results"
    ENDED = "ended"

    @property
    def words(self) -> str:
        """The phase as a part of a sentence."""
        return {
            "lobby": "the first round is not open yet",
            "asking": "a question is open",
            "open": "a round is open",
            "results": "the round is over",
            "ended": "the game has ended",
        }[self.value]
