"""The readings of one meter, in order of time, as energy in intervals.

Here the energy of a meter becomes what a run adds up: no time stands twice, intervals do not overlap, nothing is below
0. Gaps stay open.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from jiran.errors import DataError
from jiran.homes.meter.below import not_negative
from jiran.homes.meter.counters import counted_energy, holding_power
from jiran.homes.meter.vocabulary import QUANTITIES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from jiran.homes.meter.readings import Channel, Readings
    from jiran.homes.meter.times import Seconds
    from jiran.homes.profiles import Array
    from jiran.scenario import HomeData

MAX_INTERVAL_S = 3600
#: So many equal odd spacings in a row are no gaps but another interval; for a meter with few readings a
#: fifth of them, at least 3.
_RUN_LENGTH = 12
#: Times are irregular if so many spacings are no multiples of the usual one.
_IRREGULAR_SHARE = 0.25


@dataclass(frozen=True)
class Series:
    """One quantity of one home from one place of the file, in intervals in order of time.

    Attributes:
        home: Whose, a place in the readings' ids.
        quantity: Of what, a place in `QUANTITIES`.
        channel: Where it stood.
        begin_s: Begin of each interval, seconds since 1970-01-01 UTC.
        end_s: End of each interval.
        kwh: Energy in it, kWh.
        length_s: The usual length of an interval, s.
        counts: How often each kind of change happened, by its name in the report.
    """

    home: int
    quantity: int
    channel: Channel
    begin_s: Seconds
    end_s: Seconds
    kwh: Array
    length_s: int
    counts: dict[str, float] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """Name of the quantity."""
        return QUANTITIES[self.quantity]


def series_of(source: HomeData, readings: Readings, zone: str) -> Iterator[Series]:
    """Yield the meters of a file one after the other.

    Args:
        source: What the scenario says, and its name for messages.
        readings: All values of the files.
        zone: Zone of the times in messages.

    Yields:
        One for each home, quantity and channel that has values; a counter of one reading has no interval.

    Raises:
        DataError: Times are irregular, too far apart, or a value is below 0.
    """
    key = (readings.home.astype(np.int64) * len(QUANTITIES) + readings.quantity) * len(
        readings.channels
    ) + readings.channel
    order = np.lexsort((np.arange(key.size), readings.begin_s, key))
    cuts = np.flatnonzero(np.diff(key[order])) + 1
    for part in np.split(order, cuts):
        yield _series(source, readings, part, zone)


def _series(source: HomeData, readings: Readings, part: NDArray[np.int64], zone: str) -> Series:
    """Return one meter's energy: of a counter, of power that holds until it changes, or of regular intervals.

    Args:
        source: What the scenario says.
        readings: All values of the files.
        part: Places of the meter's own, in order of time.
        zone: Zone of the times in messages.

    Raises:
        DataError: Times are irregular or too far apart, or a value is below 0.
    """
    home, quantity = int(readings.home[part[0]]), int(readings.quantity[part[0]])
    channel = readings.channels[int(readings.channel[part[0]])]
    begin_s, end_s, value = readings.begin_s[part], readings.end_s[part], readings.value[part]
    counts: dict[str, float] = {}
    home_id = readings.ids[home]
    if channel.is_register:
        last = _last_of_each_time(begin_s, value, counts)
        found = counted_energy(begin_s[last], value[last])
        counts |= {
            "readings dropped": found.dips,
            "counters reset": found.resets,
            "counters run over": found.rollovers,
            "meters exchanged": found.exchanges,
        }
        usual = int(np.median(found.end_s - found.begin_s)) if found.kwh.size else readings.length_s or MAX_INTERVAL_S
        return Series(home, quantity, channel, found.begin_s, found.end_s, found.kwh, usual, _that_happened(counts))
    if channel.said.reading == "power" or (
        channel.is_power and channel.said.reading != "interval" and _irregular(begin_s)
    ):
        last = _last_of_each_time(begin_s, value, counts)
        begin_s, value, part = begin_s[last], value[last], part[last]
        value = not_negative(source, readings, part, value, value, zone, counts)
        begin_s, end_s, kwh = holding_power(begin_s, value, 60 * source.max_gap_minutes)
        counts["power held"] = 1
        usual = int(np.median(end_s - begin_s))
        return Series(home, quantity, channel, begin_s, end_s, kwh, usual, _that_happened(counts))
    if end_s.all() and (end_s > begin_s).all():
        length_s = int(np.median(end_s - begin_s))
        varied = (end_s - begin_s != length_s).any()
    else:
        length_s, varied = _length_s(source, begin_s, home_id, readings.length_s), False
    if not varied:
        begin_s = _on_grid(begin_s, length_s, counts)
        end_s = begin_s + length_s
    order = np.lexsort((np.arange(begin_s.size), begin_s))
    order = order[_last_of_each_time(begin_s[order], value[order], counts)]
    begin_s, value, end_s, part = begin_s[order], value[order], end_s[order], part[order]
    hours = (end_s - begin_s) / 3600
    kwh = value * hours if channel.is_power else value
    kwh = not_negative(source, readings, part, kwh, kwh / hours, zone, counts)
    return Series(home, quantity, channel, begin_s, end_s, kwh, length_s, _that_happened(counts))


def _that_happened(counts: dict[str, float]) -> dict[str, float]:
    """Return the counts that are not 0."""
    return {what: count for what, count in counts.items() if count}


def _last_of_each_time(begin_s: Seconds, value: Array, counts: dict[str, float]) -> NDArray[np.bool_]:
    """Mark the last of the values in the file that each time has; count what was equal and what was not.

    Args:
        begin_s: Times in order, s; of equal ones the last in the file comes last.
        value: Energy or power.
        counts: Gets "duplicates replaced" and "duplicates merged", where there are any.
    """
    last: NDArray[np.bool_] = np.append(begin_s[1:] != begin_s[:-1], True)
    if not last.all():
        group = np.concatenate(([0], np.cumsum(last)[:-1]))
        different = value != value[last][group]
        counts["duplicates replaced"] = int(different.sum())
        counts["duplicates merged"] = int(value.size - last.sum() - different.sum())
    return last


def _usual_s(spacing_s: Seconds) -> int:
    """Return the most common spacing, s; of equally common ones that which most others are multiples of.

    Example:
        >>> _usual_s(np.array([900, 900, 1800, 900]))
        900
    """
    values, counts = np.unique(spacing_s, return_counts=True)
    candidates = values[counts == counts.max()][:5]
    return int(min(candidates, key=lambda length: int(_off_grid(spacing_s, int(length)).sum())))


def _off_grid(spacing_s: Seconds, length_s: int) -> NDArray[np.bool_]:
    """Tell which spacings are over a quarter of a length away from any multiple of it.

    Args:
        spacing_s: Spacings, s.
        length_s: The length, s.
    """
    off_grid: NDArray[np.bool_] = np.abs((spacing_s + length_s // 2) % length_s - length_s // 2) > length_s / 4
    return off_grid


def _rounded(spacing_s: Seconds) -> Seconds:
    """Return spacings of a minute and more in whole minutes, where a clock's jitter is small beside them.

    A logger that writes every 298 to 302 s means every 5 min. Jitter of at most 3 s a minute is taken out.
    """
    minutes = (spacing_s + 30) // 60 * 60
    near = (minutes > 0) & (np.abs(spacing_s - minutes) * 60 <= 3 * minutes)
    rounded: Seconds = np.where(near, minutes, spacing_s)
    return rounded


def _irregular(begin_s: Seconds) -> bool:
    """Tell whether times follow no grid.

    More than a quarter of the spacings must be off the grid, and more than two of them: one odd time makes two.
    """
    times_s: Seconds = np.unique(begin_s)
    spacing_s = _rounded(times_s[1:] - times_s[:-1])
    if spacing_s.size < 3:
        return False
    off_grid = _off_grid(spacing_s, _usual_s(spacing_s))
    return bool(off_grid.sum() > 2 and off_grid.mean() > _IRREGULAR_SHARE)


def _length_s(source: HomeData, begin_s: Seconds, home_id: str, of_file_s: int) -> int:
    """Return the length of a meter's intervals, s.

    Args:
        source: For its name in messages.
        begin_s: The meter's times, in order.
        home_id: Id of the home.
        of_file_s: The usual spacing in the file, s, for a meter of one or few values; 0 if there is none.

    Raises:
        DataError: It is unknown, longer than an hour, or not the same everywhere.
    """
    spacing_s = _rounded(np.diff(begin_s))
    spacing_s = spacing_s[spacing_s > 0]
    if spacing_s.size == 0:
        if not of_file_s:
            raise DataError(
                source.path, "there is only one time for each home, so the interval is unknown; give two or more"
            )
        length_s = of_file_s
    else:
        length_s = _usual_s(spacing_s)
        if length_s > MAX_INTERVAL_S and of_file_s and length_s % of_file_s == 0:
            length_s = of_file_s  # a meter of few values in a file of many rows
    if length_s > MAX_INTERVAL_S:
        raise DataError(
            source.path,
            f"home {home_id} has readings every {length_s / 60:g} min; the longest interval that can be read is {MAX_INTERVAL_S // 60} min",
        )
    if spacing_s.size == 0:
        return length_s
    off_grid = _off_grid(spacing_s, length_s)
    if off_grid.sum() > 2 and off_grid.mean() > _IRREGULAR_SHARE:  # one odd time makes two
        raise DataError(
            source.path,
            f"home {home_id} has readings at irregular times, only most often every {length_s / 60:g} min; give one regular interval, or, if they are those "
            'of a counter or power that holds, say so in homes.data, as in reading = "register" or reading = "power"',
        )
    ends = np.flatnonzero(np.diff(spacing_s) != 0)
    starts = np.concatenate(([0], ends + 1))
    lengths = np.diff(np.concatenate((starts, [spacing_s.size])))
    enough = min(max(spacing_s.size // 5, 3), _RUN_LENGTH)
    other_interval = (spacing_s[starts] != length_s) & (spacing_s[starts] <= MAX_INTERVAL_S) & (lengths >= enough)
    if other_interval.any():
        other = spacing_s[starts[np.flatnonzero(other_interval)[0]]]
        raise DataError(
            source.path,
            f"readings come mostly every {length_s / 60:g} min, but those of home {home_id} in part every {other / 60:g} min; give one interval for a home",
        )
    return length_s


def _on_grid(begin_s: Seconds, length_s: int, counts: dict[str, float]) -> Seconds:
    """Return begins on the grid where most of them lie; the others are moved to the nearest interval.

    Args:
        begin_s: Times, s.
        length_s: Length of an interval, s.
        counts: Gets "times rounded".
    """
    phases, number = np.unique(begin_s % length_s, return_counts=True)
    phase = int(phases[number.argmax()])
    placed: Seconds = (begin_s - phase + length_s // 2) // length_s * length_s + phase
    counts["times rounded"] = int((placed != begin_s).sum())
    return placed
