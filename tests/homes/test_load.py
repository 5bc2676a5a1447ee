from __future__ import annotations

import numpy as np
import pytest

from jiran.homes.community import modelled_community
from jiran.homes.load import load_kwh
from jiran.homes.timeline import timeline
from strategies import changed, small

FLAT = {"low_kw": 0.2, "high_kw": 1.0, "evening_factor": 1.0}


def household(days=1, step_minutes=60, seed=1, count=20, **load):
    steps = days * 24 * 60 // step_minutes
    scenario = changed(small(count, steps), load={**FLAT, **load}, step_minutes=step_minutes)
    return load_kwh(modelled_community(scenario), timeline(scenario), scenario.load, seed)


@pytest.mark.parametrize("fluctuation", [0.0, 0.5, 1.0])
def test_the_load_stays_in_its_band(fluctuation):
    load = household(days=20, fluctuation=fluctuation)
    assert 0.2 <= load.min() < 0.3
    assert 0.9 < load.max() <= 1.0


def test_the_mean_load_is_the_middle_of_the_band():
    assert household(days=60).mean() == pytest.approx(0.6, abs=0.01)


def test_energy_counts_for_the_length_of_the_step():
    quarters = household(days=20, step_minutes=15)
    assert quarters.max() <= 1.0 / 4
    assert quarters.sum() == pytest.approx(20 * 24 * 20 * 0.6, rel=0.02)


def test_the_evening_has_its_factor_and_no_other_hour():
    ratio = household(evening_factor=1.5) / household()
    evening = np.arange(24)[np.isclose(ratio[:, 0], 1.5)].tolist()
    assert evening == [18, 19, 20, 21, 22]
    assert np.allclose(ratio[:18], 1.0)


def test_an_evening_may_last_beyond_midnight():
    ratio = household(evening_factor=2.0, evening_start_hour=22, evening_end_hour=2) / household()
    assert np.flatnonzero(np.isclose(ratio[:, 0], 2.0)).tolist() == [0, 1, 22, 23]


def test_without_fluctuation_a_home_keeps_its_load_for_three_hours():
    load = household(fluctuation=0.0)
    assert all(np.ptp(load[first : first + 3], axis=0).max() == 0.0 for first in range(0, 24, 3))
    assert np.all(load[2] != load[3])


def test_with_fluctuation_the_load_changes_at_every_step():
    assert np.all(np.diff(household(fluctuation=0.1), axis=0) != 0.0)


def test_homes_differ_and_follow_the_seed():
    load = household()
    assert len(np.unique(load[0])) == load.shape[1]
    assert np.array_equal(load, household())
    assert not np.array_equal(load, household(seed=2))


def test_a_home_s_load_does_not_depend_on_who_else_is_there():
    assert np.array_equal(household(count=100)[:, :7], household(count=7))


def test_a_band_without_width_is_a_constant_load():
    assert household(low_kw=0.7, high_kw=0.7) == pytest.approx(0.7)
