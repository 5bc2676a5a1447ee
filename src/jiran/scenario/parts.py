"""The parts of a scenario beside its homes, their sun, load and EVs: battery, grid, market; one field a question.

Every field has a description, a unit, bounds and a default; the sidebar, the checks, the starter file and the
reference page are made from this one table. Unknown keys are refused.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, model_validator

from jiran.bids import Strategy
from jiran.bids import find as find_strategy
from jiran.bids.base import DEFAULT_STRATEGY
from jiran.control import find_controller
from jiran.control.controlling.base import OWN_USE
from jiran.documents.model import Price, quantity
from jiran.documents.text import whole_text
from jiran.errors import ScenarioError
from jiran.market import Mechanism
from jiran.market import find as find_rule
from jiran.market.base import DEFAULT_RULE
from jiran.scenario.run_by import RunBy

if TYPE_CHECKING:
    from jiran.plugins.plugin import Plugin


class Battery(RunBy):
    """The community battery.

    It is the community's and comes after the market, or bids in it. By own use first it charges only from what the homes then have to spare, and
    gives only what they lack; another controller may also buy from the grid and sell to it, at the grid's prices. Charging and
    discharging power are at its terminals; what it sells for less what it bought for is its profit, which the fund
    holds until it is shared. Capacity 0 means that there is none.
    """

    section: ClassVar[str] = "battery"

    capacity_kwh: float = quantity("capacity; 0 = no battery", "kWh", 20.0, ge=0, le=1_000_000)
    charge_kw: float = quantity("highest charging power", "kW", 5.0, ge=0, le=1_000_000)
    discharge_kw: float = quantity("highest discharging power", "kW", 5.0, ge=0, le=1_000_000)
    charge_efficiency: float = quantity("share of the charging energy that is stored", "", 1.0, ge=0.01, le=1)
    discharge_efficiency: float = quantity("share of the stored energy that comes out", "", 1.0, ge=0.01, le=1)
    start_soc: float = quantity("state of charge at the start", "", 0.0, ge=0, le=1)
    min_soc: float = quantity("lowest state of charge", "", 0.0, ge=0, le=1)
    in_market: bool = quantity(
        "whether a battery with a plan offers and buys in the market at what stored energy is worth to it, before it meets what the "
        "market leaves",
        "",
        default=False,
    )
    buy_price: Literal["export", "import"] | Price = quantity(
        "what a home gets for a kWh that charges the battery: the grid's export or import price, or a number",
        "",
        "export",
    )
    sell_price: Literal["export", "import"] | Price = quantity(
        "what a home pays for a kWh from the battery: the grid's export or import price, or a number", "", "import"
    )
    reserve_price: Price | None = quantity(
        "lowest price for which the battery gives energy: it waits in steps in which sell_price is below it; default: none",
        "/kWh",
        None,
    )
    fund_share: Literal["equal", "use", "keep"] = quantity(
        "how the battery's profit is shared at the end: equally, by kWh charged and drawn, or kept in the fund",
        "",
        "equal",
    )

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        """Refuse a battery that starts below its lowest state of charge."""
        if self.start_soc < self.min_soc:
            raise ScenarioError("battery.start_soc", self.start_soc, f"must be at least min_soc = {self.min_soc:g}")
        return self

    @property
    def planned(self) -> bool:
        """Whether there is one that a controller runs which may do something else than own use first."""
        return self.capacity_kwh > 0.0 and self.controller != OWN_USE

    @property
    def bids(self) -> bool:
        """Whether its controller says what energy is worth to the street, and the market may know; as of `HomeBattery.bids`."""
        found = find_controller(self.controller)
        return self.planned and self.in_market and found.forecasts and not found.keeps_peaks


class _Choice(BaseModel):
    """A plug-in by its name; its own parameters stand beside the name and are checked against it."""

    model_config = ConfigDict(frozen=True, extra="allow")

    @staticmethod
    def complete(given: Any, key: str, default: str, kind: type[Plugin], find: Callable[[str], Plugin]) -> Any:
        """Return what is given, completed by the defaults of the plug-in's parameters.

        Args:
            given: The table of the scenario; what is no table is left to the checks.
            key: Its key that names the plug-in.
            default: The name that holds if the key is missing.
            kind: Class of the plug-in, for messages.
            find: Returns the plug-in of a name.

        Raises:
            ScenarioError: The name is no text, or a parameter is unknown or not allowed.
            PluginError: There is no plug-in of this name, or its file cannot be loaded.
        """
        if not isinstance(given, dict):
            return given
        name = given.get(key, default)
        parameters = {other: value for other, value in given.items() if other != key}
        try:
            known = find(whole_text(name)) if isinstance(name, str) and len(name) <= 4_000 else None
        except (ValueError, OSError):  # no text that a file could be called by
            known = None
        if known is None:
            raise ScenarioError(f"{kind.section}.{key}", name, f"must be the name of a {kind.fault.kind}")
        return {key: name, **known.values(parameters)}

    @property
    def parameters(self) -> dict[str, Any]:
        """The plug-in's own parameters, complete."""
        return dict(self.model_extra or {})


class Market(_Choice):
    """The market rule and its parameters.

    As TOML, with a parameter of the rule beside its name::

        [market]
        mechanism = "grid-fraction"
        fraction = 0.8
    """

    mechanism: str = quantity(
        "name of the market rule, or a file that ends in .py", "", DEFAULT_RULE, min_length=1, max_length=4_000
    )

    @model_validator(mode="before")
    @classmethod
    def _complete(cls, given: Any) -> Any:
        """Complete the parameters before the fields are checked, so that a scenario always holds all of them."""
        return cls.complete(given, "mechanism", DEFAULT_RULE, Mechanism, find_rule)


class Bids(_Choice):
    """How homes bid, and the strategy's parameters.

    A strategy draws its own random numbers: another rule does not change what homes bid by chance.
    """

    strategy: str = quantity(
        "name of the bidding strategy, or a file that ends in .py", "", DEFAULT_STRATEGY, min_length=1, max_length=4_000
    )

    @model_validator(mode="before")
    @classmethod
    def _complete(cls, given: Any) -> Any:
        """Complete the parameters before the fields are checked, as those of the market rule."""
        return cls.complete(given, "strategy", DEFAULT_STRATEGY, Strategy, find_strategy)
