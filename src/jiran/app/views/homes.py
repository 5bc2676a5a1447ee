"""Homes: does it pay, for whom, is it fair; and one home's day and bill."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import polars as pl
import streamlit as st

from jiran.app import export, pins, state
from jiran.app.bills import bill_steps, sold_by_hour
from jiran.app.charts import home as home_charts
from jiran.app.charts import homes as charts
from jiran.app.charts.base import MOST_HOMES
from jiran.app.drawing import draw
from jiran.app.showing import file_name, markdown_of, plain, show_text
from jiran.explain.homes import bills_chart, fairness, half, kinds_chart, roles_chart, switched, trades, verdict
from jiran.explain.nothing_traded import nothing_traded
from jiran.explain.times import day, period
from jiran.result.tables import trades_frame
from jiran.words import KIND_NAMES

if TYPE_CHECKING:
    from jiran.app.charts.base import Spec, Window
    from jiran.result.result import Result

_BILLS_KEY = "bills"


def show() -> None:
    """Draw the page."""
    result, before = state.result(), state.pinned()
    missing = None if before is None else pins.not_comparable(before, result)
    show_text(*verdict(result), heading=True)
    with st.container():  # always there, so that what follows keeps its place on the page
        if missing is not None:
            st.caption(plain(f"{missing}, so A's bills are not drawn."))
    of_a = None if before is None or missing is not None else before.homes
    _bills(result, of_a)
    _fairness(result, before)
    _roles(result)
    _one_home(result, before, of_a)
    _downloads(result)


def _bills(result: Result, of_a: pl.DataFrame | None) -> None:
    """Draw every home's bill, and what a home of each kind saves."""
    st.subheader("Who pays what", anchor="bills")
    homes, currency = result.homes, result.scenario.currency
    left, right = st.columns([3, 2], gap="medium")
    with left:
        which = "Every home's bill for the whole period."
        if homes.height > MOST_HOMES:
            which = f"The 10 homes that save most and the 10 that save least, of {homes.height:,}: bills for the whole period."
        st.caption(
            f"{which} The line goes from the bill without trading to the bill with it. "
            f"{'' if of_a is None else 'A diamond is the bill in A. '}Click a home to see its day below."
        )
        spec, alt = charts.bills(homes, currency, of_a), str(bills_chart(result))
        height = 120 + 24 * charts.shown_bills(homes).height
        draw(spec, key=_BILLS_KEY, alt=alt, height=height, on_select=partial(_pick_clicked, spec))
    with right:
        _kinds(result, of_a)


def _kinds(result: Result, of_a: pl.DataFrame | None) -> None:
    """Draw what a home of each kind saves, and of many homes how far they lie apart."""
    homes, currency = result.homes, result.scenario.currency
    alt, height = str(kinds_chart(result)), 70 + 52 * charts.saving_by_kind(homes).height
    mark = "" if of_a is None else " The thin mark: in A."
    st.caption(f"What a home of each kind saves by trading, on average.{mark}")
    draw(charts.kinds(homes, currency, of_a), key="kinds", alt=alt, height=height)
    if homes.height > MOST_HOMES:
        dashed = "" if of_a is None else " Dashed: A."
        st.caption(f"How the savings are spread: half of the homes lie in the box, all between the ends.{dashed}")
        draw(charts.spread(homes, currency, of_a), key="spread", alt=alt, height=height)


def _pick_clicked(spec: Spec) -> None:
    """Look at the home whose point was clicked."""
    event: Any = st.session_state.get(_BILLS_KEY)
    home = charts.picked(event["selection"]["selected"], spec) if event else None
    if home is not None:
        state.pick_home(home)


def _fairness(result: Result, before: Result | None) -> None:
    """Draw how evenly the savings are shared."""
    st.subheader("Is it fair?", anchor="fair")
    left, right = st.columns([2, 3], gap="medium")
    with left:
        for sentence in fairness(result):
            show_text(sentence)
    words = half(result)
    if words is not None:  # of losses, and of one home alone, the curve means nothing
        with right:
            of_a = None if before is None or half(before) is None else before.homes
            draw(charts.lorenz_curve(result.homes, of_a), key="lorenz", alt=f"Lorenz curve. {words}", height=300)


def _roles(result: Result) -> None:
    """Draw who sells and who buys at which hour."""
    st.subheader("Who sells when", anchor="roles")
    nothing = nothing_traded(result, 0, result.timeline.steps)
    if nothing is not None:
        st.caption(markdown_of(nothing))
        return
    by_hour = sold_by_hour(result)
    names, _ = home_charts.role_rows(result, by_hour)
    some = "" if result.community.size <= MOST_HOMES else " A mean home of each kind, and the homes that trade most."
    st.caption(f"kWh an hour of a mean day. {switched(result)}{some}")
    draw(
        home_charts.roles(result, by_hour),
        key="roles",
        alt=str(roles_chart(result)),
        height=130 + 22 * len(names),
    )


def _one_home(result: Result, before: Result | None, of_a: pl.DataFrame | None) -> None:
    """Draw one home: its figures, its day, its bill, its trades."""
    st.subheader("One home", anchor="home")
    state.picked_home()
    left, right, _ = st.columns([1, 1, 2])
    with left:
        home = st.selectbox("Home", result.community.ids, key="home", persist_state="session")
    with right:
        window = state.pick_window(whole=False)
    row = result.homes.row(result.community.ids.index(home), named=True)
    _figures(row, result.scenario.currency, _row_of_a(result, before, home))
    left, right = st.columns(2, gap="medium")
    with left:
        place = result.community.ids.index(home)
        up, down = "where the energy came from", "where it went"
        if result.community.net_metered[place]:
            up, down = "where its import came from", "where its export went; what is behind its meter is not known"
        st.caption(f"**{day(result.timeline, window.first)}**: up, {up}; down, {down}.")
        alt = str(home_charts.day_words(result, place, window.first, window.last))
        draw(home_charts.day(result, home, window), key="home_day", alt=alt, height=340)
    with right:
        st.caption(
            "**The bill of the whole period**: what neighbours and battery change in the bill with the grid alone."
        )
        steps, currency = bill_steps(result, home), result.scenario.currency
        alt = str(home_charts.bill_words(result, place))
        end = None if of_a is None else next(iter(of_a.filter(pl.col("id") == home)["cost"]), None)
        draw(home_charts.waterfall(steps, currency, end), key="home_bill", alt=alt, height=340)
    _trades(result, home, window)


def _row_of_a(result: Result, before: Result | None, home: str) -> dict[str, Any] | None:
    """Return what A knows of a home; None if there is no A, no such home in it, or its money is of another currency."""
    if before is None or home not in before.community.ids or not pins.same_money(before, result):
        return None
    return before.homes.row(before.community.ids.index(home), named=True)


def _figures(row: dict[str, Any], currency: str, then: dict[str, Any] | None) -> None:
    """Draw a home's figures, and how they changed against A, if given."""

    def share(value: float | None) -> str:
        return "–" if value is None else f"{round(value, 2) + 0.0:.0%}"

    def change(name: str, digits: int, good: str = "normal", scale: float = 1.0) -> dict[str, Any]:
        return {} if then is None else pins.versus(row[name], then[name], digits, good, scale)

    with st.grid(5, min_column_width=150):
        same = pins.unchanged("as in A" if then is None or then["kind"] == row["kind"] else "another in A")
        st.metric("Kind", KIND_NAMES.get(row["kind"], row["kind"]), **({} if then is None else same), border=True)
        st.metric(
            f"Bill, {plain(currency)}",
            f"{row['cost']:,.2f}",
            **change("cost", 2, "inverse"),
            border=True,
            help="What it pays in all; below 0 it earns.",
        )
        st.metric(
            f"Saved, {plain(currency)}",
            f"{row['saving']:,.2f}",
            **change("saving", 2),
            border=True,
            help="Against the same homes and battery without trades.",
        )
        st.metric(
            "Self-sufficiency",
            share(row["self_sufficiency"]),
            **change("self_sufficiency", 0, scale=100.0),
            border=True,
            help="Share of its demand from its own roof and EV.",
        )
        st.metric(
            "Self-consumption",
            share(row["self_consumption"]),
            **change("self_consumption", 0, scale=100.0),
            border=True,
            help="Share of its generation that it used itself.",
        )


def _trades(result: Result, home: str, window: Window) -> None:
    """Draw a home's trades on the day."""
    log = trades_frame(result.community, result.timeline, result.flows, window.first, window.last)
    own = log.filter((pl.col("seller") == home) | (pl.col("buyer") == home))
    place, currency = result.community.ids.index(home), result.scenario.currency
    st.caption(markdown_of(trades(result, place, window.first, window.last) or ""))
    if own.is_empty():
        return
    rows = _own_rows(result, own, home)
    number = st.column_config.NumberColumn
    st.dataframe(
        rows.head(500),
        hide_index=True,
        height=38 + 35 * min(rows.height, 8),
        column_config={
            "time": "Time",
            "side": "What",
            "neighbour": "Neighbour",
            "kwh": number("Energy, kWh", format="%.3f"),
            "amount": number(f"Money, {currency}", format="%+.4f", help="Above 0: earned; below 0: paid."),
        },
        key="home_trades",
        alt=f"Table of the trades of {home}.",
    )


def _own_rows(result: Result, own: pl.DataFrame, home: str) -> pl.DataFrame:
    """Return trades as the home sees them: sold to or bought from whom, and what it earned or paid."""
    sells = pl.col("seller") == home
    times = {step: period(result.timeline, step, step) for step in own["step"].unique()}
    return own.select(
        time=pl.col("step").replace_strict(times, return_dtype=pl.String),
        side=pl.when(sells).then(pl.lit("sold to")).otherwise(pl.lit("bought from")),
        neighbour=pl.when(sells).then(pl.col("buyer").cast(pl.String)).otherwise(pl.col("seller").cast(pl.String)),
        kwh=pl.col("kwh"),
        amount=pl.when(sells).then(pl.col("received")).otherwise(-pl.col("paid")),
    )


def _downloads(result: Result) -> None:
    """Offer the run as files."""
    st.download_button(
        "Homes, steps, trades and scenario in a zip",
        lambda: export.zip_bytes(result),
        file_name(f"jiran-{result.scenario.name}.zip"),
        "application/zip",
        key="zip",
        icon=":material/folder_zip:",
        on_click="ignore",
        help="homes.csv, steps.csv, trades.parquet and scenario.toml; the scenario runs again with `jiran run`.",
    )
