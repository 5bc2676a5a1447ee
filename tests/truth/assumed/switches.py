"""Fields that say nothing, because another takes away what they speak of."""

from __future__ import annotations

from types import SimpleNamespace

from jiran.homes.timeline import timeline
from jiran.scenario import Scenario
from truth.harness import Claim, oracle


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
            asks_nothing = (
                "self-consumption",
                "time-of-use",
                "peak-shaving",
                *["cooperative"] * (table == "home_battery"),
            )
            if runs in asks_nothing:
                return f"{table}.controller asks for nothing in the market"
            if table == "battery" and rule in ("bill-sharing", "static-keys"):
                return "the market rule divides between homes alone, by keys or bills"
            return "the market rule trades nothing" if rule == "grid-only" else None
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
    if table == "live":
        return "only a street of real meters reads it"
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
    words = ("name", "question", "description", "telling", "homes", "plan", "market", "bids", "live")
    names = [*_unlike({key: value for key, value in data.items() if key not in words}, usual)]
    names += ["bids.strategy"] * (data["bids"]["strategy"] != usual["bids"]["strategy"])
    names += [*_unlike({"bids": data["bids"]}, {"bids": with_own["bids"]})]
    names += [*_unlike({"live": data["live"]}, {"live": usual["live"]})]
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
