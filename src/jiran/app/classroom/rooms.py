"""The room of this process: phones and the wall find the same one, for this module is loaded once."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jiran.classroom.room import Room


@dataclass(frozen=True)
class Reach:
    """Where phones find this machine.

    Attributes:
        port: Of the server.
        hosts: Addresses of this machine that phones may use, the likeliest first; none if it is not shared.
    """

    port: int
    hosts: tuple[str, ...] = ()


class Rooms:
    """The room that is open now; there is one at a time."""

    def __init__(self) -> None:
        """Begin without a room."""
        self._lock = threading.Lock()
        self._room: Room | None = None
        self.reach: Reach | None = None

    @property
    def current(self) -> Room | None:
        """The open room."""
        with self._lock:
            return self._room

    def open(self, room: Room) -> None:
        """Put a room in place of the one before, which is ended."""
        with self._lock:
            before, self._room = self._room, room
        if before is not None:
            before.end()

    def find(self, code: str) -> Room | None:
        """Return the room of a code, however it is written."""
        room = self.current
        return room if room is not None and room.code == code.upper() else None


#: The one of this process.
ROOMS = Rooms()
