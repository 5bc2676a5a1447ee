"""Batteries in homes: what they can do, and who runs them."""

from __future__ import annotations

from typing import ClassVar

from jiran.control import find_controller
from jiran.documents.model import quantity
from jiran.scenario.run_by import RunBy


class HomeBattery(RunBy):
    """What all batteries in homes have in common; which homes have one, and how large, their groups say.

    A battery stands behind its home's meter: the controller says what stored energy is worth, and each step compares this with the
    grid's prices and with what the home then needs. What it is worth is also the price at which the home's order takes part in the
    market. As TOML::

        [[homes.groups]]
        kind = "solar"
        count = 5
        battery_kwh = 10.0

        [home_battery]
        controller = "plan-ahead"
    """

    section: ClassVar[str] = "home_battery"

    charge_efficiency: float = quantity("share of the charging energy that is stored", "", 0.95, ge=0.01, le=1)
    discharge_efficiency: float = quantity("share of the stored energy that comes out", "", 0.95, ge=0.01, le=1)
    market: bool = quantity(
        "whether a battery with a plan offers and buys in the market at what stored energy is worth to it; if not, it is run for "
        "its home alone, before the market",
        "",
        default=True,
    )
    start_soc: float = quantity("state of charge at the start", "", 0.0, ge=0, le=1)

    @property
    def bids(self) -> bool:
        """Whether its controller says what energy is worth, and the market may know."""
        return self.market and not find_controller(self.controller).direct
