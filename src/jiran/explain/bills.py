"""What the utility's monthly bills say of a run: what trading changes in them, and what of the export earns nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jiran.explain.say import amount, energy
from jiran.nothing import NOTHING_KWH, NOTHING_MONEY
from jiran.sentences import Figures, form
from jiran.words import price

if TYPE_CHECKING:
    from jiran.result.result import Result


def _on_bills_words(figures: Figures) -> str:
    currency, less = figures["currency"], figures["less"]
    bills = f"The utility bills the homes {amount(figures['billed'], currency)} in all"
    if not less:
        return f"{bills}, as much as without trading."
    than = f"{bills}, {amount(abs(less), currency)} {'less' if less > 0.0 else 'more'} than without trading"
    return f"{than}: {price(abs(less) / figures['kwh'], currency)} for each kWh that was traded."


@form("bills.on_bills", _on_bills_words)
def on_bills(result: Result) -> Figures | None:
    """Say what trading takes off the utility's bills, in all and for each kWh traded, if bills are made and anything was."""
    now, alone = result.settlement.bills, result.without_p2p.bills
    kwh = float(result.settlement.step_kwh["p2p_sold_kwh"].sum())
    if now is None or alone is None or not kwh > NOTHING_KWH:
        return None
    billed, less = float(now.by_home().sum()), float((alone.by_home() - now.by_home()).sum())
    return {
        "billed": max(billed, 0.0),
        "less": less if abs(less) > NOTHING_MONEY else 0.0,
        "kwh": kwh,
        "currency": result.scenario.currency,
    }


def _forfeited_words(figures: Figures) -> str:
    return (
        f"{energy(figures['kwh'])} of what the homes export earn nothing on their bills; "
        f"without trading {energy(figures['without'])}"
    )


@form("warning.forfeited", _forfeited_words)
def forfeited(result: Result) -> Figures | None:
    """Say how much of the export earns nothing by the tariff, if any of it does."""
    now, alone = result.settlement.bills, result.without_p2p.bills
    if now is None or alone is None:
        return None
    kwh, without = (float(sum(found.forfeited_kwh.sum() for found in bills.each)) for bills in (now, alone))
    return {"kwh": kwh, "without": without} if kwh > NOTHING_KWH else None


def _balanced_words(figures: Figures) -> str:
    money = figures["currency"]
    unit = "sen" if money == "MYR" else money
    what = "each step and each month's bills balance" if figures["bills"] else "each step balances"
    off = f"{figures['kwh']:.0e} of its kWh and {figures['money']:.0e} of its {money}"
    return f"Every kWh and {unit} is accounted for: {what} to {off}."


@form("run.balanced", _balanced_words)
def balanced(result: Result) -> Figures:
    """Return by how much the worst step, or bill, of a run is off, as a share of its kWh and of its money."""
    worst = result.balance
    return {
        "kwh": worst.kwh, "money": worst.money, "currency": result.scenario.currency,
        "bills": result.settlement.bills is not None,
    }  # fmt: skip
