"""What a scheme of sharing gives a scenario that does not say it itself: the network charge, and the market rule that divides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jiran.errors import JiranError, ScenarioError
from jiran.market import mechanisms
from jiran.tariffs import find_sharing

if TYPE_CHECKING:
    from jiran.tariffs import Sharing


def rule_of(scheme: Sharing) -> dict[str, Any] | None:
    """Return the market rule that divides as a scheme does, with its parameters, or None if there is none."""
    for name, rule in mechanisms().items():
        if scheme.allocation in rule.divides:
            price = {} if scheme.price is None else {"price": scheme.price}
            return {"mechanism": name} | dict(rule.divides[scheme.allocation]) | price
    return None


def completed(given: Any) -> Any:
    """Return scenario data with what its scheme of sharing says, where they say nothing.

    Args:
        given: Nested data that need not be allowed.

    Raises:
        ScenarioError: No market rule divides as the scheme does, and the data name none.
    """
    grid = given.get("grid") if isinstance(given, dict) else None
    name = grid.get("sharing") if isinstance(grid, dict) else None
    if not isinstance(grid, dict) or not isinstance(name, str):
        return given
    try:
        scheme = find_sharing(name)
    except JiranError:  # the field itself says what is wrong
        return given
    market = given.get("market", {})
    if isinstance(market, dict) and "mechanism" not in market:
        rule = rule_of(scheme)
        if rule is None:
            raise ScenarioError(
                "grid.sharing", name, f"divides {scheme.allocation}: name the market.mechanism that shall do it"
            )
        market = rule | market
    return given | {"grid": {"network_charge": scheme.fee} | grid, "market": market}
