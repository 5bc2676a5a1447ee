"""What is said of a policy: how it did on days that it had not seen, beside own use, planning and the optimum."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jiran.learn.train import GREEDY, PLANNED, TAUGHT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jiran.learn.train import Trial

#: Costs that differ by less than this share of what they are about are said to be the same.
ALIKE = 0.005


def verdict(trials: Mapping[str, Trial]) -> tuple[str, ...]:
    """Return who did best on the later days, in words; money a policy leaves in the stores is not counted.

    Args:
        trials: By controller.
    """
    taught, planned, greedy = (trials[name].cost for name in (TAUGHT, PLANNED, GREEDY))
    close = ALIKE * max(abs(taught), abs(planned), abs(greedy))
    if planned < taught - close:
        first = "Planning costs less than the learned policy, and needs no training: use plan-ahead here."
    elif taught < planned - close:
        first = "The learned policy costs less than planning on these days."
    else:
        first = "The learned policy costs as much as planning, which needs no training."
    if taught < greedy - close:
        second = "It costs less than own use first."
    elif taught > greedy + close:
        second = "It costs more than own use first: it has learned nothing of use."
    else:
        second = "It costs as much as own use first."
    return first, second.replace("It costs", "The learned policy costs", 1)
