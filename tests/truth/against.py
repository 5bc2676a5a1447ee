"""What is true of two runs, worked out from the homes' bills."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import jiran.explain.against
from jiran import JiranError, load_scenario, simulate
from jiran.nothing import NOTHING_MONEY
from jiran.scenario import validate
from jiran.scenario.files import as_data, with_overrides
from truth.harness import Claim, Drawn, oracle
from truth.rounding import amount, many, wall

assert jiran.explain.against  # brings the forms in

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
