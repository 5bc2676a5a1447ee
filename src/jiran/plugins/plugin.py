"""What market rules and bidding strategies have in common: a function with a name and parameters, compiled once.

A scenario chooses a plug-in by its name; its parameters stand beside the name and are checked against their bounds.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from jiran.errors import PluginError, ScenarioError

Function = Callable[..., Any]
#: Tells of a number of orders and complete parameters whether lots are drawn.
DrawsLots = Callable[[int, Mapping[str, float | str]], bool]


@dataclass(frozen=True)
class Parameter:
    """A number, or a choice of names, that a mechanism takes; `gt` and `lt` exclude the bound itself.

    Attributes:
        default: What holds if a scenario says nothing; a whole number marks a parameter that is shown as one.
        description: What it means, a phrase without a stop.
        gt: The value is above this.
        ge: It is at least this.
        lt: It is below this.
        le: It is at most this.
        choices: Names of which it is one; the function gets their place in this list, as a float.
        unit: Its unit, "" for a share or count.
    """

    default: float | str
    description: str
    gt: float | None = None
    ge: float | None = None
    lt: float | None = None
    le: float | None = None
    choices: tuple[str, ...] = ()
    unit: str = ""

    def __post_init__(self) -> None:
        """Refuse bounds that are no numbers."""
        bounds = [bound for bound in (self.gt, self.ge, self.lt, self.le) if bound is not None]
        if any(isinstance(bound, bool) or not isinstance(bound, int | float) for bound in bounds):
            raise TypeError("a bound of a Parameter (gt, ge, lt, le) must be a number")

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

        Args:
            field_name: What the message calls it, such as "market.fraction".
            value: As it stands in a scenario.

        Raises:
            ScenarioError: The value is not allowed.
        """
        if self.choices:
            if not isinstance(value, str) or value not in self.choices:
                raise ScenarioError(field_name, value, f"must be {self.allowed}")
            return float(self.choices.index(str(value)))
        good = (
            isinstance(value, int | float)
            and not isinstance(value, bool)
            and abs(value) <= sys.float_info.max  # neither infinite nor NaN, nor a whole number beyond all floats
            and (self.gt is None or value > self.gt)
            and (self.ge is None or value >= self.ge)
            and (self.lt is None or value < self.lt)
            and (self.le is None or value <= self.le)
        )
        if not good:
            raise ScenarioError(field_name, value, f"must be a number {self.allowed}".replace(" any number", ""))
        return float(value)


@dataclass(frozen=True)
class Plugin:
    """A function with its name and parameters.

    Attributes:
        name: How scenarios and the command line call it.
        function: What it does, as plain Python.
        parameters: Its own parameters by name; it gets them as an array in this order.
        compiled: False runs the whole simulation in plain Python, for functions that need any library.
        trusted: Whether it is part of jiran; what is from outside is compiled with bounds checks.
        plain_name: What people call it; "": its name without hyphens.
        draws_lots: Whether it uses random numbers, so that another draw could give another outcome; or what tells it.
    """

    #: The table of a scenario that names it, and what a message calls it.
    section: ClassVar[str]
    fault: ClassVar[type[PluginError]]

    name: str
    function: Function
    parameters: dict[str, Parameter] = field(default_factory=dict)
    compiled: bool = True
    trusted: bool = True
    plain_name: str = ""
    draws_lots: bool | DrawsLots = False

    def __post_init__(self) -> None:
        """Refuse a name that is no text, and parameters that are not declared as such."""
        if not isinstance(self.name, str) or not self.name:
            raise self.fault(repr(self.name), "its name must be text")
        for name, parameter in self.parameters.items():
            if not isinstance(parameter, Parameter):
                raise self.fault(
                    self.name, f"its parameter {name} must be declared with Parameter(default, description)"
                )
            try:
                parameter.number(f"the default of {name}", parameter.default)
            except ScenarioError as error:
                raise self.fault(self.name, str(error)) from None

    @property
    def description(self) -> str:
        """The first sentence of the function's docstring."""
        return (self.function.__doc__ or "").strip().split("\n", maxsplit=1)[0]

    @property
    def title(self) -> str:
        """What people call it, with a capital letter."""
        plain = self.plain_name or self.name.replace("-", " ")
        return f"{plain[0].upper()}{plain[1:]}"

    def by_chance(self, orders: int, values: Mapping[str, float | str]) -> bool:
        """Tell whether another draw could give another outcome, with so many orders and these complete parameters.

        Args:
            orders: How many orders a step has.
            values: Complete parameters.
        """
        return self.draws_lots(orders, values) if callable(self.draws_lots) else self.draws_lots

    def values(self, given: Mapping[str, Any]) -> dict[str, float | str]:
        """Return the given parameters completed by their defaults.

        Args:
            given: Some of the parameters, by name.

        Raises:
            ScenarioError: A parameter is unknown or its value is not allowed.
        """
        for name, value in given.items():
            if name not in self.parameters:
                known = ", ".join(self.parameters) or "none"
                raise ScenarioError(f"{self.section}.{name}", value, f"unknown parameter; {self.name} has: {known}")
        complete = {name: given.get(name, parameter.default) for name, parameter in self.parameters.items()}
        self.numbers(complete)
        return complete

    @cached_property
    def defaults(self) -> dict[str, float | str]:
        """The parameters' default values."""
        return self.values({})

    def numbers(self, values: dict[str, Any]) -> NDArray[np.float64]:
        """Return complete parameters as the array that the function gets.

        Shape (parameter,), in the order of their declaration.

        Raises:
            ScenarioError: A value is not allowed.
        """
        return np.array(
            [parameter.number(f"{self.section}.{name}", values[name]) for name, parameter in self.parameters.items()],
            dtype=np.float64,
        )

    @property
    def signature(self) -> Any:
        """The compiled signature that all plug-ins of a kind share.

        Raises:
            NotImplementedError: A kind of plug-in says it; this class has none.
        """
        raise NotImplementedError

    @cached_property
    def code(self) -> Function:
        """The function as the kernel calls it: compiled once and cached on disk, or as plain Python.

        Raises:
            PluginError: The function does not compile.
        """
        return _compile(self) if self.compiled else self.function


def _compile(plugin: Plugin) -> Function:
    """Return a plug-in's function as machine code for the signature of its kind.

    Raises:
        PluginError: It does not compile; the message is the one line of numba's that tells.
    """
    from jiran.compiled import njit  # noqa: PLC0415  numba is slow to import; only a run needs it

    try:
        # What is from outside is compiled with bounds checks, so that a wrong index is an error and not a crash, and
        # anew in each process: the cache on disk would not find its module again.
        outside = not plugin.trusted
        compiled: Function = njit(plugin.signature, cache=not outside, boundscheck=outside, nogil=True)(plugin.function)
    except Exception as error:
        raise plugin.fault(plugin.name, f"does not compile: {_reason(error)}") from error
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
