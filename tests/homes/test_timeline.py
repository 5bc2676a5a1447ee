from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from jiran.homes.timeline import timeline
from strategies import small


def clock(zone, start, steps, minutes=60):
    return timeline(small(1, steps, time_zone=zone, start=start, step_minutes=minutes))


def test_a_day_in_kuching_has_24_even_hours():
    steps = clock("Asia/Kuching", "2026-03-21T00:00:00", 24)
    assert steps.hour.tolist() == list(range(24))
    assert steps.utc_s[0] == dt.datetime(2026, 3, 20, 16, tzinfo=dt.UTC).timestamp()
    assert np.all(np.diff(steps.utc_s) == 3600)
    assert not steps.day.any()


def test_the_wall_clock_in_berlin_skips_two_to_three_in_spring():
    steps = clock("Europe/Berlin", "2026-03-29T00:00:00", 24)
    assert steps.hour.tolist() == [0, 1, *range(3, 24), 0]
    assert steps.day.tolist() == [0] * 23 + [1]


def test_the_wall_clock_in_berlin_shows_two_to_three_twice_in_autumn():
    steps = clock("Europe/Berlin", "2026-10-25T00:00:00", 26, 60)
    assert steps.hour.tolist() == [0, 1, 2, 2, *range(3, 24), 0]
    assert np.all(np.diff(steps.utc_s) == 3600)


def test_half_an_hour_of_daylight_saving_is_seen_too():
    steps = clock("Australia/Lord_Howe", "2026-04-05T00:00:00", 6, 30)
    assert steps.hour.tolist() == [0, 0.5, 1, 1.5, 1.5, 2]


@pytest.mark.parametrize(
    "zone", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Kuching"]
)
def test_a_year_on_the_wall_clock_is_what_the_standard_library_says(zone):
    steps = clock(zone, "2026-01-01T00:00:00", 365 * 24 * 2, 30)
    from zoneinfo import ZoneInfo  # noqa: PLC0415

    expected = [
        dt.datetime.fromtimestamp(int(instant), tz=ZoneInfo(zone)).replace(tzinfo=None) for instant in steps.utc_s
    ]
    assert steps.local.tolist() == expected


def test_a_step_of_a_quarter_is_a_quarter_of_an_hour():
    steps = clock("UTC", "2026-01-01T00:00:00", 5, 15)
    assert steps.step_h == 0.25
    assert steps.hour.tolist() == [0, 0.25, 0.5, 0.75, 1]
