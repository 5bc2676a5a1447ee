"""The first page: what the neighbourhood did, in a sentence, in six figures, and as a picture that moves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from jiran.app import pins, state
from jiran.app.charts.base import MOST_HOMES
from jiran.app.charts.flow import flow_data
from jiran.app.components.flow_map import flow_map
from jiran.app.showing import plain
from jiran.app.story import against, homes_and_days, story, worse_off

if TYPE_CHECKING:
    from jiran.result import Result


def show() -> None:
    """Draw the page."""
    result, before = state.result(), state.pinned()
    apart = None if before is None else pins.apart(before, result)
    if before is not None and not pins.same_money(before, result):
        before = None
    st.markdown(f"##### {story(result)}" + (f" {against(result, before)}" if before is not None else ""))
    _cards(result, before)
    with st.container():  # always there, so that what follows keeps its place on the page
        if apart is not None:
            st.caption(f"{plain(apart)}: mind this when you compare.")
    window = state.pick_window(whole=False)
    picked = flow_map(flow_data(result, window), key="flow")
    if result.community.size > MOST_HOMES:
        st.caption(f"{result.community.size:,} homes are too many to draw: each place stands for all homes of a kind.")
    elif picked in result.community.ids and st.button(f"Open the bill and the day of {picked}", icon=":material/home:"):
        state.pick_home(picked)
        state.open_page("homes")


def _cards(result: Result, before: Result | None) -> None:
    """Draw six figures, each against A, or if nothing is pinned against what it would be otherwise."""
    kpis, currency = result.kpis, plain(result.scenario.currency)
    gain = _difference(kpis["self_sufficiency"], kpis["self_sufficiency_homes"])
    avoided = kpis["co2_avoided_kg"] or 0.0
    change = _changes(result, before) if before is not None else {}
    with st.grid(6, min_column_width=120):
        st.metric(
            f"Saved, {currency}",
            _figure(kpis["saving"], 2),
            **change.get("saving", {"delta": _signed(kpis["saving_share"], "of bill")}),
            border=True,
            help="Saved by trading: against the same homes and the same battery without trades.",
        )
        st.metric(
            f"All bills, {currency}",
            _figure(kpis["cost"], 2),
            **change.get(
                "cost", {"delta": _signed(kpis["saving_grid_only_share"], "vs grid", -1), "delta_color": "inverse"}
            ),
            border=True,
            help="What all homes pay, less what they earn; against the same homes with the grid alone, without trades and battery.",
        )
        st.metric(
            "Traded, kWh",
            _figure(kpis["p2p_kwh"]),
            **change.get("p2p_kwh", pins.unchanged(f"{_percent(kpis['p2p_share'])} of use")),
            border=True,
            help="Energy of all trades between homes, and its share of all demand.",
        )
        st.metric(
            "Self-sufficiency",
            _percent(kpis["self_sufficiency"]),
            **change.get("self_sufficiency", {"delta": None if gain is None else f"{gain * 100:+.0f} by sharing"}),
            border=True,
            help="Share of demand that did not come from the grid. Below: what neighbours and battery add, in percentage points, to what each home's own roof covers.",
        )
        st.metric(
            "Worse off",
            f"{worse_off(result)} of {result.community.size:,}",
            **change.get("worse_off", pins.unchanged("by trading")),
            border=True,
            help="Homes whose bill is higher than it would be without trades, with the same battery.",
        )
        st.metric(
            "CO₂ avoided, kg" if avoided >= 0.0 else "CO₂ added, kg",
            _figure(abs(avoided)),
            **change.get("co2_avoided_kg", pins.unchanged("vs grid")),
            border=True,
            help="What the battery, or EVs that supply, change in what the street takes from the grid, losses included, at "
            f"{result.scenario.grid.co2_kg_per_kwh:g} kg/kWh. Trades alone avoid none, they only change who pays whom.",
        )


def _changes(result: Result, before: Result) -> dict[str, dict[str, Any]]:
    """Return how each card shows its change against A.

    Higher bills and more homes that lose are bad. More trades are neither good nor bad, and so are totals of another
    number of homes or another length of time.
    """
    now, then = result.kpis, before.kpis
    alike = homes_and_days(result) == homes_and_days(before)
    more, less = ("normal", "inverse") if alike else ("off", "off")
    added = (now["co2_avoided_kg"] or 0.0) < 0.0  # then the card counts the other way round
    return {
        "saving": pins.versus(now["saving"], then["saving"], 2, more),
        "cost": pins.versus(now["cost"], then["cost"], 2, less),
        "p2p_kwh": pins.versus(now["p2p_kwh"], then["p2p_kwh"], 1, "off"),
        "self_sufficiency": pins.versus(now["self_sufficiency"], then["self_sufficiency"], 0, scale=100.0),
        "worse_off": pins.versus(worse_off(result), worse_off(before), 0, less),
        "co2_avoided_kg": pins.versus(
            now["co2_avoided_kg"],
            then["co2_avoided_kg"],
            1,
            less if added else more,
            scale=-1.0 if added else 1.0,
        ),
    }


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
