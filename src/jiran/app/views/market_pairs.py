"""The station of the pairs: one trade after the other, in the order in which they were made."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import streamlit as st

from jiran.app import columns
from jiran.app.charts import book as charts
from jiran.app.charts import curves
from jiran.app.drawing import draw
from jiran.app.showing import show_text
from jiran.app.views.market_scene import HEIGHT, MOST_ROWS, Scene, more, side_by_side, table_height
from jiran.explain.step.money import trade
from jiran.explain.step.words import nobody, order_words, tex_name

if TYPE_CHECKING:
    from jiran.explain.step.outcome import Outcome


def show(scene: Scene) -> None:
    """Draw the pairs one after the other, in the order in which they were made."""
    outcome = scene.outcome
    left, right = side_by_side()
    if not outcome.pairs:
        with left:
            show_text(nobody(outcome))
        with right:
            draw(charts.clearing(outcome), key="curves", alt=curves.alt(outcome), height=HEIGHT)
        return
    with left:
        show_text(order_words(outcome))
        number = _pick_trade(len(outcome.pairs))
        show_text(trade(outcome, number))
        if outcome.pairing.matching:
            _smaller(scene, number)
    with right:
        draw(charts.pair(outcome, number), key="curves", alt=_pair_alt(outcome, number), height=HEIGHT)
    _pair_table(outcome, number)


def _pick_trade(trades: int) -> int:
    """Let the viewer choose a trade, or go on to the next; counted from 0."""
    key = f"market_trade|{trades}"
    st.session_state.setdefault(key, 1)
    if trades == 1:
        return 0

    def go(steps: int) -> None:
        st.session_state[key] += steps

    number: int = st.slider(f"Trade, of {trades:,}", 1, trades, key=key)
    with st.container(horizontal=True):
        st.button(
            "Earlier trade", icon=":material/remove:", key="trade_before", on_click=go, args=(-1,), disabled=number == 1
        )
        st.button(
            "Next trade", icon=":material/add:", key="trade_next", on_click=go, args=(1,), disabled=number == trades
        )
    return number - 1


def _smaller(scene: Scene, number: int) -> None:
    """Say move 3 of the paper for a trade: E = min(S, D)."""
    outcome = scene.outcome
    one, digits = outcome.pairs[number], outcome.digits
    seller, buyer = (tex_name(outcome.book.names[home]) for home in (one.seller, one.buyer))
    st.latex(
        rf"\begin{{aligned}}E({seller}, {buyer}) &= \min(S, D) \\ &= \min({one.offered_kwh:.{digits}f},\, "
        rf"{one.wanted_kwh:.{digits}f}) \\ &= {one.kwh:.{digits}f}\ \text{{kWh}}\end{{aligned}}"
    )


def _pair_table(outcome: Outcome, number: int) -> None:
    """Draw the trades up to the one that is shown, with what is left on both sides after each."""
    names, first = outcome.book.names, max(0, number + 1 - MOST_ROWS)
    rows = [
        {
            "now": "▶" if place == number else "",
            "number": place + 1,
            "seller": names[one.seller],
            "offered": one.offered_kwh,
            "buyer": names[one.buyer],
            "wanted": one.wanted_kwh,
            "kwh": one.kwh,
            "offered_left": one.offered_left_kwh,
            "wanted_left": one.wanted_left_kwh,
            "buyer_price": one.buyer_price,
            "seller_price": one.seller_price,
        }
        for place, one in reversed(list(enumerate(outcome.pairs[: number + 1])))
        if place >= first
    ]
    shown = pl.DataFrame(rows)
    if shown["buyer_price"].equals(shown["seller_price"]):
        shown = shown.drop("seller_price")
    energy, price = columns.digits(outcome.column_digits), columns.prices(shown.select(pl.col("^.*_price$")))
    may = outcome.pairing.afterwards
    looks = {
        "now": st.column_config.TextColumn("", width=30),
        "number": columns.COUNTS("No.", width=50),
        "seller": st.column_config.TextColumn("Seller"),
        "offered": energy("may sell, kWh" if may else "has, kWh"),
        "buyer": st.column_config.TextColumn("Buyer"),
        "wanted": energy("may buy, kWh" if may else "wants, kWh"),
        "kwh": energy("trade, kWh"),
        "offered_left": energy("seller left, kWh"),
        "wanted_left": energy("buyer left, kWh"),
        "buyer_price": price("Price" if "seller_price" not in shown.columns else "Buyer pays"),
        "seller_price": price("Seller gets"),
    }
    st.dataframe(
        columns.as_written(shown, looks),
        hide_index=True,
        height=table_height(min(len(outcome.pairs), 6)),
        column_config=looks,
        key="pairs",
        alt=f"Trades up to number {number + 1} of {len(outcome.pairs)}, the latest on top.",
    )
    more(number + 1, MOST_ROWS, "earlier trades")


def _pair_alt(outcome: Outcome, number: int) -> str:
    one, names = outcome.pairs[number], outcome.book.names
    pair = f"Trade {number + 1} of {len(outcome.pairs)}: {names[one.seller]} sells {one.kwh:.2f} kWh to {names[one.buyer]}."
    return f"{pair} {curves.alt(outcome)}"
