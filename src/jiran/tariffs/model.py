"""A tariff as a document: its components, how they depend on the month's kWh, and what export earns."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from jiran.documents.model import LISTED, Model, Price, quantity, written
from jiran.documents.zones import ZONE_WORDS, is_zone
from jiran.errors import TariffError
from jiran.tariffs.identity import Identity, Month
from jiran.tariffs.periods import Schedule
from jiran.words import listed

Kind = Literal[
    "energy", "network", "capacity", "fuel", "retail", "levy", "rebate", "demand", "tax", "discount", "credit", "minimum"
]  # fmt: skip
#: Kinds that lower a bill: their rates are written without a sign.
LOWERING = ("rebate", "discount", "credit")

#: What a rate is multiplied with.
Unit = Literal["kWh", "kW", "month", "exported-kWh", "share"]

#: One rate, or one for each tier, the lowest first.
Rate = Price | Annotated[tuple[Price, ...], LISTED]
Identifier = Annotated[
    str,
    Field(max_length=40),
    written(r"[a-z0-9][a-z0-9-]*", "named in small letters, digits and hyphens, and begin with a letter or digit"),
]
Identifiers = Annotated[tuple[str, ...], LISTED]
Kwh = Annotated[float, Field(ge=0, le=1_000_000_000)]

#: Ways to say what the rate is: a component has exactly one of them.
RATES = ("rate", "periods", "months", "since")

#: Lines that a bill has beside its components.
CARRIED_IN, CARRIED_OUT, MINIMUM, CREDIT = "carried-in", "carried-out", "minimum", "credit-"
#: And with a scheme of sharing: what shared kWh still pay of a component, and what the state adds for them.
SHARED, PREMIUM = "shared-", "premium"


def _twice(key: str, names: tuple[str, ...]) -> tuple[str, Any, str] | None:
    """Return which name stands in a list twice, as a fault of its key, or None."""
    again = [name for place, name in enumerate(names) if name in names[:place]]
    return (key, again[0], "must be named once") if again else None


class Component(Model):
    """One line of a bill.

    A flat rate is the same for all kWh. With blocks each kWh pays the rate of its tier; with slabs all pay that of the
    tier in which the month ends, so a bill can jump. As TOML::

        [components.energy]
        kind = "energy"
        shape = "block"
        bounds = [200, 600]
        rate = [0.20, 0.30, 0.50]

    A share is of the amounts of components that stand above it: taxes, rebates of a part of the bill. Rates of what
    lowers a bill are written without a sign.
    """

    kind: Kind = quantity("what it is for; rebate, discount and credit lower the bill")
    label: str = quantity("what the bill calls it", default="", max_length=200)
    unit: Unit = quantity("what the rate is per; share: of the amounts of `base`", default="kWh")
    rate: Rate | None = quantity("rate; a list: one for each tier", default=None)
    periods: dict[str, Rate] | None = quantity("rate by time-of-use period", default=None)
    months: dict[Month, Rate] | None = quantity("rate of each of these months alone", default=None)
    since: dict[Month, Rate] | None = quantity("rate from each of these months on; 0 before the first", default=None)
    unknown_months: Literal["zero", "last"] = quantity("rate of a month that `months` leaves out", default="zero")
    shape: Literal["flat", "block", "slab"] = quantity(
        "block: each kWh at the rate of its tier; slab: all kWh at the rate of the tier that the month's total is in",
        default="flat",
    )
    bounds: Annotated[tuple[Kwh, ...], LISTED] = quantity("upper edge of each tier but the last", "kWh a month", ())
    above_kwh: Kwh | None = quantity("only in months of more than this", "kWh", None)
    up_to_kwh: Kwh | None = quantity("only in months of at most this", "kWh", None)
    first_month: Month | None = quantity("first month in which it is charged", default=None)
    last_month: Month | None = quantity("last month in which it is charged", default=None)
    base: Identifiers = quantity("of a share: ids of the components above it that it is a share of", default=())
    base_above_kwh: Kwh = quantity("of a share: of what is charged by kWh, only the kWh above this count", "kWh", 0.0)
    included: bool = quantity("of a share: it is a share of base and itself together", default=False)
    active: bool = quantity("whether it is charged at all", default=True)

    def tables(self) -> dict[str, Rate]:
        """Return every rate, by month, period or "" for a rate that always holds."""
        return self.periods or self.months or self.since or ({} if self.rate is None else {"": self.rate})

    def fault(self) -> tuple[str, Any, str] | None:
        """Return the key, the value and what is allowed where keys of this component do not fit each other, or None.

        A message names the key as a user wrote it, which pydantic's own would not.
        """
        given = [key for key in RATES if getattr(self, key) is not None]
        if len(given) != 1 or not self.tables():
            return given[-1] if given else "rate", ..., f"give exactly one of {listed(list(RATES))}, and not empty"
        return self._shape_fault() or self._unit_fault() or self._rate_fault() or self._never_fault()

    def _shape_fault(self) -> tuple[str, Any, str] | None:
        """Return what is wrong with tiers and rates, or None."""
        tiered = self.shape != "flat"
        if tiered != bool(self.bounds):
            return "bounds", self.bounds, "block and slab need them, flat has none"
        if list(self.bounds) != sorted(set(self.bounds)):
            return "bounds", self.bounds, "must rise"
        tiers = len(self.bounds) + 1
        wrong = [
            rate for rate in self.tables().values() if isinstance(rate, tuple) and (not tiered or len(rate) != tiers)
        ]
        if wrong:
            return "rate", wrong[0], f"must be one number{f', or {tiers}: one for each tier' if tiered else ''}"
        if self.shape == "block" and self.periods:
            return "periods", ..., "a block has no periods"
        return None

    def _unit_fault(self) -> tuple[str, Any, str] | None:
        """Return what is wrong with what the rate is per, or None."""
        if (self.unit == "share") != bool(self.base):
            return "base", self.base, "a share needs it, and nothing else has one"
        if self.unit != "share" and (self.included or self.base_above_kwh):
            return "included" if self.included else "base_above_kwh", ..., "only a share has it"
        if self.unit != "kWh" and (self.bounds or self.periods):
            return "bounds" if self.bounds else "periods", ..., "only what is charged by kWh has it"
        if (self.kind == "minimum") and self.unit != "month":
            return "unit", self.unit, "a minimum is per month"
        return None

    def _rate_fault(self) -> tuple[str, Any, str] | None:
        """Return what is wrong with the size of a rate, or None: of most units it may be anything."""
        key = next(one for one in RATES if getattr(self, one) is not None)
        for rate in self.tables().values():
            if not isinstance(rate, float):
                continue
            if self.included and not 0 <= rate < 1:
                return key, rate, "a share of base and itself together must be at least 0 and below 1"
            if self.unit == "share" and not -1 <= rate <= 1:
                return key, rate, "a share must be from -1 to 1: 8 % is 0.08"
        return None

    def _never_fault(self) -> tuple[str, Any, str] | None:
        """Return which bound leaves no month in which it could be charged, or None."""
        if self.above_kwh is not None and self.up_to_kwh is not None and self.up_to_kwh <= self.above_kwh:
            return (
                "up_to_kwh",
                self.up_to_kwh,
                f"must be above above_kwh = {self.above_kwh:g}: it would never be charged",
            )
        if self.first_month and self.last_month and self.last_month < self.first_month:
            return (
                "last_month",
                self.last_month,
                f"must not be before first_month = {self.first_month}: it would never be charged",
            )
        return _twice("base", self.base)


class Export(Model):
    """What a kWh that is exported earns, beside components whose unit is exported-kWh.

    Three families of schemes are the same table: net metering (basis net), set-off of single components (cancels), and
    a price for each exported kWh (a component of its own unit).
    """

    basis: Literal["gross", "net"] = quantity(
        "net: the bill is that of import less export; gross: that of all import, and export takes back some of it",
        default="gross",
    )
    cancels: Identifiers = quantity(
        "ids of components that a kWh exported takes back, at most as many as imported", default=()
    )
    claws_back: Identifiers = quantity("ids of rebates that are lost for the kWh that export takes back", default=())
    carry: Literal["none", "kwh", "money"] = quantity(
        "what is kept for later months of export that this month cannot use; none: it is forfeited", default="none"
    )
    applied: Literal["same-month", "next-month"] = quantity(
        "when a credit in money is first used", default="same-month"
    )
    expires_after_month: int | None = quantity("what was carried is lost after this month, 12: at the end of the year",
                                               default=None, ge=1, le=12)  # fmt: skip
    contract_years: int | None = quantity(
        "years after which a home's contract ends, and export earns nothing any more; none: no end is known",
        "years", default=None, ge=1, le=60,
    )  # fmt: skip

    @property
    def offsets(self) -> bool:
        """Whether export is set against import, kWh by kWh."""
        return self.basis == "net" or bool(self.cancels)


class Tariff(Identity):
    """What one utility charges one kind of customer.

    The order of components is that of the bill, and a share sees only those above it.
    """

    follows: str | None = quantity(
        "tariff that held until valid_from, by its name or as a file that ends in .toml: months before are billed by it",
        default=None, min_length=1, max_length=4_000,
    )  # fmt: skip
    round: float = quantity("a bill is rounded to a multiple of this, half up", "money", ge=0.000_1, le=1_000_000)
    known_to: Month = quantity("last month of which all its figures are known")
    zone: str = quantity("time zone of its periods", default="", max_length=80)
    schedule: Schedule | None = quantity("time-of-use periods", default=None)
    region: str = quantity(
        "region of the grid that it is of, as `grid.region` of a scenario names it; none: of none that is known there",
        default="", max_length=80,
    )  # fmt: skip
    components: dict[Identifier, Component] = quantity("lines of the bill, in its order", min_length=1, max_length=100)
    export: Export | None = quantity("what export earns; none: nothing", default=None)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        """Refuse components that do not fit each other."""
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise TariffError(
                "valid_to", self.valid_to.isoformat(), f"must not be before valid_from = {self.valid_from}"
            )
        if self.zone and not is_zone(self.zone):
            raise TariffError("zone", self.zone, ZONE_WORDS)
        above: list[str] = []
        for name, component in self.components.items():
            fault = component.fault() or self._reference_fault(component, above)
            if fault is not None:
                key, value, allowed = fault
                raise TariffError(f"components.{name}.{key}", value, allowed)
            if (component.kind == "minimum") != (name == MINIMUM):
                allowed = f"components.{MINIMUM} and the kind minimum go together: of a bill there is one minimum, in a line of this name"
                raise TariffError(f"components.{name}.kind", component.kind, allowed)
            if name in (CARRIED_IN, CARRIED_OUT, PREMIUM) or name.startswith((CREDIT, SHARED)):
                raise TariffError(f"components.{name}", component.kind, "is the name of another line of every bill")
            if component.kind != "minimum":
                above.append(name)
        self._check_export()
        return self

    def _reference_fault(self, component: Component, above: list[str]) -> tuple[str, Any, str] | None:
        """Return what is wrong with what a component names: another component or a period; None if nothing is.

        Args:
            component: The component.
            above: Ids of those that stand above it.
        """
        unknown = [one for one in component.base if one not in above]
        if unknown:
            return "base", unknown[0], f"must be a component above it: {', '.join(above) or 'there is none'}"
        if component.periods is None:
            return None
        known = self.schedule.names if self.schedule else ()
        if sorted(component.periods) != sorted(known):
            return (
                "periods",
                list(component.periods),
                f"must be the periods of the schedule: {', '.join(known) or 'none'}",
            )
        return None

    def _check_export(self) -> None:
        """Refuse an export scheme that names what is not there or cannot be cancelled."""
        export = self.export
        if export is None:
            return
        for fault in (_twice("cancels", export.cancels), _twice("claws_back", (*export.cancels, *export.claws_back))):
            if fault is not None:
                raise TariffError(f"export.{fault[0]}", *fault[1:])
        for key, names in (("cancels", export.cancels), ("claws_back", export.claws_back)):
            for name in names:
                if name not in self.components or self.components[name].unit != "kWh":
                    raise TariffError(f"export.{key}", name, "must be a component that is charged by kWh")
        if export.basis == "net" and (export.cancels or export.claws_back):
            raise TariffError("export.cancels", list(export.cancels), "with basis net export lowers the import itself")
        if export.carry == "kwh" and not export.offsets:
            raise TariffError("export.carry", "kwh", "kWh are carried only where export is set against import")
        if export.applied == "next-month" and export.carry != "money":
            raise TariffError("export.applied", export.applied, "needs carry = money")
