"""Which tariff holds in which month: one that follows another takes its place in the month in which it begins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jiran.errors import TariffError
from jiran.tariffs.files import find_tariff

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jiran.tariffs.model import Tariff


def held(tariff: Tariff, months: Sequence[str]) -> list[tuple[Tariff, slice]]:
    """Return the tariffs that hold in some months in a row, each with its months, as places in the list.

    A month belongs to the tariff that holds at its end; before the first one of which anything is known, that one is taken.

    Args:
        tariff: The last one.
        months: As "2025-07".

    Raises:
        JiranError: A tariff that it follows cannot be used.

    Example:
        >>> general = find_tariff("my-tnb-rp4-domestic-general")
        >>> [(one.name, part.start, part.stop) for one, part in held(general, ["2025-05", "2025-06", "2025-07"])]
        [('my-tnb-a-2014-domestic', 0, 2), ('my-tnb-rp4-domestic-general', 2, 3)]
    """
    one, found, end = tariff, [], len(months)
    while end:
        begin = next((place for place in range(end) if months[place] >= f"{one.valid_from:%Y-%m}"), end)
        if one.follows is None:
            begin = 0
        if begin < end:
            found.append((one, slice(begin, end)))
        end = begin
        if end:
            one = _before(one)
    return found[::-1]


def _before(tariff: Tariff) -> Tariff:
    """Return the tariff that another one follows.

    Raises:
        JiranError: There is no such tariff, it holds from no earlier day, or it counts in another currency.
    """
    name = str(tariff.follows)
    found = find_tariff(name)
    if found.valid_from >= tariff.valid_from:
        raise TariffError(f"follows of {tariff.name}", name, f"must hold from a day before {tariff.valid_from}")
    if found.currency != tariff.currency:
        raise TariffError(
            f"follows of {tariff.name}", name, f"must count in {tariff.currency}, not in {found.currency}"
        )
    return found
