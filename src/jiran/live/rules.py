"""When a step closes, when a day is settled, and what is refused: the operator's rules, each with its usual value."""

from __future__ import annotations

from dataclasses import dataclass

MINUTE_MS = 60_000
HOUR_MS = 3_600_000
DAY_MS = 86_400_000


@dataclass(frozen=True)
class Rules:
    """The rules of a live street.

    Attributes:
        grace_ms: How long after its end a step waits for readings.
        max_gap_ms: The longest gap between two readings with a straight line between them.
        most_kw: Mean power that no home's connection can carry.
        settled_hour: Hour of the day, by the clock on the wall, at which days are settled.
        provisional_days: A day is settled for the first time so many days later.
        final_days: And by clearing again, for good, so many days later.
        deviations_days: Until then what comes to light is settled at the grid's price.
        most_an_hour: Readings that one meter may send in an hour.
        ahead_ms: A reading may be so much ahead of its arrival: clocks of meters are not exact.
        behind_ms: And so much behind: meters send what they kept while they had no connection.
    """

    grace_ms: int = 15 * MINUTE_MS
    max_gap_ms: int = 15 * MINUTE_MS
    most_kw: int = 1_000
    settled_hour: int = 6
    provisional_days: int = 1
    final_days: int = 7
    deviations_days: int = 30
    most_an_hour: int = 7_200
    ahead_ms: int = 5 * MINUTE_MS
    behind_ms: int = 40 * DAY_MS
