"""Whom sharing serves: what neighbours gain beside those who pay for PV, and how its gain is spread between homes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from jiran.nothing import NOTHING_KWH, NOTHING_MONEY
from jiran.report.plan import say
from jiran.sentences import Figures, form
from jiran.words import counted, percent

if TYPE_CHECKING:
    from jiran.plan import Planned


def _neighbours_words(figures: Figures) -> str:
    homes, gain, payback = figures["homes"], figures["gain"], figures["payback"]
    invest, does = ("invests", "gains") if homes == 1 else ("invest", "gain")
    does = does if gain > 0.0 else does.replace("gain", "lose")
    who = f"The {'home' if homes == 1 else f'{homes:,} homes'} that {invest} nothing"
    back = f"in {say.years(payback)}" if payback else "from the first year on"
    come = f"does not come back within {counted(figures['years'], 'year')}" if payback is None else f"comes back {back}"
    told = f"{who} {does} {say.sum_of(abs(gain), figures['currency'])} a year by sharing, which is not counted in that"
    return f"{told}; with it, the investment {come}." if figures["invested"] > NOTHING_MONEY else f"{told}."


@form("plan.neighbours", _neighbours_words)
def neighbours(planned: Planned) -> Figures | None:
    """Say what homes that invest nothing gain or lose by sharing, and the payback with it, if there are both and they do."""
    others = ~planned.payers
    gain = float(planned.parts[-1][others].sum())
    if (
        not planned.installed.has_some.any()
        or not planned.stages.traded_kwh > NOTHING_KWH
        or not abs(gain) > NOTHING_MONEY
    ):
        return None
    return {
        "homes": int(others.sum()), "gain": gain, "payback": planned.together.payback, "invested": planned.invested, "years": planned.assumptions.years,
        "currency": planned.currency,
    }  # fmt: skip


def _spread_words(figures: Figures) -> str:
    least, middle, most = (say.signed_sum(figures[name], figures["currency"]) for name in ("least", "middle", "most"))
    homes = counted(figures["homes"], "home")
    spread = f"Between the {homes} the gain of a year by sharing goes from {least} to {most}, half of them gain at most {middle}"
    if figures["share"] is None:
        return f"{spread}."
    roofs = "the home" if figures["sellers"] == 1 else f"the {figures['sellers']:,} homes"
    return f"{spread}; {percent(figures['share'])} of all gains go to {roofs} with PV."


@form("plan.spread", _spread_words)
def spread(planned: Planned) -> Figures | None:
    """Say how the gain by sharing is spread between homes, and what part those with PV have, if several homes share.

    The middle home is that of the median: as many gain less as gain more.

    Returns:
        homes: How many homes there are.
        least: What the home gains that gains least, a year.
        middle: The median of the homes.
        most: What the home gains that gains most.
        share: What part of all gains goes to homes with PV; None where a home loses, all have PV, or nobody gains anything.
        sellers: How many homes have PV.
    """
    own, roofs = planned.parts[-1], planned.installed.pv_kwp > 0.0
    if not planned.stages.traded_kwh > NOTHING_KWH or own.size < 2:
        return None
    even = roofs.all() or not roofs.any() or own.min() < -NOTHING_MONEY or not own.sum() > NOTHING_MONEY
    return {
        "homes": own.size, "least": float(own.min()), "middle": float(np.median(own)), "most": float(own.max()),
        "share": None if even else float(own[roofs].sum() / own.sum()), "sellers": int(roofs.sum()), "currency": planned.currency,
    }  # fmt: skip
