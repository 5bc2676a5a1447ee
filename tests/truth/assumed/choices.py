"""Emissions, prices by the hour and moments that occur twice: what is taken where a scenario leaves a choice."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from zoneinfo import ZoneInfo

from jiran.homes.timeline import timeline
from jiran.scenario import Scenario
from truth.harness import Claim, oracle

#: Emissions of the grid by zone, kg/kWh, as docs/scenario.md has them.
GRIDS = {
    "Asia/Kuching": ("sarawak", "Sarawak", 0.199),
    "Asia/Kuala_Lumpur": ("peninsular", "Peninsular Malaysia", 0.584),
}
#: Hours that occur twice, and the offset of the first.
TWICE = {
    "Europe/Berlin": (dt.datetime(2026, 10, 25, 2, 30), 120),  # noqa: DTZ001  local time
    "America/New_York": (dt.datetime(2026, 11, 1, 1, 30), -240),  # noqa: DTZ001  local time
}
#: Fields of the grid that may have a value for each hour of the day, as docs/scenario.md has them.
FORMS_OF_DAY = (
    "import_price", "export_price", "reference_import_price", "reference_export_price", "import_limit_kw", "export_limit_kw",
)  # fmt: skip


def of_choices(drawn):
    """Yield the run, and the same with what leaves a choice."""
    yield (drawn.result,)
    data = drawn.scenario.model_dump(exclude_none=True)
    grid = {
        name: value
        for name, value in data["grid"].items()
        if name not in ("co2_kg_per_kwh", "region", "tariff", "sharing")
    }
    zone = str(drawn.rng.choice(["Asia/Kuching", "Asia/Kuala_Lumpur", *TWICE, "UTC"]))
    start = TWICE[zone][0] if zone in TWICE else data["start"].replace(hour=int(drawn.rng.integers(24)))
    hours = drawn.rng.uniform(0, 1, 24).round(2).tolist()
    prices = {"import_price": hours, "export_price": hours if drawn.rng.random() < 0.5 else 0.1}
    limits = (
        {"import_limit_kw": hours, "export_limit_kw": 2.0} if drawn.rng.random() < 0.5 else {"export_limit_kw": hours}
    )
    if zone not in GRIDS:  # for which no place of the sun is known
        data["solar"] |= {"latitude": 1.5, "longitude": 110.3} if "latitude" not in data["solar"] else {}
    changed = data | {
        "steps": int(drawn.rng.choice([23, 24])),
        "time_zone": zone,
        "start": start,
        "grid": grid | prices | limits,
    }
    scenario = Scenario.model_validate(changed)
    yield (SimpleNamespace(scenario=scenario, timeline=timeline(scenario)),)


@oracle("assumed.region", of_choices)
def region(run):
    scenario = run.scenario
    if scenario.grid.co2_kg_per_kwh is not None or scenario.grid.region is not None:
        return None
    if scenario.time_zone not in GRIDS:
        return None
    name, place, factor = GRIDS[scenario.time_zone]
    figures = {
        "zone": scenario.time_zone,
        "region": name,
        "place": place,
        "factor": factor,
        "verified": name != "sarawak",
    }
    return Claim(figures, ("CO2", f"{factor:g}", place, scenario.time_zone, "grid.co2_kg_per_kwh"))


@oracle("assumed.no_region", of_choices)
def no_region(run):
    scenario = run.scenario
    silent = scenario.grid.co2_kg_per_kwh is None and scenario.grid.region is None
    if not silent or scenario.time_zone in GRIDS:
        return None
    return Claim({"zone": scenario.time_zone}, ("CO2 is not counted", scenario.time_zone, "grid.co2_kg_per_kwh"))


@oracle("assumed.prices", of_choices)
def by_hour(run):
    scenario, named = run.scenario, []
    if scenario.steps != 24:
        return None
    begin = scenario.start.replace(tzinfo=ZoneInfo(scenario.time_zone)).astimezone(dt.UTC)
    steps = [begin + step * dt.timedelta(minutes=scenario.step_minutes) for step in range(24)]
    for name in FORMS_OF_DAY:
        values = getattr(scenario.grid, name)
        if isinstance(values, tuple):
            read = [values[step.astimezone(ZoneInfo(scenario.time_zone)).hour] for step in steps]
            named += [f"grid.{name}"] if read != list(values) else []
    return Claim({"fields": named}, (*named, "24 values", "24 steps", "00:00 to 01:00")) if named else None


@oracle("assumed.start", of_choices)
def start(run):
    scenario = run.scenario
    for zone, (_instant, ahead_min) in TWICE.items():
        local = scenario.start.replace(tzinfo=ZoneInfo(scenario.time_zone))
        twice = local.utcoffset() > local.replace(fold=1).utcoffset()
        if scenario.time_zone == zone and twice:
            ahead = f"UTC{'-' if ahead_min < 0 else '+'}{abs(ahead_min) // 60:02d}:00"
            figures = {"start": scenario.start, "zone": zone, "ahead_min": ahead_min}
            return Claim(figures, (f"start = {scenario.start} occurs".replace(":00 occurs", " occurs"), zone, ahead))
    return None
