"""The station of the price: why a home got it, and who gained how much."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import streamlit as st

from jiran.app import columns
from jiran.app.charts import book as charts
from jiran.app.charts import curves
from jiran.app.drawing import draw
from jiran.app.showing import markdown_of, show_text
from jiran.app.views.market_scene import HEIGHT, MOST_ROWS, Scene, more, side_by_side, table_height
from jiran.explain.step.money import account, gain
from jiran.explain.step.words import tex
from jiran.explain.why import compare, explain, headline
from jiran.nothing import LAST_DIGITS
from jiran.words import counted, in_formula

if TYPE_CHECKING:
    from collections.abc import Callable

    from jiran.explain.step.outcome import Outcome


def show(scene: Scene) -> None:
    """Draw why a home got its price, and who gained how much."""
    outcome = scene.outcome
    left, right = side_by_side()
    with left:
        home = _pick_home(scene)
        for sentence in (headline(outcome, home), *explain(outcome, home)):
            show_text(sentence)
        formula = outcome.mechanism.formula
        if formula is not None and formula.numbers is not None:
            _formula(outcome, formula.symbols, formula.numbers)
        st.markdown("\n".join(f"- {markdown_of(sentence)}" for sentence in compare(outcome, home)))
    with right:
        alt = f"{outcome.book.names[home]} on the curves. {curves.alt(outcome)}"
        draw(charts.home(outcome, home), key="curves", alt=alt, height=HEIGHT)
    _gains(outcome, home)


def _pick_home(scene: Scene) -> int:
    """Let the viewer choose a home; at first the one that is looked at, or the buyer of the first trade."""
    outcome = scene.outcome
    names = outcome.book.names
    homes = [int(home) for home in (*outcome.book.buyers, *outcome.book.sellers)] or list(range(len(names)))
    if len(homes) < len(names):
        homes += [home for home in range(len(names)) if home not in set(homes)]
    first = outcome.pairs[0].buyer if outcome.pairs else homes[0]
    if scene.home in names:
        first = names.index(scene.home)
    home: int = st.selectbox(
        "Home", sorted(homes), key=f"market_home|{len(names)}|{names[0]}|{scene.home}",
        index=sorted(homes).index(first), format_func=names.__getitem__,
    )  # fmt: skip
    return home


def _formula(outcome: Outcome, symbols: str, with_numbers: Callable[..., tuple[str, float]]) -> None:
    """Say the price as a formula with its numbers, as move 4 of the paper does: P = alpha * P_grid."""
    numbers, price = with_numbers(outcome.parameters, outcome.book.import_price, outcome.book.export_price)
    unit = rf"\ \text{{{tex(outcome.book.currency)}/kWh}}" if outcome.book.currency else ""
    st.latex(
        rf"\begin{{aligned}}P_\text{{P2P}} &= {symbols} \\ &= {numbers} \\ &= {in_formula(price)}{unit}\end{{aligned}}"
    )


def _gains(outcome: Outcome, home: int) -> None:
    """Draw who gained how much, and what became of all that could be gained."""
    st.markdown("**Who gained how much**")
    show_text(gain(outcome), account(outcome))
    book, traded = outcome.book, np.flatnonzero(outcome.traded_kwh > 0.0)
    if not traded.size:
        return
    order = traded[np.argsort(-outcome.gains[traded], kind="stable")]
    order = np.concatenate([order[order == home], order[order != home]])
    shown = order[:MOST_ROWS]
    gains = pl.DataFrame(
        {
            "home": [book.names[each] for each in shown],
            "side": ["sells" if book.net_kwh[each] > 0.0 else "buys" for each in shown],
            "kwh": outcome.traded_kwh[shown],
            "price": outcome.prices[shown],
            "limit": book.limit_price[shown],
            "gain": outcome.gains[shown],
            "grid_gain": outcome.grid_gains[shown],
        }
    )
    if np.allclose(outcome.gains, outcome.grid_gains, atol=LAST_DIGITS):
        gains = gains.drop("limit", "grid_gain")
    money = f", {book.currency}" if book.currency else ""
    price, gained = (
        columns.prices(gains["price"], book.limit_price[shown]),
        columns.amounts(outcome.gains, outcome.grid_gains),
    )
    looks = {
        "home": st.column_config.TextColumn("Home"),
        "side": st.column_config.TextColumn("Side"),
        "kwh": columns.digits(outcome.column_digits)("kWh"),
        "price": price("Price"),
        "limit": price("Own limit", help="A buyer's highest, a seller's lowest price"),
        "gain": gained(
            f"Gain{money}" if "limit" not in gains.columns else f"Gain against its own limit{money}",
            signed=True,
            help="Energy times the difference between its price and its limit; the grid's price where it bid that",
        ),
        "grid_gain": gained(f"Gain against the grid{money}", signed=True),
    }
    st.dataframe(
        columns.as_written(gains, looks),
        hide_index=True,
        height=table_height(min(traded.size, 12)),
        column_config=looks,
        key="gains",
        alt=f"Gains of {counted(int(traded.size), 'home')} that traded. {gain(outcome) or ''}",
    )
    more(int(traded.size), MOST_ROWS, "homes that gained no more")
