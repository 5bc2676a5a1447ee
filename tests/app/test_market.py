"""The page of the market: a step cleared again gives the run's own trades, and every station shows any book."""

from __future__ import annotations

import json

import numpy as np
import polars as pl
import pytest

from jiran.app.charts import book as charts
from jiran.app.orders import read_orders
from jiran.explain.step.book import book_of_step
from jiran.explain.step.money import account
from jiran.explain.step.outcome import clear_book, crossing, outcome_of_run
from jiran.explain.step.run_step import busiest_step
from jiran.market import find, mechanisms
from jiran.market.matching import MATCHINGS
from jiran.words import price
from pages import MANY, STREET, run, seen, show
from textbook import cleared, home

MARKET = {"tab": "market"}
RULES = sorted(mechanisms())
#: Rules that draw lots even of a few orders, with their default parameters.
BY_CHANCE = {name for name in RULES if find(name).by_chance(8, find(name).defaults)}
ODD = {
    "no trades": {"market.mechanism": "grid-only"},
    "one home": {"homes.groups": [{"kind": "solar", "count": 1}]},
    "ev supply": {"ev.supply.enabled": True, "steps": 72},
    "one step": {"steps": 1},
    "pro-rata": {"market.matching": "pro-rata"},
    "random-order": {"market.matching": "random-order"},
    "network charge": {"grid.network_charge": 0.1},
    "5 minutes": {"steps": 288, "step_minutes": 5},
    "200 homes": MANY,
    "quotes": {"homes.groups": [], "homes.single": [{"id": r"$x_{1}\alpha$ *b*", "kind": "solar"}, {"id": "[n](http://x)", "kind": "normal"}]},
}  # fmt: skip


@pytest.fixture(scope="module")
def paper():
    return run()


def walk(at, stations):
    """Go through all stations with Next, and back."""
    for _ in range(stations - 1):
        at.button(key="walk_next").click().run()
        assert not at.exception
        assert not at.error
    assert at.button(key="walk_next").disabled
    for _ in range(stations - 1):
        at.button(key="walk_back").click().run()
    assert at.button(key="walk_back").disabled
    return at


def text(at):
    return " ".join(entry.value for entry in at.markdown).replace("\\", "").replace("**", "")


@pytest.mark.parametrize("rule", [name for name in RULES if name not in BY_CHANCE])
@pytest.mark.parametrize("charge", [0.0, 0.05])
def test_a_step_cleared_again_by_the_runs_rule_gives_exactly_the_runs_trades(rule, charge):
    result = run(**{"market.mechanism": rule, "grid.network_charge": charge})
    # A rule that sets its prices at the end of a billing period does not know them in a step.
    prices = () if find(rule).reprice else ("buyer_price", "seller_price")
    for step in range(24):
        was = outcome_of_run(result, step)
        again = clear_book(was.book, rule, was.parameters)
        for name in ("seller", "buyer", "kwh", *prices):
            np.testing.assert_allclose(getattr(again.trades, name), getattr(was.trades, name), atol=1e-9, err_msg=name)


@pytest.mark.parametrize("rule", sorted(BY_CHANCE))
def test_another_draw_keeps_the_laws_of_volume(rule):
    result = run(**{"market.mechanism": rule})
    for step in range(24):
        was = outcome_of_run(result, step)
        again = clear_book(was.book, rule, was.parameters, seed=3)
        assert again.kwh <= min(was.book.offered_kwh, was.book.wanted_kwh) + 1e-9
        if rule != "muda":  # with equal bids all that can be traded is traded
            assert again.kwh == pytest.approx(was.kwh)


@pytest.mark.parametrize("matching", MATCHINGS)
def test_what_is_traded_and_paid_is_what_the_run_settled(matching):
    result = run(**{"market.matching": matching, "grid.network_charge": 0.03})
    traded = sum(outcome_of_run(result, step).traded_kwh for step in range(24))
    np.testing.assert_allclose(traded, np.abs(result.flows.outputs.traded_kwh).sum(axis=0), atol=1e-9)
    received = sum(outcome_of_run(result, step).trades.received for step in range(24))
    np.testing.assert_allclose(received, result.settlement.received, atol=1e-9)


def test_homes_bid_at_the_tariff(paper):
    book = book_of_step(paper, 8)
    assert set(book.limit_price[book.buyers]) == {0.5625}
    assert set(book.limit_price[book.sellers]) == {0.2}
    assert book_of_step(run(**{"grid.network_charge": 0.1}), 8).limit_price.max() == pytest.approx(0.4625)
    assert book.flat


@pytest.mark.parametrize("overrides", ODD.values(), ids=ODD.keys())
def test_the_walk_shows_any_run(overrides):
    at = show(STREET, run(**overrides), MARKET)
    assert not at.error
    walk(at, 6)


@pytest.mark.parametrize("rule", RULES)
def test_the_walk_shows_a_step_cleared_by_any_rule(paper, rule):
    at = show(STREET, paper, MARKET)
    at.selectbox(key="market_rule|grid-fraction").set_value(rule).run()
    assert not at.exception
    walk(at, 6 if rule == "grid-fraction" else 5)
    again = [entry.value for entry in at.caption if "cleared again" in entry.value]
    assert bool(again) == (rule != "grid-fraction")


def test_the_moves_of_the_paper_say_the_numbers_of_the_step(paper):
    at = show(STREET, paper, MARKET)
    formulas, words = "", ""
    for _ in range(6):
        formulas += " ".join(entry.value for entry in at.latex)
        words += text(at)
        if not at.button(key="walk_next").disabled:
            at.button(key="walk_next").click().run()
    assert r"B_{\text{S1}} = 2.50 - 0.35 = 2.15\ \text{kWh}" in formulas
    assert r"\min(2.15,\, 3.78)" in formulas
    assert r"0.8 \times 0.5625 \\ &= 0.45\ \text{MYR/kWh}" in formulas
    assert "5 sellers offer 10.00 kWh" in words
    assert "Trade 1: S1 sells 2.15 kWh to E1 at 0.45" in words
    assert "E1 buys 3.78 kWh at MYR 0.45 per kWh" in words
    assert "no kWh is lost. Money: what all paid and got adds up to zero." in words


def test_time_goes_on_and_back(paper):
    at = show(STREET, paper, MARKET)
    assert "08:00 to 09:00: who traded" in text(at)
    for button, hours in (
        ("step_next", "09:00 to 10:00"),
        ("step_before", "08:00 to 09:00"),
        ("step_before", "07:00 to 08:00"),
    ):
        at.button(key=button).click().run()
        assert f"{hours}: who traded" in text(at)
    assert dict(at.query_params)["hour"] == "2026-03-21T07:00"


def test_an_hour_in_which_nobody_traded_says_why_before_anything_else(paper):
    dark = show(STREET, paper, MARKET | {"hour": "2026-03-21T02:00"}, market_station=0)
    assert seen(dark.markdown[1].value) == (
        "Nobody sold to a neighbour: the solar roofs generated nothing in this time."
    )
    bright = show(STREET, paper, MARKET | {"hour": "2026-03-21T08:00"}, market_station=0)
    assert not any("Nobody sold" in one.value for one in bright.markdown)


def test_the_hour_of_the_link_is_the_one_that_is_cleared():
    at = show(STREET, run(steps=72), MARKET | {"hour": "2026-03-23T09:00"}, market_station=1)
    assert "Mon 23 Mar 09:00 to 10:00: who traded, and at what price?" in text(at)
    assert not at.exception


def test_the_price_is_that_of_the_home_that_is_looked_at(paper):
    at = show(STREET, paper, MARKET | {"hour": "2026-03-21T08:00", "home": "S2"}, market_station=4)
    assert "S2 sells" in text(at)


def test_with_a_home_chosen_the_walk_begins_at_the_price(paper):
    at = show(STREET, paper, MARKET | {"hour": "2026-03-21T08:00", "home": "S2"})
    assert "08:00 to 09:00: why did S2 get its price?" in text(at)
    assert "S2 sells" in text(at)


def test_trades_are_shown_one_after_the_other(paper):
    at = show(STREET, paper, MARKET, market_station=3)
    assert "Trade 1:" in text(at)
    at.button(key="trade_next").click().run()
    assert "Trade 2:" in text(at)
    table = at.dataframe[0].value
    assert table["number"].to_list() == [2, 1]
    assert table["now"].to_list() == ["▶", ""]
    at.button(key="trade_before").click().run()
    assert "Trade 1:" in text(at)


def test_a_runs_own_draw_is_shown_until_another_is_wanted():
    at = show(STREET, run(**{"market.mechanism": "random-p2p"}), MARKET)
    assert not any("cleared again" in entry.value for entry in at.caption)
    at.button(key="draw_again").click().run()
    assert any("with other draws" in entry.value for entry in at.caption)


def test_a_rule_that_refuses_says_so_in_a_sentence():
    at = show(STREET, run(**MANY), MARKET)
    at.selectbox(key="market_rule|grid-fraction").set_value("nucleolus").run()
    assert not at.exception
    assert len(at.error) == 1
    assert "at most 16 homes" in at.error[0].value


def test_curves_are_the_book_and_cross_where_the_textbook_says():
    outcome = cleared("uniform-price")
    assert crossing(outcome.book) == (2.0, 87.5)
    lines = {series.get("name"): series for series in charts.clearing(outcome)["series"]}
    assert lines["Supply"]["data"][:4] == [[0.0, 80.0], [1.0, 80.0], [1.0, 85.0], [2.0, 85.0]]
    assert lines["Demand"]["data"][-1] == [5.0, 60.0]
    assert lines["Price 87.5"]["data"] == [[0.0, 87.5], [2.0, 87.5]]
    assert lines["Cleared here"]["data"] == [[2.0, 87.5]]
    assert "Curves cross" not in lines
    vcg = {series.get("name"): series for series in charts.clearing(cleared("vcg"))["series"]}
    assert vcg["Curves cross"]["data"] == [[2.0, 87.5]]
    assert {"Buyers pay 85", "Sellers get 90"} <= set(vcg)


def test_pictures_mark_the_pair_and_the_gain():
    outcome = cleared("uniform-price")
    lines = {series.get("name"): series for series in charts.pair(outcome, 1)["series"]}
    assert lines["Grace asks 85"]["data"] == [[1.0, 85.0], [2.0, 85.0]]
    assert lines["Ben bids 90"]["data"] == [[1.0, 90.0], [2.0, 90.0]]
    area = charts.home(outcome, home(outcome, "Farid"))["series"][-1]["markArea"]["data"]
    assert area == [[{"coord": [0.0, 80.0]}, {"coord": [1.0, 87.5]}]]


def test_equal_bids_have_no_crossing_but_a_clearing_point(paper):
    names = [series.get("name") for series in charts.clearing(outcome_of_run(paper, 8))["series"]]
    assert "Cleared here" in names
    assert "Curves cross" not in names


@pytest.mark.parametrize("station", range(6))
def test_a_big_community_is_small(big, station):
    at = show(STREET, big, MARKET | {"hour": "2026-06-01T10:00"}, market_station=station)
    specs = [element.proto.spec for element in at.get("echarts_chart")]
    assert sum(map(len, specs)) < 150_000
    for element in at.get("echarts_chart"):
        assert json.loads(element.proto.spec)["animation"] is False
        assert any(digit in element.proto.alt for digit in "0123456789")
    assert max([element.value.shape[0] for element in at.dataframe], default=0) <= 20


@pytest.fixture(scope="module")
def big():
    return run(**MANY, steps=35_040, step_minutes=15)


def test_the_two_prices_of_a_trade_are_named_apart():
    result = run(**{"market.mechanism": "vcg", "bids.strategy": "truthful"})
    outcome = outcome_of_run(result, busiest_step(result, 0, 24))
    marks = [series["markLine"]["data"] for series in charts.pair(outcome, 0)["series"] if "markLine" in series]
    labels = {line["label"]["formatter"]: line["label"]["position"] for line in marks[-1]}
    one = outcome.pairs[0]
    assert one.seller_price > one.buyer_price
    assert labels == {
        f"seller gets {price(one.seller_price)}": "insideEndTop",
        f"buyer pays {price(one.buyer_price)}": "insideEndBottom",
    }


def test_what_is_left_with_the_market_until_the_bill_is_not_kept_by_it():
    result = run(**{"market.mechanism": "bill-sharing"})
    assert "evens out when the billing period ends" in account(outcome_of_run(result, 8)).text


@pytest.mark.parametrize("prices", [("0.4", "0.3"), ("100", "90"), ("0.4", "0.39"), ("7", "0.1")])
def test_the_price_axis_has_round_numbers(prices):
    table = pl.DataFrame({"Name": ["A", "B"], "Side": "buy", "kWh": "1", "Price": prices})
    book = read_orders(table, find("vcg"), import_price=120.0, export_price=50.0)
    axis = charts.clearing(clear_book(book, "vcg", {}))["yAxis"]
    assert {len(str(axis[end])) <= 6 for end in ("min", "max", "interval")} == {True}
