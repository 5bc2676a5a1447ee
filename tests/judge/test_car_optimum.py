"""The optimum of a street with cars that charge by plans, held against programmes with whole numbers, in which no car gives below its reserve."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

from jiran import load_scenario, simulate
from jiran.homes.car_plan import car_plan
from jiran.judge import optimum as judged
from jiran.judge.cars import departures
from jiran.judge.optimum import RestPrices, community_optimum
from strategies import changed, with_home_batteries

PRICES = [0.3] * 7 + [0.45] * 10 + [0.6] * 5 + [0.3] * 2


def street(**fields):
    said = {
        "ev.charging": "v2g", "steps": 72, "step_minutes": 60, "start": "2026-03-02T00:00:00", "battery.capacity_kwh": 0.0,
        "grid.import_price": PRICES, "grid.export_price": 0.2,
    }  # fmt: skip
    return simulate(load_scenario("paper", said | fields))


def exactly(result, rest_price=None):
    """Return the least cost of cars that each have a store of their own, by a programme in which a car gives only above its reserve.

    A car that gives in a step has at least its reserve afterwards: this takes a number 0 or 1 for each step and car.

    Args:
        result: A run without other stores.
        rest_price: What a kWh that is left is worth; None: each ends with what it began or the run ended with, whichever is less.
    """
    said, flows, out = result.scenario, result.flows, result.flows.outputs
    calendar, plan = said.ev.calendar, car_plan(result.community, result.timeline, said.ev.calendar, said.seed)
    steps, cars = result.timeline.steps, plan.homes.size
    need = (flows["load_kwh"] - flows["generation_kwh"]).sum(axis=1)
    # Columns: import, export, and of each car charge, give, level, and whether it gives.
    size = 2 * steps + 4 * steps * cars
    cost, low, high, whole = np.zeros(size), np.zeros(size), np.full(size, np.inf), np.zeros(size)
    at, rows, least, most = np.arange(steps), [], [], []
    cost[at], cost[steps + at] = result.prices.grid_import, -result.prices.grid_export

    def add(weights, lower, upper):
        row = np.zeros(size)
        for place, weight in weights:
            row[place] += weight
        rows.append(row)
        least.append(lower)
        most.append(upper)

    def column(car, block, step):
        return 2 * steps + (4 * car + block) * steps + step

    for step in range(steps):
        exchange = [(step, 1.0), (steps + step, -1.0)]
        add(exchange + [(column(car, 0, step), -1.0) for car in range(cars)] + [(column(car, 1, step), 1.0) for car in range(cars)], need[step], need[step])  # fmt: skip
    reserve = calendar.reserve_soc * calendar.capacity_kwh
    for car in range(cars):
        held = result.start.ev_stored_kwh[car]
        for step in range(steps):
            power = plan.present[step, car] * plan.step_kwh[car]
            charge, give, level, gives = (column(car, block, step) for block in range(4))
            high[charge], high[level], high[gives], whole[gives] = power, calendar.capacity_kwh, 1.0, 1.0
            high[give] = power * (said.ev.charging == "v2g")
            before = [(column(car, 2, step - 1), -1.0)] if step else []
            start = 0.0 if step else held
            moved = start - out.ev_driven_kwh[step, car]
            add(
                [(level, 1.0), (charge, -calendar.efficiency), (give, 1.0 / calendar.discharge_efficiency), *before],
                moved,
                moved,
            )
            add([(give, 1.0), (gives, -power)], -np.inf, 0.0)
            add([(level, 1.0), (gives, -reserve)], 0.0, np.inf)
            if step and plan.leaving_kwh[step, car]:
                low[column(car, 2, step - 1)] = min(plan.leaving_kwh[step, car], out.ev_stored_kwh[step - 1, car])
        last = column(car, 2, steps - 1)
        if rest_price is None:
            low[last] = max(low[last], min(held, out.ev_stored_kwh[-1, car]))
        else:
            cost[last] = -rest_price
    found = milp(
        cost, constraints=LinearConstraint(np.array(rows), least, most), bounds=Bounds(low, np.maximum(low, high)), integrality=whole
    )  # fmt: skip
    assert found.status == 0
    return found.fun


@settings(max_examples=8, deadline=None)
@given(
    st.sampled_from(["smart", "v2g"]), st.integers(0, 500), st.sampled_from([0.0, 0.0, 0.3, 0.6]), st.floats(2.0, 11.0), st.floats(4.0, 30.0),
    st.sampled_from([None, 0.0, 0.3, 0.7]),
)  # fmt: skip
def test_it_is_the_least_cost_of_a_programme_that_knows_each_car_or_a_little_less(way, seed, reserve, kw, trip, rest):
    """A little less: a car that a trip brought below its reserve gives nothing until it is above it again; a linear programme lets it."""
    result = street(**{
        "ev.charging": way, "seed": seed, "ev.calendar.reserve_soc": reserve, "ev.kw": kw, "ev.calendar.trip_kwh": trip,
        "steps": 36,
    })  # fmt: skip
    best = community_optimum(result, rest_prices=None if rest is None else RestPrices(0.0, rest))
    found = best.cost - (0.0 if rest is None else rest * best.left_in_cars_kwh)
    own = exactly(result, rest)
    assert found <= own + 1e-6
    if way == "smart" or reserve == 0.0:
        assert found == pytest.approx(own, abs=1e-5)
    paid = result.accounts["grid"] - (0.0 if rest is None else rest * result.state.ev_stored_kwh.sum())
    assert own <= paid + 1e-6


@settings(max_examples=20, deadline=None)
@given(
    with_home_batteries(), st.sampled_from(["smart", "v2g"]), st.floats(0.0, 1.0), st.sampled_from([0.0, 0.4]),
    st.sampled_from(["perfect", "yesterday"]),
)  # fmt: skip
def test_no_way_to_run_cars_costs_less_and_the_share_is_at_most_one(scenario, way, reserve, override, forecast):
    ev = {
        "supply": {"enabled": False}, "charging": way, "override_share": override, "forecast": forecast,
        "calendar": {"reserve_soc": reserve * 0.8, "departure_soc": 0.8},
    }  # fmt: skip
    result = simulate(changed(scenario, ev=scenario.ev.model_dump() | ev))
    for rest in (None, RestPrices(0.1, 0.4)):
        best = community_optimum(result, rest_prices=rest)
        own, least = result.accounts["grid"], best.cost
        if rest is not None:
            held = result.state.all_kwh - result.state.ev_stored_kwh.sum(), result.state.ev_stored_kwh.sum()
            own, least = own - rest.worth(*held), least - rest.worth(best.left_kwh, best.left_in_cars_kwh)
        assert least <= own + 1e-6 * (1.0 + abs(own))


def test_the_course_of_cars_is_one_that_they_can_drive():
    result = street()
    best, out = community_optimum(result), result.flows.outputs
    plan = car_plan(result.community, result.timeline, result.scenario.ev.calendar, result.scenario.seed)
    most = (plan.present * plan.step_kwh).sum(axis=1)
    assert (best.ev_kwh <= most + 1e-6).all()
    assert (best.ev_given_kwh <= most + 1e-6).all()
    assert best.ev_given_kwh.sum() > 1.0
    calendar = result.scenario.ev.calendar
    change = best.ev_kwh.sum() * calendar.efficiency - best.ev_given_kwh.sum() / calendar.discharge_efficiency
    left = result.start.ev_stored_kwh.sum() + change - out.ev_driven_kwh.sum()
    assert best.left_in_cars_kwh == pytest.approx(left, abs=1e-5)
    need = (result.flows["load_kwh"] - result.flows["generation_kwh"]).sum(axis=1)
    np.testing.assert_allclose(
        best.grid_import_kwh - best.grid_export_kwh, need + best.ev_kwh - best.ev_given_kwh, atol=1e-6
    )
    assert best.cost < result.accounts["grid"] - 0.01


def test_many_cars_are_taken_for_one_and_it_says_so(monkeypatch):
    result = street()
    own = community_optimum(result)
    monkeypatch.setattr(judged, "MOST_STORE_STEPS", 72)
    one = community_optimum(result)
    assert one.cost <= own.cost + 1e-6
    assert any("cars that charge by plans are many" in note for note in one.notes)
    assert not own.notes


def test_a_departure_that_is_missed_is_counted_and_binds_the_optimum_no_more_than_the_run():
    result = street(**{"ev.kw": 1.0, "ev.calendar.trip_kwh": 20.0, "ev.charging": "smart"})
    left = departures(result)
    assert left.missed > 0
    assert left.missing_kwh == pytest.approx(result.kpis["departure_missing_kwh"])
    assert community_optimum(result).cost <= result.accounts["grid"] + 1e-6
    assert departures(street(**{"ev.charging": "blocks"})) is None
