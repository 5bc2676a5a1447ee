from __future__ import annotations

import pytest

from jiran.errors import ScenarioError
from jiran.homes.grid_prices import price_by_step
from jiran.homes.timeline import timeline
from strategies import run, small

BY_HOUR = tuple(float(hour) for hour in range(24))


def prices(price, steps=24, **fields):
    return price_by_step(price, timeline(small(1, steps, **fields))).tolist()


def test_a_number_is_the_price_of_every_step():
    assert prices(0.5, 3) == [0.5, 0.5, 0.5]


def test_24_values_are_by_hour_of_the_day():
    assert prices(BY_HOUR, 26) == [*BY_HOUR, 0.0, 1.0]
    assert prices(BY_HOUR, 5, step_minutes=15) == [0.0, 0.0, 0.0, 0.0, 1.0]


def test_24_values_are_by_hour_even_when_a_run_of_24_steps_starts_later():
    assert prices(BY_HOUR, 24, start="2026-03-21T20:00:00") == [*BY_HOUR[20:], *BY_HOUR[:20]]


def test_24_values_follow_the_clock_on_the_wall_on_daylight_saving_days():
    spring = prices(BY_HOUR, 4, time_zone="Europe/Berlin", start="2026-03-29T00:00:00")
    assert spring == [0.0, 1.0, 3.0, 4.0]


def test_other_values_are_by_step():
    assert prices((0.1, 0.2, 0.3), 3, start="2026-03-21T20:00:00") == [0.1, 0.2, 0.3]


def test_another_number_of_values_is_refused():
    with pytest.raises(
        ScenarioError,
        match=r"grid\.import_price = '7 values': must be a number, 24 values by hour of the day, or 3 by step",
    ):
        small(1, 3, grid__import_price=[0.5] * 7)


def test_a_run_pays_the_price_of_its_step():
    result = run([[-1.0], [-1.0], [2.0]], grid={"import_price": [0.1, 0.7, 9.0], "export_price": [9.0, 9.0, -0.3]})
    assert result.homes["cost"].to_list() == pytest.approx([0.1 + 0.7 + 0.6])
