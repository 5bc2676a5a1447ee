from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jiran import load_scenario, simulate
from jiran.errors import ScenarioError
from jiran.homes.cars import at_once_kwh, car_days, sessions
from jiran.homes.community import modelled_community
from jiran.homes.days import days_of
from jiran.homes.timeline import timeline
from jiran.scenario import EvCalendar
from strategies import ZONES
from valid import leaves, value_of

DAYS = 365
WEEKDAY = np.array([(dt.date(2026, 1, 1) + dt.timedelta(day)).weekday() < 5 for day in range(DAYS)])


def scenario_of(count=100, kw=7.4, days=DAYS, step_minutes=15, **overrides):
    return load_scenario("paper", {
        "homes": {"groups": [{"kind": "ev", "count": count}, {"kind": "normal"}]}, "ev.charging": "at-once", "ev.kw": kw,
        "start": "2026-01-01", "step_minutes": step_minutes, "steps": days * 24 * 60 // step_minutes, **overrides,
    })  # fmt: skip


def charging_kw(*, seed=1, **asked):
    scenario = scenario_of(**asked)
    energy = at_once_kwh(modelled_community(scenario), timeline(scenario), scenario.ev.calendar, seed)
    return energy[:, :-1] * 60 / scenario.step_minutes


def all_sessions(seed):
    scenario = scenario_of()
    line, calendar = timeline(scenario), scenario.ev.calendar
    return [sessions(f"E{car}", 7.4, line, calendar, seed) for car in range(1, 101)]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_cars_charge_as_published(seed):
    found = all_sessions(seed)
    a_week = np.mean([((car.start_h >= 0) & (car.start_h < 24 * DAYS)).sum() for car in found]) * 7 / DAYS
    assert 2.2 <= a_week <= 3.1
    assert 0.5 <= np.concatenate([car.start_soc for car in found]).mean() <= 0.75
    assert 2.0 <= np.concatenate([car.length_h for car in found]).mean() <= 3.2
    kw = charging_kw(seed=seed)
    assert 190 <= kw.mean() * 8760 / 12 <= 250
    working = kw.reshape(DAYS, 96, 100)[WEEKDAY]
    mean_day = working.mean(axis=(0, 2))
    assert 1.0 <= mean_day.max() <= 1.4
    assert 18 <= mean_day.argmax() / 4 <= 20.5
    assert 0.13 <= (working > 0.01).mean(axis=(0, 2)).max() <= 0.20
    assert 1.7 <= kw.sum(axis=1).max() / 100 <= 2.5


def drawn_calendar(rng):
    fields = [leaf for leaf in leaves(EvCalendar) if rng.random() < 0.3]
    return {f"ev.calendar.{name}": value_of(rng, name, kind, marks) for name, kind, marks in fields}


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from(ZONES), st.sampled_from([0.5, 3.3, 22.0]))
def test_steps_add_up_longer_runs_begin_with_shorter_ones_and_new_cars_change_no_other(seed, zone, kw):
    drawn = {"kw": kw, "seed": seed, "start": "2026-03-27T10:00:00", "time_zone": zone}
    drawn |= drawn_calendar(np.random.default_rng(seed))
    hours, minutes = (charging_kw(count=2, days=4, step_minutes=step, **drawn) for step in (60, 5))
    assert np.allclose(minutes.reshape(-1, 12, 2).mean(axis=1), hours, atol=1e-9)
    assert 0.0 <= hours.min() <= hours.max() <= kw * (1 + 1e-9)
    longer = charging_kw(count=4, days=30, step_minutes=60, **drawn)
    assert np.allclose(longer[:96, :2], hours, atol=1e-9)
    assert np.array_equal(charging_kw(count=2, days=30, step_minutes=60, **drawn), longer[:, :2])


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from([0.5, 3.3, 22.0]))
def test_a_car_charges_only_while_it_is_there_and_never_more_than_its_battery_takes(seed, kw):
    calendar = scenario_of(**drawn_calendar(np.random.default_rng(seed))).ev.calendar
    line = timeline(scenario_of(days=60))
    car = sessions("E1", kw, line, calendar, seed)
    own = car_days("E1", days_of(line), calendar, seed)
    taken = car.length_h * kw * calendar.efficiency
    assert np.all(car.start_soc * calendar.capacity_kwh + taken <= calendar.capacity_kwh * (1 + 1e-9))
    for leaves_h, returns_h in zip(own.leaves_h[own.drives], own.returns_h[own.drives], strict=True):
        away = np.minimum(car.start_h + car.length_h, returns_h) - np.maximum(car.start_h, leaves_h)
        assert away.max(initial=0.0) <= 1e-9


def test_what_is_charged_is_what_was_driven_and_what_is_lost():
    scenario = scenario_of(count=1, **{"ev.calendar.plug_soc": 1.0})
    line, calendar = timeline(scenario), scenario.ev.calendar
    car = sessions("E1", 7.4, line, calendar, 1)
    own = car_days("E1", days_of(line), calendar, 1)
    driven = own.trip_kwh[own.drives]
    assert car.length_h[: driven.size] * 7.4 * calendar.efficiency == pytest.approx(driven)


def test_a_run_takes_the_calendar_that_is_asked_for_unless_cars_lend_their_battery():
    asked = scenario_of(count=3, days=7)
    expected = at_once_kwh(modelled_community(asked), timeline(asked), asked.ev.calendar, asked.seed)
    assert np.array_equal(simulate(asked).flows.profiles.ev_kwh, expected)
    lending = scenario_of(count=3, days=1, **{"ev.supply.enabled": True})
    assert simulate(lending).flows.profiles.ev_kwh.max() == 0.0


def test_a_charging_that_is_unknown_is_refused():
    with pytest.raises(ScenarioError, match=r"ev\.charging = 'never': must be"):
        scenario_of(**{"ev.charging": "never"})
