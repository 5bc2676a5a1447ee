"""What a controller is: it says what stored energy is worth, and jiran acts on it.

A controller speaks of ONE store, for the coming steps, at the beginning of each day::

    def controller(need_kwh, ahead, day, store, parameters, upto_kwh, value) -> bool

need_kwh      what the owner is expected to lack (> 0) or to spare (< 0), kWh, shape (scenario, step): rows are equally likely;
              all 0 for a controller that is not declared with `forecasts`
ahead         what is known of the coming steps, `control.plan.Ahead`: import_price and export_price per kWh, shape (step,);
              one that keeps peaks low writes ahead.most_import_kwh, from where on each kWh that comes in costs
              ahead.peak_price on top, when the store acts too; ahead.peak_kwh is what the step's month has seen so far
day           how many steps a day has
store         what the store can do and what its owner wants of it, `control.store.Store`
parameters    the controller's own parameters as numbers (a choice is its index)
upto_kwh, value   to fill in: before each step a kWh is worth value[step, k] up to the level upto_kwh[step, k], shape
              (step + 1, piece); values must not rise with the level, and the last piece ends at the store's capacity. The last
              row is filled in: what it was worth a day before the end of the last plan. It may be overwritten

It returns whether there was room for all pieces. What the store then does in a step, `control.dispatch` decides by the real
need, so no controller can break a limit, or lose or gain energy.

A controller that is declared `direct` says in each step what to take (> 0) or give (< 0), kWh, as far as the store can::

    def controller(need_kwh, stored_kwh, import_price, export_price, store, parameters) -> float
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from jiran.errors import ControllerError, PluginError
from jiran.plugins.plugin import Parameter, Plugin

Control = Callable[..., Any]

#: What stores do if nobody says otherwise, and while nothing is known of their owners; and who plans, as others are held against.
OWN_USE, PLANNED = "self-consumption", "plan-ahead"


@dataclass(frozen=True)
class Controller(Plugin):
    """A controller with its name and parameters.

    Attributes:
        direct: Whether it says what to do instead of what stored energy is worth.
        forecasts: Whether it goes by what the owner is expected to need.
        own_use: Whether it only moves what its owner has left over to when it is lacking: no price and no leave to take
            from the grid changes what it does.
        together: Whether batteries in homes are run by it for the street: one after the other, each on what all homes need when
            those before it have done what they will. It speaks of one store all the same.
        cars: Whether it is meant for cars, which come and go; on a store that stays it is `plan-ahead`.
        futures: Whether it plans for each future that the forecast thinks likely, and not once for their mean.
        horizon_h: How far it looks ahead, h; 0 for one that is direct.
    """

    section: ClassVar[str] = "controller"
    fault: ClassVar[type[PluginError]] = ControllerError

    direct: bool = False
    forecasts: bool = False
    own_use: bool = False
    cars: bool = False
    together: bool = False
    futures: bool = False
    horizon_h: int = 24

    def __post_init__(self) -> None:
        """Refuse a horizon of less than a day for what is planned once a day.

        Raises:
            ControllerError: It is shorter, or a direct controller has one.
        """
        super().__post_init__()
        if self.direct and (self.forecasts or self.horizon_h):
            raise ControllerError(self.name, "is direct: it has neither a forecast nor a horizon")
        if not self.direct and self.horizon_h < 24:
            raise ControllerError(self.name, f"its horizon_h = {self.horizon_h} must be at least 24")

    @property
    def keeps_peaks(self) -> bool:
        """Whether it keeps low what comes in through the owner's meter."""
        return "peak_kw" in self.parameters

    @property
    def signature(self) -> Any:
        """The signature of `control.signature`."""
        from jiran.control.signature import CONTROLLER, DIRECT  # noqa: PLC0415  loads numba

        return DIRECT if self.direct else CONTROLLER


def controller(
    name: str,
    *,
    plain_name: str = "",
    compiled: bool = True,
    direct: bool = False,
    forecasts: bool = False,
    own_use: bool = False,
    cars: bool = False,
    together: bool = False,
    futures: bool = False,
    horizon_h: int | None = None,
    **parameters: Parameter,
) -> Callable[[Control], Controller]:
    """Make a function into a controller.

    Args:
        name: How scenarios call it, lower case with hyphens.
        plain_name: What people call it; default: the name without hyphens.
        compiled: False runs the whole simulation in plain Python, for controllers that need any library.
        direct: True for one that says what to do.
        forecasts: True for one that goes by a forecast.
        own_use: True for one that no price changes.
        cars: True for one that is meant for cars.
        together: True for one that runs batteries in homes for the street.
        futures: True for one that plans for each future of its forecast.
        horizon_h: How far it looks ahead, h, at least 24; default: 24, and nothing for a direct one.
        **parameters: The controller's own parameters, which it gets as an array in this order.
    """

    def decorate(function: Control) -> Controller:
        ahead = (0 if direct else 24) if horizon_h is None else horizon_h
        return Controller(
            name, function, parameters, compiled, plain_name=plain_name, direct=direct, forecasts=forecasts,
            own_use=own_use, cars=cars, together=together, futures=futures, horizon_h=ahead,
        )  # fmt: skip

    return decorate
