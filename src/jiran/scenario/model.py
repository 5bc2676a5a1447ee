"""The scenario itself: a community, its sunshine, its tariff and its market over some steps of time."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal, Self

from pydantic import field_validator, model_validator

from jiran.bids import find as find_strategy
from jiran.control import find_controller
from jiran.documents.model import LISTED, Model, quantity
from jiran.documents.zones import ZONE_WORDS, is_zone
from jiran.errors import JiranError, ScenarioError
from jiran.market import find as find_rule
from jiran.scenario.clock import gap_at
from jiran.scenario.ev import Ev
from jiran.scenario.grid import BY_STEP, Grid, named_sharing, named_tariff
from jiran.scenario.home_battery import HomeBattery
from jiran.scenario.homes import Homes
from jiran.scenario.live import Live
from jiran.scenario.load import Load
from jiran.scenario.named import tariffs_of
from jiran.scenario.naming import is_field
from jiran.scenario.parts import Battery, Bids, Market
from jiran.scenario.plan import Plan
from jiran.scenario.regions import REGIONS, Region, region_of
from jiran.scenario.sharing import completed
from jiran.scenario.sun import Solar, site_of
from jiran.tariffs import find_tariff

#: The calendar in which a run may start, local time.
EARLIEST, LATEST = dt.datetime(1970, 1, 2), dt.datetime(2200, 1, 1)  # noqa: DTZ001

#: Fields that say what a scenario is about and decide no figure.
WORDS = frozenset({"name", "question", "description", "telling"})
#: As many values as a reader keeps in mind.
MOST_TELLING = 6

#: Above this a run would not fit into the memory of an ordinary machine.
MAX_HOME_STEPS = 200_000_000


class Scenario(Model):
    """A community, its sunshine, its tariff and its market over some steps of time.

    Steps are even and start together: step k begins at ``start`` plus k times ``step_minutes``, in time that passes, so
    a run over a change of clocks has a day of 23 or 25 hours. Everything random hangs on ``seed``, the name of a home
    and what is drawn for it.

    Make one with `jiran.load_scenario` or `validate`, whose messages name the field.
    """

    name: str = quantity("short name", "", min_length=1, max_length=100)
    question: str = quantity("what question the scenario asks", "", "", max_length=300)
    description: str = quantity("what it is about, in a few sentences", "", "", max_length=2_000)
    telling: Annotated[tuple[str, ...], LISTED] = quantity(
        f"the fields on which the question turns, by dotted name, which the dashboard shows first: at most {MOST_TELLING}",
        "", (), max_length=MOST_TELLING,
    )  # fmt: skip
    currency: str = quantity("currency of all prices and amounts", "", "MYR", min_length=1, max_length=10)
    time_zone: str = quantity("time zone of the community, an IANA name", "", "Asia/Kuching", max_length=100)
    start: dt.datetime = quantity(
        f"start of the first step, local time, from {EARLIEST:%Y-%m-%d} to {LATEST:%Y-%m-%d}",
        "", dt.datetime(2026, 3, 21),  # noqa: DTZ001
    )  # fmt: skip
    steps: int = quantity("number of steps", "steps", 24, ge=1, le=10_000_000)
    step_minutes: Literal[1, 5, 10, 15, 30, 60] = quantity("length of a step", "min", 60)
    seed: int = quantity("seed of everything that is drawn", "", 1, ge=0, lt=2**63)
    homes: Homes = quantity("who lives in the community")
    solar: Solar = quantity("sunshine and PV", "", Solar())
    load: Load = quantity("household load", "", Load())
    ev: Ev = quantity("electric vehicles", "", Ev())
    home_battery: HomeBattery = quantity("batteries in homes", "", HomeBattery())
    battery: Battery = quantity("the community battery", "", Battery())
    grid: Grid = quantity("grid and tariff", "", Grid())
    market: Market = quantity("the market rule and its parameters", "", Market())
    bids: Bids = quantity("how homes bid, and the strategy's parameters", "", Bids())
    plan: Plan = quantity("what an investment costs, for plans", "", Plan())
    live: Live = quantity("what a street of real meters may do to stores", "", Live())

    @property
    def batteries_bid(self) -> bool:
        """Whether there are batteries in homes that bid in the market."""
        return self.homes.batteries and self.home_battery.bids

    @property
    def cars_bid(self) -> bool:
        """Whether cars bid in the market, if there are any.

        Batteries that serve the street in turn would take what a car asks for as what its home needs.
        """
        together = self.homes.batteries and find_controller(self.home_battery.controller).together
        return self.ev.bids and not together

    @property
    def stores_bid(self) -> bool:
        """Whether stores bid in the market: in homes, or the community's."""
        return self.batteries_bid or self.battery.bids or (self.cars_bid and self.homes.cars)

    @property
    def bids_grid_prices(self) -> bool:
        """Whether all homes bid the grid's prices, which are the same for all; under a tariff they hang on a home's tier."""
        return self.grid.tariff is None and find_strategy(self.bids.strategy).at_tariff and not self.stores_bid

    @property
    def bids_alike(self) -> bool:
        """Whether the market rule works by bids, but all homes bid the grid's prices and are alike to it.

        Then the order of the list or a draw decides who trades, and comparisons do not name such a rule the best for
        anybody.
        """
        return find_rule(self.market.mechanism).needs_bids and self.bids_grid_prices

    @property
    def region(self) -> Region | None:
        """Region of the grid: the one that is named, or that of the time zone if it has one."""
        return self.grid.region or region_of(self.time_zone)

    @property
    def co2_kg_per_kwh(self) -> float | None:
        """Emissions of a kWh from the grid, kg/kWh: as given, or the region's; None if neither is known."""
        if self.grid.co2_kg_per_kwh is not None:
            return self.grid.co2_kg_per_kwh
        return None if self.region is None else REGIONS[self.region].co2_kg_per_kwh

    @field_validator("telling")
    @classmethod
    def _fields_exist(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if not is_field(cls, name):
                raise ScenarioError(
                    "telling",
                    name,
                    "must name fields that hold a value, as grid.import_price or homes.groups.solar.count",
                )
        return names

    @field_validator("time_zone")
    @classmethod
    def _zone_exists(cls, zone: str) -> str:
        """Refuse a zone that this computer's data do not have.

        Raises:
            ScenarioError: There is no such zone.
        """
        if not is_zone(zone):
            raise ScenarioError("time_zone", zone, ZONE_WORDS)
        return zone

    @field_validator("start", mode="before")
    @classmethod
    def _time(cls, start: Any) -> Any:
        """Take a date as its midnight, and text as a time if it says one; a number is none."""
        try:
            if isinstance(start, str):
                return dt.datetime.fromisoformat(start)
            if isinstance(start, dt.date) and not isinstance(start, dt.datetime):
                return dt.datetime(start.year, start.month, start.day)  # noqa: DTZ001  local time
        except ValueError:
            pass
        return start

    @field_validator("start")
    @classmethod
    def _local(cls, start: dt.datetime) -> dt.datetime:
        """Refuse a time with an offset, outside of the calendar, or with parts of a second.

        Raises:
            ScenarioError: It is one of these.
        """
        if start.tzinfo is not None:
            raise ScenarioError("start", str(start), "must be a local time without an offset; time_zone says where")
        if not EARLIEST <= start <= LATEST:
            raise ScenarioError("start", str(start), f"must lie between {EARLIEST:%Y-%m-%d} and {LATEST:%Y-%m-%d}")
        if start.microsecond:
            raise ScenarioError("start", str(start), "must be a full second")
        return start

    @field_validator("step_minutes", mode="before")
    @classmethod
    def _no_truth(cls, minutes: Any) -> Any:
        """Refuse True, which Python takes for 1."""
        if isinstance(minutes, bool):  # True == 1
            raise ScenarioError("step_minutes", minutes, "must be 1, 5, 10, 15, 30 or 60")
        return minutes

    @model_validator(mode="before")
    @classmethod
    def _currency_of_tariff(cls, given: Any) -> Any:
        """Count in the tariff's currency where none is named."""
        grid = given.get("grid") if isinstance(given, dict) else None
        name = grid.get("tariff") if isinstance(grid, dict) else None
        if not isinstance(name, str) or "currency" in given:
            return given
        try:
            return {**given, "currency": find_tariff(name).currency}
        except JiranError:  # the field itself says what is wrong
            return given

    @model_validator(mode="before")
    @classmethod
    def _as_the_scheme_says(cls, given: Any) -> Any:
        """Take network charge and market rule from the scheme of sharing where none is given."""
        return completed(given)

    @model_validator(mode="after")
    def _one_currency(self) -> Self:
        """Refuse tariffs in another currency than that of the scenario, and homes' own without one of all."""
        if self.grid.tariff is None and not self.homes.own_tariffs:
            return self
        for field, name in tariffs_of(self.model_dump(exclude_none=True)):
            if self.grid.tariff is None:
                raise ScenarioError(field, name, "needs grid.tariff too, for the homes that have none of their own")
            currency = named_tariff(field, name).currency
            if currency != self.currency:
                raise ScenarioError(field, name, f"counts in {currency}, and currency = {self.currency!r}")
        scheme = None if self.grid.sharing is None else named_sharing(self.grid.sharing)
        if scheme is not None and scheme.counts_money and scheme.currency != self.currency:
            allowed = f"names amounts in {scheme.currency}, and currency = {self.currency!r}"
            raise ScenarioError("grid.sharing", self.grid.sharing, allowed)
        return self

    @model_validator(mode="after")
    def _start_exists(self) -> Self:
        """Refuse a start that no clock on the wall shows, because clocks are set forward over it.

        Raises:
            ScenarioError: There is no such time; the message says which are next to it.
        """
        gap = gap_at(self.start, self.time_zone)
        if gap is not None:
            raise ScenarioError(
                "start",
                str(self.start),
                f"does not exist in {self.time_zone}, where clocks are set forward from {gap.begin} to {gap.end}; "
                f"use a time before {gap.begin}, or {gap.end} or later",
            )
        return self

    @model_validator(mode="after")
    def _sun_has_a_place(self) -> Self:
        if self.solar.model == "site" and self.solar.weather is None:
            site_of(self.solar, self.time_zone)
        return self

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        """Refuse what does not go together: size of the run, bounds of the load, number of prices.

        Raises:
            ScenarioError: Something does not fit.
        """
        modelled = self.homes.modelled
        if modelled * self.steps > MAX_HOME_STEPS:
            raise ScenarioError(
                "steps", self.steps, f"must be at most {MAX_HOME_STEPS // modelled} for {modelled} homes"
            )
        for home in (*self.homes.groups, *self.homes.single):
            low, high = home.load_low_kw, home.load_high_kw
            low, high = (self.load.low_kw if low is None else low), (self.load.high_kw if high is None else high)
            if low > high:
                raise ScenarioError("load.low_kw", low, f"must be at most the upper bound of {high:g} kW")
        for name in BY_STEP:
            price = getattr(self.grid, name)
            if isinstance(price, tuple) and len(price) not in (24, self.steps):
                raise ScenarioError(
                    f"grid.{name}",
                    f"{len(price)} values",
                    f"must be a number, 24 values by hour of the day, or {self.steps} by step"
                    if self.steps != 24
                    else "must be a number, or 24 values by hour of the day",
                )
        return self
