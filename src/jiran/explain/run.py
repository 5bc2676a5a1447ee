"""The story of a run: what it is, who sold, what the street took from the grid, what it saved, and whom it cost.

Of several sentences on the same thing only the first that is true is said. "Without trading" is the same run with the
rule `grid-only`, so the battery works in both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from jiran.engine.flows import traded_kwh
from jiran.explain.bills import on_bills, on_shared
from jiran.explain.limits import curtailed, overload
from jiran.explain.nothing_traded import nothing_traded
from jiran.explain.peaks import peaks
from jiran.explain.saving import losers, loss, outside, saving
from jiran.explain.say import energy, length, several, share, size
from jiran.explain.stored import stored
from jiran.explain.times import clock
from jiran.nothing import NOTHING_KWH, SAME_PRICE
from jiran.result.basis import exchange_kwh
from jiran.sentences import Figures, Sentence, form, true_ones
from jiran.words import counted, listed, price

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from jiran.result.result import Result


def story(result: Result) -> tuple[Sentence, ...]:
    """Return what happened and what it was worth: who sold, what it saved, for whom not, and what the homes did not get."""
    return (*headline(result), *beside(result))


def headline(result: Result) -> tuple[Sentence, ...]:
    """Return the part of the story that is about trading: who sold, what it saved, and for whom not."""
    steps = result.timeline.steps
    return true_ones(sold(result, 0, steps), nothing_traded(result, 0, steps), *_worth(result))


def beside(result: Result) -> tuple[Sentence, ...]:
    """Return what else has to be known: why a home loses, what peaks cost, what limits do, what is left in stores."""
    return true_ones(loss(result), peaks(result), curtailed(result), overload(result), stored(result))


def gain(result: Result) -> tuple[Sentence, ...]:
    """Return what trading saved, with what has to be known beside it."""
    return (*_worth(result), *beside(result))


def _worth(result: Result) -> tuple[Sentence, ...]:
    """Return what trading saved; what stayed outside the homes, or came from there, is said wherever a gain is said.

    The whole gain of a trade is split among buyer, seller, market and network, so a saving alone would say too much.
    """
    return true_ones(saving(result), losers(result), on_bills(result), on_shared(result), outside(result))


_MAY_TRADE = " that may sell electricity to each other"


def _street_words(figures: Figures) -> str:
    net_metered = figures["net_metered"]
    has = {
        "roofs": several(figures["roofs"], "has a solar roof", "have a solar roof"),
        "cars": several(figures["cars"], "has an electric car", "have an electric car"),
    }
    battery = f"there is a shared battery of {size(figures['battery_kwh'])} kWh"
    # Of a home whose inside is not known nobody can say that it has none.
    parts = [text.replace("no have", "none has") for name, text in has.items() if figures[name] or not net_metered]
    if figures["batteries"]:
        parts.append(several(figures["batteries"], "has a battery of its own", "have a battery of their own"))
    if net_metered:
        whose = f"{net_metered:,}" if net_metered < figures["homes"] else "all" if net_metered > 1 else "it"
        parts.append(f"of {whose} only import and export are known")
    parts.append(battery if figures["battery_kwh"] else "there is no shared battery")
    return (
        f"A simulation of {counted(figures['homes'], 'home')}{_MAY_TRADE if figures['homes'] > 1 else ''}, over "
        f"{length(figures['minutes'])} from {figures['start']}: {listed(parts)}."
    )


@form("run.street", _street_words)
def street(result: Result) -> Figures:
    """Say what was simulated: always.

    Returns:
        homes: How many.
        roofs: How many generate, by their size or by what was measured.
        cars: How many charge a car.
        batteries: How many have a battery of their own.
        net_metered: Of how many only import and export are known.
        battery_kwh: Capacity of the shared battery, kWh.
        minutes: Length of the run, min.
        start: When it starts, local.
    """
    homes, kwh = result.community, result.settlement.home_kwh
    return {
        "homes": homes.size,
        "roofs": int(((homes.pv_kwp > 0.0) | (kwh["generation_kwh"] > 0.0)).sum()),
        "cars": int(((homes.ev_kw > 0.0) | (kwh["ev_kwh"] > 0.0)).sum()),
        "batteries": int((homes.battery_kwh > 0.0).sum()),
        "net_metered": int(homes.net_metered.sum()),
        "battery_kwh": result.scenario.battery.capacity_kwh,
        "minutes": result.timeline.steps * result.timeline.step_minutes,
        "start": f"{result.timeline.local[0].astype(object):%a %-d %b %Y} {clock(result.timeline, 0)}",
    }


def _sold_words(figures: Figures) -> str:
    other = "other home" if figures["roofs"] or figures["cars"] or figures["batteries"] else "home"
    nouns = {"roofs": "solar roof", "batteries": "home", "cars": "car", "net_metered": other}
    has = {"batteries": " with a battery"}
    who = listed(
        [f"{counted(figures[name], noun)}{has.get(name, '')}" for name, noun in nouns.items() if figures[name]]
    )
    to, by = figures["to_battery_kwh"], figures["by_battery_kwh"]
    if to or by:
        part = f", {energy(to)} of it to the community battery," if to else ""
        more = f" The community battery sold {energy(by)} to homes." if by else ""
        return f"{who} sold {energy(figures['kwh'])}{part} in {length(figures['minutes'])}.{more}"
    return f"{who} sold {energy(figures['kwh'])} to {counted(figures['buyers'], 'neighbour')} in {length(figures['minutes'])}."


@form("run.sold", _sold_words)
def sold(result: Result, first: int, last: int) -> Figures | None:
    """Say how many roofs and cars, and homes of which neither is known, sold how much, if anything was sold.

    Returns:
        roofs: Homes that sold energy of their roof and have no battery.
        batteries: Homes that sold and have a battery: whether this was of the roof or the battery is not told apart.
        cars: Homes whose car sold; a home may be both.
        net_metered: Homes that sold of which neither is known.
        buyers: Homes that bought.
        kwh: What was sold, kWh.
        to_battery_kwh: What the community battery bought of it in the market.
        by_battery_kwh: What that sold there.
        minutes: Length of the time, min.
    """
    traded, lent, bought = _sold_by_home(result, first, last)
    if not traded.sum() > NOTHING_KWH:
        return None
    hidden, stores = result.community.net_metered, result.community.battery_kwh > 0.0
    own = traded - lent > NOTHING_KWH
    return {
        "roofs": int(own[~hidden & ~stores].sum()),
        "batteries": int(own[~hidden & stores].sum()),
        "cars": int((lent > NOTHING_KWH)[~hidden].sum()),
        "net_metered": int((traded > NOTHING_KWH)[hidden].sum()),
        "buyers": int((bought > NOTHING_KWH).sum()),
        "kwh": float(traded.sum()),
        **{
            f"{side}_battery_kwh": float(result.settlement.step_kwh[f"battery_{name}_kwh"][first:last].sum())
            for side, name in (("to", "bought"), ("by", "sold"))
        },
        "minutes": (last - first) * result.timeline.step_minutes,
    }


def _sold_by_home(result: Result, first: int, last: int) -> list[NDArray[np.float64]]:
    """Return what each home sold, the part of it that came from its car, and what it bought, kWh, shape (home,).

    Args:
        result: The run.
        first: First step.
        last: The step after the last one; of the whole run the sums are there already.
    """
    if (first, last) == (0, result.timeline.steps):
        return [result.settlement.home_kwh[name] for name in ("p2p_sold_kwh", "ev_lent_kwh", "p2p_bought_kwh")]
    lent = np.zeros(result.community.size)
    lent[result.flows.fleet.homes] = result.flows.outputs.ev_lent_kwh[first:last].sum(axis=0)
    sold, bought = (result.flows.between(name, first, last).sum(axis=0) for name in ("p2p_sold_kwh", "p2p_bought_kwh"))
    return [sold, lent, bought]


def _why_words(figures: Figures) -> str:
    currency = figures["currency"]

    def span(name: str) -> str:
        low, high = (price(value) for value in figures[name])
        text = low if low == high else f"{low} to {high}"
        return f"{currency} {text}"

    cost = f"a kWh cost {span('paid')}"
    if span("paid") != span("got"):
        cost = f"the buyer paid {span('paid')} and the seller got {span('got')}"
    text = (
        f"Why they traded: the grid took {span('import')} for a kWh and gave {span('export')} for one; between neighbours {cost}, "
        "so in every trade both sides had a better price."
    )
    stores = " or ".join(
        what for what, sold in (("a car", figures["cars"]), ("a battery", figures["batteries"])) if sold
    )
    return f"{text} What {stores} gave it has to charge again, which is not counted in this." if stores else text


@form("run.both_gained", _why_words)
def both_gained(result: Result) -> Figures | None:
    """Say why neighbours trade, if in every trade the buyer paid less and the seller got more than with the grid.

    A rule that sets prices at the end of a billing period is left out: what its trades say is not what is paid. So is a
    street under a tariff: the grid has no price there that holds for all.

    Returns:
        import: Lowest and highest import price in steps with trades, per kWh.
        export: The same of export prices.
        paid: Lowest and highest price of buyers, network charge included.
        got: Lowest and highest price of sellers.
        cars: Whether cars sold energy that they have to charge again.
        batteries: Whether a battery in a home did, or the community's.
        currency: Of the run.
    """
    if result.settlement.bills is not None:
        return None
    trades, grid = result.flows.trades, result.prices
    steps = np.flatnonzero(result.settlement.trades)
    if not steps.size or not traded_kwh(result.settlement.step_kwh).sum() > NOTHING_KWH:
        return None
    of_trade = result.flows.step_of_trades(0, result.timeline.steps)
    cheaper = grid.grid_import[of_trade] - trades["buyer_price"]
    dearer = trades["seller_price"] - grid.grid_export[of_trade]
    if min(cheaper.min(), dearer.min()) <= SAME_PRICE or result.settlement.period_payment.any():
        return None
    spans = {"import": grid.grid_import[steps], "export": grid.grid_export[steps]}
    spans |= {"paid": trades["buyer_price"], "got": trades["seller_price"]}
    return {
        **{name: (float(values.min()), float(values.max())) for name, values in spans.items()},
        "cars": bool((result.flows.outputs.ev_lent_kwh > NOTHING_KWH).any()),
        "batteries": _batteries_sold(result),
        "currency": result.scenario.currency,
    }


def _batteries_sold(result: Result) -> bool:
    """Tell whether a battery in a home sold energy in the market, or the community's."""
    sold_kwh = result.settlement.step_kwh["battery_sold_kwh"]
    return bool((result.flows.traded_for_batteries > NOTHING_KWH).any() or (sold_kwh > NOTHING_KWH).any())


def _grid_words(figures: Figures) -> str:
    if not figures["kwh"]:
        without = (
            f"without trading it took {share(figures['without'])} of what it used"
            if figures["without"]
            else "nor did it without trading"
        )
        return f"The street as a whole took nothing from the grid; {without}."
    taken = (
        f"The street as a whole took {energy(figures['kwh'])} from the grid, {share(figures['share'])} of what it used"
    )
    return f"{taken}; without trading {share(figures['without'])}."


@form("run.grid", _grid_words)
def grid(result: Result, first: int, last: int) -> Figures | None:
    """Say what the street took at its own connection, where what one home exports serves another, if it used anything.

    Returns:
        kwh: What the street took in steps in which it took more than it gave, kWh.
        share: Of what all homes used, 1 for all of it.
        without: The same share without trading.
    """
    now, alone = result.settlement.step_kwh, result.without_p2p.step_kwh
    figures = []
    for step in (now, alone):
        demand = float((step["load_kwh"] + step["ev_kwh"])[first:last].sum())
        taken = np.maximum(exchange_kwh(step)[first:last], 0.0)
        kwh = float(taken[taken > NOTHING_KWH].sum())
        figures.append((kwh, kwh / demand if demand > NOTHING_KWH else None))
    (kwh, part), (_, without) = figures
    return None if part is None or without is None else {"kwh": kwh, "share": part, "without": without}


def opening(result: Result) -> tuple[Sentence, ...]:
    """Return what was simulated, and why neighbours trade."""
    return true_ones(street(result), both_gained(result))
