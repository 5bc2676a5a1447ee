"""What a street exchanged with the grid, where it cannot be said as a share of what was used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jiran.explain.say import energy
from jiran.nothing import LAST_DIGITS, NOTHING_KWH
from jiran.result.basis import exchange_kwh
from jiran.sentences import Figures, form

if TYPE_CHECKING:
    from jiran.result.result import Result


def _exchange_words(figures: Figures) -> str:
    took, gave = (energy(figures[name]) if figures[name] else "nothing" for name in ("taken", "given"))
    text = f"The street as a whole took {took} from the grid and gave {gave} to it"
    if figures["taken"] == figures["taken_without"] and figures["given"] == figures["given_without"]:
        return f"{text}, with trading as without."
    took, gave = (energy(figures[name]) if figures[name] else "nothing" for name in ("taken_without", "given_without"))
    return f"{text}; without trading it took {took} and gave {gave}."


@form("run.exchange", _exchange_words)
def exchange(result: Result, first: int, last: int) -> Figures | None:
    """Say what the street took from and gave to the grid at its own connection, if what it used is not known.

    What one home exports and another imports in the same step never leaves the street. Where the difference to no
    trading is rounding, both are the same number.

    Returns:
        taken: From the grid in steps in which the street as a whole took, kWh.
        given: To the grid in the other steps, kWh.
        taken_without: The same without trading, kWh.
        given_without: The same without trading, kWh.
    """
    if not result.community.net_metered.any():
        return None
    found = {}
    for ending, step in (("", result.settlement.step_kwh), ("_without", result.without_p2p.step_kwh)):
        net = exchange_kwh(step)[first:last]
        for name, kwh in (("taken", net), ("given", -net)):
            found[name + ending] = float(kwh[kwh > NOTHING_KWH].sum())
    for name in ("taken", "given"):
        if abs(found[name] - found[f"{name}_without"]) <= max(NOTHING_KWH, LAST_DIGITS * found[name]):
            found[f"{name}_without"] = found[name]  # trades within the street leave it as it is, but for rounding
    return found
