"""What must be said with a bill: what is not known, what is assumed, and what earns nothing."""

from __future__ import annotations

from jiran.nothing import NOTHING_KWH, NOTHING_MONEY
from jiran.tariffs.arithmetic import decimals
from jiran.tariffs.bill import Bill
from jiran.tariffs.export import expires
from jiran.tariffs.identity import STATUSES, Identity
from jiran.tariffs.model import CARRIED_OUT, Tariff
from jiran.tariffs.rates import in_force, rate_in
from jiran.tariffs.usage import Usage
from jiran.words import kwh, listed, money, span

#: Of these no remark is made.
_TRUSTED = ("measured", "published")


def remarks(tariff: Tariff, usage: Usage, month: str, found: Bill) -> list[str]:
    """Return what must be said with a bill, each in a sentence without its full stop.

    Args:
        tariff: What was charged.
        usage: What was used.
        month: Month of the bill.
        found: The bill.

    Returns:
        [] if nothing is uncertain, assumed or lost.
    """
    sentences = [*of_status(tariff), *of_month(tariff, month)]
    periods = (
        [] if tariff.schedule is None else [name for name in tariff.schedule.periods if name not in usage.by_period]
    )
    if periods and tariff.schedule is not None and usage.import_kwh > NOTHING_KWH:
        sentences.append(f"no kWh are given for {listed(periods)}: all the rest is taken as {tariff.schedule.rest}")
    if found.forfeited_kwh > NOTHING_KWH:
        lost = (
            ""
            if tariff.export is None or not expires(tariff.export, month)
            else ": what was kept is lost after this month"
        )
        sentences.append(f"{kwh(found.forfeited_kwh)} of the export earn nothing{lost}")
    kept = found.amount(CARRIED_OUT) - found.carried.money
    if kept > NOTHING_MONEY:
        amount = money(kept, tariff.currency, decimals(tariff.round))
        sentences.append(f"{amount} of credit are lost: what was kept is lost after this month")
    return sentences


def of_status(document: Identity) -> list[str]:
    """Return what is said of a tariff or scheme that is not known for certain."""
    return [] if document.status in _TRUSTED else [f"{document.name} is {document.status}: {STATUSES[document.status]}"]


def of_month(tariff: Tariff, month: str) -> list[str]:
    """Return what of a tariff does not hold, or is not known, in a month.

    Args:
        tariff: What was charged.
        month: As "2025-07".
    """
    sentences = []
    begin, end = f"{tariff.valid_from:%Y-%m}", f"{tariff.valid_to:%Y-%m}" if tariff.valid_to else None
    if month < begin or (end is not None and month > end):
        sentences.append(f"{tariff.name} holds {span(begin, end)}, not in {month}")
    elif month > tariff.known_to:
        sentences.append(f"of {tariff.name} what holds after {tariff.known_to} is not known")
    for name, component in tariff.components.items():
        instead = rate_in(component, month).instead if in_force(component, month) else ""
        if instead:
            sentences.append(
                f"{name} of {month} is not known: {'0' if instead == '0' else f'that of {instead}'} is taken"
            )
    return sentences
