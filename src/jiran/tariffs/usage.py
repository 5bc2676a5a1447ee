"""What a home took from the grid and gave to it in a month, checked before it is billed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from jiran.errors import TariffError
from jiran.nothing import LAST_DIGITS, NOTHING_KWH
from jiran.words import listed

if TYPE_CHECKING:
    from jiran.tariffs.arithmetic import Number
    from jiran.tariffs.model import Tariff

#: More is no home, and no street.
MOST_KWH = 1e9


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


def in_one_month(usage: Usage, months: Number) -> Usage:
    """Return what was used in one of several months, or would be in a whole one.

    Thresholds are those of a month, so several months are billed as so many equal ones.
    """
    parts = {name: kwh / months for name, kwh in usage.by_period.items()}
    return Usage(usage.import_kwh / months, usage.export_kwh / months, parts, usage.demand_kw)


def filled(usage: Usage, months: int) -> Usage:
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


def check(tariff: Tariff, usage: Usage) -> None:
    """Refuse what is no amount of energy, and periods that a tariff does not have.

    Raises:
        TariffError: There is such a thing.
    """
    named = {"import_kwh": usage.import_kwh, "export_kwh": usage.export_kwh, "demand_kw": usage.demand_kw}
    named |= {f"import_kwh of period {name}": kwh for name, kwh in usage.by_period.items()}
    for name, values in named.items():
        low, high = (
            (values, values)
            if isinstance(values, float | int)
            else (np.min(values, initial=0.0), np.max(values, initial=0.0))
        )
        if not 0.0 <= low <= high <= MOST_KWH:
            raise TariffError(name, float(low if not low >= 0.0 else high), f"must be from 0 to {MOST_KWH:,.0f}")
    known = () if tariff.schedule is None else tuple(tariff.schedule.periods)
    unknown = [name for name in usage.by_period if name not in known]
    if unknown:
        allowed = "this tariff has no periods by time of use"
        if tariff.schedule is not None:
            allowed = f"must be of {listed(list(known))}; the rest of the import is {tariff.schedule.rest}"
        raise TariffError(f"import_kwh of period {unknown[0]}", ..., allowed)
    if usage.by_period:
        _check_parts(usage)


def _check_parts(usage: Usage) -> None:
    """Refuse periods that come to more than the import of which they are parts.

    Raises:
        TariffError: They do.
    """
    parts, whole = np.broadcast_arrays(sum(usage.by_period.values()), usage.import_kwh)
    over = parts - whole * (1.0 + LAST_DIGITS)
    if not over.size or over.max() <= NOTHING_KWH:
        return
    worst = int(over.argmax())
    named = f"{'period' if len(usage.by_period) == 1 else 'periods'} {', '.join(usage.by_period)}"
    allowed = f"must not be more than the whole import, {whole.flat[worst]:.10g} kWh"
    raise TariffError(f"import_kwh of {named}", float(parts.flat[worst]), allowed)
