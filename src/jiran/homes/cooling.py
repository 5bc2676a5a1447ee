"""Air conditioning of bedrooms at night: full power at first, then the cycles of a compressor."""

from __future__ import annotations

from math import sqrt
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from jiran.homes.days import BEFORE, rectangles_kw
from jiran.homes.profiles import Array, stream
from jiran.homes.street import Street

if TYPE_CHECKING:
    from jiran.scenario.load import Habits

#: How long the compressor runs at first without a pause, h.
FULL_H = 0.6
#: What decides whether a home cools in a night, beside the heat: the part of the home (the rest is chance); spread of duty.
_HOMES, _DUTY = 0.4, 0.15
#: How far from its mean a night begins at the most, h.
_MOST_H = 12.0
#: Spreads of the hour of the start, of homes and of nights, in parts of the whole: 0.8^2 + 0.6^2 = 1.
_OF_HOMES, _OF_NIGHTS = 0.8, 0.6


def cooling_kw(name: str, expected_kw: float, present: NDArray[np.bool_], street: Street) -> Array:
    """Return what a home's air conditioning takes, mean kW of each step, shape (step,).

    Args:
        name: The home's id.
        expected_kw: What it takes in expectation, kW.
        present: On which days somebody is at home, shape (day,).
        street: What homes have in common.
    """
    habits, days, heat = street.habits, street.days, street.habits.heat_spread * street.heat
    of_home, early = stream(street.seed, "household cooling", name).standard_normal(2)
    draws = stream(street.seed, "household night", name).standard_normal((days.many, 4))
    by_chance = sqrt(1.0 - _HOMES**2 - habits.heat_spread**2)
    urge = _HOMES * of_home + heat + by_chance * draws[:, 0]  # a standard normal
    cools = (urge > NormalDist().inv_cdf(1.0 - habits.ac_nights)) & present
    cools[: BEFORE - 2] = False  # earlier nights are over
    night = np.flatnonzero(cools)
    later_h = habits.ac_start_spread_h * (_OF_HOMES * early + _OF_NIGHTS * draws[night, 1])
    start_h = days.midnight_h[night] + habits.ac_start_hour + np.clip(later_h, -_MOST_H, _MOST_H)
    lasts_h = np.clip(habits.ac_hours + habits.ac_hours_spread * draws[night, 2], FULL_H, 2 * habits.ac_hours)
    duty = np.clip(habits.ac_duty * (1.0 + _DUTY * draws[night, 3] + heat[night]), 0.05, 1.0)
    begins, runs = _cycles(start_h, lasts_h, duty, habits.ac_cycle_h)
    power_kw = expected_kw * 24.0 / (_expected_h(habits) * street.present_share)
    return rectangles_kw(begins, runs, np.full(begins.size, power_kw), street.timeline)


def _expected_h(habits: Habits) -> float:
    """Return for how long the compressor runs in a night on which somebody is at home, h, but for what is cut at bounds."""
    chosen = NormalDist().pdf(NormalDist().inv_cdf(habits.ac_nights)) / habits.ac_nights
    hotter = habits.heat_spread**2 * chosen  # nights on which homes cool are hot ones
    duty = min(habits.ac_duty * (1.0 + hotter), 1.0)
    last = habits.ac_cycle_h * duty * (1.0 - duty) / 2.0  # a cycle that is cut begins with its run
    return float(habits.ac_nights * (FULL_H + (habits.ac_hours - FULL_H) * duty + last))


def _cycles(start_h: Array, lasts_h: Array, duty: Array, cycle_h: float) -> tuple[Array, Array]:
    """Return when the compressor is switched on in all nights, and for how long; night after night."""
    rest_h = lasts_h - FULL_H
    many = np.ceil(rest_h / cycle_h).astype(np.int64)
    night = np.repeat(np.arange(many.size), many)
    place = np.arange(night.size) - np.repeat(np.cumsum(many) - many, many)
    after_h = place * cycle_h
    runs = np.minimum(cycle_h * duty[night], rest_h[night] - after_h)
    begins = start_h[night] + FULL_H + after_h
    return np.concatenate([start_h, begins]), np.concatenate([np.full(start_h.size, FULL_H), runs])
