"""Cars that charge by plans: their limits, their departures, what nobody may know, and what a linear programme says."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from bidding import in_parts
from jiran import JiranError, load_scenario, simulate
from jiran.homes.car_plan import car_plan
from jiran.homes.cars import car_days
from jiran.homes.days import days_of
from jiran.homes.profiles import stream
from jiran.simulation import setting as settings_of_runs

#: Cheap at night, dear in the evening.
BY_HOUR = [0.30] * 7 + [0.45] * 10 + [0.60] * 5 + [0.30] * 2
WAYS = ("smart", "v2g")


def scenario(**changes):
    asked = {
        "ev.charging": "smart", "steps": 24 * 10, "step_minutes": 60, "start": "2026-03-02T00:00:00",
        "grid.import_price": BY_HOUR, "grid.export_price": 0.2,
    }  # fmt: skip
    return load_scenario("paper", asked | changes)


def cars_of(result):
    said = result.scenario
    return car_plan(result.community, result.timeline, said.ev.calendar, said.seed, said.ev.override_share)


def hold(result):
    """Return what each car held before each step, kWh, shape (step, car)."""
    return np.concatenate([result.start.ev_stored_kwh[None], result.flows.outputs.ev_stored_kwh[:-1]])


@settings(max_examples=25, deadline=None)
@given(
    way=st.sampled_from(WAYS), minutes=st.sampled_from([15, 30, 60]), seed=st.integers(0, 1_000), kw=st.floats(0.5, 22.0),
    capacity=st.floats(2.0, 90.0), target=st.floats(0.3, 1.0), reserve=st.floats(0.0, 0.3), trip=st.floats(0.0, 40.0),
    efficiency=st.floats(0.5, 1.0), wear=st.floats(0.0, 0.3), prices=st.lists(st.floats(-0.2, 1.0), min_size=24, max_size=24),
)  # fmt: skip
def test_a_car_keeps_to_its_limits_and_nothing_is_lost(
    way, minutes, seed, kw, capacity, target, reserve, trip, efficiency, wear, prices
):
    result = simulate(
        scenario(**{
            "ev.charging": way, "step_minutes": minutes, "steps": 4 * 24 * 60 // minutes, "seed": seed, "ev.kw": kw,
            "ev.calendar.capacity_kwh": capacity, "ev.calendar.departure_soc": target, "ev.calendar.reserve_soc": reserve,
            "ev.calendar.trip_kwh": trip, "ev.calendar.efficiency": efficiency, "ev.wear_cost": wear,
            "grid.import_price": prices,
        })
    )  # fmt: skip
    out, plan, before = result.flows.outputs, cars_of(result), hold(result)
    power = plan.present * kw * minutes / 60
    assert (out.ev_charged_kwh <= power + 1e-9).all()
    assert (out.ev_supplied_kwh <= power * (way == "v2g") + 1e-9).all()
    assert (out.ev_driven_kwh <= plan.trip_kwh + 1e-12).all()
    assert ((out.ev_charged_kwh < 1e-12) | (out.ev_supplied_kwh < 1e-12)).all()
    assert (out.ev_stored_kwh <= capacity + 1e-9).all()
    gives = out.ev_supplied_kwh > 1e-9
    assert (out.ev_stored_kwh[gives] >= reserve * capacity - 1e-9).all()
    change = out.ev_charged_kwh * efficiency - out.ev_supplied_kwh / 0.95 - out.ev_driven_kwh
    np.testing.assert_allclose(out.ev_stored_kwh - before, change, atol=1e-9)
    missing = np.maximum(plan.leaving_kwh - before, 0.0).sum()
    assert result.kpis["departure_missing_kwh"] == pytest.approx(missing, abs=1e-9)


@pytest.mark.parametrize("way", WAYS)
def test_a_car_that_can_be_ready_is(way):
    result = simulate(scenario(**{"ev.charging": way, "steps": 24 * 28, "seed": 3, "ev.kw": 11.0}))
    assert (cars_of(result).leaving_kwh > 0.0).sum() > 40
    assert result.kpis["departure_missing_kwh"] == pytest.approx(0.0, abs=1e-6)


def test_one_that_charges_too_slowly_charges_all_the_time_and_what_is_missing_is_told():
    result = simulate(scenario(**{"ev.kw": 0.4, "ev.calendar.trip_kwh": 20.0, "ev.calendar.trips": 1.0}))
    assert result.kpis["departure_missing_kwh"] > 1.0
    out, plan, before = result.flows.outputs, cars_of(result), hold(result)
    full = plan.present * 0.4
    night = (result.timeline.hour < 5)[:, None] & (before < 39.0)
    np.testing.assert_allclose(out.ev_charged_kwh[night], full[night])


def test_smart_charging_takes_the_cheap_hours_and_costs_less_than_at_once():
    smart, at_once = (simulate(scenario(**{"ev.charging": way, "steps": 24 * 28})) for way in ("smart", "at-once"))
    dear = np.array([BY_HOUR[int(hour)] for hour in smart.timeline.hour]) > 0.5
    share = [run.settlement.step_kwh["ev_kwh"][dear].sum() / run.kpis["ev_kwh"] for run in (smart, at_once)]
    assert share[0] < 0.05
    assert share[1] > 0.4


@pytest.mark.parametrize("override", [0.0, 0.5])
@pytest.mark.parametrize("way", WAYS)
def test_a_run_cut_in_three_is_the_whole_run(way, override):
    whole = simulate(scenario(**{"ev.charging": way, "ev.override_share": override}))
    parts = in_parts(whole, 55, 101)
    for name in ("ev_stored_kwh", "ev_driven_kwh", "ev_charged_kwh", "ev_missing_kwh", "traded_kwh"):
        both = np.concatenate([getattr(one.flows.outputs, name) for one in parts])
        np.testing.assert_array_equal(both, getattr(whole.flows.outputs, name))
    for figure in ("departure_missing_kwh", "ev_overrides"):
        assert sum(one.kpis[figure] or 0 for one in parts) == pytest.approx(whole.kpis[figure] or 0)


@pytest.mark.parametrize("cut", [7, 19, 30])
def test_cars_that_lend_drive_in_a_later_run_as_in_one_long_run(cut):
    supply = {
        "ev.charging": "blocks",
        "ev.supply.enabled": True,
        "steps": 96,
        "time_zone": "Europe/Berlin",
        "start": "2024-03-29T00:00",
    }
    whole = simulate(load_scenario("paper", supply))
    both = np.concatenate([one.flows.outputs.ev_stored_kwh for one in in_parts(whole, cut, cut + 25)])
    np.testing.assert_array_equal(both, whole.flows.outputs.ev_stored_kwh)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("cut", [30, 55, 97, 130])
def test_no_car_knows_what_comes(way, cut, monkeypatch):
    one = simulate(scenario(**{"ev.charging": way}))
    profiles, plan = one.flows.profiles, cars_of(one)
    rng = np.random.default_rng(cut)
    other = type(profiles)(**{name: array.copy() for name, array in vars(profiles).items()})
    other.load_kwh[cut:] = rng.uniform(0, 5, other.load_kwh[cut:].shape)
    other.generation_kwh[cut:] = 0.0
    changed = replace(
        plan, present=plan.present.copy(), trip_kwh=plan.trip_kwh.copy(), leaving_kwh=plan.leaving_kwh.copy()
    )
    changed.present[cut:] = rng.integers(0, 2, changed.present[cut:].shape)
    changed.trip_kwh[cut:] = rng.uniform(0, 3, changed.trip_kwh[cut:].shape)
    monkeypatch.setattr(settings_of_runs, "car_plan", lambda *_: changed)
    then = simulate(one.scenario, profiles=other)
    np.testing.assert_array_equal(then.flows.outputs.ev_stored_kwh[:cut], one.flows.outputs.ev_stored_kwh[:cut])
    assert not np.array_equal(then.flows.outputs.ev_stored_kwh, one.flows.outputs.ev_stored_kwh)


def least_cost(result):
    """Return what one home alone would pay at the least with the same trips, departures and end, knowing all: an LP."""
    out, plan, said = result.flows.outputs, cars_of(result), result.scenario
    steps, need = said.steps, (result.flows["load_kwh"] - result.flows["generation_kwh"])[:, 0]
    calendar, power = said.ev.calendar, plan.present[:, 0] * plan.step_kwh[0]
    # Columns: import, export, charge, give; stored = start + eta charge - give / eta_d - driven.
    lower = np.tril(np.ones((steps, steps)))
    level = np.hstack(
        [np.zeros((steps, 2 * steps)), calendar.efficiency * lower, -lower / calendar.discharge_efficiency]
    )
    base = result.start.ev_stored_kwh[0] - np.cumsum(out.ev_driven_kwh[:, 0])
    wanted = np.where(
        np.append(plan.leaving_kwh[1:, 0], 0.0) > 0,
        np.minimum(out.ev_stored_kwh[:, 0], plan.leaving_kwh[0:1, 0] + calendar.departure_soc * calendar.capacity_kwh),
        0.0,
    )
    wanted[-1] = max(wanted[-1], out.ev_stored_kwh[-1, 0])
    balance = np.hstack([np.eye(steps), -np.eye(steps), -np.eye(steps), np.eye(steps)])
    found = linprog(
        np.concatenate([result.prices.grid_import, -result.prices.grid_export, np.zeros(steps), np.full(steps, said.ev.wear_cost)]),
        np.vstack([level, -level]), np.concatenate([calendar.capacity_kwh - base, base - wanted]), balance, need,
        bounds=[*[(0, None)] * (2 * steps), *[(0, kwh) for kwh in power], *[(0, kwh * (said.ev.charging == "v2g")) for kwh in power]],
    )  # fmt: skip
    assert found.status == 0
    return found.fun


@settings(max_examples=12, deadline=None)
@given(st.sampled_from(WAYS), st.integers(0, 500), st.sampled_from(["perfect", "yesterday"]))
def test_no_plan_costs_less_than_a_linear_programme_that_knows_all(way, seed, forecast):
    alone = {
        "homes.groups": [{"kind": "hybrid", "count": 1}], "battery.capacity_kwh": 0, "market.mechanism": "grid-only",
        "ev.charging": way, "seed": seed, "ev.forecast": forecast, "ev.calendar.reserve_soc": 0,
    }  # fmt: skip
    result = simulate(scenario(**alone))
    assert float(result.settlement.cost.sum()) >= least_cost(result) - 1e-6


def test_perfect_foresight_of_the_need_comes_near_the_linear_programme_where_all_days_are_alike():
    calm = {
        f"ev.calendar.{name}": 0.0
        for name in ("departure_days_h", "arrival_days_h", "departure_homes_h", "arrival_homes_h")
    }
    alike = {
        "ev.calendar.trips": 1.0,
        "ev.calendar.trip_spread": 0.0,
        "ev.calendar.departure_hour": 7.0,
        "steps": 24 * 5,
    }
    dear = {"solar.pv_kwp": 0.5, "homes.groups": [{"kind": "hybrid", "count": 1}], "battery.capacity_kwh": 0}
    for way in WAYS:
        result = simulate(
            scenario(
                **calm, **alike, **dear, **{"ev.charging": way, "ev.forecast": "perfect", "ev.calendar.reserve_soc": 0}
            )
        )
        cost, least = float(result.settlement.cost.sum()), least_cost(result)
        assert least - 1e-6 <= cost <= 1.03 * least


# --- who wants it full now -------------------------------------------------------------------------------------------------


def pressing(**changes):
    return simulate(scenario(**{"ev.override_share": 0.4, "ev.kw": 7.0, "steps": 24 * 14, "seed": 5} | changes))


@pytest.mark.parametrize("minutes", [15, 60])
@pytest.mark.parametrize("way", WAYS)
def test_a_car_that_is_wanted_charges_at_full_power_until_it_is_full_and_gives_nothing(way, minutes):
    result = pressing(**{"ev.charging": way, "step_minutes": minutes, "steps": 14 * 24 * 60 // minutes})
    out, plan, held = result.flows.outputs, cars_of(result), hold(result)
    wanted, calendar = plan.pressed > 0.0, result.scenario.ev.calendar
    held = held - out.ev_driven_kwh
    room = (calendar.capacity_kwh - held) / calendar.efficiency
    most = np.minimum(plan.present * 7.0 * minutes / 60, room)
    assert wanted.any()
    np.testing.assert_allclose(out.ev_charged_kwh[wanted], most[wanted], atol=1e-9)
    assert not out.ev_supplied_kwh[wanted].any()
    assert not np.allclose(out.ev_charged_kwh[~wanted], most[~wanted])


def plainly_pressed(result):
    """Return when users want their cars, car by car and step by step: from a return of their choice until it leaves again."""
    said, plan = result.scenario, cars_of(result)
    found, count = np.zeros(plan.present.shape), 0
    for car, home in enumerate(plan.homes):
        name, days = result.community.ids[home], days_of(result.timeline)
        own = car_days(name, days, said.ev.calendar, said.seed)
        draws = stream(said.seed, "ev override", name).random(days.many)
        wants = False
        events = [
            *((int(own.leaves_h[day] // result.timeline.step_h), 0, None) for day in np.flatnonzero(own.drives)),
            *((int(own.returns_h[day] // result.timeline.step_h), 1, draws[day]) for day in np.flatnonzero(own.drives)),
        ]
        for step in range(min(at for at, *_ in events), result.timeline.steps):
            for _, back, draw in sorted((event for event in events if event[0] == step), key=lambda event: event[1]):
                wants = bool(back) and draw < said.ev.override_share
                count += wants and step >= 0
            if step >= 0:
                found[step, car] = wants
    return found, count


@pytest.mark.parametrize("share", [0.2, 0.7, 1.0])
def test_wants_begin_at_a_return_end_at_a_departure_and_are_counted(share):
    result = pressing(**{"ev.override_share": share})
    expected, count = plainly_pressed(result)
    np.testing.assert_array_equal(cars_of(result).pressed, expected)
    assert result.kpis["ev_overrides"] == count > 0


def test_who_wants_nothing_gets_the_same_run_and_all_else_is_drawn_as_before():
    never, some, always = (pressing(**{"ev.override_share": share}) for share in (0.0, 0.4, 1.0))
    assert never.kpis["ev_overrides"] == 0
    assert never.kpis["ev_overrides"] < some.kpis["ev_overrides"] < always.kpis["ev_overrides"]
    assert cars_of(never).pressed.size == 0
    for one in (some, always):
        np.testing.assert_array_equal(cars_of(one).trip_kwh, cars_of(never).trip_kwh)
        np.testing.assert_array_equal(cars_of(one).present, cars_of(never).present)
        for name in ("load_kwh", "generation_kwh"):
            np.testing.assert_array_equal(one.flows[name], never.flows[name])
    assert pressing().digest == some.digest
    # Whoever wants a car sooner wants it more often: the same draw decides.
    assert (cars_of(some).pressed <= cars_of(always).pressed).all()
    dear = np.array([BY_HOUR[int(hour)] for hour in never.timeline.hour]) > 0.5
    in_dear = [run.settlement.step_kwh["ev_kwh"][dear].sum() for run in (never, some, always)]
    assert in_dear[0] < in_dear[1] < in_dear[2]


@pytest.mark.parametrize("share", [-0.1, 1.5])
def test_a_share_is_from_0_to_1(share):
    with pytest.raises(JiranError, match=f"ev.override_share.*{share}.*must be at"):
        load_scenario("paper", {"ev.override_share": share})
