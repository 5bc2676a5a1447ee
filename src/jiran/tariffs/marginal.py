"""What one kWh more or less is worth to a home under its tariff, as its bills say it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from jiran.tariffs.bill import due_alone
from jiran.tariffs.community import Sharing
from jiran.tariffs.model import Tariff
from jiran.tariffs.shared import Shared
from jiran.tariffs.usage import Usage

Array = NDArray[np.float64]

#: Energy by which a month's import or export is changed to see what that does to its bill.
STEP_KWH = 1.0

#: What is behind these decimals is the residue of sums, and would put homes in an order that are alike.
_DECIMALS = 8


@dataclass(frozen=True)
class Marginal:
    """What a kWh is worth to homes in whole months, per kWh, shape (home, month) each.

    Attributes:
        bought: What a kWh less of import saves, by time-of-use period; "" where a tariff has none.
        sold: What a kWh of export earns.
    """

    bought: Mapping[str, Array]
    sold: Array


def marginal(tariff: Tariff, usage: Usage, months: Sequence[str], scheme: Sharing | None = None) -> Marginal:
    """Return what a kWh is worth to homes, from the bills of a kWh more and of a kWh less.

    Of the two differences the smaller one counts: where a kWh crosses the edge of a tier the other one holds the jump of the
    whole bill, and no kWh but that one is worth it. Each month stands alone: what export leaves for later months is worth
    what it would have earned in its own.

    Args:
        tariff: What is charged.
        usage: What homes use in whole months, arrays of shape (home, month).
        months: The months, as "2025-07".
        scheme: Rules under which a kWh less from the grid comes from neighbours, and a kWh less to it goes to them.
    """
    export = tariff.export
    if export is not None and export.offsets and export.carry != "none":
        usage = replace(usage, export_kwh=np.minimum(usage.export_kwh, np.maximum(usage.import_kwh - STEP_KWH, 0.0)))
    names = ("",) if tariff.schedule is None else tariff.schedule.names
    rest = "" if tariff.schedule is None else tariff.schedule.rest
    changed = [usage]
    for name in names:
        changed += [_importing(usage, name, rest, more) for more in (STEP_KWH, -STEP_KWH)]
    exported = usage.export_kwh
    changed += [replace(usage, export_kwh=np.maximum(exported + more, 0.0)) for more in (STEP_KWH, -STEP_KWH)]
    cost = _cost(tariff, changed, months, scheme)
    base, of_import, of_export = cost[0], cost[1:-2], cost[-2:]
    bought = {}
    for place, name in enumerate(names):
        more, less = of_import[2 * place] - base, base - of_import[2 * place + 1]
        bought[name] = _smaller(more, less, _in_period(usage, name, rest) >= STEP_KWH)
    more, less = base - of_export[0], of_export[1] - base
    return Marginal(bought, _smaller(more, less, exported >= STEP_KWH))


def _smaller(more: Array, less: Array, possible: NDArray[np.bool_]) -> Array:
    """Return the smaller of what a kWh more and a kWh less does, or the first where there is no kWh to take away."""
    return np.asarray(np.round(np.where(possible, np.minimum(more, less), more), _DECIMALS) + 0.0, dtype=np.float64)


def _in_period(usage: Usage, name: str, rest: str) -> Array:
    """Return the import of a period; what is in none of them is in the last one."""
    if name != rest:
        return np.asarray(usage.by_period[name])
    left: Array = usage.import_kwh - sum(usage.by_period.values())
    return left


def _importing(usage: Usage, name: str, rest: str, more_kwh: float) -> Usage:
    """Return usage with more import in a period, or less, but none below 0."""
    more = np.maximum(more_kwh, -np.maximum(_in_period(usage, name, rest), 0.0))
    parts = dict(usage.by_period) if name == rest else {**usage.by_period, name: usage.by_period[name] + more}
    return replace(usage, import_kwh=np.maximum(usage.import_kwh + more, 0.0), by_period=parts)


def _cost(tariff: Tariff, changed: Sequence[Usage], months: Sequence[str], scheme: Sharing | None) -> Array:
    """Return what homes pay with each usage, each month alone, shape (usage, home, month).

    Under a scheme, what differs from the first usage is shared with neighbours; of a kWh more it is one less.
    """

    def together(values: Iterable[Array]) -> Array:
        return np.concatenate(list(values))

    def stacked(import_kwh: Callable[[Usage], Array], by_period: Callable[[Usage, str], Array]) -> Usage:
        return Usage(
            together(import_kwh(one) for one in changed),
            together(one.export_kwh for one in changed),
            {name: together(by_period(one, name) for one in changed) for name in usage.by_period},
        )

    usage, shared = changed[0], None
    if scheme is not None:
        bought = stacked(
            lambda one: usage.import_kwh - one.import_kwh,
            lambda one, name: usage.by_period[name] - one.by_period[name],
        )
        shared = Shared(scheme, bought, together(usage.export_kwh - one.export_kwh for one in changed))
    whole = stacked(lambda one: one.import_kwh, lambda one, name: one.by_period[name])
    return due_alone(tariff, whole, months, shared).reshape(len(changed), *usage.import_kwh.shape)
