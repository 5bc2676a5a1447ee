from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiran.homes.days import BEFORE, days_of, rectangles_kw, remembering
from jiran.homes.timeline import timeline
from strategies import changed, small


def steps(days=3, step_minutes=15, start="2026-03-21T00:00:00", zone="Asia/Kuching"):
    many = round(days * 24 * 60 / step_minutes)
    return timeline(changed(small(1, many), step_minutes=step_minutes, start=start, time_zone=zone))


@given(st.integers(0, 10_000), st.sampled_from([1, 15, 60]))
def test_a_switched_load_counts_for_the_share_of_each_step_in_which_it_is_on(seed, step_minutes):
    rng = np.random.default_rng(seed)
    line = steps(days=1, step_minutes=step_minutes)
    start, length, power = rng.uniform(-5, 30, 20), rng.exponential(2, 20), rng.uniform(0, 3, 20)
    begin = np.arange(line.steps) * line.step_h
    overlap = np.minimum(begin[:, None] + line.step_h, start + length) - np.maximum(begin[:, None], start)
    expected = np.clip(overlap, 0, None) @ power / line.step_h
    assert np.allclose(rectangles_kw(start, length, power, line), expected, atol=1e-12)


def test_days_know_their_midnight_their_weekend_and_their_place_in_the_year():
    days = days_of(steps(days=2.5, start="2026-03-20T18:00:00"), after=2)  # a Friday
    assert days.run == 4
    assert days.many == BEFORE + 4 + 2
    assert days.midnight_h[BEFORE - 1 : BEFORE + 2].tolist() == [-42.0, -18.0, 6.0]
    assert days.weekend[BEFORE : BEFORE + 5].tolist() == [False, True, True, False, False]
    assert days.of_year[[BEFORE, 0]].tolist() == [79, 65]
    assert days_of(steps(start="2024-12-31T00:00:00")).of_year[BEFORE - 1 :].tolist() == [365, 366, 1, 2]


def test_a_day_on_which_clocks_change_is_longer_or_shorter():
    spring = days_of(steps(days=3, start="2026-03-28T00:00:00", zone="Europe/Berlin"))
    assert np.diff(spring.midnight_h[BEFORE:]).tolist()[:2] == [24.0, 23.0]
    autumn = days_of(steps(days=3, start="2026-10-24T00:00:00", zone="Europe/Berlin"))
    assert np.diff(autumn.midnight_h[BEFORE:]).tolist()[:2] == [24.0, 25.0]


@pytest.mark.parametrize("memory", [0.0, 0.5, 0.99])
def test_a_memory_is_that_of_one_value_after_the_other(memory):
    draws = np.random.default_rng(1).standard_normal(500)
    expected = [draws[0]]
    for draw in draws[1:]:
        expected.append(memory * expected[-1] + np.sqrt(1 - memory**2) * draw)
    found = remembering(draws, memory)
    assert np.allclose(found, expected)
    assert np.array_equal(found[:77], remembering(draws[:77], memory))
