"""The answer to a scenario's question in one line: who gains and who loses, why little is traded, or what trading is worth."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from jiran.explain.nothing_traded import count_steps, nothing_traded
from jiran.explain.run import home_saving, saving
from jiran.explain.say import amount, share
from jiran.nothing import NOTHING_MONEY
from jiran.sentences import Figures, Sentence, form
from jiran.words import KIND_NAMES, listed

if TYPE_CHECKING:
    from jiran.result.result import Result

#: A smaller share of use that is traded is little.
LITTLE = 0.05


def answer(result: Result) -> Sentence | None:
    """Return the sentence that answers what a run was asked; None if nothing can be said of it."""
    return by_kind(result) or all_alike(result) or saving(result) or nothing_traded(result, 0, result.timeline.steps)


def _by_kind_words(figures: Figures) -> str:
    def side(sign: int) -> str:
        kinds = [kind for kind, saved in figures["kinds"].items() if sign * saved > 0.0]
        total = sum(abs(figures["kinds"][kind]) for kind in kinds)
        return f"{listed([KIND_NAMES[kind] for kind in kinds])} homes {'gain' if sign > 0 else 'lose'} {amount(total, figures['currency'])}"

    return f"{side(1)} by trading, and {side(-1)}."


@form("answer.by_kind", _by_kind_words)
def by_kind(result: Result) -> Figures | None:
    """Say which kinds of homes gain and which lose by trading, each kind together, if some gain and some lose."""
    saved, kinds = home_saving(result), np.array(result.community.kinds)
    sums = {kind: float(saved[kinds == kind].sum()) for kind in KIND_NAMES}
    told = {kind: total for kind, total in sums.items() if abs(total) > NOTHING_MONEY}
    if not told or min(told.values()) > 0.0 or max(told.values()) < 0.0:
        return None
    return {"kinds": told, "currency": result.scenario.currency}


def _all_alike_words(figures: Figures) -> str:
    steps = f"the {figures['spare']:,} steps" if figures["spare"] > 1 else "the one step"
    return (
        f"In {figures['alone']:,} of {steps} in which a home has energy to spare nobody is short of it: "
        f"neighbours trade {share(figures['share'])} of what they use."
    )


@form("answer.all_alike", _all_alike_words)
def all_alike(result: Result) -> Figures | None:
    """Say in how many steps with energy to spare nobody is short, if these are most of them and little is traded."""
    traded = result.kpis["p2p_share"]
    if not traded or traded >= LITTLE:
        return None
    steps = count_steps(result, 0, result.timeline.steps)
    alone = steps.spare - steps.both
    return {"spare": steps.spare, "alone": alone, "share": traded} if 2 * alone > steps.spare else None
