"""Six figures of the whole street, each with what it is compared with."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import streamlit as st

from jiran.app import pins
from jiran.app.showing import markdown_of, percentage, plain
from jiran.explain.against import homes_and_days, worse_off
from jiran.explain.run import grid
from jiran.explain.saving import outside
from jiran.result.figures import KPIS
from jiran.scenario.regions import REGIONS

if TYPE_CHECKING:
    from jiran.result.result import Result
    from jiran.scenario import Scenario

#: How a change of a figure is coloured, by which way is better.
_GOOD = {"higher": "normal", "lower": "inverse", "": "off"}
#: The sign says which way it goes; an arrow beside it would leave no room for the words.
_NO_ARROW = {"delta_arrow": "off"}
#: A change of self-sufficiency by less, in percentage points, is not shown.
_LEAST_POINTS = 0.05
#: A figure; one that has no change to show is as tall as the others.
_card = partial(st.metric, border=True, height="stretch")


def show(result: Result, before: Result | None) -> None:
    """Draw six figures, each against A, or if nothing is pinned against what it would be otherwise."""
    kpis, currency = result.kpis, result.scenario.currency
    taken = grid(result, 0, result.timeline.steps)
    points = 0.0 if taken is None else 100.0 * (taken.figures["without"] - taken.figures["share"])
    kept = outside(result)
    avoided = kpis["co2_avoided_kg"]
    change = _changes(result, before) if before is not None else {}
    with st.grid(3, min_column_width=116, gap="xsmall"):
        _card(
            _label("saving", currency),
            _figure(kpis["saving"], 2),
            **change.get("saving", {"delta": _signed(kpis["saving_share"], "of bill"), **_NO_ARROW}),
            help="Saved by trading: against the same homes and the same battery without trades."
            + ("" if kept is None else f" {markdown_of(kept)}"),
        )
        _card(
            _label("cost", currency),
            _figure(kpis["cost"], 2),
            **change.get(
                "cost",
                {"delta": _signed(kpis["saving_grid_only_share"], "vs grid", -1), "delta_color": "inverse"} | _NO_ARROW,
            ),
            help="What all homes pay, less what they earn; against the same homes with the grid alone, without trades and community battery; batteries of their own stay.",
        )
        _card(
            _label("p2p_kwh", currency),
            _figure(kpis["p2p_kwh"]),
            **change.get(
                "p2p_kwh",
                {} if kpis["p2p_share"] is None else pins.unchanged(f"{percentage(kpis['p2p_share'])} of use"),
            ),
            help="Energy of all trades between neighbours, with batteries that bid, and how much that is of all demand.",
        )
        _card(
            _label("street_self_sufficiency", currency),
            percentage(kpis["street_self_sufficiency"]),
            **change.get(
                "street_self_sufficiency",
                {"delta": f"{points:+.1f} points" if abs(points) >= _LEAST_POINTS else None} | _NO_ARROW,
            ),
            help="Share of what the street used that did not come from the grid, at the street's own connection. Below: what "
            f"trading adds, in percentage points. Counted home by home it is {percentage(kpis['self_sufficiency'])}: what one home "
            "exports while another imports then counts as grid energy.",
        )
        _card(
            _label("homes_worse_off", currency),
            f"{worse_off(result)} of {result.community.size:,}",
            **change.get("homes_worse_off", pins.unchanged("by trading")),
            help="Homes whose bill is higher than it would be without trades, with the same battery.",
        )
        _card(
            "CO₂ added, kg" if avoided is not None and avoided < 0.0 else _label("co2_avoided_kg", currency),
            _figure(None if avoided is None else abs(avoided)),
            **change.get("co2_avoided_kg", pins.unchanged("vs grid")),
            help="What the battery, or EVs that supply, change in what the street takes from the grid, losses included, "
            f"{_factor(result.scenario)}. Where no battery or car bids, trades alone avoid none: they only change who pays whom.",
        )


def _factor(scenario: Scenario) -> str:
    """Say at which emissions of the grid CO2 is counted, and whose they are."""
    if scenario.co2_kg_per_kwh is None:
        return f"which cannot be counted: no emission factor is known for the time zone {scenario.time_zone}"
    of = "" if scenario.grid.co2_kg_per_kwh is not None or scenario.region is None else REGIONS[scenario.region].place
    return f"at {scenario.co2_kg_per_kwh:g} kg/kWh{f', the grid of {of}' if of else ''}"


def _changes(result: Result, before: Result) -> dict[str, dict[str, Any]]:
    """Return how each card shows its change against A.

    Higher bills and more homes that lose are bad. More trades are neither good nor bad, and so are totals of another
    number of homes or another length of time.
    """
    now, then = result.kpis, before.kpis
    alike = homes_and_days(result) == homes_and_days(before)
    added = (now["co2_avoided_kg"] or 0.0) < 0.0  # then the card counts the other way round

    def good(name: str) -> str:
        return _GOOD[KPIS[name].better] if alike else "off"

    return {
        "saving": pins.versus(now["saving"], then["saving"], 2, good("saving")),
        "cost": pins.versus(now["cost"], then["cost"], 2, good("cost")),
        "p2p_kwh": pins.versus(now["p2p_kwh"], then["p2p_kwh"], 1, good("p2p_kwh")),
        "street_self_sufficiency": pins.versus(
            now["street_self_sufficiency"],
            then["street_self_sufficiency"],
            1,
            _GOOD[KPIS["street_self_sufficiency"].better],
            scale=100.0,
            unit=" points",
        ),
        "homes_worse_off": pins.versus(worse_off(result), worse_off(before), 0, good("homes_worse_off")),
        "co2_avoided_kg": pins.versus(
            now["co2_avoided_kg"],
            then["co2_avoided_kg"],
            1,
            "inverse" if added and alike else good("co2_avoided_kg"),
            scale=-1.0 if added else 1.0,
        ),
    }


def _label(figure: str, currency: str) -> str:
    """Return what a figure's card is called; its help is named by it as it stands here, so our own words stay unescaped."""
    return KPIS[figure].card.replace("money", plain(currency))


def _figure(value: float | None, digits: int = 1) -> str:
    """Return a figure with as many digits as fit into a card."""
    if value is None:
        return "–"
    if abs(value) >= 1_000_000:
        return f"{value / 1_000_000:,.2f} M"
    value = round(value, digits) + 0.0  # never -0
    return f"{value:,.0f}" if abs(value) >= 1_000 else f"{value:,.{digits}f}"


def _signed(share: float | None, of: str, sign: int = 1) -> str | None:
    """Return a change as the card's arrow shows it; none where it rounds to nothing."""
    return None if share is None or round(share, 3) == 0.0 else f"{sign * share:+.1%} {of}"
