"""Values that may not be what they are taken for: counters, spikes, a wrong unit, times that mark the end."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np

from jiran.errors import DataError
from jiran.homes.meter.report import Change, counted
from jiran.homes.meter.times import DAY_S, utc_to_wall
from jiran.words import time_of_day

if TYPE_CHECKING:
    from jiran.homes.meter.grid import Counts
    from jiran.homes.profiles import Array

#: No home is taken to use, generate or charge more a day without a warning, kWh.
MOST_KWH_A_DAY = 100.0
#: A value so many times as high as those beside it, and as the typical one, is a spike.
SPIKE = 50.0
#: A spike has at least this mean power, kW: less may be a kettle in an empty house. Within minutes a shower is none.
_SPIKE_KW, _SPIKE_KW_MINUTES, _MINUTES = 2.0, 15.0, 15
#: A counter rises at least so often, and so many times as often as it falls.
_RISES, _PER_FALL = 12, 8


def suspicions(
    source: str, ids: tuple[str, ...], quantity: str, laid: Array, minutes: int, *, scaled: bool = False
) -> list[Change]:
    """Return what is suspicious about a quantity.

    Args:
        source: Name of the file.
        ids: Ids of the homes.
        quantity: load, generation or ev.
        laid: Energy in each interval, kWh, NaN in gaps, shape (interval, home).
        minutes: Length of an interval, min.
        scaled: Whether the energy is scaled to a known sum afterwards, so that its size does not matter.

    Raises:
        DataError: Values that hardly ever fall, and begin far above their rises, would be more than any home has.
    """
    daily, rises = _daily(laid, minutes), _rises_only(laid)
    counters = np.flatnonzero(rises & (daily > MOST_KWH_A_DAY) & _from_afar(laid))
    if counters.size:
        home = counters[0]
        raise DataError(
            source,
            f"the {quantity} of home {ids[home]} hardly ever falls and would be {daily[home]:,.0f} kWh a day: these are "
            "readings of a counter; give what was used or generated in each interval, the difference of two readings",
        )
    return [
        *counted(ids, quantity, "rises only", rises.astype(np.int64)),
        *counted(ids, quantity, "spikes", _spikes(laid, minutes)),
        *(Change(ids[home], quantity, "very high", 1, f"{daily[home]:,.0f} kWh")
          for home in np.flatnonzero((daily > MOST_KWH_A_DAY) & (not scaled))),
    ]  # fmt: skip


def _daily(laid: Array, minutes: int) -> Array:
    """Return the mean energy of a day by home, kWh."""
    known = np.isfinite(laid).sum(axis=0)
    daily: Array = np.nansum(laid, axis=0) / np.maximum(known, 1) * (24 * 60 / minutes)
    return daily


def _spikes(laid: Array, minutes: int) -> Counts:
    """Return how many values of each home stand far above the known ones beside them."""
    high_kwh = (_SPIKE_KW if minutes >= _MINUTES else _SPIKE_KW_MINUTES) * minutes / 60
    candidates = laid >= high_kwh
    counts = np.zeros(laid.shape[1], np.int64)
    for home in np.flatnonzero(candidates.any(axis=0)):
        values = laid[np.isfinite(laid[:, home]), home]
        larger_neighbour = np.maximum(np.append(values[1:], 0.0), np.insert(values[:-1], 0, 0.0))
        usual = np.median(values[values > 0.0])
        counts[home] = ((values >= high_kwh) & (values >= SPIKE * larger_neighbour) & (values >= SPIKE * usual)).sum()
    return counts


def _rises_only(laid: Array) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Tell of each home whether its values rise often and hardly ever fall."""
    found = np.zeros(laid.shape[1], np.bool_)
    for home in range(laid.shape[1]):
        change = np.diff(laid[np.isfinite(laid[:, home]), home])
        rises, falls = int((change > 0).sum()), int((change < 0).sum())
        found[home] = rises >= max(_RISES, _PER_FALL * falls)
    return found


def _from_afar(laid: Array) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Tell of each home whether its least value is many of its rises: a counter has run for a while."""
    found = np.zeros(laid.shape[1], np.bool_)
    for home in range(laid.shape[1]):
        values = laid[np.isfinite(laid[:, home]), home]
        rises = np.diff(values)
        found[home] = (rises > 0).any() and values.min() > _PER_FALL * np.median(rises[rises > 0])
    return found


def end_labels(first_utc_s: int, last_utc_s: int, length_s: int, zone: str) -> list[Change]:
    """Return a hint if times run from one interval after midnight to midnight, as those of intervals' ends do."""
    first, last = (utc_to_wall(instant, zone) for instant in (first_utc_s, last_utc_s))
    after_midnight_s = (first.hour * 60 + first.minute) * 60 + first.second
    if after_midnight_s != length_s % DAY_S or last.time() != dt.time() or first.date() == last.date():
        return []
    told = f'times run from {time_of_day(first)} to {time_of_day(last)}: if they mark the end of intervals, set time_label = "end"'
    return [Change("", "", "end labels", 1, told)]
