"""Batteries in homes: what they can do, and who runs them."""

from __future__ import annotations

import math
from typing import ClassVar

from jiran.control import find_controller
from jiran.documents.model import quantity
from jiran.scenario.run_by import RunBy


class HomeBattery(RunBy):
    """What all batteries in homes have in common; which homes have one, and how large, their groups say.

    A battery stands behind its home's meter: the controller says what stored energy is worth, and each step compares this with the
    grid's prices and with what the home then needs. What it is worth is also the price at which the home's order takes part in the
    market. Under `cooperative` it is run for all homes together. As TOML::

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
    in_market: bool = quantity(
        "whether a battery with a plan offers and buys in the market at what stored energy is worth to it; if not, it is run for "
        "its home alone, before the market",
        "",
        default=True,
    )
    start_soc: float = quantity("state of charge at the start", "", 0.0, ge=0, le=1)
    standby_w: float = quantity(
        "what each uses at its home's meter in every hour, whatever it does, on top of its load",
        "W",
        0.0,
        ge=0,
        le=1_000,
    )

    inverter_kw: float | None = quantity(
        "limit of an inverter that battery and roof of a home share (hybrid): together they give no more, and a modelled roof "
        "is cut off there; default: each has its own",
        "kW", None, ge=0, le=1_000,
    )  # fmt: skip

    def standby_kwh(self, hours: float) -> float:
        """Return what each battery uses in so many hours, whatever it does, kWh."""
        return self.standby_w * hours / 1000.0

    def inverter_kwh(self, hours: float) -> float:
        """Return the most that battery and roof of a home give together in so many hours, kWh; infinite: nothing is shared."""
        return math.inf if self.inverter_kw is None else self.inverter_kw * hours

    @property
    def bids(self) -> bool:
        """Whether its controller says what energy is worth to its home, and the market may know.

        One that expects nothing of what its home will need does not know what another kWh is worth to it. One that keeps
        peaks low acts before the market: what neighbours bring comes in by the same wire.
        """
        found = find_controller(self.controller)
        return self.in_market and found.forecasts and not (found.together or found.keeps_peaks)
