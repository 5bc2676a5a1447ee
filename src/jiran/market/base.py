"""What a market mechanism is: its signature, its parameters, and how it is compiled.

A mechanism clears ONE step::

    def rule(net_kwh, limit_price, import_price, export_price, parameters, rng, trades) -> int

net_kwh       surplus (> 0, sells) or deficit (< 0, buys) of each participant, kWh, shape (home,)
limit_price   a buyer's highest and a seller's lowest acceptable price per kWh, shape (home,)
import_price  what the grid takes for a kWh, export_price what it gives
parameters    the rule's own parameters as numbers, in the order of their declaration (a choice is its index)
rng           numpy.random.Generator, seeded by the scenario, for rules that draw lots
trades        records (seller, buyer, kwh, buyer_price, seller_price) to fill from the front: there is room for as
              many trades as there are homes; `matching.record` writes them safely and asks for more room if need be

and returns how many trades it wrote. Prices are per kWh; what the buyer pays above what the seller gets goes to
the market account. The kernel checks every trade against the surplus and deficit that are there.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jiran.errors import MechanismError, ScenarioError

Rule = Callable[..., int]


@dataclass(frozen=True)
class Parameter:
    """A number, or a choice of names, that a mechanism takes; `gt` and `lt` exclude the bound itself."""

    default: float | str
    description: str
    gt: float | None = None
    ge: float | None = None
    lt: float | None = None
    le: float | None = None
    choices: tuple[str, ...] = ()
    unit: str = ""

    @property
    def allowed(self) -> str:
        """The bounds in words, for messages and help."""
        if self.choices:
            return "one of " + ", ".join(self.choices)
        low = f"above {self.gt:g}" if self.gt is not None else f"at least {self.ge:g}" if self.ge is not None else ""
        high = f"below {self.lt:g}" if self.lt is not None else f"at most {self.le:g}" if self.le is not None else ""
        return " and ".join(part for part in (low, high) if part) or "any number"

    def number(self, field_name: str, value: float | str) -> float:
        """Return the value as the number that the rule gets.

        Raises:
            ScenarioError: The value is not allowed.
        """
        if self.choices:
            if value not in self.choices:
                raise ScenarioError(field_name, value, f"must be {self.allowed}")
            return float(self.choices.index(str(value)))
        good = (
            isinstance(value, int | float)
            and not isinstance(value, bool)
            and math.isfinite(value)
            and (self.gt is None or value > self.gt)
            and (self.ge is None or value >= self.ge)
            and (self.lt is None or value < self.lt)
            and (self.le is None or value <= self.le)
        )
        if not good:
            raise ScenarioError(field_name, value, f"must be a number {self.allowed}".replace(" any number", ""))
        return float(value)


#: What a mechanism may promise; `jiran.testing.check_mechanism` tries to break each promise.
PROPERTIES = {
    "budget-balanced": "what buyers pay is what sellers receive",
    "no-deficit": "buyers pay at least what sellers receive (weak budget balance)",
    "individually-rational": "no trade above the buyer's or below the seller's limit price",
    "efficient": "the welfare, by limit prices, is the highest possible",
    "truthful": "no participant gains by a limit price that is not its own value",
    "truthful-quantity": "no participant gains by stating less energy than it has or needs, at any price",
    "anonymous": "with limit prices that all differ, the order of the homes in the list changes nothing",
}


@dataclass(frozen=True)
class Mechanism:
    """A market rule with its name and parameters; call `jiran.clear` or a scenario with its name to use it."""

    name: str
    function: Rule
    parameters: dict[str, Parameter] = field(default_factory=dict)
    properties: frozenset[str] = frozenset()
    compiled: bool = True
    trusted: bool = True

    @property
    def description(self) -> str:
        """The first sentence of the function's docstring."""
        return (self.function.__doc__ or "").strip().split("\n", maxsplit=1)[0]

    def values(self, given: dict[str, Any]) -> dict[str, float | str]:
        """Return the given parameters completed by their defaults.

        Raises:
            ScenarioError: A parameter is unknown or its value is not allowed.
        """
        for name, value in given.items():
            if name not in self.parameters:
                known = ", ".join(self.parameters) or "none"
                raise ScenarioError(f"market.{name}", value, f"unknown parameter; {self.name} has: {known}")
        complete = {name: given.get(name, parameter.default) for name, parameter in self.parameters.items()}
        self.numbers(complete)
        return complete

    def numbers(self, values: dict[str, Any]) -> NDArray[np.float64]:
        """Return complete parameters as the array that the function gets."""
        return np.array(
            [parameter.number(f"market.{name}", values[name]) for name, parameter in self.parameters.items()],
            dtype=np.float64,
        )

    @cached_property
    def clear(self) -> Rule:
        """The function as the kernel calls it: compiled once and cached on disk, or as plain Python.

        Raises:
            MechanismError: The function does not compile.
        """
        return _compile(self) if self.compiled else self.function


def mechanism(
    name: str, *, properties: tuple[str, ...] = (), compiled: bool = True, **parameters: Parameter
) -> Callable[[Rule], Mechanism]:
    """Make a function into a market mechanism.

    Args:
        name: How scenarios and the command line call it, lower case with hyphens.
        properties: What the rule promises, names of `PROPERTIES`.
        compiled: False runs the whole simulation in plain Python, for rules that need any library.
        **parameters: The rule's own parameters, which it gets as an array in this order.
    """

    def decorate(function: Rule) -> Mechanism:
        unknown = set(properties) - set(PROPERTIES)
        if unknown:
            raise MechanismError(name, f"declares {min(unknown)!r}; known properties: {', '.join(PROPERTIES)}")
        return Mechanism(name, function, parameters, frozenset(properties), compiled=compiled)

    return decorate


def _compile(rule: Mechanism) -> Rule:
    from numba import njit  # noqa: PLC0415  numba is slow to import; only a run needs it
    from numba.core.errors import NumbaError  # noqa: PLC0415

    from jiran.market.signature import SIGNATURE  # noqa: PLC0415

    try:
        # A rule from outside is compiled with bounds checks, so that a wrong index is an error and not a crash, and
        # anew in each process: the cache on disk would not find its module again.
        compiled: Rule = njit(SIGNATURE, cache=rule.trusted, boundscheck=not rule.trusted)(rule.function)
    except (NumbaError, TypeError, NotImplementedError) as error:
        raise MechanismError(rule.name, f"does not compile: {_reason(error)}") from error
    return compiled


def _reason(error: Exception) -> str:
    """Return the one line of numba's long message that says what is wrong, with its line number."""
    text = str(error)
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    place = next(
        (line.split(", ", 1)[1].rstrip(":") for line in lines if line.startswith("File ") and ", line" in line), ""
    )
    skip = ("Failed in nopython", "During:", "File ", "<source", "This error may", "-", "*", "def ", "@")
    reason = next((line for line in lines if not line.startswith(skip)), type(error).__name__)
    return f"{reason} ({place})" if place else reason
