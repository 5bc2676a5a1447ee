"""The optimum of a run: nothing costs less, it can be done, and it is known by hand in small cases."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from jiran import load_scenario, simulate
from jiran.homes.profiles import Profiles
from jiran.judge.optimum import community_optimum
from jiran.judge.sessions import ev_sessions
from jiran.market import mechanisms
from strategies import changed, profiles, run, scenarios, small, tariffs

#: A battery without losses: 2 kWh, 1 kWh a step.
BATTERY = {"battery__capacity_kwh": 2.0, "battery__charge_kw": 1.0, "battery__discharge_kw": 1.0}
TOU = {"grid__import_price": [0.2, 0.6, 0.6] + [0.6] * 21, "grid__export_price": 0.1}


def replay(result, optimum):
    """Check that the course of the optimum keeps to all limits, and costs what it says; return its cost."""
    battery, step_h = result.scenario.battery, result.timeline.step_h
    flow, near = (
        result.settlement.step_kwh,
        1e-6 * (1.0 + max(np.abs(v).max() for v in result.settlement.step_kwh.values())),
    )
    stored = result.start.stored_kwh
    for charge, discharge, soc in zip(optimum.charge_kwh, optimum.discharge_kwh, optimum.soc_kwh, strict=True):
        assert -near <= charge <= battery.charge_kw * step_h + near
        assert -near <= discharge <= battery.discharge_kw * step_h + near
        stored += charge * battery.charge_efficiency - discharge / battery.discharge_efficiency
        assert stored == pytest.approx(soc, abs=near * len(optimum.soc_kwh))
        assert battery.min_soc * battery.capacity_kwh - near <= soc <= battery.capacity_kwh + near
    assert stored >= min(result.start.stored_kwh, result.state.stored_kwh) - near * len(optimum.soc_kwh)
    sources = optimum.grid_import_kwh + flow["generation_kwh"] + flow["ev_supplied_kwh"] + optimum.discharge_kwh
    uses = optimum.grid_export_kwh + flow["load_kwh"] + optimum.ev_kwh + optimum.charge_kwh
    np.testing.assert_allclose(sources, uses, atol=near)
    assert min(optimum.grid_import_kwh.min(), optimum.grid_export_kwh.min()) >= -near
    assert optimum.ev_kwh.sum() == pytest.approx(flow["ev_kwh"].sum(), abs=near)
    return optimum.grid_import_kwh @ result.prices.grid_import - optimum.grid_export_kwh @ result.prices.grid_export


def at_most(cost, other):
    return cost <= other + 1e-6 * (1.0 + abs(other))


# --- laws ---


@given(scenarios(), st.sampled_from([0.0, 3.0]))
def test_no_run_costs_less_than_its_optimum(scenario, stays_h):
    result = simulate(scenario)
    optimum = community_optimum(result, ev_stays_h=stays_h)
    assert at_most(optimum.cost, result.accounts["grid"])
    assert optimum.run_cost == result.accounts["grid"]
    assert at_most(optimum.cost, community_optimum(result).cost)
    assert replay(result, optimum) == pytest.approx(optimum.cost)


@settings(max_examples=10)
@given(scenarios(supply=False), st.data())
def test_no_other_rule_costs_less(scenario, data):
    """A rule that empties the battery further than this run and its start may pay less."""
    rules = [
        name for name in mechanisms() if name in {"grid-only", "grid-fraction", "mid-market-rate", "uniform-price"}
    ]
    other = data.draw(st.sampled_from(rules))
    result = simulate(scenario)
    compared = simulate(changed(scenario, market={"mechanism": other}))
    if compared.state.stored_kwh >= min(result.start.stored_kwh, result.state.stored_kwh) - 1e-9:
        assert at_most(community_optimum(result).cost, compared.accounts["grid"])


@settings(max_examples=40)
@given(scenarios(supply=False, battery={"capacity_kwh": 0.0}), tariffs(24), st.floats(0.0, 1.0))
def test_with_nothing_to_move_it_is_the_net_exchange_at_the_tariff(scenario, import_price, share):
    imports = np.abs(import_price)
    exports = share * imports
    result = simulate(changed(scenario, grid__import_price=imports.tolist(), grid__export_price=exports.tolist()))
    flow = result.settlement.step_kwh
    net = flow["load_kwh"] + flow["ev_kwh"] - flow["generation_kwh"]
    net = net + flow["home_battery_charged_kwh"] - flow["home_battery_given_kwh"]  # they stay as they ran
    prices = result.prices
    expected = np.maximum(net, 0.0) @ prices.grid_import - np.maximum(-net, 0.0) @ prices.grid_export
    optimum = community_optimum(result)
    assume(not any("may move within" in note for note in optimum.notes))  # a block that ends within a step leaves room
    assert optimum.cost == pytest.approx(expected, abs=1e-6)
    if result.scenario.market.mechanism == "grid-fraction":  # it trades all that can be traded
        assert optimum.cost == pytest.approx(result.accounts["grid"], abs=1e-6)


@settings(max_examples=20)
@given(scenarios(supply=True))
def test_evs_that_supply_stay_as_they_ran(scenario):
    result = simulate(scenario)
    optimum = community_optimum(result, ev_stays_h=5.0)
    np.testing.assert_array_equal(optimum.ev_kwh, result.settlement.step_kwh["ev_kwh"])
    assert "as in the run" in optimum.notes[0]


# --- by hand ---


def test_surplus_is_kept_for_the_dearer_of_two_deficits():
    """Noon gives 1 kWh; the run spends it on the first deficit at 0.3, the optimum keeps it for the second at 0.9."""
    prices = [0.3, 0.3, 0.9, *[0.3] * 21]
    net = [[1.0, 0.0], [0.0, -1.0], [0.0, -1.0]] + [[0.0, 0.0]] * 21
    result = run(net, **BATTERY, grid__import_price=prices, grid__export_price=0.1)
    optimum = community_optimum(result)
    assert result.accounts["grid"] == pytest.approx(0.9)
    assert optimum.cost == pytest.approx(0.3)
    assert optimum.cost_grid_only == pytest.approx(-0.1 + 0.3 + 0.9)
    assert optimum.share_reached == pytest.approx((1.1 - 0.9) / (1.1 - 0.3))
    assert optimum.discharge_kwh[2] == pytest.approx(1.0)


def test_cheap_energy_is_bought_from_the_grid_as_far_as_power_and_losses_allow():
    """1 kWh at 0.2 gives 0.81 kWh at 0.6; and no more than 1 kWh fits through in the cheap step."""
    losses = {"battery__charge_efficiency": 0.9, "battery__discharge_efficiency": 0.9}
    result = run([[0.0, 0.0], [-1.0, -1.0]] + [[0.0, 0.0]] * 22, **BATTERY, **losses, **TOU)
    optimum = community_optimum(result)
    assert optimum.charge_kwh[0] == pytest.approx(1.0)
    assert optimum.soc_kwh[0] == pytest.approx(0.9)
    assert optimum.cost == pytest.approx(0.2 + (2.0 - 0.81) * 0.6)
    assert optimum.share_reached == pytest.approx(0.0)


def test_what_the_run_left_in_the_battery_was_of_no_use():
    result = run([[1.0, 0.0]], **BATTERY)
    assert result.state.stored_kwh == 1.0
    assert community_optimum(result).cost == pytest.approx(-result.prices.grid_export[0])
    assert community_optimum(result).soc_kwh[-1] == pytest.approx(0.0)


def test_a_battery_that_waits_for_a_price_that_never_comes_does_not_reach_the_optimum():
    result = run([[1.0, 0.0], [0.0, -1.0]], **BATTERY, battery__reserve_price=9.0)
    assert result.state.stored_kwh == 1.0
    assert community_optimum(result).share_reached < 1.0


def test_a_battery_with_a_start_may_be_emptied_as_far_as_the_run_did():
    result = run([[-1.0, -1.0]], **BATTERY, battery__start_soc=1.0)
    optimum = community_optimum(result)
    assert result.state.stored_kwh == 1.0
    assert optimum.cost == pytest.approx(0.5)
    assert optimum.share_reached == pytest.approx(1.0)


def test_export_above_import_is_used_by_each_home_alone_but_grid_energy_is_not_passed_on():
    result = run([[1.0, -3.0]], grid__import_price=0.2, grid__export_price=0.5, market={"mechanism": "grid-only"})
    optimum = community_optimum(result)
    assert optimum.cost == pytest.approx(3.0 * 0.2 - 1.0 * 0.5)
    assert optimum.share_reached is None


def test_export_above_import_sells_the_roof_and_more_only_as_a_bound_that_is_told():
    result = run([[1.0, 0.0]], **BATTERY, grid__import_price=0.2, grid__export_price=0.5)
    assert result.state.stored_kwh == 1.0
    optimum = community_optimum(result)
    assert optimum.cost < -0.5
    assert "the cost is a lower bound" in optimum.notes[-1]


def test_a_step_that_no_battery_can_do_is_told():
    prices = {"grid__import_price": 0.2, "grid__export_price": 0.5}
    result = run([[1.0, -3.0], [0.0, 0.0]], **BATTERY, **prices, market={"mechanism": "grid-only"})
    optimum = community_optimum(result)
    assert any("lower bound" in note for note in optimum.notes)
    assert at_most(optimum.cost, result.accounts["grid"])


# --- EVs ---


def with_ev(charging, stays_h, **fields):
    """Run one home with an EV of 2 kW that charges so, and one without."""
    steps = len(charging)
    scenario = small(1, steps, homes={"single": [{"id": "E", "kind": "ev", "ev_kw": 2.0}]}, **fields)
    zero = np.zeros((steps, 1))
    result = simulate(scenario, profiles=Profiles(zero, zero, np.array(charging, dtype=float)[:, None]))
    return result, community_optimum(result, ev_stays_h=stays_h)


def test_an_ev_below_full_power_moves_within_its_session_only():
    prices = [0.5, 0.5, 0.4, 0.3, 0.1] + [0.5] * 19
    charging = [0.0, 1.0, 1.0, 1.0, 0.0] + [0.0] * 19
    result, optimum = with_ev(charging, 0.0, grid__import_price=prices, grid__export_price=0.05)
    # The last step takes no more than it did, as it may have left; the rest goes into the middle.
    assert optimum.ev_kwh[:5] == pytest.approx([0.0, 0.0, 2.0, 1.0, 0.0])
    assert optimum.cost == pytest.approx(2.0 * 0.4 + 1.0 * 0.3)
    assert replay(result, optimum) == pytest.approx(optimum.cost)


def test_an_ev_at_full_power_has_nothing_to_move_unless_it_stays():
    prices = [0.5, 0.5, 0.4, 0.3, 0.1] + [0.5] * 19
    charging = [0.0, 2.0, 2.0, 0.0, 0.0] + [0.0] * 19
    result, optimum = with_ev(charging, 0.0, grid__import_price=prices)
    assert optimum.cost == pytest.approx(result.accounts["grid"])
    assert "nothing to move" in optimum.notes[0]
    _, optimum = with_ev(charging, 2.0, grid__import_price=prices)
    assert optimum.ev_kwh[:5] == pytest.approx([0.0, 0.0, 0.0, 2.0, 2.0])
    assert "4.0 of 4.0 kWh" in optimum.notes[0]


def test_an_ev_does_not_stay_into_its_next_session():
    sessions = ev_sessions(np.array([[1.0], [0.0], [1.0], [0.0]]), np.array([1.0]), stays=3)
    assert sessions.step.tolist() == [0, 1, 2, 3]
    assert sessions.session.tolist() == [0, 0, 1, 1]
    assert sessions.most_kwh.tolist() == [1.0] * 4
    assert sessions.energy_kwh.tolist() == [1.0, 1.0]
    assert sessions.charged_kwh.tolist() == [1.0, 0.0, 1.0, 0.0]


def test_alike_sessions_are_added_up_and_others_are_not():
    charging = np.array([[1.0, 2.0, 1.0], [0.0, 0.0, 1.0], [0.0, 0.0, 0.0]])
    sessions = ev_sessions(charging, np.array([1.0, 2.0, 1.0]), stays=1)
    assert sessions.energy_kwh.tolist() == [3.0, 2.0]
    assert sessions.most_kwh.tolist() == [3.0, 3.0, 1.0, 1.0, 1.0]


def test_sessions_with_more_or_less_to_charge_for_their_power_are_not_alike():
    charging = np.array([[1.0, 1.0], [1.0, 2.0], [1.0, 1.0], [0.0, 0.0]])
    assert sorted(ev_sessions(charging, np.array([2.0, 2.0]), stays=1).energy_kwh) == [3.0, 4.0]


@given(scenarios(supply=False, must=("ev", "hybrid")), st.sampled_from([0.0, 1.0, 6.0]))
def test_the_charging_of_the_run_fits_into_the_sessions(scenario, stays_h):
    result = simulate(scenario)
    step_h = result.timeline.step_h
    sessions = ev_sessions(result.flows["ev_kwh"], result.community.ev_kw * step_h, round(stays_h / step_h))
    assert sessions.energy_kwh.sum() == pytest.approx(sessions.charged_kwh.sum())
    assert (sessions.charged_kwh <= result.settlement.step_kwh["ev_kwh"] + 1e-9).all()
    room = np.bincount(sessions.session, sessions.most_kwh, minlength=sessions.energy_kwh.size)
    assert (sessions.energy_kwh <= room + 1e-9).all()


# --- the rest ---


def test_a_day_of_200_homes_is_a_small_programme():
    """Sums over homes: the size of the programme does not depend on the number of homes."""
    scenario = load_scenario("kampung", {"steps": 96, "step_minutes": 15, "homes.groups": GROUPS})
    optimum = community_optimum(simulate(scenario), ev_stays_h=4.0)
    assert 0.0 < optimum.share_reached <= 1.0 + 1e-9


GROUPS = [{"kind": kind, "count": 50} for kind in ("solar", "ev", "hybrid", "normal")]


def test_profiles_from_outside_are_taken():
    given_profiles = profiles([[1.0, -2.0]])
    optimum = community_optimum(simulate(small(2, 1), profiles=given_profiles))
    assert optimum.cost == pytest.approx(0.5)
    assert optimum.notes == ()
