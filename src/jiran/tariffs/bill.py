"""Bills: one, or those of a street as arrays. A bill is a pure function of a tariff, a month and what was used.

A bill is not monotone in kWh: one kWh less may lower it by RM 20 or raise it. So it is never inverted, only worked out.

Amounts are worked out unrounded, line by line, and rounded once at the end, as bills are. kWh that export took are
charged first and taken back as lines of their own, so a reader sees both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from jiran.errors import TariffError
from jiran.nothing import LAST_DIGITS, NOTHING_KWH
from jiran.tariffs.arithmetic import ManyNumbers, Number, Numbers, OneNumber
from jiran.tariffs.export import Carried, Charged, credit_kept, offset
from jiran.tariffs.lines import Amount, Lines, Month
from jiran.tariffs.model import CARRIED_IN, CARRIED_OUT, MINIMUM, Export, Tariff
from jiran.tariffs.rates import Terms, terms

#: More is no home, and no street.
MOST_KWH = 1e9
#: A bill of more months is one of several years.
MOST_MONTHS = 120.0


@dataclass(frozen=True, slots=True)
class Usage:
    """What a home took from the grid and gave to it in a month; arrays of shape (home, month) for `bills`.

    Attributes:
        import_kwh: Energy from the grid, kWh, 0 to `MOST_KWH`.
        export_kwh: Energy to the grid, kWh.
        by_period: Import in time-of-use periods; what is left of `import_kwh` belongs to the last one.
        demand_kw: Highest demand of the month, mean of half an hour.
    """

    import_kwh: Number
    export_kwh: Number = 0.0
    by_period: Mapping[str, Number] = field(default_factory=dict)
    demand_kw: Number = 0.0


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
        forfeited_kwh: Export that earns nothing.
    """

    lines: tuple[Line, ...]
    total: float
    carried: Carried
    forfeited_kwh: float

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
        forfeited_kwh: Export that earns nothing, shape (home, month).
    """

    lines: tuple[str, ...]
    kinds: tuple[str, ...]
    quantity: NDArray[np.float64]
    amount: NDArray[np.float64]
    total: NDArray[np.float64]
    carried: Carried
    forfeited_kwh: NDArray[np.float64]


def bill(tariff: Tariff, usage: Usage, month: str, months: float = 1.0, carried: Carried | None = None) -> Bill:
    """Return the bill of one home.

    Args:
        tariff: What is charged.
        usage: What was used, numbers.
        month: Month of the bill, as "2025-07": it decides which rates hold.
        months: How many months were read at once: thresholds, tiers and monthly charges count that often.
        carried: What export of earlier months left.

    Raises:
        TariffError: What was used is no amount of energy.

    Example:
        >>> from jiran.tariffs import load_tariff
        >>> found = bill(load_tariff("my-tnb-rp4-domestic-general"), Usage(300.0), "2025-07")
        >>> found.total, found.lines[4]
        (65.79, Line(id='eei', kind='rebate', quantity=300.0, unit='kWh', rate=-0.225, amount=-67.5))
    """
    if not 0.0 < months <= MOST_MONTHS:
        raise TariffError("months", months, f"must be above 0 and at most {MOST_MONTHS:g}")
    _check(tariff, usage)
    export, pool, held = tariff.export, carried or Carried(), terms(tariff, (month,))
    part = usage if months == 1.0 else _part(usage, months)
    used = offset(export, part.import_kwh, part.export_kwh, pool.kwh / months, OneNumber)
    charged = _charged(tariff, held, part, used.offset_kwh, OneNumber)
    money = pool.money / months
    kept = credit_kept(export, charged, money, OneNumber)
    lines, total = [], 0.0
    for name, row in (charged.rows | _last_rows(export, charged, money, kept, OneNumber)).items():
        amount = row.amount * months + 0.0  # never -0
        head = held.heads[name]
        lines.append(Line(name, head.kind, row.quantity * months, head.unit, row.rate, amount))
        total += amount
    left = Carried(used.kept_kwh * months, kept * months).after(export, month)
    return Bill(tuple(lines), OneNumber.rounded(total, tariff.round), left, used.forfeited_kwh * months)


def _part(usage: Usage, months: float) -> Usage:
    """Return what was used in one of several months.

    Thresholds are those of a month, so several months are billed as so many equal ones.
    """
    parts = {name: kwh / months for name, kwh in usage.by_period.items()}
    return Usage(usage.import_kwh / months, usage.export_kwh / months, parts, usage.demand_kw)


def bills(tariff: Tariff, usage: Usage, months: Sequence[str], carried: Carried | None = None) -> Bills:
    """Return the bills of many homes over some months in a row.

    Args:
        tariff: What is charged.
        usage: Arrays of shape (home, month).
        months: The months, as "2025-07".
        carried: What export of earlier months left, numbers or shape (home,).

    Raises:
        TariffError: What was used is no amount of energy.
    """
    full = _full(usage, len(months))
    _check(tariff, full)
    export, pool, shape = tariff.export, carried or Carried(), full.import_kwh.shape
    kwh, offset_kwh, forfeited_kwh = pool.kwh, np.empty(shape), np.empty(shape)
    for column, month in enumerate(months):
        used = offset(export, full.import_kwh[:, column], full.export_kwh[:, column], kwh, ManyNumbers)
        offset_kwh[:, column], forfeited_kwh[:, column] = used.offset_kwh, used.forfeited_kwh
        kwh = Carried(kwh=used.kept_kwh).after(export, month).kwh
    held = terms(tariff, tuple(months))
    charged = _charged(tariff, held, full, offset_kwh, ManyNumbers)
    pools, kept, money = _pools(tariff, charged, pool.money, months, shape)
    rows = charged.rows | _last_rows(export, charged, pools, kept, ManyNumbers)
    quantity = np.stack([np.broadcast_to(row.quantity, shape) for row in rows.values()])
    amount = np.stack([np.broadcast_to(row.amount, shape) for row in rows.values()]) + 0.0
    total = ManyNumbers.rounded(amount.sum(axis=0), tariff.round)
    kinds = tuple(held.heads[name].kind for name in rows)
    return Bills(tuple(rows), kinds, quantity, amount, total, Carried(kwh, money), forfeited_kwh)


def _pools(
    tariff: Tariff, charged: Charged, pool: Number, months: Sequence[str], shape: tuple[int, ...]
) -> tuple[Number, Number, Number]:
    """Return the money that each month finds and keeps, shape (home, month), and what is left after the last, (home,).

    Returns:
        0.0 three times for a tariff that carries no money.
    """
    if tariff.export is None or tariff.export.carry != "money":
        return 0.0, 0.0, 0.0
    found, kept = np.empty(shape), np.empty(shape)
    sums = Charged({}, *(np.broadcast_to(one, shape) for one in charged[1:]))
    for column, month in enumerate(months):
        found[:, column] = pool
        of_month = Charged({}, *(one[:, column] for one in sums[1:]))
        kept[:, column] = credit_kept(tariff.export, of_month, found[:, column], ManyNumbers)
        pool = Carried(money=kept[:, column]).after(tariff.export, month).money
    return found, kept, pool


def _charged(tariff: Tariff, held: Terms, usage: Usage, offset_kwh: Number, numbers: Numbers) -> Charged:
    """Return the lines of all components and of what export takes back, and their sums.

    Args:
        tariff: What is charged.
        held: Its terms in these months.
        usage: What was used.
        offset_kwh: Import that export is set against; of a net tariff it is not charged at all.
        numbers: How to calculate.
    """
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


def _full(usage: Usage, months: int) -> Usage:
    """Return usage whose arrays all have the shape (home, month).

    Args:
        usage: Numbers or arrays that can be spread to the shape of the import.
        months: How many.

    Raises:
        TariffError: They have not.
    """
    shape = np.shape(usage.import_kwh)
    if len(shape) != 2 or shape[1] != months:
        raise TariffError("import_kwh", shape, f"must have the shape (home, {months})")

    def whole(name: str, values: Number) -> NDArray[np.float64]:
        try:
            return np.broadcast_to(np.asarray(values, dtype=np.float64), shape)
        except ValueError:
            raise TariffError(name, np.shape(values), f"must have the shape {shape}") from None

    parts = {name: whole(f"by_period.{name}", kwh) for name, kwh in usage.by_period.items()}
    return Usage(
        whole("import_kwh", usage.import_kwh),
        whole("export_kwh", usage.export_kwh),
        parts,
        whole("demand_kw", usage.demand_kw),
    )


def _check(tariff: Tariff, usage: Usage) -> None:
    """Refuse what is no amount of energy, and periods that a tariff does not have.

    Raises:
        TariffError: There is such a thing.
    """
    named = {"import_kwh": usage.import_kwh, "export_kwh": usage.export_kwh, "demand_kw": usage.demand_kw}
    named |= {f"import_kwh of period {name}": kwh for name, kwh in usage.by_period.items()}
    for name, values in named.items():
        low, high = (values, values) if isinstance(values, float | int) else (np.min(values), np.max(values))
        if not 0.0 <= low <= high <= MOST_KWH:
            raise TariffError(name, float(low if not low >= 0.0 else high), f"must be from 0 to {MOST_KWH:,.0f}")
    known = () if tariff.schedule is None else tuple(tariff.schedule.periods)
    unknown = [name for name in usage.by_period if name not in known]
    if unknown:
        allowed = f"must be of {', '.join(known)}" if known else "this tariff has no periods by time of use"
        raise TariffError(f"import_kwh of period {unknown[0]}", ..., allowed)
    if usage.by_period:
        parts = sum(usage.by_period.values())
        over = np.max(parts - usage.import_kwh * (1.0 + LAST_DIGITS))
        if over > NOTHING_KWH:
            raise TariffError(
                "import_kwh of all periods", float(np.max(parts)), "must not be more than the whole import"
            )
