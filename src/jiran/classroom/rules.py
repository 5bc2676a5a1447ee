"""Market rules as a room uses them: only those that are installed, never a file."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from jiran.errors import MechanismError, ScenarioError, one_of
from jiran.market import clear, mechanisms
from jiran.market.base import BASELINE
from jiran.words import counted

if TYPE_CHECKING:
    from jiran.market import Mechanism

#: The rule that a room begins with.
FIRST_RULE = "uniform-price"
#: A rule that needs longer for a round keeps everybody waiting, s.
LONGEST_S = 2.0


@dataclass(frozen=True)
class Rule:
    """A rule with its parameters.

    Attributes:
        name: As `jiran.mechanisms` has it.
        parameters: Complete.
        asks_price: Whether players send a price; else the rule sets it without looking at any.
    """

    name: str
    parameters: dict[str, Any] = field(default_factory=dict)
    asks_price: bool = True


def class_rules() -> dict[str, Mechanism]:
    """Return the rules that a class can play, by name: first those that work by bids."""
    found = [(name, rule) for name, rule in mechanisms().items() if name != BASELINE]
    return dict(sorted(found, key=lambda one: (not one[1].needs_bids, not one[1].heeds_limits)))


def chosen(name: str, parameters: dict[str, Any] | None = None) -> Rule:
    """Return a rule, ready to clear: what has to be compiled is compiled here, and not while a class waits.

    Args:
        name: Of an installed rule.
        parameters: Its own, by name; what is left out has its default.

    Raises:
        JiranError: There is no such rule for a class, or a parameter is not allowed.
    """
    there = class_rules()
    if name not in there:
        raise ScenarioError("rule", name, one_of(there, name))
    rule = there[name]
    values: dict[str, Any] = rule.values(parameters or {})
    clear([1.0, -1.0], name, import_price=1.0, export_price=0.0, limit_price=[0.0, 1.0], **values)
    return Rule(name, values, rule.heeds_limits)


def check_size(rule: Rule, orders: int) -> None:
    """Refuse a rule that cannot clear so many orders while a class waits.

    Raises:
        MechanismError: They are too many for it.
    """
    found = class_rules()[rule.name]
    if found.most_traders is not None and orders > found.most_traders:
        raise MechanismError(
            rule.name, f"clears at most {counted(found.most_traders, 'order')}, and there are {orders}"
        )
    if found.effort(orders, rule.parameters).seconds > LONGEST_S:
        raise MechanismError(rule.name, f"takes too long for {counted(orders, 'order')}; choose another rule")
