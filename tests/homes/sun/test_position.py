from __future__ import annotations

import calendar
import datetime as dt
from math import acos, asin, cos, degrees, pi, radians, sin

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiran.homes.sun.position import sun_at


def by_hand(utc_s, latitude, longitude):
    """Return zenith and azimuth by Spencer's series (1971), good to half a degree, without refraction."""
    moment = dt.datetime.fromtimestamp(utc_s, dt.UTC)
    hour = moment.hour + moment.minute / 60 + moment.second / 3600
    days = 366 if calendar.isleap(moment.year) else 365
    a = 2 * pi * (moment.timetuple().tm_yday - 1 + hour / 24) / days
    tilt = 0.006918 - 0.399912 * cos(a) + 0.070257 * sin(a) - 0.006758 * cos(2 * a) + 0.000907 * sin(2 * a)
    minutes = 229.18 * (
        0.000075 + 0.001868 * cos(a) - 0.032077 * sin(a) - 0.014615 * cos(2 * a) - 0.040849 * sin(2 * a)
    )
    turn = radians(15 * (hour - 12) + longitude + minutes / 4)
    lat = radians(latitude)
    up = sin(lat) * sin(tilt) + cos(lat) * cos(tilt) * cos(turn)
    east = -cos(tilt) * sin(turn)
    return degrees(acos(max(-1, min(1, up)))), east, degrees(asin(up))


@given(st.integers(0, 2_300_000_000), st.floats(-66, 66), st.floats(-180, 180))
def test_the_sun_stands_where_a_plain_series_has_it(utc_s, latitude, longitude):
    sun = sun_at(np.array([utc_s]), latitude, longitude)
    zenith, east, height = by_hand(utc_s, latitude, longitude)
    refraction = 0.8 if abs(height) < 10 else 0.2
    assert sun.zenith[0] == pytest.approx(zenith, abs=0.6 + refraction)
    assert sun.east[0] == pytest.approx(east, abs=0.03)
    assert (sun.clear[0] > 0.0) <= (sun.zenith[0] < 90.0)
    assert 1320 < sun.beyond[0] < 1415
    assert 0.0 <= sun.clear[0] <= sun.level[0] * 1.2 + 60.0


def test_a_clear_year_in_kuching_has_the_sunshine_that_pvlib_s_own_location_gives():
    utc_s = 1_767_225_600 + 450 + 900 * np.arange(35_040)  # 2026
    sun = sun_at(utc_s, 1.553, 110.359)
    assert sun.clear.sum() / 4000 == pytest.approx(2463.7, rel=0.002)  # Location.get_clearsky with NREL's algorithm
    assert sun.level.sum() / 4000 == pytest.approx(3657, rel=0.002)


def test_midsummer_never_ends_in_the_north():
    utc_s = 1_781_913_600 + 900 * np.arange(96)  # 20 June 2026
    assert sun_at(utc_s, 70.0, 25.0).clear.min() > 0.0
    assert sun_at(utc_s, -70.0, 25.0).clear.max() == 0.0
