"""What export does to the months that follow: kWh and money that are set against import, kept, or lost.

A month uses its own export and what is left of earlier ones; what it cannot use goes on, or is lost. The order matters:
import is set off first in kWh, and credit in money lowers what is then due, never below the minimum.
"""

from __future__ import annotations

from typing import NamedTuple

from jiran.tariffs.arithmetic import Number, Numbers
from jiran.tariffs.lines import Amount
from jiran.tariffs.model import Export, Tariff


class Carried(NamedTuple):
    """What export left for later months.

    Attributes:
        kwh: Energy that import will be set against.
        money: Credit that bills will be lowered by.
    """

    kwh: Number = 0.0
    money: Number = 0.0

    def after(self, export: Export | None, month: str) -> Carried:
        """Return what is left of it when a month is over.

        Args:
            export: What export earns, if anything.
            month: The month that ends, as "2025-07".
        """
        return Carried(self.kwh * 0.0, self.money * 0.0) if expires(export, month) else self


def expires(export: Export | None, month: str) -> bool:
    """Tell whether what was carried is lost when a month is over.

    Args:
        export: What export earns, if anything.
        month: The month that ends, as "2025-07".
    """
    return export is not None and export.expires_after_month == int(month[5:])


class Offset(NamedTuple):
    """How the export of a month is used, kWh.

    Attributes:
        offset_kwh: Set against import.
        kept_kwh: Kept for later months.
        forfeited_kwh: Cannot be used and is not kept, also what earlier months left to a tariff that sets none off; what a
            price pays for all the same, `unpaid_kwh` takes out.
    """

    offset_kwh: Number
    kept_kwh: Number
    forfeited_kwh: Number


def offset(export: Export | None, import_kwh: Number, export_kwh: Number, pool_kwh: Number, numbers: Numbers) -> Offset:
    """Set export, and what was kept of it, against import.

    Args:
        export: What export earns; None: nothing, and all of it is forfeited.
        import_kwh: The month's import.
        export_kwh: The month's export.
        pool_kwh: What earlier months left.
        numbers: How to calculate.
    """
    nothing = export_kwh * 0.0
    if export is None or not export.offsets:
        return Offset(nothing, nothing, pool_kwh + export_kwh)
    available_kwh = export_kwh + pool_kwh
    used = numbers.least(import_kwh, available_kwh)
    return (
        Offset(used, available_kwh - used, nothing)
        if export.carry == "kwh"
        else Offset(used, nothing, available_kwh - used)
    )


class Charged(NamedTuple):
    """What a month costs.

    Attributes:
        rows: Lines of components, and of what export takes back of them.
        charge: Sum of all that is no credit.
        credit: What export earns, as a positive amount.
        minimum: What must be paid in any case.
    """

    rows: dict[str, Amount]
    charge: Number
    credit: Number
    minimum: Number


def unpaid_kwh(tariff: Tariff, charged: Charged, export_kwh: Number, forfeited_kwh: Number, numbers: Numbers) -> Number:
    """Return how much of what is forfeited earns nothing: what a component by exported kWh pays for is not among it.

    Args:
        tariff: What is charged.
        charged: What the month costs.
        export_kwh: The month's export.
        forfeited_kwh: What is set against nothing and not kept, of this month or of earlier ones.
        numbers: How to calculate.
    """
    names = [name for name, component in tariff.components.items() if component.unit == "exported-kWh"]
    if not names:
        return forfeited_kwh
    earns = sum(charged.rows[name].amount for name in names) < 0.0
    return forfeited_kwh - numbers.least(forfeited_kwh, export_kwh) * earns


def credit_kept(export: Export | None, charged: Charged, pool: Number, numbers: Numbers) -> Number:
    """Return how much of a month's credit, and of what earlier months left, is kept for later ones, in money.

    Args:
        export: What export earns.
        charged: What the month costs.
        pool: What earlier months left, in the currency.
        numbers: How to calculate.
    """
    if export is None or export.carry != "money":
        return 0.0
    usable = pool if export.applied == "next-month" else pool + charged.credit
    used = numbers.least(usable, numbers.most(charged.charge - charged.minimum, 0.0))
    return pool + charged.credit - used
