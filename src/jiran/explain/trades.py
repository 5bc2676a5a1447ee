"""What the log of trades adds up to, and which homes took part."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from jiran.engine.flows import given_out, taken_in
from jiran.explain.say import amount, battery_trades, energy, several, who_trades
from jiran.money.prices import paid_for
from jiran.nothing import NOTHING_KWH
from jiran.sentences import Figures, form
from jiran.words import counted, money

if TYPE_CHECKING:
    from jiran.result.result import Result

#: Pairs that are said, and digits to which their energy must differ to be in order.
_MOST_SAID, _ALIKE = 3, 7


def _total_words(figures: Figures) -> str:
    if not figures["trades"]:
        return "Nothing was traded."
    worth = _worth(figures["paid"], figures["currency"])
    who = who_trades(figures["battery"])
    return f"{who[0].upper()}{who[1:]} traded {energy(figures['kwh'])} in {counted(figures['trades'], 'trade')}; the buyers paid {worth}."


@form("trades.total", _total_words)
def total(result: Result, first: int, last: int) -> Figures:
    """Say what all trades of the steps first <= step < last add up to: always.

    Returns:
        trades: How many.
        kwh: Energy traded, kWh.
        paid: What buyers paid, network charge included, in the currency.
        battery: Whether the community battery was among them.
        currency: Of the run.
    """
    log = result.flows.trades_between(first, last)
    return {
        "battery": battery_trades(result.settlement.step_kwh, first, last),
        "trades": len(log),
        "kwh": float(log["kwh"].sum()),
        "paid": float(paid_for(log).sum()),
        "currency": result.scenario.currency,
    }


def _roles_words(figures: Figures) -> str:
    if figures["known"]:
        homes = several(figures["homes"], "home generates", "homes generate")
        needs = "needs" if figures["homes"] == 1 else "need"
        text = f"{homes} {energy(figures['generation_kwh'])} and {needs} {energy(figures['demand_kwh'])}."
    else:
        homes = several(figures["homes"], "home gives out", "homes give out")
        takes = "takes" if figures["homes"] == 1 else "take"
        text = f"{homes} {energy(figures['given_kwh'])} and {takes} in {energy(figures['taken_kwh'])}."
    if not figures["sellers"]:
        return f"{text} No home sold {'in the market' if figures['battery'] else 'to a neighbour'}."
    to = "in the market" if figures["battery"] else "to neighbours"
    sold = several(figures["sellers"], "home sold", "homes sold")
    if figures["sellers"] == 1:
        return f"{text} {sold} {to}{', and also bought' if figures['both'] else ', and never bought'}."
    also = "none" if not figures["both"] else f"{figures['both']:,}"
    return f"{text} {sold} {to}; {also} of them also bought."


@form("trades.roles", _roles_words)
def roles(result: Result, first: int, last: int) -> Figures:
    """Say what homes generate and need, and how many sold and bought in the steps first <= step < last: always.

    If it is not known of all of them what they generate and need, it is what passed their meters.

    Returns:
        homes: How many.
        known: Whether use and generation of all homes are known.
        generation_kwh: kWh, with demand_kwh, if known; else given_kwh and taken_kwh at the meters.
        sellers: Homes that sold more than nothing.
        both: Those of them that also bought.
        battery: Whether they did so of the community battery, too.
    """
    kwh = {name: values[first:last].sum() for name, values in result.settlement.step_kwh.items()}
    if (first, last) == (0, result.timeline.steps):
        sold, bought = (result.settlement.home_kwh[name] for name in ("p2p_sold_kwh", "p2p_bought_kwh"))
    else:
        sold, bought = (
            result.flows.between(name, first, last).sum(axis=0) for name in ("p2p_sold_kwh", "p2p_bought_kwh")
        )
    sells, buys = np.asarray(sold) > NOTHING_KWH, np.asarray(bought) > NOTHING_KWH
    known = not result.community.net_metered.any()
    energies = (
        {"generation_kwh": kwh["generation_kwh"], "demand_kwh": kwh["load_kwh"] + kwh["ev_kwh"]}
        if known
        else {"given_kwh": given_out(kwh), "taken_kwh": taken_in(kwh)}
    )
    return {
        "homes": result.community.size,
        "known": known,
        **{name: float(value) for name, value in energies.items()},
        "sellers": int(sells.sum()),
        "both": int((sells & buys).sum()),
        "battery": battery_trades(result.settlement.step_kwh, first, last),
    }


def _pairs_words(figures: Figures) -> str:
    deals = [
        f"{seller} sold {energy(kwh)} to {buyer} for {_worth(paid, figures['currency'])}"
        for seller, buyer, kwh, paid in figures["most"]
    ]
    of = "" if figures["battery"] else " of homes"
    return f"Trades between {counted(figures['pairs'], 'pair')}{of}; most: {'; '.join(deals)}."


def _worth(paid: float, currency: str) -> str:
    """Return an amount that may be below 0, as where prices are."""
    return amount(paid, currency) if paid >= 0.0 else money(paid, currency)


@form("trades.pairs_chart", _pairs_words)
def pairs_chart(result: Result, first: int, last: int) -> Figures | None:
    """Say which pairs traded most in the steps first <= step < last, if any did.

    Returns:
        pairs: How many pairs of seller and buyer traded.
        most: Up to three of them: seller, buyer, kWh, what the buyer paid, in the currency; equal ones in the order of
            the list of homes.
        battery: Whether the community battery is in one of the pairs.
        currency: Of the run.
    """
    log, ids = result.flows.trades_between(first, last), result.traders
    homes = len(ids)
    if not len(log):
        return None
    pair, place = np.unique(log["seller"].astype(np.int64) * homes + log["buyer"], return_inverse=True)
    kwh, paid = (np.bincount(place, values) for values in (log["kwh"], paid_for(log)))
    most = np.argsort(-kwh.round(_ALIKE), kind="stable")[:_MOST_SAID]
    return {
        "battery": bool((np.stack([log["seller"], log["buyer"]]) == result.community.size).any()),
        "pairs": int(pair.size),
        "most": tuple((ids[pair[at] // homes], ids[pair[at] % homes], float(kwh[at]), float(paid[at])) for at in most),
        "currency": result.scenario.currency,
    }
