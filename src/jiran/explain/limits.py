"""What a run says of the street's connection: what roofs leave out because of it, and import beyond what it carries."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from jiran.explain.say import amount, energy
from jiran.nothing import LAST_DIGITS, LEAST_SAID_KWH, NOTHING_MONEY
from jiran.result.basis import exchange_kwh
from jiran.sentences import Figures, form
from jiran.words import counted, decimals

if TYPE_CHECKING:
    from jiran.result.result import Result


def _curtailed_words(figures: Figures) -> str:
    worth = f", worth {amount(figures['worth'], figures['currency'])} at the export price" if figures["worth"] else ""
    who = f": most in {figures['home']}, {energy(figures['home_kwh'])}" if figures["homes"] > 1 else ""
    return (
        f"The street may give no more to the grid, so homes must leave out {energy(figures['kwh'])} in "
        f"{counted(figures['steps'], 'step')}{worth}{who}."
    )


@form("run.curtailed", _curtailed_words)
def curtailed(result: Result) -> Figures | None:
    """Say what roofs leave out because the street may give no more to the grid, and whose most, if it can be seen.

    Returns:
        kwh: What they leave out in all.
        steps: In how many steps.
        worth: What it would have earned at the export price, in the currency; 0 where it would have earned nothing.
        homes: How many homes leave out any.
        home: The one that leaves out most, the first of equal ones.
        home_kwh: What that is.
        currency: Of the run.
    """
    by_home, settled = result.settlement.home_kwh["curtailed_kwh"], result.settlement
    kwh, worth = float(by_home.sum()), float(settled.curtailed_value.sum())
    if kwh < LEAST_SAID_KWH:
        return None
    most = int((by_home >= by_home.max() * (1.0 - LAST_DIGITS)).argmax())
    return {
        "kwh": kwh,
        "steps": int(np.count_nonzero(settled.step_kwh["curtailed_kwh"])),
        "worth": worth if worth > NOTHING_MONEY else 0.0,
        "homes": int(np.count_nonzero(by_home)),
        "home": result.community.ids[most],
        "home_kwh": float(by_home[most]),
        "currency": result.scenario.currency,
    }


def _overload_words(figures: Figures) -> str:
    return (
        f"In {counted(figures['steps'], 'step')} the street takes more from the grid than it may, "
        f"{decimals(figures['kw'], 1)} kW too much at the most, for nobody is cut off."
    )


@form("run.overload", _overload_words)
def overload(result: Result) -> Figures | None:
    """Say that the street takes more from the grid than its connection carries, if it does by so much that it can be seen.

    Returns:
        steps: In how many steps.
        kw: By how much at the most.
    """
    over_kwh = result.settlement.limits.overload_kwh(exchange_kwh(result.settlement.step_kwh))
    kw = float(over_kwh.max()) / result.timeline.step_h
    return {"steps": int(np.count_nonzero(over_kwh)), "kw": kw} if kw >= _SEEN_KW else None


#: Less than this is written as 0.0 kW.
_SEEN_KW = 0.05
