"""Whether what a run says of its place fits together: tariff, sun, emissions and clock."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from jiran.explain.tariffs import named_tariffs
from jiran.scenario.places import place_of_zone, places
from jiran.scenario.regions import REGIONS, region_of
from jiran.sentences import Figures, form
from jiran.words import listed

if TYPE_CHECKING:
    from jiran.explain.assumptions import Run
    from jiran.scenario import Scenario
    from jiran.scenario.places import Place


def _sun(scenario: Scenario) -> Place | None:
    """Return the place whose sun shines, if it was named or the time zone stands for it; numbers may lie across a border."""
    solar, data = scenario.solar, scenario.homes.data
    if solar.model != "site" or solar.weather is not None or solar.latitude is not None or data is not None:
        return None
    return place_of_zone(scenario.time_zone) if solar.place is None else places()[solar.place]


def _region(scenario: Scenario) -> str | None:
    """Return the region whose emissions count; Sabah has the time zone that stands for Sarawak, which then says nothing.

    Of emissions that are given as a number it is the region that has them, if any does.
    """
    grid = scenario.grid
    if grid.co2_kg_per_kwh is not None:
        return next((name for name, one in REGIONS.items() if one.co2_kg_per_kwh == grid.co2_kg_per_kwh), None)
    return region_of(scenario.time_zone) if grid.region is None else grid.region


def _name(region: str) -> str:
    known = {str(key): emissions.place for key, emissions in REGIONS.items()}
    return known.get(region, region)


def _apart_words(figures: Figures) -> str:
    tariffs = [f"the tariff {name} is that of {_name(region)}" for name, region in figures["tariffs"]]
    sun = [] if figures["sun"] is None else [f"the sun that of {figures['sun'][0]} in {_name(figures['sun'][1])}"]
    grid = [] if figures["grid"] is None else [f"CO2 that of {_name(figures['grid'])}"]
    clock = [f"the tariff's hours are those of {zone}" for zone in figures["clocks"]]
    homes = [f"the homes live by the clock of {figures['zone']}"] if clock else []
    told = listed([*tariffs, *sun, *grid, *clock, *homes])
    decides = "grid.region" if not figures["given"] else "grid.co2_kg_per_kwh"
    return f"{told}: these do not fit together; grid.tariff, solar.place, {decides} or time_zone decides"


@form("assumed.apart", _apart_words)
def apart(run: Run) -> Figures | None:
    """Return tariffs, sun and emissions with their regions, and clocks, if they are not all of one region and one clock.

    Returns:
        tariffs: Name and region of each tariff whose region is known.
        sun: Name and region of the place whose sun shines, or None.
        grid: Region whose emissions count, or None.
        clocks: Time zones of tariffs that are not at the same offset as the homes at the start.
        zone: That of the homes.
        given: Whether emissions are given as a number.
    """
    scenario = run.scenario
    if scenario.grid.tariff is None:
        return None
    named, place, grid = named_tariffs(scenario), _sun(scenario), _region(scenario)
    tariffs = [(one.name, one.region) for one in named if one.region]
    regions = {region for _, region in tariffs} | ({place.region} if place else set())
    if (
        grid == "sarawak"
        and scenario.grid.region is None
        and scenario.grid.co2_kg_per_kwh is None
        and "sabah" in regions
    ):
        grid = None
    own = scenario.start.replace(tzinfo=ZoneInfo(scenario.time_zone)).utcoffset()
    zones = dict.fromkeys(one.zone for one in named if one.zone)
    clocks = [zone for zone in zones if scenario.start.replace(tzinfo=ZoneInfo(zone)).utcoffset() != own]
    if len(regions | ({grid} if grid else set())) < 2 and not clocks:
        return None
    return {
        "tariffs": tariffs, "sun": None if place is None else (place.title, place.region), "grid": grid, "clocks": clocks,
        "zone": scenario.time_zone, "given": scenario.grid.co2_kg_per_kwh is not None,
    }  # fmt: skip
