"""What is installed in each home, and what it costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from jiran.errors import JiranError, ScenarioError
from jiran.nothing import NOTHING_KWH
from jiran.scenario.plan import USUAL, Plan

if TYPE_CHECKING:
    from jiran.result.result import Result
    from jiran.scenario import Scenario

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Installed:
    """What is paid for: arrays of shape (home,).

    Attributes:
        pv_kwp: PV of each home, kWp.
        own_battery_kwh: The battery of each home, kWh.
        shared_battery_kwh: Each home's part of the community battery, kWh: all have the same.
        pv_price: What a kWp costs.
        battery_price: What a kWh of battery costs.
        is_usual: Whether a price is the default of its currency, for PV and battery.
    """

    pv_kwp: Array
    own_battery_kwh: Array
    shared_battery_kwh: Array
    pv_price: float
    battery_price: float
    is_usual: tuple[bool, bool]

    @property
    def battery_kwh(self) -> Array:
        """The battery that each home pays for: its own, and its part of the community's, kWh."""
        kwh: Array = self.own_battery_kwh + self.shared_battery_kwh
        return kwh

    @property
    def pv_cost(self) -> Array:
        """What the PV of each home costs, in the currency."""
        cost: Array = self.pv_kwp * self.pv_price
        return cost

    @property
    def battery_cost(self) -> Array:
        """What each home's battery and its part of the community's cost."""
        cost: Array = self.battery_kwh * self.battery_price
        return cost

    @property
    def has_some(self) -> NDArray[np.bool_]:
        """Whether something is installed for a home, which then pays for it, shape (home,)."""
        return (self.pv_kwp > 0.0) | (self.battery_kwh > 0.0)

    @property
    def cost(self) -> Array:
        """What each home invests."""
        return self.pv_cost + self.battery_cost


def installed(result: Result, factor: float) -> Installed:
    """Return what is installed in a run's street.

    Of meter data the size of roofs that is not given is told by what they generate in a year.

    Args:
        result: The run.
        factor: How often it fits into a year.

    Raises:
        ScenarioError: What something costs is not given, and there is no default in this currency.
        JiranError: Of a home that generates only import and export are known.
    """
    scenario, community = result.scenario, result.community
    generated = result.flows.profiles.generation_kwh.sum(axis=0)
    hidden = np.flatnonzero(community.net_metered & (generated > NOTHING_KWH))
    if hidden.size:
        raise JiranError(
            f"homes.data: of {community.ids[hidden[0]]} only import and export are known; a plan needs what its roof generates, "
            "for else nobody can say what it would pay without it"
        )
    kwp = community.pv_kwp
    if scenario.homes.data is not None:
        kwp = np.where(kwp > 0.0, kwp, generated * factor / scenario.plan.metered_yield)
    own, shared = community.battery_kwh, np.full(community.size, scenario.battery.capacity_kwh / community.size)
    pv_price, usual_pv = _price(scenario, "pv", needed=bool(kwp.any()))
    battery_price, usual_battery = _price(scenario, "battery", needed=bool(own.any() or shared.any()))
    return Installed(kwp, own, shared, pv_price, battery_price, (usual_pv, usual_battery))


def _price(scenario: Scenario, what: str, *, needed: bool) -> tuple[float, bool]:
    """Return what a thing costs, and whether that is the default of the currency.

    Raises:
        ScenarioError: It is needed, not given, and there is no default.
    """
    field = f"{what}_cost"
    given: float | None = getattr(scenario.plan, field)
    if given is not None:
        return given, False
    usual = USUAL.get(scenario.currency)
    if usual is None and needed:
        unit = Plan.model_fields[field].json_schema_extra["unit"]  # type: ignore[index]
        raise ScenarioError(
            f"plan.{field}",
            ...,
            f"must be given in {scenario.currency}{unit}: there is a default in {', '.join(USUAL)} only",
        )
    return (0.0 if usual is None else float(getattr(usual, what))), usual is not None and needed
