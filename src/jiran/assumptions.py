"""What a run takes for granted where its scenario leaves a choice: facts, each with the words that tell it.

Each fact is a function that returns figures, or None where nothing was assumed; the words see nothing but the figures.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from jiran.scenario.clock import occurs_twice
from jiran.scenario.regions import REGIONS, region_of
from jiran.words import listed

if TYPE_CHECKING:
    from collections.abc import Callable

    from jiran.scenario import Scenario
    from jiran.timeline import Timeline

Figures = dict[str, Any]

#: Prices by hour of day have so many values.
HOURS = 24


class Run(Protocol):
    """What has a scenario and its steps: a setting, or a result."""

    @property
    def scenario(self) -> Scenario:
        """What was asked."""

    @property
    def timeline(self) -> Timeline:
        """The steps."""


def region_taken(run: Run) -> Figures | None:
    """Return the region whose emission factor the time zone decided, if nothing in the scenario does."""
    scenario = run.scenario
    region = region_of(scenario.time_zone)
    if scenario.grid.co2_kg_per_kwh is not None or scenario.grid.region is not None or region is None:
        return None
    known = REGIONS[region]
    return {
        "zone": scenario.time_zone, "region": region, "place": known.place, "factor": known.co2_kg_per_kwh,
        "verified": known.verified,
    }  # fmt: skip


def region_unknown(run: Run) -> Figures | None:
    """Return the time zone if it has no region, and nothing else says what a kWh from the grid emits."""
    scenario = run.scenario
    return {"zone": scenario.time_zone} if scenario.co2_kg_per_kwh is None else None


def prices_by_hour(run: Run) -> Figures | None:
    """Return the prices that have 24 values for 24 steps, if by hour and by step are two different readings."""
    grid, timeline = run.scenario.grid, run.timeline
    if timeline.steps != HOURS:
        return None
    hours = timeline.hour.astype(int)
    found = [
        name
        for name in ("import_price", "export_price")
        if isinstance(values := getattr(grid, name), tuple) and not np.array_equal(np.array(values)[hours], values)
    ]
    return {"prices": [f"grid.{name}" for name in found]} if found else None


def start_twice(run: Run) -> Figures | None:
    """Return the start if its local time occurs twice; the run then begins at the first of the two."""
    scenario = run.scenario
    if not occurs_twice(scenario.start, scenario.time_zone):
        return None
    ahead_min = int(run.timeline.local_s[0] - run.timeline.utc_s[0]) // 60
    return {"start": scenario.start, "zone": scenario.time_zone, "ahead_min": ahead_min}


def _region_taken(figures: Figures) -> str:
    read = "" if figures["verified"] else ", a figure that is not verified"
    other = '; a community in Sabah sets grid.region = "sabah"' if figures["region"] == "sarawak" else ""
    return (
        f"CO2 is counted at {figures['factor']:g} kg/kWh, the grid of {figures['place']}{read}: the time zone "
        f"{figures['zone']} is taken to say where the community is{other}; grid.region or grid.co2_kg_per_kwh decides"
    )


def _region_unknown(figures: Figures) -> str:
    return (
        f"CO2 is not counted: no emission factor is known for the time zone {figures['zone']}; "
        f"set grid.co2_kg_per_kwh, or grid.region to one of {', '.join(REGIONS)}"
    )


def _prices_by_hour(figures: Figures) -> str:
    names = figures["prices"]
    return (
        f"{listed(names)} {'has' if len(names) == 1 else 'have'} 24 values, and the run has 24 steps: they are read by "
        "hour of the day, the first from 00:00 to 01:00, and not step by step"
    )


def _start_twice(figures: Figures) -> str:
    sign, ahead = "-" if figures["ahead_min"] < 0 else "+", abs(figures["ahead_min"])
    return (
        f"start = {figures['start']:%Y-%m-%d %H:%M} occurs twice in {figures['zone']}, when clocks are set back: the run "
        f"begins at the first of the two, at UTC{sign}{ahead // 60:02d}:{ahead % 60:02d}"
    )


#: Every fact and its words, by name.
FACTS: dict[str, tuple[Callable[[Run], Figures | None], Callable[[Figures], str]]] = {
    "assumed.start": (start_twice, _start_twice),
    "assumed.prices": (prices_by_hour, _prices_by_hour),
    "assumed.region": (region_taken, _region_taken),
    "assumed.no_region": (region_unknown, _region_unknown),
}


def assumptions(run: Run) -> tuple[str, ...]:
    """Say what a run takes for granted, a sentence each without its stop; nothing where its scenario says it all."""
    said = ((find(run), words) for find, words in FACTS.values())
    return tuple(words(figures) for figures, words in said if figures is not None)
