"""A period in a resolution: how many steps it makes, and what becomes of prices by the step."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiran import load_scenario
from jiran.app import period
from jiran.homes.grid_prices import price_by_step
from jiran.homes.timeline import timeline

EQUINOX = dt.datetime(2026, 3, 21)  # noqa: DTZ001  local time
SIZES = (1, 5, 10, 15, 30, 60)
MOST = 10_000_000


@pytest.mark.parametrize(
    ("steps", "minutes", "start", "words"),
    [
        (24, 60, EQUINOX, "A day"),
        (96, 15, EQUINOX, "A day"),
        (168, 60, EQUINOX, "A week"),
        (31 * 24, 60, EQUINOX, "A month"),
        (30 * 24, 60, EQUINOX, "30 days"),
        (30 * 24, 60, dt.datetime(2026, 4, 30), "A month"),  # noqa: DTZ001
        (28 * 96, 15, dt.datetime(2026, 2, 1), "A month"),  # noqa: DTZ001
        (8760, 60, EQUINOX, "A year"),
        (8784, 60, dt.datetime(2027, 3, 1), "A year"),  # noqa: DTZ001
        (8760, 60, dt.datetime(2027, 3, 1), "365 days"),  # noqa: DTZ001
        (366 * 24, 60, dt.datetime(2028, 2, 29), "A year"),  # noqa: DTZ001
        (60, 60, EQUINOX, "60 h"),
        (1, 5, EQUINOX, "5 min"),
        (MOST, 1, EQUINOX, "166,666 h 40 min"),
    ],
)
def test_a_length_has_a_name(steps, minutes, start, words):
    assert period.name(steps, minutes, start) == words


@given(st.integers(1, 400), st.sampled_from(SIZES), st.sampled_from(SIZES))
def test_the_period_stays_in_another_resolution_or_a_sentence_says_that_it_does_not(steps, before, now):
    made = period.resized(steps, before, now, MOST)
    longer = made.steps * now - steps * before
    assert 0 <= longer < now
    assert (made.note is None) == (longer == 0)
    if made.note is None:
        assert period.resized(made.steps, now, before, MOST) == (steps, None)


def test_every_named_period_is_a_whole_number_of_steps_in_every_resolution():
    for length in period.periods(EQUINOX).values():
        assert all(period.resized(length, 1, size, MOST) == (length // size, None) for size in SIZES)


def test_more_steps_than_there_may_be_are_cut_off_with_a_sentence():
    made = period.resized(MOST, 60, 1, MOST)
    assert made.steps == MOST
    assert made.note == (
        "10,000,000 h would be 600,000,000 steps of 1 min, more than there may be: now 166,666 h 40 min."
    )


@given(
    st.integers(1, 60).filter(lambda steps: steps != 24),
    st.sampled_from(SIZES),
    st.sampled_from(SIZES),
    st.integers(0, 23),
    st.integers(0, 2**32),
)
def test_prices_by_the_step_hold_for_the_same_time_in_another_resolution(steps, before, now, hour, seed):
    start = EQUINOX.replace(hour=hour)
    prices = tuple(np.random.default_rng(seed).normal(size=steps))
    made = period.resized(steps, before, now, MOST)
    moved = period.prices(prices, before, now, start)
    if moved is None:
        assert made.steps == 24
        assert now != 60
        return

    def by_minute(values, steps, minutes):
        scenario = load_scenario("paper", {"start": start, "steps": steps, "step_minutes": minutes})
        return np.repeat(price_by_step(values, timeline(scenario)), minutes)

    was, becomes = by_minute(prices, steps, before), by_minute(moved, made.steps, now)
    if now <= before and before % now == 0:
        np.testing.assert_array_equal(becomes[: was.size], was)
        assert period.prices(moved, now, before, start) == prices or made.steps == 24
    else:  # means: each new step costs what the old ones cost in it
        ends = range(0, was.size, now)
        np.testing.assert_allclose(
            [becomes[end] for end in ends], [was[end : end + now].mean() for end in ends], atol=1e-12
        )


def test_24_values_are_by_the_hour_and_stay_so():
    assert not period.by_step([0.1] * 24, 24)
    assert not period.by_step((0.1,) * 24, 96)
    assert not period.by_step(0.1, 1)
    assert period.by_step((0.1,) * 96, 96)


def test_prices_that_would_be_read_by_the_hour_are_refused_unless_they_are_by_the_hour():
    assert period.prices((0.1,) * 6, 60, 15, EQUINOX) is None
    assert period.prices(tuple(range(48)), 30, 60, EQUINOX.replace(minute=30)) is None
    from_six = period.prices(tuple(float(step // 2) for step in range(48)), 30, 60, EQUINOX.replace(hour=6))
    assert from_six[6:8] == (0.0, 1.0)
    assert from_six[5] == 23.0
