"""What the grid takes and gives: prices per kWh, or a tariff and its true monthly bills."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer, model_validator

from jiran.documents.model import LISTED, Model, Price, quantity
from jiran.errors import JiranError, ScenarioError, TariffError
from jiran.nothing import LEAST_PRICE
from jiran.scenario.regions import Region
from jiran.tariffs import Sharing, Tariff, find_sharing, find_tariff

#: A number, 24 values by hour of day, or one for each step.
Prices = Price | Annotated[tuple[Price, ...], LISTED]
Limit = Annotated[float, Field(ge=0, le=1_000_000)]
#: The same of what the street's connection carries.
Limits = Limit | Annotated[tuple[Limit, ...], LISTED]

Found = TypeVar("Found", Tariff, Sharing)

#: Prices that a tariff replaces, and those that only a tariff needs.
REPLACED = ("import_price", "export_price")
REFERENCE = ("reference_import_price", "reference_export_price")
#: What the street's connection carries.
LIMITS = ("import_limit_kw", "export_limit_kw")
#: All that may have a value for each step of the run.
BY_STEP = (*REPLACED, *REFERENCE, *LIMITS)


class Grid(Model):
    """The grid: its prices per kWh in the scenario's currency, or its tariff."""

    tariff: str | None = quantity(
        "tariff by which homes are billed each month, by its name (see `jiran tariffs`) or as a file that ends in .toml; "
        "then without import_price and export_price; default: none",
        "", None, min_length=1, max_length=4_000,
    )  # fmt: skip
    sharing: str | None = quantity(
        "with a tariff: scheme under which neighbours share, by its name (see `jiran tariffs --sharing`) or as a file that ends in "
        ".toml: what a shared kWh still pays of the tariff, and a premium; it also gives network_charge and [market] where these "
        "are not given; default: none, and a kWh from a neighbour pays no part of the tariff",
        "", None, min_length=1, max_length=4_000,
    )  # fmt: skip
    import_price: Prices = quantity(
        "what the grid takes: a number, 24 values by hour of day, or one for each step", "/kWh", 0.5625
    )
    export_price: Prices = quantity(
        "what the grid gives: a number, 24 values by hour of day, or one for each step", "/kWh", 0.2
    )
    reference_import_price: Prices | None = quantity(
        "with a tariff: the import price that market rules are given; default: the sum of the components per kWh that hold in "
        "the step, in the lowest tier, before rebates and taxes",
        "/kWh", None,
    )  # fmt: skip
    reference_export_price: Prices | None = quantity(
        "with a tariff: the export price that market rules are given; default: what export takes back of these components, "
        "and what is paid for it",
        "/kWh", None,
    )  # fmt: skip
    tier_of: Literal["this-month", "last-month"] = quantity(
        "with a tariff: the month whose use tells a home its tier, and so what a kWh is worth to it in the market",
        "", "this-month",
    )  # fmt: skip
    known_ahead_h: int = quantity(
        "hours ahead for which prices are known when a day is planned; from there on the last day of them is expected again",
        "h", 48, ge=24, le=8_760,
    )  # fmt: skip
    network_charge: float = quantity("what a buyer pays the network for each P2P kWh", "/kWh", 0.0, ge=0, le=1_000_000)
    demand_charge: float = quantity(
        "what a kW of the street's highest import of each month costs, mean over a step; homes and the battery's fund share it by "
        "what each takes from the grid in that step",
        "/kW", 0.0, ge=0, le=1_000_000,
    )  # fmt: skip
    import_limit_kw: Limits | None = quantity(
        "the most that the street may take from the grid, homes and battery together, mean over a step: a number, 24 values by hour "
        "of day, or one for each step; what stores cannot avoid beyond it is counted and never cut off; default: no limit",
        "kW", None,
    )  # fmt: skip
    export_limit_kw: Limits | None = quantity(
        "the most that the street may give to the grid, in the same forms; what is more is curtailed, of each home the same share of "
        "what it would export, and nobody pays for it; default: no limit",
        "kW", None,
    )  # fmt: skip
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
        prices = (self.import_price, self.export_price)
        highest = max(abs(one) for price in prices for one in (price if isinstance(price, tuple) else (price,)))
        if 0.0 < highest < LEAST_PRICE:
            raise ScenarioError(
                "grid.import_price", self.import_price,
                f"must be at least {LEAST_PRICE:g} at some time, or the export price must: count in a smaller unit of the "
                "currency",
            )  # fmt: skip
        return self

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        """Refuse prices beside a tariff, and what only a tariff needs without one."""
        if self.tariff is None:
            for name in REFERENCE:
                if getattr(self, name) is not None:
                    raise ScenarioError(f"grid.{name}", getattr(self, name), "is only for a scenario with grid.tariff")
            if self.sharing is not None:
                raise ScenarioError("grid.sharing", self.sharing, "needs grid.tariff: it says what is paid of a tariff")
            return self
        for name in REPLACED:
            if name in self.model_fields_set:
                allowed = f"must be left out, for grid.tariff = {self.tariff!r} says what a kWh costs and earns"
                raise ScenarioError(f"grid.{name}", getattr(self, name), allowed)
        named_tariff("grid.tariff", self.tariff)
        if self.sharing is not None:
            named_sharing(self.sharing)
        return self

    @property
    def limited(self) -> bool:
        """Whether there is a limit to what the street may take from the grid or give to it."""
        return self.import_limit_kw is not None or self.export_limit_kw is not None

    @model_serializer(mode="wrap")
    def _without_replaced(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Leave out prices that a tariff replaces, so that what is written can be read again."""
        data: dict[str, Any] = handler(self)
        return data if self.tariff is None else {key: value for key, value in data.items() if key not in REPLACED}


def named_tariff(field: str, name: str) -> Tariff:
    """Return a tariff that a field of a scenario names.

    Args:
        field: Dotted name of the field.
        name: Of the tariff, or the path of its file.

    Raises:
        JiranError: There is no such tariff, or its file cannot be used.
    """
    return _named(field, name, find_tariff)


def named_sharing(name: str) -> Sharing:
    """Return the scheme of sharing that a scenario names; what it takes and raises is as in `named_tariff`."""
    return _named("grid.sharing", name, find_sharing)


def _named(field: str, name: str, find: Callable[[str], Found]) -> Found:
    """Return what a field names, with the field in what is wrong with it."""
    try:
        return find(name)
    except TariffError as error:
        if name.endswith(".toml"):
            raise JiranError(f"{field} = {error}") from None
        raise ScenarioError(field, name, error.allowed) from None
