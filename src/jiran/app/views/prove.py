"""Prove it: a receipt of a home for a day of the run, as a file and as a page to print."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from jiran.app import state
from jiran.app.showing import file_name, plain
from jiran.explain.step.run_step import step_label
from jiran.words import decimals, kwh

if TYPE_CHECKING:
    import polars as pl

    from jiran.result.result import Result

#: What a receipt made here is worth.
WORTH = (
    "Signed with a key of this session alone: a receipt shows that nothing was changed since then, not that a simulated trade "
    "took place. To sign with a key of your own: `jiran ledger make`."
)


def offer(result: Result, home: str, date: str, key: str) -> None:
    """Offer the receipt of a home for a day; it is made when it is asked for.

    Args:
        result: The run.
        home: Its name.
        date: The day: 2026-03-21.
        key: Tells the buttons of a page apart.
    """
    made = state.proofs(result)
    name = file_name(f"jiran-receipt-{home}-{date}")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(
            f"Receipt of {plain(home)} to print", lambda: made.receipt_page(home, date), f"{name}.html", "text/html",
            key=f"{key}_page", icon=":material/receipt_long:", on_click="ignore",
            help="A page that checks itself in any browser, without a network.",
        )  # fmt: skip
        st.download_button(
            "as JSON", lambda: made.receipt_json(home, date), f"{name}.json", "application/json",
            key=f"{key}_json", icon=":material/download:", on_click="ignore",
            help=f"The receipt of {plain(home)} for programs, and for the check under Ledger.",
        )  # fmt: skip


def trade(result: Result, rows: pl.DataFrame, count: int) -> None:
    """Ask which trade is to be proved, and offer the receipts of its seller and its buyer.

    Args:
        result: The run.
        rows: The trades that are listed, with their number in the log of the run.
        count: How many the run has.
    """
    st.markdown(
        "**Prove it**: the receipt of a home holds each of its trades of the day, and the proof that none was changed."
    )
    left, right = st.columns([1, 4], vertical_alignment="top")
    with left:
        number = st.number_input("No. of the trade", 1, count, int(rows["number"][0]), key="prove_number")
    step, seller, buyer, amount = _named(result, number)
    with right:
        st.caption(plain(f"{step_label(result, step)}: {seller} sold {_exact(amount)} to {buyer}."))
        date = str(result.timeline.local[step])[:10]
        for side, home in (("seller", seller), ("buyer", buyer)):
            offer(result, home, date, f"prove_{side}")
    st.caption(WORTH)


def _exact(amount: float) -> str:
    """Return what was traded; what a minute trades would round to nothing."""
    return kwh(amount) if amount >= 0.01 else f"{decimals(amount, 4)} kWh"


def _named(result: Result, number: int) -> tuple[int, str, str, float]:
    """Return step, seller, buyer and kWh of a trade by its number in the log of the run, from 1."""
    flows, ids = result.flows, result.traders
    one = flows.trades[number - 1]
    step = int(flows.outputs.trades_until.searchsorted(number - 1, side="right"))
    return step, ids[int(one["seller"])], ids[int(one["buyer"])], float(one["kwh"])
