"""What a run takes for granted, worked out from its scenario alone."""

from __future__ import annotations

import datetime as dt
import math
from types import SimpleNamespace
from zoneinfo import ZoneInfo

from jiran.homes.timeline import timeline
from jiran.scenario import Scenario
from jiran.tariffs import load_tariff
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
    plans = asked["controller"] not in ("self-consumption", "time-of-use")
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
        grid["co2_kg_per_kwh"] = 0.5
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
    grid = scenario.grid.region
    if grid is None and scenario.grid.co2_kg_per_kwh is None:
        grid = ZONES.get(scenario.time_zone)
        sabah = "sabah" in {region for _, region in tariffs} | ({sun[1]} if sun else set())
        grid = None if grid == "sarawak" and sabah else grid
    here = ZoneInfo(scenario.time_zone).utcoffset(scenario.start).total_seconds() / 3600
    clocks = [load_tariff(one).zone for one, (_, hours) in known.items() if hours is not None and hours != here]
    regions = {region for _, region in tariffs} | ({sun[1]} if sun else set()) | ({grid} if grid else set())
    if len(regions) < 2 and not clocks:
        return None
    figures = {"tariffs": tariffs, "sun": sun, "grid": grid, "clocks": clocks, "zone": scenario.time_zone}
    return Claim(
        figures, pieces=("do not fit together", *(one for one, _ in tariffs), *clocks, *(sun[:1] if sun else ()))
    )


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


def of_switches(drawn):
    """Yield the run, and the same with what one field says and another takes away."""
    yield (drawn.result,)
    rng = drawn.rng
    said = {
        "solar": {"pv_kwp": 7.0, "tilt": 20.0, "clouds": 0.3, "model": str(rng.choice(["sine", "site"]))},
        "load": {"fluctuation": 0.1, "spread": 0.3, "model": str(rng.choice(["band", "household"]))},
        "ev": {
            "kw": 7.0,
            "charging": str(rng.choice(["blocks", "at-once", "smart", "v2g"])),
            "wear_cost": 0.1,
            "forecast": "ewma",
            "calendar": {"trips": 0.5},
            "supply": {"enabled": bool(rng.integers(2)), "reserve_soc": 0.2, "reserve_price": 0.3},
        },
        "home_battery": {
            "controller": str(rng.choice(["self-consumption", "time-of-use", "plan-ahead"])),
            "forecast": "ewma",
            "feed_in": False,
        },
        "battery": {
            "capacity_kwh": float(rng.integers(2)),
            "charge_kw": 2.0,
            "controller": str(rng.choice(["self-consumption", "plan-ahead"])),
            "forecast": "ewma",
            "wear_cost": 0.1,
        },
        "grid": {"known_ahead_h": 30, "network_charge": 0.01, "region": "sabah", "billing": "day"},
        "market": {
            "mechanism": str(rng.choice(["grid-only", "grid-fraction", "uniform-price", "bill-sharing", "static-keys"]))
        },
        "bids": {"strategy": str(rng.choice(["price-taker", "truthful"]))},
    }
    if rng.random() < 0.5:
        said["grid"]["co2_kg_per_kwh"] = 0.5
    left = {name: {**table} if isinstance(table, dict) else table for name, table in said.items() if rng.random() < 0.4}
    kinds = rng.choice(["solar", "ev", "hybrid", "normal"], 2, replace=False)
    extras = {"pv_kwp": 3.0, "pv_tilt": 5.0, "ev_kw": 3.0, "battery_kw": 2.0, "battery_kwh": 4.0, "annual_kwh": 900.0, "sharing_key": 2.0, "load_low_kw": 0.1}  # fmt: skip
    groups = [
        {"kind": str(kind), "count": int(rng.integers(1 - place, 3))}
        | {name: value for name, value in extras.items() if rng.random() < 0.3}
        for place, kind in enumerate(kinds)
    ]
    scenario = Scenario.model_validate({"name": "switches", "homes": {"groups": groups}} | left)
    yield (SimpleNamespace(scenario=scenario, timeline=timeline(scenario)),)


#: Rules that come with jiran and take every order at its own price, and those that have prices or keys of another kind.
DEAF = ("grid-fraction", "grid-only", "static-keys", "dynamic-keys", "bill-sharing")
#: Fields that only the half sine and the band have; all others of these tables are the site's and the household's.
OF_SINE = ("derate", "clouds", "sample")
OF_BAND = ("low_kw", "high_kw", "evening_factor", "evening_start_hour", "evening_end_hour", "fluctuation")
OF_ANSWERS = ("elasticity", "reference_price", "shiftable_share", "shift_window_h")
OF_PLANS = ("forecast", "wear_cost", "in_market", "override_share")
COOLING = ("share", "nights", "start_hour", "start_spread_h", "hours", "hours_spread", "cycle_h", "duty")


def _why(name, data):  # noqa: C901, PLR0911, PLR0912, PLR0915  a field after the other, as somebody would look it up
    """Return why a field of the scenario's own tables says nothing, or None."""
    table, _, key = name.partition(".")
    groups = [*(one for one in data["homes"]["groups"] if one["count"]), *data["homes"]["single"]]
    roofs = [one for one in groups if one["kind"] in ("solar", "hybrid")]
    cars = [one for one in groups if one["kind"] in ("ev", "hybrid")]
    solar, load, ev, grid = data["solar"], data["load"], data["ev"], data["grid"]
    stores = any(one["battery_kwh"] for one in groups)
    controller, rule = data["home_battery"]["controller"], data["market"]["mechanism"]

    def each(homes, field):
        return all(one[field] is not None for one in homes)

    with_pv = any((solar["pv_kwp"] if one["pv_kwp"] is None else one["pv_kwp"]) > 0 for one in roofs)
    if table == "solar":
        if not roofs:
            return "no home has a solar roof"
        if key == "pv_kwp":
            return "each solar roof has a pv_kwp of its own" if each(roofs, key) else None
        if not with_pv:
            return "no home has any PV"
        if (key in OF_SINE) == (solar["model"] == "site") and key != "model":
            return f'solar.model is "{solar["model"]}"'
        if key.startswith("sky.") and solar["weather"] is not None:
            return "solar.weather names a file"
        if key == "place" and solar["latitude"] is not None:
            return "solar.latitude and solar.longitude go before it"
        return (
            f"each solar roof has a pv_{key} of its own"
            if key in ("tilt", "azimuth") and each(roofs, f"pv_{key}")
            else None
        )
    if table == "load" and key in OF_ANSWERS:
        one_price, held = not grid["tariff"] and not isinstance(grid["import_price"], tuple), load["elasticity"]
        if key == "reference_price":
            return "load.elasticity is 0" if held == 0 else None
        if key == "elasticity":
            usual = one_price and held != 0 and load["reference_price"] is None
            return "the grid's import price is the same at all hours, and the reference is its mean" if usual else None
        if one_price:
            return "the grid's import price is the same at all hours"
        return "load.shiftable_share is 0" if key == "shift_window_h" and load["shiftable_share"] == 0 else None
    if table == "load" and key != "model":
        if (key in OF_BAND) == (load["model"] == "household"):
            return f'load.model is "{load["model"]}"'
        own = {"low_kw": "load_low_kw", "high_kw": "load_high_kw", "evening_factor": "evening_factor", "spread": "annual_kwh", "household.ac_homes": "air_conditioning"}  # fmt: skip
        if key in own and each(groups, own[key]):
            return f"each home has an {own[key]} of its own".replace("an load", "a load")
        habits, tropical = load["household"], load["preset"] == "tropical"
        by_default = {"season": 0.36, "season_spread": 0.2, "ac_homes": 0.0}
        usual = by_default if not tropical else {"season": 0.0, "season_spread": 0.0, "ac_homes": 0.7}
        now = {one: usual[one] if habits[one] is None else habits[one] for one in usual}
        if key == "household.season_peak_day" and now["season"] == now["season_spread"] == 0:
            return "load.household.season and season_spread are 0"
        chosen = [now["ac_homes"] > 0 if one["air_conditioning"] is None else one["air_conditioning"] for one in groups]
        cooling = key == "household.heat_spread" or key.removeprefix("household.ac_") in COOLING
        return "no home has air conditioning" if cooling and not any(chosen) else None
    if table == "ev":
        if not cars:
            return "no home has an EV"
        if key == "kw" and each(cars, "ev_kw"):
            return "each EV has an ev_kw of its own"
        lends = ev["supply"]["enabled"]
        if key.startswith("supply."):
            if key != "supply.enabled" and not lends:
                return "ev.supply.enabled is false"
            return "the market rule heeds no limit prices" if key == "supply.reserve_price" and rule in DEAF else None
        if key != "kw" and lends:
            return "ev.supply.enabled is true"
        how, last = ev["charging"], key.rpartition(".")[2]
        unheard = {
            "blocks": key.startswith("calendar.") or key in OF_PLANS,
            "at-once": key in ("blocks", *OF_PLANS) or last in ("departure_soc", "reserve_soc", "discharge_efficiency"),
            "smart": key in ("blocks", "wear_cost")
            or last in ("reserve_soc", "discharge_efficiency")
            or last.startswith("plug_"),
            "v2g": key == "blocks" or last.startswith("plug_"),
        }
        if unheard[how]:
            return f'ev.charging is "{how}"'
        if key == "in_market" and stores and data["home_battery"]["controller"] == "cooperative":
            return "home_battery.controller serves the street in turn, by what homes need"
        if key == "in_market" and rule == "grid-only":
            return "the market rule trades nothing"
        return "each EV has ev_blocks of its own" if key == "blocks" and each(cars, "ev_blocks") else None
    if table in ("home_battery", "battery"):
        if table == "home_battery" and not stores:
            return "no home has a battery"
        if table == "battery" and not data[table]["capacity_kwh"]:
            return "battery.capacity_kwh is 0" if key != "capacity_kwh" else None
        runs = data[table]["controller"]
        if key == "forecast":
            return (
                None
                if runs.startswith("plan-") or runs in ("smart-charging", "v2g", "peak-shaving", "cooperative")
                else f"{table}.controller goes by no forecast"
            )
        if key in ("peak_kw", "peak_price"):
            return None if runs == "peak-shaving" else f"{table}.controller keeps no peaks low"
        if key == "in_market":
            asks_nothing = runs in ("self-consumption", "cooperative", "peak-shaving")
            silent = f"{table}.controller asks for nothing in the market" if asks_nothing else None
            return silent or ("the market rule trades nothing" if rule == "grid-only" else None)
        own = key in ("grid_charge", "feed_in") and runs == "self-consumption"
        return f"{table}.controller only stores what is left over, for own use" if own else None
    if name == "grid.known_ahead_h":
        run_by = [controller] * stores + [data["battery"]["controller"]] * (data["battery"]["capacity_kwh"] > 0)
        run_by += ["plan-" * (bool(cars) and ev["charging"] in ("smart", "v2g") and not ev["supply"]["enabled"])]
        if not any(
            one.startswith("plan-") or one in ("smart-charging", "v2g", "peak-shaving", "cooperative") for one in run_by
        ):
            return "no battery looks further ahead than the prices of a day"
        hourly = any(isinstance(grid.get(one), tuple) for one in ("import_price", "export_price"))
        return None if hourly or grid["tariff"] else "the grid's prices are the same at all hours"
    if name == "grid.tier_of":
        return None if grid["tariff"] else "there is no grid.tariff"
    if name == "grid.billing":
        return None if rule == "bill-sharing" else "the market rule sets its prices step by step"
    if name == "grid.region":
        return None if grid["co2_kg_per_kwh"] is None else "grid.co2_kg_per_kwh goes before it"
    if name == "grid.network_charge" and rule == "grid-only":
        return "the market rule trades nothing"
    return "the market rule heeds no limit prices" if table == "bids" and rule in DEAF else None


def _at_home(home, name, data):  # noqa: PLR0911  likewise
    """Return why a field of a group or a single home says nothing, or None."""
    solar, load, kind = data["solar"]["model"], data["load"]["model"], home["kind"]
    if home.get("count") == 0:
        return "its group has no homes"
    if name in ("pv_kwp", "pv_tilt", "pv_azimuth") and kind in ("ev", "normal"):
        return f"a home of the kind {kind} has no solar roof"
    if name in ("ev_kw", "ev_blocks") and kind in ("solar", "normal"):
        return f"a home of the kind {kind} has no EV"
    if name in ("pv_tilt", "pv_azimuth") and solar == "sine":
        return 'solar.model is "sine"'
    of_band = name in ("load_low_kw", "load_high_kw", "evening_factor")
    if (of_band and load == "household") or (name in ("annual_kwh", "air_conditioning") and load == "band"):
        return f'load.model is "{load}"'
    how = data["ev"]["charging"]
    if name == "ev_blocks" and (data["ev"]["supply"]["enabled"] or how != "blocks"):
        return "ev.supply.enabled is true" if data["ev"]["supply"]["enabled"] else f'ev.charging is "{how}"'
    if name == "battery_kw" and not home["battery_kwh"]:
        return "it has no battery_kwh beside it"
    keyed = data["market"]["mechanism"] == "static-keys"
    return "the market rule shares by no fixed keys" if name == "sharing_key" and not keyed else None


def _unlike(data, usual, before=""):
    for key, value in data.items():
        if isinstance(value, dict):
            yield from _unlike(value, usual.get(key, {}), f"{before}{key}.")
        elif value != usual.get(key):
            yield f"{before}{key}"


@oracle("assumed.unused", of_switches)
def unused(run):
    data = run.scenario.model_dump()
    plain = {"name": "x", "homes": {"groups": [{"kind": "normal"}]}}
    chosen = {table: {key: data[table][key]} for table, key in (("market", "mechanism"), ("bids", "strategy"))}
    usual = Scenario.model_validate(plain).model_dump()
    with_own = Scenario.model_validate(plain | chosen).model_dump()
    words = ("name", "question", "description", "telling", "homes", "plan", "market", "bids")
    names = [*_unlike({key: value for key, value in data.items() if key not in words}, usual)]
    names += ["bids.strategy"] * (data["bids"]["strategy"] != usual["bids"]["strategy"])
    names += [*_unlike({"bids": data["bids"]}, {"bids": with_own["bids"]})]
    found = [(name, why) for name in names if (why := _why(name, data)) is not None]
    for table in ("groups", "single"):
        for place, home in enumerate(data["homes"][table]):
            said = [name for name, value in home.items() if value is not None and name not in ("kind", "count", "id")]
            found += [
                (f"homes.{table}.{place}.{name}", why)
                for name in said
                if (why := _at_home(home, name, data)) is not None
            ]
    if not found:
        return None
    reasons = dict.fromkeys(why for _, why in found[:3])
    pieces = [*(name for name, _ in found[:3]), *(f"nothing, for {why}" for why in reasons)]
    pieces += [f"{len(found) - 3} more field"] * (len(found) > 3)
    return Claim({"fields": found[:3], "more": max(0, len(found) - 3)}, pieces=tuple(pieces))


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
