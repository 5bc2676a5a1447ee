"""What a run takes for granted, worked out from its scenario alone."""

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


def of_choices(drawn):
    """Yield the run, and the same with what leaves a choice."""
    yield (drawn.result,)
    data = drawn.scenario.model_dump(exclude_none=True)
    grid = {name: value for name, value in data["grid"].items() if name not in ("co2_kg_per_kwh", "region")}
    zone = str(drawn.rng.choice(["Asia/Kuching", "Asia/Kuala_Lumpur", *TWICE, "UTC"]))
    start = TWICE[zone][0] if zone in TWICE else data["start"].replace(hour=int(drawn.rng.integers(24)))
    hours = drawn.rng.uniform(0, 1, 24).round(2).tolist()
    prices = {"import_price": hours, "export_price": hours if drawn.rng.random() < 0.5 else 0.1}
    changed = data | {
        "steps": int(drawn.rng.choice([23, 24])),
        "time_zone": zone,
        "start": start,
        "grid": grid | prices,
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


@oracle("assumed.unused", of_choices)
def unused(run):
    found = []
    for table in ("groups", "single"):
        for place, home in enumerate(run.scenario.model_dump()["homes"][table]):
            if home["pv_kwp"] is not None and home["kind"] in ("ev", "normal"):
                found.append((f"homes.{table}.{place}.pv_kwp", home["kind"], "roof"))
            found += [
                (f"homes.{table}.{place}.{name}", home["kind"], "EV")
                for name in ("ev_kw", "ev_blocks")
                if home[name] is not None and home["kind"] in ("solar", "normal")
            ]
    if not found:
        return None
    kinds = (
        f"{field} says nothing, for a home of the kind {kind} has no {what}"
        for field, kind, what in (
            (field, kind, "solar roof" if what == "roof" else what) for field, kind, what in found[:3]
        )
    )
    return Claim({"fields": found[:3]}, pieces=tuple(kinds))


@oracle("assumed.prices", of_choices)
def by_hour(run):
    scenario, named = run.scenario, []
    if scenario.steps != 24:
        return None
    begin = scenario.start.replace(tzinfo=ZoneInfo(scenario.time_zone)).astimezone(dt.UTC)
    steps = [begin + step * dt.timedelta(minutes=scenario.step_minutes) for step in range(24)]
    for name in ("import_price", "export_price"):
        values = getattr(scenario.grid, name)
        if isinstance(values, tuple):
            read = [values[step.astimezone(ZoneInfo(scenario.time_zone)).hour] for step in steps]
            named += [f"grid.{name}"] if read != list(values) else []
    return Claim({"prices": named}, (*named, "24 values", "24 steps", "00:00 to 01:00")) if named else None


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


def of_streets(drawn):
    """Yield the run's scenario as a street whose user gave some of its fields, or all, or none."""
    data = drawn.scenario.model_dump(exclude_none=True)
    yield drawn.scenario, data
    yield drawn.scenario, {}
    kept = {name: value for name, value in data.items() if drawn.rng.random() < 0.5}
    if "grid" in kept:
        kept["grid"] = {name: value for name, value in kept["grid"].items() if drawn.rng.random() < 0.5}
    yield drawn.scenario, kept


@oracle("assumed.untold", of_streets)
def untold(scenario, said):
    now = scenario.model_dump()
    fields = []
    for section, key in (
        (None, "time_zone"), ("grid", "import_price"), ("grid", "export_price"), ("battery", "capacity_kwh"),
        ("market", "mechanism"),
    ):  # fmt: skip
        value = now[section][key] if section else now[key]
        if key not in (said.get(section, {}) if section else said) and value is not None:
            written = f"{len(value)} values" if isinstance(value, (list, tuple)) else str(value)
            fields.append((f"{section}.{key}" if section else key, written))
    if not fields:
        return None
    return Claim({"fields": fields}, ("assumed", *(f"{name} = {value}" for name, value in fields)))
