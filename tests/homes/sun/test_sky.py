from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homes.sun.skies import ALIKE, generation
from jiran.homes.sun.position import sun_at
from jiran.homes.sun.sky import BRIGHTEST, clear_share, drawn_light, month_means
from jiran.scenario.places import places
from jiran.scenario.sun import Site, Sky, Solar, site_of

BEGIN_2026 = 1_767_196_800  # midnight at UTC+8
YEAR = BEGIN_2026 + 450 + 900 * np.arange(35_040)


def level(place="singapore", seed=1, sky=None):
    site = site_of(Solar(model="site", place=place), "UTC")
    sun = sun_at(YEAR, site.latitude, site.longitude)
    return sun, drawn_light(YEAR, sun, site, sky or Sky(), seed), site


@pytest.mark.parametrize("place", places())
def test_months_and_years_have_the_clearness_of_the_table(place):
    month = (np.datetime64("2026-01-01") + np.arange(365)).astype("datetime64[M]").astype(int) % 12
    errors = []
    for seed in range(1, 9):
        sun, light, site = level(place, seed)
        beyond, arrived = sun.level.reshape(365, 96).sum(axis=1), light.level.reshape(365, 96).sum(axis=1)
        wanted = np.array(site.clearness)[month] * beyond
        assert arrived.sum() == pytest.approx(wanted.sum(), rel=0.025)
        errors.append([arrived[month == one].sum() / wanted[month == one].sum() - 1 for one in range(12)])
    assert np.abs(np.mean(errors, axis=0)).max() < 0.04
    assert np.std(errors) < 0.05


def test_days_and_hours_differ_as_in_two_weather_years_of_singapore():
    # Of Changi: Meteonorm 1990-2010 / IWEC, clear-sky index of days: sd .25 / .15, correlation with the next .19-.28;
    # of hours around their day: sd .18, correlation .61.
    sun, light, _ = level()
    clear, arrived = (of.reshape(365, 24, 4).mean(axis=2) for of in (sun.clear, light.level))
    days = arrived.sum(axis=1) / clear.sum(axis=1)
    assert 0.62 < days.mean() < 0.75
    assert 0.15 < days.std() < 0.25
    assert 0.05 < np.corrcoef(days[1:], days[:-1])[0, 1] < 0.4
    hours = np.where(clear > 150, arrived / np.maximum(clear, 1), np.nan)
    around = hours - np.nanmean(hours, axis=1, keepdims=True)
    assert 0.13 < np.sqrt(np.nanmean(np.nanvar(around, axis=1))) < 0.21
    both = ~np.isnan(around[:, 1:]) & ~np.isnan(around[:, :-1])
    assert 0.35 < np.corrcoef(around[:, 1:][both], around[:, :-1][both])[0, 1] < 0.65


def test_the_statistics_are_heeded():
    def index(**statistics):
        sun, light, _ = level(sky=Sky(**statistics))
        clear, arrived = (of.reshape(365, 96).sum(axis=1) for of in (sun.clear, light.level))
        lit = sun.clear > 50
        return arrived / clear, light.level[lit] / sun.clear[lit]

    calm, even = index(day_spread=0.01, hour_spread=0.01)
    assert calm.std() < 0.06  # the months differ
    assert np.abs(np.diff(even)).mean() < 0.005
    wild, broken = index(day_spread=0.9, hour_spread=0.9)
    assert wild.std() > 0.35
    assert np.abs(np.diff(broken)).mean() > 0.03
    slow, _ = index(day_memory=0.9)
    assert np.corrcoef(slow[1:], slow[:-1])[0, 1] > 0.4
    _, holding = index(hour_memory=0.95)
    _, jumping = index(hour_memory=0.0)
    assert np.abs(np.diff(holding)).mean() < 0.5 * np.abs(np.diff(jumping)).mean()


@settings(max_examples=20)
@given(st.floats(0.05, 1.0), st.floats(0.05, 0.9), st.integers(0, 2**62))
def test_the_mean_over_many_skies_is_the_one_that_was_asked_for(mean, spread, seed):
    begin = 1_767_225_600
    own_s = begin + 900 * np.arange(365 * 96)
    share = clear_share(own_s, np.ones(own_s.size, bool), np.full(12, mean), Sky(day_spread=spread, hour_spread=spread), seed)  # fmt: skip
    assert 0.0 <= share.min() <= share.max() <= BRIGHTEST
    assert share.mean() == pytest.approx(min(mean, 0.999 * BRIGHTEST), abs=0.02)


def test_a_month_is_never_clearer_than_a_clear_sky():
    bright = Site(1.5, 110.0, (0.8,) * 12, (25.0,) * 12, None)
    assert month_means(bright, BEGIN_2026).tolist() == [1.0] * 12
    arctic = Site(80.0, 20.0, (0.4,) * 12, (-5.0,) * 12, None)
    means = month_means(arctic, BEGIN_2026)
    assert means[[0, 11]].tolist() == [0.5, 0.5]  # the sun does not rise: any
    assert means[5] < 1.0


def test_a_longer_run_begins_with_the_shorter_and_a_later_start_has_the_same_sky():
    year = generation(steps=24 * 400, start="2027-12-01", **ALIKE)
    assert np.array_equal(generation(steps=24 * 3, start="2027-12-01", **ALIKE), year[: 24 * 3])
    later = generation(steps=24 * 70, start="2027-12-03", **ALIKE)
    assert later == pytest.approx(year[48 : 48 + later.size], abs=1e-12)
    assert not np.array_equal(year[:24], generation(steps=24, start="2027-12-01", seed=2, **ALIKE))


@pytest.mark.parametrize("minutes", [1, 5, 15, 30])
def test_finer_steps_add_up_to_longer_ones(minutes):
    hourly = generation(steps=72, **ALIKE)[:, 0]
    finer = generation(steps=72 * 60 // minutes, step_minutes=minutes, **ALIKE)[:, 0].reshape(72, -1).sum(axis=1)
    assert finer == pytest.approx(hourly, abs=1e-12 if minutes >= 15 else 0.01)
    assert finer.sum() == pytest.approx(hourly.sum(), rel=0.002)
