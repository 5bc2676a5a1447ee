"""What a forecast is: what it is given, what it fills in, and how it is declared.

A forecast says of ONE owner what it will need, from what it needed::

    def forecast(past_kwh, day, parameters, need_kwh) -> None

past_kwh    what the owner lacked (> 0) or had to spare (< 0) in each step until now, kWh, shape (past step,), the last step
            last; at least one day, and at most `MOST_DAYS`: what is older is forgotten
day         how many steps a day has
parameters  the forecast's own parameters as numbers (a choice is its index)
need_kwh    to fill in: the same of the coming steps, kWh, shape (scenario, coming step). The rows are equally likely; most
            forecasts have one. They hold NaN before, and the truth for a forecast that is declared with `foresight`

A forecast gets nothing that comes later than now, so it cannot peek; ``jiran check`` tries it all the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from jiran.errors import ForecastError, PluginError
from jiran.plugins.plugin import Parameter, Plugin

Fill = Callable[..., None]

#: So many days of the past a forecast gets at most; they are part of a run's state.
MOST_DAYS = 28
#: The one that is taken if nobody names another.
DEFAULT_FORECAST = "mean-of-days"


@dataclass(frozen=True)
class Forecast(Plugin):
    """A forecast with its name and parameters.

    Attributes:
        foresight: Whether it is given the truth; results that rest on it are bounds, which nobody can reach.
        scenarios: The parameter that says how many rows it fills; "": one.
    """

    section: ClassVar[str] = "forecast"
    fault: ClassVar[type[PluginError]] = ForecastError

    foresight: bool = False
    scenarios: str = ""

    def __post_init__(self) -> None:
        """Refuse scenarios that are counted by no parameter.

        Raises:
            ForecastError: There is no such parameter.
        """
        super().__post_init__()
        if self.scenarios and self.scenarios not in self.parameters:
            raise ForecastError(self.name, f"its scenarios are counted by {self.scenarios!r}, which is no parameter")

    def rows(self, values: Mapping[str, float | str]) -> int:
        """Return how many rows it fills, with these complete parameters."""
        return int(values[self.scenarios]) if self.scenarios else 1

    @property
    def signature(self) -> Any:
        """The signature of `control.signature`."""
        from jiran.control.signature import FORECAST  # noqa: PLC0415  loads numba

        return FORECAST


def forecast(
    name: str,
    *,
    plain_name: str = "",
    compiled: bool = True,
    foresight: bool = False,
    scenarios: str = "",
    **parameters: Parameter,
) -> Callable[[Fill], Forecast]:
    """Make a function into a forecast.

    Args:
        name: How scenarios call it, lower case with hyphens.
        plain_name: What people call it; default: the name without hyphens.
        compiled: False runs the whole simulation in plain Python, for forecasts that need any library.
        foresight: True for one that is given the truth.
        scenarios: The parameter that says how many rows it fills, each as likely as the others.
        **parameters: The forecast's own parameters, which it gets as an array in this order.
    """

    def decorate(function: Fill) -> Forecast:
        return Forecast(
            name, function, parameters, compiled, plain_name=plain_name, foresight=foresight, scenarios=scenarios
        )

    return decorate
