"""Your own orders, cleared by any rule and taken apart station by station."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from jiran.app import state
from jiran.app.showing import plain
from jiran.app.views import market_orders, market_walk
from jiran.app.views.market_scene import Scene
from jiran.app.views.market_stations import badge, of_table
from jiran.errors import JiranError

if TYPE_CHECKING:
    from jiran.market import Mechanism


@st.fragment
def show() -> None:
    """Draw the page."""
    st.markdown("#### Why does an order get this price?")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        rule, _ = market_walk.pick_rule("")
        values = market_walk.pick_parameters(rule, {})
        if rule.by_chance(market_orders.count(), values):
            market_walk.draw_again()
    st.caption(plain(rule.description))
    try:
        _own_walk(rule, rule.values(values))
    except JiranError as error:
        market_walk.complain(error)


def _own_walk(rule: Mechanism, values: dict[str, Any]) -> None:
    """Draw the walk through the viewer's own orders; at the first station they can be changed."""
    stations = of_table()
    now = market_walk.walk([station.title for station in stations])
    with st.container(border=True):
        market_walk.heading(stations, now)
        place: Any = st.container()
        if now == 0:
            left, place = st.columns([3, 2], gap="medium")
            with left:
                market_orders.ask()
        with place:
            if market_orders.are_empty():
                st.info("There are no orders yet: give each buyer and each seller a row.", icon=":material/info:")
                return
            try:
                book = market_orders.book_of(rule)
                scene = Scene(state.cleared(book, rule.name, values, state.draw()))
                stations[now].draw(scene)
                badge(scene.outcome)
            except JiranError as error:
                market_walk.complain(error)
                if now:
                    st.caption("Go back to the first station to mend the table.")
