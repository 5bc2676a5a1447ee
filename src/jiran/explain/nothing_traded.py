"""Why nothing was traded: the first reason that holds, from what no rule could mend to what the rule decided."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING

import numpy as np

from jiran.engine.flows import traded_kwh
from jiran.explain.say import energy, several
from jiran.market.base import BASELINE
from jiran.nothing import NOTHING_KWH
from jiran.result.limits import limits_between
from jiran.sentences import Figures, form

if TYPE_CHECKING:
    from jiran.result.result import Result

#: So many home-steps are looked at together.
_AT_ONCE = 2_000_000


@dataclass
class Steps:
    """In how many steps a home had energy to spare, was short of it, both, and both with a bid that reached an ask."""

    spare: int = 0
    short: int = 0
    both: int = 0
    meeting: int = 0


def _words(figures: Figures) -> str:
    steps = several(figures["steps"], "step", "steps")
    rule = figures["rule"]
    met = "in that step" if figures["steps"] == 1 else "in those steps"
    reason = {
        "alone": "there is only one home, so nobody to trade with",
        "no export": "no home had energy to spare at any time",
        "no roof": "no home has a solar roof",
        "dark": "the solar roofs generated nothing in this time",
        "own use": f"the homes used {'or stored ' if figures['stores'] else ''}all that their roofs generated themselves, "
        f"{energy(figures['generation_kwh'])}",
        "no need": "no home was short of energy at any time",
        "never together": "whenever a home had energy to spare, no other home was short of it",
        "no market": f"the market rule {rule} lets nobody trade",
        "tariff": f"in {steps} one home had energy to spare while another was short, but the grid paid more for a kWh than "
        f"it took for one{' less the network charge' if figures['charge'] else ''}, so that no price suited both",
        "prices apart": f"in {steps} one home had energy to spare while another was short, but no bid reached an ask",
        "rule": f"in {steps} one home had energy to spare while another was short, but the market rule {rule} made no trade {met}",
    }[figures["why"]]
    cars = ", and no car had energy to offer" if figures["cars"] else ""
    return f"Nobody sold to a neighbour: {reason}{cars}."


@form("run.nothing_traded", _words)
def nothing_traded(result: Result, first: int, last: int) -> Figures | None:
    """Say why nobody traded in the steps first <= step < last, if nobody did."""
    if traded_kwh(result.settlement.step_kwh)[first:last].sum() > NOTHING_KWH:
        return None
    steps, generation = count_steps(result, first, last), result.settlement.step_kwh["generation_kwh"][first:last]
    why = _why(result, steps, float(generation.sum()))
    no_spare = why in ("no export", "no roof", "dark", "own use")
    return {
        "why": why,
        "steps": steps.both if why in ("tariff", "prices apart", "rule") else 0,
        "charge": why == "tariff" and result.scenario.grid.network_charge > 0.0,
        "rule": PurePath(result.scenario.market.mechanism).name if why in ("no market", "rule") else "",
        "generation_kwh": float(generation.sum()) if why == "own use" else 0.0,
        "stores": why == "own use" and bool(result.community.battery_kwh.any()),
        "cars": no_spare and result.flows.fleet.homes.size > 0,
    }


def _why(result: Result, steps: Steps, generation_kwh: float) -> str:
    """Return the key of the first reason that holds."""
    has_roof = bool((result.community.pv_kwp > 0.0).any() or result.settlement.home_kwh["generation_kwh"].any())
    own_prices = result.flows.outputs.limit_price.shape[0] > 0  # such as those at which EVs lend
    reasons = (
        (result.community.size == 1, "alone"),
        (not steps.spare and bool(result.community.net_metered.any()), "no export"),
        (not steps.spare and not has_roof, "no roof"),
        (not steps.spare and generation_kwh <= NOTHING_KWH, "dark"),
        (not steps.spare, "own use"),
        (not steps.short, "no need"),
        (not steps.both, "never together"),
        (result.scenario.market.mechanism == BASELINE, "no market"),
        (not steps.meeting and result.scenario.bids_grid_prices and not own_prices, "tariff"),
        (not steps.meeting, "prices apart"),
    )
    return next((why for holds, why in reasons if holds), "rule")


def count_steps(result: Result, first: int, last: int) -> Steps:
    """Count the steps in which there was a home to sell, one to buy, both, and both at prices that meet."""
    counts, size = Steps(), max(1, _AT_ONCE // result.community.size)
    for start in range(first, last, size):
        stop = min(start + size, last)
        every = result.flows.orders_between(start, stop)
        orders = every[:, : result.community.size]
        sells, buys = orders > NOTHING_KWH, orders < -NOTHING_KWH
        both = sells.any(axis=1) & buys.any(axis=1)
        limit = limits_between(result, start, stop, every)[:, : result.community.size]
        meet = np.where(buys, limit, -np.inf).max(axis=1) >= np.where(sells, limit, np.inf).min(axis=1)
        counts.spare += int(sells.any(axis=1).sum())
        counts.short += int(buys.any(axis=1).sum())
        counts.both += int(both.sum())
        counts.meeting += int((both & meet).sum())
    return counts
