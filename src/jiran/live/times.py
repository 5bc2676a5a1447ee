"""What time it is for a street, and how fast a played one goes: the one place that looks at the machine's clock."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field


def wall_ms() -> int:
    """Return the time of this machine, milliseconds since 1970-01-01 UTC."""
    return time.time_ns() // 1_000_000


@dataclass
class Pace:
    """How long to wait until a played instant.

    Attributes:
        speed: Played seconds in a second; 0: as fast as it goes.
        now_s: The clock that it goes by.
    """

    speed: float
    now_s: Callable[[], float] = time.monotonic
    _begun: tuple[int, float] | None = field(default=None, repr=False)

    def wait_s(self, at_ms: int) -> float:
        """Return how long to wait until an instant is due, s; the first one is due at once."""
        if self._begun is None:
            self._begun = (at_ms, self.now_s())
        first_ms, begun_s = self._begun
        if not self.speed:
            return 0.0
        return max(begun_s + (at_ms - first_ms) / 1_000 / self.speed - self.now_s(), 0.0)
