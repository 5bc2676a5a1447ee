"""The first page: what the neighbourhood did, in a sentence, in six figures, and as a picture that moves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from jiran.app import state
from jiran.app.charts.base import MOST_HOMES
from jiran.app.charts.flow import flow_data
from jiran.app.components.flow_map import flow_map
from jiran.app.story import story

if TYPE_CHECKING:
    from jiran.result import Result


def show() -> None:
    """Draw the page."""
    result = state.result()
    st.markdown(f"##### {story(result)}")
    _cards(result)
    window = state.pick_window(whole=False)
    picked = flow_map(flow_data(result, window), key="flow")
    if result.community.size > MOST_HOMES:
        st.caption(f"{result.community.size:,} homes are too many to draw: each place stands for all homes of a kind.")
    elif picked in result.community.ids and st.button(f"Open the bill and the day of {picked}", icon=":material/home:"):
        state.pick_home(picked)
        state.open_page("homes")


def _cards(result: Result) -> None:
    """Draw six figures, each against what it would be otherwise."""
    kpis, currency, homes = result.kpis, result.scenario.currency, result.community.size
    worse = round((kpis["homes_worse_off"] or 0.0) * homes)
    gain = _difference(kpis["self_sufficiency"], kpis["self_sufficiency_homes"])
    with st.grid(6, min_column_width=120):
        st.metric(
            f"Saved, {currency}",
            _figure(kpis["saving"], 2),
            _signed(kpis["saving_share"], "of bill"),
            border=True,
            help="Saved by trading: against the same homes and the same battery without trades.",
        )
        st.metric(
            f"All bills, {currency}",
            _figure(kpis["cost"], 2),
            _signed(kpis["saving_grid_only_share"], "vs grid", -1),
            delta_color="inverse",
            border=True,
            help="What all homes pay, less what they earn; against the same homes with the grid alone, without trades and battery.",
        )
        st.metric(
            "Traded, kWh",
            _figure(kpis["p2p_kwh"]),
            f"{_percent(kpis['p2p_share'])} of use",
            delta_color="off",
            delta_arrow="off",
            border=True,
            help="Energy of all trades between homes, and its share of all demand.",
        )
        st.metric(
            "Self-sufficiency",
            _percent(kpis["self_sufficiency"]),
            None if gain is None else f"{gain * 100:+.0f} by sharing",
            border=True,
            help="Share of demand that did not come from the grid. Below: what neighbours and battery add, in percentage points, to what each home's own roof covers.",
        )
        st.metric(
            "Worse off",
            f"{worse} of {homes:,}",
            "by trading",
            delta_color="off",
            delta_arrow="off",
            border=True,
            help="Homes whose bill is higher than it would be without trades, with the same battery.",
        )
        avoided = kpis["co2_avoided_kg"] or 0.0
        st.metric(
            "CO₂ avoided, kg" if avoided >= 0.0 else "CO₂ added, kg",
            _figure(abs(avoided)),
            "vs grid",
            delta_color="off",
            delta_arrow="off",
            border=True,
            help="What the battery, or EVs that supply, change in what the street takes from the grid, losses included, at "
            f"{result.scenario.grid.co2_kg_per_kwh:g} kg/kWh. Trades alone avoid none, they only change who pays whom.",
        )


def _figure(value: float | None, digits: int = 1) -> str:
    """Return a figure with as many digits as fit into a card."""
    if value is None:
        return "–"
    if abs(value) >= 1_000_000:
        return f"{value / 1_000_000:,.2f} M"
    value = round(value, digits) + 0.0  # never -0
    return f"{value:,.0f}" if abs(value) >= 1_000 else f"{value:,.{digits}f}"


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{round(share, 2) + 0.0:.0%}"


def _signed(share: float | None, of: str, sign: int = 1) -> str | None:
    """Return a change as the card's arrow shows it; none where it rounds to nothing."""
    return None if share is None or round(share, 2) == 0.0 else f"{sign * share:+.0%} {of}"


def _difference(value: float | None, other: float | None) -> float | None:
    return None if value is None or other is None else value - other
