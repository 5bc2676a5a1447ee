"""Batteries in homes: what they can do, and who runs them."""

from __future__ import annotations

from pydantic import field_validator

from jiran.control import controllers, forecasts
from jiran.documents.model import Model, quantity
from jiran.errors import ScenarioError


class HomeBattery(Model):
    """What all batteries in homes have in common; which homes have one, and how large, their groups say.

    A battery stands behind its home's meter and is run for its home alone, before the market: the controller says what stored
    energy is worth, and each step compares this with the grid's prices and with what the home then needs. As TOML::

        [[homes.groups]]
        kind = "solar"
        count = 5
        battery_kwh = 10.0

        [home_battery]
        controller = "plan-ahead"
    """

    controller: str = quantity(
        "what says what stored energy is worth (see `jiran controllers`)",
        "",
        "self-consumption",
        min_length=1,
        max_length=200,
    )
    forecast: str = quantity(
        "what says what a home will need, for controllers that plan (see `jiran forecasts`)",
        "",
        "mean-of-days",
        min_length=1,
        max_length=200,
    )
    charge_efficiency: float = quantity("share of the charging energy that is stored", "", 0.95, ge=0.01, le=1)
    discharge_efficiency: float = quantity("share of the stored energy that comes out", "", 0.95, ge=0.01, le=1)
    start_soc: float = quantity("state of charge at the start", "", 0.0, ge=0, le=1)
    wear_cost: float = quantity(
        "what a kWh that a battery gives costs by wearing it out; plans heed it, no bill counts it",
        "/kWh",
        0.0,
        ge=0,
        le=1_000_000,
    )
    grid_charge: bool = quantity(
        "whether a battery may take more than its home has to spare; self-consumption never does", "", default=True
    )
    feed_in: bool = quantity(
        "whether a battery may give more than its home lacks; self-consumption never does", "", default=True
    )

    @field_validator("controller")
    @classmethod
    def _runs(cls, name: str) -> str:
        return _installed("home_battery.controller", name, list(controllers()))

    @field_validator("forecast")
    @classmethod
    def _foretells(cls, name: str) -> str:
        return _installed("home_battery.forecast", name, list(forecasts()))


def _installed(field: str, name: str, known: list[str]) -> str:
    """Return the name of a plug-in that is there.

    Raises:
        ScenarioError: There is none of this name.
    """
    if name not in known:
        raise ScenarioError(field, name, f"must be one of {', '.join(known)}")
    return name
