from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
import polars.selectors as cs
import pytest

import net_metering
from jiran import load_scenario, simulate
from jiran.engine.flows import FLOWS
from jiran.result.tables import trades_frame
from jiran.simulation.setting import prepare
from strategies import run

NET = [[3.0, -1.0, -4.0], [0.0, 0.0, -1.0], [-2.0, 1.0, 1.5]]


@pytest.fixture(scope="module")
def result():
    return run(NET, grid__network_charge=0.1)


def test_a_trade_names_its_step_its_homes_its_prices_and_its_amounts(result):
    assert result.trades.columns == [
        "step",
        "time",
        "seller",
        "buyer",
        "kwh",
        "buyer_price",
        "seller_price",
        "paid",
        "received",
    ]
    rows = result.trades.drop("time").rows()
    assert rows == [
        (0, "H1", "H2", 1.0, 0.5, 0.4, 0.5, 0.4),
        (0, "H1", "H3", 2.0, 0.5, 0.4, 1.0, 0.8),
        (2, "H2", "H1", 1.0, 0.5, 0.4, 0.5, 0.4),
        (2, "H3", "H1", 1.0, 0.5, 0.4, 0.5, 0.4),
    ]


@pytest.mark.parametrize(("first", "last"), [(0, None), (0, 1), (1, 2), (1, 3), (2, 3), (3, 3), (0, 0)])
def test_a_part_of_the_log_is_the_log_of_these_steps(result, first, last):
    part = trades_frame(result.community, result.timeline, result.flows, first, last)
    stop = 3 if last is None else last
    assert part.equals(result.trades.filter(pl.col("step").is_between(first, stop - 1)))


def test_times_are_local_times_with_their_zone():
    steps = run([[0.0]] * 4, time_zone="Europe/Berlin", start="2026-10-25T01:00:00").steps
    assert steps["time"].dtype == pl.Datetime("us", "Europe/Berlin")
    berlin = ZoneInfo("Europe/Berlin")
    expected = [
        dt.datetime(2026, 10, 25, 1, tzinfo=berlin),
        *(dt.datetime(2026, 10, 25, 2, fold=fold, tzinfo=berlin) for fold in (0, 1)),
    ]
    assert [time.timestamp() for time in steps["time"][:3]] == [time.timestamp() for time in expected]


def test_homes_and_steps_add_up_to_the_same_totals():
    result = simulate(load_scenario("paper"))
    for name in ("generation_kwh", "load_kwh", "ev_kwh", "grid_import_kwh", "grid_export_kwh"):
        assert result.homes[name].sum() == pytest.approx(result.steps[name].sum())
        assert result.homes[name].sum() == pytest.approx(result.kpis[name])
    assert result.homes["p2p_sold_kwh"].sum() == pytest.approx(result.trades["kwh"].sum())
    assert result.steps["trades"].sum() == result.trades.height
    assert result.homes["p2p_paid"].sum() == pytest.approx(result.trades["paid"].sum())


def test_ratios_of_a_home_are_its_own_and_null_where_undefined():
    homes = run([[4.0, -1.0], [-1.0, 0.0]], battery={"capacity_kwh": 0}).homes
    assert homes["self_consumption"].to_list() == [0.0, None]
    assert homes["self_sufficiency"].to_list() == [0.0, 0.0]
    assert run([[4.0, 0.0]]).homes["self_sufficiency"].to_list() == [None, None]


def test_savings_of_a_home_are_against_its_own_baselines(result):
    homes = result.homes
    assert homes["saving"].to_list() == (homes["cost_without_p2p"] - homes["cost"]).to_list()
    assert homes["saving_grid_only"].to_list() == (homes["cost_grid_only"] - homes["cost"]).to_list()


def test_tables_without_any_trade_keep_their_columns():
    result = run([[0.0, 0.0]])
    assert result.trades.height == 0
    assert result.trades.schema == run([[1.0, -1.0]]).trades.schema


def test_a_home_with_a_car_supplies_itself_with_what_it_does_not_fetch():
    homes = simulate(load_scenario("ev-street")).homes
    assert homes["ev_kwh"].max() > 0
    fetched = homes["p2p_bought_kwh"] + homes["battery_drawn_kwh"] + homes["grid_import_kwh"]
    expected = 1 - fetched / (homes["load_kwh"] + homes["ev_kwh"])
    assert homes["self_sufficiency"].to_list() == pytest.approx(expected.to_list(), abs=1e-9)


def test_a_home_consumes_itself_what_it_does_not_give_out_and_an_evs_energy_is_not_of_the_sun():
    result = simulate(load_scenario("paper", {"ev.supply.enabled": True, "homes.groups.hybrid.count": 3, "steps": 72}))
    homes = result.homes.filter(pl.col("generation_kwh") > 0)
    assert homes["ev_lent_kwh"].max() > 0.1
    given = homes["p2p_sold_kwh"] + homes["battery_charged_kwh"] + homes["grid_export_kwh"] - homes["ev_lent_kwh"]
    expected = 1 - given / homes["generation_kwh"]
    assert homes["self_consumption"].to_list() == pytest.approx(expected.to_list(), abs=1e-9)


def test_a_step_without_trades_has_no_price():
    steps = run([[1.0, -1.0], [1.0, 1.0]]).steps
    assert steps["p2p_price"].is_null().to_list() == [False, True]
    assert steps["p2p_price"].is_nan().to_list() == [False, None]


def test_a_step_names_its_energy_the_batterys_state_what_the_grid_gave_and_the_prices(result):
    assert result.steps.columns == [
        "step", "time", "generation_kwh", "load_kwh", "ev_kwh", "ev_supplied_kwh", "home_battery_charge_kwh", "home_battery_discharge_kwh", "p2p_kwh", "battery_charge_kwh",
        "battery_discharge_kwh", "soc_kwh", "battery_import_kwh", "battery_export_kwh", "grid_import_kwh", "grid_export_kwh", "curtailed_kwh", "trades", "import_price", "export_price",
        "p2p_price",
    ]  # fmt: skip


def test_what_is_behind_a_net_meter_is_null_and_all_else_is_there():
    setting = prepare(load_scenario("paper"))
    hidden = np.arange(setting.community.size) < 3
    found = net_metering.run(net_metering.net_metered(setting, hidden))
    behind = [name for name, flow in FLOWS.items() if flow.behind_meter]
    assert {"generation_kwh", "load_kwh", "ev_kwh"} <= set(behind)
    for name in FLOWS:
        expected = hidden.tolist() if name in behind else [False] * hidden.size
        assert found.homes[name].is_null().to_list() == expected, name
        column = FLOWS[name].column
        assert not column or found.steps[column].is_null().all() == (name in behind), name
    assert found.homes["ev_lent_kwh"].is_null().to_list() == hidden.tolist()
    for frame in (found.homes, found.steps):
        assert not any(frame[name].is_nan().any() for name in frame.select(cs.float()).columns)


def test_what_neighbours_trade_in_a_step_counts_what_the_shared_battery_sold():
    dear_in_the_evening = [0.3] * 17 + [1.0] * 5 + [0.3] * 2
    bids = {"battery.controller": "plan-ahead", "battery.in_market": True, "market.mechanism": "uniform-price"}
    prices = {"grid.import_price": dear_in_the_evening, "grid.export_price": 0.1}
    result = simulate(load_scenario("paper", {"steps": 72, **bids, **prices}))
    by_step = np.zeros(72)
    np.add.at(by_step, result.flows.step_of_trades(0, 72), result.flows.trades["kwh"])
    np.testing.assert_allclose(result.steps["p2p_kwh"], by_step, atol=1e-12)
    assert result.steps["battery_sold_kwh"].sum() > 1.0
