"""Tables of orders: what is read, and one sentence for what cannot be."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from jiran.app.orders import COLUMNS, EXAMPLE, MOST_ORDERS, grid_prices, read_csv, read_orders
from jiran.errors import JiranError
from jiran.market import find, mechanisms

GRID = {"import_price": 0.5, "export_price": 0.2}


def table(*rows):
    return pl.DataFrame(rows, schema=dict.fromkeys(COLUMNS, pl.String), orient="row")


def read(*rows, rule="uniform-price"):
    return read_orders(table(*rows), find(rule), **GRID)


def test_the_grid_s_prices_start_from_those_of_an_uploaded_table():
    uploaded = read_csv(b"Name;Side;kWh;Price\nA;buy;1;0,55\nB;sell;1;0.2\nC;sell;2;\n")
    assert grid_prices(uploaded) == (0.55, 0.2)
    assert grid_prices(read_csv(b"Name,Side,kWh,Price\nA,buy,1,x\n")) == (0.5625, 0.2)
    assert grid_prices(read_csv(b"Name,Side,kWh,Price\nA,buy,1,-2\nB,sell,1,-3\n")) == (-2.0, -3.0)
    assert grid_prices(EXAMPLE) == (120.0, 50.0)


def test_the_textbooks_example_is_read():
    book = read_orders(EXAMPLE, find("uniform-price"), **GRID)
    assert book.net_kwh.tolist() == [-1.0] * 5 + [1.0] * 5
    assert [book.names[home] for home in book.buyers] == ["Aminah", "Ben", "Chong", "Devi", "Ezra"]
    assert [book.names[home] for home in book.sellers] == ["Farid", "Grace", "Hana", "Ivan", "Jaya"]


def test_decimal_commas_blank_rows_and_other_words_are_understood():
    book = read(
        ("Ben", " Bid ", "1,5", "0,35"), (None, None, None, None), ("", "", " ", ""), ("Devi", "SELLER", "2", "0")
    )
    assert book.names == ("Ben", "Devi")
    assert book.net_kwh.tolist() == [-1.5, 2.0]
    assert book.limit_price.tolist() == [0.35, 0.0]


def test_a_price_left_out_is_the_grids_for_rules_that_do_not_work_with_bids():
    rows = ("Ben", "buy", "1", ""), ("Devi", "sell", "1", None)
    assert read(*rows, rule="mid-market-rate").limit_price.tolist() == [0.5, 0.2]


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([], "there are no orders: give each buyer and each seller a row"),
        ([("", "buy", "1", "1")], "row 1 has no name: each order needs the name of a home"),
        ([("Ben", "hold", "1", "1")], "row 1 (Ben), side = 'hold': must be buy or sell"),
        ([("Ben", "", "1", "1")], "row 1 (Ben), side = '': must be buy or sell"),
        ([("Ben", "buy", "much", "1")], "row 1 (Ben), kWh = 'much': must be a number above 0, such as 1.5"),
        ([("Ben", "buy", "inf", "1")], "row 1 (Ben), kWh = 'inf': must be a number above 0, such as 1.5"),
        ([("Ben", "buy", "", "1")], "row 1 (Ben), kWh = '': must be a number above 0, such as 1.5"),
        ([("Ben", "buy", "0", "1")], "row 1 (Ben), kWh = '0': must be above 0; the side says whether it buys or sells"),
        (
            [("Ben", "buy", "-2", "1")],
            "row 1 (Ben), kWh = '-2': must be above 0; the side says whether it buys or sells",
        ),
        ([("Ben", "buy", "1", "NaN")], "row 1 (Ben), price = 'NaN': must be a number of at most 1e9, such as 0.35"),
        ([("Ben", "buy", "1", "-inf")], "row 1 (Ben), price = '-inf': must be a number of at most 1e9, such as 0.35"),
        ([("Ben", "buy", "1", "1.2.3")], "row 1 (Ben), price = '1.2.3': must be a number of at most 1e9, such as 0.35"),
        (
            [("Ben", "buy", "1", "1"), ("", "", "", ""), ("Chong", "buy", "1", "")],
            "uniform-price needs a price from everyone: row 3 (Chong) has none",
        ),
        (
            [("Ben", "buy", "1", "1"), ("Ben", "sell", "1", "1")],
            "Ben buys in row 1 and sells in row 2: a home has one order, so give each row its own name",
        ),
        (
            [("Ben", "buy", "1", "1"), ("Ben", "buy", "1", "1")],
            "Ben stands in row 1 and in row 2: a home has one order, so add the two up",
        ),
        ([(f"H{place}", "buy", "1", "1") for place in range(201)], "orders = 201: must be at most 200 rows"),
    ],
)
def test_what_cannot_be_read_is_one_sentence(rows, sentence):
    with pytest.raises(JiranError) as caught:
        read(*rows)
    assert str(caught.value) == sentence


def test_as_many_orders_as_allowed_are_read():
    assert len(read(*((f"H{place}", "buy", "1", "1") for place in range(MOST_ORDERS))).names) == MOST_ORDERS


@pytest.mark.parametrize(
    "text",
    [
        "name,side,kwh,price\nBen,buy,1.5,0.35\nDevi,sell,2,0.1\n",
        "\ufeffHome;Buy/Sell;Energy (kWh);Limit price\r\nBen;buy;1,5;0,35\r\n\r\nDevi;sell;2;0,1\r\n",
        "Price\tKWH\tname\ttype\n0.35\t1.5\tBen\tb\n0.1\t2\tDevi\ts\n",
    ],
)
def test_files_of_several_makes_give_the_same_book(text):
    book = read_orders(read_csv(text.encode()), find("vcg"), **GRID)
    assert book.names == ("Ben", "Devi")
    np.testing.assert_allclose(book.net_kwh, [-1.5, 2.0])
    np.testing.assert_allclose(book.limit_price, [0.35, 0.1])


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "the file is empty: it needs a heading and a row for each order"),
        (b"PK\x03\x04\0\0", "the file is not text: save the table as CSV"),
        (
            b"name,kwh,price\nBen,1,2\n",
            "heading = 'name, kwh, price': the column Side is missing; it needs Name, Side, kWh, Price",
        ),
        (
            b"name,side,kwh,price\nBen,buy,1,5,0,35\n",
            "row 1 has 6 cells, the heading 4: with decimal commas, put semicolons between cells",
        ),
    ],
)
def test_a_file_that_is_no_table_of_orders_is_one_sentence(content, sentence):
    with pytest.raises(JiranError) as caught:
        read_csv(content)
    assert str(caught.value) == sentence


def test_a_file_without_prices_does_for_rules_that_need_none():
    orders = read_csv(b"name,side,kwh\nBen,buy,1\nDevi,sell,1\n")
    assert read_orders(orders, find("grid-fraction"), **GRID).limit_price.tolist() == [0.5, 0.2]
    with pytest.raises(JiranError, match=r"vcg needs a price from everyone: row 1 \(Ben\) has none"):
        read_orders(orders, find("vcg"), **GRID)


def test_the_rules_that_need_bids():
    needing = {name for name, rule in mechanisms().items() if rule.needs_bids}
    assert {"uniform-price", "vcg", "muda"} <= needing
    assert not needing & {
        "grid-fraction",
        "grid-only",
        "mid-market-rate",
        "supply-demand-ratio",
        "shapley",
        "consensus",
    }
