"""What a tariff says of years to come: what ends in it, what begins, and the month after which it says nothing new."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from jiran.tariffs.describe import line_label
from jiran.tariffs.rates import in_force, rate_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jiran.tariffs.model import Component, Tariff


class Change(NamedTuple):
    """Something of a tariff that is otherwise in the same months of later years.

    Attributes:
        label: What the bill calls it.
        what: ends, begins, or unknown: its rate of later months is not known.
        month: The last month of what ends, the first of what begins, the last that is known.
        instead: Of an unknown rate: the month whose rate is taken, or "0".
    """

    label: str
    what: Literal["ends", "begins", "unknown"]
    month: str
    instead: str = ""


def years_later(month: str, years: int) -> str:
    """Return the same month of a later year.

    Example:
        >>> years_later("2026-04", 2)
        '2028-04'
    """
    return f"{int(month[:4]) + years:04d}{month[4:]}"


def last_change(tariff: Tariff) -> str:
    """Return the last month that a tariff names; in all after it the same holds. "" if it names none.

    Example:
        >>> from jiran.tariffs.files import find_tariff
        >>> last_change(find_tariff("my-seb-domestic")), last_change(find_tariff("th-mea-1.2"))
        ('2026-12', '')
    """
    begins = [] if tariff.follows is None else [f"{tariff.valid_from:%Y-%m}"]
    return max((*begins, *(month for one in tariff.components.values() for month in _named(one))), default="")


def _named(component: Component) -> tuple[str, ...]:
    """Return the months that a component names."""
    ends = (component.first_month, component.last_month)
    return (*(month for month in ends if month), *(component.months or ()), *(component.since or ()))


def changes(tariff: Tariff, months: Sequence[str], years: int) -> list[Change]:
    """Return what is otherwise in the same months of the years that follow them, in the order of the bill.

    Args:
        tariff: The tariff.
        months: Of the first year, as "2025-07".
        years: How many years are looked at, the first with them.
    """
    found: list[Change] = []
    for name, component in tariff.components.items():
        label, end = line_label(tariff, name), years_later(max(months), years - 1)
        held = [month for month in months if in_force(component, month)]
        last, first = component.last_month, component.first_month
        if held and last is not None and last < end:
            found.append(Change(label, "ends", last))
        begins = [month for month in (first, *(component.since or ())) if month and max(months) < month <= end]
        found += [Change(label, "begins", month) for month in begins if component.active]
        known = [month for month in held if month in (component.months or ())]
        if component.months is not None and known and max(component.months) < end:
            instead = rate_in(component, years_later(max(held), 1000)).instead
            found.append(Change(label, "unknown", max(component.months), instead))
    return found
