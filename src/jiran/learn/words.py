"""What is said of a policy: how it did on days that it had not seen, beside own use, planning and the optimum."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jiran.control.controlling.base import OWN_USE, PLANNED
from jiran.learn.train import TAUGHT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jiran.learn.train import Trial

#: Costs that differ by less than this share of what they are about are said to be the same.
ALIKE = 0.005


def verdict(trials: Mapping[str, Trial]) -> tuple[str, ...]:
    """Return who did best for the owners on the later days, in words.

    By their own meters, with wear and less what is left in the stores, which is what a policy learns to lower.

    Args:
        trials: By controller.
    """
    taught, planned, greedy = (trials[name].net_cost for name in (TAUGHT, PLANNED, OWN_USE))
    close = ALIKE * max(abs(taught), abs(planned), abs(greedy))
    if planned < taught - close:
        best = planned <= greedy + close
        more = f"and needs no training: use {PLANNED} here" if best else f"but {OWN_USE} costs less than both"
        first = f"Planning costs the owners less than the learned policy, {more}."
    elif taught < planned - close:
        first = "The learned policy costs the owners less than planning on these days."
    else:
        first = "The learned policy costs the owners as much as planning, which needs no training."
    if taught < greedy - close:
        return first, "The learned policy costs them less than own use first."
    if taught > greedy + close:
        return first, "The learned policy costs them more than own use first: it has learned nothing of use."
    return first, "The learned policy costs them as much as own use first."
