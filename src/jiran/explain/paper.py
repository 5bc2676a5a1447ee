"""What the paper's own day shows over many seeds: Fig. 4, Fig. 6 in both readings, and what Table II leaves over.

Lit et al. show one draw; here the same day is drawn many times, and it is told how often what they show comes out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from jiran.explain.busiest import first_most
from jiran.nothing import LEAST_SAID_KWH
from jiran.sentences import Figures, form
from jiran.words import counted, decimals, listed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

#: Hours of Fig. 4 that its conditions are about, by their ends: hour 7 ends at 08:00.
_TURNS = (7, 8, 11, 12, 17, 18, 20, 21)
#: From here on it is no longer morning.
_LATER = 10


def _hour(hour: int) -> str:
    """Return an hour of the day by both its ends."""
    return f"{hour:02d}:00 to {hour + 1:02d}:00"


def _peaks_words(figures: Figures) -> str:
    def peak(when: str) -> str:
        (hour, trades), (energy_hour, kwh) = figures[f"{when}trades"], figures[f"{when}kwh"]
        return f"the number is highest from {hour} ({decimals(trades, 1)} trades), the energy from {energy_hour} ({decimals(kwh, 1)} kWh)"

    return f"Means over {counted(figures['seeds'], 'seed')}: {peak('')}. After {_LATER}:00 {peak('later_')}."


@form("paper.peaks", _peaks_words)
def peaks(check: Any) -> Figures:
    """Say in which hour homes trade most often and most energy, of the whole day and after the morning: always.

    Args:
        check: The paper's day over many seeds, with `trades` and `p2p_kwh` of shape (seed, hour).

    Returns:
        seeds: How many draws are behind the means.
        trades: The hour with most trades of the whole day, and their mean number.
        kwh: The hour with most energy, and its mean, kWh.
        later_trades: The same after the morning, and later_kwh.
    """
    figures: dict[str, Any] = {"seeds": len(check.trades)}
    for name, values in (("trades", check.trades.mean(axis=0)), ("kwh", check.p2p_kwh.mean(axis=0))):
        for when, first in (("", 0), ("later_", _LATER)):
            hour = first + first_most(values[first:])
            figures[f"{when}{name}"] = (_hour(hour), float(values[hour]))
    return figures


def _stored_words(figures: Figures) -> str:
    marks = ", ".join(f"{decimals(kwh, 1)} kWh at {clock}" for clock, kwh in figures["marks"])
    return f"State of charge of the battery over {counted(figures['seeds'], 'seed')}; in the middle {marks}."


@form("paper.stored", _stored_words)
def stored(check: Any) -> Figures:
    """Say what the battery held in the middle of all seeds, by the end of each hour: always.

    Args:
        check: The paper's day over many seeds, with `soc_kwh` of shape (seed, hour), kWh at the end of each hour.

    Returns:
        seeds: How many draws.
        marks: Clock times of ends of hours, and the median of what the battery held, kWh.
    """
    middle = np.median(check.soc_kwh, axis=0)
    marks = tuple((f"{hour + 1:02d}:00", float(middle[hour])) for hour in _TURNS)
    return {"seeds": len(check.soc_kwh), "marks": marks}


def _held_words(figures: Figures) -> str:
    seeds = counted(figures["seeds"], "seed")
    return f"All {figures['conditions']} conditions held in {figures['held']:,} of {seeds}."


@form("paper.held", _held_words)
def held(check: Any) -> Figures:
    """Say in how many seeds all conditions of Fig. 4 held: always.

    Args:
        check: The paper's day over many seeds, with `held` of shape (seed, condition).

    Returns:
        conditions: How many there are.
        held: In how many seeds all of them held.
        seeds: How many draws.
    """
    return {
        "conditions": int(check.held.shape[1]),
        "held": int(check.held.all(axis=1).sum()),
        "seeds": int(check.held.shape[0]),
    }


def _left_words(figures: Figures) -> str:
    parts = []
    for side, verb in (("buy", "buy from the grid"), ("sell", "sell to the grid")):
        rest = figures[side]
        if rest:
            each = listed([f"{name} {decimals(kwh, 2)} kWh" for name, kwh in rest])
            total = f", {decimals(figures[f'{side}_kwh'], 2)} kWh in all" if len(rest) > 1 else ""
            parts.append(f"Left to {verb}: {each}{total}.")
    return " ".join(parts) or "Nothing is left over."


@form("paper.left_over", _left_words)
def left_over(names: Sequence[str], net_kwh: NDArray[np.float64], trades: Sequence[Any]) -> Figures:
    """Say who buys the rest from the grid, or sells it there, when these trades are made: always.

    Args:
        names: Names of the homes.
        net_kwh: Surplus (> 0) or deficit (< 0) of each, kWh, shape (home,).
        trades: What was traded, with seller and buyer by name and kwh.

    Returns:
        buy: Names and kWh of those that still need energy.
        buy_kwh: Their sum, kWh.
        sell: Names and kWh of those that still have some.
        sell_kwh: Their sum, kWh.
    """
    left = dict(zip(names, map(float, net_kwh), strict=True))
    for trade in trades:
        left[trade.seller] -= trade.kwh
        left[trade.buyer] += trade.kwh
    figures: dict[str, Any] = {}
    for side, sign in (("buy", -1.0), ("sell", 1.0)):
        rest = tuple((name, sign * kwh) for name, kwh in left.items() if sign * kwh >= LEAST_SAID_KWH)
        figures |= {side: rest, f"{side}_kwh": sum(kwh for _, kwh in rest)}
    return figures
