"""What trading saved all homes together, whom it cost, and what of its money is outside the homes.

"Without trading" is the same run with the rule `grid-only`, so the battery works in both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from jiran.engine.flows import traded_kwh
from jiran.explain.say import amount
from jiran.nothing import NOTHING_KWH, NOTHING_MONEY, RESIDUE
from jiran.sentences import Figures, form
from jiran.words import counted, listed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from jiran.result.result import Result


def _saving_words(figures: Figures) -> str:
    saved, homes = figures["saving"], counted(figures["homes"], "home")
    if not saved:
        return f"Trading changed nothing in what the {homes} pay in all."
    return f"Trading {'saved' if saved > 0.0 else 'cost'} the {homes} {amount(abs(saved), figures['currency'])} in all."


@form("run.saving", _saving_words)
def saving(result: Result) -> Figures | None:
    """Say what trading saved all homes together, or cost them, if anything was traded.

    Returns:
        homes: How many.
        saving: What all save together, in the currency, below 0 if they pay more; 0 for rounding.
        currency: Of the run.
    """
    if not _traded(result):
        return None
    saved = float(result.kpis["saving"] or 0.0)
    return {
        "homes": result.community.size,
        "saving": saved if abs(saved) > NOTHING_MONEY else 0.0,
        "currency": result.scenario.currency,
    }


def _losers_words(figures: Figures) -> str:
    if not figures["losers"]:
        return "No home pays more than without trading."
    who, loss = figures["most"], amount(figures["loss"], figures["currency"])
    if figures["losers"] == 1:
        return f"1 home pays more than without trading: {who}, by {loss}."
    return f"{figures['losers']:,} homes pay more than without trading, {who} most: by {loss}."


@form("run.losers", _losers_words)
def losers(result: Result) -> Figures | None:
    """Say how many homes pay more by trading, and which one most, if anything was traded.

    Returns:
        losers: How many pay more than without trading.
        most: The one that loses most, the first of equal ones; "" if nobody does.
        loss: What it loses, in the currency, at least 0.
        currency: Of the run.
    """
    if not _traded(result):
        return None
    saving = home_saving(result)
    lose = int((saving < -NOTHING_MONEY).sum())
    return {
        "losers": lose,
        "most": result.community.ids[_worst(saving)] if lose else "",
        "loss": -float(saving.min()) if lose else 0.0,
        "currency": result.scenario.currency,
    }


def _worst(saving: NDArray[np.float64]) -> int:
    """Return the home that saves least, the first of equal ones."""
    return int((saving <= saving.min() + NOTHING_MONEY).argmax())


#: What a home pays more for by trading, or less, and how each is said.
_WHERE = {
    "trades": ("its trades cost it {} on balance", "its trades brought it {} on balance"),
    "period": ("the end of the billing period cost it {}", "the end of the billing period brought it {}"),
    "grid": ("the grid cost it {} more", "the grid cost it {} less"),
    "battery": ("the community battery cost it {} more", "the community battery cost it {} less"),
    "fund": ("its share of the battery's fund is {} smaller", "its share of the battery's fund is {} larger"),
    "peaks": ("its part of the street's peaks cost it {} more", "its part of the street's peaks cost it {} less"),
}


def _loss_words(figures: Figures) -> str:
    def said(sign: float) -> list[str]:
        of = {name: sign * figures[name] for name in _WHERE}
        return [_WHERE[name][sign < 0.0].format(amount(of[name], figures["currency"])) for name in of if of[name] > 0.0]

    more, less = said(1.0), said(-1.0)
    against = f"; against that, {listed(less)}" if less else ""
    return f"{figures['home']} pays more because {listed(more)}{against}."


@form("run.loss", _loss_words)
def loss(result: Result) -> Figures | None:
    """Say by what the home that loses most by trading comes to pay more, account by account, if one does.

    Returns:
        home: Which home, as in `losers`.
        trades: What it pays more in the market, in the currency; below 0: less. The same of each of these, which add up to its loss:
        period: What it pays at the end of billing periods.
        grid: The grid, or its utility by bills.
        battery: The community battery.
        fund: What its share of the battery's fund is smaller by.
        peaks: Its part of what the street's peaks cost.
        currency: Of the run.
    """
    saving = home_saving(result)
    if not _traded(result) or saving.min() >= -NOTHING_MONEY:
        return None
    at, now, then = _worst(saving), result.settlement, result.without_p2p
    peaks = [0.0 if run.demand is None else float(run.demand.payment[at]) for run in (now, then)]
    sums = {
        "trades": (now.paid[at], now.received[at]),
        "period": (now.period_payment[at], then.period_payment[at]),
        "grid": (now.grid_cost[at], then.grid_cost[at]),
        "battery": (now.battery_cost[at], then.battery_cost[at]),
        "fund": (then.fund_share[at], now.fund_share[at]),
        "peaks": peaks,
    }
    found = {name: _money(float(more - less), abs(more) + abs(less)) for name, (more, less) in sums.items()}
    return {"home": result.community.ids[at], **found, "currency": result.scenario.currency}


def home_saving(result: Result) -> NDArray[np.float64]:
    """Return what trading saved each home, shape (home,).

    In the currency; above 0 a home pays less with trading.
    """
    return result.without_p2p.cost - result.settlement.cost


def _outside_words(figures: Figures) -> str:
    market, network, fund = (figures[name] for name in ("market", "network", "fund"))
    sums = {name: amount(abs(figures[name]), figures["currency"]) for name in ("market", "network", "fund")}
    parts = [
        f"the market kept {sums['market']} of what buyers paid" if market > 0.0 else "",
        f"{sums['market']} had to be added to what buyers paid" if market < 0.0 else "",
        f"{sums['network']} went to the network" if network else "",
        f"the battery's fund ends with {sums['fund']} {'more' if fund > 0.0 else 'less'} than without trading" if fund else "",
    ]  # fmt: skip
    return f"Outside the homes: {listed([part for part in parts if part])}."


@form("run.outside", _outside_words)
def outside(result: Result) -> Figures | None:
    """Say what of the trades' money the homes do not have or did not bring, if there is any.

    Returns:
        market: What stays with the market (> 0) or comes from it (< 0), in the currency.
        network: What the network charge took.
        fund: By how much the battery's fund ends higher than without trading.
        currency: Of the run.
    """
    if not _traded(result):
        return None
    turnover = float(np.abs(result.settlement.paid).sum() + np.abs(result.settlement.period_payment).sum())
    fund = [run.accounts["battery"] for run in (result.settlement, result.without_p2p)]
    found = {
        "market": _money(result.accounts["market"], turnover),
        "network": _money(result.accounts["network"], turnover),
        "fund": _money(fund[0] - fund[1], sum(map(abs, fund))),
    }
    return found | {"currency": result.scenario.currency} if any(found.values()) else None


def _money(value: float, of: float) -> float:
    """Return an amount without the residue of the sums that it comes from.

    Args:
        value: A difference of sums.
        of: Size of what was added up, which its rounding grows with.
    """
    return value if abs(value) > max(NOTHING_MONEY, RESIDUE * of) else 0.0


def _traded(result: Result) -> bool:
    """Tell whether more than nothing was traded in the run."""
    return bool(traded_kwh(result.settlement.step_kwh).sum() > NOTHING_KWH)
