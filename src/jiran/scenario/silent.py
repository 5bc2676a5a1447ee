"""Which fields of a scenario say nothing in it, and why: what a change of them cannot change in a run.

A field is silent where another field has taken its place (a group's own roof, another model) or where there is nothing for
it to act on (no car, no battery). That a value merely happens to change nothing, such as a limit that is never reached, is
not told: a run would have to be made to know it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from jiran.bids import find as find_strategy
from jiran.market import find as find_rule
from jiran.scenario.data import ROOFS
from jiran.scenario.silences import SILENCES, SILENT_AT_HOME, Street

if TYPE_CHECKING:
    from jiran.scenario.data import MeteredHome
    from jiran.scenario.model import Scenario

#: Words, which nobody expects to change a run, and homes, whose entries are asked one by one.
_NOT_ASKED = ("name", "question", "description", "telling", "homes")


def silent(scenario: Scenario) -> dict[str, str]:
    """Return the fields of a scenario that say nothing in it: dotted name -> why, as it follows "says nothing, for".

    Every value of such a field gives the same run. Fields of homes are those that an entry gives, entries are named by their
    number. Fields that are words (name, question, ...) are left out.

    Example:
        >>> from jiran import load_scenario
        >>> silent(load_scenario("paper", {"battery.capacity_kwh": 0}))["battery.charge_kw"]
        'battery.capacity_kwh is 0'
    """
    street = Street(scenario)
    found: dict[str, str] = {}
    for fields, so, why, but in SILENCES:
        if so(street):
            own = [f"bids.{key}" for key in scenario.bids.parameters] if "bids" in fields else []
            for name in (*_leaves(fields), *own):
                if name not in but:
                    found.setdefault(name, why)
    return found | _at_home(street) | _at_meters(street)


def why_silent(scenario: Scenario, name: str) -> str | None:
    """Return why a field says nothing, or None if it does; entries may be named by kind or id, as overrides name them."""
    match name.split("."):
        case ["homes", ("groups" | "single") as table, which, field]:
            marks = [
                (str(place), one.kind, getattr(one, "id", None))
                for place, one in enumerate(getattr(scenario.homes, table))
            ]
            found = [place for place, *others in marks if which in (place, *others)]
            name = f"homes.{table}.{found[0]}.{field}" if len(found) == 1 else name
    return silent(scenario).get(name)


def given(scenario: Scenario) -> Iterator[str]:
    """Yield the fields that a scenario gives another value than their default, by dotted name; words are left out."""
    yield from (name for name, value, default in _declared() if value(scenario) != default)
    yield from _parameters(scenario)
    for place, entry, _ in Street(scenario).entries:
        yield from (f"{place}.{name}" for name in _said(entry))
    yield from (f"homes.data.{place}.{name}" for place, table in _metered(scenario) for name in _said(table))


def _said(table: BaseModel) -> Iterator[str]:
    """Yield the fields that a home says something in, beside what makes it one."""
    yield from (name for name, value in table if value is not None and name not in ("kind", "count", "id"))


def _at_home(street: Street) -> dict[str, str]:
    """Return what says nothing in groups and single homes."""
    found: dict[str, str] = {}
    for place, entry, count in street.entries:
        for name in _said(entry):
            reasons = (one.why for one in SILENT_AT_HOME if name in one.fields and one.so(street, entry))
            why = next(reasons, None) if count else "its group has no homes"
            if why is not None:
                found[f"{place}.{name}"] = why.format(kind=entry.kind)
    return found


def _at_meters(street: Street) -> dict[str, str]:
    """Return what says nothing in the tables of metered homes."""
    found: dict[str, str] = {}
    data = street.scenario.homes.data
    for place, table in _metered(street.scenario):
        assert data is not None  # noqa: S101  it has tables
        if table.battery_kw is not None and not _has_battery(street.scenario, place):
            found[f"homes.data.{place}.battery_kw"] = "it has no battery_kwh beside it"
        has = data.has(place.removeprefix("home.")) if place != "all" else table
        if table.pv_kwp is not None and has.kind is not None and has.kind not in ROOFS:
            found[f"homes.data.{place}.pv_kwp"] = f"a home of the kind {has.kind} has no solar roof"
        if table.sharing_key is not None and not street.rule.keyed:
            found[f"homes.data.{place}.sharing_key"] = "the market rule shares by no fixed keys"
    return found


def _metered(scenario: Scenario) -> Iterator[tuple[str, MeteredHome]]:
    """Yield the tables of metered homes with their places, "all" or "home.ID"."""
    data = scenario.homes.data
    if data is not None and data.all is not None:
        yield "all", data.all
    if data is not None and isinstance(data.home, dict):
        yield from ((f"home.{name}", table) for name, table in data.home.items())


def _has_battery(scenario: Scenario, place: str) -> bool:
    """Tell whether a table of metered homes is one of homes with a battery."""
    data = scenario.homes.data
    if data is None:
        return False
    return data.batteries if place == "all" else bool(data.has(place.removeprefix("home.")).battery_kwh)


@cache
def _declared() -> tuple[tuple[str, Callable[[Scenario], Any], Any], ...]:
    """Return the fields of all tables but [homes]: dotted name, how to get its value, its default."""
    from jiran.scenario.model import Scenario  # noqa: PLC0415  it is built of all tables

    return tuple((name, attrgetter(name), default) for name, default in _fields(Scenario, ""))


def _fields(model: type[BaseModel], before: str) -> Iterator[tuple[str, Any]]:
    for name, field in model.model_fields.items():
        inner = field.annotation
        if f"{before}{name}" in _NOT_ASKED:
            continue
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from _fields(inner, f"{before}{name}.")
        else:
            yield f"{before}{name}", field.default


def _parameters(scenario: Scenario) -> Iterator[str]:
    """Yield the parameters of rule and strategy that have another value than their default."""
    for section, plugin in (
        ("market", find_rule(scenario.market.mechanism)),
        ("bids", find_strategy(scenario.bids.strategy)),
    ):
        for key, value in getattr(scenario, section).parameters.items():
            if value != plugin.parameters[key].default:
                yield f"{section}.{key}"


@cache
def _leaves(fields: tuple[str, ...]) -> tuple[str, ...]:
    """Return the fields that names of fields and tables stand for."""
    return tuple(name for field in fields for name, *_ in _declared() if name == field or name.startswith(f"{field}."))
