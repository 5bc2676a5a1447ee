"""Trades: who trades with whom, the log, and each home's energy."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import streamlit as st

from jiran.app import columns, export, pins, state, trade_list
from jiran.app.charts import trades as charts
from jiran.app.drawing import draw
from jiran.app.showing import file_name, markdown_of, plain
from jiran.app.trade_list import MOST_ROWS, Wanted
from jiran.app.views import prove
from jiran.explain.nothing_traded import nothing_traded
from jiran.explain.step.run_step import busiest_step, step_label
from jiran.explain.trades import pairs_chart, roles, total
from jiran.words import KIND_NAMES, counted, kwh, money

if TYPE_CHECKING:
    import polars as pl

    from jiran.app.charts.base import Window
    from jiran.result.result import Result

_ANYONE = "Anyone"


def show() -> None:
    """Draw the page."""
    result = state.result()
    window = state.pick_window(whole=True)
    _how(result, window)
    _who(result, window)
    _log(result, window)
    _table_one(result, window)


def _how(result: Result, window: Window) -> None:
    """Offer to take the busiest step apart."""
    step = busiest_step(result, window.first, window.last)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown("Which homes trade, and at what price, is decided anew in every step.")
        label = f"See how the market cleared {step_label(result, step)}"
        if st.button(label, icon=":material/storefront:", key="open_market"):
            state.open_step(step)


@st.fragment
def _who(result: Result, window: Window) -> None:
    """Draw who trades with whom in the window."""
    st.subheader("Who trades with whom", anchor="who")
    pairs = charts.pair_totals(result, window)
    if pairs.is_empty():
        nothing = nothing_traded(result, window.first, window.last)
        why = "Nobody traded in this period." if nothing is None else markdown_of(nothing)
        st.info(f"{why}{_of_a(result, window)}", icon=":material/info:")
        return
    currency = result.scenario.currency
    unit = st.segmented_control(
        "Show",
        ["kWh", currency],
        default="kWh",
        required=True,
        key="who_unit",
        format_func=plain,
        label_visibility="collapsed",
    )
    column = "kwh" if unit == "kWh" else "paid"
    alt = str(pairs_chart(result, window.first, window.last))
    left, right = st.columns(2, gap="medium")
    each = charts.drawn_one_by_one(result)
    with left:
        ring = pairs.head(charts.MOST_RIBBONS) if each else charts.by_kind(pairs)
        some = (
            f" Drawn are the {ring.height} largest of {pairs.height:,} pairs."
            if each and ring.height < pairs.height
            else ""
        )
        st.caption(
            f"{markdown_of(total(result, window.first, window.last) or '')}{_of_a(result, window)} A ribbon starts at the seller, in the seller's colour.{some}"
        )
        draw(charts.ring(ring, column, unit), key="ring", alt=alt, height=440)
    with right:
        if each:
            st.caption("The same as a table: read a row to see whom a home sells to.")
            draw(charts.cells(result, pairs, column, unit), key="cells", alt=alt, height=440)
        else:
            shown = min(charts.MOST_PAIRS, pairs.height)
            st.caption(
                "The pair that trades."
                if pairs.height == 1
                else f"The {shown} pairs that trade most, of {pairs.height:,}."
            )
            draw(charts.top_pairs(pairs, column, unit), key="top_pairs", alt=alt, height=440)


def _of_a(result: Result, window: Window) -> str:
    """Say what was traded in A: in the same time, or in all its own time if that is another."""
    before = state.pinned()
    if before is None:
        return ""
    if pins.not_comparable(before, result) is None:
        return f" In A: {markdown_of(total(before, window.first, window.last) or '')}"
    steps = before.timeline.steps
    return f" In A, over its {counted(steps, 'step')}: {markdown_of(total(before, 0, steps) or '')}"


@st.fragment
def _log(result: Result, window: Window) -> None:
    """Draw the transaction log, Table II of the paper, with its filter."""
    st.subheader("All trades", anchor="log")
    listed = trade_list.listing(result, window, _filter(result))
    currency = result.scenario.currency
    said = f"{counted(listed.count, 'trade')}, {kwh(listed.kwh)}, {money(listed.paid, currency)} paid."
    if listed.count > MOST_ROWS:
        said += f" The table holds the first {MOST_ROWS:,} of them; the files hold all trades of the period."
    st.caption(plain(said))
    if listed.count:
        shown = _columns(listed.rows, currency)
        st.dataframe(
            columns.as_written(_texts(listed.rows, result), shown),
            hide_index=True,
            height=min(38 + 35 * listed.rows.height, 388),
            column_config=shown,
            lazy=True,
            placeholder="–",
            key="log",
            alt=f"Table of trades: {said}",
        )
    name = file_name(f"jiran-{result.scenario.name}-trades")
    with st.container(horizontal=True):
        frame = partial(export.trades, result, window)
        st.download_button(
            "All trades, CSV", lambda: export.csv_bytes(frame()), f"{name}.csv", "text/csv",
            key="trades_csv", icon=":material/download:", on_click="ignore",
        )  # fmt: skip
        st.download_button(
            "All trades, Parquet", lambda: export.parquet_bytes(frame()), f"{name}.parquet",
            "application/vnd.apache.parquet", key="trades_parquet", icon=":material/download:", on_click="ignore",
        )  # fmt: skip
    if listed.count:
        prove.trade(result, listed.rows, len(result.flows.trades))


def _filter(result: Result) -> Wanted:
    """Ask which trades to list."""
    homes = [_ANYONE, *result.traders]
    with st.grid(4, min_column_width=150):
        seller = st.selectbox("Seller", homes, key="log_seller")
        buyer = st.selectbox("Buyer", homes, key="log_buyer")
        least = st.number_input("At least, kWh", 0.0, None, 0.0, 0.1, key="log_least")
        order = st.selectbox("Order", ["By time", "Largest first"], key="log_order")
    return Wanted(
        None if seller == _ANYONE else seller, None if buyer == _ANYONE else buyer, least, order == "Largest first"
    )


def _texts(rows: pl.DataFrame, result: Result) -> pl.DataFrame:
    """Return the rows with times as they stand on the wall, and without what is the same twice."""
    labels = {step: step_label(result, step) for step in rows["step"].unique()}
    shown = rows.with_columns(time=rows["step"].replace_strict(labels)).drop("step")
    same = bool((rows["paid"] == rows["received"]).all())
    return shown.drop("seller_price", "received") if same else shown


def _columns(rows: pl.DataFrame, currency: str) -> dict[str, Any]:
    """Return what the log's columns are called and how their numbers look."""
    price, amount = (
        columns.prices(rows.select("buyer_price", "seller_price")),
        columns.amounts(rows.select("paid", "received")),
    )
    return {
        "number": columns.COUNTS("No.", width="small"),
        "time": st.column_config.TextColumn("Time"),
        "seller": st.column_config.TextColumn("Seller"),
        "buyer": st.column_config.TextColumn("Buyer"),
        "kwh": columns.amounts(rows["kwh"])("Energy, kWh"),
        "buyer_price": price(f"Price, {currency}/kWh"),
        "seller_price": price(f"Seller gets, {currency}/kWh"),
        "paid": amount(f"Paid, {currency}"),
        "received": amount(f"Received, {currency}"),
    }


def _table_one(result: Result, window: Window) -> None:
    """Draw Table I of the paper: generation and demand of each home."""
    st.subheader("Generation and demand of each home", anchor="homes")
    homes = trade_list.prosumers(result, window)
    st.caption(markdown_of(roles(result, window.first, window.last) or ""))
    energy = columns.amounts(homes.select(name for name in homes.columns if name.endswith("_kwh")))
    shown = {
        "home": st.column_config.TextColumn("Home"),
        "kind": st.column_config.TextColumn("Kind"),
        "generation_kwh": energy("Generation, kWh"),
        "demand_kwh": energy("Demand, kWh"),
        "net_kwh": energy(
            "Net, kWh", signed=True, help="Generation less demand, or export less import, over the whole period."
        ),
        "sold_kwh": energy("Sold to neighbours, kWh"),
        "bought_kwh": energy("Bought from neighbours, kWh"),
        "role": st.column_config.TextColumn("Role"),
    }
    st.dataframe(
        columns.as_written(homes.head(MOST_ROWS).with_columns(homes["kind"].replace(KIND_NAMES)), shown),
        hide_index=True,
        placeholder="–",
        height=min(38 + 35 * homes.height, 458),
        column_config=shown,
        key="prosumers",
        alt="Table of homes: generation, demand, net energy and role of each.",
    )
