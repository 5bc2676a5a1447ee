"""The tab of one home: what it did in the hour, its bill, its day, its neighbours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
import streamlit as st

from jiran.app import columns, pins, state
from jiran.app.bills import bill_steps, neighbours
from jiran.app.charts import home as home_charts
from jiran.app.drawing import draw
from jiran.app.selection import day_of
from jiran.app.showing import markdown_of, percentage, plain, show_text
from jiran.app.street import devices
from jiran.app.street.sections import section
from jiran.app.views import prove
from jiran.explain.homes import trades
from jiran.explain.step.run_step import step_label
from jiran.explain.step.told import tell
from jiran.explain.times import day, period
from jiran.result.tables import trades_frame
from jiran.words import KIND_NAMES, counted

if TYPE_CHECKING:
    from jiran.app.charts.base import Window
    from jiran.result.result import Result


def show(result: Result, chosen: str | None, step: int) -> None:
    """Draw the tab of a home, or ask which one."""
    home = _pick(result, chosen)
    if home is None:
        st.info("Click a home on the map, or choose one here.", icon=":material/touch_app:")
        return
    before = state.pinned()
    missing = None if before is None else pins.not_comparable(before, result)
    of_a = None if before is None or missing is not None else before.homes
    row = result.homes.row(result.community.ids.index(home), named=True)
    _figures(row, result.scenario.currency, _row_of_a(result, before, home))
    _hour(result, home, step)
    _day(result, home, step)
    _bill(result, home, of_a)
    if missing is not None:
        st.caption(plain(f"{missing}, so A's bill is not drawn."))
    _neighbours(result, home, day_of(result.timeline, step))


def _pick(result: Result, chosen: str | None) -> str | None:
    """Let the viewer choose a home by its name."""
    st.session_state["home"] = chosen
    home: str | None = st.selectbox(
        "Home", result.community.ids, index=None, key="home", placeholder="Choose a home", on_change=_picked
    )
    return home


def _picked() -> None:
    state.show_selected(home=st.session_state["home"], tab="home")


def _hour(result: Result, home: str, step: int) -> None:
    """Say what the home did in an hour, and why it got its price."""
    st.markdown(f"**{plain(step_label(result, step))}**")
    for sentences in tell(result, step, home).homes.values():
        show_text(*sentences)
    devices.show(result, home, step)


def _day(result: Result, home: str, step: int) -> None:
    """Draw where the home's energy came from and went on the day of a step."""
    window, place = day_of(result.timeline, step), result.community.ids.index(home)
    up, down = "where the energy came from", "where it went"
    if result.community.net_metered[place]:
        up, down = "where its import came from", "where its export went; what is behind its meter is not known"
    st.caption(f"**{day(result.timeline, window.first)}**: up, {up}; down, {down}.")
    alt = str(home_charts.day_words(result, place, window.first, window.last))
    draw(home_charts.day(result, home, window, step), key="home_day", alt=alt, height=300)


def _bill(result: Result, home: str, of_a: pl.DataFrame | None) -> None:
    """Draw what neighbours and battery change in the home's bill."""
    trades = (
        " “Saved” counts the trades alone, for the battery is there without them."
        if result.scenario.battery.capacity_kwh
        else ""
    )
    st.caption(
        f"**The bill of the whole period**: what neighbours and battery change in the bill with the grid alone.{trades}"
    )
    steps, currency = bill_steps(result, home), result.scenario.currency
    alt = str(home_charts.bill_words(result, result.community.ids.index(home)))
    end = None if of_a is None else next(iter(of_a.filter(pl.col("id") == home)["cost"]), None)
    draw(home_charts.waterfall(steps, currency, end), key="home_bill", alt=alt, height=300)


def _row_of_a(result: Result, before: Result | None, home: str) -> dict[str, Any] | None:
    """Return what A knows of a home; None if there is no A, no such home in it, or its money is of another currency."""
    if before is None or home not in before.community.ids or not pins.same_money(before, result):
        return None
    return before.homes.row(before.community.ids.index(home), named=True)


def _figures(row: dict[str, Any], currency: str, then: dict[str, Any] | None) -> None:
    """Draw a home's figures, and how they changed against A, if given."""

    def change(name: str, digits: int, good: str = "normal", scale: float = 1.0) -> dict[str, Any]:
        return {} if then is None else pins.versus(row[name], then[name], digits, good, scale)

    with st.grid(3, min_column_width=116, gap="xsmall"):
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
            percentage(row["self_sufficiency"]),
            **change("self_sufficiency", 0, scale=100.0),
            border=True,
            help="Share of its demand from its own roof and EV.",
        )
        st.metric(
            "Self-consumption",
            percentage(row["self_consumption"]),
            **change("self_consumption", 0, scale=100.0),
            border=True,
            help="Share of its generation that it used itself.",
        )


def _neighbours(result: Result, home: str, window: Window) -> None:
    """Say with whom a home traded on the day, and list its trades when asked."""
    log = trades_frame(result.community, result.timeline, result.flows, window.first, window.last)
    own = log.filter((pl.col("seller") == home) | (pl.col("buyer") == home))
    place = result.community.ids.index(home)
    st.markdown("**Its neighbours**")
    st.caption(markdown_of(trades(result, place, window.first, window.last) or ""))
    if own.is_empty():
        return
    rows = _own_rows(result, own, home)
    currency = result.scenario.currency
    table = neighbours(rows)
    height = 38 + 35 * min(table.height, 6)
    shown = _columns(table, currency)
    st.dataframe(
        columns.as_written(table, shown), hide_index=True, height=height, column_config=shown, key="home_neighbours",
        alt=f"Table of {counted(table.height, 'neighbour')} of {home}: energy and money of the day.",
    )  # fmt: skip
    folded = section("trades", f"Trade by trade: {counted(rows.height, 'trade')}", ":material/list:")
    if folded is not None:
        shown = _columns(rows, currency)
        folded.dataframe(
            columns.as_written(rows.head(500), shown), hide_index=True, height=38 + 35 * min(rows.height, 8), column_config=shown,
            key="home_trades", alt=f"Table of the trades of {home}.",
        )  # fmt: skip
        with folded:
            st.markdown("**Prove it**: a receipt of these trades, which a home checks without jiran.")
            prove.offer(result, home, str(result.timeline.local[window.first])[:10], "home_prove")
            st.caption(prove.WORTH)


def _columns(rows: pl.DataFrame, currency: str) -> dict[str, Any]:
    """Return what the columns of a home's trades are called and how their numbers look."""
    amount = columns.amounts(rows["amount"])
    return {
        "time": "Time",
        "side": "What",
        "neighbour": "Neighbour",
        "kwh": columns.amounts(rows["kwh"])("Energy, kWh"),
        "amount": amount(f"Money, {currency}", signed=True, help="Above 0: earned; below 0: paid."),
    }


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
