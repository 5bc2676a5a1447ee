"""The stations of the walk through one step: energy, order book, supply and demand, pairs, price, and the rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import streamlit as st

from jiran.app import columns
from jiran.app.charts import book as charts
from jiran.app.charts import curves, run_step
from jiran.app.drawing import draw
from jiran.app.showing import markdown_of, show_text
from jiran.app.views import market_pairs, market_price
from jiran.app.views.market_scene import HEIGHT, MOST_ROWS, Scene, more, side_by_side, table_height
from jiran.explain.step.money import even, money, rest
from jiran.explain.step.run_step import RunStep
from jiran.explain.step.words import balanced, curve_words, scarce_words, tex_name
from jiran.nothing import NOTHING_KWH
from jiran.words import counted, kwh

if TYPE_CHECKING:
    from collections.abc import Callable

    from jiran.explain.step.outcome import Outcome


@dataclass(frozen=True)
class Station:
    """One stop of the walk: its short name, its question, and what draws it."""

    title: str
    heading: str
    draw: Callable[[Scene], None]


def of_run(*, rest: bool) -> list[Station]:
    """Return the stations of a step of the run; what became of the rest is known for the run as it was."""
    walk = [Station("Energy", _FIRST, _energy), *_WALK]
    return [*walk, Station("The rest", "And the rest?", _rest)] if rest else walk


def of_table() -> list[Station]:
    """Return the stations of the viewer's own orders."""
    return [Station("Orders", _FIRST, _orders), *_WALK]


def _orders(scene: Scene) -> None:
    """Draw the energy of a table of orders."""
    book = scene.outcome.book
    st.markdown(
        "Who sells has energy to spare, above zero; who buys needs it, below zero. The price is the least that a seller "
        "takes and the most that a buyer pays."
    )
    show_text(scarce_words(scene.outcome))
    draw(charts.orders(book), key="orders", alt=charts.orders_alt(book), height=HEIGHT)
    more(len(book.names), charts.MOST_BARS, "homes with smaller orders")


def _energy(scene: Scene) -> None:
    """Draw each home's balance."""
    if scene.step is None:
        return
    left, right = side_by_side()
    with left:
        _balance_words(scene.step, scene.outcome.digits)
        show_text(scarce_words(scene.outcome))
    with right:
        draw(run_step.balances(scene.step), key="balances", alt=run_step.balances_alt(scene.step), height=HEIGHT)
        more(len(scene.step.orders["home"]), run_step.MOST_BARS, "homes with smaller balances")


def _balance_words(step: RunStep, digits: int) -> None:
    """Say move 1 of the paper: B = G - L."""
    st.markdown(
        "Every home first uses its own sun. Its balance *B* is what it generates (*G*) less what it needs (*L*, "
        "its EV and its own battery included). Above zero it has energy to spare, below zero it is short."
    )
    st.latex(r"B_i = G_i - L_i")
    if step.batteries_bid or step.cars_bid:
        which = "battery" if not step.cars_bid else "car or battery" if step.batteries_bid else "car"
        st.markdown(
            f"A {which} that bids counts with what it offers, or asks for, at what stored energy is worth to it; it moves once the "
            "market is over."
        )
    if step.street_bids:
        st.markdown(
            "The community battery bids, too. It generates and needs nothing, so it has no balance: what it offers or asks for stands in "
            "the order book."
        )
    orders = step.orders
    if orders["net_metered"].any():
        st.markdown(
            "Of a home of which only import and export are known, it is the export less the import: a market needs no more."
        )
    for place in dict.fromkeys((int(orders["balance_kwh"].argmax()), int(orders["balance_kwh"].argmin()))):
        home = {name: column[place] for name, column in orders.items()}
        balance = home["balance_kwh"]
        more = max(balance, 0.0) if home["net_metered"] else _has(home)
        less = max(-balance, 0.0) if home["net_metered"] else _needs(home)
        st.latex(
            rf"B_{{{tex_name(home['home'])}}} = {more:.{digits}f} - {less:.{digits}f} = "
            rf"{home['balance_kwh']:.{digits}f}\ \text{{kWh}}"
        )


def _has(home: dict[str, Any]) -> float:
    """Return what came into a home from its own roof, car and battery in the step, kWh."""
    return float(home["generation_kwh"] + home["ev_supplied_kwh"] + home["battery_given_kwh"])


def _needs(home: dict[str, Any]) -> float:
    """Return what it used, and put into car and battery, kWh."""
    return float(home["load_kwh"] + home["ev_kwh"] + home["battery_charged_kwh"])


def _book(scene: Scene) -> None:
    """Draw the two sides of the order book, facing each other."""
    left, right = side_by_side()
    with left:
        _side(scene, sells=True)
    with right:
        _side(scene, sells=False)
    show_text(scarce_words(scene.outcome))
    st.caption("Best price on top. “Traded” says how much of each order the rule lets trade in the end.")


def _side(scene: Scene, *, sells: bool) -> None:
    """Draw one side of the order book, best price on top."""
    outcome, book = scene.outcome, scene.outcome.book
    homes = book.sellers if sells else book.buyers
    noun, limit = ("seller", "Asks") if sells else ("buyer", "Bids")
    if not homes.size:
        st.markdown(f"**No {noun}s** in this step.")
        return
    energy = np.abs(book.net_kwh[homes])
    verb = ("offers" if sells else "wants") if homes.size == 1 else ("offer" if sells else "want")
    st.markdown(f"**{counted(homes.size, noun)}** {verb} **{outcome.energy(float(energy.sum()))}**.")
    if outcome.pairing.matching:
        st.latex(r"B_i > 0 \;\Rightarrow\; S_i = B_i" if sells else r"B_j < 0 \;\Rightarrow\; D_j = -B_j")
    if sells and scene.step is not None and scene.step.orders["ev_offer_kwh"].sum() > NOTHING_KWH:
        st.caption("An EV that lends its battery offers more than its home has left.")
    amount = columns.digits(outcome.column_digits)
    looks = {
        "home": st.column_config.TextColumn(noun.capitalize()),
        "limit": columns.prices(book.limit_price[homes])(limit, help=f"At {'least' if sells else 'most'}, per kWh"),
        "kwh": amount("kWh"),
        "until": amount("So far", help="kWh of this order and all above it"),
        "traded": st.column_config.ProgressColumn("Traded", format="percent", min_value=0.0, max_value=1.0, width=104),
    }
    st.dataframe(
        columns.as_written(
            pl.DataFrame(
                {
                    "home": [book.names[home] for home in homes],
                    "limit": book.limit_price[homes],
                    "kwh": energy,
                    "until": energy.cumsum(),
                    "traded": (outcome.traded_kwh[homes] / energy).round(2),
                }
            ).head(MOST_ROWS),
            looks,
        ),
        hide_index=True,
        height=table_height(homes.size),
        column_config=looks,
        key=f"side_{noun}",
        alt=f"{counted(homes.size, noun)} with {kwh(float(energy.sum()))} in all, best price first.",
    )
    more(homes.size, MOST_ROWS, f"{noun}s")


def _curves(scene: Scene) -> None:
    """Draw supply and demand with the clearing point."""
    left, right = side_by_side()
    with left:
        for sentence in curve_words(scene.outcome):
            show_text(sentence)
    with right:
        draw(charts.clearing(scene.outcome), key="curves", alt=curves.alt(scene.outcome), height=HEIGHT)


def _rest(scene: Scene) -> None:
    """Draw what happened to the rest, and that nothing is lost."""
    step, result = scene.step, scene.result
    if step is None or result is None:
        return
    left, right = side_by_side()
    with left:
        show_text(rest(step.energy))
        show_text(money(step, result.scenario.currency))
        proof = even(step)
        if proof is not None:
            st.markdown(f":material/check_circle: {markdown_of(proof)}")
    with right:
        draw(run_step.in_and_out(step), key="in_and_out", alt=run_step.in_and_out_alt(step), height=HEIGHT // 2)


def badge(outcome: Outcome) -> None:
    """Show that these orders balance, in place of the badge of the run."""
    proof = balanced(outcome)
    if proof is not None:
        st.caption(f":material/verified: {markdown_of(proof)}")


_FIRST = "Who has energy, who needs it?"
#: The stop that says why a home got its price.
PRICE = "Price"
_WALK = (
    Station("Order book", "Who sells, who buys, and at what price?", _book),
    Station("Supply and demand", "Where do supply and demand meet?", _curves),
    Station("Pairs", "Who sells to whom?", market_pairs.show),
    Station(PRICE, "At what price, and why?", market_price.show),
)
