"""Weather that is drawn: what the sky lets through, from monthly clearness and statistics of days and moments."""

from __future__ import annotations

from itertools import accumulate

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv, ndtr

from jiran.homes.profiles import Array, stream
from jiran.homes.sun.light import Light, split_by_model
from jiran.homes.sun.position import Sun, sun_at
from jiran.scenario.sun import MONTHS, Site, Sky

#: The sky changes at such points of time; between them it changes evenly.
NODE_S = 900
DAY_S = 86_400
#: The sky lets through at most so much of the clear sky's sunshine: a little more than all, between bright clouds.
BRIGHTEST = 1.05
#: Means closer than this to never or always would make the shape of the distribution infinite.
_EDGE = 0.001
#: From the mean of a day to its warmest moment, and the hour of the sun's day at which that is.
WARMER_C, WARMEST_H = 4.0, 14.5


def drawn_light(utc_s: NDArray[np.int64], sun: Sun, site: Site, sky: Sky, seed: int) -> Light:
    """Return the light of drawn weather at some instants.

    Args:
        utc_s: Seconds since 1970-01-01 UTC, rising.
        sun: The sun at these instants.
        site: Where, and how clear each month is.
        sky: How days and moments differ.
        seed: Of the draws, which belong to months of the calendar: a run that begins later draws the same sky.
    """
    own_s = solar_s(utc_s, site.longitude)
    level = sun.clear * clear_share(own_s, sun.clear > 0.0, month_means(site, int(utc_s[0])), sky, seed)
    months = own_s.astype("datetime64[s]").astype("datetime64[M]").astype(np.int64) % MONTHS
    hour = own_s % DAY_S / 3600.0
    warmth = np.array(site.temperature_c)[months] + WARMER_C * np.cos(2.0 * np.pi * (hour - WARMEST_H) / 24.0)
    return split_by_model(sun, level, warmth)


def solar_s(utc_s: NDArray[np.int64], longitude: float) -> NDArray[np.int64]:
    """Return the time of the mean sun, s: the sky's day begins at its midnight, whatever clocks show."""
    return utc_s + round(240.0 * longitude)


def month_means(site: Site, utc_s: int) -> Array:
    """Return the share of the clear sky's sunshine that is let through in each month, 0..1, shape (12,).

    Clearness is of the sunshine above the air; how much of that a clear sky lets through is looked up on the 15th of each
    month. A month cannot be clearer than the clear sky.

    Args:
        site: Where, and how clear each month is.
        utc_s: An instant of the year.
    """
    year = np.datetime64(utc_s, "s").astype("datetime64[Y]")
    fifteenth = (year.astype("datetime64[M]") + np.arange(MONTHS)).astype("datetime64[D]") + 14
    starts = fifteenth.astype("datetime64[s]").astype(np.int64) - round(240.0 * site.longitude)
    instants = np.add.outer(starts, np.arange(NODE_S // 2, DAY_S, NODE_S)).ravel()
    sun = sun_at(instants, site.latitude, site.longitude)
    clear, level = (of.reshape(MONTHS, -1).sum(axis=1) for of in (sun.clear, sun.level))
    wanted = np.array(site.clearness) * level
    share: Array = np.divide(
        wanted, clear, out=np.full(MONTHS, 0.5), where=clear > 0.0
    )  # where the sun never rises: any
    return np.minimum(share, 1.0)


def clear_share(own_s: NDArray[np.int64], day_time: NDArray[np.bool_], means: Array, sky: Sky, seed: int) -> Array:
    """Return the share of the clear sky's sunshine that the sky lets through, 0..1.05, shape (instant,).

    The mean of a day is drawn around the mean of its month, and a moment around the mean of its day, both from Beta
    distributions, which have exactly that mean. Within a month the days are as unlike as their distribution says: their
    ranks are drawn, and each rank has its value. So a month has the clearness of the table to a few percent, and a year to
    about one, whatever the seed.

    Args:
        own_s: Times of the mean sun, s, rising.
        day_time: Whether the sun is up; other instants are not worked out and are 0.
        means: The share by month, 0..1, shape (12,).
        sky: How days and moments differ.
        seed: Of the draws.
    """
    share = np.zeros(own_s.size)
    months = own_s.astype("datetime64[s]").astype("datetime64[M]")
    for month in np.unique(months):
        lit = np.flatnonzero((months == month) & day_time)
        if not lit.size:  # polar night
            continue
        begin, end = (int((month + more).astype("datetime64[s]").astype(np.int64)) for more in (0, 1))
        of_days = _days(month, (end - begin) // DAY_S, means[month.astype(np.int64) % MONTHS], sky, seed)
        per_day = DAY_S // NODE_S
        memory = sky.hour_memory ** (NODE_S / 3600.0)
        normal = _remembering(stream(seed, "sky of moments", str(month)), of_days.size * per_day + 1, memory)
        place = (own_s[lit] - begin) / NODE_S
        before = place.astype(np.int64)
        nodes = np.unique((before, before + 1))
        mean = of_days[np.minimum(nodes // per_day, of_days.size - 1)]
        share[lit] = np.interp(place, nodes, BRIGHTEST * _beta(ndtr(normal[nodes]), mean, sky.hour_spread))
    return share


def _days(month: np.datetime64, days: int, mean: float, sky: Sky, seed: int) -> Array:
    """Return the mean of each day of a month as a share of the brightest, 0..1."""
    normal = _remembering(stream(seed, "sky of days", str(month)), days, sky.day_memory)
    rank = np.argsort(np.argsort(normal))
    return _beta((rank + 0.5) / days, np.full(days, mean / BRIGHTEST), sky.day_spread)


def _remembering(random: np.random.Generator, size: int, memory: float) -> Array:
    """Return standard normal numbers of which each has a correlation with the one before: an AR(1) process."""
    fresh = random.standard_normal(size)
    fresh[1:] *= np.sqrt(1.0 - memory**2)
    return np.fromiter(accumulate(fresh.tolist(), lambda last, new: memory * last + new), np.float64, size)


def _beta(probability: Array, mean: Array, spread: float) -> Array:
    """Return quantiles of Beta distributions by their mean and spread.

    The variance is spread^2 mean (1 - mean), and mean (1 - mean) is the largest that a number from 0 to 1 can have.
    """
    within = np.clip(mean, _EDGE, 1.0 - _EDGE)
    weight = 1.0 / spread**2 - 1.0
    quantiles: Array = betaincinv(within * weight, (1.0 - within) * weight, probability)
    return quantiles
