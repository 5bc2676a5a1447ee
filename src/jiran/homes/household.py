"""Household load as metered homes have it: a base that never stops, habits by the hour, and uses of appliances.

A home is drawn once, then its days, then what happens in them at any moment, each from a random stream of its own: any step
from 1 to 60 minutes is the sum of shorter ones, a longer run begins with a shorter one, and a new home changes no other.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import erf, exp, log, sqrt
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from jiran.homes.cooling import cooling_kw
from jiran.homes.days import BEFORE, rectangles_kw, remembering
from jiran.homes.profiles import Array, by_home, stream
from jiran.homes.street import Street, street_of

if TYPE_CHECKING:
    from jiran.homes.community import Community
    from jiran.homes.timeline import Timeline
    from jiran.scenario.load import Habits, Load

YEAR_H = 8760.0
#: What appliances and habits still take while everybody is away.
AWAY = 0.06
#: Uses are as long as drawn up to this; hours.
LONGEST_USE_H = 8.0
#: A home has at most so many times the uses of another, or so few.
_MOST_MORE = 10.0
#: Amplitude of a season at the most.
_STRONGEST_SEASON = 0.95
#: Entries of the table by which hours of a day are drawn.
_TABLE = 1024
_HOURS = np.arange(24)


@dataclass(frozen=True)
class Home:
    """What is drawn of a home once.

    Attributes:
        name: Its id.
        mean_kw: Its expected power without cooling, kW.
        cooling_kw: The expected power of its air conditioning, kW.
        more_uses: Its uses over those of a mean home.
        shape: Weight of each hour of a working day and of a weekend day, mean 1, shape (2, 24).
        level: Level of each day over the year's mean, shape (day,), expectation 1.
        present: Whether somebody is at home, shape (day,).
    """

    name: str
    mean_kw: float
    cooling_kw: float
    more_uses: float
    shape: Array
    level: Array
    present: NDArray[np.bool_]


def household_kwh(community: Community, timeline: Timeline, load: Load, seed: int) -> Array:
    """Return the household load of each home in each step, kWh, shape (step, home).

    Args:
        community: The homes.
        timeline: The steps.
        load: The model's numbers.
        seed: Of each home's own draws.
    """
    street = street_of(load.habits, timeline, seed)
    habits = street.habits
    use_kwh = mean_kwh_at_1_kw(habits)

    def fill(row: int, energy: Array) -> None:
        home = _home(community.ids[row], community.annual_kwh[row], community.air_conditioning[row], street)
        if home.mean_kw == 0.0:
            return
        energy += _uses_kw(home, (1.0 - habits.base - habits.plateau) * home.mean_kw / use_kwh, street)
        energy += _habits_kw(home, street)
        if home.cooling_kw > 0.0:
            energy += cooling_kw(home.name, home.cooling_kw, home.present, street)
        energy += habits.base * home.mean_kw
        energy *= timeline.step_h
        np.maximum(energy, 0.0, out=energy)  # differences of switched loads leave 1e-16

    return by_home(timeline.steps, community.size, fill)


def _home(name: str, annual_kwh: float, cools: float, street: Street) -> Home:
    """Return a home's traits and its days.

    Args:
        name: Its id.
        annual_kwh: Expected energy of a year, kWh; nan: drawn.
        cools: Whether it has air conditioning, 0 or 1; nan: drawn.
        street: What homes have in common.
    """
    habits = street.habits
    traits = stream(street.seed, "household", name)
    size, shift, *bumps, moody, season = traits.standard_normal(7)
    owner = traits.random()
    size = exp(habits.spread * size - habits.spread**2 / 2) if np.isnan(annual_kwh) else annual_kwh / habits.annual_kwh
    mean_kw = habits.annual_kwh * size / YEAR_H
    cooling = mean_kw * habits.ac_share * bool(owner < habits.ac_homes if np.isnan(cools) else cools)
    present = _present(name, street)
    level = _level(name, habits.day_spread * exp(0.25 * moody), habits.season + habits.season_spread * season, street)
    level *= np.where(present, 1.0, AWAY) / (street.present_share + AWAY * (1.0 - street.present_share))
    return Home(
        name=name,
        mean_kw=mean_kw - cooling,
        cooling_kw=cooling,
        more_uses=min(max(size**habits.size_exponent, 1.0 / _MOST_MORE), _MOST_MORE),
        shape=_shape(habits, habits.shift_h * shift, np.exp(habits.shape_spread * np.array(bumps))),
        level=level,
        present=present,
    )


def _shape(habits: Habits, shift_h: float, weights: Array) -> Array:
    """Return the weight of each hour of a working day and of a weekend day, mean 1, shape (2, 24)."""
    bumps = [
        (habits.morning_hour, habits.morning_width_h, habits.morning_weight),
        (habits.noon_hour, habits.noon_width_h, habits.noon_weight),
        (habits.evening_hour, habits.evening_width_h, habits.evening_weight),
    ]
    shapes = np.full((2, 24), habits.night_floor)
    for row, later_h in enumerate((0.0, habits.weekend_shift_h)):
        for place, (hour, width, weight) in enumerate(bumps):
            middle = hour + shift_h + (later_h if place == 0 else 0.0)
            away = (_HOURS + 0.5 - middle + 12.0) % 24.0 - 12.0
            shapes[row] += weights[place] * weight * np.exp(-0.5 * (away / width) ** 2)
    normal: Array = shapes / shapes.mean(axis=1, keepdims=True)
    return normal


def _level(name: str, spread: float, amplitude: float, street: Street) -> Array:
    """Return the level of each day, but for absence, shape (day,), expectation 1 over a year.

    Args:
        name: The home's id.
        spread: Of the logarithm of its days.
        amplitude: Of its season.
        street: What homes have in common.
    """
    habits, days = street.habits, street.days
    own = remembering(stream(street.seed, "household day", name).standard_normal(days.many), habits.day_memory)
    level = np.exp(spread * own - spread**2 / 2)
    season = np.cos(2.0 * np.pi * (days.of_year - habits.season_peak_day) / 365.25)
    level *= 1.0 + min(max(amplitude, -_STRONGEST_SEASON), _STRONGEST_SEASON) * season
    level *= np.where(days.weekend, habits.weekend, 1.0) / ((5.0 + 2.0 * habits.weekend) / 7.0)
    return level


def _present(name: str, street: Street) -> NDArray[np.bool_]:
    """Return on which days somebody is at home: an absence begins on any day, and lasts for whole days."""
    habits, days = street.habits, street.days
    draws = stream(street.seed, "household away", name).random((days.many, 2))
    begins = np.flatnonzero(draws[:, 0] < 1.0 / habits.away_every_days)
    lasts = np.ceil(-habits.away_days * np.log1p(-draws[begins, 1])).astype(np.int64)
    present = np.ones(days.many, np.bool_)
    for first, length in zip(begins, lasts, strict=True):
        present[first : first + length] = False
    return present


def _habits_kw(home: Home, street: Street) -> Array:
    """Return what follows the habits of the day, constant within each hour, mean kW of each step, shape (step,)."""
    habits, days, hours = street.habits, street.days, street.hours
    by_hour = home.shape[days.weekend[BEFORE:].astype(np.int64)] * home.level[BEFORE:, None]
    by_hour *= habits.plateau * home.mean_kw * exp(-(habits.plateau_spread**2) / 2)
    draws = stream(street.seed, "household hour", home.name).standard_normal(by_hour.size)
    power = by_hour.ravel() * np.exp(habits.plateau_spread * remembering(draws, habits.plateau_memory))
    kw: Array = power[hours.place]
    if hours.share.min() < 1.0:
        kw = hours.share * kw + (1.0 - hours.share) * power[hours.next_place]
    return kw


def _uses_kw(home: Home, uses_of_1_kw: float, street: Street) -> Array:
    """Return what uses of appliances take, mean kW of each step, shape (step,).

    Args:
        home: The home.
        uses_of_1_kw: How many uses an hour of a median power of 1 kW would take what they take in expectation.
        street: What homes have in common.
    """
    habits, days, name, seed = street.habits, street.days, home.name, street.seed
    first = BEFORE - 1  # a use of the last evening may still run
    a_day = habits.uses * home.more_uses
    many = stream(seed, "household uses", name).poisson(a_day * home.level[first:])
    day = np.repeat(np.arange(first, days.many), many)
    start_h = days.midnight_h[day] + _moments(home, days.weekend[day], stream(seed, "household start", name))
    z = stream(seed, "household length", name).standard_normal(day.size)
    length_h = np.minimum(np.exp(habits.use_minutes_spread * z + log(habits.use_minutes / 60)), LONGEST_USE_H)
    own = stream(seed, "household power", name).standard_normal(day.size)
    own *= habits.use_kw_spread * sqrt(1.0 - habits.use_correlation**2)
    power_kw = np.exp(own + (habits.use_kw_spread * habits.use_correlation) * z)
    power_kw *= uses_of_1_kw * 24.0 / a_day
    length_h *= np.maximum(power_kw / habits.max_kw, 1.0)
    np.minimum(power_kw, habits.max_kw, out=power_kw)
    return rectangles_kw(start_h, length_h, power_kw, street.timeline)


def _moments(home: Home, weekend: NDArray[np.bool_], draws: np.random.Generator) -> Array:
    """Return hours of the day at which uses start, as likely as the home's shape has it."""
    # Both shapes are one distribution, the weekend's above 1, and its inverse is a table: much quicker than a search.
    parts = np.concatenate([[0.0], np.cumsum(home.shape.ravel() / 24.0)])
    table = np.interp(np.linspace(0.0, 2.0, 2 * _TABLE + 1), parts, np.arange(49.0))
    share = (draws.random(weekend.size) + weekend) * _TABLE
    place = share.astype(np.int64)
    share -= place
    hour: Array = table[place] + share * np.diff(table)[place] - 24.0 * weekend
    return hour


def mean_kwh_at_1_kw(habits: Habits) -> float:
    """Return the expected energy of a use whose median power is 1 kW: E[length * power], lengths cut at the longest, kWh.

    With z the draw of the length, E[power | z] = exp(c z + w), c = correlation times spread of powers; both halves of
    E[min(length, longest) exp(c z + w)] are moments of the cut normal distribution.
    """
    median_h, spread = habits.use_minutes / 60.0, habits.use_minutes_spread
    common = habits.use_correlation * habits.use_kw_spread
    own = exp(habits.use_kw_spread**2 * (1.0 - habits.use_correlation**2) / 2.0)
    if spread == 0.0:
        return float(own * exp(common**2 / 2.0) * min(median_h, LONGEST_USE_H))
    cut = log(LONGEST_USE_H / median_h) / spread
    short = median_h * exp((spread + common) ** 2 / 2.0) * _normal(cut - spread - common)
    long = LONGEST_USE_H * exp(common**2 / 2.0) * (1.0 - _normal(cut - common))
    return float(own * (short + long))


def _normal(value: float) -> float:
    return 0.5 * (1.0 + erf(value / sqrt(2.0)))
