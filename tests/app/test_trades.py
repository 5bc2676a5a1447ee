"""The page of trades: pictures and tables that add up, at every size."""

from __future__ import annotations

import json

import numpy as np
import pytest

from jiran.app import trade_list
from jiran.app.charts import trades as charts
from jiran.app.charts.base import Window
from jiran.app.trade_list import Wanted
from pages import MANY, run, seen, show

PAGE = """
from jiran.app.views import trades

trades.show()
"""
ODD = {
    "no trades": {"market.mechanism": "grid-only"},
    "no battery": {"battery.capacity_kwh": 0.0},
    "one home": {"homes.groups": [{"kind": "solar", "count": 1}]},
    "ev supply": {"ev.supply.enabled": True, "steps": 72},
    "one step": {"steps": 1},
    "pro-rata": {"market.matching": "pro-rata"},
    "network charge": {"grid.network_charge": 0.1},
    "200 homes": MANY,
}


def specs(at):
    """The specifications of all charts on a page."""
    return [json.loads(element.proto.spec) for element in at.get("echarts_chart")]


@pytest.fixture(scope="module")
def paper():
    return run()


@pytest.fixture(scope="module")
def year():
    return run(**MANY, steps=35_040, step_minutes=15)


@pytest.mark.parametrize("overrides", ODD.values(), ids=ODD.keys())
def test_the_page_shows_any_run(overrides):
    show(PAGE, run(**overrides))


def test_a_currency_of_signs_is_written_as_it_is():
    at = show(PAGE, run(currency="R$"))
    alts = [one.proto.alt for one in at.dataframe]
    assert any("R$ " in alt for alt in alts)
    assert not [alt for alt in alts if "\\" in alt]
    assert any(seen(one.value).count("R$ ") for one in at.caption)
    bills = show("from jiran.app.views import data_tables\n\ndata_tables.bills()\n", run(currency="R$"))
    assert bills.dataframe[0].proto.alt == "Table. Bill of each home for the whole run, R$."
    assert seen(bills.caption[0].value) == "Bill of each home for the whole run, R$: 12 rows."


def test_every_chart_has_words_and_a_download(paper):
    at = show(PAGE, paper)
    elements = at.get("echarts_chart")
    assert len(elements) == 2
    for element in elements:
        spec = json.loads(element.proto.spec)
        assert spec["animation"] is False
        assert spec["toolbox"]["feature"]["saveAsImage"]["name"].startswith("jiran-")
        assert any(digit in element.proto.alt for digit in "0123456789")


def test_pairs_add_up_to_the_trades(paper):
    pairs = charts.pair_totals(paper, Window(0, 24))
    assert pairs["kwh"].sum() == pytest.approx(paper.kpis["p2p_kwh"])
    assert pairs["paid"].sum() == pytest.approx(paper.homes["p2p_paid"].sum())
    s1 = pairs.filter(pairs["seller"] == "S1")["kwh"].sum()
    assert s1 == pytest.approx(paper.homes["p2p_sold_kwh"][0])
    kinds = charts.by_kind(pairs)
    assert kinds["kwh"].sum() == pytest.approx(pairs["kwh"].sum())
    assert set(kinds["seller"]) == {"Solar"}


def test_pictures_hold_all_pairs(paper):
    pairs = charts.pair_totals(paper, Window(0, 24))
    ring, cells = charts.ring(pairs, "kwh", "kWh"), charts.cells(paper, pairs, "paid", "MYR")
    assert sum(link["value"] for link in ring["series"][0]["links"]) == pytest.approx(pairs["kwh"].sum(), abs=0.05)
    assert sum(cell["value"][2] for cell in cells["series"][0]["data"]) == pytest.approx(pairs["paid"].sum(), abs=0.2)
    assert cells["yAxis"]["data"] == ["S1", "S2", "S3", "S4", "S5"]


def test_the_list_filters_sorts_and_counts(paper):
    window = Window(0, 24)
    everything = trade_list.listing(paper, window, Wanted())
    assert everything.rows.select(paper.trades.columns).equals(paper.trades)
    assert everything.rows["number"].to_list() == list(range(1, 65))
    own = trade_list.listing(paper, window, Wanted("S1", "E1", 0.5))
    wanted = paper.trades.filter(
        (paper.trades["seller"] == "S1") & (paper.trades["buyer"] == "E1") & (paper.trades["kwh"] >= 0.5)
    )
    assert own.rows["kwh"].to_list() == wanted["kwh"].to_list()
    assert own.paid == pytest.approx(wanted["paid"].sum())
    largest = trade_list.listing(paper, window, Wanted(largest_first=True))
    assert largest.rows["kwh"].to_list() == sorted(paper.trades["kwh"], reverse=True)


def test_table_one_is_the_homes_energy(paper):
    homes = trade_list.prosumers(paper, Window(0, 24))
    assert homes["generation_kwh"].to_list() == paper.homes["generation_kwh"].to_list()
    assert homes["net_kwh"].sum() == pytest.approx(paper.kpis["generation_kwh"] - paper.kpis["demand_kwh"])
    assert homes["role"].to_list()[:6] == ["sells"] * 5 + ["buys"]
    day = (
        trade_list.prosumers(paper, Window(0, 12))["demand_kwh"]
        + trade_list.prosumers(paper, Window(12, 24))["demand_kwh"]
    )
    np.testing.assert_allclose(day.to_numpy(), homes["demand_kwh"].to_numpy())


def test_the_filter_of_the_page(paper):
    at = show(PAGE, paper)
    at.selectbox(key="log_seller").set_value("S5").run()
    assert not at.exception
    assert any(seen(entry.value).startswith("1 trade, 0.74 kWh") for entry in at.caption)


@pytest.mark.parametrize("day", ["Whole period", "2026-06-01"])
def test_a_year_of_200_homes_is_small(year, day):
    at = show(PAGE, year, day=day)
    assert sum(len(json.dumps(spec)) for spec in specs(at)) < 150_000
    assert max(element.value.shape[0] for element in at.dataframe) <= trade_list.MOST_ROWS


def test_a_trade_of_exactly_the_least_amount_is_listed(paper):
    amounts = np.sort(paper.trades["kwh"].to_numpy())
    for place in (0, amounts.size // 2, amounts.size - 1):
        found = trade_list.listing(paper, Window(0, paper.timeline.steps), Wanted(least_kwh=amounts[place]))
        assert found.count == np.count_nonzero(amounts >= amounts[place])
        assert found.rows["kwh"].min() == amounts[place]
