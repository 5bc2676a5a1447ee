"""One week of meter data, to look at: what people know by sight tells more than a table of sums."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from jiran.homes.meter.clock import utc_to_wall, wall_to_utc, zone_of
from jiran.homes.meter.moments import EPOCH
from jiran.homes.meter.steps import spread
from jiran.homes.meter.times import DAY_S
from jiran.homes.meter.vocabulary import QUANTITIES

if TYPE_CHECKING:
    from jiran.homes.meter.read import Meters
    from jiran.homes.profiles import Array

_HOUR_S = 3_600
_HOURS = 7 * 24


@dataclass(frozen=True)
class Week:
    """Mean power in each hour of at most seven days.

    Attributes:
        times: Local time at which each hour begins.
        ids: Ids of the homes.
        kw: By quantity, mean power, kW, shape (hour, home): NaN where nothing is known. A quantity that no home has
            is not there; a home that does not have it is NaN throughout.
        has: By quantity, how many homes have it at any time.
    """

    times: tuple[dt.datetime, ...]
    ids: tuple[str, ...]
    kw: dict[str, Array]
    has: dict[str, int]

    def of(self, home: str | None) -> dict[str, Array]:
        """Return the power of a home by quantity, or of a mean home: one that does not have it counts as 0.

        Args:
            home: Its id; None for the mean home.

        Returns:
            kW, shape (hour,), NaN where nothing is known. The mean is over homes that are known in that hour, times the
            share of homes that have the quantity.
        """
        if home is not None:
            place = self.ids.index(home)
            return {name: kw[:, place] for name, kw in self.kw.items() if np.isfinite(kw[:, place]).any()}
        means = {}
        for name, kw in self.kw.items():
            known = np.isfinite(kw)
            number = known.sum(axis=1)
            mean = np.where(known, kw, 0.0).sum(axis=1) / np.maximum(number, 1)
            means[name] = np.where(number > 0, mean, np.nan) * self.has[name] / len(self.ids)
        return means


def week_of(found: Meters, zone: str) -> Week:
    """Return the seven days in the middle of meter data, or all of a shorter time, from a midnight on.

    Args:
        found: The meters.
        zone: Whose midnights and hours they are.

    Returns:
        At most 168 hours; energy is spread evenly within its interval, and power is the mean over the time that is
        known.
    """
    begin_s = _midnight(found.begin_s, zone)
    days = -(-(found.end_s - begin_s) // DAY_S)
    if days > 7:
        begin_s = _midnight((found.begin_s + found.end_s) // 2 - 3 * DAY_S, zone)
    hours = min(24 * days, _HOURS)
    energy: dict[str, Array] = {}
    known: dict[str, Array] = {}
    homes: dict[str, set[int]] = {}
    for series in found.series:
        name = series.kind
        if name not in energy:
            energy[name], known[name] = np.zeros((hours, len(found.ids))), np.zeros((hours, len(found.ids)))
        inside = (series.end_s > begin_s) & (series.begin_s < begin_s + hours * _HOUR_S)
        kwh, known_s = spread(
            series.begin_s[inside] - begin_s, series.end_s[inside] - begin_s, series.kwh[inside], _HOUR_S, hours
        )
        energy[name][:, series.home] += kwh
        known[name][:, series.home] = np.maximum(known[name][:, series.home], known_s)
        homes.setdefault(name, set()).add(series.home)
    measured = [name for name in QUANTITIES if name in energy]
    with np.errstate(invalid="ignore", divide="ignore"):
        kw = {name: np.where(known[name] > 0, energy[name] / (known[name] / _HOUR_S), np.nan) for name in measured}
    times = tuple(utc_to_wall(begin_s + hour * _HOUR_S, zone) for hour in range(hours))
    return Week(times, found.ids, kw, {name: len(homes[name]) for name in measured})


def _midnight(instant_s: int, zone: str) -> int:
    """Return the last local midnight up to an instant, seconds since 1970-01-01 UTC."""
    day = dt.datetime.combine(utc_to_wall(instant_s, zone).date(), dt.time())
    wall_s = np.array([(day - EPOCH) // dt.timedelta(seconds=1)], np.int64)
    return int(wall_to_utc(wall_s, zone_of(zone)).first[0])
