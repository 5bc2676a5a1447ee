"""What the street's highest import of each month costs: by hand, in plain loops, and in parts."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from jiran import JiranError, Scenario, load_scenario, simulate
from jiran.homes.profiles import Profiles
from jiran.judge.optimum import community_optimum
from peaks import months, paid_for_peaks
from valid import ordinary

ACROSS = {"start": "2026-04-28 00:00", "steps": 24 * 6, "step_minutes": 60}


def run(**changes):
    return simulate(load_scenario("kampung", {"grid.demand_charge": 30.0, **ACROSS} | changes))


def test_two_homes_share_the_charge_by_what_they_take_when_it_is_highest():
    homes = {"groups": [{"kind": "normal", "count": 2}]}
    grid = {"demand_charge": 10.0, "import_price": 0.5, "export_price": 0.2}
    scenario = Scenario.model_validate(
        {"name": "two", "homes": homes, "grid": grid, "battery": {"capacity_kwh": 0}, "steps": 3, "step_minutes": 30}
    )
    load = np.array([[1.0, 0.5], [0.5, 2.5], [1.0, 1.0]])
    result = simulate(scenario, profiles=Profiles(np.zeros((3, 2)), load, np.zeros((3, 2))))
    found = result.settlement.demand
    # 3 kWh in half an hour are 6 kW, and cost 60: a sixth of it the first home.
    assert found.steps.tolist() == [1]
    assert found.kw.tolist() == [6.0]
    assert found.payment.tolist() == [10.0, 50.0]
    assert result.settlement.cost.tolist() == pytest.approx([0.5 * 2.5 + 10.0, 0.5 * 4.0 + 50.0])
    assert result.accounts["grid"] == pytest.approx(0.5 * 6.5 + 60.0)
    assert result.kpis["demand_charges"] == pytest.approx(60.0)


def charged(seed, charge, most_home_steps):
    """Run a random street that pays so much for its peaks."""
    data = ordinary(np.random.default_rng(seed), most_home_steps).model_dump(exclude_none=True)
    data["grid"]["demand_charge"] = charge
    return simulate(Scenario.model_validate(data))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([0.5, 30.0]))
def test_it_is_paid_as_plain_loops_say_and_the_accounts_balance(seed, charge):
    try:
        result = charged(seed, charge, 2_000)
    except JiranError:
        assume(False)
    plain, found = paid_for_peaks(result), result.settlement.demand
    assert found.steps.tolist() == plain.steps
    np.testing.assert_allclose(found.payment, plain.payment, rtol=1e-9, atol=1e-9)
    assert found.by_battery == pytest.approx(plain.by_battery, rel=1e-9, abs=1e-9)
    assert found.total == pytest.approx(charge * sum(plain.kw))
    size = max(1.0, *map(abs, result.accounts.values()))
    assert abs(sum(result.accounts.values())) <= 1e-9 * size
    assert result.settlement.cost.sum() == pytest.approx(-result.accounts["homes"], rel=1e-9, abs=1e-9 * size)


@pytest.mark.parametrize("preset", ["paper", "kampung", "klang-valley-atap"])
def test_without_a_charge_nothing_is_different_and_with_one_only_money_is(preset):
    plain, charged = simulate(load_scenario(preset)), simulate(load_scenario(preset, {"grid.demand_charge": 30.0}))
    assert plain.settlement.demand is None
    assert plain.state.peak is None
    for name in plain.flows:
        assert np.array_equal(plain.flows[name], charged.flows[name], equal_nan=True)
    more = charged.settlement.cost.sum() - plain.settlement.cost.sum()
    of_battery = charged.settlement.demand.by_battery
    assert more == pytest.approx(charged.settlement.demand.total - of_battery + (of_battery or 0.0), rel=1e-9)
    assert sum(charged.accounts.values()) == pytest.approx(0.0, abs=1e-6)
    assert dataclasses.astuple(charged.balance) < (1e-9, 1e-9)


def test_each_month_pays_for_its_own_peak_and_a_run_in_two_parts_pays_it_once():
    whole = run()
    assert whole.settlement.demand.months == ("2026-04", "2026-05")
    assert len(months(whole)) == 2
    scenario, profiles = whole.scenario, whole.flows.profiles
    for cut in (20, 72, 100):

        def part(first, last, state):
            some = Profiles(**{name: array[first:last] for name, array in vars(profiles).items()})
            start = scenario.start + timedelta(hours=first)
            return simulate(
                scenario.model_copy(update={"steps": last - first, "start": start}), profiles=some, state=state
            )

        first = part(0, cut, None)
        second = part(cut, scenario.steps, first.state)
        both = first.settlement.demand.total + second.settlement.demand.total
        assert both == pytest.approx(whole.settlement.demand.total)
        assert second.state.peak.month == "2026-05"
        assert second.state.peak.kw == pytest.approx(whole.state.peak.kw)


def test_who_buys_from_the_grid_at_the_peak_pays_and_the_battery_too():
    prices = [0.1] * 3 + [0.6] * 21
    result = run(**{"battery.controller": "plan-ahead", "battery.capacity_kwh": 400, "battery.charge_kw": 200,
                    "battery.discharge_kw": 200, "grid.import_price": prices})  # fmt: skip
    found = result.settlement.demand
    assert found.by_battery > 100.0  # its own charging made the peak
    shared = float(result.settlement.fund_share.sum())
    plain = simulate(
        result.scenario.model_copy(update={"grid": result.scenario.grid.model_copy(update={"demand_charge": 0.0})})
    )
    assert float(plain.settlement.fund_share.sum()) - shared == pytest.approx(found.by_battery)


def test_peak_shaving_pays_less_than_own_use_and_than_a_plan_that_makes_peaks():
    rng = np.random.default_rng(7)
    steps = 24 * 45
    prices = rng.uniform(0.05, 0.8, steps).tolist()
    costs = {}
    for name in ("self-consumption", "plan-ahead", "peak-shaving"):
        result = run(**{"start": "2026-03-01 00:00", "steps": steps, "grid.import_price": prices, "grid.export_price": 0.05,
                        "battery.capacity_kwh": 100, "battery.charge_kw": 25, "battery.discharge_kw": 25,
                        "battery.controller": name, "market.mechanism": "mid-market-rate"})  # fmt: skip
        costs[name] = result.accounts["grid"]
        share = community_optimum(result).share_reached
        assert share <= 1.0 + 1e-9
    assert costs["peak-shaving"] < min(costs["self-consumption"], costs["plan-ahead"]) - 300.0


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([0.5, 30.0]))
def test_no_run_costs_less_than_the_optimum_that_knows_the_charge(seed, charge):
    try:
        result = charged(seed, charge, 600)
        best = community_optimum(result)
    except JiranError:
        assume(False)
    assert best.cost <= result.accounts["grid"] + 1e-6 * max(1.0, abs(best.cost))
    # Homes alone know no limit of the street, and EVs that lend charge at the optimum what they charged for neighbours.
    if not (result.scenario.grid.limited or result.scenario.ev.supply.enabled):
        assert best.cost <= best.cost_grid_only + 1e-6 * max(1.0, abs(best.cost_grid_only))
