"""How often somebody may ask: buckets that fill by the second, wide enough for a whole class behind one address."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable

#: So many askers are remembered; of more, those that have not asked for longest are forgotten.
MOST_ASKERS = 5_000


class Buckets:
    """A bucket for each asker: it holds some requests, each takes one, and it fills again."""

    def __init__(self, most: float, per_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin with full buckets.

        Args:
            most: Requests that a full bucket holds.
            per_s: Requests that come back each second.
            clock: Seconds that never go back.
        """
        self._most, self._per_s, self._clock = most, per_s, clock
        self._held: OrderedDict[str, tuple[float, float]] = OrderedDict()  # requests left, and when

    def allow(self, asker: str) -> bool:
        """Take a request out of a bucket; tell whether one was in it."""
        now = self._clock()
        held, then = self._held.pop(asker, (self._most, now))
        held = min(self._most, held + self._per_s * (now - then))
        allowed = held >= 1.0
        self._held[asker] = held - allowed, now
        if len(self._held) > MOST_ASKERS:
            self._held.popitem(last=False)
        return allowed


class Limits:
    """All limits of the phones' page. Sixty phones behind one address ask 120 times a second while a round is open."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin with full buckets; `clock` gives seconds that never go back."""
        self.requests = Buckets(1_500, 500.0, clock)  # by address
        self.joins = Buckets(150, 1.0, clock)  # by address
        self.wrong = Buckets(60, 0.5, clock)  # by address: codes of rooms and seats that are none
        self.phone = Buckets(40, 8.0, clock)  # by token
