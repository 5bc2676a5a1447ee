"""The page of own orders: the table that is edited in place, all rules on it, and one rule taken apart."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import polars as pl
import streamlit as st

from jiran.app import columns, state
from jiran.app.charts import rules as charts
from jiran.app.drawing import draw
from jiran.app.export import csv_bytes
from jiran.app.ownorders.judged import Judged, judge_all, table
from jiran.app.showing import plain, show_text
from jiran.app.views import market_orders, market_walk
from jiran.app.views.market_scene import Scene
from jiran.app.views.market_stations import badge, of_table
from jiran.errors import JiranError
from jiran.explain.step.rules import lose, most
from jiran.market import find
from jiran.market.base import BASELINE

if TYPE_CHECKING:
    from jiran.market import Mechanism


@st.fragment
def show() -> None:
    """Draw the page."""
    left, right = st.columns([2, 3], gap="medium")
    with left:
        market_orders.ask()
    with right:
        judged = _judged()
        if not judged:
            return
        _pictures(judged)
    _table(judged)
    _one_rule()


def _judged() -> list[Judged]:
    """Return what all rules make of the table; nothing, and a sentence that says why, if there is no book."""
    if market_orders.are_empty():
        st.info("There are no orders yet: give each buyer and each seller a row.", icon=":material/info:")
        return []
    try:
        market_orders.book_of(find(BASELINE))  # a fault of the table is said once, and not by every rule
    except JiranError as error:
        market_walk.complain(error)
        return []
    held, seed = state.own_orders(), state.draw()
    key = repr((held.now.rows(), held.import_price, held.export_price, seed))
    work = partial(judge_all, market_orders.reader(), seed)
    try:
        return state.worked_out(key, "The clearing with every rule", "Clearing with every rule", work)
    except state.NotRunError:  # the page has said why
        return []


def _pictures(judged: list[Judged]) -> None:
    cleared = [one.outcome for one in judged if one.outcome is not None]
    show_text(most(cleared), lose(cleared))
    shown = [one for one in judged if one.outcome is not None]
    draw(charts.gains(shown), key="own_gains", alt=charts.gains_alt(shown), height=120 + 24 * len(shown))


def _table(judged: list[Judged]) -> None:
    st.markdown("#### All rules on these orders")
    text, frame = st.column_config.TextColumn, table(judged)
    price, gain = (
        columns.prices(frame.select("pay", "get")),
        columns.amounts(frame.select("buyers", "sellers", "account")),
    )
    looks = {
        "rule": text("Rule", width=262),
        "name": text("Name", help="What commands and files call it"),
        "family": text("Family", help="Rules that work alike", width=160),
        "kwh": columns.amounts(frame["kwh"])("Traded, kWh", width=96),
        "pay": price("Buyers pay", width=88, help="Per kWh, on average"),
        "get": price("Sellers get", width=88, help="Per kWh, on average"),
        "reached": columns.SHARES("Reached, %", width=92, help="Of what all could gain together; below 0 they lose"),
        "buyers": gain("Buyers gain", width=92, help="Against their own limit prices"),
        "sellers": gain("Sellers gain", width=92, help="Against their own limit prices"),
        "account": gain("Left", width=56, help="What buyers pay above what sellers get; below 0 it is missing"),
        "note": text("Note", width=258),
    }
    st.dataframe(
        columns.as_written(frame.with_columns(pl.col("reached") * 100.0), looks),
        hide_index=True,
        height="content",
        placeholder="–",
        column_order=("rule", "family", "reached", "kwh", "pay", "get", "buyers", "sellers", "account", "note", "name"),
        column_config=looks,
        key="own_rules",
        alt=f"{len(judged)} market rules on the same orders: what each trades, its prices, and who gains.",
    )  # fmt: skip
    st.download_button(
        "All rules as CSV", lambda: csv_bytes(frame), "jiran-orders-rules.csv", "text/csv",
        key="own_rules_csv", icon=":material/download:", on_click="ignore", type="tertiary",
    )  # fmt: skip


def _one_rule() -> None:
    """Draw one rule taken apart, station by station."""
    st.markdown("#### Why does an order get this price?")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        rule, _ = market_walk.pick_rule("")
        values = market_walk.pick_parameters(rule, {})
        if rule.by_chance(market_orders.count(), values):
            market_walk.draw_again()
    st.caption(plain(rule.description))
    try:
        _walk(rule, rule.values(values))
    except JiranError as error:
        market_walk.complain(error)


def _walk(rule: Mechanism, values: dict[str, Any]) -> None:
    stations = of_table()
    now = market_walk.walk([station.title for station in stations])
    with st.container(border=True):
        market_walk.heading(stations, now)
        scene = Scene(state.cleared(market_orders.book_of(rule), rule.name, values, state.draw()))
        stations[now].draw(scene)
        badge(scene.outcome)
