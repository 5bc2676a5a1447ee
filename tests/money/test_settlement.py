from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import net_metering
from jiran import load_scenario, simulate
from jiran.engine.flows import FLOWS, PRICED
from jiran.errors import BalanceError
from jiran.money.prices import cost, costs
from jiran.money.settlement import settle
from jiran.simulation.setting import prepare
from strategies import run

#: A home with a surplus of 3 kWh, one that needs 1 and one that needs 4; then the first needs 2.
NET = [[3.0, -1.0, -4.0], [-2.0, 0.0, 0.0]]


def test_a_trade_is_paid_by_the_buyer_and_received_by_the_seller():
    homes = run(NET).homes
    assert homes["p2p_paid"].to_list() == pytest.approx([0, 0.4, 0.8])
    assert homes["p2p_received"].to_list() == pytest.approx([1.2, 0, 0])


def test_the_rest_is_paid_to_the_grid():
    assert run(NET).homes["cost"].to_list() == pytest.approx([1.0 - 1.2, 0.4, 0.8 + 1.0])


def test_the_network_gets_its_charge_from_the_buyer_alone():
    plain, charged = run(NET), run(NET, grid__network_charge=0.1)
    assert charged.accounts["network"] == pytest.approx(0.3)
    more = charged.homes["cost"].to_numpy() - plain.homes["cost"].to_numpy()
    assert more.tolist() == pytest.approx([0, 0.1, 0.2])


def test_what_buyers_pay_above_what_sellers_get_is_the_markets(tmp_path):
    rule = tmp_path / "fee.py"
    rule.write_text(
        "from jiran.market import mechanism\n"
        "from jiran.market.matching import match\n"
        "@mechanism('fee')\n"
        "def fee(net_kwh, limit_price, import_price, export_price, parameters, rng, trades):\n"
        "    return match(0, net_kwh, rng, 0.4, 0.3, trades)\n"
    )
    result = run(NET, market={"mechanism": str(rule)})
    assert result.accounts["market"] == pytest.approx(0.3)
    assert sum(result.accounts.values()) == pytest.approx(0.0, abs=1e-12)


BATTERY = {"capacity_kwh": 4, "charge_kw": 4, "discharge_kw": 4}
CYCLE = [[3.0, 1.0, 0.0], [0.0, -1.0, -3.0]]  # charged 3, 1, 0; drawn 0, 1, 3; the fund earns 4 * (0.5 - 0.2)


@pytest.mark.parametrize(
    ("share", "shares", "kept"),
    [("equal", [0.4, 0.4, 0.4], 0.0), ("use", [0.45, 0.3, 0.45], 0.0), ("keep", [0.0, 0.0, 0.0], 1.2)],
)
def test_the_fund_is_shared(share, shares, kept):
    result = run(CYCLE, battery={**BATTERY, "fund_share": share})
    before = np.array([-0.6, -0.2 + 0.5, 1.5])
    assert result.homes["cost"].to_list() == pytest.approx((before - shares).tolist())
    assert result.accounts["battery"] == pytest.approx(kept, abs=1e-12)


@pytest.mark.parametrize(
    ("buy", "sell", "fund"),
    [("export", "import", 1.2), ("import", "import", 0.0), (0.3, 0.35, 0.2), ("import", "export", -1.2)],
)
def test_the_battery_trades_at_its_own_prices(buy, sell, fund):
    result = run(CYCLE, battery={**BATTERY, "fund_share": "keep", "buy_price": buy, "sell_price": sell})
    assert result.accounts["battery"] == pytest.approx(fund)


def test_the_baseline_has_the_battery_but_no_trades():
    result = run(NET)
    assert result.homes["cost_without_p2p"].to_list() == pytest.approx([1.0 - 0.6, 0.5, 2.0])
    with_battery = run([[3.0, -1.0], [-2.0, -1.0]], battery=BATTERY).without_p2p
    assert with_battery.home_kwh["battery_charged_kwh"].tolist() == [3.0, 0.0]
    assert with_battery.home_kwh["battery_drawn_kwh"].tolist() == [2.0, 1.0]


def test_the_price_of_a_step_is_the_mean_that_buyers_pay_and_null_without_trades():
    assert run(NET, grid__network_charge=0.1).steps["p2p_price"].to_list() == [pytest.approx(0.5), None]


def test_a_run_in_which_energy_gets_lost_is_refused():
    result = run(NET, battery=BATTERY)
    result.flows.outputs.soc_kwh[1] += 1e-6
    with pytest.raises(BalanceError, match="energy does not balance"):
        settle(result.flows, result.prices, result.scenario, 0.0, np.empty(0))


def test_a_run_in_which_trades_and_flows_differ_is_refused():
    result = run(NET)
    result.flows.trades["kwh"][0] += 1e-6
    with pytest.raises(BalanceError, match="energy"):
        settle(result.flows, result.prices, result.scenario, 0.0, np.empty(0))


def test_a_healthy_run_shows_its_worst_imbalance():
    balance = run(NET).balance
    assert 0.0 <= balance.kwh <= 1e-12
    assert 0.0 <= balance.money <= 1e-12


def test_amounts_in_the_millions_still_balance():
    result = run(np.array(NET) * 1e9, grid={"import_price": 999_999.0, "export_price": -999_999.0})
    assert simulate(result.scenario).balance.money <= 1e-9
    assert result.balance.money <= 1e-9


#: Fields of what the kernel fills in that have the same shape, so that a swap would go unseen by types alone.
SWAPS = [
    ("charge_share", "draw_share"), ("charge_share", "soc_kwh"), ("draw_share", "soc_kwh"),
    ("ev_charged_kwh", "ev_supplied_kwh"), ("ev_charged_kwh", "ev_stored_kwh"), ("ev_supplied_kwh", "ev_stored_kwh"),
    ("home_moved_kwh", "home_stored_kwh"),
]  # fmt: skip


@pytest.fixture(scope="module")
def street():
    """A run in which battery, EVs and batteries at home charge and give."""
    return simulate(load_scenario("paper", {"ev.supply.enabled": True, "homes.groups.solar.battery_kwh": 4.0}))


def settled(result, **outputs):
    flows = replace(result.flows, outputs=result.flows.outputs._replace(**outputs))
    return settle(
        flows, result.prices, result.scenario, result.start.stored_kwh, result.start.ev_stored_kwh,
        home_start_kwh=result.start.at_home.stored_kwh,
    )  # fmt: skip


@pytest.mark.parametrize(("one", "other"), SWAPS)
def test_two_fields_that_change_places_are_caught(street, one, other):
    out = street.flows.outputs
    settled(street)
    with pytest.raises(BalanceError, match="energy"):
        settled(street, **{one: getattr(out, other), other: getattr(out, one)})


def test_a_flow_of_a_home_at_its_prices_is_its_part_of_the_bill(street):
    for home in range(street.community.size):
        flows = {flow: street.flows.of_home(flow.name, home) for flow in PRICED}
        now = street.settlement
        bill = sum(cost(flow, kwh, street.prices) for flow, kwh in flows.items())
        bill += now.paid[home] - now.received[home] + now.period_payment[home] - now.fund_share[home]
        assert bill == pytest.approx(now.cost[home], abs=1e-9)


def test_costs_by_step_add_up_to_the_cost_of_a_run(street):
    for flow in PRICED:
        kwh = street.settlement.step_kwh[flow.name]
        assert costs(flow, kwh, street.prices).sum() == pytest.approx(cost(flow, kwh, street.prices), abs=1e-9)
        assert (costs(flow, kwh, street.prices) * flow.sign).min() >= 0.0


SRC = Path(__file__).parents[2] / "src" / "jiran"


def test_no_kwh_becomes_money_anywhere_else():
    """Prices of trades are multiplied by their energy, and prices of flows looked up, in `money` alone."""
    makes = re.compile(
        r"kwh\"\](\[\w+\])? [*@] \w+\[\"(buyer|seller)_price|[*@] price\.(grid|battery)|price\.(grid|battery)_\w+(\[\w+\])? [*@]"
    )
    assert makes.search('paid = trades["kwh"] * trades["buyer_price"]')
    assert makes.search("drawn @ price.battery_sells")
    assert makes.search("price.grid_import[step] * kwh")
    found = [
        f"{path.relative_to(SRC)}: {line.strip()}"
        for path in sorted(SRC.rglob("*.py"))
        if path.parent.name != "money"
        for line in path.read_text(encoding="utf-8").splitlines()
        if makes.search(line)
    ]
    assert found == []


def test_what_is_behind_a_net_meter_is_no_number_and_all_that_passed_it_is():
    setting = prepare(load_scenario("paper"))
    hidden = np.arange(setting.community.size) < 3
    settled = net_metering.run(net_metering.net_metered(setting, hidden)).settlement
    assert set(settled.home_kwh) == {*FLOWS, "ev_lent_kwh"}
    for name, kwh in settled.home_kwh.items():
        behind = name not in FLOWS or FLOWS[name].behind_meter
        assert np.isnan(kwh).tolist() == (hidden & behind).tolist(), name
    for name, kwh in settled.step_kwh.items():
        behind = name in FLOWS and FLOWS[name].behind_meter
        assert np.isnan(kwh).all() == np.isnan(kwh).any() == behind, name
