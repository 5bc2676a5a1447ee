"""Reservation prices: an EV and the community battery that wait for a better price."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from jiran import load_scenario, simulate
from jiran.engine.records import Outputs
from jiran.simulation.setting import prepare
from strategies import PRICE, changed, number, run, scenarios

EPS = 1e-12

#: Rules of each family that keep to limit prices.
HEEDING = ("uniform-price", "pay-as-bid", "random-p2p", "mid-market-rate", "supply-demand-ratio", "vcg", "mcafee")

LENDING = {"ev.supply.enabled": True, "grid.import_price": 0.6, "grid.export_price": 0.2, "steps": 48}


def evening(**more):
    return simulate(load_scenario("paper", LENDING | {"market.mechanism": "uniform-price"} | more))


def lent(result):
    return float(result.flows.outputs.ev_lent_kwh.sum())


# --- EVs ---


@settings(max_examples=40)
@given(scenarios(supply=True, must=("hybrid", "normal")), st.sampled_from(HEEDING), PRICE)
def test_no_neighbour_gets_an_evs_energy_for_less_than_its_reservation_price(scenario, rule, reserve):
    result = simulate(changed(scenario, market={"mechanism": rule}, ev__supply__reserve_price=reserve))
    out, trades = result.flows.outputs, result.flows.trades
    step = np.repeat(np.arange(scenario.steps), result.settlement.trades)
    offers = np.zeros(out.traded_kwh.shape, bool)
    offers[:, result.flows.fleet.homes] = out.ev_offered_kwh > 0.0
    of_ev = offers[step, trades["seller"]]
    assert np.all(trades["seller_price"][of_ev] >= reserve - EPS)
    assert np.all(out.limit_price[offers] >= reserve)
    assert np.all(out.value_price[offers] >= reserve)
    orders = result.flows.orders_between(0, scenario.steps)
    cap = result.prices.grid_import - scenario.grid.network_charge
    tariff = np.where(orders < 0.0, cap[:, None], result.prices.grid_export[:, None])
    others = ~offers & (np.abs(orders) > 1e-9)
    assert np.array_equal(out.limit_price[others], tariff[others])


@pytest.mark.parametrize("strategy", ["price-taker", "truthful", "zero-intelligence-plus"])
def test_an_ev_lends_to_neighbours_until_its_price_is_above_what_they_would_pay(strategy):
    bids = {"bids.strategy": strategy}
    free, low, high = (
        evening(**bids, **more) for more in ({}, {"ev.supply.reserve_price": 0.19}, {"ev.supply.reserve_price": 0.61})
    )
    assert lent(free) > 5
    assert low.flows.trades.tolist() == free.flows.trades.tolist()
    assert lent(high) == 0
    assert high.kpis["ev_supplied_kwh"] > 0  # its own home has the energy as before


def test_a_reservation_price_between_the_grids_two_is_what_a_buyer_pays_at_least():
    result = evening(**{"ev.supply.reserve_price": 0.5, "market.mechanism": "pay-as-bid"})
    night = result.trades.filter(result.trades["step"].is_in(list(range(18, 22))))
    assert lent(result) > 5
    assert night["seller_price"].min() >= 0.5


def test_the_rule_hears_of_the_reservation_price_beside_a_home_without_an_order_too():
    scenario = load_scenario("paper", LENDING | {"market.mechanism": "pay-as-bid", "ev.supply.reserve_price": 0.5})
    setting = prepare(scenario)
    given = setting.profiles
    idle = setting.community.kinds.index("normal")
    given = replace(given, load_kwh=np.where(np.arange(setting.community.size) == idle, 0.0, given.load_kwh))
    result = simulate(scenario, profiles=given)
    offered = result.flows.outputs.ev_offered_kwh.any(axis=1)
    from_evs = result.trades.filter(result.trades["step"].is_in(np.flatnonzero(offered).tolist()))
    assert lent(result) > 5
    assert from_evs["seller_price"].min() >= 0.5


def test_rules_that_do_not_heed_limit_prices_do_not_heed_the_reservation_price():
    free, high = (
        evening(**{"market.mechanism": "grid-fraction"}, **more) for more in ({}, {"ev.supply.reserve_price": 0.59})
    )
    assert high.flows.trades.tolist() == free.flows.trades.tolist()


# --- the community battery ---

#: Cheap from midnight to six and from noon to three.
TOU = [0.2] * 6 + [0.5] * 6 + [0.25] * 3 + [0.6] * 9
DAY = {"grid.import_price": TOU, "grid.export_price": 0.1, "battery.start_soc": 1.0, "steps": 72}


def day(**more):
    return simulate(load_scenario("paper", DAY | more))


def test_the_battery_waits_in_cheap_hours_and_gives_in_the_others():
    free, waits = day(), day(**{"battery.reserve_price": 0.3})
    cheap = np.tile(np.array(TOU) < 0.3, 3)
    drawn = waits.steps["battery_discharge_kwh"].to_numpy()
    assert free.steps["battery_discharge_kwh"].to_numpy()[cheap].sum() > 1
    assert drawn[cheap].sum() == 0
    assert drawn[~cheap].sum() > 10
    assert waits.without_p2p.step_kwh["battery_drawn_kwh"][cheap].sum() == 0
    assert waits.kpis["cost"] < free.kpis["cost"]


def test_the_battery_gives_at_the_very_price_and_at_none_below():
    at, above = day(**{"battery.reserve_price": 0.25}), day(**{"battery.reserve_price": 0.2501})
    noon = np.tile(np.array(TOU) == 0.25, 3)
    net = np.tile(-1.0, (72, 12))
    given_at, given_above = (
        run(net, grid={"import_price": TOU, "export_price": 0.1},
            battery={"capacity_kwh": 500, "start_soc": 1, "reserve_price": reserve})
        .steps["battery_discharge_kwh"].to_numpy()[noon].sum()
        for reserve in (0.25, 0.2501)
    )  # fmt: skip
    assert (given_at, given_above) == (45.0, 0.0)
    assert at.kpis["battery_drawn_kwh"] >= above.kpis["battery_drawn_kwh"]


def test_a_battery_with_a_price_of_its_own_is_held_to_that_price():
    shut, open_ = (day(**{"battery.sell_price": 0.4, "battery.reserve_price": price}) for price in (0.41, 0.4))
    assert shut.kpis["battery_drawn_kwh"] == 0
    assert open_.digest == day(**{"battery.sell_price": 0.4}).digest


@settings(max_examples=50)
@given(scenarios(), PRICE, number(0, 1))
def test_the_higher_the_reservation_price_the_less_is_drawn_and_the_more_is_stored_at_any_time(scenario, price, more):
    scenario = changed(scenario, market={"mechanism": "grid-only"}, ev__supply__enabled=False)
    low, high = (simulate(changed(scenario, battery__reserve_price=reserve)) for reserve in (price, price + more))
    drawn = [result.steps["battery_discharge_kwh"].to_numpy().cumsum() for result in (low, high)]
    assert np.all(drawn[1] <= drawn[0] + 1e-9)
    assert np.all(high.flows.outputs.soc_kwh >= low.flows.outputs.soc_kwh - 1e-9)
    assert np.all(high.flows.outputs.draw_share[high.prices.battery_sells < price + more] == 0)


@settings(max_examples=20)
@given(scenarios())
def test_no_reservation_price_is_one_that_is_below_all_prices(scenario):
    assume(scenario.battery.reserve_price is None)
    assert simulate(scenario).digest == simulate(changed(scenario, battery__reserve_price=-1e6)).digest


def test_bids_are_kept_only_if_they_are_not_the_tariff():
    def kept(**more):
        out: Outputs = evening(**more).flows.outputs
        return out.limit_price.shape[0], out.value_price.shape[0]

    assert kept() == (0, 0)
    assert kept(**{"ev.supply.reserve_price": 0.3}) == (48, 48)
    assert kept(**{"bids.strategy": "truthful"}) == (48, 48)
