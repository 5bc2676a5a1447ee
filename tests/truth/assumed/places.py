"""Where the sun shines, and whether sun, tariff, grid and clock are of one place."""

from __future__ import annotations

import math
from types import SimpleNamespace
from zoneinfo import ZoneInfo

from jiran.homes.timeline import timeline
from jiran.scenario import Scenario
from jiran.tariffs import load_tariff
from truth.harness import Claim, oracle

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


def of_places(drawn):
    """Yield the run, and one with tariff, sun, region and clock of any place."""
    yield (drawn.result,)
    rng, data = drawn.rng, drawn.scenario.model_dump(exclude_none=True)
    zone = str(rng.choice(["Asia/Kuching", "Asia/Kuala_Lumpur", "Asia/Singapore", "Asia/Bangkok", "Europe/Berlin"]))
    solar = {"model": str(rng.choice(["site", "sine"]))}
    if rng.random() < 0.5 or zone in ("Asia/Bangkok", "Europe/Berlin"):
        solar["place"] = str(rng.choice([name.lower().replace(" ", "-") for name in SKIES]))
    grid = {"tariff": str(rng.choice(list(TARIFFS)))}
    if rng.random() < 0.4:
        grid["region"] = str(rng.choice(["sarawak", "sabah", "peninsular"]))
    if rng.random() < 0.1:
        grid["co2_kg_per_kwh"] = float(rng.choice([0.5, 0.584, 0.199]))
    changed = {name: value for name, value in data.items() if name != "currency"} | {
        "time_zone": zone,
        "solar": solar,
        "grid": grid,
    }
    scenario = Scenario.model_validate(changed)
    yield (SimpleNamespace(scenario=scenario, timeline=timeline(scenario)),)


#: Region and zone of some tariffs, and of places of the sun.
TARIFFS = {
    "my-seb-domestic-nem": ("sarawak", 8), "my-sesb-2014-domestic": ("sabah", 8), "my-tnb-rp4-domestic-atap": ("peninsular", 8),
    "sg-sp-domestic": ("singapore", 8), "th-mea-1.1": ("thailand", 7), "vn-evn-domestic": (None, 7),
}  # fmt: skip
SUNS = {
    "Kuching": "sarawak", "Kuala Lumpur": "peninsular", "Penang": "peninsular", "Kota Kinabalu": "sabah", "Singapore": "singapore",
}  # fmt: skip
ZONES = {
    "Asia/Kuching": "sarawak",
    "Asia/Kuala_Lumpur": "peninsular",
    "Asia/Singapore": "singapore",
    "Asia/Bangkok": "thailand",
}


@oracle("assumed.apart", of_places)
def apart(run):
    scenario = run.scenario
    name, solar = scenario.grid.tariff, scenario.solar
    if name is None:
        return None
    known = {name: TARIFFS[name]} if name in TARIFFS else {}
    if not known:  # of the run as it was drawn
        one = load_tariff(name)
        offset = ZoneInfo(one.zone).utcoffset(scenario.start).total_seconds() / 3600 if one.zone else None
        known = {name: (one.region or None, offset)}
    tariffs = [(one, region) for one, (region, _) in known.items() if region]
    sun = None
    if solar.model == "site" and solar.weather is None and solar.latitude is None:
        place = solar.place and solar.place.replace("-", " ").title()
        place = place or next((one for one, where in SKIES.items() if where[3] == scenario.time_zone), None)
        sun = place and (place, SUNS[place])
    grid, factor = scenario.grid.region, scenario.grid.co2_kg_per_kwh
    if factor is not None:
        grid = {0.584: "peninsular", 0.539: "sabah", 0.199: "sarawak", 0.4057: "singapore", 0.409: "thailand"}.get(
            factor
        )
    elif grid is None:
        grid = ZONES.get(scenario.time_zone)
        sabah = "sabah" in {region for _, region in tariffs} | ({sun[1]} if sun else set())
        grid = None if grid == "sarawak" and sabah else grid
    here = ZoneInfo(scenario.time_zone).utcoffset(scenario.start).total_seconds() / 3600
    clocks = [load_tariff(one).zone for one, (_, hours) in known.items() if hours is not None and hours != here]
    regions = {region for _, region in tariffs} | ({sun[1]} if sun else set()) | ({grid} if grid else set())
    if len(regions) < 2 and not clocks:
        return None
    figures = {"tariffs": tariffs, "sun": sun, "grid": grid, "clocks": clocks, "zone": scenario.time_zone}
    figures["given"] = factor is not None
    which = "grid.region" if factor is None else "grid.co2_kg_per_kwh"
    return Claim(
        figures,
        pieces=(
            "do not fit together",
            f", {which} or time_zone",
            *(one for one, _ in tariffs),
            *clocks,
            *(sun[:1] if sun else ()),
        ),
    )
