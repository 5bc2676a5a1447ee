"""For the reader who has the paper in hand: its tables, its Fig. 4 and its contradictions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import streamlit as st

from jiran.app import paper_check, state
from jiran.app.charts import paper as charts
from jiran.app.drawing import draw
from jiran.app.labels import control
from jiran.app.paper_check import CONDITIONS, MOST_SEEDS, TABLE_1, TABLE_2, Trade
from jiran.app.showing import markdown_of, show_text
from jiran.explain.paper import held, left_over, peaks, stored

if TYPE_CHECKING:
    from jiran.app.paper_check import Check

_MATCHINGS = {"index-order": "Index order", "pro-rata": "Pro rata", "equal-share": "Equal share"}


def show() -> None:
    """Draw the page."""
    st.markdown("#### The paper, checked: Tables I and II, Fig. 4 and Fig. 6")
    st.markdown(
        "Lit et al., *Decentralized Peer-to-Peer Electricity Trading Simulation Dashboard*, Universiti Malaysia "
        "Sarawak (UNIMAS). **This part always shows the paper's own example and preset `paper`, "
        "whatever scenario the panel on the left holds.**"
    )
    _tables()
    check = _fig_4()
    _contradictions(check)


def _tables() -> None:
    """Draw Table I to be edited, and beside it the Table II that follows from it."""
    price, alpha = paper_check.GRID_PRICE, paper_check.ALPHA
    st.markdown("##### From Table I to Table II")
    left, right = st.columns([2, 3], gap="large")
    with left:
        names, net_kwh, changed = _table_1()
    trades = paper_check.table_2(names, net_kwh, price, alpha)
    with right:
        _table_2(trades, changed=changed)
        st.caption(
            f"Grid price {price} RM/kWh × α {alpha} = {price * alpha:.2f} RM/kWh. The paper names no grid price; this one gives its amounts."
        )
        show_text(left_over(names, net_kwh, trades))
    _matchings(names, net_kwh, price, alpha)


def _table_1() -> tuple[list[str], np.typing.NDArray[np.float64], bool]:
    """Draw Table I; return the names, what each prosumer has left, and whether it is still the paper's."""
    st.markdown("**Table I, to be changed**")
    printed = pl.DataFrame(TABLE_1, schema=["Prosumer", "Generation, kWh", "Demand, kWh"], orient="row")
    number = st.column_config.NumberColumn(min_value=0.0, max_value=1000.0, format="%.2f", required=True)
    given = st.data_editor(
        printed,
        hide_index=True,
        disabled=["Prosumer"],
        column_config=dict.fromkeys(printed.columns[1:], number),
        key=f"table-1-{st.session_state.get('table-1-reset', 0)}",
        alt="Table I: generation and demand of five prosumers",
    ).fill_null(0.0)
    changed = not given.equals(printed)
    if changed and st.button("Back to the paper's Table I", icon=":material/undo:", type="tertiary"):
        st.session_state["table-1-reset"] = st.session_state.get("table-1-reset", 0) + 1
        st.rerun()
    return given["Prosumer"].to_list(), (given["Generation, kWh"] - given["Demand, kWh"]).to_numpy(), changed


def _table_2(trades: list[Trade], *, changed: bool) -> None:
    """Draw the trades beside the printed ones, with a tick at each figure that is the same."""
    rows = []
    for place in range(max(len(trades), len(TABLE_2))):
        ours = trades[place] if place < len(trades) else None
        theirs = Trade(*TABLE_2[place]) if place < len(TABLE_2) else None
        rows.append(_row(ours, theirs, changed=changed))
    st.markdown("**Table II, worked out by jiran**" + (" from your Table I" if changed else " and as printed"))
    if rows:
        st.table(pl.DataFrame(rows), hide_index=True, border="horizontal")
    if changed:
        st.info("Table I is not the paper's any more, so there is nothing to compare with.", icon=":material/edit:")
        return
    same = sum(cell.endswith("✓") for row in rows for cell in row.values())
    st.success(f"{same} of {4 * len(TABLE_2)} entries are those of the printed table.", icon=":material/check:")


def _row(ours: Trade | None, theirs: Trade | None, *, changed: bool) -> dict[str, str]:
    """Return a row of Table II as text; where the printed figure differs, it stands beside."""

    def cell(mine: str, printed: str) -> str:
        if changed:
            return mine
        return f"{mine} ✓" if mine == printed else f"{mine} (printed: {printed})"

    def texts(trade: Trade | None) -> tuple[str, ...]:
        return (trade.seller, trade.buyer, f"{trade.kwh:.2f}", f"{trade.amount:.2f}") if trade else ("–",) * 4

    one = ours or theirs
    heads = ("Seller", "Buyer", "Energy, kWh", "Price, RM")
    cells = zip(heads, texts(ours), texts(theirs), strict=True)
    return {"": one.name if one else ""} | {head: cell(mine, printed) for head, mine, printed in cells}


def _matchings(names: list[str], net_kwh: np.typing.NDArray[np.float64], price: float, alpha: float) -> None:
    """Draw what each buyer gets under each way of matching."""
    columns: dict[str, list[Any]] = {"Buyer": [name for name, kwh in zip(names, net_kwh, strict=True) if kwh < 0.0]}
    for matching, label in _MATCHINGS.items():
        bought = dict.fromkeys(columns["Buyer"], 0.0)
        for trade in paper_check.table_2(names, net_kwh, price, alpha, matching):
            bought[trade.buyer] += trade.kwh
        columns[f"{label}, kWh"] = [f"{kwh:.2f}" for kwh in bought.values()]
    with st.expander(
        "Why Table II needs index order: who gets how much if there is too little",
        expanded=True,
        icon=":material/call_split:",
    ):
        st.table(pl.DataFrame(columns), hide_index=True, border="horizontal")
        st.caption(
            "Index order serves one buyer after the other until nothing is left, as Table II does. Pro rata gives each the same share "
            "of what it needs, equal share the same amount but no more than it needs: from the paper's Table I both give more than two trades."
        )


def _fig_4() -> Check:
    """Draw the battery over many seeds, and the nine conditions with their numbers."""
    st.markdown("##### Fig. 4: the battery over a day")
    seeds = st.slider(
        "Number of seeds",
        10,
        MOST_SEEDS,
        100,
        10,
        width=340,
        help="Each seed is another day of chance: other loads and EV charging",
    )
    check = state.paper_checked(seeds)
    capacity = paper_check.preset().battery.capacity_kwh
    everything = check.all_held == check.seeds
    (st.success if everything else st.error)(
        markdown_of(held(check) or ""),
        icon=":material/check:" if everything else ":material/close:",
    )
    left, right = st.columns([4, 3], gap="large")
    with left:
        draw(charts.battery_band(check, capacity), key="fig-4", alt=str(stored(check)), height=400)
        st.caption("State of charge at the end of each hour, as in the paper: the point at 12 is the state at 13:00.")
    with right:
        st.table(_conditions(check), hide_index=True, border="horizontal")
    return check


def _conditions(check: Check) -> pl.DataFrame:
    """Return the nine conditions: what the figure shows, what the runs gave, in how many it held."""
    rows = []
    for place, condition in enumerate(CONDITIONS):
        held = int(check.held[:, place].sum())
        soc = check.soc_kwh[:, condition.first : condition.last + 1]
        low, high = f"{soc.min():.1f}", f"{soc.max():.1f}"
        tick = "✓" if held == check.seeds else "✗"
        values = low if low == high else _whole(f"{low}–{high}")
        rows.append(
            {
                "Hour": _whole(condition.hours),
                "The paper": condition.says,
                "kWh here": values,
                f"Held, of {check.seeds:,}": f"{tick} {held:,}",
            }
        )
    return pl.DataFrame(rows)


def _whole(text: str) -> str:
    """Return a range that is not broken over two lines."""
    return text.replace("–", "\u2060–\u2060")


def _contradictions(check: Check) -> None:
    """Draw what the paper says twice, each with what jiran does about it."""
    st.markdown("##### Where the paper contradicts itself")
    st.markdown("**Fig. 6, read in both ways**")
    draw(charts.trades_by_hour(check), key="fig-6", alt=str(peaks(check)), height=300)
    with st.grid(3, min_column_width=300):
        for title, paper, jiran in _cards(check):
            with st.container(border=True, height="stretch"):
                st.markdown(f"**{title}**\n\n**Paper:** {paper}\n\n**jiran:** {jiran}")


def _cards(check: Check) -> list[tuple[str, str, str]]:
    """Return title, what the paper says, and what jiran does."""
    daily = float(paper_check.sun(np.arange(24)).sum())
    battery = paper_check.preset().battery
    per_kwh = [amount / kwh for *_, kwh, amount in TABLE_2]
    one_step = (
        f"It is cleared as one step. A home of 5 kWp would generate {5 * daily:.0f} kWh a day by equation (1); "
        f"the most in Table I is {max(generation for _, generation, _ in TABLE_1):.2f} kWh."
    )
    modelled = (
        f"It is modelled: {battery.capacity_kwh:g} kWh. Fig. 4 also needs a limit of {battery.charge_kw:g} kW, "
        "which the paper does not name; without it the battery would be full long before noon."
    )
    yields = (
        f"It yields {daily:.3f} kWh per kWp and day, about twice the 3.4 to 3.9 that roofs in Malaysia give. "
        f"The preset keeps it; “{control('solar.derate')}”, under All settings in the panel, lowers it."
    )
    amount = f"The column holds amounts. Per kWh they are {per_kwh[0]:.3f} and {per_kwh[1]:.3f} RM: one price, within rounding."
    two = "Two settings: the number of steps is the length, minutes per step the resolution."
    return [
        (
            "When do neighbours trade most?",
            "Section V: where day and night meet. V.E: at midday.",
            f"Both are drawn. {markdown_of(peaks(check) or '')}",
        ),
        (
            "What is the number of steps?",
            "One setting is both how fine time is cut and how long the simulation runs.",
            two,
        ),
        ("Is Table I a day?", "The text calls it daily.", one_step),
        (
            "Is there a battery?",
            "Section V.C and Fig. 4 show it at work; the conclusion leaves it to future work.",
            modelled,
        ),
        ("Is equation (1) Malaysia?", "The text calls its curve typical of Malaysia.", yields),
        (
            "What is the price in Table II?",
            "V.E sees prices that differ between trades; IV.B sets one price for all.",
            amount,
        ),
    ]
