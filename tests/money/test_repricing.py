"""Bill sharing: the published example, and what every billing period must keep."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bidding import part
from jiran import clear, load_scenario, simulate
from jiran.app.bills import bill_steps
from jiran.errors import MechanismError
from jiran.homes.timeline import timeline
from jiran.money.repricing import _begins
from strategies import BOOKS, changed, number, profiles, run, scenarios, small

SHARED = {"mechanism": "bill-sharing"}
CLOSE = 1e-9


def sum_of(series):
    return float(np.asarray(series).sum())


def taken(homes):
    return (homes["p2p_bought_kwh"] + homes["battery_drawn_kwh"] + homes["grid_import_kwh"]).to_numpy()


def given_away(homes):
    return (homes["p2p_sold_kwh"] + homes["battery_charged_kwh"] + homes["grid_export_kwh"]).to_numpy()


# --- Long et al. 2017, doi 10.1109/PESGM.2017.8274546, Table I ---

IMPORTS = [3.77, 11.3, 5.94, 4.90, 5.47, 5.51, 7.63, 6.78, 4.50, 8.42]
EXPORTS = [9.55, 9.07, 8.46, 13.8, 11.9, 0, 0, 0, 0, 0]
BILLS = [0.09, 0.89, 0.35, 0.08, 0.19, 0.58, 0.80, 0.71, 0.47, 0.88]
TARIFF = {"import_price": 0.15, "export_price": 0.05}
#: What neighbours share in the table's day: with it the printed prices come out.
SHARED_KWH = 19.5


def table_one(rule, **grid):
    """Run the table's sums over a day as two steps: by day five homes export, by night all import the rest."""
    imports, exports = np.array(IMPORTS), np.array(EXPORTS)
    by_day = np.where(exports > 0, 0.0, imports)
    by_day *= SHARED_KWH / by_day.sum()
    return run([exports - by_day, by_day - imports], market={"mechanism": rule}, grid=TARIFF | grid)


@pytest.mark.parametrize("billing", ["day", "month", "run"])
def test_long_2017_table_i_bill_sharing(billing):
    result = table_one("bill-sharing", billing=billing)
    buy, sell = result.trades["buyer_price"][0], result.trades["seller_price"][0]
    assert (buy, sell) == (pytest.approx(0.1045, abs=5e-5), pytest.approx(0.0315, abs=5e-5))
    assert buy == pytest.approx(0.105, abs=1e-3)
    assert sell == pytest.approx(0.032, abs=1e-3)
    assert result.homes["cost"].to_list() == pytest.approx(BILLS, abs=0.01)
    assert result.kpis["cost"] == pytest.approx(5.044, abs=5e-4)
    assert result.kpis["cost"] == pytest.approx(5.04, abs=0.005)


def test_long_2017_table_i_mid_market_rate_total():
    """The table's single bills under it depend on who trades when, which is not printed; their sum does not."""
    result = table_one("mid-market-rate")
    assert result.kpis["cost"] == pytest.approx(5.04, abs=0.005)


# --- laws ---


@settings(max_examples=60)
@given(scenarios(), st.sampled_from(["day", "month", "run"]))
def test_accounts_sum_to_zero_and_nothing_is_left_with_the_market(scenario, billing):
    result = simulate(changed(scenario, market=SHARED, grid__billing=billing))
    accounts = result.accounts
    size = max(1.0, *map(abs, accounts.values()), sum_of(np.abs(result.settlement.period_payment)))
    assert abs(sum(accounts.values())) <= CLOSE * size
    assert abs(accounts["market"]) <= CLOSE * size
    charge = scenario.grid.network_charge
    assert accounts["network"] == pytest.approx(charge * result.kpis["p2p_kwh"], rel=1e-9, abs=CLOSE)
    assert accounts["homes"] == pytest.approx(-sum_of(result.homes["cost"]), rel=1e-9, abs=CLOSE * size)


@settings(max_examples=60)
@given(scenarios())
def test_all_homes_pay_and_get_the_same_for_every_kwh_of_a_run(scenario):
    """The bill is two prices times two kWh, but for the network charge and the battery fund's share."""
    result = simulate(changed(scenario, market=SHARED, grid__billing="run", battery__fund_share="keep"))
    homes, flows, price = result.homes, result.flows, result.prices
    buys, sells = taken(homes), given_away(homes)
    paid = (flows["grid_import_kwh"].sum(axis=1) * price.grid_import).sum()
    paid += (flows["battery_drawn_kwh"].sum(axis=1) * price.battery_sells).sum()
    got = (flows["grid_export_kwh"].sum(axis=1) * price.grid_export).sum()
    got += (flows["battery_charged_kwh"].sum(axis=1) * price.battery_buys).sum()
    buy = paid / buys.sum() if buys.sum() > 0 else 0.0
    sell = got / sells.sum() if sells.sum() > 0 else 0.0
    bill = buy * buys - sell * sells + scenario.grid.network_charge * homes["p2p_bought_kwh"].to_numpy()
    size = np.maximum(1.0, np.abs(bill) + abs(buy) + abs(sell))
    assert np.all(np.abs(homes["cost"].to_numpy() - bill) <= 1e-8 * size)
    trades = result.flows.trades
    assert np.allclose(trades["buyer_price"], buy + scenario.grid.network_charge, rtol=1e-9, atol=1e-9)
    assert np.allclose(trades["seller_price"], sell, rtol=1e-9, atol=1e-9)


@settings(max_examples=30)
@given(scenarios(supply=False), st.sampled_from(["grid-fraction", "shapley"]))
def test_the_community_pays_what_it_pays_under_any_rule_that_trades_all_there_is(scenario, other):
    shared, compared = (simulate(changed(scenario, market=rule)) for rule in (SHARED, {"mechanism": other}))
    assume(abs(shared.kpis["p2p_kwh"] - compared.kpis["p2p_kwh"]) < 1e-9)
    assert shared.kpis["cost"] == pytest.approx(compared.kpis["cost"], rel=1e-9, abs=1e-8)
    assert shared.accounts["grid"] == pytest.approx(compared.accounts["grid"], rel=1e-9, abs=1e-8)
    for name in ("cost_without_p2p", "cost_grid_only"):
        assert shared.homes[name].to_list() == compared.homes[name].to_list()


@given(BOOKS)
def test_cleared_by_itself_a_step_moves_all_it_can_at_no_price(net_kwh):
    shared = clear(net_kwh, "bill-sharing", import_price=0.5, export_price=0.2)
    middle = clear(net_kwh, "mid-market-rate", import_price=0.5, export_price=0.2)
    assert shared.kwh.tolist() == middle.kwh.tolist()
    assert not shared.buyer_price.any()
    assert not shared.seller_price.any()


def test_bill_sharing_does_not_look_at_limit_prices():
    plain, bids = (run([[1, -2]], market=SHARED, bids={"strategy": name}) for name in ("price-taker", "truthful"))
    assert plain.flows.trades.tolist() == bids.flows.trades.tolist()


@pytest.mark.parametrize(
    ("net_kwh", "cost"),
    [
        pytest.param([0.0, 0.0], [0.0, 0.0], id="nothing moves"),
        pytest.param([2.0, 1.0], [-0.4, -0.2], id="all give"),
        pytest.param([-2.0, -1.0], [1.0, 0.5], id="all take"),
        pytest.param([1.0, -1.0], [0.0, 0.0], id="neighbours need no grid"),
        pytest.param([3.0, -1.0], [-0.4, 0.0], id="what neighbours use earns nothing"),
        pytest.param([1.0, -3.0], [0.0, 1.0], id="what neighbours give costs nothing"),
    ],
)
def test_bills_of_one_step(net_kwh, cost):
    assert run([net_kwh], market=SHARED).homes["cost"].to_list() == pytest.approx(cost, abs=1e-12)


def test_a_seller_that_loses_by_sharing_is_warned_of():
    assert any("sellers lose by trading" in text for text in run([[3.0, -1.0]], market=SHARED).warnings)


# --- billing periods ---


@pytest.mark.parametrize(
    ("length", "begins"),
    [("run", [0]), ("day", [0, 3, 27, 51]), ("month", [0, 27])],
)
def test_periods_begin_at_local_midnight_and_at_the_first_of_the_month(length, begins):
    start = dt.datetime(2026, 1, 30, 21)  # noqa: DTZ001  local, as a scenario's
    steps = timeline(small(1, 60, start=start, time_zone="Asia/Kuching"))
    assert _begins(steps, length) == begins


def test_days_follow_the_wall_clock_through_a_change_to_summer_time():
    start = dt.datetime(2026, 3, 28)  # noqa: DTZ001  local, as a scenario's
    steps = timeline(small(1, 96, start=start, time_zone="Europe/Berlin"))
    assert _begins(steps, "day") == [0, 24, 47, 71, 95]


def two_days(billing, **more):
    """Run a day on which H1 has 1 kWh for H2, and a day on which H2 needs 3 kWh and nobody has any."""
    net = np.zeros((48, 2))
    net[12], net[36] = (1.0, -1.0), (0.0, -3.0)
    start = dt.datetime(2026, 1, 31)  # noqa: DTZ001  local, as a scenario's
    grid = {"import_price": 0.5, "export_price": 0.2, "billing": billing, **more}
    return run(net, market=SHARED, grid=grid, start=start)


@pytest.mark.parametrize(
    ("billing", "price"),
    [("day", 0.0), ("month", 0.0), ("run", 0.5 * 3 / 4)],
)
def test_prices_are_those_of_the_trades_own_period(billing, price):
    result = two_days(billing)
    assert result.trades["buyer_price"].to_list() == pytest.approx([price])
    assert result.steps["p2p_price"].drop_nulls().to_list() == pytest.approx([price])
    assert result.homes["cost"].to_list() == pytest.approx([0.0, 1.5])
    assert result.homes["p2p_paid"].to_list() == pytest.approx([0.0, price])
    assert result.settlement.period_payment.tolist() == pytest.approx([0.0, -price])


def test_each_day_has_its_own_prices():
    chosen = {"market.mechanism": "bill-sharing", "grid.billing": "day", "steps": 72, "start": "2026-03-21T09:00:00"}
    result = simulate(load_scenario("paper", chosen))
    cuts = [*_begins(result.timeline, "day"), 72]
    assert len(cuts) == 5
    for first, last in pairwise(cuts):
        trades = result.trades.filter(result.trades["step"].is_between(first, last, closed="left"))
        if trades.is_empty():
            continue
        flows = {name: result.flows.between(name, first, last).sum() for name in result.flows}
        buy = 0.5625 * (flows["grid_import_kwh"] + flows["battery_drawn_kwh"])
        buy /= flows["grid_import_kwh"] + flows["battery_drawn_kwh"] + flows["p2p_bought_kwh"]
        sell = 0.2 * (flows["grid_export_kwh"] + flows["battery_charged_kwh"])
        sell /= flows["grid_export_kwh"] + flows["battery_charged_kwh"] + flows["p2p_sold_kwh"]
        assert trades["buyer_price"].to_list() == pytest.approx([buy] * trades.height)
        assert trades["seller_price"].to_list() == pytest.approx([sell] * trades.height)
    assert result.trades["buyer_price"].round(9).n_unique() >= 3


@settings(max_examples=25)
@given(scenarios(grid={"import_price": 0.5, "export_price": 0.2, "billing": "day"}, battery={"capacity_kwh": 0}))
def test_a_run_billed_by_day_is_the_sum_of_its_days(scenario):
    whole = simulate(changed(scenario, market=SHARED, ev__supply__enabled=False))
    cuts = [*_begins(whole.timeline, "day"), scenario.steps]
    total = np.zeros(whole.community.size)
    for first, last in pairwise(cuts):
        given = part(whole.flows.profiles, first, last)
        begin = whole.timeline.local[first].astype("datetime64[s]").item()
        day = simulate(changed(whole.scenario, steps=last - first, start=begin, grid__billing="run"), profiles=given)
        total += day.homes["cost"].to_numpy()
    assert whole.homes["cost"].to_numpy() == pytest.approx(total, abs=1e-9)


# --- what others see of it ---

BILLED = [
    {},
    {"grid.billing": "day", "steps": 72},
    {"battery.fund_share": "use", "grid.network_charge": 0.05},
    {"battery.fund_share": "keep", "grid.import_price": [0.3] * 12 + [0.6] * 12},
    {"ev.supply.enabled": True, "steps": 48},
]


@pytest.mark.parametrize("more", BILLED)
def test_the_steps_of_a_bill_lead_to_the_bill_and_the_last_is_the_end_of_the_period(more):
    result = simulate(load_scenario("paper", {"market.mechanism": "bill-sharing", **more}))
    assert np.abs(result.settlement.period_payment).max() > 0.1
    homes = result.homes
    fund = {"equal": 1 / homes.height, "keep": 0.0, "use": None}[result.scenario.battery.fund_share]
    earned = sum_of(
        result.steps["battery_discharge_kwh"] * result.prices.battery_sells
        - result.steps["battery_charge_kwh"] * result.prices.battery_buys
    )
    for home, extra in zip(homes.iter_rows(named=True), result.settlement.period_payment, strict=True):
        steps = bill_steps(result, home["id"])
        amounts = dict(steps)
        assert steps[0] == ("Grid alone", home["cost_grid_only"])
        assert steps[-1] == ("Now", home["cost"])
        assert sum(amount for _, amount in steps[:-1]) == pytest.approx(home["cost"], abs=1e-9)
        assert amounts["End of the billing period"] == extra
        assert amounts["Paid to neighbours"] == pytest.approx(home["p2p_paid"])
        if fund is not None:
            assert amounts["Share of the battery fund"] == pytest.approx(-earned * fund, abs=1e-9)


def test_without_bill_sharing_nothing_is_paid_at_the_end_of_a_period():
    result = simulate(load_scenario("paper"))
    assert not result.settlement.period_payment.any()
    assert dict(bill_steps(result, "S1"))["End of the billing period"] == 0.0


def test_savings_and_tables_are_those_of_the_shared_bill():
    result = simulate(load_scenario("paper", {"market.mechanism": "bill-sharing"}))
    homes = result.homes
    assert sum_of(homes["cost"]) == pytest.approx(result.kpis["cost"])
    assert result.kpis["saving"] == pytest.approx(sum_of(homes["cost_without_p2p"] - homes["cost"]))
    assert result.without_p2p.period_payment.tolist() == [0.0] * 12
    assert homes["p2p_paid"].to_list() == pytest.approx(
        [sum_of(result.trades.filter(result.trades["buyer"] == name)["paid"]) for name in homes["id"]]
    )


def test_the_same_run_gives_the_same_bytes():
    one, two = (simulate(load_scenario("paper", {"market.mechanism": "bill-sharing"})) for _ in "12")
    assert one.digest == two.digest
    other = simulate(load_scenario("paper", {"market.mechanism": "bill-sharing", "steps": 48, "grid.billing": "day"}))
    longer = simulate(load_scenario("paper", {"market.mechanism": "bill-sharing", "steps": 48}))
    assert other.digest != longer.digest


# --- rules of your own ---

OWN = """
import numpy as np
from jiran.market import mechanism
from jiran.market.base import Period
from jiran.market.rules.shared_price import bill_sharing

def price(period):
    {body}

@mechanism("own", reprice=price, compiled=False)
def own(net_kwh, limit_price, import_price, export_price, parameters, rng, trades):
    return bill_sharing.code(net_kwh, limit_price, import_price, export_price, parameters, rng, trades)
"""


@pytest.fixture
def own(tmp_path):
    def simulated(body, net_kwh=((1.0, -2.0),)):
        path = tmp_path / "own.py"
        path.write_text(OWN.format(body=body))
        return run(net_kwh, market={"mechanism": str(path)}, grid={"network_charge": 0.01, **PRICES})

    return simulated


PRICES = {"import_price": 0.5, "export_price": 0.2}


def test_a_rule_of_your_own_may_give_each_home_its_own_price_and_what_is_over_is_the_markets(own):
    result = own("return np.array([9.0, 0.3]), np.array([0.25, 9.0])")
    assert result.homes["cost"].to_list() == pytest.approx([-0.25, 2 * 0.3 + 0.01])
    assert result.accounts["market"] == pytest.approx(0.6 - 0.5 - 0.25)
    assert result.accounts["grid"] == pytest.approx(0.5)
    assert sum(result.accounts.values()) == pytest.approx(0.0, abs=1e-12)


def test_a_period_says_what_each_home_did(own):
    with pytest.raises(MechanismError) as error:
        own("raise ValueError([np.round(x, 9).tolist() for x in period])")
    assert "[[0.0, 1.0], [1.0, 0.0], [0.0, 1.0], [0.0, 0.0], [0.0, 0.5], [0.0, 0.0]]" in str(error.value)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("return np.full(2, np.nan), np.zeros(2)", "must set two finite prices for each home"),
        ("return np.zeros(2), np.full(2, np.inf)", "must set two finite prices for each home"),
        ("return np.zeros(3), np.zeros(3)", "must set two finite prices for each home"),
        ("return 0.1, 0.2", "must set two finite prices for each home"),
        ("return np.zeros(2), np.zeros(3)", "failed to set the prices of a billing period: ValueError"),
        ("return None", "must set two finite prices|failed to set the prices"),
        ("return period.bill", "failed to set the prices of a billing period: AttributeError"),
    ],
)
@pytest.mark.parametrize("net_kwh", [((1.0, -2.0),), ((-1.0, -2.0),)])
def test_prices_that_cannot_be_used_are_refused_in_one_sentence(own, body, message, net_kwh):
    with pytest.raises(MechanismError, match=message) as error:
        own(body, net_kwh)
    assert str(error.value).startswith("market rule 'own': ")
    assert "\n" not in str(error.value)


@given(st.lists(number(-3, 3), min_size=2, max_size=6), number(0, 1), number(0, 1))
def test_no_bill_is_above_the_import_price_or_below_the_export_price_of_what_moved(net_kwh, one, other):
    export_price, import_price = sorted([one, other])
    result = simulate(
        small(len(net_kwh), 1, market=SHARED, grid={"import_price": import_price, "export_price": export_price}),
        profiles=profiles([net_kwh]),
    )
    cost, net = result.homes["cost"].to_numpy(), np.array(net_kwh)
    assert np.all(cost <= np.maximum(-net, 0) * import_price + CLOSE)
    assert np.all(cost >= -np.maximum(net, 0) * export_price - CLOSE)
