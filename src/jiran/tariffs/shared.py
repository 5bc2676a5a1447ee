"""What kWh from and to neighbours change in a bill, under a scheme of sharing.

Two bills tell it: that of what came from the grid, and that of all kWh as though all of them had. Of the difference in each line
a shared kWh pays the part that the scheme says, in a line of its own.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from jiran.tariffs.lines import Amount
from jiran.tariffs.model import PREMIUM, SHARED
from jiran.tariffs.usage import in_one_month

if TYPE_CHECKING:
    from jiran.tariffs.arithmetic import Number, Numbers
    from jiran.tariffs.community import Sharing
    from jiran.tariffs.export import Charged
    from jiran.tariffs.model import Tariff
    from jiran.tariffs.usage import Usage


class Shared(NamedTuple):
    """What homes shared in a month.

    Attributes:
        scheme: Its rules.
        bought: What came from neighbours, as though it were import; its demand is how much higher that of the month would be.
        sold_kwh: What went to neighbours.
    """

    scheme: Sharing
    bought: Usage
    sold_kwh: Number

    def in_one_month(self, months: Number) -> Shared:
        """Return what was shared in one of several months, as `usage.in_one_month` does."""
        return self._replace(bought=in_one_month(self.bought, months), sold_kwh=self.sold_kwh / months)


def crossed(usage: Usage, shared: Shared | None) -> Usage:
    """Return what the utility bills as from and to the grid: in a virtual scheme what was shared too, for bills stay."""
    if shared is None or shared.scheme.allocation != "virtual":
        return usage
    return replace(as_from_grid(usage, shared), export_kwh=usage.export_kwh + shared.sold_kwh)


def as_from_grid(usage: Usage, shared: Shared) -> Usage:
    """Return usage as though all that came from neighbours had come from the grid."""
    bought = shared.bought
    return replace(
        usage,
        import_kwh=usage.import_kwh + bought.import_kwh,
        by_period={name: kwh + bought.by_period[name] for name, kwh in usage.by_period.items()},
        demand_kw=usage.demand_kw + bought.demand_kw,
    )


def pays(tariff: Tariff, scheme: Sharing) -> dict[str, float]:
    """Return the part of each component that a shared kWh still pays, by its id; without those of which it is nothing."""
    if scheme.allocation == "virtual":
        return {}
    parts = {
        name: scheme.pays_of(one.kind)
        for name, one in tariff.components.items()
        if one.kind not in ("credit", "minimum") and one.unit != "exported-kWh"
    }
    return {name: part for name, part in parts.items() if part}


def with_shared(charged: Charged, whole: Charged, tariff: Tariff, scheme: Sharing, numbers: Numbers) -> Charged:
    """Return what is charged with what shared kWh still pay, in lines of their own.

    A tax that the scheme does not name is taken of what they pay: as much of it as of its base, and ``pays_else`` of that.

    Args:
        charged: What kWh from the grid pay.
        whole: What all kWh would pay if the grid had delivered them.
        tariff: What is charged.
        scheme: Which part of it shared kWh pay.
        numbers: How to calculate.
    """
    rows, charge = dict(charged.rows), charged.charge
    for name, named in pays(tariff, scheme).items():
        component, part = tariff.components[name], named
        grid, every = charged.rows[name], whole.rows[name]
        if component.unit == "share" and component.kind not in scheme.pays:
            paid = sum(rows[SHARED + one].amount for one in component.base if SHARED + one in rows)
            spared = sum(whole.rows[one].amount - charged.rows[one].amount for one in component.base)
            part = part * numbers.ratio(paid, spared, 0.0)
        quantity, amount = part * (every.quantity - grid.quantity), part * (every.amount - grid.amount)
        rows[SHARED + name] = Amount(quantity, numbers.ratio(amount, quantity, every.rate), amount)
        charge = charge + amount
    return charged._replace(rows=rows, charge=charge)


def premium_row(shared: Shared | None) -> dict[str, Amount]:
    """Return the line of the premium, which the state pays on top of every bill, or no line."""
    if shared is None or not shared.scheme.premium:
        return {}
    scheme, share = shared.scheme, shared.scheme.premium_to_buyers
    kwh = share * shared.bought.import_kwh + (1.0 - share) * shared.sold_kwh
    return {PREMIUM: Amount(kwh, -scheme.premium, -scheme.premium * kwh)}
