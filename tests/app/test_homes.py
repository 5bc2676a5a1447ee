"""The page of homes: bills that add up, fairness in words, roles, and one home's day."""

from __future__ import annotations

import json

import numpy as np
import polars as pl
import pytest

from jiran.app import bills
from jiran.app.charts import home as home_charts
from jiran.app.charts import homes as charts
from jiran.app.charts.base import Window
from jiran.explain.homes import fairness, switched, verdict
from pages import MANY, STREET, run, seen, show, text_of

EVERYTHING = {"open": "bills,fair,files,numbers,roles"}
HOME = {"tab": "home", "open": "trades"}
LENDING = {"ev.supply.enabled": True, "steps": 72}
ODD = {
    "no trades": {"market.mechanism": "grid-only"},
    "no battery": {"battery.capacity_kwh": 0.0},
    "one home": {"homes.groups": [{"kind": "solar", "count": 1}]},
    "ev supply": LENDING,
    "one step": {"steps": 1},
    "losers": {"grid.export_price": 0.5625},
    "200 homes": MANY,
}


@pytest.fixture(scope="module")
def paper():
    return run()


@pytest.fixture(scope="module")
def year():
    return run(**MANY, steps=35_040, step_minutes=15)


@pytest.mark.parametrize("overrides", ODD.values(), ids=ODD.keys())
def test_the_page_shows_any_run(overrides):
    result = run(**overrides)
    pages = [show(STREET, result, look) for look in (EVERYTHING, HOME | {"home": result.community.ids[0]})]
    for element in (chart for at in pages for chart in at.get("echarts_chart")):
        spec = json.loads(element.proto.spec)
        assert spec["animation"] is False
        assert spec["toolbox"]["feature"]["saveAsImage"]["name"].startswith("jiran-")
        assert element.proto.alt


@pytest.mark.parametrize(
    "overrides",
    [
        {},
        LENDING,
        {"battery.fund_share": "use", "grid.network_charge": 0.05},
        {"battery.fund_share": "keep"},
        {"grid.import_price": [0.3] * 12 + [0.6] * 12, "battery.capacity_kwh": 0.0},
        {"market.mechanism": "grid-only"},
    ],
)
def test_the_bill_goes_from_the_grid_alone_to_what_is_paid(overrides):
    result = run(**overrides)
    for home in result.homes.iter_rows(named=True):
        steps = bills.bill_steps(result, home["id"])
        amounts = dict(steps)
        assert steps[0] == ("Grid alone", home["cost_grid_only"])
        assert steps[-1] == ("Now", pytest.approx(home["cost"]))
        assert sum(amount for _, amount in steps[:-1]) == pytest.approx(home["cost"], abs=1e-9)
        assert amounts["Paid to neighbours"] == pytest.approx(home["p2p_paid"])
        assert amounts["Paid by neighbours"] == pytest.approx(-home["p2p_received"])


def test_every_home_has_the_same_share_of_the_fund(paper):
    shares = [dict(bills.bill_steps(paper, home))["Share of the battery fund"] for home in paper.community.ids]
    earned = float((paper.steps["battery_discharge_kwh"] * 0.5625 - paper.steps["battery_charge_kwh"] * 0.2).sum())
    np.testing.assert_allclose(shares, -earned / 12, atol=1e-9)


def test_bars_of_the_bill_join_and_cross_zero():
    steps = [
        ("Grid alone", -2.0),
        ("Grid import", -1.0),
        ("Battery", 0.001),
        ("Paid to neighbours", 5.0),
        ("Now", 2.001),
    ]
    bars = home_charts.bars(steps)
    assert [bar[0] for bar in bars] == ["Grid alone", "Grid import", "Paid to neighbours", "Now"]
    assert bars[1][2:] == (-3.0, -2.0)
    spec = home_charts.waterfall(steps, "MYR")
    hidden, up, down = (series["data"] for series in spec["series"][:3])
    for (_, _, low, high), start, above, below in zip(bars, hidden, up, down, strict=True):
        assert start + above["value"] == pytest.approx(high if high > 0 else start, abs=1e-3)
        assert start + below["value"] == pytest.approx(low if low < 0 else start, abs=1e-3)


def test_the_sentence_says_who_gains(paper):
    words = text_of(verdict(paper))
    best = paper.homes.sort("saving", descending=True).row(0, named=True)
    assert f"{best['id']} gains most: MYR {best['saving']:.2f}." in words
    assert f"MYR {paper.kpis['saving']:.2f} in all" in words
    assert "No home pays more than without trading." in words


def test_the_sentence_says_who_loses():
    result = run(**{"grid.export_price": 0.5625})
    worse = int((result.homes["saving"] < -1e-6).sum())
    assert f"{worse} homes pay more than without trading" in text_of(verdict(result))
    assert "changed nothing in what the 12 homes pay in all" in text_of(verdict(result))
    assert f"{worse} homes lose MYR" in text_of(fairness(result))
    assert "Jain" not in text_of(fairness(result))
    spec = charts.bills(result.homes, "MYR")
    marked = [series for series in spec["series"] if series["name"] == "Worse off"]
    assert len(marked[0]["data"]) == worse
    assert marked[0]["symbol"] == "triangle"


def test_without_trades_there_is_nothing_to_share():
    result = run(**{"market.mechanism": "grid-only"})
    assert text_of(verdict(result)) == "Nobody sold to a neighbour: the market rule grid-only lets nobody trade."
    assert text_of(fairness(result)) == "There is no saving to share."
    assert charts.lorenz(result.homes) is None


def test_fairness_says_jain_and_gini(paper):
    words = text_of(fairness(paper))
    assert f"Jain's index of the savings is {paper.kpis['saving_jain']:.2f}:" in words
    saving = paper.homes["saving"].to_numpy()
    assert f"MYR {np.abs(saving[:, None] - saving).mean():.2f}" in words


def test_the_lorenz_curve_has_the_gini_of_the_run(paper):
    x, y = charts.lorenz(paper.homes)
    assert (x[0], y[0], x[-1], y[-1]) == (0, 0, 1, 1)
    assert 1 - 2 * np.trapezoid(y, x) == pytest.approx(paper.kpis["saving_gini"], abs=1e-3)


def test_bills_are_drawn_for_every_home_three_times(paper):
    spec = charts.bills(paper.homes, "MYR")
    drawn = {series["name"]: series["data"] for series in spec["series"]}
    assert {point["name"] for point in drawn["Without P2P"]} == set(paper.community.ids)
    costs = {
        point["name"]: point["value"][0] for kind in ("Solar", "EV", "Solar + EV", "Normal") for point in drawn[kind]
    }
    for home, cost in paper.homes.select("id", "cost").iter_rows():
        assert costs[home] == pytest.approx(cost, abs=0.005)
    assert spec["yAxis"]["data"][0] == "S1"


def test_a_click_on_a_point_picks_its_home(paper):
    spec = charts.bills(paper.homes, "MYR")
    place = next(at for at, series in enumerate(spec["series"]) if series["name"] == "EV")
    assert charts.picked([{"series_index": place, "data_indices": [0]}], spec) == "E1"
    assert charts.picked([{"series_index": 0, "data_indices": [1]}], spec) is None
    assert charts.picked([{"series_index": place, "data_indices": [99]}], spec) is None
    assert charts.picked([], spec) is None


def test_of_a_big_community_both_ends_are_drawn():
    homes = run(**MANY).homes
    shown = charts.shown_bills(homes)
    assert shown.height == 20
    assert shown["saving"][0] == homes["saving"].max()
    assert shown["saving"][-1] == homes["saving"].min()


def test_roles_are_what_was_traded(paper):
    by_hour = bills.sold_by_hour(paper)
    net = paper.homes["p2p_sold_kwh"] - paper.homes["p2p_bought_kwh"]
    np.testing.assert_allclose(by_hour.sum(axis=0), net.to_numpy(), atol=1e-9)
    two_days = run(steps=192, step_minutes=15)
    net = two_days.homes["p2p_sold_kwh"] - two_days.homes["p2p_bought_kwh"]
    np.testing.assert_allclose(bills.sold_by_hour(two_days).sum(axis=0), net.to_numpy() / 2, atol=1e-9)


def test_hybrids_that_change_sides_are_counted():
    result = run(**{"market.matching": "pro-rata"})
    both = result.homes.filter((pl.col("p2p_sold_kwh") > 0) & (pl.col("p2p_bought_kwh") > 0))
    assert switched(result).figures["homes"] == both.height > 0


@pytest.mark.parametrize("overrides", [{}, {"steps": 1440, "step_minutes": 1}, LENDING])
def test_a_homes_day_balances_and_is_drawn_in_few_bars(overrides):
    result = run(**overrides)
    window = Window(0, min(result.timeline.steps, 24 * 60 // result.timeline.step_minutes))
    for at in range(result.community.size):
        times, parts, _ = home_charts.day_parts(result, at, window)
        assert len(times) <= 96
        np.testing.assert_allclose(sum(values for _, _, values in parts), 0.0, atol=1e-9)


def test_another_home_can_be_picked(paper):
    at = show(STREET, paper, HOME)
    assert any("Click a home on the map" in entry.value for entry in at.info)
    at.selectbox(key="home").set_value("H1").run()
    assert not at.exception
    assert any("On this day H1 bought" in seen(entry.value) for entry in at.caption)
    assert dict(at.query_params)["home"] == "H1"


def test_the_link_names_the_home(paper):
    assert show(STREET, paper, HOME | {"home": "N2"}).selectbox(key="home").value == "N2"
    assert show(STREET, paper, HOME | {"home": "gone"}).selectbox(key="home").value is None


def test_neighbours_are_the_trades_of_the_day_added_up(paper):
    tables = show(STREET, paper, HOME | {"home": "E1"}).dataframe
    each, every = (next(t.value for t in tables if ("time" in t.value.columns) == wanted) for wanted in (False, True))
    assert len(each) < len(every)
    assert each["neighbour"].nunique() == len(each)
    # Of what is shown each is off by half of its last digit at most, and these are sent as they are shown.
    bought = paper.homes.row(by_predicate=pl.col("id") == "E1", named=True)["p2p_bought_kwh"]
    assert each["kwh"].sum() == pytest.approx(bought, abs=0.005 * len(each))
    assert each["amount"].sum() == pytest.approx(every["amount"].sum(), abs=0.005 * (len(each) + len(every)))


def test_a_year_of_200_homes_is_small(year):
    at = show(STREET, year, EVERYTHING)
    assert sum(len(element.proto.spec) for element in at.get("echarts_chart")) < 250_000


def test_a_bill_of_trillions_has_no_change_where_nothing_changed():
    large = {
        "grid.import_price": 1e6 / 3.0,
        "grid.export_price": 1e6 / 7.0,
        "load.low_kw": 300.0,
        "load.high_kw": 1000.0,
    }
    result = run(
        **{"market.mechanism": "grid-only", "battery.capacity_kwh": 0.0}, **LENDING | large | {"steps": 24 * 60}
    )
    assert result.homes["cost"].max() > 1e11
    for at, home in enumerate(result.community.ids):
        assert not any(amount for _, amount in bills.bill_steps(result, home)[1:-1])
        assert home_charts.bill_words(result, at).figures["changes"] == ()


@pytest.mark.parametrize(("amount", "told"), [(0.0049999, False), (0.005 - 1e-16, True), (0.005, True), (-0.005, True)])
def test_half_a_cent_is_a_change_of_the_bill_whatever_the_residue(amount, told):
    assert home_charts.is_change(amount) == told
