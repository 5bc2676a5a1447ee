"""Bills: one, or those of a street as arrays. A bill is a pure function of a tariff, a month and what was used.

A bill is not monotone in kWh: one kWh less may lower it by RM 20 or raise it. So it is never inverted, only worked out.

Amounts are worked out unrounded, line by line, and rounded once at the end, as bills are. kWh that export took are
charged first and taken back as lines of their own, so a reader sees both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from jiran.errors import TariffError
from jiran.tariffs.arithmetic import ManyNumbers, Number, Numbers, OneNumber
from jiran.tariffs.export import Carried, Charged, credit_kept, expires, offset, unpaid_kwh
from jiran.tariffs.lines import Amount, Lines, Month
from jiran.tariffs.model import CARRIED_IN, CARRIED_OUT, MINIMUM, Export, Tariff
from jiran.tariffs.rates import Terms, terms
from jiran.tariffs.shared import Shared, as_from_grid, crossed, pays, premium_row, with_shared
from jiran.tariffs.usage import Usage, check, filled, in_one_month

#: A bill of more months is one of several years, and one of less is of no minute.
LEAST_MONTHS, MOST_MONTHS = 0.000_01, 120.0


class Line(NamedTuple):
    """One line of a bill: quantity * rate = amount, not rounded; money back is negative.

    Attributes:
        id: Name of the component, or of one of the lines that every bill has.
        kind: One of `model.Kind`, or "carried".
        quantity: What the rate is multiplied with, in `unit`.
        unit: kWh, kW, month, or the currency for a share of amounts.
        rate: Per unit; of blocks and periods the mean.
        amount: In the currency, below 0 what lowers the bill.
    """

    id: str
    kind: str
    quantity: float
    unit: str
    rate: float
    amount: float


@dataclass(frozen=True, slots=True)
class Bill:
    """One bill.

    Attributes:
        lines: Every component, charged or not, then what export and carrying add, and the minimum.
        total: Their sum, rounded half up once.
        carried: What export left for later months.
        forfeited_kwh: Export that earns nothing, also what was kept of it and is lost at the end of this month.
    """

    lines: tuple[Line, ...]
    total: float
    carried: Carried
    forfeited_kwh: float

    @property
    def lines_alone(self) -> float:
        """What the lines come to before the minimum lifts them, not rounded."""
        return sum(line.amount for line in self.lines if line.id != MINIMUM)

    def amount(self, name: str) -> float:
        """Return the amount of a line, 0 if there is none.

        Args:
            name: Id of a line; lines of what export takes back begin with `model.CREDIT`.
        """
        return sum(line.amount for line in self.lines if line.id == name)


@dataclass(frozen=True)
class Bills:
    """The bills of a street.

    Attributes:
        lines: Names of the lines, as in `Bill`; all bills have the same.
        kinds: Their kinds.
        quantity: Shape (line, home, month).
        amount: Shape (line, home, month), not rounded.
        total: Shape (home, month), each rounded as on a bill.
        carried: What export left after the last month, shape (home,).
        forfeited_kwh: Export that earns nothing, as in `Bill`, shape (home, month).
    """

    lines: tuple[str, ...]
    kinds: tuple[str, ...]
    quantity: NDArray[np.float64]
    amount: NDArray[np.float64]
    total: NDArray[np.float64]
    carried: Carried
    forfeited_kwh: NDArray[np.float64]


def bill(
    tariff: Tariff,
    usage: Usage,
    month: str,
    months: float = 1.0,
    carried: Carried | None = None,
    shared: Shared | None = None,
) -> Bill:
    """Return the bill of one home.

    Args:
        tariff: What is charged.
        usage: What was used, numbers.
        month: Month of the bill, as "2025-07": it decides which rates hold.
        months: How many months were read at once: thresholds, tiers and monthly charges count that often.
        carried: What export of earlier months left.
        shared: What came from and went to neighbours, under a scheme of sharing.

    Raises:
        TariffError: What was used is no amount of energy.

    Example:
        >>> from jiran.tariffs import load_tariff
        >>> found = bill(load_tariff("my-tnb-rp4-domestic-general"), Usage(300.0), "2025-07")
        >>> found.total, found.lines[4]
        (65.79, Line(id='eei', kind='rebate', quantity=300.0, unit='kWh', rate=-0.225, amount=-67.5))
    """
    if not LEAST_MONTHS <= months <= MOST_MONTHS:
        raise TariffError("months", months, f"must be from {LEAST_MONTHS:.5f} to {MOST_MONTHS:g}")
    whole = crossed(usage, shared)
    check(tariff, whole)
    export, pool, held = tariff.export, carried or Carried(), terms(tariff, (month,))
    part = whole if months == 1.0 else in_one_month(whole, months)
    shared = shared and shared.in_one_month(months)
    used = offset(export, part.import_kwh, part.export_kwh, pool.kwh / months, OneNumber)
    charged = _charged(tariff, held, part, used.offset_kwh, OneNumber, shared)
    money = pool.money / months
    kept = credit_kept(export, charged, money, OneNumber)
    lines, total = [], 0.0
    rows = charged.rows | _last_rows(export, charged, money, kept, OneNumber) | premium_row(shared)
    for name, row in rows.items():
        amount = row.amount * months + 0.0  # never -0
        head = held.heads[name]
        lines.append(Line(name, head.kind, row.quantity * months, head.unit, row.rate, amount))
        total += amount
    left = Carried(used.kept_kwh * months, kept * months).after(export, month)
    lost_kwh = used.forfeited_kwh + used.kept_kwh if expires(export, month) else used.forfeited_kwh
    unpaid = unpaid_kwh(tariff, charged, part.export_kwh, lost_kwh, OneNumber)
    return Bill(tuple(lines), OneNumber.rounded(total, tariff.round), left, unpaid * months)


def bills(
    tariff: Tariff,
    usage: Usage,
    months: Sequence[str],
    carried: Carried | None = None,
    parts: NDArray[np.float64] | None = None,
    shared: Shared | None = None,
) -> Bills:
    """Return the bills of many homes over some months in a row.

    Args:
        tariff: What is charged.
        usage: Arrays of shape (home, month).
        months: The months, as "2025-07".
        carried: What export of earlier months left, numbers or shape (home,).
        parts: How much of each month was used in, shape (month,), above 0: thresholds, tiers and monthly charges count that
            often, as those of `bill` do; default: each month is whole.
        shared: What came from and went to neighbours, under a scheme of sharing, arrays of shape (home, month).

    Raises:
        TariffError: What was used is no amount of energy.
    """
    full = crossed(filled(usage, len(months)), shared)
    check(tariff, full)
    export, pool, shape = tariff.export, carried or Carried(), full.import_kwh.shape
    part = np.broadcast_to(1.0 if parts is None else parts, shape)
    if parts is not None:
        full, shared = in_one_month(full, parts), shared and shared.in_one_month(parts)
    offset_kwh, forfeited_kwh, kwh = _offsets(tariff, full, pool.kwh, months, part)
    held = terms(tariff, tuple(months))
    charged = _charged(tariff, held, full, offset_kwh, ManyNumbers, shared)
    pools, kept, money = _pools(tariff, charged, pool.money, months, part)
    unpaid = unpaid_kwh(tariff, charged, full.export_kwh, forfeited_kwh, ManyNumbers)
    rows = charged.rows | _last_rows(export, charged, pools, kept, ManyNumbers) | premium_row(shared)
    quantity, amount = np.empty((2, len(rows), *shape))
    for place, row in enumerate(rows.values()):
        quantity[place], amount[place] = row.quantity, row.amount
    quantity *= part
    amount *= part
    amount += 0.0  # never -0
    total = ManyNumbers.rounded(amount.sum(axis=0), tariff.round)
    kinds = tuple(held.heads[name].kind for name in rows)
    return Bills(tuple(rows), kinds, quantity, amount, total, Carried(kwh, money), unpaid * part)


def due_alone(tariff: Tariff, usage: Usage, months: Sequence[str], shared: Shared | None = None) -> NDArray[np.float64]:
    """Return what each home has to pay in each month if that were the only one, not rounded, shape (home, month).

    Credit that a month leaves for others counts as earned in it.

    Args:
        tariff: What is charged.
        usage: Arrays of shape (home, month), of whole months.
        months: The months, as "2025-07".
        shared: As in `bills`.
    """
    usage = crossed(usage, shared)
    used = offset(tariff.export, usage.import_kwh, usage.export_kwh, 0.0, ManyNumbers)
    charged = _charged(tariff, terms(tariff, tuple(months)), usage, used.offset_kwh, ManyNumbers, shared)
    kept = credit_kept(tariff.export, charged, 0.0, ManyNumbers)
    due = charged.charge - charged.credit
    due = due + ManyNumbers.most(charged.minimum - due - kept, 0.0)
    for row in premium_row(shared).values():
        due = due + row.amount
    return np.asarray(np.broadcast_to(due, usage.import_kwh.shape))


def _offsets(
    tariff: Tariff, usage: Usage, pool_kwh: Number, months: Sequence[str], part: NDArray[np.float64]
) -> tuple[Number, Number, Number]:
    """Return import that export is set against and export that earns nothing, shape (home, month), and kWh left, (home,).

    Only where kWh are kept has one month to wait for the one before.
    """
    export = tariff.export
    if (export is None or export.carry != "kwh") and not np.any(pool_kwh):
        used = offset(export, usage.import_kwh, usage.export_kwh, 0.0, ManyNumbers)
        return used.offset_kwh, used.forfeited_kwh, 0.0
    offset_kwh, forfeited_kwh = np.empty((2, *part.shape))
    for column, month in enumerate(months):
        there = pool_kwh / part[:, column]
        used = offset(export, usage.import_kwh[:, column], usage.export_kwh[:, column], there, ManyNumbers)
        lost_kwh = used.kept_kwh if expires(export, month) else 0.0
        offset_kwh[:, column], forfeited_kwh[:, column] = used.offset_kwh, used.forfeited_kwh + lost_kwh
        pool_kwh = Carried(kwh=used.kept_kwh * part[:, column]).after(export, month).kwh
    return offset_kwh, forfeited_kwh, pool_kwh


def _pools(
    tariff: Tariff, charged: Charged, pool: Number, months: Sequence[str], part: NDArray[np.float64]
) -> tuple[Number, Number, Number]:
    """Return the money that each month finds and keeps, shape (home, month), and what is left after the last, (home,).

    What months find and keep is for whole months, as all that is charged is.
    """
    if tariff.export is None or tariff.export.carry != "money":
        return 0.0, 0.0, 0.0
    found, kept = np.empty(part.shape), np.empty(part.shape)
    sums = Charged({}, *(np.broadcast_to(one, part.shape) for one in charged[1:]))
    for column, month in enumerate(months):
        found[:, column] = pool / part[:, column]
        of_month = Charged({}, *(one[:, column] for one in sums[1:]))
        kept[:, column] = credit_kept(tariff.export, of_month, found[:, column], ManyNumbers)
        pool = Carried(money=kept[:, column] * part[:, column]).after(tariff.export, month).money
    return found, kept, pool


def _charged(
    tariff: Tariff, held: Terms, usage: Usage, offset_kwh: Number, numbers: Numbers, shared: Shared | None = None
) -> Charged:
    """Return the lines of all components, of what export takes back and of what shared kWh still pay, and their sums.

    Args:
        tariff: What is charged.
        held: Its terms in these months.
        usage: What was used.
        offset_kwh: Import that export is set against; of a net tariff it is not charged at all.
        numbers: How to calculate.
        shared: What came from neighbours, under a scheme of sharing.
    """
    found = _of_grid(tariff, held, usage, offset_kwh, numbers)
    if shared is None or not pays(tariff, shared.scheme):
        return found
    whole = _of_grid(tariff, held, as_from_grid(usage, shared), offset_kwh, numbers)
    return with_shared(found, whole, tariff, shared.scheme, numbers)


def _of_grid(tariff: Tariff, held: Terms, usage: Usage, offset_kwh: Number, numbers: Numbers) -> Charged:
    """Return the lines of components and of what export takes back, and their sums; arguments as `_charged`."""
    kwh, parts, export = usage.import_kwh, usage.by_period, tariff.export
    if export is not None and export.basis == "net":
        share = numbers.ratio(kwh - offset_kwh, kwh, 1.0)
        kwh, parts = kwh - offset_kwh, {name: part * share for name, part in parts.items()}
    rest = "" if tariff.schedule is None else tariff.schedule.rest
    month = Month(kwh, parts, rest, usage.export_kwh, offset_kwh, usage.demand_kw)
    lines = Lines(held, month, numbers)
    taken = {} if export is None else lines.credits(export)
    charge: Number = 0.0
    credit = -sum(row.amount for row in taken.values())
    for name, row in lines.found.items():
        if tariff.components[name].kind == "credit":
            credit = credit - row.amount
        else:
            charge = charge + row.amount
    return Charged(lines.found | taken, charge, credit, lines.minimum)


def _last_rows(
    export: Export | None, charged: Charged, pool: Number, kept: Number, numbers: Numbers
) -> dict[str, Amount]:
    """Return the lines that close a bill: credit from and for other months, and what lifts it to its minimum.

    Args:
        export: What export earns, if anything.
        charged: The lines above.
        pool: Credit of earlier months, in the currency.
        kept: Credit for later ones.
        numbers: How to calculate.

    Returns:
        Two lines of credit where money is carried, and the lift to the minimum, which may be 0.
    """
    rows: dict[str, Amount] = {}
    due = charged.charge - charged.credit
    if export is not None and export.carry == "money":
        rows = {CARRIED_IN: Amount(1.0, -pool, -pool), CARRIED_OUT: Amount(1.0, kept, kept)}
        due = due - pool + kept
    lift = numbers.most(charged.minimum - due, 0.0)
    return rows | {MINIMUM: Amount(1.0, lift, lift)}
