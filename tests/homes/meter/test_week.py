"""A week to look at: its power is the files' energy, and a mean home is the mean of homes."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jiran.homes.meter.read import meters
from jiran.homes.meter.week import week_of
from jiran.scenario import HomeData


def week(header, rows, zone="Asia/Kuching", **keys):
    content = "\n".join([header, *rows]).encode()
    return week_of(meters(HomeData(path="x.csv", **keys), zone, content=content), zone)


def every(minutes, number, values, start="2026-03-21 00:00"):
    begin = dt.datetime.fromisoformat(start)
    return [f"{begin + dt.timedelta(minutes=minutes * row):%Y-%m-%d %H:%M},{values(row)}" for row in range(number)]


def test_a_day_of_two_homes_by_hand():
    rows = every(30, 48, lambda row: "" if row in (4, 5) else f"{1 if row % 2 else 0.5},2" if row < 47 else ",2")
    rows = [row if row.count(",") == 2 else f"{row},2" for row in rows]
    found = week("time,A load,B generation", rows)
    load = found.of("A")["load"]
    assert len(found.times) == 24
    assert found.times[0] == dt.datetime(2026, 3, 21)  # noqa: DTZ001  local times
    assert load[0] == 1.5  # 0.5 kWh and 1 kWh in one hour
    assert np.isnan(load[2])
    assert load[23] == 1.0  # half of the hour is known: 0.5 kWh in half an hour
    assert found.of("B") == {"generation": pytest.approx(np.full(24, 4.0))}
    mean = found.of(None)
    assert mean["generation"] == pytest.approx(np.full(24, 2.0))  # A has none
    assert mean["load"][0] == 0.75
    assert np.isnan(mean["load"][2])


def test_of_a_long_time_the_week_in_its_middle_begins_at_a_midnight():
    found = week("time,A load", every(60, 24 * 365, lambda row: 1 + row // 24 % 50 / 100, "2025-01-01 00:00"))
    assert len(found.times) == 168
    assert found.times[0] == dt.datetime(2025, 6, 29)  # noqa: DTZ001  local times
    assert found.of("A")["load"][0] == 1.29  # of the 179th day


def test_hours_have_the_local_time_on_a_day_of_25_hours():
    rows = every(60, 48, lambda _: 1, "2024-10-27 00:00")
    found = week("time,A load", rows, zone="UTC")
    again = week("time,A load", rows, zone="Europe/Berlin", time_zone="UTC")
    assert [time.hour for time in found.times[:4]] == [0, 1, 2, 3]
    assert [time.hour for time in again.times[:5]] == [0, 1, 2, 2, 3]


@settings(max_examples=40)
@given(
    st.sampled_from([5, 15, 30, 60]), st.integers(2, 300), st.integers(1, 4), st.integers(0, 23), st.randoms(use_true_random=False)
)  # fmt: skip
def test_no_energy_is_lost_within_seven_days(minutes, number, homes, hour, rng):
    number = min(number, 6 * 24 * 60 // minutes)
    kwh = np.array([[round(rng.random(), 3) for _ in range(homes)] for _ in range(number)])
    header = ",".join(["time", *(f"H{home} load" for home in range(homes))])
    rows = every(minutes, number, lambda row: ",".join(map(str, kwh[row])), f"2026-03-21 {hour:02}:00")
    found = week(header, rows)
    assert found.times[0].hour == 0
    shares = np.zeros(len(found.times))  # of each hour that is known
    for row in range(number):
        shares[(hour * 60 + row * minutes) // 60] += minutes / 60
    for home in range(homes):
        of_home = found.of(f"H{home}")["load"]
        assert np.nansum(of_home * shares) == pytest.approx(kwh[:, home].sum())
    mean = np.nanmean(np.array([found.of(f"H{home}")["load"][shares > 0] for home in range(homes)]), axis=0)
    assert found.of(None)["load"][shares > 0] == pytest.approx(mean)
