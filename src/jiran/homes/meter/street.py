"""The street that meter data describe: their homes and period; and what no meter tells is written down, not left to defaults."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jiran.market.base import DEFAULT_RULE
from jiran.market.registry import find

if TYPE_CHECKING:
    from collections.abc import Mapping

#: No meter of a home knows of a shared battery, so there is none until somebody says so.
NO_BATTERY = {"capacity_kwh": 0.0}
#: The order of homes in a file means nothing, so who is served may not follow from it.
FAIR = {"matching": "pro-rata"}
#: Tables of what homes are like, which meters measure: their sun, load and cars.
MEASURED = ("solar", "load", "ev")
#: What belongs to other homes: these, and a question about them with its settings.
_OF_HOMES = ("question", "telling", *MEASURED)
#: What says what a kWh from the grid emits: the place decides it, not another scenario.
_EMISSIONS = ("region", "co2_kg_per_kwh")


def with_street(scenario: Mapping[str, Any], said: Mapping[str, Any], keys: Mapping[str, Any]) -> dict[str, Any]:
    """Return a scenario that has metered homes, and of whatever else only what its user said or what holds for any street.

    Args:
        scenario: Nested data of the scenario that gets these homes.
        said: Nested data that the user gave for these homes: it stays whatever it is.
        keys: The table [homes.data].

    Returns:
        New nested data. A battery, an emission factor and whatever else belongs to other homes are gone; orders that are equally good
        are served in proportion, where the rule can do so.
    """
    kept = {name: value for name, value in scenario.items() if name in said or name not in _OF_HOMES}
    found = {**kept, "homes": {"data": in_zone(keys, scenario.get("time_zone"))}}
    if "battery" not in said:
        found["battery"] = dict(NO_BATTERY)
    market = dict(scenario.get("market", {}))
    if "market" not in said and _can_share(market):
        found["market"] = market | FAIR
    grid, own = scenario.get("grid", {}), said.get("grid", {})
    found["grid"] = {name: value for name, value in grid.items() if name not in _EMISSIONS or name in own}
    return found


def in_zone(keys: Mapping[str, Any], zone: str | None) -> dict[str, Any]:
    """Return the table [homes.data] of homes in a zone: where files have the same it stands once, with the homes.

    Times of files without an offset then go along when the homes turn out to live elsewhere.

    Example:
        >>> in_zone({"path": "a.csv", "time_zone": "Asia/Bangkok"}, "Asia/Bangkok")
        {'path': 'a.csv'}
    """
    return {name: value for name, value in keys.items() if name != "time_zone" or value != zone}


def _can_share(market: Mapping[str, Any]) -> bool:
    """Tell whether a rule serves equal orders in an order that can be chosen; a file of a user's own is left as it is."""
    name = market.get("mechanism", DEFAULT_RULE)
    return not name.endswith(".py") and "matching" in find(name).parameters
