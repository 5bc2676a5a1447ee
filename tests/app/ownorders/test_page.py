"""The page of own orders: edited in place, all rules on them, and any rule taken apart."""

from __future__ import annotations

import re

import polars as pl
import pytest

from jiran.app.orders import EXAMPLE
from jiran.market import find, mechanisms
from pages import run, seen, show

PAGE = """
from jiran.app.ownorders import page

page.show()
"""


@pytest.fixture(scope="module")
def paper():
    return run()


def own(result, rule="uniform-price", station=0):
    at = show(PAGE, result, market_station=station)
    if rule != "uniform-price":
        at.selectbox(key="market_rule|").set_value(rule).run()
    assert not at.exception
    return at


def text(at):
    return " ".join(seen(entry.value) for entry in at.markdown)


def put(at, table, number):
    """Put a table into the editor, as somebody would who typed it."""
    held = at.session_state["own_orders"]
    held.start = held.now = table
    held.key = f"own_orders_{number}"
    return at.run()


def own_table(rows):
    return pl.DataFrame(rows, schema=["Name", "Side", "kWh", "Price"], orient="row")


def side_by_side(at):
    return next(pl.DataFrame(one.value) for one in at.dataframe if "family" in one.value.columns)


def with_cell(row, column, value):
    cells = [value if place == row else old for place, old in enumerate(EXAMPLE[column])]
    return EXAMPLE.with_columns(pl.Series(column, cells))


@pytest.mark.parametrize("rule", sorted(mechanisms()))
def test_the_walk_shows_the_textbooks_orders_under_any_rule(paper, rule):
    at = own(paper, rule)
    for _ in range(4):
        at.button(key="walk_next").click().run()
        assert not at.exception
        assert not at.error
    assert at.button(key="walk_next").disabled


def test_all_rules_stand_side_by_side_by_family(paper):
    at = own(paper)
    rules = side_by_side(at)
    assert set(rules["name"]) == set(mechanisms()) - {"grid-only"}
    assert rules["rule"].to_list() == [find(name).plain_name for name in rules["name"]]
    assert rules["family"].n_unique() == 6
    assert "By their limit prices these orders could gain 25 together;" in text(at)
    said = re.search(r"With ([^.]*) somebody trades at a price beyond their own limit, and loses by it\.", text(at))
    assert "fixed share of the grid's price (grid-fraction)" in said[1]


def test_a_home_of_ones_choice_is_explained(paper):
    at = own(paper, "vcg", station=4)
    picker = next(box for box in at.selectbox if box.label == "Home")
    picker.set_value(picker.options.index("Farid")).run()
    assert "Farid sells 1 kWh for 90 per kWh" in text(at)
    assert "a deficit of 10" in text(at)


def test_another_draw_and_back(paper):
    at = own(paper, "random-p2p", station=3)
    before = text(at)
    for _ in range(6):
        at.button(key="draw_again").click().run()
        if text(at) != before:
            break
    assert text(at) != before
    at.button(key="draw_first").click().run()
    assert text(at) == before


def test_the_parameters_of_the_rule_can_be_changed(paper):
    at = own(paper, station=2)
    assert "at 87.5 for all" in text(at)
    at.number_input(key="market|uniform-price|k|0.5").set_value(0.0).run()
    assert "at 85 for all" in text(at)


@pytest.mark.parametrize(
    ("cell", "sentence"),
    [
        ((1, "Price", "NaN"), "Row 2 (Ben), price = 'NaN': must be a number of at most 1e9, such as 0.35."),
        (
            (5, "Name", "Ben"),
            "Ben buys in row 2 and sells in row 6: a home has one order, so give each row its own name.",
        ),
    ],
)
def test_orders_that_cannot_be_read_are_one_sentence(paper, cell, sentence):
    at = put(own(paper), with_cell(*cell), 9)
    assert not at.exception
    assert [seen(entry.value) for entry in at.error] == [sentence]


def test_a_rule_that_needs_a_price_says_so_and_the_others_clear(paper):
    at = put(own(paper), with_cell(2, "Price", ""), 9)
    said = "needs a price from everyone: row 3 (Chong) has none"
    assert [seen(entry.value) for entry in at.error] == [f"Uniform-price {said}."]
    rules = side_by_side(at)
    refused = rules.filter(pl.col("note").str.contains(said, literal=True))
    assert set(refused["name"]) == {name for name, rule in mechanisms().items() if rule.needs_bids}
    assert refused["kwh"].null_count() == refused.height


def test_an_empty_table_is_no_error(paper):
    at = own(paper)
    at.button(key="own_empty").click().run()
    assert not at.error
    assert "There are no orders yet" in at.info[0].value


def grid(at):
    return [one for one in at.number_input if one.label.startswith("Grid ")]


def test_the_grids_prices_follow_from_the_orders_until_they_are_set(paper):
    """Left from another table they would make a gain of a hundred per kWh."""
    at = own(paper)
    asks, gives = grid(at)
    assert (asks.label, asks.value, gives.value) == ("Grid asks, per kWh", 120.0, 50.0)
    at.button(key="own_empty").click().run()
    put(at, own_table([("A", "buy", "1", "0.45"), ("X", "sell", "1", "0.30"), ("Y", "sell", "2", "0.25")]), 7)
    assert [box.value for box in grid(at)] == [0.45, 0.25]
    grid(at)[0].set_value(0.6).run()
    put(at, own_table([("A", "buy", "1", "9"), ("X", "sell", "1", "3")]), 8)
    assert [box.value for box in grid(at)] == [0.6, 0.25]
    at.button(key="own_example").click().run()
    assert [box.value for box in grid(at)] == [120.0, 50.0]


def test_the_badge_is_about_these_orders(paper):
    badges = [seen(entry.value) for entry in own(paper).caption if "verified" in entry.value]
    assert badges == [
        ":material/verified: Every kWh and every amount of these orders is accounted for: 2 kWh sold, as much bought, and sellers get what buyers pay."
    ]
