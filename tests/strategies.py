"""Random communities, scenarios and order books that tests share, and the small ones that tests write by hand."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
from hypothesis import strategies as st

from jiran import Scenario, simulate
from jiran.control import controllers, forecasts
from jiran.homes.profiles import Profiles
from jiran.market.matching import MATCHINGS

KINDS = ("solar", "ev", "hybrid", "normal")
ZONES = ("Asia/Kuching", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC")


def number(low: float, high: float) -> st.SearchStrategy[float]:
    """Draw a number on a grid of a thousandth of the range: quick, and often on a bound."""
    return st.integers(0, 1000).map(lambda thousandths: low + (high - low) * thousandths / 1000)


PRICE = number(-0.5, 1.0)
ENERGY = st.one_of(st.just(0.0), number(-5.0, 5.0), st.sampled_from([1e-12, -1e-12, 1e-9, -1e-9, 1e4, -1e4]))
BOOKS = st.lists(ENERGY, min_size=1, max_size=9)


def tariffs(size: int) -> st.SearchStrategy[list[float]]:
    """Draw a list of prices, some of them negative."""
    return st.integers(0, 99).map(lambda seed: np.random.default_rng(seed).uniform(-0.5, 1.0, size).tolist())


@st.composite
def ev_blocks(draw) -> list[dict[str, float]]:
    hours = st.tuples(number(0, 23.5), number(0, 24), st.sampled_from([0.0, 0.25, 0.75, 1.0]))
    return [
        {"start_hour": start, "end_hour": end, "probability": probability}
        for start, end, probability in draw(st.lists(hours, max_size=3))
    ]


@st.composite
def homes(draw, must: tuple[str, ...] = ()) -> dict[str, Any]:
    """Draw groups and single homes, some with values of their own."""
    others = st.lists(st.sampled_from(KINDS), min_size=0 if must else 1, max_size=8 - len(must))
    kinds = [*draw(others), *must]
    singles = draw(st.integers(0, len(kinds)))
    single = [
        {"id": f"home {place}", "kind": kind, "pv_kwp": draw(number(0, 10)), "load_high_kw": draw(number(1, 4))}
        for place, kind in enumerate(kinds[:singles])
    ]
    return {"groups": [{"kind": kind} for kind in kinds[singles:]], "single": single}


@st.composite
def batteries(draw, **fixed: Any) -> dict[str, Any]:
    minimum, start = sorted([draw(number(0, 1)), draw(number(0, 1))])
    price = st.one_of(st.sampled_from(["export", "import"]), PRICE)
    return {
        "capacity_kwh": draw(number(0, 20)),
        "charge_kw": draw(number(0, 8)),
        "discharge_kw": draw(number(0, 8)),
        "charge_efficiency": draw(number(0.5, 1)),
        "discharge_efficiency": draw(number(0.5, 1)),
        "start_soc": start,
        "min_soc": minimum,
        "buy_price": draw(price),
        "sell_price": draw(price),
        "fund_share": draw(st.sampled_from(["equal", "use", "keep"])),
        **fixed,
    }


@st.composite
def ev_supply(draw) -> dict[str, Any]:
    reserve, departure = sorted([draw(number(0, 1)), draw(number(0, 1))])
    capacity = draw(number(10, 60))
    leave, back = sorted(draw(st.lists(number(1, 23), min_size=2, max_size=2, unique=True)))
    start, end = sorted(draw(st.lists(number(0, 23.5), min_size=2, max_size=2, unique=True)))
    return {
        "enabled": True,
        "capacity_kwh": capacity,
        "reserve_soc": reserve,
        "departure_soc": departure,
        "trip_kwh": draw(number(0, 0.666)) * departure * capacity,
        "departure_hour": leave,
        "arrival_hour": back,
        "supply_start_hour": start,
        "supply_end_hour": end,
        "charge_efficiency": draw(number(0.5, 1)),
        "discharge_efficiency": draw(number(0.5, 1)),
    }


@st.composite
def markets(draw, rules: tuple[str, ...] = ("grid-fraction", "grid-only")) -> dict[str, Any]:
    if draw(st.sampled_from(rules)) == "grid-only":
        return {"mechanism": "grid-only"}
    return {"fraction": draw(number(0.05, 0.95)), "matching": draw(st.sampled_from(MATCHINGS))}


@st.composite
def scenarios(
    draw,
    *,
    supply: bool | None = None,
    must: tuple[str, ...] = (),
    zones: tuple[str, ...] = ZONES,
    **fixed: Any,
) -> Scenario:
    """Draw a scenario; `supply`: whether EVs lend their battery, `must`: kinds of home, `fixed`: tables as they are."""
    steps = draw(st.integers(1, 60))
    minutes = fixed.get("step_minutes") or draw(st.sampled_from([1, 5, 10, 15, 30, 60]))
    tariff = st.one_of(PRICE, tariffs(24), tariffs(steps))
    ev: dict[str, Any] = {"kw": draw(number(0, 11)), "blocks": draw(ev_blocks())}
    if draw(st.booleans()) if supply is None else supply:
        ev["supply"] = draw(ev_supply())
        ev["kw"] += _enough_kw(ev["supply"], minutes / 60)
    return Scenario.model_validate(
        {
            "name": "random",
            "time_zone": draw(st.sampled_from(zones)),
            "start": draw(
                st.sampled_from([dt.date(2026, 3, 28), dt.date(2026, 10, 24), dt.date(2026, 3, 7)])
            ).isoformat()
            + draw(st.sampled_from(["T00:00:00", "T05:30:00", "T11:00:00", "T16:45:00", "T23:00:00"])),
            "steps": steps,
            "step_minutes": minutes,
            "seed": draw(st.integers(0, 9)),
            "homes": draw(homes(must)),
            "solar": {
                "pv_kwp": draw(number(0, 8)),
                "derate": draw(number(0, 1)),
                "clouds": draw(number(0, 1)),
                "sample": draw(st.sampled_from(["start", "middle"])),
            },
            "load": {
                "low_kw": draw(number(0, 1)),
                "high_kw": draw(number(1, 2)),
                "evening_factor": draw(number(0, 3)),
                "evening_start_hour": draw(number(0, 24)),
                "evening_end_hour": draw(number(0, 24)),
                "fluctuation": draw(number(0, 1)),
            },
            "ev": ev,
            "battery": draw(batteries()),
            "grid": {
                "import_price": draw(tariff),
                "export_price": draw(tariff),
                "network_charge": draw(number(0, 0.3)),
            },
            "market": draw(markets()),
            **fixed,
        }
    )


def _enough_kw(supply: dict[str, Any], step_h: float) -> float:
    """Return a charging power that is enough for the trips."""
    night_h = 24 - supply["arrival_hour"] + supply["departure_hour"]
    return 0.001 + 1.5 * supply["trip_kwh"] / supply["charge_efficiency"] / max(night_h - 2 * step_h, step_h)


def changed(scenario: Scenario, **fields: Any) -> Scenario:
    """Return the scenario with some values replaced; a double underscore reaches into a table."""
    data = scenario.model_dump(exclude_none=True)
    for name, value in fields.items():
        place: Any = data
        *parents, last = name.split("__")
        for parent in parents:
            place = place[parent]
        place[last] = value
    return Scenario.model_validate(data)


def small(count: int, steps: int, **fields: Any) -> Scenario:
    """Return a plain scenario of normal homes H1, H2 ... without a battery, to be run on given profiles."""
    plain = {
        "name": "small",
        "steps": steps,
        "homes": {"single": [{"id": f"H{place + 1}", "kind": "normal"} for place in range(count)]},
        "battery": {"capacity_kwh": 0},
        "grid": {"import_price": 0.5, "export_price": 0.2, "region": "peninsular"},
        "market": {"fraction": 0.8},
    }
    return changed(Scenario.model_validate(plain), **fields)


def profiles(net_kwh: Any) -> Profiles:
    """Return profiles of shape (step, home) with this surplus (> 0, generated) or deficit (< 0, household load)."""
    net = np.atleast_2d(np.array(net_kwh, dtype=np.float64))
    return Profiles(np.maximum(net, 0.0), np.maximum(-net, 0.0), np.zeros(net.shape))


def run(net_kwh: Any, **fields: Any):
    """Simulate a small scenario with these surpluses and deficits, shape (step, home)."""
    given = profiles(net_kwh)
    steps, count = given.load_kwh.shape
    return simulate(small(count, steps, **fields), profiles=given)


@st.composite
def with_home_batteries(draw, **fixed: Any) -> Scenario:
    """Draw some days of a street in which homes have batteries that are run in any way; `fixed`: what [home_battery] says."""
    price = st.one_of(PRICE, tariffs(24))
    grid = {
        "import_price": draw(price),
        "export_price": draw(price),
        "known_ahead_h": draw(st.sampled_from([24, 30, 48])),
    }
    days = draw(scenarios(steps=draw(st.sampled_from([1, 20, 30, 48, 60, 80])), step_minutes=60, grid=grid))
    data = days.model_dump(exclude_none=True)
    for place, home in enumerate((*data["homes"]["groups"], *data["homes"]["single"])):
        if place == 0 or draw(st.booleans()):
            home["battery_kwh"] = draw(number(0, 15))
        if draw(st.booleans()):
            home["battery_kw"] = draw(number(0, 6))
    data["home_battery"] = {
        "controller": draw(st.sampled_from(list(controllers()))),
        "forecast": draw(st.sampled_from(list(forecasts()))),
        "charge_efficiency": draw(number(0.5, 1)),
        "discharge_efficiency": draw(number(0.5, 1)),
        "start_soc": draw(number(0, 1)),
        "wear_cost": draw(number(0, 0.2)),
        "standby_w": draw(st.sampled_from([0.0, 0.0, 15.0, 400.0])),
        "inverter_kw": draw(st.sampled_from([None, None, 0.4, 3.0])),
        "grid_charge": draw(st.booleans()),
        "feed_in": draw(st.booleans()),
        "peak_kw": draw(st.sampled_from([0.0, 0.5, 3.0])),
        "peak_price": draw(st.sampled_from([None, 0.0, 30.0])),
        **fixed,
    }
    data["home_battery"] = {name: value for name, value in data["home_battery"].items() if value is not None}
    return Scenario.model_validate(data)
