"""Why a rule does what it does: who gets the gain of a traded kWh, said of each rule in a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from jiran.market import find
from jiran.report.figures import CENT
from jiran.report.points import grid_prices
from jiran.words import listed, price

if TYPE_CHECKING:
    from jiran.comparison import Comparison

#: A part of a gain that is written as 0 %, and prices that are the same.
_NOTHING, _SAME = 0.005, 1e-4
#: What the reasons are about.
GAIN = (
    "A kWh that comes from a neighbour and not from the grid gains what the grid takes for it less what it gives. The rule "
    "decides who gets that gain."
)
#: Rules for which the price of a traded kWh does not say it.
_BESIDES = {
    "bill-sharing": "Who takes much from the grid gains; who gives to neighbours may get less than the grid gives."
}


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


#: Why a rule that sets prices by bids finds only the tariff.
_ALIKE = ", because its prices are those of bids, and here every bid is the tariff"


def split(comparison: Comparison, case: str) -> Split | None:
    """Return who gets the gain of a traded kWh.

    None if nothing is traded, nothing gained, the grid's prices do not go by the hour, or the rule sets its prices later:
    then homes get more than the trades say.
    """
    scenario = comparison.cases[case]
    later = find(scenario.market.mechanism).reprice is not None
    if later or any(len(one) != 24 for one in _tariffs(comparison, case)):
        return None
    samples = comparison.samples[case]
    kwh, paid, received = (
        np.sum([getattr(sample, name) for sample in samples], axis=0)
        for name in ("hour_kwh", "hour_paid", "hour_received")
    )
    given, taken = (np.nan_to_num(side) for side in grid_prices(comparison))
    gain, energy = float((kwh * (taken - given)).sum()), float(kwh.sum())
    if energy <= 0.0 or gain / energy < _SAME:
        return None
    network = scenario.grid.network_charge * energy
    parts = (kwh * taken - paid).sum(), (received - kwh * given).sum(), (paid - received).sum() - network, network
    return Split(energy / len(samples), gain / energy, *(float(part) / gain for part in parts))


def _tariffs(comparison: Comparison, case: str) -> list[tuple[float, ...]]:
    """Return the grid's prices by hour of the day, or by step if they have no hours."""
    grid = comparison.cases[case].grid
    return [one if isinstance(one, tuple) else (one,) * 24 for one in (grid.import_price, grid.export_price)]


def reason(comparison: Comparison, case: str) -> str:
    """Return in a sentence why a rule does what its figures say; the text is plain."""
    rule, found = find(comparison.cases[case].market.mechanism), split(comparison, case)
    if found is None:
        return _BESIDES.get(rule.name) or _without_gain(comparison, case)
    if found.market > 1.0 - _NOTHING:
        why = "Buyers pay what the grid takes, and sellers get what it gives: the market keeps all of the gain"
        return f"{why}{_ALIKE if comparison.cases[case].bids_alike else ''}."
    parts = (
        ("buyers", found.buyers),
        ("sellers", found.sellers),
        ("the market", found.market),
        ("the network", found.network),
    )
    first, *others = [(who, share) for who, share in parts if share > _NOTHING]
    said = listed([f"{first[0]} get {first[1]:.0%} of the gain", *(f"{who} {share:.0%}" for who, share in others)])
    said = f"{said[0].upper()}{said[1:]}"
    if found.market < -_NOTHING:
        said += f"; {-found.market:.0%} of it must come from outside, as sellers get more than buyers pay"
    elif found.sellers < -_NOTHING or found.buyers < -_NOTHING:
        said += f"; {'sellers get less than the grid gives' if found.sellers < 0.0 else 'buyers pay more than the grid takes'}"
    return f"{said}."


def _without_gain(comparison: Comparison, case: str) -> str:
    """Say why there is no gain to share, or nothing if that cannot be told."""
    if not (comparison.mean(case, "p2p_kwh") or 0.0) > 0.0:
        return "Nothing is traded."
    paid, received = (comparison.mean(case, figure) or 0.0 for figure in ("price_paid", "price_received"))
    if price(paid) == price(received):
        return f"Buyers pay what sellers get: {price(paid)} {comparison.currency} per kWh."
    return f"Buyers pay {price(paid)} {comparison.currency} per kWh, sellers get {price(received)}."


def no_gain(comparison: Comparison) -> bool:
    """Tell whether the grid gives as much for a kWh as it takes, so that trading moves money and gains none."""
    given, taken = grid_prices(comparison)
    charge = next(iter(comparison.cases.values())).grid.network_charge
    return bool(np.nanmax(taken - charge - given) < _SAME)


def why_lost(comparison: Comparison, case: str) -> str:
    """Say in half a sentence why homes pay more than without trading; "" if that cannot be told for sure."""
    scenario = comparison.cases[case]
    hours = comparison.hours().filter(case=case)
    given, taken = grid_prices(comparison)
    sells, buys = (hours[name].to_numpy().astype(np.float64) for name in ("seller_price", "buyer_price"))
    there = ~np.isnan(sells)
    if there.any() and (sells[there] < given[there] - _SAME).all():
        return "sellers get less per kWh than the grid gives"
    if there.any() and (buys[there] > taken[there] + _SAME).all():
        return "buyers pay more per kWh than the grid takes"
    received = comparison.mean(case, "price_received")
    cheaper = received is not None and received < float(np.nanmin(taken))
    if scenario.ev.supply.enabled and cheaper and _only_evs_lose(comparison, case):
        return "EVs sell stored energy for less than it costs to charge it again"
    return ""


def _only_evs_lose(comparison: Comparison, case: str) -> bool:
    """Tell whether all homes that lose have an EV."""
    return all(
        kind in ("ev", "hybrid")
        for sample in comparison.samples[case]
        for kind, saving in zip(sample.kinds, sample.saving, strict=True)
        if saving < -CENT
    )
