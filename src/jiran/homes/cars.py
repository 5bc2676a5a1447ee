"""Electric vehicles with a calendar of their own: when each is away, what it drives, and when it is plugged in."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, exp, log
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from jiran.homes.days import Days, days_of, rectangles_kw
from jiran.homes.profiles import Array, by_home, stream

if TYPE_CHECKING:
    from jiran.homes.community import Community
    from jiran.homes.timeline import Timeline
    from jiran.scenario import EvCalendar

#: A trip lasts for so long at the least, h.
_SHORTEST_TRIP_H = 0.5
#: Share of a battery that a day's driving takes at the most.
_LONGEST_TRIP = 0.8
_DAY_H = 24.0


@dataclass(frozen=True)
class CarDays:
    """The days of one car, shape (day,) each.

    Attributes:
        drives: Whether it drives.
        leaves_h: When it leaves if it does, hours from the first step.
        returns_h: When it is back.
        trip_kwh: What the driving takes from its battery.
        plugged: Whether it would be plugged in at its return, however full it is.
    """

    drives: NDArray[np.bool_]
    leaves_h: Array
    returns_h: Array
    trip_kwh: Array
    plugged: NDArray[np.bool_]


@dataclass(frozen=True)
class Sessions:
    """What a car charges, one entry each time it is plugged in, before and in the run.

    Attributes:
        start_h: When it begins, hours from the first step.
        length_h: For how long it charges at full power.
        start_soc: State of charge at its beginning.
    """

    start_h: Array
    length_h: Array
    start_soc: Array


def at_once_kwh(community: Community, timeline: Timeline, calendar: EvCalendar, seed: int) -> Array:
    """Return the charging of each home's EV, which begins when it is plugged in, kWh, shape (step, home).

    Args:
        community: The homes, with the charging power of their EVs.
        timeline: The steps.
        calendar: How cars are used.
        seed: Of each car's own draws.
    """

    def fill(home: int, energy: Array) -> None:
        power_kw = float(community.ev_kw[home])
        if power_kw > 0.0:
            own = sessions(community.ids[home], power_kw, timeline, calendar, seed)
            power = np.full(own.start_h.size, power_kw)
            energy += rectangles_kw(own.start_h, own.length_h, power, timeline)
            energy *= timeline.step_h
            np.maximum(energy, 0.0, out=energy)  # differences leave 1e-16

    return by_home(timeline.steps, community.size, fill)


def sessions(car: str, power_kw: float, timeline: Timeline, calendar: EvCalendar, seed: int) -> Sessions:
    """Return when a car charges: from its return until it is full or leaves again.

    It begins full, some days before the run. It is plugged in when it is back with less than `plug_soc`, and else by
    chance. Where a day's driving takes more than it holds, the rest is charged elsewhere.

    Args:
        car: Id of its home.
        power_kw: Its charging power, kW, above 0.
        timeline: The steps.
        calendar: How cars are used.
        seed: Of the car's own draws.
    """
    # So many days after the run that what comes after them ends no session of the run.
    full_h = calendar.capacity_kwh / (power_kw * calendar.efficiency)
    days = days_of(timeline, after=min(ceil(full_h / _DAY_H) + 1, 366))
    own = car_days(car, days, calendar, seed)
    driven = np.flatnonzero(own.drives)
    leaves_again_h = np.append(own.leaves_h[driven], np.inf)[1:]
    stored, found = calendar.capacity_kwh, []
    for day, until_h in zip(driven.tolist(), leaves_again_h.tolist(), strict=True):
        stored = max(stored - float(own.trip_kwh[day]), 0.0)
        if stored < calendar.plug_soc * calendar.capacity_kwh or own.plugged[day]:
            start_h = float(own.returns_h[day])
            missing_h = (calendar.capacity_kwh - stored) / (power_kw * calendar.efficiency)
            length_h = max(min(missing_h, until_h - start_h), 0.0)  # a day of 23 hours may end before a late return
            found.append((start_h, length_h, stored / calendar.capacity_kwh))
            stored = min(stored + length_h * power_kw * calendar.efficiency, calendar.capacity_kwh)
    return Sessions(*np.array(found, dtype=np.float64).reshape(-1, 3).T)


def car_days(car: str, days: Days, calendar: EvCalendar, seed: int) -> CarDays:
    """Return when a car drives, and what; a longer run begins with the days of a shorter one.

    Args:
        car: Id of its home.
        days: The days.
        calendar: How cars are used.
        seed: Of the car's own draws.
    """
    late, early, far, careful = stream(seed, "ev car", car).standard_normal(4)
    normal = stream(seed, "ev day", car).standard_normal((days.many, 3))
    chance = stream(seed, "ev choice", car).random((days.many, 2))
    weekend = days.weekend
    leaves = np.where(
        weekend,
        calendar.weekend_departure_hour + calendar.weekend_departure_days_h * normal[:, 0],
        calendar.departure_hour + calendar.departure_homes_h * early + calendar.departure_days_h * normal[:, 0],
    )
    returns = np.where(
        weekend,
        calendar.weekend_arrival_hour + calendar.weekend_arrival_days_h * normal[:, 1],
        calendar.arrival_hour + calendar.arrival_homes_h * late + calendar.arrival_days_h * normal[:, 1],
    )
    leaves = np.clip(leaves, 0.0, _DAY_H - 2 * _SHORTEST_TRIP_H)
    returns = np.clip(returns, leaves + _SHORTEST_TRIP_H, _DAY_H - _SHORTEST_TRIP_H)
    median_kwh = calendar.trip_kwh * exp(calendar.trip_homes * far)
    trip_kwh = median_kwh * np.exp(calendar.trip_spread * normal[:, 2])
    odds = log(calendar.plug_share / (1.0 - calendar.plug_share)) + calendar.plug_homes * careful
    return CarDays(
        drives=chance[:, 0] < np.where(weekend, calendar.weekend_trips, calendar.trips),
        leaves_h=days.midnight_h + leaves,
        returns_h=days.midnight_h + returns,
        trip_kwh=np.minimum(trip_kwh, _LONGEST_TRIP * calendar.capacity_kwh),
        plugged=chance[:, 1] < 1.0 / (1.0 + exp(-odds)),
    )
