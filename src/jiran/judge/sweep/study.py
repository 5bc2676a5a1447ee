"""A study as a sweep: its streets are drawn, and what is asked of each are points of the same engine and folder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

import jiran
from jiran.errors import JiranError, check_whole
from jiran.judge.sweep.points import METHODS, SCHEMA, Combination
from jiran.judge.sweep.run import Planned
from jiran.judge.sweep.streets import Street, ev_homes, pv_homes, schemes, street, study
from jiran.scenario import validate
from jiran.scenario.files import as_data

#: Worlds: those of a population, and what if.
POPULATION, WHAT_IF = ("2026", "2030"), "what-if"
#: What a study tells of each point beside its figures, and from where.
KEYS = {
    "world": "2026 and 2030: the population's PV; what-if: a share of homes that is set",
    "region": "drawn evenly, told with its weight",
    "scheme": "that of the homes with PV; mix: each home's own, as drawn",
    "network_fee": "set",
    "pv_share": "set in what-if, drawn in the others",
    "homes": "drawn",
    "mean_kwh": "drawn",
    "roof_share": "what roofs give of what their homes use",
}
_MOST_STREETS = 20_000
#: Of a kWp in a month, kWh, to tell how large roofs are beside what their homes use.
_YIELD_KWH = 106.0
#: EVs charge from here on, h.
_PLUGGED_H = 22.0


def plan_study(name: str, streets: int) -> Planned:
    """Return a study before it starts; streets without a seller have no points and are counted in what is asked.

    Args:
        name: One of `studies`.
        streets: How many are drawn.

    Raises:
        JiranError: The number is not allowed.
    """
    check_whole("streets", streets, 1, _MOST_STREETS)
    about = study(name)
    found: list[Combination] = []
    without: dict[str, dict[str, int]] = {}
    drawn: dict[str, int] = {}
    for number in range(streets):
        one = street(about, number)
        drawn[one.region] = drawn.get(one.region, 0) + 1
        for world in POPULATION:
            if not pv_homes(about, one, world).any():
                counts = without.setdefault(world, {})
                counts[one.region] = counts.get(one.region, 0) + 1
        found.extend(_combinations(about, one))
    first = next(one.scenario for one in found if one.scenario is not None)
    asked = {
        "jiran": jiran.__version__, "schema": SCHEMA, "seeds": 1, "vary": dict(KEYS), "draws": streets,
        "method": METHODS[0], "draw_seed": int(about["seed"]), "scenario": as_data(first), "study": name,
        "streets": drawn, "without_seller": without,
    }  # fmt: skip
    return Planned(found, 1, asked)


def _combinations(about: Mapping[str, Any], one: Street) -> Iterator[Combination]:
    """Yield what is asked of a street: each world that has a seller, with each scheme and each fee."""
    fees = about["network_fees"]
    for world in POPULATION:
        has_pv = pv_homes(about, one, world)
        if has_pv.any():
            yield from (_combination(about, one, world, "mix", fee, has_pv) for fee in fees)
    shares = about["pv_shares"]
    share = shares[(one.number // 10) % len(shares)]
    has_pv = pv_homes(about, one, share)
    for scheme in about["regions"][one.region]["what_if"]:
        yield from (_combination(about, one, WHAT_IF, scheme, fee, has_pv, share) for fee in fees)


def _combination(
    about: Mapping[str, Any], one: Street, world: str, scheme: str, fee: float, has_pv: NDArray[np.bool_],
    share: float | None = None,
) -> Combination:  # fmt: skip
    year = world if world in POPULATION else POPULATION[0]
    values = {
        "world": world, "region": one.region, "scheme": scheme, "network_fee": fee,
        "pv_share": float(has_pv.mean() if share is None else share), "homes": one.kwh.size,
        "mean_kwh": round(float(one.kwh.mean()), 1),
        "roof_share": round(float((one.kwp * _YIELD_KWH)[has_pv].sum() / one.kwh[has_pv].sum()), 3),
    }  # fmt: skip
    data = scenario_of(about, one, year, scheme, fee, has_pv)
    try:
        return Combination(values, validate(data), one.number + 1)
    except JiranError as error:
        return Combination(values, None, one.number + 1, str(error))


def scenario_of(
    about: Mapping[str, Any], one: Street, year: str, scheme: str, fee: float, has_pv: NDArray[np.bool_]
) -> dict[str, Any]:
    """Return a street as a scenario, as TOML holds it.

    Args:
        about: A study.
        one: The street.
        year: "2026" or "2030", of EVs and of the mix of schemes.
        scheme: Of all homes with PV; "mix": each its own.
        fee: Of the network, MYR a kWh that is shared.
        has_pv: Which homes have PV.
    """
    region = about["regions"][one.region]
    own = schemes(about, one, year) if scheme == "mix" else [scheme] * one.kwh.size
    has_ev = ev_homes(about, one, year, has_pv)
    grid = {"tariff": region["tariff"], "region": region["grid_region"], "network_charge": fee}
    if scheme == "cream":
        grid["sharing"] = "my-cream"
    return {
        "name": f"{about['name']}-{one.number}", "time_zone": "Asia/Kuala_Lumpur", "start": about["month"],
        "steps": 24 * about["days"], "step_minutes": 60, "seed": one.number + 1,
        "homes": {"single": [
            _home(about, one, place, own[place], has_pv=bool(has_pv[place]), has_ev=bool(has_ev[place]))
            for place in range(one.kwh.size)
        ]},
        "solar": {"model": "site", "place": region["place"]},
        "load": {"model": "household", "preset": "tropical"},
        "battery": {"capacity_kwh": 0.0},
        "grid": grid,
        "market": {"mechanism": about["rule"]},
    }  # fmt: skip


def _home(
    about: Mapping[str, Any], one: Street, place: int, scheme: str, *, has_pv: bool, has_ev: bool
) -> dict[str, Any]:
    region = about["regions"][one.region]
    home: dict[str, Any] = {
        "id": f"home {place + 1}", "annual_kwh": round(12.0 * float(one.kwh[place]), 1),
        "kind": ("hybrid" if has_ev else "solar") if has_pv else ("ev" if has_ev else "normal"),
        "air_conditioning": bool(one.cooled[place]),
    }  # fmt: skip
    if has_pv:
        home["pv_kwp"] = round(float(one.kwp[place]), 2)
        tariff = about["tariffs"].get(region["grid_region"], {}).get(scheme)
        if tariff is not None:
            home["tariff"] = tariff
    elif one.tou_at[place] < about.get("tou_share", {}).get(one.region, 0.0):
        home["tariff"] = "my-tnb-rp4-domestic-tou"
    if has_ev:
        hours = min(12.0, float(one.ev_kwh_day[place] / one.ev_kw[place]))
        home |= {
            "ev_kw": float(one.ev_kw[place]),
            "ev_blocks": [{"start_hour": _PLUGGED_H, "end_hour": round((_PLUGGED_H + hours) % 24.0, 2)}],
        }
    return home
