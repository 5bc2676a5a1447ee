"""What trading does to the homes' bills: who gains and who loses, and how evenly, where that means anything.

A saving is the cost without trading less the cost with it, in the currency; above 0 a home gains. Amounts within
`NOTHING_MONEY` are rounding.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from jiran.engine.flows import traded_kwh
from jiran.explain.busiest import first_most
from jiran.explain.nothing_traded import nothing_traded
from jiran.explain.run import gain
from jiran.explain.saving import home_saving
from jiran.explain.say import amount, energy, several, share
from jiran.explain.times import clock_hours, several_dates
from jiran.money.prices import paid_for, received_for
from jiran.nothing import NOTHING_KWH, NOTHING_MONEY
from jiran.sentences import Figures, Sentence, form, true_ones
from jiran.words import KIND_NAMES, counted, decimals, listed, money

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from jiran.result.result import Result


def verdict(result: Result) -> tuple[Sentence, ...]:
    """Return whether trading pays, for whom most, who loses, and what did not stay with the homes."""
    total, *rest = gain(result) or (None,)
    return true_ones(nothing_traded(result, 0, result.timeline.steps), total, most(result), *rest)


@form("homes.most", lambda figures: f"{figures['home']} gains most: {amount(figures['gain'], figures['currency'])}.")
def most(result: Result) -> Figures | None:
    """Say which home gains most, if one gains.

    Returns:
        home: The first in the list of those that gain as much.
        gain: What it saves, in the currency.
        currency: Of the run.
    """
    saving = home_saving(result)
    if not _traded(result) or not saving.max() > NOTHING_MONEY:
        return None
    home = int((saving >= saving.max() - NOTHING_MONEY).argmax())
    return {"home": result.community.ids[home], "gain": float(saving.max()), "currency": result.scenario.currency}


def fairness(result: Result) -> tuple[Sentence, ...]:
    """Return how evenly the savings are shared; of losses, who has them: an index of evenness means nothing then."""
    return true_ones(jain(result), gini(result), half(result), both_ways(result), nothing_to_share(result))


def shared(result: Result) -> NDArray[np.float64] | None:
    """Return the savings, shape (home,), if there is something to share and nobody loses; else an index is no index.

    Jain's index and Gini's coefficient are defined for shares of a cake: with losses among them they can be anything.
    """
    saving = home_saving(result)
    if not _traded(result) or saving.min() < -NOTHING_MONEY or not saving.sum() > NOTHING_MONEY * saving.size:
        return None
    return np.maximum(saving, 0.0)


def _jain_words(figures: Figures) -> str:
    return (
        f"Jain's index of the savings is {decimals(figures['jain'], 2)}: 1 means that all homes save the same, "
        f"{decimals(1.0 / figures['homes'], 2)} that one home has it all."
    )


@form("homes.jain", _jain_words)
def jain(result: Result) -> Figures | None:
    """Say how evenly savings are shared by Jain's index, if nobody loses.

    J = (sum of savings)^2 / (n * sum of squares): Jain, Chiu and Hawe 1984, DEC-TR-301.

    Returns:
        jain: 1/n where one home has all, 1 where all have the same.
        homes: How many there are.
    """
    saving = shared(result)
    if saving is None or saving.size == 1:
        return None
    index = float(saving.sum() ** 2 / (saving.size * (saving**2).sum()))
    return {"jain": index, "homes": int(saving.size)}


def _gini_words(figures: Figures) -> str:
    difference = amount(figures["difference"], figures["currency"])
    return (
        f"The Gini coefficient is {decimals(figures['gini'], 2)}: the savings of two homes picked by chance differ by "
        f"{difference} on average; 0 means that all save the same."
    )


@form("homes.gini", _gini_words)
def gini(result: Result) -> Figures | None:
    """Say how unevenly savings are shared by the Gini coefficient, if nobody loses.

    Half the mean difference of two homes drawn at random, with repetition, over the mean saving.

    Returns:
        gini: 0 where all have the same, near 1 where one home has all.
        difference: Mean difference of two homes, in the currency.
        currency: Of the run.
    """
    saving = shared(result)
    if saving is None or saving.size == 1:
        return None
    ordered = np.sort(saving)
    ranks = 2.0 * np.arange(1, saving.size + 1) - saving.size - 1.0
    difference = 2.0 * float((ranks * ordered).sum()) / saving.size**2
    difference = difference if difference > NOTHING_MONEY else 0.0
    return {
        "gini": difference / (2.0 * float(saving.mean())),
        "difference": difference,
        "currency": result.scenario.currency,
    }


def _half_words(figures: Figures) -> str:
    one = figures["homes"] == 1
    who = "The home that saves least has" if one else f"The {figures['homes']:,} homes that save least have"
    return f"{who} {share(figures['share'])} of the saving; with equal savings it would be {share(figures['equal'])}."


@form("homes.half", _half_words)
def half(result: Result) -> Figures | None:
    """Say what the half of the homes that saves least has of the saving, if nobody loses.

    Returns:
        homes: How many are the half that saves least; of an odd number the smaller half.
        share: Their part of the whole saving, 0..1.
        equal: What it would be if all saved the same, 0..1.
    """
    saving = shared(result)
    if saving is None or saving.size == 1:
        return None
    homes = saving.size // 2
    part = float(np.sort(saving)[:homes].sum() / saving.sum())
    return {"homes": homes, "share": part, "equal": homes / saving.size}


def _both_ways_words(figures: Figures) -> str:
    currency = figures["currency"]
    lose = f"{several(figures['losers'], 'home loses', 'homes lose')} {amount(figures['lost'], currency)} by trading"
    if not figures["winners"]:
        return f"No home gains, and {lose}."
    together = " together" if figures["winners"] > 1 else ""
    gains = f"{several(figures['winners'], 'home gains', 'homes gain')} {amount(figures['gained'], currency)}{together}"
    return f"{gains}, and {lose}: an index of evenness would say nothing here."


@form("homes.both_ways", _both_ways_words)
def both_ways(result: Result) -> Figures | None:
    """Say how many homes lose how much, and how many gain, if any loses.

    Returns:
        winners: Homes that gain.
        gained: What they gain together, in the currency.
        losers: Homes that lose.
        lost: What they lose together, in the currency, above 0.
        currency: Of the run.
    """
    saving = home_saving(result)
    gains, loses = saving[saving > NOTHING_MONEY], saving[saving < -NOTHING_MONEY]
    if not _traded(result) or not loses.size:
        return None
    return {
        "winners": int(gains.size),
        "gained": float(gains.sum()),
        "losers": int(loses.size),
        "lost": float(-loses.sum()),
        "currency": result.scenario.currency,
    }


@form("homes.nothing_to_share", lambda _figures: "There is no saving to share.")
def nothing_to_share(result: Result) -> Figures | None:
    """Say that nobody gains and nobody loses, in all that the homes have.

    Returns:
        {} if it is so; also where nothing was traded.
    """
    saving = home_saving(result)
    if _traded(result) and (saving.min() < -NOTHING_MONEY or shared(result) is not None):
        return None
    return {}


def _switched_words(figures: Figures) -> str:
    if not figures["homes"]:
        return "No home changed sides: each sold or bought, never both."
    return f"{several(figures['homes'], 'home', 'homes')} changed sides: sold at one time and bought at another."


@form("homes.switched", _switched_words)
def switched(result: Result) -> Figures | None:
    """Say how many homes both sold and bought, if anything was traded.

    Returns:
        homes: How many sold and bought more than `NOTHING_KWH` each.
    """
    kwh = result.settlement.home_kwh
    both = (kwh["p2p_sold_kwh"] > NOTHING_KWH) & (kwh["p2p_bought_kwh"] > NOTHING_KWH)
    return {"homes": int(both.sum())} if _traded(result) else None


def _traded(result: Result) -> bool:
    """Tell whether more than nothing was traded in the run."""
    return bool(traded_kwh(result.settlement.step_kwh).sum() > NOTHING_KWH)


def _trades_words(figures: Figures) -> str:
    if not figures["sold_trades"] + figures["bought_trades"]:
        return f"{figures['home']} did not trade with a neighbour on this day."
    parts = [
        f"{verb} {energy(figures[f'{verb}_kwh'])} in {counted(figures[f'{verb}_trades'], 'trade')} for {_signed(figures[f'{verb}_for'], figures['currency'])}"
        for verb in ("sold", "bought")
        if figures[f"{verb}_trades"]
    ]
    return f"On this day {figures['home']} {listed(parts)}."


def _signed(value: float, currency: str) -> str:
    """Return an amount that may be below 0."""
    return amount(value, currency) if value >= 0.0 else money(value, currency)


@form("homes.trades", _trades_words)
def trades(result: Result, home: int, first: int, last: int) -> Figures:
    """Say what one home sold to and bought from neighbours in the steps first <= step < last: always.

    Args:
        result: The run.
        home: Number of the home.
        first: First step.
        last: The step after the last one.

    Returns:
        home: Its name.
        sold_kwh: kWh, and bought_kwh the same of the other side.
        sold_trades: Number of trades, and bought_trades.
        sold_for: What it got, in the currency, and bought_for what it paid, network charge included.
        currency: Of the run.
    """
    log = result.flows.trades_between(first, last)
    figures: dict[str, float] = {}
    for verb, side, amounts in (("sold", "seller", received_for), ("bought", "buyer", paid_for)):
        own = log[log[side] == home]
        figures |= {
            f"{verb}_kwh": float(own["kwh"].sum()),
            f"{verb}_trades": len(own),
            f"{verb}_for": float(amounts(own).sum()),
        }
    return {"home": result.community.ids[home], "currency": result.scenario.currency, **figures}


def _bills_words(figures: Figures) -> str:
    currency = figures["currency"]
    ends = [
        f"{who['home']} saves {how}: {money(who['before'], currency)} becomes {money(who['after'], currency)}"
        for how, who in (("most", figures["best"]), ("least", figures["worst"]))
    ]
    worse = several(figures["worse"], "home is", "homes are")
    return f"Bills of {counted(figures['homes'], 'home')} with the grid alone, without and with trading. {'. '.join(ends)}. {worse[0].upper()}{worse[1:]} worse off."


@form("homes.bills_chart", _bills_words)
def bills_chart(result: Result) -> Figures:
    """Say what the picture of all bills shows: always.

    Returns:
        homes: How many.
        best: Name, and bills without and with trading, of the home that saves most.
        worst: The same of the home that saves least.
        worse: How many pay more than without trading.
        currency: Of the run.
    """
    saving, ids = home_saving(result), result.community.ids

    def bill(home: int) -> dict[str, object]:
        before, after = result.without_p2p.cost[home], result.settlement.cost[home]
        return {"home": ids[home], "before": float(before), "after": float(after)}

    worst = float(saving.min())
    return {
        "homes": result.community.size,
        "best": bill(int((saving >= saving.max() - NOTHING_MONEY).argmax())),
        "worst": bill(int((saving <= worst + NOTHING_MONEY).argmax())),
        "worse": int((saving < -NOTHING_MONEY).sum()),
        "currency": result.scenario.currency,
    }


def _kinds_words(figures: Figures) -> str:
    kinds = [f"{KIND_NAMES[kind]} {money(saving, figures['currency'])}" for kind, saving in figures["kinds"]]
    return f"Mean saving of a home by kind: {', '.join(kinds)}."


@form("homes.kinds_chart", _kinds_words)
def kinds_chart(result: Result) -> Figures:
    """Say what a home of each kind saves on average: always.

    Returns:
        kinds: Each kind that there is with the mean saving of its homes, in the currency.
        currency: Of the run.
    """
    saving, kinds = home_saving(result), np.array(result.community.kinds)
    present = [kind for kind in KIND_NAMES if (kinds == kind).any()]
    return {
        "kinds": tuple((kind, float(saving[kinds == kind].mean())) for kind in present),
        "currency": result.scenario.currency,
    }


def _roles_words(figures: Figures) -> str:
    sells = several(figures["sellers"], "home sells more than it buys", "homes sell more than they buy")
    buys = several(figures["buyers"], "home buys more than it sells", "homes buy more than they sell")
    most = (
        f"Most is sold from {figures['hour']}, {'all days together' if figures['days'] else 'of all hours'}. "
        if figures["hour"]
        else ""
    )
    return f"Who sells and who buys at which hour. {most}Over the whole time {sells}, and {buys}."


@form("homes.roles_chart", _roles_words)
def roles_chart(result: Result) -> Figures | None:
    """Say at which hour most is sold and how many homes sell or buy more, if anything is traded.

    Returns:
        hour: The hour of the clock in which most is sold; "" where steps do not lie within hours.
        days: Whether hours of several days are added up.
        sellers: Homes that sell more than they buy over the whole time.
        buyers: Homes that buy more than they sell.
    """
    if not _traded(result):
        return None
    steps, kwh = result.timeline.steps, result.settlement.home_kwh
    hours = clock_hours(result.timeline, 0, steps)
    net = kwh["p2p_sold_kwh"] - kwh["p2p_bought_kwh"]
    hour = "" if hours is None else first_most(np.bincount(hours, traded_kwh(result.settlement.step_kwh), minlength=24))
    return {
        "hour": f"{hour:02d}:00 to {hour + 1:02d}:00" if isinstance(hour, int) else "",
        "days": several_dates(result.timeline, 0, steps),
        "sellers": int((net > NOTHING_KWH).sum()),
        "buyers": int((net < -NOTHING_KWH).sum()),
    }
