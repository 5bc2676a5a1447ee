"""Bills of any tariff in plain Python, from the tables of its file as docs/tariffs.md explains them, with exact fractions."""

from __future__ import annotations

from fractions import Fraction as F  # noqa: N817  sums on paper: a short name lets each formula be read
from typing import NamedTuple

LOWERING = ("rebate", "discount", "credit")
#: A sum of steps that should be at an edge may be a little more.
DUST = F(1, 10**9)


class Used(NamedTuple):
    """What a home used in a month, and what earlier months left; `parts` are kWh of import by time-of-use period."""

    kwh: F
    given: F
    parts: dict[str, F]
    kw: F
    kwh_before: F = F(0)
    money_before: F = F(0)


class Billed(NamedTuple):
    """Every line, what has to be paid, and what is left or lost."""

    lines: dict[str, F]
    due: F
    kwh_left: F
    money_left: F
    lost_kwh: F


def rates_in(component, month):
    """Return the rates of each tier in a month by period ("" without periods), without a sign."""
    tiers = len(component.get("bounds", ())) + 1
    if "periods" in component:
        found = dict(component["periods"])
    elif "since" in component:
        begun = [name for name in sorted(component["since"]) if name <= month]
        found = {"": component["since"][begun[-1]] if begun else 0}
    elif "months" in component:
        months, before = component["months"], [name for name in sorted(component["months"]) if name <= month]
        last = component.get("unknown_months", "zero") == "last"
        nearest = before[-1] if before else min(months)
        found = {"": months[month] if month in months else months[nearest] if last else 0}
    else:
        found = {"": component["rate"]}
    return {
        name: [F(str(one)) for one in (rate if isinstance(rate, list) else [rate] * tiers)]
        for name, rate in found.items()
    }


def holds(component, month, kwh):
    """Tell whether a component is charged at all: switched on, in its months, and by the month's kWh."""
    first, last = component.get("first_month", "0000-00"), component.get("last_month", "9999-99")
    above, up_to = component.get("above_kwh"), component.get("up_to_kwh")
    level = kwh - DUST
    enough = (above is None or level > above) and (up_to is None or level <= up_to)
    return component.get("active", True) and first <= month <= last and enough


def tier_of(component, kwh):
    return sum(kwh - DUST > edge for edge in component.get("bounds", ()))


def blocks(component, rates, kwh):
    """Return what kWh cost where each pays the rate of its own block, the lowest first."""
    edges = [0, *component["bounds"]]
    cost = sum(
        (min(kwh, F(upper)) - lower) * rate
        for lower, upper, rate in zip(edges, edges[1:], rates, strict=False)
        if kwh > lower
    )
    return cost + max(kwh - edges[-1], F(0)) * rates[-1]


def by_kwh(component, month, kwh, parts, rest):
    """Return what a component by kWh charges for so many of them, without its conditions."""
    rates = rates_in(component, month)
    tier = tier_of(component, kwh)
    if "periods" in component:
        left = kwh - sum(parts.values())
        return sum({**parts, rest: left}.get(name, F(0)) * rate[tier] for name, rate in rates.items())
    if component.get("shape") == "block":
        return blocks(component, rates[""], kwh)
    return kwh * rates[""][tier]


def dearest(component, month, kwh, above, amount):
    """Return which part of an amount is that of the kWh above a threshold: of a block the dearest, else an equal part."""
    kept = min(kwh, above)
    if component.get("shape") == "block" and amount:
        sign = -1 if component["kind"] in LOWERING else 1
        return amount - sign * blocks(component, rates_in(component, month)[""], kept)
    return amount * (1 - kept / kwh) if kwh else F(0)


def set_off(scheme, used):
    """Return how much import export is set against, and how much of it is kept and lost."""
    there = used.given + used.kwh_before
    if scheme["basis"] == "net" or scheme["cancels"]:
        off = min(used.kwh, there)
        return (off, there - off, F(0)) if scheme["carry"] == "kwh" else (off, F(0), there - off)
    return F(0), F(0), there


def charges(tariff, used, month, kwh, parts):
    """Return the line of each component but the minimum."""
    components, rest = tariff["components"], tariff.get("schedule", {}).get("rest", "")
    lines = {}
    for name, one in components.items():
        if name == "minimum":
            continue
        unit, sign = one.get("unit", "kWh"), -1 if one["kind"] in LOWERING else 1
        if unit == "kWh":
            amount = by_kwh(one, month, kwh, parts, rest)
        elif unit == "share":
            above, base = F(one.get("base_above_kwh", 0)), F(0)
            for other in one["base"]:
                charged_by_kwh = components[other].get("unit", "kWh") == "kWh"
                whole = not above or not charged_by_kwh
                base += lines[other] if whole else dearest(components[other], month, kwh, above, lines[other])
            rate = rates_in(one, month)[""][0]
            amount = base * (rate / (1 - rate) if one.get("included") else rate)
        else:
            amount = {"kW": used.kw, "exported-kWh": used.given, "month": F(1)}[unit] * rates_in(one, month)[""][0]
        lines[name] = sign * amount if holds(one, month, kwh) else F(0)
    return lines


def billed(tariff, used, month):
    """Return the bill of a month.

    Args:
        tariff: The tables of a tariff's file.
        used: What was used.
        month: As "2025-07".
    """
    export, components = tariff.get("export"), tariff["components"]
    scheme = {"basis": "gross", "cancels": [], "claws_back": [], "carry": "none", "applied": "same-month"} | (
        export or {}
    )
    off, left, lost = set_off(scheme, used)
    kwh, parts = used.kwh, used.parts
    if scheme["basis"] == "net" and kwh:
        parts = {name: part * (kwh - off) / kwh for name, part in parts.items()}
        kwh = kwh - off
    lines = charges(tariff, used, month, kwh, parts)
    taken = {
        f"credit-{name}": -dearest(components[name], month, kwh, kwh - off, lines[name])
        for name in (*scheme["cancels"], *scheme["claws_back"])
    }
    credit = -sum(taken.values()) - sum(lines[name] for name, one in components.items() if one["kind"] == "credit")
    charge = sum(amount for name, amount in lines.items() if components[name]["kind"] != "credit")
    minimum = F(0)
    if "minimum" in components and holds(components["minimum"], month, kwh):
        minimum = rates_in(components["minimum"], month)[""][0]
    due, money = charge - credit, F(0)
    if scheme["carry"] == "money":
        usable = used.money_before + (0 if scheme["applied"] == "next-month" else credit)
        money = used.money_before + credit - min(usable, max(charge - minimum, F(0)))
        due += money - used.money_before
    lift = max(minimum - due, F(0))
    if scheme.get("expires_after_month") == int(month[5:]):
        left, money, lost = F(0), F(0), lost + left
    if sum(lines[name] for name, one in components.items() if one.get("unit") == "exported-kWh") < 0:
        lost -= min(lost, used.given)  # a price for exported kWh pays for what nothing is set against
    return Billed({**lines, **taken, "minimum": lift}, due + lift, left, money, lost)
