"""Cars that charge by plans: when each is at home, what its trips take, and what its owner expects of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from jiran.homes.cars import car_days
from jiran.homes.days import days_of
from jiran.homes.profiles import Array, stream

if TYPE_CHECKING:
    from jiran.homes.community import Community
    from jiran.homes.timeline import Timeline
    from jiran.scenario import EvCalendar

#: How many standard deviations before the mean a car leaves on one of a hundred days, and after it on one of fifty.
_EARLY, _LATE = 2.33, 2.05


@dataclass(frozen=True, kw_only=True)
class CarPlan:
    """Cars that charge by plans, arrays along car, and along step and car.

    Attributes:
        homes: Index of each car's home, shape (car,).
        step_kwh: Most that a car takes or gives in a step, kWh, shape (car,).
        present: Share of the step in which a car is plugged in, 0..1, shape (step, car); 0 in the step in which it leaves.
        trip_kwh: What its trip took, in the step in which it is back, shape (step, car).
        leaving_kwh: What it shall hold, in the step in which it leaves, shape (step, car), mostly 0.
        habit_h: When its owner expects it to leave, at the earliest and at the latest, and to be back: on working days, and on a
            weekend, hours of the day, shape (car, 6).
        pressed: 1 in the steps in which its user wants it full, whatever the plan says: from its return until it leaves again, shape
            (step, car); of no steps where nobody ever does.
        overrides: How often a user said so.
    """

    homes: NDArray[np.int64]
    step_kwh: Array
    present: Array
    trip_kwh: Array
    leaving_kwh: Array
    habit_h: Array
    pressed: Array
    overrides: int = 0


_NOBODY = np.empty((0, 0))


def no_cars(timeline: Timeline) -> CarPlan:
    """Return the plan of a community whose cars do not charge by plans."""
    none = np.empty((timeline.steps, 0))
    return CarPlan(
        homes=np.empty(0, np.int64), step_kwh=np.empty(0), present=none, trip_kwh=none, leaving_kwh=none,
        habit_h=np.empty((0, 6)), pressed=_NOBODY,
    )  # fmt: skip


def car_plan(
    community: Community,
    timeline: Timeline,
    calendar: EvCalendar,
    seed: int,
    override_share: float = 0.0,
    before: int = 0,
) -> CarPlan:
    """Return when cars are at home, by the draws of `cars.car_days`, and what their owners expect.

    A car is plugged in whenever it is at home.

    Args:
        community: The homes, with the power of their cars.
        timeline: The steps.
        calendar: How cars are used.
        seed: Of each car's own draws.
        override_share: Probability that a driver who is back wants the car full now.
        before: Steps of runs before this one, from which it goes on: its cars drive as they would in one long run.
    """
    homes, timeline = np.flatnonzero(community.ev_kw), timeline.from_earlier(before)
    shape = timeline.steps, homes.size
    present, trip_kwh, leaving_kwh = np.ones(shape), np.zeros(shape), np.zeros(shape)
    habit_h, days, step_h = np.empty((homes.size, 6)), days_of(timeline), timeline.step_h
    first = np.arange(timeline.steps) * step_h
    for car, home in enumerate(homes):
        name = community.ids[home]
        own, habit_h[car] = car_days(name, days, calendar, seed), _habit(name, calendar, seed)
        for day in np.flatnonzero(own.drives):
            leaves, back = int(own.leaves_h[day] // step_h), float(own.returns_h[day])
            returns = int(back // step_h)
            if returns < 0 or leaves >= timeline.steps:
                continue
            away = slice(max(leaves, 0), min(returns, timeline.steps - 1) + 1)
            present[away, car] -= np.minimum(back - first[away], step_h) / step_h
            if leaves >= 0:
                leaving_kwh[leaves, car] = calendar.departure_soc * calendar.capacity_kwh
            if returns < timeline.steps:
                trip_kwh[returns, car] += own.trip_kwh[day]
    np.clip(present, 0.0, 1.0, out=present)
    pressed, overrides = _pressed(community, timeline, calendar, seed, override_share, before)
    return CarPlan(
        homes=homes, step_kwh=community.ev_kw[homes] * step_h, present=present[before:], trip_kwh=trip_kwh[before:],
        leaving_kwh=leaving_kwh[before:], habit_h=habit_h, pressed=pressed, overrides=overrides,
    )  # fmt: skip


def _pressed(
    community: Community, timeline: Timeline, calendar: EvCalendar, seed: int, share: float, before: int
) -> tuple[Array, int]:
    """Return in which steps users want their cars full now, as `CarPlan.pressed`, and how often in the run one says so.

    Each car has a stream of its own for this, so that nothing else is drawn otherwise. Arguments as of `car_plan`.
    """
    homes = np.flatnonzero(community.ev_kw)
    if not (share > 0.0 and homes.size):
        return _NOBODY, 0
    pressed, overrides, days, step_h = np.zeros((timeline.steps, homes.size)), 0, days_of(timeline), timeline.step_h
    for car, home in enumerate(homes):
        own = car_days(community.ids[home], days, calendar, seed)
        wants = stream(seed, "ev override", community.ids[home]).random(days.many) < share
        driven = np.flatnonzero(own.drives)
        returns = (own.returns_h[driven] // step_h).astype(np.int64)
        leaves = np.append((own.leaves_h[driven] // step_h).astype(np.int64)[1:], timeline.steps)
        for back, again in zip(returns[wants[driven]], leaves[wants[driven]], strict=True):
            pressed[max(back, 0) : max(again, 0), car] = 1.0
            overrides += before <= back < timeline.steps
    return pressed[before:], overrides


def _habit(car: str, calendar: EvCalendar, seed: int) -> list[float]:
    """Return what the owner expects of a car: its own mean hours, and how much days differ; see `CarPlan.habit_h`."""
    late, early, _, _ = stream(seed, "ev car", car).standard_normal(4)
    means = (
        (calendar.departure_hour + calendar.departure_homes_h * early, calendar.departure_days_h,
         calendar.arrival_hour + calendar.arrival_homes_h * late),
        (calendar.weekend_departure_hour, calendar.weekend_departure_days_h, calendar.weekend_arrival_hour),
    )  # fmt: skip
    found = []
    for leaves, spread, back in means:
        early_h, late_h = leaves - _EARLY * spread, leaves + _LATE * spread
        found += [
            min(max(early_h, 0.0), 23.0),
            min(max(late_h, early_h, 0.0), 24.0),
            min(max(back, early_h, 0.0), 24.0),
        ]
    return found
