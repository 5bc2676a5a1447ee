"""Why a rule does what it does: who gets the gain of a traded kWh, said of each rule in a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from jiran.market import find
from jiran.nothing import CENT, NOTHING_KWH, SAME_PRICE
from jiran.report.measure import kind_homes, saving_of
from jiran.report.points import grid_prices
from jiran.scenario.homes import CARS
from jiran.sentences import form, true_ones
from jiran.words import KIND_NAMES, listed, money, percent, price, settled

if TYPE_CHECKING:
    from jiran.judge.comparison import Comparison
    from jiran.sentences import Figures

#: The largest part of a gain that is written as 0%; all but as much is written as 100%.
_WRITTEN_AS_0 = 0.005
#: What the reasons are about.
GAIN = (
    "A kWh that comes from a neighbour and not from the grid gains what the grid takes for it less what it gives. The rule "
    "decides who gets that gain."
)


class Split(NamedTuple):
    """Who gets the gain of a mean kWh that neighbours trade: what the grid takes for it less what it gives.

    Attributes:
        kwh: Traded energy.
        gain: That of a kWh, in the currency.
        buyers: Part of it that buyers save, because they pay less than the grid takes; below 0 they pay more.
        sellers: Part of it that sellers earn, because they get more than the grid gives; below 0 they get less.
        market: Part of it that stays with the market; below 0 the market adds to it.
        network: Part of it that is paid as network charge.
    """

    kwh: float
    gain: float
    buyers: float
    sellers: float
    market: float
    network: float


def split(comparison: Comparison, case: str) -> Split | None:
    """Return who gets the gain of a traded kWh.

    None if nothing is traded, nothing gained, the grid's prices do not go by the hour, or the rule sets its prices later:
    then homes get more than the trades say.

    Args:
        comparison: The comparison.
        case: Name of a case in it.
    """
    scenario = comparison.cases[case]
    if _sets_prices_later(comparison, case) or not _by_the_hour(comparison, case):
        return None
    samples = comparison.samples[case]
    kwh, paid, received = (
        np.sum([getattr(sample, name) for sample in samples], axis=0)
        for name in ("hour_kwh", "hour_paid", "hour_received")
    )
    given, taken = (np.nan_to_num(side) for side in grid_prices(comparison, case))
    gain, energy = float((kwh * (taken - given)).sum()), float(kwh.sum())
    if energy <= NOTHING_KWH or gain / energy < SAME_PRICE:
        return None
    network = scenario.grid.network_charge * energy
    parts = (kwh * taken - paid).sum(), (received - kwh * given).sum(), (paid - received).sum() - network, network
    return Split(energy / len(samples), gain / energy, *(float(part) / gain for part in parts))


def _sets_prices_later(comparison: Comparison, case: str) -> bool:
    return find(comparison.cases[case].market.mechanism).reprice is not None


def _by_the_hour(comparison: Comparison, case: str) -> bool:
    """Tell whether the grid's prices are the same in each hour of the day.

    Prices of a whole run, step by step, are no day that can be shown.
    """
    grid = comparison.cases[case].grid
    return grid.tariff is None and all(
        not isinstance(one, tuple) or len(one) == 24 for one in (grid.import_price, grid.export_price)
    )


def reason(comparison: Comparison, case: str) -> str:
    """Return in a sentence why a rule does what its figures say; the text is plain.

    Args:
        comparison: The comparison.
        case: Name of a case in it.

    Returns:
        The text; "" where nothing is for sure.
    """
    return " ".join(
        sentence.text
        for sentence in true_ones(
            no_trade(comparison, case), later(comparison, case), all_kept(comparison, case), parts(comparison, case),
            prices(comparison, case),
        )
    )  # fmt: skip


def _traded(comparison: Comparison, case: str) -> float:
    """Return the energy that a case trades in all seeds together, kWh."""
    return float(np.sum([sample.hour_kwh.sum() for sample in comparison.samples[case]]))


@form("reason.no_trade", lambda _: "Nothing is traded.")
def no_trade(comparison: Comparison, case: str) -> Figures | None:
    """True where nothing is traded in any seed."""
    return None if _traded(comparison, case) > NOTHING_KWH else {}


def _later_words(figures: Figures) -> str:
    told = [
        f"{kind_homes(kind)} {'save' if value > 0.0 else 'lose'} {money(abs(value), figures['currency'])}"
        for kind, value in figures["savings"].items()
        if abs(value) > CENT
    ]
    start = "Its prices are set at the end of the billing period, by the bill of all"
    return (
        f"{start}: on average {listed(told)}." if told else f"{start}: on average no kind of home saves or loses by it."
    )


@form("reason.later", _later_words)
def later(comparison: Comparison, case: str) -> Figures | None:
    """True of a rule that sets its prices at the end of a billing period: what homes of each kind save.

    Such a rule shares the bill of all, so what a kWh earned cannot be said; what homes of a kind save can.

    Returns:
        Mean saving of a home by kind, in the currency.
    """
    if not _sets_prices_later(comparison, case) or not _traded(comparison, case) > NOTHING_KWH:
        return None
    kinds = comparison.samples[case][0].kinds
    savings = {kind: float(saving_of(comparison, case, kind).mean()) for kind in KIND_NAMES if kind in kinds}
    return {"savings": savings, "currency": comparison.cases[case].currency}


def _kept_words(figures: Figures) -> str:
    why = ", because its prices are those of bids, and here every bid is the tariff" if figures["alike"] else ""
    return f"Buyers pay what the grid takes, and sellers get what it gives: the market keeps all of the gain{why}."


@form("reason.all_kept", _kept_words)
def all_kept(comparison: Comparison, case: str) -> Figures | None:
    """True where the market keeps the whole gain of a traded kWh, and buyers and sellers have nothing of it.

    Returns:
        Whether it is so because every bid is the tariff.
    """
    found = split(comparison, case)
    if found is None or not _is_all_kept(found):
        return None
    return {"alike": comparison.cases[case].bids_alike}


def _is_all_kept(found: Split) -> bool:
    """Tell whether buyers, sellers and the network have nothing of the gain.

    Args:
        found: Who gets the gain; what is written as 0 % counts as nothing.
    """
    rest = max(abs(found.buyers), abs(found.sellers), found.network)
    return settled(found.market) >= 1.0 - _WRITTEN_AS_0 and settled(rest) <= _WRITTEN_AS_0


def _parts_words(figures: Figures) -> str:
    shares = [("buyers", figures["buyers"]), ("sellers", figures["sellers"]), ("the market", figures["market"]),
              ("the network", figures["network"])]  # fmt: skip
    some = [(who, share) for who, share in shares if settled(share) > _WRITTEN_AS_0]
    (who, share), *others = some
    verb = "gets" if who.startswith("the") else "get"
    text = listed(
        [f"{who} {verb} {percent(share)} of the gain", *(f"{other} {percent(part)}" for other, part in others)]
    )
    found = [f"{text[0].upper()}{text[1:]}"]
    if settled(figures["buyers"]) < -_WRITTEN_AS_0:
        found.append(f"buyers pay more than the grid takes, {percent(-figures['buyers'])} of it")
    if settled(figures["sellers"]) < -_WRITTEN_AS_0:
        found.append(f"sellers get less than the grid gives, {percent(-figures['sellers'])} of it")
    if settled(figures["market"]) < -_WRITTEN_AS_0:
        found.append(f"{percent(-figures['market'])} of it must come from outside, as sellers get more than buyers pay")
    return f"{'; '.join(found)}."


@form("reason.parts", _parts_words)
def parts(comparison: Comparison, case: str) -> Figures | None:
    """True where a traded kWh gains something: which parts of it buyers, sellers, market and network have.

    Returns:
        Parts of the gain, which add up to 1; below 0 for a side that pays for the others.
    """
    found = split(comparison, case)
    if found is None or _is_all_kept(found):
        return None
    return {"buyers": found.buyers, "sellers": found.sellers, "market": found.market, "network": found.network}


def _prices_words(figures: Figures) -> str:
    paid, received = (price(figures[name], figures["currency"]) for name in ("paid", "received"))
    if paid == received:
        return f"Buyers pay what sellers get, {paid} per kWh on average."
    return f"Buyers pay {paid} per kWh on average, sellers get {received}."


@form("reason.prices", _prices_words)
def prices(comparison: Comparison, case: str) -> Figures | None:
    """True where something is traded whose gain cannot be split: the mean prices.

    Returns:
        Means over traded energy and all seeds, in the currency per kWh.
    """
    if later(comparison, case) or split(comparison, case) is not None:
        return None
    kwh = _traded(comparison, case)
    if not kwh > NOTHING_KWH:
        return None
    paid, received = (
        float(np.sum([getattr(sample, name).sum() for sample in comparison.samples[case]])) / kwh
        for name in ("hour_paid", "hour_received")
    )
    return {"paid": paid, "received": received, "currency": comparison.cases[case].currency}


def where_lost(comparison: Comparison, case: str) -> str:
    """Return what is so of the prices of a rule under which homes lose, in half a sentence; "" if nothing is for sure.

    Args:
        comparison: The comparison.
        case: Name of a case in it. Homes lose under it.
    """
    scenario = comparison.cases[case]
    if not _by_the_hour(comparison, case):
        return ""
    hours = comparison.hours().filter(case=case)
    given, taken = grid_prices(comparison, case)
    sells, buys = (hours[name].to_numpy().astype(np.float64) for name in ("seller_price", "buyer_price"))
    traded = ~np.isnan(sells)
    if traded.any() and (sells[traded] < given[traded] - SAME_PRICE).all():
        return "sellers get less per kWh than the grid gives"
    if traded.any() and (buys[traded] > taken[traded] + SAME_PRICE).all():
        return "buyers pay more per kWh than the grid takes"
    cheaper = traded.any() and float(np.max(sells[traded])) < float(np.nanmin(taken)) - SAME_PRICE
    if scenario.ev.supply.enabled and cheaper and _only_evs_lose(comparison, case):
        return "EVs sell stored energy for less than the grid takes when they charge it again"
    return ""


def _only_evs_lose(comparison: Comparison, case: str) -> bool:
    """Tell whether all homes that lose have an EV."""
    return all(
        kind in CARS
        for sample in comparison.samples[case]
        for kind, saving in zip(sample.kinds, sample.saving, strict=True)
        if saving < -CENT
    )
