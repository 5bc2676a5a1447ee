"""What a tariff says of years to come: what ends in it, what begins, and the month after which it says nothing new."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from jiran.tariffs.describe import line_label
from jiran.tariffs.rates import in_force, rate_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from jiran.tariffs.model import Component, Tariff


#: What is told of a component: what, month and instead of `Change`.
_Told = tuple[Literal["ends", "starts", "begins", "apart", "unknown"], str, str]


class Change(NamedTuple):
    """Something of a tariff that is otherwise in the same months of later years.

    Attributes:
        label: What the bill calls it; "" of a whole tariff.
        title: Of the tariff.
        what: ends or starts: is charged until then, or from then on; begins: has a new rate; apart: is charged in none of the
            months that count, though between them; unknown: its rate of later months is not known; follows: another tariff takes its
            place; kept: cannot be billed by the one that follows.
        month: The last month of what ends, the first of what starts, begins, is apart or follows, the last that is known.
        instead: Of an unknown rate the month whose rate is taken, or "0"; of what is apart its last month; of a tariff the title
            of the one that follows.
    """

    label: str
    title: str
    what: Literal["ends", "starts", "begins", "apart", "unknown", "follows", "kept"]
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


def changes(tariff: Tariff, months: Sequence[str], years: int, named: Tariff | None = None) -> list[Change]:
    """Return what is otherwise in the same months of the years that follow them, in the order of the bill.

    Args:
        tariff: The tariff that bills the months.
        months: Of the first year, as "2025-07".
        years: How many years are looked at, the first with them.
        named: The one that follows it in the end; default: none does.
    """
    later = [years_later(month, ahead) for ahead in range(1, years) for month in months]
    begin = "" if named is None or named is tariff else f"{named.valid_from:%Y-%m}"
    if named is None or not begin or not later or max(later) < begin:
        return _of_components(tariff, months, later)
    if named.schedule is not None:
        return [Change("", tariff.title, "kept", begin, named.title), *_of_components(tariff, months, later)]
    return [Change("", tariff.title, "follows", begin, named.title), *_of_components(named, (), later)]


def _of_components(tariff: Tariff, first: Sequence[str], later: Sequence[str]) -> list[Change]:
    """Return what of a tariff's components is otherwise in later months than in the first ones, which may be billed by another."""
    found: list[Change] = []
    for name, component in tariff.components.items():
        if not component.active or not (first or later):
            continue
        told = [
            *_in_force(component, first, later),
            *_new_rates(component, first, later),
            *_unknown(component, first, later),
        ]
        label = line_label(tariff, name)
        found += [Change(label, tariff.title, what, month, instead) for what, month, instead in told]
    return found


def _in_force(component: Component, first: Sequence[str], later: Sequence[str]) -> Iterator[_Told]:
    """Yield when a component begins to be charged and ceases, if that lies between the months that count."""
    counted = [*first, *later]
    begin, end = component.first_month or "", component.last_month or "9999-12"
    if not any(in_force(component, month) for month in counted):
        if min(counted) < begin and end < max(counted):
            yield "apart", begin, end
        return
    if min(counted) < begin:
        yield "starts", begin, ""
    if end < max(counted):
        yield "ends", end, ""


def _new_rates(component: Component, first: Sequence[str], later: Sequence[str]) -> Iterator[_Told]:
    """Yield from which months on a rate is another one than in the first months."""
    held = [month for month in later if in_force(component, month)]
    if not first or not held:
        return
    for month in component.since or ():
        if min(first) < month <= max(held):
            yield "begins", month, ""
    known = sorted(component.months or ())
    taken = max((_taken(component, month) for month in first), default="")
    if any(_taken(component, month) > taken for month in held):
        yield "begins", next(month for month in known if month > taken), ""


def _taken(component: Component, month: str) -> str:
    """Return the month whose rate holds in a month, "" if that is none."""
    table = component.months or {}
    return month if month in table else rate_in(component, month).instead.removeprefix("0")


def _unknown(component: Component, first: Sequence[str], later: Sequence[str]) -> Iterator[_Told]:
    """Yield the last month of which a rate is known, if later ones count; of what no month knows the run itself tells."""
    table = component.months
    held = [month for month in later if in_force(component, month) and table is not None and month > max(table)]
    if table is None or not held:
        return
    if not first or any(_taken(component, month) in table for month in (*first, *later) if in_force(component, month)):
        yield "unknown", max(table), rate_in(component, max(held)).instead
