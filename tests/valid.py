"""Random VALID scenarios, drawn from the scenario's own table of fields.

Whatever the command line runs must be priced right, described truly and opened by the dashboard, so tests draw from all
that it runs: every field that is declared is drawn, over its whole range, and a field that is new tomorrow is drawn
tomorrow. `ordinary` starts from a preset or a named situation and changes a few fields; `wild` changes many.
"""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Callable, Iterator
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

import numpy as np
from annotated_types import Ge, Gt, Le, Lt, MaxLen, MinLen
from pydantic import BaseModel

from jiran import JiranError, Scenario, mechanisms, presets
from jiran.bids import strategies
from jiran.control import controllers, forecasts
from jiran.scenario import KINDS, validate
from jiran.scenario.files import read_scenario
from jiran.scenario.homes import SingleHome
from jiran.scenario.overrides import with_overrides
from jiran.tariffs import sharing, tariffs

#: A run of a test has at most so many home-steps.
MOST_HOME_STEPS = 6_000

TEXTS = ("x", "café 東京 🏠", "a *b* [c](d) ![e](f)", "<b>bold</b> & more", "$x$ `y` _z_", "=1+1", "  spaces  ", "שלום")

#: Situations that users meet and presets do not show, as dotted overrides of a preset.
SITUATIONS: dict[str, dict[str, Any]] = {
    "as it is": {},
    "no solar": {"solar.pv_kwp": 0.0},
    "no battery": {"battery.capacity_kwh": 0.0},
    "half-full start": {"battery.start_soc": 0.5, "battery.min_soc": 0.2},
    "lending EVs": {"ev.supply.enabled": True},
    "smart cars": {"ev.charging": "smart"},
    "cars that give": {"ev.charging": "v2g", "grid.import_price": 0.9},
    "export above import": {"grid.export_price": 0.8},
    "import is free": {"grid.import_price": 0.0},
    "same prices": {"grid.export_price": 0.5625},
    "network charge": {"grid.network_charge": 0.2},
    "nothing traded": {"market.mechanism": "grid-only"},
    "quarter hours": {"step_minutes": 15, "steps": 96},
    "five minutes": {"step_minutes": 5, "steps": 288},
    "minutes": {"step_minutes": 1, "steps": 600, "start": dt.datetime(2026, 3, 21, 9)},  # noqa: DTZ001  local time
    "a night": {"steps": 5, "start": dt.datetime(2026, 3, 21, 19)},  # noqa: DTZ001  local time
    "no demand": {"load.low_kw": 0.0, "load.high_kw": 0.0, "ev.kw": 0.0},
    "the clock goes back": {"time_zone": "Europe/Berlin", "start": dt.datetime(2026, 10, 24, 20), "steps": 12},  # noqa: DTZ001  local time
    "the clock goes forward": {"time_zone": "Europe/Berlin", "start": dt.datetime(2026, 3, 28, 20)},  # noqa: DTZ001  local time
    "a fund that keeps": {"battery.fund_share": "keep", "battery.sell_price": 0.4},
    "a battery that waits": {"battery.reserve_price": 0.7, "battery.start_soc": 0.5},
    "import below zero": {"grid.import_price": -0.05, "grid.export_price": -0.2},
    "one step": {"steps": 1, "start": dt.datetime(2026, 3, 21, 12)},  # noqa: DTZ001  local time
    "two and a half days": {"steps": 60},
    "truthful bids": {"bids.strategy": "truthful"},
    "dear": {"grid.import_price": 50.0, "grid.export_price": 20.0},
    "negative export": {"grid.export_price": -0.1},
}
COMMUNITIES: dict[str, list[dict[str, Any]] | None] = {
    "as it is": None,
    "one home": [{"kind": "hybrid", "count": 1}],
    "one normal home": [{"kind": "normal", "count": 1}],
    "two": [{"kind": "solar", "count": 1}, {"kind": "normal", "count": 1}],
    "sixty": [{"kind": kind, "count": 15} for kind in KINDS],
    "all solar": [{"kind": "solar", "count": 6}],
    "all cars": [{"kind": "ev", "count": 5}],
    "batteries at home": [
        {"kind": "solar", "count": 2, "battery_kwh": 10.0},
        {"kind": "hybrid", "count": 1, "battery_kwh": 6.0, "battery_kw": 4.0},
        {"kind": "normal", "count": 1, "battery_kwh": 3.0},
        {"kind": "normal", "count": 1},
    ],
}


def ordinary(rng: np.random.Generator, most_home_steps: int = MOST_HOME_STEPS) -> Scenario:
    """Draw a scenario as a user makes one: a preset in some situation, with some rule and strategy."""
    return _drawn(rng, most_home_steps, changes=int(rng.integers(0, 3)))


def wild(rng: np.random.Generator, most_home_steps: int = MOST_HOME_STEPS) -> Scenario:
    """Draw a scenario with many fields anywhere in their range."""
    return _drawn(rng, most_home_steps, changes=int(rng.integers(3, 12)))


def with_tariff(rng: np.random.Generator, scenario: Scenario) -> Scenario:
    """Return a scenario whose homes are billed by a tariff that comes with jiran, in its currency."""
    data = scenario.model_dump(exclude_none=True)
    grid = {key: value for key, value in data["grid"].items() if key not in ("import_price", "export_price")}
    grid |= {"tariff": str(rng.choice(list(tariffs()))), "tier_of": str(rng.choice(["this-month", "last-month"]))}
    left_out = {"currency"}
    if rng.random() < 0.5:
        currency = tariffs()[grid["tariff"]].currency
        fit = [name for name, one in sharing().items() if not one.counts_money or one.currency == currency]
        grid["sharing"] = str(rng.choice(fit))
        left_out |= {"market"} if rng.random() < 0.5 else set()
    return Scenario.model_validate({key: value for key, value in data.items() if key not in left_out} | {"grid": grid})


def at_bounds() -> Iterator[tuple[str, Any, Scenario]]:
    """Yield each number of a scenario at its least and greatest valid value: its dotted name, the value, the scenario."""
    base = read_scenario("paper")
    for name, annotation, metadata in leaves(Scenario):
        for value in dict.fromkeys((*_ends(annotation, metadata), *_choices(annotation))):
            found = _valid(base, {name: value}, most_home_steps=300_000)
            if found is not None:
                yield name, value, found


def at_bounds_together(runs: Callable[[Scenario], bool]) -> Iterator[tuple[dict[str, Any], Scenario]]:
    """Yield the values of `at_bounds` put together, as many in a scenario as go with each other, each value in one of them.

    Args:
        runs: Tells whether a scenario can be run.
    """
    base = read_scenario("paper")
    left = [(name, value) for name, value, scenario in at_bounds() if runs(scenario)]
    while left:
        held: dict[str, Any] = {}
        found, rest = None, []
        for name, value in left:
            wider = None if name in held else _valid(base, held | {name: value}, most_home_steps=300_000)
            if wider is not None and runs(wider):
                held[name], found = value, wider
            else:
                rest.append((name, value))
        assert found is not None
        yield held, found
        left = rest


def leaves(model: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, Any, list[Any]]]:
    """Yield the fields of a scenario that hold a value: dotted name, type, bounds."""
    for name, field in model.model_fields.items():
        inner = _inner_model(field.annotation)
        if inner is not None and get_origin(field.annotation) is None:
            yield from leaves(inner, f"{prefix}{name}.")
        elif inner is None:
            yield f"{prefix}{name}", field.annotation, field.metadata


#: Presets that tests draw from: a year is too long for them, and what its presets say is drawn field by field.
DRAWN_FROM = [name for name in presets() if read_scenario(name)["steps"] <= 1_000]

#: What is no value of its own: names of rules, which are drawn with their parameters, of files, and of other fields.
NOT_DRAWN = (
    "market.mechanism",
    "bids.strategy",
    "name",
    "telling",
    "live.control",
    "solar.weather",
    "battery.controller",
    "battery.forecast",
    "home_battery.controller",
    "home_battery.forecast",
    # Drawn by draws of their own.
    "battery.in_market",
    "grid.demand_charge",
    "grid.import_limit_kw",
    "grid.export_limit_kw",
    *(f"{store}.{name}" for store in ("battery", "home_battery") for name in ("peak_kw", "peak_price")),
)


def _drawn(rng: np.random.Generator, most_home_steps: int, changes: int) -> Scenario:
    """Draw until it is valid and small enough; what a scenario refuses is drawn anew."""
    fields = [leaf for leaf in leaves(Scenario) if leaf[0] not in NOT_DRAWN and not leaf[0].startswith("plan.")]
    while True:
        base = copy.deepcopy(read_scenario(str(rng.choice(DRAWN_FROM))))
        community = COMMUNITIES[str(rng.choice(list(COMMUNITIES)))]
        if community is not None:
            base["homes"] = {"groups": copy.deepcopy(community)}
        if rng.random() < 0.3:
            base["homes"]["single"] = [*base["homes"].get("single", []), _single(rng, place=0)]
        wanted = dict(SITUATIONS[str(rng.choice(list(SITUATIONS)))])
        if rng.random() < 0.7:
            wanted.setdefault("market.mechanism", str(rng.choice(list(mechanisms()))))
        if rng.random() < 0.5:
            wanted.setdefault("bids.strategy", str(rng.choice(list(strategies()))))
        if rng.random() < 0.5:
            wanted["home_battery.controller"] = str(rng.choice(list(controllers())))
            wanted["home_battery.forecast"] = str(rng.choice(list(forecasts())))
        wanted["seed"] = int(rng.integers(0, 1000))
        wanted |= _run_by(wanted["seed"]) | _peaks(wanted["seed"]) | _limits(wanted["seed"])
        for place in rng.choice(len(fields), changes, replace=False):
            name, annotation, metadata = fields[place]
            wanted[name] = value_of(rng, name, annotation, metadata)
        wanted |= _parameters(rng, wanted.get("market.mechanism"))
        found = _valid(base, wanted, most_home_steps)
        if found is not None:
            return _valid(base, wanted | _plan(wanted["seed"]), most_home_steps) or found


def _run_by(seed: int) -> dict[str, Any]:
    """Draw who runs the community battery, by draws of their own; mostly it is own use first."""
    rng = np.random.default_rng([seed, 10])
    if rng.random() < 0.7:
        return {}
    return {
        "battery.controller": str(rng.choice(list(controllers()))),
        "battery.forecast": str(rng.choice(list(forecasts()))),
        "battery.in_market": bool(rng.random() < 0.5),
    }


def _peaks(seed: int) -> dict[str, Any]:
    """Draw what peaks cost, and to what those keep that keep them low, by draws of their own; mostly nothing is said."""
    rng = np.random.default_rng([seed, 11])
    if rng.random() < 0.8:
        return {}
    wanted: dict[str, Any] = {"grid.demand_charge": float(rng.choice([0.0, 0.37, 30.0, 1e6], p=[0.2, 0.3, 0.4, 0.1]))}
    for store in ("battery", "home_battery"):
        wanted[f"{store}.peak_kw"] = float(rng.choice([0.0, rng.uniform(0.0, 20.0)]))
        if rng.random() < 0.5:
            wanted[f"{store}.peak_price"] = float(rng.choice([0.0, 5.0, 1e6]))
    return wanted


def _limits(seed: int) -> dict[str, Any]:
    """Draw what the street's connection carries, by draws of their own; mostly all."""
    rng = np.random.default_rng([seed, 12])
    if rng.random() < 0.75:
        return {}
    by_hour = [round(float(kw), 2) for kw in rng.uniform(0.0, 20.0, 24)]
    forms: list[Any] = [None, 0.0, float(f"{10.0 ** rng.uniform(-1, 2):.4g}"), by_hour]
    drawn = {f"grid.{side}_limit_kw": forms[int(rng.integers(len(forms)))] for side in ("import", "export")}
    return {name: limit for name, limit in drawn.items() if limit is not None}


def _plan(seed: int) -> dict[str, Any]:
    """Draw some fields of the plan and of the live street, which no run reads, by draws of their own."""
    rng = np.random.default_rng([seed, 9])
    fields = [leaf for leaf in leaves(Scenario) if leaf[0].startswith("plan.") and rng.random() < 0.1]
    wanted = {name: value_of(rng, name, annotation, metadata) for name, annotation, metadata in fields}
    if rng.random() < 0.1:
        wanted["live.control"] = [
            str(one) for one in rng.choice(["S1", "E1", "N1"], int(rng.integers(1, 3)), replace=False)
        ]
    return wanted


def _valid(base: dict[str, Any], wanted: dict[str, Any], most_home_steps: int) -> Scenario | None:
    try:
        found = validate(with_overrides(base, wanted))
    except JiranError:
        return None
    return found if found.homes.modelled * found.steps <= most_home_steps else None


def _single(rng: np.random.Generator, place: int) -> dict[str, Any]:
    home: dict[str, Any] = {"id": f"{rng.choice(TEXTS)} {place}"[:60], "kind": str(rng.choice(KINDS))}
    for name in ("pv_kwp", "load_low_kw", "load_high_kw", "ev_kw", "battery_kwh"):
        if rng.random() < 0.3:
            field = SingleHome.model_fields[name]
            home[name] = value_of(rng, name, float, [*field.metadata, Le(50)])
    return home


def _parameters(rng: np.random.Generator, rule: str | None) -> dict[str, Any]:
    """Draw some parameters of the market rule."""
    if rule is None:
        return {}
    wanted: dict[str, Any] = {}
    for name, parameter in mechanisms()[rule].parameters.items():
        if rng.random() < 0.3 and name != "rounds":
            bounds = [bound(value) for bound, value in ((Gt, parameter.gt), (Ge, parameter.ge), (Lt, parameter.lt), (Le, parameter.le)) if value is not None]  # fmt: skip
            wanted[f"market.{name}"] = (
                str(rng.choice(parameter.choices)) if parameter.choices else value_of(rng, name, float, bounds)
            )
    return wanted


def value_of(rng: np.random.Generator, name: str, annotation: Any, metadata: list[Any]) -> Any:
    """Draw a value of a field: a choice, an end of its range, or a number between, small ones as likely as large ones."""
    if name == "time_zone":
        return str(
            rng.choice(
                ["Asia/Kuching", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC", "Asia/Kathmandu"]
            )
        )
    if name == "start":
        day = dt.datetime(2026, 1, 1) + dt.timedelta(days=int(rng.integers(0, 365)))  # noqa: DTZ001  local time
        second = int(rng.choice([0, 0, 0, 30, 59]))
        return day + dt.timedelta(minutes=30 * int(rng.integers(0, 48)), seconds=second)
    choices = _choices(annotation)
    if choices and (_numeric(annotation) is None or rng.random() < 0.7):
        return choices[int(rng.integers(len(choices)))]
    if _numeric(annotation) is None:
        return str(rng.choice(TEXTS))[: _length(metadata)]
    return _number(rng, annotation, metadata)


def _number(rng: np.random.Generator, annotation: Any, metadata: list[Any]) -> Any:
    low, high = _range(annotation, metadata)
    if _takes_list(annotation) and rng.random() < 0.3:
        return [round(float(value), 4) for value in rng.uniform(-0.2, 1.0, 24)]
    ends = _ends(annotation, metadata)
    if ends and rng.random() < 0.25:
        return ends[int(rng.integers(len(ends)))]
    spread = min(high - low, 10.0 ** rng.uniform(-3, 3))
    value = float(low + rng.random() * spread if low > -1e5 else rng.normal() * spread)
    value = min(max(value, low), high)
    return round(value) if _numeric(annotation) is int else float(f"{value:.6g}")


def _numeric(annotation: Any) -> type | None:
    parts = (annotation, *get_args(annotation))
    return float if float in parts or any(get_origin(part) is not None and float in get_args(part) for part in parts) else int if int in parts else None  # fmt: skip


def _takes_list(annotation: Any) -> bool:
    return any(get_origin(part) is tuple for part in get_args(annotation))


def _choices(annotation: Any) -> list[Any]:
    if annotation is bool:
        return [False, True]
    parts = get_args(annotation) if get_origin(annotation) in (Union, UnionType) else (annotation,)
    return [choice for part in parts if get_origin(part) is Literal for choice in get_args(part)]


def _bounds(annotation: Any, metadata: list[Any]) -> list[Any]:
    inner = [mark for part in get_args(annotation) for mark in getattr(part, "__metadata__", ())]
    marks = [*metadata, *(mark for field in inner for mark in getattr(field, "metadata", [field]))]
    return [mark for mark in marks if isinstance(mark, Ge | Gt | Le | Lt)]


def _range(annotation: Any, metadata: list[Any]) -> tuple[float, float]:
    low, high = -1e6, 1e6
    for mark in _bounds(annotation, metadata):
        match mark:
            case Ge():
                low = max(low, float(mark.ge))  # type: ignore[arg-type]
            case Gt():
                low = max(low, float(mark.gt) + 1e-6)  # type: ignore[arg-type]
            case Le():
                high = min(high, float(mark.le))  # type: ignore[arg-type]
            case Lt():
                high = min(high, float(mark.lt) - 1e-6)  # type: ignore[arg-type]
    return low, high


def _ends(annotation: Any, metadata: list[Any]) -> list[Any]:
    """Return the least and the greatest number that a field takes, those that are declared."""
    numeric = _numeric(annotation)
    if numeric is None or not _bounds(annotation, metadata):
        return []
    return [round(end) if numeric is int else end for end in _range(annotation, metadata)]


def _length(metadata: list[Any]) -> int:
    longest = [mark.max_length for mark in metadata if isinstance(mark, MaxLen)]
    assert all(mark.min_length <= 1 for mark in metadata if isinstance(mark, MinLen))
    return min([2_000, *longest])


def _inner_model(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _inner_model(part)) is not None), None)
