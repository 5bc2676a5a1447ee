"""What became of a round: price, book and curves, the price from round to round, and who gained."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import polars as pl
import streamlit as st

from jiran.app import state
from jiran.app.charts import curves, rounds
from jiran.app.drawing import draw
from jiran.app.export import csv_bytes
from jiran.app.showing import plain
from jiran.classroom.export import rows
from jiran.classroom.views import Wall, standings
from jiran.classroom.words import amount, cleared, energy
from jiran.explain.say import share
from jiran.market import find

if TYPE_CHECKING:
    from jiran.app.charts.base import Spec
    from jiran.classroom.rounds import Round

#: Digits of a sum, which has no more meaning than a price.
_DIGITS = 4
#: So many players stand on the wall.
MOST_NAMES = 5
#: And so many in large letters.
MOST_NAMES_FAR = 3


def show(wall: Wall) -> None:
    """Draw the last round, all prices, and who gained: in a lesson those of the lesson."""
    played = wall.rounds if wall.course is None else wall.rounds[wall.course.since :]
    if not played:
        return
    last = played[-1]
    _figures(last)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        spec = rounds.true_curves(last) if wall.revealed else rounds.bids(last)
        words = "The true curves, by the cards" if wall.revealed else f"Bids and asks of round {last.number}"
        st.markdown(f"**{words}**")
        _draw(spec, "class_curves", curves.alt(last.outcome), 380)
    with right:
        crossed = rounds.crossed_at(last) if wall.revealed else None
        told = "" if crossed is None else f"; dashed, where the true curves cross: {plain(amount(crossed))}"
        st.markdown(f"**Price by round**{told}")
        _draw(rounds.prices(played, crossed), "class_prices", rounds.prices_alt(played, crossed), 200)
        _standings(played)
    if not state.presents():
        _about(last)
        downloads(wall)


def _draw(spec: Spec, key: str, alt: str, height: int) -> None:
    draw(rounds.larger(spec, rounds.LETTERS) if state.presents() else spec, key=key, alt=alt, height=height)


def _figures(last: Round) -> None:
    unit = last.outcome.book.currency
    with st.container(horizontal=True):
        label = "Price per kWh" if last.has_one_price else "Mean price per kWh"
        st.metric(label, "no trade" if last.price is None else f"{plain(unit)} {amount(last.price)}".strip())
        st.metric("Traded", energy(last.outcome.kwh))
        reached = "nothing to gain" if last.efficiency is None else share(max(0.0, last.efficiency))
        st.metric("Efficiency", reached, help="Of what all could have gained together by their cards.")
        st.metric(
            "Gained together",
            amount(round(last.gained, _DIGITS)),
            help="By the cards; what is paid only shares it out.",
        )


def _standings(played: tuple[Round, ...]) -> None:
    best = standings(played)[: MOST_NAMES_FAR if state.presents() else MOST_NAMES]
    if not best:
        return
    st.markdown("**Who gained most, against what their cards earn where the true curves cross**")
    st.markdown(
        "\n".join(f"{place}. {plain(one.name)}: {share(max(one.share, 0.0))}" for place, one in enumerate(best, 1))
    )


def _about(last: Round) -> None:
    st.caption(plain(f"{cleared(last)} {find(last.rule).description}"))


def downloads(wall: Wall) -> None:
    """Offer all rounds as a table."""
    played = wall.rounds
    with st.container(horizontal=True):
        for names, words in ((True, "All rounds as CSV"), (False, "Without names")):
            st.download_button(
                words, partial(_table, played, names=names), f"jiran-class-{wall.code}{'' if names else '-no-names'}.csv", "text/csv",
                key=f"class_csv_{names}", icon=":material/download:", on_click="ignore", type="tertiary",
            )  # fmt: skip


def _table(played: tuple[Round, ...], *, names: bool) -> bytes:
    return csv_bytes(pl.DataFrame(rows(played, names=names), infer_schema_length=None))
