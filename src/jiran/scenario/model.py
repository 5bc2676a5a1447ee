"""The scenario itself: a community, its sunshine, its tariff and its market over some steps of time."""

from __future__ import annotations

import datetime as dt
from typing import Literal, Self
from zoneinfo import ZoneInfo

from pydantic import field_validator, model_validator

from jiran.bids import find as find_strategy
from jiran.errors import ScenarioError
from jiran.market import find as find_rule
from jiran.scenario.parts import Battery, Bids, Ev, Grid, Homes, Load, Market, Model, Solar, quantity

#: Above this a run would not fit into the memory of an ordinary machine.
MAX_HOME_STEPS = 200_000_000


class Scenario(Model):
    """A community, its sunshine, its tariff and its market over some steps of time."""

    name: str = quantity("short name", "", min_length=1, max_length=100)
    description: str = quantity("what question the scenario asks", "", "", max_length=2_000)
    currency: str = quantity("currency of all prices and amounts", "", "MYR", min_length=1, max_length=10)
    time_zone: str = quantity("time zone of the community, an IANA name", "", "Asia/Kuching")
    start: dt.datetime = quantity("start of the first step, local time", "", dt.datetime(2026, 3, 21))  # noqa: DTZ001
    steps: int = quantity("number of steps", "steps", 24, ge=1, le=10_000_000)
    step_minutes: Literal[1, 5, 10, 15, 30, 60] = quantity("length of a step", "min", 60)
    seed: int = quantity("seed of everything that is drawn", "", 1, ge=0, lt=2**63)
    homes: Homes = quantity("who lives in the community")
    solar: Solar = quantity("sunshine and PV", "", Solar())
    load: Load = quantity("household load", "", Load())
    ev: Ev = quantity("electric vehicles", "", Ev())
    battery: Battery = quantity("the community battery", "", Battery())
    grid: Grid = quantity("grid and tariff", "", Grid())
    market: Market = quantity("the market rule and its parameters", "", Market())
    bids: Bids = quantity("how homes bid, and the strategy's parameters", "", Bids())

    @property
    def bids_alike(self) -> bool:
        """Whether the market rule works by bids, but all homes bid the tariff and are alike to it."""
        return find_rule(self.market.mechanism).needs_bids and find_strategy(self.bids.strategy).at_tariff

    @field_validator("time_zone")
    @classmethod
    def _zone_exists(cls, zone: str) -> str:
        try:
            ZoneInfo(zone)
        except (KeyError, ValueError, OSError):
            raise ScenarioError("time_zone", zone, "must be an IANA time zone such as Asia/Kuching") from None
        return zone

    @field_validator("start")
    @classmethod
    def _local(cls, start: dt.datetime) -> dt.datetime:
        if start.tzinfo is not None:
            raise ScenarioError("start", str(start), "must be a local time without an offset; time_zone says where")
        if not dt.datetime(1970, 1, 2) <= start <= dt.datetime(2200, 1, 1):  # noqa: DTZ001
            raise ScenarioError("start", str(start), "must lie between 1970-01-02 and 2200-01-01")
        return start

    @model_validator(mode="after")
    def _consistent(self) -> Self:
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
        for name in ("import_price", "export_price"):
            price = getattr(self.grid, name)
            if isinstance(price, tuple) and len(price) not in (24, self.steps):
                raise ScenarioError(
                    f"grid.{name}",
                    f"{len(price)} values",
                    f"must be a number, 24 values by hour, or {self.steps} by step",
                )
        return self
