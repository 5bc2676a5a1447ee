"""What the utility's monthly bills say of a run: what trading changes in them, and what of the export earns nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jiran.engine.flows import traded_kwh
from jiran.explain.say import amount, energy
from jiran.nothing import NOTHING_KWH, NOTHING_MONEY
from jiran.sentences import Figures, form
from jiran.tariffs.model import PREMIUM, SHARED
from jiran.words import listed, price

if TYPE_CHECKING:
    from jiran.money.bills import StreetBills
    from jiran.result.result import Result

#: Credit of this much or less is none: kWh, and money.
_LEAST = (NOTHING_KWH, NOTHING_MONEY)


def _utility(bills: StreetBills) -> float:
    """Return what all homes pay the utility, without what the state adds for what they share."""
    return float((bills.by_home() - bills.by_home(PREMIUM)).sum())


def _on_bills_words(figures: Figures) -> str:
    currency, less, billed = figures["currency"], figures["less"], figures["billed"]
    pays = billed < 0.0  # rates below 0, and a minimum below 0 that lets a bill be so
    bills = f"The utility {'pays' if pays else 'bills'} the homes {amount(abs(billed), currency)} in all"
    if not less:
        return f"{bills}, as much as without trading."
    than = (
        f"{bills}, {amount(abs(less), currency)} {'less' if (less > 0.0) is not pays else 'more'} than without trading"
    )
    return f"{than}: {price(abs(less) / figures['kwh'], currency)} for each kWh that was traded."


@form("bills.on_bills", _on_bills_words)
def on_bills(result: Result) -> Figures | None:
    """Say what trading takes off the utility's bills, in all and for each kWh traded, if bills are made and anything was."""
    now, alone = result.settlement.bills, result.without_p2p.bills
    kwh = float(traded_kwh(result.settlement.step_kwh).sum())
    if now is None or alone is None or not kwh > NOTHING_KWH:
        return None
    billed, less = _utility(now), _utility(alone) - _utility(now)
    return {
        "billed": billed if abs(billed) > NOTHING_MONEY else 0.0,
        "less": less if abs(less) > NOTHING_MONEY else 0.0,
        "kwh": kwh,
        "currency": result.scenario.currency,
    }


def _on_shared_words(figures: Figures) -> str:
    currency, still, premium = figures["currency"], figures["still"], figures["premium"]
    pays = (
        f"still {'pay' if still > 0.0 else 'take'} {amount(abs(still), currency)} {'of' if still > 0.0 else 'off'} the tariff"
        if still
        else "pay no part of the tariff"
    )
    added = f", and a premium of {amount(premium, currency)} is added for them" if premium else ""
    return f"Under {figures['scheme']} the kWh that neighbours shared {pays}{added}."


@form("bills.shared", _on_shared_words)
def on_shared(result: Result) -> Figures | None:
    """Say what kWh that neighbours shared still pay under the scheme of a run, and what is added for them, if any were."""
    bills, kwh = result.settlement.bills, float(traded_kwh(result.settlement.step_kwh).sum())
    if bills is None or bills.contracts.sharing is None or not kwh > NOTHING_KWH:
        return None
    lines = bills.by_component()
    still = sum(paid for name, paid in lines.items() if name.startswith(SHARED))
    return {
        "scheme": bills.contracts.sharing.name,
        "still": still if abs(still) > NOTHING_MONEY else 0.0,
        "premium": -lines.get(PREMIUM, 0.0),
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


def _lost_words(figures: Figures) -> str:
    now, alone = (amount(figures[name], figures["currency"]) for name in ("money", "without"))
    return (
        f"{now} of credit from export are lost: no bill was lowered by them before they ended; without trading "
        f"{alone if figures['without'] else 'none'}"
    )


@form("warning.lost", _lost_words)
def lost(result: Result) -> Figures | None:
    """Say how much credit in money ended before a bill could use it, if any did."""
    now, alone = result.settlement.bills, result.without_p2p.bills
    if now is None or alone is None:
        return None
    money, without = (one if one > NOTHING_MONEY else 0.0 for one in (now.lost_money, alone.lost_money))
    return {"money": money, "without": without, "currency": result.scenario.currency} if money else None


def _kept_words(figures: Figures) -> str:
    def both(kwh: float, money: float) -> str:
        there = [energy(kwh)] * (kwh > 0.0) + [amount(money, figures["currency"])] * (money > 0.0)
        return listed(there) or "nothing"

    left, alone = both(figures["kwh"], figures["money"]), both(figures["kwh_without"], figures["money_without"])
    return (
        f"credit from export that is left for bills after the run is {left}, without trading {alone}: what it will save is not "
        "counted"
    )


@form("warning.kept", _kept_words)
def kept(result: Result) -> Figures | None:
    """Say which credit of export is left for bills after a run, if there is any with or without trading."""
    now, alone = result.settlement.bills, result.without_p2p.bills
    if now is None or alone is None:
        return None
    (kwh, money), (kwh_without, money_without) = (
        (
            float(sum_of.sum()) if sum_of.sum() > least else 0.0
            for sum_of, least in zip(one.carried, _LEAST, strict=True)
        )
        for one in (now, alone)
    )
    figures = {"kwh": kwh, "money": money, "kwh_without": kwh_without, "money_without": money_without}
    return {**figures, "currency": result.scenario.currency} if any(figures.values()) else None


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
