"""One step of the market, shown in the four moves of the paper with the numbers of that step filled in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import streamlit as st

from jiran.app.bills import plain
from jiran.app.charts import clearing as charts
from jiran.app.charts.base import Window
from jiran.app.drawing import draw
from jiran.app.inspector import DUST_KWH, Clearing, busiest_step, clearing, step_label
from jiran.app.step_words import digits_of, gain, money_words, rest_words, share_rule, tex, tex_name, why_nobody_trades
from jiran.app.words import counted, kwh, money

if TYPE_CHECKING:
    from jiran.result import Result

#: Rows of a table that teaches.
_MOST_ROWS = 20


@st.fragment
def show(result: Result, window: Window) -> None:
    """Draw the inspector."""
    st.subheader("How one step is cleared", anchor="step")
    step = _pick_step(result, _pick_day(result, window))
    cleared = clearing(result, step)
    _balance(cleared)
    _sides(cleared)
    _pairs(cleared)
    _price(result, cleared)
    _rest(result, cleared)


def _pick_day(result: Result, window: Window) -> Window:
    """Let the viewer choose one of several days; a slider over more steps than a day's would be too fine."""
    days = result.timeline.day[window.first : window.last]
    if days[0] == days[-1]:
        return window
    first = window.first + np.searchsorted(days, np.unique(days))
    busiest = int(np.searchsorted(first, busiest_step(result, window), side="right")) - 1
    names = [step_label(result, int(step))[:-6] for step in first]
    key = f"market_day|{window.first}|{window.last}|{names[0]}"
    place = st.selectbox("Day", range(len(names)), index=busiest, format_func=names.__getitem__, key=key, width=220)
    last = int(first[place + 1]) if place + 1 < len(first) else window.last
    return Window(int(first[place]), last)


def _pick_step(result: Result, day: Window) -> int:
    """Let the viewer choose a step of a day with a slider, or go on to the next."""
    if day.last - day.first == 1:
        return day.first
    key = f"market_step|{result.scenario.start}|{result.scenario.step_minutes}|{day.first}|{day.last}"
    if key not in st.session_state:
        st.session_state[key] = busiest_step(result, day)

    def go(steps: int) -> None:
        st.session_state[key] += steps

    with st.container(horizontal=True, vertical_alignment="bottom"):
        step: int = st.select_slider(
            "Step of time", range(day.first, day.last), key=key, format_func=_labels(result, day).__getitem__
        )
        st.button(
            "Back", icon=":material/chevron_left:", help="One step back", key="step_before",
            on_click=go, args=(-1,), disabled=step == day.first,
        )  # fmt: skip
        st.button(
            "Next", icon=":material/chevron_right:", icon_position="right", help="One step on", key="step_next",
            on_click=go, args=(1,), disabled=step == day.last - 1,
        )  # fmt: skip
    return step


def _labels(result: Result, day: Window) -> dict[int, str]:
    """Return a label for each step of a day; an hour that a clock shows twice is told apart."""
    labels: dict[int, str] = {}
    for step in range(day.first, day.last):
        label = step_label(result, step)
        labels[step] = f"{label} (again)" if label in labels.values() else label
    return labels


def _balance(cleared: Clearing) -> None:
    """Draw move 1: B = G - L."""
    with st.container(border=True):
        st.markdown("**1 · What has each home left?**")
        left, right = st.columns([2, 3], gap="medium")
        with left:
            st.markdown(
                "Every home first uses its own sun. Its balance *B* is what it generates (*G*) less what it needs (*L*, "
                "its EV included). Above zero it has energy to spare, below zero it is short."
            )
            st.latex(r"B_i = G_i - L_i")
            orders, digits = cleared.orders, digits_of(cleared)
            for place in dict.fromkeys((orders["balance_kwh"].arg_max() or 0, orders["balance_kwh"].arg_min() or 0)):
                home = orders.row(place, named=True)
                generated = home["generation_kwh"] + home["ev_supplied_kwh"]
                needed = home["load_kwh"] + home["ev_kwh"]
                st.latex(
                    rf"B_{{{tex_name(home['home'])}}} = {generated:.{digits}f} - {needed:.{digits}f} = "
                    rf"{home['balance_kwh']:.{digits}f}\ \text{{kWh}}"
                )
            _more(orders.height, charts.MOST_BARS, "homes with smaller balances")
        with right:
            spec, alt = charts.balances(cleared), charts.balances_alt(cleared)
            draw(spec, key="balances", alt=alt, height=300)


def _sides(cleared: Clearing) -> None:
    """Draw move 2: sellers and buyers."""
    with st.container(border=True):
        st.markdown("**2 · Who sells, who buys?**")
        left, right = st.columns(2, gap="medium")
        with left:
            _side(cleared, "surplus_kwh", "seller", r"B_i > 0 \;\Rightarrow\; S_i = B_i", "offers")
        with right:
            _side(cleared, "deficit_kwh", "buyer", r"B_j < 0 \;\Rightarrow\; D_j = -B_j", "wants")
        offered, wanted = (float(cleared.orders[name].sum()) for name in ("surplus_kwh", "deficit_kwh"))
        if min(offered, wanted) > 0.0:
            less = "buyers want less than sellers have" if wanted < offered else "sellers have less than buyers want"
            st.markdown(f"The {less}, so at most **{kwh(min(offered, wanted))}** can be traded.")


def _side(cleared: Clearing, column: str, noun: str, formula: str, verb: str) -> None:
    """Draw one side of the market: its homes and its orders."""
    st.latex(formula)
    side = cleared.orders.filter(pl.col(column) > 0.0)
    total = float(side[column].sum())
    if not side.height:
        st.markdown(f"No {noun}s in this step.")
        return
    who = f"One {noun} {verb}" if side.height == 1 else f"{side.height:,} {noun}s {verb[:-1]}"
    st.markdown(f"{who} **{kwh(total)}**{' in all' if side.height > 1 else ''}.")
    symbol = "S" if noun == "seller" else "D"
    offers = side["ev_offer_kwh"].sum() > DUST_KWH and noun == "seller"
    if offers:
        st.caption("An EV that lends its battery offers more than its home has left.")
    columns = ["home", column, *(["ev_offer_kwh"] if offers else [])]
    st.dataframe(
        side.select(columns).head(_MOST_ROWS),
        hide_index=True,
        height=_height(side.height),
        column_config={
            "home": st.column_config.TextColumn(noun.capitalize(), width="small"),
            column: st.column_config.ProgressColumn(
                f"{symbol}, kWh",
                format=f"%.{digits_of(cleared)}f",
                min_value=0.0,
                max_value=float(side[column].to_numpy().max()),
            ),
            "ev_offer_kwh": st.column_config.NumberColumn("of it from the EV", format=f"%.{digits_of(cleared)}f"),
        },
        key=f"side_{noun}",
        alt=f"{counted(side.height, noun)} with {kwh(total)} in all.",
    )
    _more(side.height, _MOST_ROWS, f"{noun}s")


def _pairs(cleared: Clearing) -> None:
    """Draw move 3: the pairs in the order they were made."""
    with st.container(border=True):
        st.markdown("**3 · Who sells to whom?**")
        pairs = cleared.pairs
        if not pairs.height:
            st.markdown(why_nobody_trades(cleared))
            return
        if not cleared.matching:
            st.markdown("This market rule made these trades:")
        else:
            st.markdown(share_rule(cleared))
            first, digits = pairs.row(0, named=True), digits_of(cleared)
            st.latex(r"E(i, j) = \min(S_i, D_j)")
            st.latex(
                rf"\begin{{aligned}}E({tex_name(first['seller'])}, {tex_name(first['buyer'])}) "
                rf"&= \min({first['offered_kwh']:.{digits}f},\, {first['wanted_kwh']:.{digits}f}) \\ "
                rf"&= {first['kwh']:.{digits}f}\ \text{{kWh}}\end{{aligned}}"
            )
        _pair_table(cleared)


def _pair_table(cleared: Clearing) -> None:
    """Draw the trades as rows with what is left on both sides after each."""
    pairs = cleared.pairs.with_row_index("number", 1)
    number = st.column_config.NumberColumn
    kept = ["number", "seller", "buyer", "kwh"]
    if cleared.matching:
        kept = ["number", "seller", "offered_kwh", "buyer", "wanted_kwh", "kwh", "offered_left_kwh", "wanted_left_kwh"]
    cut, form = cleared.matching in ("pro-rata", "equal-share"), f"%.{digits_of(cleared)}f"
    st.dataframe(
        pairs.select(kept).head(_MOST_ROWS),
        hide_index=True,
        height=_height(pairs.height),
        column_config={
            "number": number("No.", width="small"),
            "seller": st.column_config.TextColumn("Seller"),
            "offered_kwh": number("may sell, kWh" if cut else "has S, kWh", format=form),
            "buyer": st.column_config.TextColumn("Buyer"),
            "wanted_kwh": number("may buy, kWh" if cut else "wants D, kWh", format=form),
            "kwh": number("trade E, kWh", format=form),
            "offered_left_kwh": number("seller left, kWh", format=form),
            "wanted_left_kwh": number("buyer left, kWh", format=form),
        },
        key="pairs",
        alt=f"{counted(pairs.height, 'trade')} of {kwh(float(pairs['kwh'].sum()))} in the order they were made.",
    )
    _more(pairs.height, _MOST_ROWS, "trades")


def _price(result: Result, cleared: Clearing) -> None:
    """Draw move 4: the price, and the first trade's amount."""
    with st.container(border=True):
        st.markdown("**4 · At what price?**")
        pairs, currency = cleared.pairs, result.scenario.currency
        grid = cleared.prices["grid_import"]
        if cleared.matching:
            alpha = float(result.scenario.market.parameters["fraction"])
            st.latex(r"P_\text{P2P} = \alpha \, P_\text{grid}")
            st.latex(rf"{alpha:g} \times {grid:.4f} = {alpha * grid:.4f}\ \text{{{tex(currency)}/kWh}}")
        if not pairs.height:
            st.markdown("Without a trade there is nothing to pay between neighbours.")
            return
        first, charge = pairs.row(0, named=True), result.scenario.grid.network_charge
        buys, sells = (float(pairs[name].mean() or 0.0) for name in ("buyer_price", "seller_price"))  # type: ignore[arg-type]
        mean, digits = "" if cleared.matching else " on average", digits_of(cleared)
        st.markdown(
            f"So {plain(first['buyer'])} pays {plain(first['seller'])} for the first trade "
            f"{first['kwh']:.{digits}f} kWh × {first['buyer_price']:.4f} = **{money(first['paid'], currency, digits)}**"
            + (f" (network charge of {charge:.4f} per kWh included)" if charge else "")
            + f". {counted(pairs.height, 'trade')} cost {money(float(pairs['paid'].sum()), currency, digits)} in all."
        )
        st.markdown(
            f"- Buyers pay {buys:.4f}{mean}, the grid asks {grid:.4f}: {gain(grid - buys)} per kWh.\n"
            f"- Sellers get {sells:.4f}{mean}, the grid gives {cleared.prices['grid_export']:.4f}: "
            f"{gain(sells - cleared.prices['grid_export'])} per kWh."
        )


def _rest(result: Result, cleared: Clearing) -> None:
    """Draw what happened to the rest, and that nothing is lost."""
    with st.container(border=True):
        st.markdown("**And the rest?**")
        flow, currency = cleared.energy, result.scenario.currency
        left, right = st.columns([2, 3], gap="medium")
        with left:
            st.markdown(rest_words(flow))
            parts = charts.in_and_out_parts(cleared)
            came, went = (sum(value for _, side, value, _ in parts if side == which) for which in (0, 1))
            st.markdown(
                f"- Energy: {came:.2f} kWh came in, {went:.2f} kWh went out.\n- {money_words(cleared, currency)}"
            )
            st.markdown(_even(max(abs(came - went), abs(sum(cleared.money.values())))))
        with right:
            spec, alt = charts.in_and_out(cleared), charts.in_and_out_alt(cleared)
            draw(spec, key="in_and_out", alt=alt, height=220)


def _even(difference: float) -> str:
    return (
        ":material/check_circle: No kWh is lost, and the money sums to zero."
        if abs(difference) < 1e-6
        else f"Off by {difference:.1e}."
    )


def _more(there: int, shown: int, what: str) -> None:
    """Say how many rows are not shown."""
    if there > shown:
        st.caption(f"… and {there - shown:,} more {what}.")


def _height(rows: int) -> int:
    return 38 + 35 * min(rows, 10)
