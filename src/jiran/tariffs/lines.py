"""The lines of a bill: what each component charges for a month's kWh, and what export takes back of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from jiran.nothing import NOTHING_KWH
from jiran.tariffs.model import CREDIT, Export
from jiran.tariffs.arithmetic import Number, Numbers
from jiran.tariffs.rates import Charge, Rates


class Amount(NamedTuple):
    """One line: quantity * rate = amount."""

    quantity: Number
    rate: Number
    amount: Number


@dataclass(frozen=True, slots=True)
class Month:
    """What is billed.

    Attributes:
        kwh: Energy that the components by kWh are charged for.
        by_period: How much of it is in each period but the last.
        rest: Name of the last period.
        exported_kwh: Energy exported.
        offset_kwh: How much of it is set against `kwh`.
        demand_kw: Highest demand.
    """

    kwh: Number
    by_period: Mapping[str, Number]
    rest: str
    exported_kwh: Number
    offset_kwh: Number
    demand_kw: Number


class Lines:
    """The components of a month, one after the other: a share is of those before it."""

    def __init__(self, charges: Sequence[Charge], month: Month, numbers: Numbers) -> None:
        """Charge all components."""
        self._month, self._numbers = month, numbers
        self._level = month.kwh - NOTHING_KWH  # a sum of steps that should be 600 may be a little more
        self._charges = {charge.name: charge for charge in charges}
        self.found: dict[str, Amount] = {}
        for charge in charges:
            if charge.component.kind != "minimum":
                self.found[charge.name] = self._charge(charge)
        minimum = next((charge for charge in charges if charge.component.kind == "minimum"), None)
        self.minimum: Number = 0.0 if minimum is None else self._charge(minimum).amount

    def _charge(self, charge: Charge) -> Amount:
        component, month = charge.component, self._month
        if component.unit == "kWh":
            line = self._by_kwh(charge, month.kwh)
        else:
            if component.unit == "month":
                quantity: Number = 1.0
            elif component.unit == "kW":
                quantity = month.demand_kw
            elif component.unit == "exported-kWh":
                quantity = month.exported_kwh
            else:
                quantity = self._base(charge)
            rate = charge.rates[0]
            line = Amount(quantity, rate, quantity * rate)
        if component.above_kwh is None and component.up_to_kwh is None:
            return line
        applies = self._applies(charge)
        return Amount(line.quantity * applies, line.rate, line.amount * applies)

    def _applies(self, charge: Charge) -> Number:
        """Return 1 where a component is charged for the month's kWh at all, else 0."""
        above, up_to = charge.component.above_kwh, charge.component.up_to_kwh
        applies: Number = True if above is None else self._level > above
        return applies if up_to is None else applies * (self._level <= up_to)

    def _by_kwh(self, charge: Charge, kwh: Number) -> Amount:
        """Charge some kWh; which tier of a slab they are in, the month's total decides."""
        component, numbers = charge.component, self._numbers
        if charge.periods is not None:
            amount = self._by_period(charge.periods, component.bounds)
            first = next(iter(charge.periods.values()))[0]
            return Amount(kwh, numbers.ratio(amount, kwh, first), amount)
        if component.shape == "block":
            tier = numbers.tier(component.bounds, kwh)
            lower = numbers.pick((0.0, *component.bounds), tier)
            amount = numbers.pick(charge.below, tier) + (kwh - lower) * numbers.pick(charge.rates, tier)
            return Amount(kwh, numbers.ratio(amount, kwh, charge.rates[0]), amount)
        rate = charge.rates[0]
        if component.shape == "slab":
            rate = numbers.pick(charge.rates, numbers.tier(component.bounds, self._level))
        return Amount(kwh, rate, kwh * rate)

    def _by_period(self, periods: Mapping[str, Rates], bounds: Sequence[float]) -> Number:
        month, numbers = self._month, self._numbers
        tier = numbers.tier(bounds, self._level) if bounds else None
        left, amount = month.kwh, 0.0
        for name, rates in periods.items():
            if name != month.rest:
                kwh = month.by_period.get(name, 0.0)
                amount += kwh * (rates[0] if tier is None else numbers.pick(rates, tier))
                left = left - kwh
        rates = periods[month.rest]
        return amount + left * (rates[0] if tier is None else numbers.pick(rates, tier))

    def _base(self, charge: Charge) -> Number:
        """Return what a share is a share of."""
        least = charge.component.base_above_kwh
        amounts = [
            self._part(self._charges[name], least) if least else self.found[name].amount
            for name in charge.component.base
        ]
        return sum(amounts[1:], amounts[0])

    def _part(self, charge: Charge, above_kwh: Number) -> Number:
        """Return what is charged for the kWh above a threshold, or for all that is not charged by kWh."""
        amount, kwh = self.found[charge.name].amount, self._month.kwh
        if charge.component.unit != "kWh":
            return amount
        kept = self._numbers.least(kwh, above_kwh)
        if charge.component.shape == "block":
            return amount - self._by_kwh(charge, kept).amount * self._applies(charge)
        return amount * (1.0 - self._numbers.ratio(kept, kwh, 1.0))

    def credits(self, export: Export) -> dict[str, Amount]:
        """Return what export takes back of components, and what rebates it loses; both as amounts to be added."""
        month, numbers = self._month, self._numbers
        found: dict[str, Amount] = {}
        for name in (*export.cancels, *export.claws_back):
            amount = -self._part(self._charges[name], month.kwh - month.offset_kwh)
            rate = numbers.ratio(amount, month.offset_kwh, -self.found[name].rate)
            found[CREDIT + name] = Amount(month.offset_kwh, rate, amount)
        return found
