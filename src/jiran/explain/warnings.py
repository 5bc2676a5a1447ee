"""What the user should know of a run: rules that see no difference between homes, losses by trading, borrowed energy.

A warning is a fact that may make figures mean something else than they seem to; a loss that follows from the rule is
one, a small gain is none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from jiran.engine.flows import taken_in
from jiran.explain.bills import forfeited, kept, lost
from jiran.explain.say import energy
from jiran.explain.stored import stores_end
from jiran.nothing import NOTHING_KWH
from jiran.sentences import Figures, Sentence, form, true_ones
from jiran.words import counted

if TYPE_CHECKING:
    from jiran.result.result import Result

#: A battery that ends with less than it began with is worth a word from this share of the demand on.
_WORTH_SAYING = 0.01


def warnings(result: Result) -> tuple[Sentence, ...]:
    """Return what the user should know of a run."""
    homes = result.community
    return true_ones(
        net_metered(int(homes.net_metered.sum()), homes.size), alike(result), sellers_lose(result), buyers_lose(result),
        borrowed(result), pays_to_use(result), forfeited(result), lost(result), kept(result),
    )  # fmt: skip


def _net_metered_words(figures: Figures) -> str:
    who = counted(figures["homes"], "home")
    what = "it used and generated itself" if figures["homes"] == 1 else "they used and generated themselves"
    return f"only import and export of {'all ' * figures['all']}{who} are known, so what {what} is not"


@form("warning.net_metered", _net_metered_words)
def net_metered(homes: int, of: int) -> Figures | None:
    """Say of how many of all homes only import and export are known, if there are such homes.

    Args:
        homes: How many only have import and export.
        of: How many homes there are.

    Returns:
        homes: The first of these.
        all: Whether it is all of several.
    """
    return {"homes": homes, "all": homes == of > 1} if homes else None


def _alike_words(figures: Figures) -> str:
    return (
        f"{figures['rule']} works by bids, but with {figures['strategy']} all homes bid the tariff and are alike to it: "
        "choose another bidding strategy"
    )


@form("warning.alike", _alike_words)
def alike(result: Result) -> Figures | None:
    """Say that a rule that needs bids gets none that differ.

    Returns:
        rule: Name of the market rule.
        strategy: Name of the bidding strategy.
    """
    scenario = result.scenario
    if not scenario.bids_alike:
        return None
    return {"rule": scenario.market.mechanism, "strategy": scenario.bids.strategy}


@form(
    "warning.sellers_lose",
    lambda figures: (
        f"{energy(figures['kwh'])} were sold to neighbours below the grid's export price: sellers lose by trading there"
    ),
)
def sellers_lose(result: Result) -> Figures | None:
    """Say how much was sold for less than the grid would have paid; under a tariff bills alone tell that.

    Returns:
        kwh: Energy in such trades, kWh, by more than rounding of prices.
    """
    kwh = result.settlement.sellers_lose_kwh
    return {"kwh": kwh} if result.settlement.bills is None and kwh > NOTHING_KWH else None


@form(
    "warning.buyers_lose",
    lambda figures: (
        f"{energy(figures['kwh'])} were bought from neighbours above the grid's import price: buyers lose by trading there"
    ),
)
def buyers_lose(result: Result) -> Figures | None:
    """Say how much was bought for more than the grid would have asked, network charge included; not under a tariff.

    Returns:
        kwh: Energy in such trades, kWh.
    """
    kwh = result.settlement.buyers_lose_kwh
    return {"kwh": kwh} if result.settlement.bills is None and kwh > NOTHING_KWH else None


def _borrowed_words(figures: Figures) -> str:
    return (
        f"{figures['who']} with {energy(figures['kwh'])} less than {'it' if figures['who'].endswith('ends') else 'they'} "
        "began with: no bill pays for this energy"
    )


@form("warning.borrowed", _borrowed_words)
def borrowed(result: Result) -> Figures | None:
    """Say that batteries end with clearly less than they began with.

    Returns:
        who: What ends with less, all together, with the verb.
        kwh: How much less than at the start, kWh, from 1 % of what the homes used on.
    """
    start, end = result.start, result.state
    kwh = float(start.all_kwh - end.all_kwh)
    flow = result.settlement.home_kwh
    # Where only import and export are known it used at least what came in; else that may have gone into a battery.
    used_kwh = np.where(result.community.net_metered, taken_in(flow), flow["load_kwh"] + flow["ev_kwh"])
    if not kwh > max(NOTHING_KWH, _WORTH_SAYING * float(used_kwh.sum())):
        return None
    return {"who": stores_end(result), "kwh": kwh}


def _pays_words(figures: Figures) -> str:
    return f"in {counted(figures['steps'], 'step')} the grid's import price is below 0: there using energy earns money"


@form("warning.pays_to_use", _pays_words)
def pays_to_use(result: Result) -> Figures | None:
    """Say that the grid pays for energy that is taken from it.

    Returns:
        steps: In how many steps.
    """
    steps = int((result.prices.grid_import < 0.0).sum())
    return {"steps": steps} if steps else None
