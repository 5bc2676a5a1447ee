"""A scenario kept as A, to see beside it what a change does: in which fields they differ, and what can be compared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from jiran.app.labels import named
from jiran.explain.against import not_comparable as _not_comparable
from jiran.scenario import WORDS
from jiran.scenario.files import as_data
from jiran.words import counted, in_currency

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jiran.result.result import Result
    from jiran.scenario import Scenario

#: Differences that are said one by one.
_MOST_SAID = 3


class Difference(NamedTuple):
    """A field in which two scenarios differ: its dotted name, what it is called, and both values with their unit."""

    field: str
    label: str
    a: str
    b: str


def differences(a: Scenario, b: Scenario) -> list[Difference]:
    """Return the fields in which two scenarios differ, in the order of the scenario's own table."""
    data = (as_data(a), as_data(b))
    left, right = (dict(flat(one)) for one in data)
    if a.market.mechanism != b.market.mechanism:  # the parameters of another rule are another rule's
        left, right = (
            {name: value for name, value in one.items() if name == "market.mechanism" or not name.startswith("market.")}
            for one in (left, right)
        )
    found = []
    for name in dict.fromkeys((*left, *right)):
        if left.get(name) != right.get(name) and name not in WORDS:
            label, unit = named(name, data[name in right])
            found.append(
                Difference(name, label, *(_said(one.get(name), unit, one["currency"]) for one in (left, right)))
            )
    return found


def label(a: Scenario, b: Scenario) -> str:
    """Say in a line what A has, and what is there now instead.

    Example:
        >>> import jiran
        >>> a, b = (jiran.load_scenario("paper", {"battery.capacity_kwh": kwh}) for kwh in (20, 40))
        >>> label(a, b)
        'Community battery 20 kWh, now 40 kWh'
    """
    if a.name != b.name:
        return f"Scenario {a.name}, now {b.name}"
    found = differences(a, b)
    said = [f"{one.label} {one.a}, now {one.b}" for one in found[:_MOST_SAID]]
    if len(found) > _MOST_SAID:
        said.append(f"and {counted(len(found) - _MOST_SAID, 'change')} more")
    return "; ".join(said)


def not_comparable(a: Result, b: Result) -> str | None:
    """Say why A's lines cannot be drawn over those of another run; None if they can."""
    why = _not_comparable(a, b)
    return None if why is None else str(why)


def same_money(a: Result, b: Result) -> bool:
    """Tell whether amounts of money of two runs can be compared."""
    return a.scenario.currency == b.scenario.currency


def versus(
    now: float | None, then: float | None, digits: int, good: str = "normal", scale: float = 1.0, unit: str = ""
) -> dict[str, Any]:
    """Return how a figure's card shows its change against A, as arguments of `st.metric`.

    Args:
        now: The figure of what is shown.
        then: The figure of A.
        digits: Digits of the change after the point.
        good: "normal" if more is better, "inverse" if less is, "off" if neither.
        scale: What the change is multiplied by.
        unit: What is written after the change, with a space in front.

    Example:
        >>> versus(2.5, 1.0, 2)
        {'delta': '+1.50 vs A', 'delta_color': 'normal', 'delta_arrow': 'auto'}
        >>> versus(1.0, 1.0, 2)
        {'delta': 'as in A', 'delta_color': 'off', 'delta_arrow': 'off'}
    """
    if now is None or then is None:
        return unchanged("as in A" if now is then else "A has one" if now is None else "none in A")
    change = round(scale * (now - then), digits) + 0.0
    if change == 0.0:
        return unchanged("as in A")
    shown = f"{change / 1e6:+,.2f} M" if abs(change) >= 1e6 else f"{change:+,.{0 if abs(change) >= 1e3 else digits}f}"
    return {"delta": f"{shown}{unit} vs A", "delta_color": good, "delta_arrow": "auto"}


def unchanged(words: str) -> dict[str, Any]:
    """Return words under a figure that are no change, as arguments of `st.metric`."""
    return {"delta": words, "delta_color": "off", "delta_arrow": "off"}


def flat(data: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Walk through nested data: dotted name and value of each field; homes one by one, other lists whole."""
    if isinstance(data, dict):
        for key, value in data.items():
            yield from flat(value, f"{name}.{key}" if name else key)
    elif isinstance(data, list | tuple) and name.startswith("homes.") and name.count(".") == 1:
        for place, value in enumerate(data):
            yield from flat(value, f"{name}.{place}")
    else:
        yield name, data


def _said(value: Any, unit: str, currency: str) -> str:
    """Return a value as the panel would show it."""
    match value:
        case None | bool():
            return {None: "none", True: "on", False: "off"}[value]
        case list() | tuple():
            return counted(len(value), "value")
        case int():
            return f"{value:,} {unit}".rstrip()
        case float() if unit == f"{currency}/kWh":
            return f"{in_currency(f'{value:,.10g}', currency)} per kWh"
        case float():
            return f"{value:,.10g} {unit}".rstrip()
        case _:
            return str(value)
