"""What the viewer chooses: a day of the tables, another draw of lots, orders of their own."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from jiran.app.charts.base import Window
from jiran.app.links import pack
from jiran.app.orders import EXAMPLE, EXAMPLE_EXPORT, EXAMPLE_IMPORT, data_of_orders, orders_of_data
from jiran.app.state.finished import result
from jiran.app.state.session import base, show_address
from jiran.errors import JiranError

if TYPE_CHECKING:
    import polars as pl

_WHOLE = "Whole period"


def pick_window(*, whole: bool) -> Window:
    """Let the viewer choose a day of the run, or the whole of it; a run of one day asks nothing.

    Args:
        whole: Whether the page can show the whole run.
    """
    shown = result()
    day = shown.timeline.day
    days = int(day[-1]) + 1
    if days == 1:
        return Window(0, shown.timeline.steps)
    dates = [str(date) for date in np.unique(shown.timeline.local.astype("datetime64[D]"))]
    options = [_WHOLE, *dates] if whole else dates
    start = st.session_state.get("day")
    if start not in options:
        start = options[0] if whole else dates[min(1, days - 1)]
    chosen = st.selectbox(
        "Day",
        options,
        index=options.index(start),
        format_func=lambda date: date if date == _WHOLE else f"{dt.date.fromisoformat(date):%a %d %b %Y}",
        width=220,
        key=f"day|{whole}|{days}|{dates[0]}",
    )
    if chosen != start:  # only a choice goes along to the other pages
        st.session_state.day = chosen
    if chosen == _WHOLE:
        return Window(0, shown.timeline.steps)
    steps = np.flatnonzero(shown.timeline.local.astype("datetime64[D]") == np.datetime64(chosen))
    return Window(int(steps[0]), int(steps[-1]) + 1)


def draw() -> int:
    """Return how often the viewer has drawn lots anew."""
    number: int = st.session_state.get("draw", 0)
    return number


def set_draw(number: int) -> None:
    """Draw lots anew, or with 0 go back to the first draw."""
    st.session_state.draw = number


@dataclass
class OwnOrders:
    """The viewer's own orders: the table that the editor starts with, the table as it is now, and the grid's prices.

    Until the viewer sets them the grid's prices follow from the orders.
    """

    start: pl.DataFrame
    now: pl.DataFrame
    import_price: float = EXAMPLE_IMPORT
    export_price: float = EXAMPLE_EXPORT
    grid_is_set: bool = False
    key: str = "own_orders_0"


def own_orders() -> OwnOrders:
    """Return the viewer's own orders; what is changed in them is remembered. At first they are those of the link."""
    if "own_orders" not in st.session_state:
        st.session_state.own_orders = _orders_of_link() or OwnOrders(EXAMPLE, EXAMPLE)
    held: OwnOrders = st.session_state.own_orders
    if held.key not in st.session_state:  # the editor was away, and forgot what was typed
        held.start = held.now
    return held


def _orders_of_link() -> OwnOrders | None:
    """Return the orders that the address bar held when the page was opened; a link that holds none, or none that can be read."""
    base()  # reads the address bar
    data = st.session_state.get("linked_orders")
    if data is None:
        return None
    try:
        table, grid = orders_of_data(data)
    except JiranError as error:
        st.session_state.notice = str(error)
        return None
    held = OwnOrders(table, table)
    if grid is not None:
        held.import_price, held.export_price = grid
        held.grid_is_set = True
    return held


def remember_orders() -> None:
    """Put the viewer's own orders into the address bar, so that a reload and a link keep them."""
    held = own_orders()
    grid = (held.import_price, held.export_price) if held.grid_is_set else None
    as_it_was = held.now.equals(EXAMPLE) and grid is None
    packed = None if as_it_was else pack(data_of_orders(held.now, grid))
    if packed != st.session_state.get("packed_orders"):
        st.session_state.packed_orders = packed
        show_address()


def has_linked_orders() -> bool:
    """Tell whether the viewer came by a link that holds orders."""
    base()  # reads the address bar
    return st.session_state.get("linked_orders") is not None


def set_own_orders(table: pl.DataFrame) -> None:
    """Start the editor afresh with another table; the grid's prices follow from it."""
    held = own_orders()
    held.grid_is_set = False
    held.start = held.now = table
    held.key = f"own_orders_{int(held.key.rpartition('_')[2]) + 1}"
