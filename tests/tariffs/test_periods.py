"""Time-of-use periods by the calendar."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiran.errors import TariffError
from jiran.tariffs import load_tariff, period_of
from jiran.tariffs.periods import DAYS, Period, Schedule

SPAN = (dt.datetime(2025, 7, 1), dt.datetime(2027, 12, 31))  # noqa: DTZ001  local times
PEAK = load_tariff("my-tnb-rp4-domestic-tou").schedule


@given(st.datetimes(*SPAN))
def test_the_peak_is_on_working_days_from_14_to_22(time):
    peak = time.weekday() < 5 and 14 <= time.hour < 22 and time.date() not in PEAK.holidays
    found = period_of(PEAK, np.array([time], "datetime64[s]"))
    assert PEAK.names[found[0]] == ("peak" if peak else "off-peak")


def test_a_holiday_has_no_peak_where_the_period_leaves_holidays_out():
    days = np.array(["2025-12-25T15:00", "2025-12-26T15:00"], "datetime64[m]")  # Thursday and Friday
    assert period_of(PEAK, days).tolist() == [1, 0]
    always = Schedule(periods={"peak": Period(hours=((14, 22),))}, rest="rest", holidays=(dt.date(2025, 12, 25),))
    assert period_of(always, days).tolist() == [0, 0]


def test_the_first_of_two_periods_counts_and_hours_may_be_several():
    schedule = Schedule(
        periods={"top": Period(days=("sat",), hours=((18, 20),)), "peak": Period(hours=((0, 6.5), (18, 24)))},
        rest="rest",
    )
    saturday = np.arange("2026-01-03T00:00", "2026-01-04T00:00", 30, dtype="datetime64[m]")
    found = [schedule.names[place] for place in period_of(schedule, saturday)]
    assert found == ["peak"] * 13 + ["rest"] * 23 + ["top"] * 4 + ["peak"] * 8
    assert DAYS[5] == "sat"


def test_periods_that_do_not_fit_are_refused():
    with pytest.raises(
        TariffError, match=r"^schedule\.periods\.night\.hours = \[22\.0, 6\.0\]: must end after it begins"
    ):
        Schedule(periods={"night": Period(hours=((22, 6),))}, rest="day")
    with pytest.raises(TariffError, match=r"^schedule\.rest = 'day': must not be the name of a period above"):
        Schedule(periods={"day": Period(hours=((6, 22),))}, rest="day")
