"""Who runs a store, and what it may do: the same questions of batteries in homes and of the community's."""

from __future__ import annotations

from typing import ClassVar

from pydantic import field_validator

from jiran.control import controllers, find_controller, forecasts
from jiran.control.controlling.base import OWN_USE
from jiran.control.forecasting.base import DEFAULT_FORECAST
from jiran.documents.model import Model, quantity
from jiran.errors import ScenarioError, one_of


class RunBy(Model):
    """Who runs a store, and what it may do."""

    section: ClassVar[str]

    controller: str = quantity(
        "what says what stored energy is worth (see `jiran controllers`), or the file of a policy (see `jiran train`)",
        "",
        OWN_USE,
        min_length=1,
        max_length=200,
    )
    forecast: str = quantity(
        "what says what the owner will need, for controllers that plan (see `jiran forecasts`)",
        "",
        DEFAULT_FORECAST,
        min_length=1,
        max_length=200,
    )
    wear_cost: float = quantity(
        "what a kWh that a battery gives costs by wearing it out; plans heed it, no bill counts it",
        "/kWh",
        0.0,
        ge=0,
        le=1_000_000,
    )
    grid_charge: bool = quantity(
        "whether a battery may take more than its owner has to spare; self-consumption never does", "", default=True
    )
    feed_in: bool = quantity(
        "whether a battery may give more than its owner lacks; self-consumption never does", "", default=True
    )

    peak_kw: float = quantity(
        "import that peak-shaving keeps to; 0 = the lowest that it can", "kW", 0.0, ge=0, le=1_000_000
    )
    peak_price: float | None = quantity(
        "what a kW of a month's highest import costs, as peak-shaving takes it; default: grid.demand_charge for the community "
        "battery, and where that is 0, and in homes, so much that peaks come before all energy",
        "/kW", None, ge=0, le=1_000_000,
    )  # fmt: skip

    @field_validator("controller")
    @classmethod
    def _runs(cls, name: str) -> str:
        if name.endswith(".toml"):  # data, and no program
            find_controller(name)
            return name
        return installed(f"{cls.section}.controller", name, list(controllers()))

    @field_validator("forecast")
    @classmethod
    def _foretells(cls, name: str) -> str:
        return installed(f"{cls.section}.forecast", name, list(forecasts()))


def installed(field: str, name: str, known: list[str]) -> str:
    """Return the name of a plug-in that is there.

    Raises:
        ScenarioError: There is none of this name.
    """
    if name not in known:
        raise ScenarioError(field, name, one_of(known, name))
    return name
