"""Your own orders: a table that a class pastes into or uploads, and the grid's prices beside it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from jiran.app import state
from jiran.app.export import csv_bytes
from jiran.app.orders import (
    EMPTY,
    EXAMPLE,
    MOST,
    MOST_ORDERS,
    grid_prices,
    read_csv,
    read_orders,
)
from jiran.app.showing import plain
from jiran.errors import JiranError

if TYPE_CHECKING:
    from collections.abc import Callable

    import polars as pl

    from jiran.explain.step.book import Book
    from jiran.market import Mechanism


def book_of(rule: Mechanism) -> Book:
    """Return the orders as they are now.

    Raises:
        JiranError: The table cannot be read.
    """
    return reader()(rule)


def reader() -> Callable[[Mechanism], Book]:
    """Return what reads the orders as they are now for a rule; any thread may call it, and it raises as `book_of` does."""
    held = state.own_orders()
    return partial(read_orders, held.now, import_price=held.import_price, export_price=held.export_price)


def are_empty() -> bool:
    """Tell whether nothing is in the table."""
    cells = state.own_orders().now.rows()
    return not any(str(cell or "").strip() for row in cells for cell in row)


def count() -> int:
    """Return the number of rows of the table."""
    return state.own_orders().now.height


def ask() -> None:
    """Draw the table, in which cells can be typed or pasted, and what else an order book needs."""
    st.markdown(
        f"Type into the table, paste rows from a spreadsheet (click a cell, then Ctrl+V), or upload a file. Each row is a "
        f"home: its name, whether it is to buy or sell, kWh, and price; up to {MOST_ORDERS} rows."
    )
    above = st.container()
    _upload()  # first, so that a file is in the table when it is drawn above
    held = state.own_orders()
    with above:
        prices = st.container()  # drawn last, for they follow from the table
        held.now = _table(held)
    with prices:
        _prices(held)
    state.remember_orders()
    table = held.now
    with st.container(horizontal=True):
        st.download_button(
            "This table as CSV", lambda: csv_bytes(table), "jiran-orders.csv", "text/csv",
            key="own_csv", icon=":material/download:", on_click="ignore", type="tertiary",
        )  # fmt: skip
        st.button(
            "Empty the table", icon=":material/delete:", key="own_empty", type="tertiary",
            on_click=state.set_own_orders, args=(EMPTY,),
        )  # fmt: skip
        st.button(
            "The textbook's example", icon=":material/menu_book:", key="own_example", type="tertiary",
            on_click=state.set_own_orders, args=(EXAMPLE,),
        )  # fmt: skip


def _table(held: state.OwnOrders) -> pl.DataFrame:
    column = st.column_config.TextColumn
    table: pl.DataFrame = st.data_editor(
        held.start,
        num_rows="dynamic",
        hide_index=True,
        height=388,
        key=held.key,
        column_config={
            "Name": column(help="Of the home; each name once"),
            "Side": column(help="buy or sell"),
            "kWh": column(help="How much it needs, or has"),
            "Price": column(help="The highest price a buyer pays, the lowest a seller takes, per kWh"),
        },
        alt="Table of orders: name, side, kWh and price of each home.",
    )
    return table


def _prices(held: state.OwnOrders) -> None:
    """Ask for the grid's prices, which follow from the orders until they are set here."""
    keys = f"own_import {held.key}", f"own_export {held.key}"
    if not held.grid_is_set:
        held.import_price, held.export_price = grid_prices(held.now)
    for key, now in zip(keys, (held.import_price, held.export_price), strict=True):
        if not held.grid_is_set or key not in st.session_state:
            st.session_state[key] = now

    def is_set() -> None:
        held.grid_is_set = True

    with st.container(horizontal=True):
        held.import_price = st.number_input(
            "Grid asks, per kWh", -MOST, MOST, key=keys[0], format="%g", on_change=is_set,
            help="What a buyer pays the grid for what no neighbour sells. At first the highest price of the orders.",
        )  # fmt: skip
        held.export_price = st.number_input(
            "Grid gives, per kWh", -MOST, MOST, key=keys[1], format="%g", on_change=is_set,
            help="What a seller gets from the grid for what no neighbour buys. At first the lowest price of the orders.",
        )  # fmt: skip


def _upload() -> None:
    """Take a file."""
    file = st.file_uploader(
        "Or upload the table as CSV, with the columns Name, Side, kWh and Price",
        type=["csv", "txt", "tsv"], key="own_file", max_upload_size=1,
    )  # fmt: skip
    if file is not None and state.is_new_upload(file.file_id, "orders"):
        try:
            state.set_own_orders(read_csv(file.getvalue()))
        except JiranError as error:
            st.error(plain(f"{file.name}: {error}"), icon=":material/error:")
