"""What is true of two runs, worked out from the homes' bills."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import jiran.explain.against
import jiran.explain.answer
from jiran import JiranError, load_scenario, simulate
from jiran.nothing import NOTHING_MONEY
from jiran.scenario import validate
from jiran.scenario.files import as_data
from jiran.scenario.overrides import with_overrides
from truth.harness import Claim, Drawn, oracle
from truth.rounding import amount, decimals, many, wall

assert jiran.explain.against  # brings the forms in
assert jiran.explain.answer

#: What another run differs in, as dotted overrides.
_CHANGES: tuple[dict[str, Any], ...] = (
    {},
    {"market.mechanism": "grid-only"},
    {"market.mechanism": "mid-market-rate"},
    {"grid.export_price": 0.5},
    {"seed": 7},
    {"steps": 30},
    {"step_minutes": 5},
    {"time_zone": "UTC"},
    {"currency": "EUR"},
)


def of_pair(drawn: Drawn) -> Iterable[tuple[Any, ...]]:
    """Yield the run with one that differs in a field, or with a preset."""
    change = _CHANGES[int(drawn.rng.integers(len(_CHANGES)))]
    try:
        other = simulate(validate(with_overrides(as_data(drawn.scenario), change)))
    except JiranError:
        other = simulate(load_scenario("five-prosumers"))
    yield drawn.result, other


def losers(result):
    return sum(row["cost"] - row["cost_without_p2p"] > NOTHING_MONEY for row in result.homes.to_dicts())


@oracle("against.bills", of_pair)
def bills(result, before):
    if result.scenario.currency != before.scenario.currency:
        return None
    size = [(run.homes.height, run.scenario.steps * run.scenario.step_minutes / 1440) for run in (result, before)]
    alike = size[0] == size[1]
    cost = [run.homes["cost"].sum() for run in (result, before)]
    now, then = cost if alike else (total / homes / days for total, (homes, days) in zip(cost, size, strict=True))
    change = now - then if abs(now - then) > NOTHING_MONEY else 0.0
    who = "the homes pay" if alike else "a home pays"
    how = f"{amount(abs(change), result)} {'more' if change > 0 else 'less'}" if change else "the same"
    figures = {"alike": alike, "change": change, "currency": result.scenario.currency}
    return Claim(figures, (f"Against A {who} {how} {'in all' if alike else 'a day'}.",))


@oracle("against.worse", of_pair)
def worse(result, before):
    now, then, homes, of_a = losers(result), losers(before), result.homes.height, before.homes.height
    if now == then and (homes == of_a or now == 0):
        return None
    figures = {"now": now, "then": then, "homes": homes, "homes_of_a": of_a}
    if homes != of_a:
        words = (f"{now:,} of {many(homes, 'home pays', 'homes pay')}", f"in A {then:,} of {of_a:,}.")
    else:
        words = (f"{many(abs(now - then), 'home', 'homes')} {'more' if now > then else 'fewer'} than in A",)
    return Claim(figures, words)


@oracle("against.apart", of_pair)
def apart(before, result):
    a, b = before.scenario, result.scenario
    starts = [f"{run.steps['time'][0]:%-d %b %Y} at {wall(run, 0)}" for run in (before, result)]
    if a.step_minutes != b.step_minutes:
        what, one, other = "step", a.step_minutes, b.step_minutes
        words = (f"{many(one, 'minute', 'minutes')} long, these {other:,}",)
    elif a.steps != b.steps:
        what, one, other = "steps", a.steps, b.steps
        words = (f"A has {many(one, 'step', 'steps')}, this has {other:,}",)
    elif starts[0] != starts[1]:
        what, one, other = "start", *starts
        words = (f"A starts on {one}, this on {other}",)
    elif before.steps["time"].dt.epoch().to_list() != result.steps["time"].dt.epoch().to_list():
        what, one, other = "zone", a.time_zone, b.time_zone
        words = (f"A is in the time zone {one}, this in {other}",)
    elif a.currency != b.currency:
        what, one, other = "currency", a.currency, b.currency
        words = (f"A is in {one}, this in {other}",)
    else:
        return None
    return Claim({"what": what, "of_a": one, "this": other}, words)


def of_changes(drawn: Drawn) -> Iterable[tuple[Any, ...]]:
    """Yield the run, one that is changed, and what figures are asked for."""
    names = (("cost",), ("peak_import_kw",), ("cost", "peak_import_kw"))[drawn.seed % 3]
    for result, other in of_pair(drawn):
        if result.scenario.currency == other.scenario.currency:
            yield result, other, names, "if it were otherwise"


def worked_out(result, name):
    if name == "cost":
        return sum(result.homes["cost"])
    out = result.flows.outputs
    net = sum(result.flows[f"grid_{way}_kwh"].sum(axis=1) * sign for way, sign in (("import", 1), ("export", -1)))
    net = net + out.battery_import_kwh - out.battery_export_kwh
    return max(0.0, float(net.max())) * 60 / result.scenario.step_minutes


@oracle("answer.changed", of_changes)
def changed(result, other, names, instead):
    here, there = ([worked_out(run, name) for name in names] for run in (result, other))
    labels = {"cost": "Cost", "peak_import_kw": "Peak import"}
    units = {"cost": "money", "peak_import_kw": "kW"}

    def told(values):
        return [
            f"{'-' * (round(value, 2) < 0)}{result.scenario.currency} {decimals(abs(value), 2)}"
            if units[name] == "money"
            else f"{decimals(value, 1)} kW"
            for name, value in zip(names, values, strict=True)
        ]

    figures = {"labels": [labels[name] for name in names], "units": [units[name] for name in names], "here": here}
    figures |= {"there": there, "instead": instead, "currency": result.scenario.currency}
    words = [f"{labels[names[0]]} is {told(here)[0]}", f"; {instead}, "]
    words += [f"and {labels[name].lower()} is {value}" for name, value in zip(names[1:], told(here)[1:], strict=True)]
    return Claim(figures, (*words, *([] if told(here) == told(there) else told(there))))
