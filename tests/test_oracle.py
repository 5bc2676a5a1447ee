"""The kernel against the paper's own words: a plain loop over sellers and buyers, written without looking at jiran."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given

from jiran import load_scenario, simulate
from strategies import scenarios


def paper_loop(scenario, generation, load, ev, price):
    """Run section IV of the paper hour by hour; return trades, state of charge, grid energy and bills before funds."""
    battery, step_h = scenario.battery, scenario.step_minutes / 60
    stored = battery.start_soc * battery.capacity_kwh
    least = battery.min_soc * battery.capacity_kwh
    trades, soc, imports, exports = [], [], [], []
    bills = [0.0] * len(generation[0])
    fund = 0.0
    for t in range(len(generation)):
        balance = [made - used - charged for made, used, charged in zip(generation[t], load[t], ev[t], strict=True)]
        surplus = [max(b, 0.0) for b in balance]
        deficit = [max(-b, 0.0) for b in balance]
        p2p_price = scenario.market.parameters["fraction"] * price["import"][t]
        for i in range(len(balance)):
            for j in range(len(balance)):
                energy = min(surplus[i], deficit[j])
                if energy > 0.0:
                    trades.append((t, i, j, energy))
                    surplus[i] -= energy
                    deficit[j] -= energy
                    bills[j] += energy * (p2p_price + scenario.grid.network_charge)
                    bills[i] -= energy * p2p_price
        offered, wanted = sum(surplus), sum(deficit)
        charged = min(offered, battery.charge_kw * step_h, (battery.capacity_kwh - stored) / battery.charge_efficiency)
        drawn = min(wanted, battery.discharge_kw * step_h, (stored - least) * battery.discharge_efficiency)
        stored += charged * battery.charge_efficiency - drawn / battery.discharge_efficiency
        buys, sells = (price.get(p, [p] * len(generation))[t] for p in (battery.buy_price, battery.sell_price))
        for home in range(len(balance)):
            to_battery = charged * surplus[home] / offered if offered else 0.0
            from_battery = drawn * deficit[home] / wanted if wanted else 0.0
            bills[home] += from_battery * sells - to_battery * buys
            bills[home] += (deficit[home] - from_battery) * price["import"][t]
            bills[home] -= (surplus[home] - to_battery) * price["export"][t]
        fund += drawn * sells - charged * buys
        soc.append(stored)
        imports.append(wanted - drawn)
        exports.append(offered - charged)
    if scenario.battery.fund_share == "equal":
        bills = [bill - fund / len(bills) for bill in bills]
    return trades, soc, imports, exports, bills


def check(scenario):
    """Compare a run with the plain loop on the run's own generation, load and charging."""
    result = simulate(scenario)
    price = {name: result.steps[f"{name}_price"].to_list() for name in ("import", "export")}
    given = (result.flows[name].tolist() for name in ("generation_kwh", "load_kwh", "ev_kwh"))
    trades, soc, imports, exports, bills = paper_loop(scenario, *given, price)
    place = {name: home for home, name in enumerate(result.community.ids)}
    log = result.trades.select("step", "seller", "buyer", "kwh").iter_rows()
    assert [(step, place[seller], place[buyer], kwh) for step, seller, buyer, kwh in log] == trades
    np.testing.assert_allclose(result.steps["soc_kwh"], soc, rtol=1e-12, atol=1e-11)
    np.testing.assert_allclose(result.steps["grid_import_kwh"], imports, rtol=1e-12, atol=1e-11)
    np.testing.assert_allclose(result.steps["grid_export_kwh"], exports, rtol=1e-12, atol=1e-11)
    np.testing.assert_allclose(result.homes["cost"], bills, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("seed", range(20))
def test_the_preset_paper_is_the_plain_loop_of_the_paper(seed):
    check(load_scenario("paper", {"seed": seed}))


@given(scenarios(supply=False, market={"fraction": 0.8}))
def test_random_communities_are_the_plain_loop_of_the_paper(scenario):
    if scenario.battery.fund_share == "use":
        scenario = scenario.model_copy(update={"battery": scenario.battery.model_copy(update={"fund_share": "keep"})})
    check(scenario)
