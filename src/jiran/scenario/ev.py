"""Electric vehicles: when they charge, and what they lend."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import field_validator, model_validator

from jiran.control import forecasts
from jiran.control.forecasting.base import DEFAULT_FORECAST
from jiran.documents.model import LISTED, Model, Price, quantity
from jiran.errors import ScenarioError
from jiran.scenario.homes import EvBlock
from jiran.scenario.run_by import installed


class EvSupply(Model):
    """EVs that lend their battery: to their own home and to neighbours in the evening.

    Stored energy = charged * charge_efficiency - supplied / discharge_efficiency, kWh; a round trip keeps the product
    of the two. Between arrival and departure an EV charges to ``departure_soc`` and supplies down to ``reserve_soc``.
    """

    enabled: bool = quantity(
        "whether EVs supply; their charging then follows the battery, whatever charging says", "", default=False
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


class EvCalendar(Model):
    """When cars come and go, each on a day of its own, and whether they are plugged in."""

    capacity_kwh: float = quantity("battery capacity of an EV", "kWh", 50.0, ge=1, le=1_000)
    efficiency: float = quantity("share of the charging energy that is stored", "", 0.9, ge=0.01, le=1)
    trips: float = quantity("share of working days on which a car drives", "", 0.88, ge=0, le=1)
    weekend_trips: float = quantity("share of weekend days on which it drives", "", 0.70, ge=0, le=1)
    departure_hour: float = quantity("hour at which cars leave on working days, mean", "h", 7.6, ge=0, le=24)
    departure_homes_h: float = quantity("spread of this hour between cars", "h", 0.9, ge=0, le=6)
    departure_days_h: float = quantity("spread of this hour between days", "h", 0.4, ge=0, le=6)
    arrival_hour: float = quantity("hour at which cars are back on working days, mean", "h", 18.0, ge=0, le=24)
    arrival_homes_h: float = quantity("spread of this hour between cars", "h", 1.4, ge=0, le=6)
    arrival_days_h: float = quantity("spread of this hour between days", "h", 1.3, ge=0, le=6)
    weekend_departure_hour: float = quantity("hour at which cars leave on a weekend, mean", "h", 10.2, ge=0, le=24)
    weekend_departure_days_h: float = quantity("spread of this hour between days", "h", 1.6, ge=0, le=6)
    weekend_arrival_hour: float = quantity("hour at which cars are back on a weekend, mean", "h", 16.8, ge=0, le=24)
    weekend_arrival_days_h: float = quantity("spread of this hour between days", "h", 2.6, ge=0, le=6)
    trip_kwh: float = quantity("energy of a day's driving, median", "kWh", 6.0, ge=0, le=500)
    trip_spread: float = quantity("spread of its logarithm between days", "", 0.7, ge=0, le=2)
    trip_homes: float = quantity("spread of its logarithm between cars", "", 0.35, ge=0, le=2)
    plug_soc: float = quantity("state of charge below which a car is plugged in for certain", "", 0.45, ge=0, le=1)
    plug_share: float = quantity("how often it is plugged in above that", "", 0.33, ge=0.01, le=0.99)
    plug_homes: float = quantity("spread of this between cars, of its log odds", "", 0.9, ge=0, le=4)
    departure_soc: float = quantity(
        "state of charge that a car shall have when it leaves, with charging = smart or v2g", "", 0.8, ge=0, le=1
    )
    reserve_soc: float = quantity("state of charge below which it gives nothing, with v2g", "", 0.3, ge=0, le=1)
    discharge_efficiency: float = quantity(
        "share of the stored energy that comes out, with v2g", "", 0.95, ge=0.01, le=1
    )


class Ev(Model):
    """Electric vehicles: flexible demand, and supply in the evening if switched on.

    With supply switched on, blocks and calendars are not used: charging follows the state of the battery.
    """

    kw: float = quantity("charging power of an EV", "kW", 3.3, ge=0, le=1_000)
    charging: Literal["blocks", "at-once", "smart", "v2g"] = quantity(
        "blocks: at fixed times of the day, with no state of charge; at-once: each car has a calendar of its own, and "
        "charges as soon as it is plugged in; smart: plugged in whenever it is at home, and charges when that is cheapest; "
        "v2g: as smart, and gives energy where that pays",
        "",
        "blocks",
    )
    blocks: Annotated[tuple[EvBlock, ...], LISTED] = quantity(
        "times of day at which EVs charge, with charging = blocks",
        "",
        (
            EvBlock(start_hour=6, end_hour=9, probability=1.0),
            EvBlock(start_hour=13, end_hour=14, probability=0.25),
            EvBlock(start_hour=18, end_hour=22, probability=0.75),
        ),
    )
    calendar: EvCalendar = quantity("when cars come and go, with charging = at-once, smart or v2g", "", EvCalendar())
    forecast: str = quantity(
        "what says what a home will need, for the plans of smart and v2g (see `jiran forecasts`)",
        "",
        DEFAULT_FORECAST,
        min_length=1,
        max_length=200,
    )
    wear_cost: float = quantity(
        "what a kWh that a car gives costs by wearing its battery out; plans of v2g heed it, no bill counts it",
        "/kWh",
        0.0,
        ge=0,
        le=1_000_000,
    )
    in_market: bool = quantity(
        "whether a car with charging = smart or v2g buys in the market, and with v2g sells there, at what stored energy is worth to "
        "it; if not, it is run for its home alone, before the market",
        "",
        default=True,
    )
    override_share: float = quantity(
        "probability that a driver who comes back wants the car full now, whatever the plan says, with charging = smart or v2g",
        "", 0.0, ge=0, le=1,
    )  # fmt: skip
    supply: EvSupply = quantity("EVs that supply neighbours in the evening", "", EvSupply())

    @field_validator("forecast")
    @classmethod
    def _foretells(cls, name: str) -> str:
        return installed("ev.forecast", name, list(forecasts()))

    @model_validator(mode="after")
    def _ready(self) -> Self:
        """Refuse cars that shall leave with less than they may be emptied to.

        Raises:
            ScenarioError: They shall.
        """
        calendar = self.calendar
        if self.charging == "v2g" and calendar.departure_soc < calendar.reserve_soc:
            allowed = f"must be at least reserve_soc = {calendar.reserve_soc:g}"
            raise ScenarioError("ev.calendar.departure_soc", calendar.departure_soc, allowed)
        return self

    @property
    def planned(self) -> bool:
        """Whether cars charge by plans of their own."""
        return self.charging in ("smart", "v2g") and not self.supply.enabled

    @property
    def bids(self) -> bool:
        """Whether cars charge by plans and the market may know what their energy is worth."""
        return self.planned and self.in_market
