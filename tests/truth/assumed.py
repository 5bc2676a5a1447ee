"""What a run takes for granted, worked out from its scenario alone."""

from __future__ import annotations

import datetime as dt
import math
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
    grid = {
        name: value
        for name, value in data["grid"].items()
        if name not in ("co2_kg_per_kwh", "region", "tariff", "sharing")
    }
    zone = str(drawn.rng.choice(["Asia/Kuching", "Asia/Kuala_Lumpur", *TWICE, "UTC"]))
    start = TWICE[zone][0] if zone in TWICE else data["start"].replace(hour=int(drawn.rng.integers(24)))
    hours = drawn.rng.uniform(0, 1, 24).round(2).tolist()
    prices = {"import_price": hours, "export_price": hours if drawn.rng.random() < 0.5 else 0.1}
    if zone not in GRIDS:  # for which no place of the sun is known
        data["solar"] |= {"latitude": 1.5, "longitude": 110.3} if "latitude" not in data["solar"] else {}
    changed = data | {
        "steps": int(drawn.rng.choice([23, 24])),
        "time_zone": zone,
        "start": start,
        "grid": grid | prices,
    }
    scenario = Scenario.model_validate(changed)
    yield (SimpleNamespace(scenario=scenario, timeline=timeline(scenario)),)


def of_batteries(drawn):
    """Yield the run, and the same with a battery in a home or not, run by any of those that come with jiran."""
    yield from ((drawn.result, one) for one in ("home_battery", "battery"))
    data, rng = drawn.scenario.model_dump(exclude_none=True), drawn.rng
    home = {"kind": "normal", "count": 1, "load_low_kw": 0.1, "load_high_kw": 0.9} | (
        {"battery_kwh": 5.0} if rng.random() < 0.8 else {}
    )
    names = {
        "controller": str(rng.choice(["plan-ahead", "plan-scenarios", "time-of-use", "self-consumption"])),
        "forecast": str(rng.choice(["perfect", "yesterday", "ewma"])),
    }
    changed = data | {"homes": {"groups": [home]}, rng.choice(["home_battery", "battery"]): names}
    scenario = Scenario.model_validate(changed | {"market": {"mechanism": "grid-fraction"}})
    yield from (
        (SimpleNamespace(scenario=scenario, timeline=timeline(scenario)), one) for one in ("home_battery", "battery")
    )


@oracle("assumed.foresight", of_batteries)
def foresight(run, section):
    data = run.scenario.model_dump(exclude_none=True)
    homes, asked = data["homes"], data[section]
    has_one = any(one.get("battery_kwh", 0.0) > 0.0 for one in (*homes["groups"], *homes["single"]))
    has_one = data["battery"]["capacity_kwh"] > 0.0 if section == "battery" else has_one
    plans = asked["controller"] in ("plan-ahead", "plan-scenarios")
    if not has_one or not plans or asked["forecast"] != "perfect":
        return None
    return Claim(
        {"section": section, "forecast": "perfect", "controller": asked["controller"]},
        (f'{section}.forecast = "perfect"', asked["controller"], "as a bound"),
    )


#: Where the places lie that come with jiran, and how well their sky is known, as docs/scenario.md has them.
SKIES = {
    "Kuching": (1.553, 110.359, "calibrated", "Asia/Kuching"),
    "Kuala Lumpur": (3.139, 101.687, "calibrated", "Asia/Kuala_Lumpur"),
    "Penang": (5.354, 100.302, "calibrated", None),
    "Kota Kinabalu": (5.98, 116.074, "calibrated", None),
    "Singapore": (1.352, 103.82, "measured", "Asia/Singapore"),
}


def of_suns(drawn):
    """Yield the run, and one under the sun of some place, named or not."""
    yield (drawn.result,)
    rng, zone = drawn.rng, str(drawn.rng.choice(["Asia/Kuching", "Asia/Kuala_Lumpur", "Asia/Singapore", "UTC"]))
    solar = {"model": "site"}
    if zone == "UTC" or rng.random() < 0.5:
        latitude, longitude, *_ = list(SKIES.values())[rng.integers(len(SKIES))]
        far = rng.choice([0.0, 0.3, 3.0])
        solar |= {"latitude": latitude + far, "longitude": longitude + float(rng.choice([0.0, far, -60.0, 60.0]))}
    if rng.random() < 0.2:
        solar["place"] = "penang"
    if rng.random() < 0.2:
        solar["clearness"] = 0.4
    data = drawn.scenario.model_dump(exclude_none=True)
    scenario = Scenario.model_validate(data | {"time_zone": zone, "solar": solar})
    yield (SimpleNamespace(scenario=scenario, timeline=timeline(scenario)),)


def position(scenario):
    """Return where a run with drawn weather is, or None."""
    solar = scenario.solar
    if solar.model != "site" or solar.weather is not None:
        return None
    if solar.latitude is not None:
        return solar.latitude, solar.longitude
    if solar.place is not None:
        return SKIES[solar.place.replace("-", " ").title()][:2]
    return next(where[:2] for where in SKIES.values() if where[3] == scenario.time_zone)


def near(where):
    """Return the place within 100 km, or None; near the equator the earth is flat enough."""
    degrees = {
        name: math.hypot(latitude - where[0], (longitude - where[1]) * math.cos(math.radians(latitude)))
        for name, (latitude, longitude, *_) in SKIES.items()
    }
    name = min(degrees, key=degrees.get)
    return name if degrees[name] * 111.2 <= 100 else None


@oracle("assumed.sky", of_suns)
def sky(run):
    scenario = run.scenario
    where = position(scenario)
    if where is None or scenario.solar.clearness is not None or scenario.solar.place is not None or near(where) is None:
        return None
    zone = scenario.time_zone if scenario.solar.latitude is None else ""
    status = SKIES[near(where)][2]
    words = "measured weather" if status == "measured" else "calibrated to the yield"
    return Claim({"place": near(where), "status": status, "zone": zone}, (near(where), zone, words))


@oracle("assumed.no_sky", of_suns)
def no_sky(run):
    where = position(run.scenario)
    if where is None or run.scenario.solar.clearness is not None or near(where) is not None:
        return None
    pieces = (f"latitude {where[0]:g}", f"longitude {where[1]:g}", "0.5 is taken")
    return Claim({"latitude": where[0], "longitude": where[1]}, pieces)


@oracle("assumed.noon", of_suns)
def noon(run):
    where, scenario = position(run.scenario), run.scenario
    if where is None:
        return None
    offset = scenario.start.replace(tzinfo=ZoneInfo(scenario.time_zone)).utcoffset().total_seconds() / 3600
    hour = (12 - where[1] / 15 + offset) % 24
    if 9 <= hour <= 15:
        return None
    figures = {"hour": hour, "longitude": where[1], "zone": scenario.time_zone}
    minutes = round(hour * 60) % 1440
    clock = f"at about {minutes // 60:02d}:{minutes % 60:02d} by the clock"
    return Claim(figures, (clock, f"{where[1]:g}", scenario.time_zone, "do not fit"))


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
            found += [
                (f"homes.{table}.{place}.{name}", home["kind"], "roof")
                for name in ("pv_kwp", "pv_tilt", "pv_azimuth")
                if home[name] is not None and home["kind"] in ("ev", "normal")
            ]
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
        if key in ("import_price", "export_price") and "tariff" in now["grid"] and now["grid"]["tariff"]:
            continue  # the tariff says it
        value = now[section][key] if section else now[key]
        if key not in (said.get(section, {}) if section else said) and value is not None:
            written = f"{len(value)} values" if isinstance(value, (list, tuple)) else str(value)
            fields.append((f"{section}.{key}" if section else key, written))
    if not fields:
        return None
    return Claim({"fields": fields}, ("assumed", *(f"{name} = {value}" for name, value in fields)))
