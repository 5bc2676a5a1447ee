"""The parts of a scenario beside its homes: sunshine, load, EVs, battery, grid, market; one field a question.

Every field has a description, a unit, bounds and a default; the sidebar, the checks, the starter file and the
reference page are made from this one table. Unknown keys are refused.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, model_validator

from jiran.bids import Strategy
from jiran.bids import find as find_strategy
from jiran.bids.base import DEFAULT_STRATEGY
from jiran.documents.model import LISTED, Model, Price, quantity
from jiran.documents.text import whole_text
from jiran.errors import ScenarioError
from jiran.market import Mechanism
from jiran.market import find as find_rule
from jiran.market.base import DEFAULT_RULE
from jiran.nothing import LEAST_PRICE
from jiran.scenario.homes import EvBlock
from jiran.scenario.regions import Region

if TYPE_CHECKING:
    from jiran.plugins.plugin import Plugin


class Solar(Model):
    """Sunshine, by equation (1) of the paper: a half sine from 06:00 to 18:00.

    Output of a roof is ``pv_kwp * derate * max(0, sin(pi * (hour - 6) / 12))``, kW, less what clouds take
    (`homes/solar.py`). At derate 0.5 a kWp gives 3.8 kWh a day.
    """

    pv_kwp: float = quantity("PV capacity of each solar and hybrid home", "kWp", 5.0, ge=0, le=10_000)
    derate: float = quantity(
        "share of the clear-sky half sine that arrives; 1 = the paper, 0.5 = a Malaysian mean day", "", 0.5, ge=0, le=1
    )
    clouds: float = quantity("depth of passing clouds, 0 = clear sky, 1 = up to full shade", "", 0.0, ge=0, le=1)
    sample: Literal["start", "middle"] = quantity(
        "where in the step equation (1) is read; the paper reads the start of the hour", "", "middle"
    )


class Load(Model):
    """Household load: stochastic within a band, higher in the evening.

    With fluctuation f a load is ``low + (high - low) * ((1 - f) * a + f * b)``, kW, where a is drawn every three hours
    and b in each step, both even on 0..1; in the evening it is multiplied. At f = 0 or 1 it is even within its band, in
    between it keeps to the middle.
    """

    low_kw: float = quantity("lower bound of a household's load", "kW", 0.15, ge=0, le=1_000)
    high_kw: float = quantity("upper bound of a household's load", "kW", 0.8, ge=0, le=1_000)
    evening_factor: float = quantity("factor on the load in the evening", "", 1.5, ge=0, le=10)
    evening_start_hour: float = quantity("hour at which the evening starts", "h", 18, ge=0, le=24)
    evening_end_hour: float = quantity("hour at which the evening ends", "h", 23, ge=0, le=24)
    fluctuation: float = quantity(
        "share of the band that changes at every step; the rest changes every three hours", "", 0.5, ge=0, le=1
    )


class EvSupply(Model):
    """EVs that lend their battery: to their own home and to neighbours in the evening.

    Stored energy = charged * charge_efficiency - supplied / discharge_efficiency, kWh; a round trip keeps the product
    of the two. Between arrival and departure an EV charges to ``departure_soc`` and supplies down to ``reserve_soc``.
    """

    enabled: bool = quantity(
        "whether EVs supply; their charging then follows the battery, not the blocks", "", default=False
    )
    capacity_kwh: float = quantity("battery capacity of an EV", "kWh", 40.0, gt=0, le=1_000)
    reserve_soc: float = quantity("state of charge below which nothing is supplied", "", 0.3, ge=0, le=1)
    departure_soc: float = quantity("state of charge that the EV must have when it leaves", "", 0.8, ge=0, le=1)
    trip_kwh: float = quantity(
        "mean energy of a day's driving; a day draws from half to one and a half of it", "kWh", 6.4, ge=0, le=500
    )
    departure_hour: float = quantity("hour at which the EV leaves", "h", 7, ge=0, lt=24)
    arrival_hour: float = quantity("hour at which the EV is back", "h", 18, ge=0, lt=24)
    supply_start_hour: float = quantity("hour from which the EV supplies", "h", 18, ge=0, lt=24)
    supply_end_hour: float = quantity("hour until which the EV supplies", "h", 22, gt=0, le=24)
    charge_efficiency: float = quantity("share of the charging energy that is stored", "", 0.95, ge=0.01, le=1)
    discharge_efficiency: float = quantity("share of the stored energy that is supplied", "", 0.95, ge=0.01, le=1)
    reserve_price: Price | None = quantity(
        "lowest price for which an EV sells to neighbours, under rules that heed limit prices; default: the export price",
        "/kWh",
        None,
    )

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        """Refuse an EV that leaves with less than its reserve or than its trip may take, and hours in the wrong order.

        Raises:
            ScenarioError: Something does not fit.
        """
        if self.departure_soc < self.reserve_soc:
            raise ScenarioError(
                "ev.supply.departure_soc", self.departure_soc, f"must be at least reserve_soc = {self.reserve_soc:g}"
            )
        if self.trip_kwh * 1.5 > self.departure_soc * self.capacity_kwh:
            most = self.departure_soc * self.capacity_kwh / 1.5
            raise ScenarioError(
                "ev.supply.trip_kwh",
                self.trip_kwh,
                f"must be at most {most:g} kWh, two thirds of what the EV leaves with",
            )
        if self.departure_hour >= self.arrival_hour:
            raise ScenarioError(
                "ev.supply.departure_hour", self.departure_hour, f"must be before arrival_hour = {self.arrival_hour:g}"
            )
        if not self.supply_start_hour < self.supply_end_hour:
            raise ScenarioError(
                "ev.supply.supply_start_hour",
                self.supply_start_hour,
                f"must be before supply_end_hour = {self.supply_end_hour:g}",
            )
        return self


class Ev(Model):
    """Electric vehicles: flexible demand in blocks, and supply in the evening if switched on.

    With supply switched on, blocks are not used: charging follows the state of the battery.
    """

    kw: float = quantity("charging power of an EV", "kW", 3.3, ge=0, le=1_000)
    blocks: Annotated[tuple[EvBlock, ...], LISTED] = quantity(
        "times of day at which EVs charge",
        "",
        (
            EvBlock(start_hour=6, end_hour=9, probability=1.0),
            EvBlock(start_hour=13, end_hour=14, probability=0.25),
            EvBlock(start_hour=18, end_hour=22, probability=0.75),
        ),
    )
    supply: EvSupply = quantity("EVs that supply neighbours in the evening", "", EvSupply())


class Battery(Model):
    """The community battery.

    It is the community's and charges only from surplus that is left after the market. Charging and discharging power
    are at its terminals; what it sells for less what it bought for is its profit, which the fund
    holds until it is shared. Capacity 0 means that there is none.
    """

    capacity_kwh: float = quantity("capacity; 0 = no battery", "kWh", 20.0, ge=0, le=1_000_000)
    charge_kw: float = quantity("highest charging power", "kW", 5.0, ge=0, le=1_000_000)
    discharge_kw: float = quantity("highest discharging power", "kW", 5.0, ge=0, le=1_000_000)
    charge_efficiency: float = quantity("share of the charging energy that is stored", "", 1.0, ge=0.01, le=1)
    discharge_efficiency: float = quantity("share of the stored energy that comes out", "", 1.0, ge=0.01, le=1)
    start_soc: float = quantity("state of charge at the start", "", 0.0, ge=0, le=1)
    min_soc: float = quantity("lowest state of charge", "", 0.0, ge=0, le=1)
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


class Grid(Model):
    """The grid and its tariff, prices per kWh in the scenario's currency.

    A price may be negative. Prices by the step or hour are what the grid takes or gives in that step; there are no
    blocks and no monthly charges here, which are the business of `tariffs`. Where export pays more than import, nobody
    gains by trading.
    """

    import_price: Price | Annotated[tuple[Price, ...], LISTED] = quantity(
        "what the grid takes: a number, 24 values by hour of day, or one for each step", "/kWh", 0.5625
    )
    export_price: Price | Annotated[tuple[Price, ...], LISTED] = quantity(
        "what the grid gives: a number, 24 values by hour of day, or one for each step", "/kWh", 0.2
    )
    network_charge: float = quantity("what a buyer pays the network for each P2P kWh", "/kWh", 0.0, ge=0, le=1_000_000)
    billing: Literal["day", "month", "run"] = quantity(
        "time after which bills are made up, for rules that set their prices then", "", "month"
    )
    region: Region | None = quantity(
        "region of the grid, for co2_kg_per_kwh; default: that of the time zone, if it has one", "", None
    )
    co2_kg_per_kwh: float | None = quantity(
        "emissions of a kWh from the grid; default: the region's", "kg/kWh", None, ge=0, le=10
    )

    @model_validator(mode="after")
    def _worth_counting(self) -> Self:
        """Refuse prices so small that amounts would drown in rounding.

        Raises:
            ScenarioError: No price reaches the least that counts; the message says to count in a smaller unit.
        """
        prices = (self.import_price, self.export_price)
        highest = max(abs(one) for price in prices for one in (price if isinstance(price, tuple) else (price,)))
        if 0.0 < highest < LEAST_PRICE:
            raise ScenarioError(
                "grid.import_price", self.import_price,
                f"must be at least {LEAST_PRICE:g} at some time, or the export price must: count in a smaller unit of the "
                "currency",
            )  # fmt: skip
        return self


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
