"""A field of a scenario says nothing exactly where it is told that it says nothing."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from jiran import JiranError, load_scenario, presets, simulate
from jiran.scenario import Scenario, validate
from jiran.scenario.files import as_data
from jiran.scenario.overrides import with_overrides
from jiran.scenario.silent import given, silent, why_silent
from valid import leaves, ordinary, value_of, wild, with_tariff

FIELDS = {name: (annotation, metadata) for name, annotation, metadata in leaves(Scenario)}
#: Words, files, and names of what has parameters of its own; a run is longer or of other homes with the others.
LEFT_OUT = (
    "name",
    "question",
    "description",
    "telling",
    "currency",
    "solar.weather",
    "market.mechanism",
    "bids.strategy",
)


def told(scenario: Scenario) -> list[object]:
    """Return all that a run says in numbers."""
    try:
        result = simulate(scenario)
    except JiranError as error:  # such as EVs that cannot charge for their trips
        return [{"refused": str(error)}]
    flows = [value for _, value in sorted(vars(result.flows.profiles).items())]
    rows = [result.trades, result.homes, result.steps, result.bills]
    return [result.kpis, result.accounts, *flows, *(row.to_dict(as_series=False) for row in rows)]


def same(one: object, other: object) -> bool:
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, np.ndarray):
        return np.array_equal(one, other)
    if isinstance(one, float) and isinstance(other, float) and math.isnan(one):
        return math.isnan(other)
    return one == other


def changed(rng: np.random.Generator, scenario: Scenario, name: str, tries: int = 4) -> list[Scenario]:
    """Return valid scenarios with other values of a field."""
    data, found = as_data(scenario), []
    if name not in FIELDS:  # of a home, or a strategy's own parameter
        return []
    for _ in range(3 * tries):
        value = value_of(rng, name, *FIELDS[name])
        try:
            one = validate(with_overrides(data, {name: value}))
        except JiranError:
            continue
        found += [one] if one != scenario else []
    return found[:tries]


@pytest.mark.parametrize("seed", [*range(10), *(pytest.param(seed, marks=pytest.mark.long) for seed in range(10, 60))])
def test_what_says_nothing_changes_nothing(seed: int) -> None:
    rng = np.random.default_rng(seed)
    scenario = (wild if seed % 3 else ordinary)(rng, 400)
    scenario = with_tariff(rng, scenario) if seed % 4 == 0 else scenario
    names = [name for name in silent(scenario) if name not in LEFT_OUT]
    before = told(scenario)
    data = as_data(scenario)
    for _ in range(3):  # many at once: no change of any of them may change anything
        changes = {}
        for name in rng.permutation(names)[:25]:
            if name in FIELDS:
                trial = {**changes, str(name): value_of(rng, str(name), *FIELDS[str(name)])}
                try:
                    validate(with_overrides(data, trial))
                except JiranError:
                    continue
                changes = trial
        other = validate(with_overrides(data, changes))
        assert same(told(other), before), changes


PLANNED = {"home_battery.controller": "plan-ahead", "home_battery.forecast": "ewma"}
#: Streets on which something hangs on nearly every field, together on all of them.
STREETS: dict[str, dict[str, object]] = {
    "smart cars": {"ev.charging": "smart", "ev.kw": 7.0, "market.mechanism": "mid-market-rate"},
    "giving cars": {"ev.charging": "v2g", "ev.kw": 7.0, "market.mechanism": "mid-market-rate"},
    "band": {"market.mechanism": "mid-market-rate"},
    "household": {"load.model": "household", "ev.charging": "at-once", "solar.model": "site", "steps": 240, "bids.strategy": "truthful", "market.mechanism": "uniform-price", **PLANNED, "battery.controller": "plan-ahead"},
    "lending": {"ev.supply.enabled": True, "ev.supply.reserve_price": 0.3, "solar.clouds": 0.2, "bids.strategy": "zero-intelligence", "market.mechanism": "uniform-price"},
    "own roofs": {"homes.groups.0.pv_kwp": 3.0, "homes.groups.2.pv_kwp": 6.0, "homes.groups.3.load_low_kw": 0.1, "market.mechanism": "bill-sharing", "home_battery.controller": "time-of-use"},
    "no devices": {"homes.groups.0.count": 0, "homes.groups.2.count": 0, "homes.groups.1.count": 0, "battery.capacity_kwh": 0.0},
}  # fmt: skip


#: What by chance changes nothing on a street, though it may on another day.
COINCIDENCE = (
    "ev.calendar.departure_homes_h", "battery.reserve_price", "battery.feed_in", "home_battery.feed_in",
)  # fmt: skip


def street(name: str) -> Scenario:
    hours = [round(0.3 + 0.3 * math.sin(hour / 3.0) ** 2, 4) for hour in range(24)]
    groups = [
        {"kind": "solar", "count": 2, "battery_kwh": 5.0, "battery_kw": 2.0}, {"kind": "ev", "count": 2},
        {"kind": "hybrid", "count": 1}, {"kind": "normal", "count": 3},
    ]  # fmt: skip
    changes: dict[str, Any] = {"homes.groups": groups, "steps": 96, "grid.network_charge": 0.01, **STREETS[name]}
    prices = [price * (1.0 + step % 5) for step, price in enumerate(hours * (int(changes["steps"]) // 24))]
    changes["grid.import_price"] = prices
    return load_scenario("paper", changes)


@pytest.mark.parametrize("name", STREETS)
def test_what_says_something_changes_something(name: str) -> None:
    rng, scenario = np.random.default_rng(7), street(name)
    before, quiet = told(scenario), silent(scenario)
    deaf = [
        field
        for field in FIELDS
        if field not in quiet and not field.startswith(("homes.", *LEFT_OUT)) and field not in COINCIDENCE
        and (others := changed(rng, scenario, field)) and all(same(told(one), before) for one in others)
    ]  # fmt: skip
    # That nobody has anything to sell is not told: profiles from outside may bring it.
    assert deaf == (["grid.network_charge", "grid.export_limit_kw"] if name == "no devices" else [])


@pytest.mark.parametrize("name", presets())
def test_what_a_preset_shows_first_says_something(name: str) -> None:
    scenario = load_scenario(name)
    assert not [field for field in scenario.telling if why_silent(scenario, field)]


def test_entries_are_named_by_kind_or_number() -> None:
    scenario = load_scenario("paper", {"homes.groups.ev.pv_kwp": 3.0})
    assert why_silent(scenario, "homes.groups.ev.pv_kwp") == why_silent(scenario, "homes.groups.1.pv_kwp")
    assert "no solar roof" in str(why_silent(scenario, "homes.groups.ev.pv_kwp"))
    assert "homes.groups.1.pv_kwp" in given(scenario)
