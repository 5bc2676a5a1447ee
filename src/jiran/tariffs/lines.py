"""The lines of a bill: what each component charges for a month's kWh, and what export takes back of it.

Formulas stand once, for numbers and arrays: what differs is passed in as `Numbers`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from jiran.nothing import NOTHING_KWH
from jiran.tariffs.arithmetic import Number, Numbers
from jiran.tariffs.model import CREDIT, Export
from jiran.tariffs.rates import Charge, Rates, Terms


class Amount(NamedTuple):
    """One line: quantity * rate = amount.

    Attributes:
        quantity: In the unit of the component.
        rate: Per unit, signed; of several tiers the mean.
        amount: In the currency, not rounded.
    """

    quantity: Number
    rate: Number
    amount: Number


class Month(NamedTuple):
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

    def __init__(self, terms: Terms, month: Month, numbers: Numbers) -> None:
        """Charge all components.

        Args:
            terms: The tariff.
            month: What is billed.
            numbers: How to calculate.
        """
        self._charges, self._month, self._numbers = terms.charges, month, numbers
        self._level = month.kwh - NOTHING_KWH  # a sum of steps that should be 600 may be a little more
        self._quantities = {"month": 1.0, "kW": month.demand_kw, "exported-kWh": month.exported_kwh}
        self.found: dict[str, Amount] = {}
        for name, charge in terms.charges.items():
            self.found[name] = self._charge(charge)
        self.minimum: Number = 0.0 if terms.minimum is None else self._charge(terms.minimum).amount

    def _charge(self, charge: Charge) -> Amount:
        """Return a component's line; all of it is 0 in a month with too few or too many kWh."""
        if charge.unit == "kWh":
            line = self._by_kwh(charge, self._month.kwh)
        else:
            quantity = self._base(charge) if charge.unit == "share" else self._quantities[charge.unit]
            rate = charge.rates[0]
            line = Amount(quantity, rate, quantity * rate)
        if charge.above_kwh is None and charge.up_to_kwh is None:
            return line
        applies = self._applies(charge)
        return Amount(line.quantity * applies, line.rate, line.amount * applies)

    def _applies(self, charge: Charge) -> Number:
        """Return True where a component is charged for the month's kWh at all.

        A bound belongs to the months below it; sums of steps may exceed it by `NOTHING_KWH`.
        """
        applies: Number = True
        if charge.above_kwh is not None:
            applies = self._level > charge.above_kwh
        return applies if charge.up_to_kwh is None else applies * (self._level <= charge.up_to_kwh)

    def _by_kwh(self, charge: Charge, kwh: Number) -> Amount:
        """Charge some kWh; which tier of a slab they are in, the month's total decides.

        Args:
            charge: A component by kWh.
            kwh: How many are charged; of a block the cheapest tiers first.
        """
        numbers, rates = self._numbers, charge.rates
        if charge.periods is not None:
            amount = self._by_period(charge.periods, charge.bounds)
            return Amount(kwh, numbers.ratio(amount, kwh, rates[0]), amount)
        if charge.shape == "flat":
            return Amount(kwh, rates[0], kwh * rates[0])
        if charge.shape == "slab":
            rate = numbers.pick(rates, numbers.tier(charge.bounds, self._level))
            return Amount(kwh, rate, kwh * rate)
        tier = numbers.tier(charge.bounds, kwh)
        within = kwh - numbers.pick(charge.edges, tier)
        amount = numbers.pick(charge.below, tier) + within * numbers.pick(rates, tier)
        return Amount(kwh, numbers.ratio(amount, kwh, rates[0]), amount)

    def _by_period(self, periods: Mapping[str, Rates], bounds: Sequence[float]) -> Number:
        """Return what all periods cost; the tier is that of the month's whole import, whatever the period."""
        month, numbers = self._month, self._numbers
        tier = numbers.tier(bounds, self._level)
        left, amount = month.kwh, 0.0
        for name, rates in periods.items():
            if name != month.rest:
                kwh = month.by_period.get(name, 0.0)
                amount += kwh * numbers.pick(rates, tier)
                left = left - kwh
        return amount + left * numbers.pick(periods[month.rest], tier)

    def _base(self, charge: Charge) -> Number:
        """Return what a share is a share of.

        What is charged by kWh counts only above `base_above_kwh`: evenly for one rate, the dearest blocks for several.
        """
        found = self.found
        even, blocks, whole = charge.base
        amount: Number = 0.0
        if even:
            kwh = self._month.kwh
            kept = self._numbers.least(kwh, charge.base_above_kwh)
            for name in even:
                amount = amount + found[name].amount
            amount = amount * (1.0 - self._numbers.ratio(kept, kwh, 1.0))
        for name in blocks:
            amount = amount + self._above(self._charges[name], charge.base_above_kwh)
        for name in whole:
            amount = amount + found[name].amount
        return amount

    def _above(self, charge: Charge, kept_kwh: Number) -> Number:
        """Return what is charged for the kWh above those that are kept: of a block the dearest ones.

        Args:
            charge: A component by kWh that stands above.
            kept_kwh: The kWh that do not count.
        """
        amount, kwh, numbers = self.found[charge.name].amount, self._month.kwh, self._numbers
        kept = numbers.least(kwh, kept_kwh)
        if charge.shape == "block":
            return amount - self._by_kwh(charge, kept).amount * self._applies(charge)
        return amount * (1.0 - numbers.ratio(kept, kwh, 1.0))

    def credits(self, export: Export) -> dict[str, Amount]:
        """Return what export takes back of components, and what rebates it loses; both as amounts to be added.

        Args:
            export: Names the components; each exported kWh takes back the dearest ones first.
        """
        offset = self._month.offset_kwh
        found: dict[str, Amount] = {}
        for name in (*export.cancels, *export.claws_back):
            amount = -self._above(self._charges[name], self._month.kwh - offset)
            found[CREDIT + name] = Amount(offset, self._numbers.ratio(amount, offset, -self.found[name].rate), amount)
        return found
