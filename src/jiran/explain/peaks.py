"""What a run says of the street's peaks: what they cost, and whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jiran.explain.busiest import first_most
from jiran.explain.say import amount
from jiran.nothing import NOTHING_MONEY
from jiran.sentences import Figures, form
from jiran.words import counted, decimals

if TYPE_CHECKING:
    from jiran.result.result import Result


def _peaks_words(figures: Figures) -> str:
    homes, fund, currency = figures["homes"], figures["fund"], figures["currency"]
    who = f"the homes {amount(homes, currency)}" + (f" and the battery's fund {amount(fund, currency)}" if fund else "")
    at = (
        "its highest import"
        if figures["months"] == 1
        else f"the highest import of each of {counted(figures['months'], 'month')}"
    )
    most = f"{decimals(figures['kw'], 1)} kW in {figures['month']}"
    return f"The street pays for {at}, {'' if figures['months'] == 1 else 'at most '}{most}: {who}."


@form("run.peaks", _peaks_words)
def peaks(result: Result) -> Figures | None:
    """Say what the street's highest imports cost, and whom, if they cost anything.

    Returns:
        months: Of how many months there is one.
        month: That of the highest, as "2026-03".
        kw: The highest.
        homes: What the homes pay.
        fund: What the battery's fund pays.
        currency: Of the run.
    """
    found = result.settlement.demand
    if found is None or found.total <= NOTHING_MONEY:
        return None
    highest = first_most(found.kw)
    return {
        "months": len(found.months),
        "month": found.months[highest],
        "kw": float(found.kw[highest]),
        "homes": float(found.payment.sum()),
        "fund": found.by_battery if found.by_battery > NOTHING_MONEY else 0.0,
        "currency": result.scenario.currency,
    }
