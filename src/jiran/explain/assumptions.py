"""What a run takes for granted where its scenario leaves a choice: region, sun, reading of 24 values, start; and what nobody has.

A default that a user sees in the scenario is no assumption. These are choices between two readings of what stands
there, each told so that it can be decided otherwise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from jiran.control import find_controller, find_forecast
from jiran.explain.tariffs import (
    month_cut,
    not_in_force,
    rates_taken,
    sharing_rule,
    sharing_step,
    tariff_status,
    within_month,
)
from jiran.explain.where import apart
from jiran.scenario.clock import occurs_twice
from jiran.scenario.grid import BY_STEP, REPLACED
from jiran.scenario.places import UNKNOWN_CLEARNESS
from jiran.scenario.regions import REGIONS, region_of
from jiran.scenario.silent import given, silent
from jiran.scenario.sun import Site, site_of
from jiran.sentences import Figures, Sentence, form, true_ones
from jiran.words import counted, listed, moment

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jiran.homes.timeline import Timeline
    from jiran.scenario import Scenario
    from jiran.scenario.run_by import RunBy

#: What is given by hour of day has so many values.
HOURS = 24


class Run(Protocol):
    """What has a scenario and its steps: a setting, or a result."""

    @property
    def scenario(self) -> Scenario:
        """What was asked."""

    @property
    def timeline(self) -> Timeline:
        """The steps."""


def _start_twice_words(figures: Figures) -> str:
    sign, ahead = "-" if figures["ahead_min"] < 0 else "+", abs(figures["ahead_min"])
    return (
        f"start = {moment(figures['start'])} occurs twice in {figures['zone']}, when clocks are set back: the run "
        f"begins at the first of the two, at UTC{sign}{ahead // 60:02d}:{ahead % 60:02d}"
    )


@form("assumed.start", _start_twice_words)
def start_twice(run: Run) -> Figures | None:
    """Return the start if its local time occurs twice; the run then begins at the first of the two.

    Returns:
        start: The local time.
        zone: The community's zone.
        ahead_min: How far the first of the two is ahead of UTC, min.
    """
    scenario = run.scenario
    if not occurs_twice(scenario.start, scenario.time_zone):
        return None
    ahead_min = int(run.timeline.local_s[0] - run.timeline.utc_s[0]) // 60
    return {"start": scenario.start, "zone": scenario.time_zone, "ahead_min": ahead_min}


def _prices_by_hour_words(figures: Figures) -> str:
    names = figures["fields"]
    return (
        f"{listed(names)} {'has' if len(names) == 1 else 'have'} 24 values, and the run has 24 steps: they are read by "
        "hour of the day, the first from 00:00 to 01:00, and not step by step"
    )


@form("assumed.prices", _prices_by_hour_words)
def prices_by_hour(run: Run) -> Figures | None:
    """Return the prices and limits that have 24 values for 24 steps, if by hour and by step are two different readings.

    Returns:
        fields: Names of the fields of which this is so; a run that begins at midnight with steps of an hour reads both
            ways alike.
    """
    grid, timeline = run.scenario.grid, run.timeline
    if timeline.steps != HOURS:
        return None
    hours = timeline.hour.astype(int)
    found = [
        name
        for name in BY_STEP
        if isinstance(values := getattr(grid, name), tuple) and not np.array_equal(np.array(values)[hours], values)
    ]
    return {"fields": [f"grid.{name}" for name in found]} if found else None


def _region_taken_words(figures: Figures) -> str:
    read = "" if figures["verified"] else ", a figure that is not verified"
    other = '; a community in Sabah sets grid.region = "sabah"' if figures["region"] == "sarawak" else ""
    return (
        f"CO2 is counted at {figures['factor']:g} kg/kWh, the grid of {figures['place']}{read}: the time zone "
        f"{figures['zone']} is taken to say where the community is{other}; grid.region or grid.co2_kg_per_kwh decides"
    )


@form("assumed.region", _region_taken_words)
def region_taken(run: Run) -> Figures | None:
    """Return the region whose emission factor the time zone decided, if nothing in the scenario does.

    Returns:
        zone: The time zone.
        region: Its key in `REGIONS`.
        place: What the region is called.
        factor: Emissions of a kWh from the grid, kg/kWh.
        verified: Whether the factor was read at its publisher.
    """
    scenario = run.scenario
    region = region_of(scenario.time_zone)
    if scenario.grid.co2_kg_per_kwh is not None or scenario.grid.region is not None or region is None:
        return None
    known = REGIONS[region]
    return {
        "zone": scenario.time_zone, "region": region, "place": known.place, "factor": known.co2_kg_per_kwh,
        "verified": known.verified,
    }  # fmt: skip


def _region_unknown_words(figures: Figures) -> str:
    return (
        f"CO2 is not counted: no emission factor is known for the time zone {figures['zone']}; "
        f"set grid.co2_kg_per_kwh, or grid.region to one of {', '.join(REGIONS)}"
    )


@form("assumed.no_region", _region_unknown_words)
def region_unknown(run: Run) -> Figures | None:
    """Return the time zone if it has no region, and nothing else says what a kWh from the grid emits.

    Returns:
        zone: The time zone; figures of CO2 are then not worked out.
    """
    scenario = run.scenario
    return {"zone": scenario.time_zone} if scenario.co2_kg_per_kwh is None else None


def _site(run: Run) -> Site | None:
    """Return the place whose drawn weather a run has, or None."""
    scenario = run.scenario
    source, sun = scenario.homes.data, scenario.solar
    modelled = source is None or source.has_roofs(sun.pv_kwp)
    drawn = sun.model == "site" and sun.weather is None and modelled
    return site_of(scenario.solar, scenario.time_zone) if drawn else None


def _sky_taken_words(figures: Figures) -> str:
    where = f", for which the time zone {figures['zone']} is taken to stand" if figures["zone"] else ""
    known = (
        "comes from measured weather"
        if figures["status"] == "measured"
        else "is calibrated to the yield that is published there, not measured"
    )
    return (
        f"the sky is that of {figures['place']}{where}; its clearness by month {known}; solar.place, solar.clearness "
        "or solar.weather decides"
    )


@form("assumed.sky", _sky_taken_words)
def sky_taken(run: Run) -> Figures | None:
    """Return the place whose clearness by month is taken though nobody named it; the time zone, if that decided."""
    solar, site = run.scenario.solar, _site(run)
    if site is None or site.table is None or solar.clearness is not None or solar.place is not None:
        return None
    zone = run.scenario.time_zone if solar.latitude is None else ""
    return {"place": site.table.title, "status": site.table.status, "zone": zone}


def _sky_unknown_words(figures: Figures) -> str:
    return (
        f"how clear the sky is at latitude {figures['latitude']:g} and longitude {figures['longitude']:g} is not known: "
        f"{UNKNOWN_CLEARNESS:g} is taken in every month; solar.clearness or solar.weather decides"
    )


@form("assumed.no_sky", _sky_unknown_words)
def sky_unknown(run: Run) -> Figures | None:
    """Return the position if no place with a table of clearness is near, and the scenario has none of its own."""
    site = _site(run)
    if site is None or site.table is not None or run.scenario.solar.clearness is not None:
        return None
    return {"latitude": site.latitude, "longitude": site.longitude}


#: Clocks agree with the sun to about two hours nearly everywhere, with summer time too; further apart it is an error.
MOST_FROM_NOON_H = 3.0


def _noon_words(figures: Figures) -> str:
    minutes = round(figures["hour"] * 60) % 1440
    return (
        f"the sun stands highest at about {minutes // 60:02d}:{minutes % 60:02d} by the clock: the longitude "
        f"{figures['longitude']:g} and the time zone {figures['zone']} do not fit each other"
    )


@form("assumed.noon", _noon_words)
def noon_far_off(run: Run) -> Figures | None:
    """Return when the mean sun stands highest by the clock, if that is more than three hours from 12:00."""
    site = _site(run)
    if site is None:
        return None
    ahead_h = (int(run.timeline.local_s[0]) - int(run.timeline.utc_s[0])) / 3600.0
    off_h = (ahead_h - site.longitude / 15.0 + 12.0) % 24.0 - 12.0
    if abs(off_h) <= MOST_FROM_NOON_H:
        return None
    return {"hour": 12.0 + off_h, "longitude": site.longitude, "zone": run.scenario.time_zone}


def _unused_words(figures: Figures) -> str:
    why: dict[str, list[str]] = {}
    for field, reason in figures["fields"]:
        why.setdefault(reason, []).append(field)
    told = [
        f"{listed(names)} {'says' if len(names) == 1 else 'say'} nothing, for {reason}" for reason, names in why.items()
    ]
    more = figures["more"]
    return "; ".join(
        [*told, *([f"{counted(more, 'more field')} {'says' if more == 1 else 'say'} nothing"] if more else [])]
    )


#: As many such fields are told.
MOST_UNUSED = 3


@form("assumed.unused", _unused_words)
def unused(run: Run) -> Figures | None:
    """Return the fields that are given another value than their default, and that say nothing in this scenario.

    What only a plan reads is left out: a scenario may be for both.

    Returns:
        fields: At most `MOST_UNUSED`, each with its dotted name, and why it says nothing.
        more: How many more there are.
    """
    because = silent(run.scenario)
    found = [(name, because[name]) for name in given(run.scenario) if name in because and not name.startswith("plan.")]
    return {"fields": found[:MOST_UNUSED], "more": len(found[MOST_UNUSED:])} if found else None


def _untold_words(figures: Figures) -> str:
    fields = listed([f"{name} = {value}" for name, value in figures["fields"]])
    return f"meters do not tell {fields}: {'this is' if len(figures['fields']) == 1 else 'these are'} assumed, so set what differs"


#: What the amounts of a street of metered homes turn on, and no meter tells.
UNTOLD = (
    "time_zone", "grid.tariff", "grid.import_price", "grid.export_price", "battery.capacity_kwh", "market.mechanism",
)  # fmt: skip


@form("assumed.untold", _untold_words)
def untold(scenario: Scenario, said: Mapping[str, Any]) -> Figures | None:
    """Return what a street of metered homes takes for granted: fields and values that its user did not give.

    Args:
        scenario: The street.
        said: Nested data that the user gave.
    """
    found = []
    replaced = [f"grid.{name}" for name in REPLACED if scenario.grid.tariff is not None]
    for name in (one for one in UNTOLD if one not in replaced):
        section, _, key = name.rpartition(".")
        given = said.get(section, {}) if section else said
        value = getattr(getattr(scenario, section) if section else scenario, key)
        if key not in given and value is not None:
            found.append((name, f"{len(value)} values" if isinstance(value, tuple) else f"{value}"))
    return {"fields": found} if found else None


def _foresight_words(figures: Figures) -> str:
    whose, what = {
        "home_battery": ("each home", "batteries at home save"),
        "battery": ("the homes together", "the community battery saves"),
    }[figures["section"]]
    return (
        f'{figures["section"]}.forecast = "{figures["forecast"]}" is told what {whose} will need, which nobody knows: take what '
        f"{what} under {figures['controller']} as a bound"
    )


@form("assumed.foresight", _foresight_words)
def foresight(run: Run, section: str) -> Figures | None:
    """Return forecast and controller of batteries if they are told the future, which nobody knows.

    Args:
        run: A setting or a result.
        section: Of the scenario: "home_battery" or "battery".

    Returns:
        section: The same.
        forecast: Its name.
        controller: The name of the controller that goes by it.
    """
    asked: RunBy = getattr(run.scenario, section)
    there = run.scenario.homes.batteries if section == "home_battery" else run.scenario.battery.planned
    goes_by_it = find_controller(asked.controller).forecasts and find_forecast(asked.forecast).foresight
    if not there or not goes_by_it:
        return None
    return {"section": section, "forecast": asked.forecast, "controller": asked.controller}


def assumptions(run: Run) -> tuple[Sentence, ...]:
    """Say what a run takes for granted, a sentence each without its stop; nothing where its scenario says it all.

    Args:
        run: A setting before it is run, or a result.
    """
    return true_ones(
        start_twice(run), prices_by_hour(run), region_taken(run), region_unknown(run), sky_taken(run), sky_unknown(run),
        noon_far_off(run), apart(run), unused(run), month_cut(run), within_month(run), tariff_status(run), not_in_force(run), rates_taken(run),
        sharing_rule(run), sharing_step(run), foresight(run, "home_battery"), foresight(run, "battery"),
    )  # fmt: skip
