"""The steps of a live street, which need not end, and their days by the clock on the wall."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from jiran.live.rules import MINUTE_MS, Rules
from jiran.live.values import local


@dataclass(frozen=True)
class Calendar:
    """When steps begin and which day they are of.

    Attributes:
        first_ms: Start of the first step, milliseconds since 1970-01-01 UTC.
        step_minutes: Length of a step, min.
        zone: IANA zone.
        end_ms: End of the last step, ms; None: it never ends.
    """

    first_ms: int
    step_minutes: int
    zone: str
    end_ms: int | None = None

    @property
    def step_ms(self) -> int:
        """Length of a step, ms."""
        return self.step_minutes * MINUTE_MS

    def day_of(self, step_ms: int) -> str:
        """Return the date of a step, by its start: `2026-03-21`."""
        return f"{local(step_ms, self.zone):%Y-%m-%d}"

    def written(self, at_ms: int) -> str:
        """Return an instant by the clock on the wall, with its offset."""
        return local(at_ms, self.zone).isoformat()

    def steps_of(self, day: str) -> range:
        """Return the starts of all steps of a day that are not before the first, ms."""
        begin, end = (self._from(self._midnight(day, later)) for later in (0, 1))
        return range(begin, end if self.end_ms is None else min(end, self.end_ms), self.step_ms)

    def at(self, day: str, days_later: int, hour: int) -> int:
        """Return the instant at an hour of a later day, ms."""
        return self._midnight(day, days_later, hour)

    def first_step_after(self, at_ms: int) -> int:
        """Return the start of the first step that begins at an instant or after it."""
        return self._from(at_ms)

    def _from(self, at_ms: int) -> int:
        return self.first_ms + max(-(-(at_ms - self.first_ms) // self.step_ms), 0) * self.step_ms

    def _midnight(self, day: str, later: int, hour: int = 0) -> int:
        date = dt.date.fromisoformat(day) + dt.timedelta(days=later)
        return int(dt.datetime.combine(date, dt.time(hour), ZoneInfo(self.zone)).timestamp() * 1_000)


def even_start(at_ms: int, step_minutes: int, zone: str) -> int:
    """Return the first instant from `at_ms` on at which a step of this length begins, counted from midnight."""
    now = local(at_ms, zone)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    begun = int(midnight.timestamp() * 1_000)
    step = step_minutes * MINUTE_MS
    return begun + -(-(at_ms - begun) // step) * step


def settling_ms(calendar: Calendar, rules: Rules) -> list[int]:
    """Return when days are settled after the end of a street that ends."""
    last = calendar.day_of((calendar.end_ms or calendar.first_ms) - calendar.step_ms)
    days = range(rules.provisional_days, rules.final_days + 1)
    return [calendar.at(last, day, rules.settled_hour) for day in days]
