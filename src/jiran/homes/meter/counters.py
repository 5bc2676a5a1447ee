"""Meters that count on: tell them from energy by the interval, and turn their readings into energy.

A counter shows all energy since it was set up, so what was used is the difference of two readings. Three things disturb
it: it runs over after its last digit, it is set back to 0, or another meter takes its place; they are told apart by how
much a home can use.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from jiran.homes.meter.readings import Channel
    from jiran.homes.meter.times import Seconds
    from jiran.homes.profiles import Array

#: A counter rises at least so often, and so many times as often as it falls.
RISES, PER_FALL = 12, 8
#: What never falls for so long is a counter, wherever it begins: no home uses more in each interval than before, h.
_HOURS = 36
#: A counter of the day begins again from at most this part of where it ended.
_FROM_ANEW = 0.05
#: No home takes more power than this for a whole interval, kW: more is another meter, or a fault.
MOST_KW = 100.0
#: A counter runs over near a power of ten: within this part of it.
_NEAR_END = 0.9
_ROUNDING_KWH = 0.0015
#: So many series of a channel are looked at to tell whether it counts on.
_SERIES_SEEN = 40
#: Of so many readings one may be a fault below its neighbours.
_PER_DIP = 10


def is_counter(instant_s: Seconds, value: Array, *, named: bool) -> bool | None:
    """Tell whether values in order of time are those of a counter; None if they never change, or are too few to tell.

    A counter rises, and hardly ever falls. If it never falls at all, it is one only if it begins far above its own
    steps, or rises for a day and a half: the energy of a sunny morning rises too.

    Args:
        instant_s: When each was read, s, shape (reading,).
        value: What it showed, kWh.
        named: Whether the file calls it a counter; then it is believed unless it falls too often.
    """
    value = _without_dips(value)
    change = np.diff(value)
    rises, falls = int((change > 0).sum()), int((change < 0).sum())
    if rises == falls == 0:
        return None
    if named:
        return falls <= 1 + rises // PER_FALL
    if rises < RISES or rises < PER_FALL * falls:
        return None if rises + falls < RISES else False
    if falls:
        ends = np.flatnonzero(change < 0)
        begins_anew = bool((value[ends + 1] <= _FROM_ANEW * value[ends]).all())
        return False if not begins_anew else True if rises >= 2 * RISES else None  # then the file's others tell
    from_afar = float(value.min()) > PER_FALL * float(np.median(change[change > 0]))
    lasts = float(instant_s[-1] - instant_s[0]) >= _HOURS * 3600
    return from_afar or lasts


def _without_dips(value: Array) -> Array:
    """Return values without single ones below both neighbours, as a meter writes when it is not reached.

    Where more than one value in ten is such, they are no faults, and all values are returned.
    """
    dips = np.zeros(value.size, bool)
    dips[1:-1] = (value[1:-1] < value[:-2]) & (value[2:] >= value[:-2])
    if dips.sum() * _PER_DIP > value.size:
        return value  # no faults: such values go up and down
    kept: Array = value[~dips]
    return kept


@dataclass(frozen=True)
class Counted:
    """Energy between readings of a counter, with what was done to it; arrays of shape (interval,).

    Attributes:
        begin_s: When the earlier reading was taken, s.
        end_s: When the later one was.
        kwh: Energy between the two, kWh, at least 0.
        dips: Single readings below both neighbours that were left out.
        resets: How often it began again from 0.
        rollovers: How often it ran over its last digit.
        exchanges: How often it jumped; such an interval is not among those returned.
    """

    begin_s: Seconds
    end_s: Seconds
    kwh: Array
    dips: int = 0
    resets: int = 0
    rollovers: int = 0
    exchanges: int = 0


def counted_energy(instant_s: Seconds, value: Array) -> Counted:
    """Return the energy between readings of a counter that are in order of time.

    A single reading below both neighbours is a fault and is left out. After a fall the counter ran over, if it was near
    a power of ten; or it began again from 0, if what it shows can have been used since; else it is another meter, and
    what was used between its readings is not known. The same holds for a rise that no home can cause.

    Args:
        instant_s: When it was read, s, each time once.
        value: What it showed, kWh.

    Returns:
        One interval less than readings, and less those that are not known. A fall by less than `_ROUNDING_KWH` is the
        rounding of the meter and counts as 0.
    """
    dips = np.zeros(value.size, bool)
    dips[1:-1] = (value[1:-1] < value[:-2] - _ROUNDING_KWH) & (value[2:] >= value[:-2])
    instant_s, value = instant_s[~dips], value[~dips]
    begin_s, end_s, kwh = instant_s[:-1], instant_s[1:], np.diff(value)
    hours = (end_s - begin_s) / 3600
    most_kwh = MOST_KW * hours
    kwh = np.where((kwh < 0) & (kwh > -_ROUNDING_KWH), 0.0, kwh)
    fell = kwh < 0
    end = 10.0 ** np.ceil(np.log10(np.maximum(value[:-1], 1e-9)))
    over = end - value[:-1] + value[1:]
    usual = float(np.median(kwh[~fell] / hours[~fell])) if (~fell).any() else MOST_KW
    highest = max(1.0, 4 * float((kwh / hours)[~fell].max(initial=0.0)))
    rollover = (
        fell
        & (value[:-1] >= _NEAR_END * end)
        & (end >= 100)
        & (over <= np.minimum(most_kwh, np.maximum(50 * usual, highest) * hours))
    )
    reset = (
        fell
        & ~rollover
        & (value[1:] <= most_kwh)
        & (value[1:] <= np.maximum(_FROM_ANEW * value[:-1], 50 * usual * hours))
    )
    kwh = np.where(rollover, over, np.where(reset, value[1:], kwh))
    unknown = (fell & ~rollover & ~reset) | ((kwh > most_kwh) & (kwh > 50 * usual * hours))
    known = ~unknown
    return Counted(
        begin_s[known],
        end_s[known],
        kwh[known],
        int(dips.sum()),
        int(reset.sum()),
        int(rollover.sum()),
        int(unknown.sum()),
    )


def holding_power(instant_s: Seconds, kw: Array, longest_s: int) -> tuple[Seconds, Seconds, Array]:
    """Return the energy of power that holds from each reading to the next, and for the usual spacing at most if that is far.

    Intervals touch where the spacing allows; behind a long silence lies a gap, to be filled like any other.

    Args:
        instant_s: When it was read, s, in order, each time once.
        kw: The power, kW.
        longest_s: The longest time for which a reading holds, s.

    Returns:
        Begin and end of each interval, s, and its energy, kWh.
    """
    spacing = np.diff(instant_s)
    usual = int(np.median(spacing)) if spacing.size else 60
    hold = np.append(np.where(spacing > max(longest_s, usual), usual, spacing), usual)
    return instant_s, instant_s + hold, kw * hold / 3600


def with_counters(
    channels: list[Channel], home: NDArray[np.uint32], channel: NDArray[np.uint16], instant_s: Seconds, value: Array
) -> list[Channel]:
    """Return the channels with what their values tell: those that count on are registers.

    Each home's values have a vote, those of at most `_SERIES_SEEN` homes. Where no home's values tell, as in a flat of
    which nobody used anything, a channel is what the others of the file are.

    Args:
        channels: What is said of them; "interval" and "power" are believed.
        home: By reading, whose it is.
        channel: By reading, where it stood.
        instant_s: By reading, when it was, s.
        value: By reading, kWh.
    """
    decided = []
    for place, found in enumerate(channels):
        if found.said.reading in ("interval", "power") or found.is_power:
            decided.append(found)
            continue
        here = np.flatnonzero(channel == place)
        order = here[np.lexsort((instant_s[here], home[here]))]
        cuts = np.flatnonzero(np.diff(home[order])) + 1
        votes = [
            is_counter(instant_s[part], value[part], named=found.is_register)
            for part in np.split(order, cuts)[:_SERIES_SEEN]
        ]
        known = [vote for vote in votes if vote is not None]
        counts = sum(known) * 2 > len(known) if known else found.is_register or None
        decided.append(
            replace(
                found, said=replace(found.said, reading="register" if counts else "interval" if counts is False else "")
            )
        )
    any_register = any(found.is_register for found in decided)
    return [
        found if found.said.reading else replace(found, said=replace(found.said, reading="register" if any_register and not found.is_power else "interval"))
        for found in decided
    ]  # fmt: skip
