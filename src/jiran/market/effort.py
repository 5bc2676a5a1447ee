"""What a rule needs for one step, and what is too much: said before it starts, in the same words for all rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from jiran.words import counted, data_size, duration

if TYPE_CHECKING:
    from jiran.market.base import Mechanism

Values = Mapping[str, float | str]

#: More memory than this for the work of one step, bytes, or more time for all steps, s, is refused.
MOST_BYTES, MOST_S = 4e9, 86_400.0

#: A step that may take longer than this, s, is watched, so that it can be stopped.
LONG_S = 0.02


class Effort(NamedTuple):
    """About what one step needs at most on a common machine: time, s, and memory of its own, bytes.

    Attributes:
        seconds: Time, s.
        memory_bytes: Beside orders and trades, bytes.
    """

    seconds: float
    memory_bytes: float

    def fits(self, steps: int = 1) -> bool:
        """Tell whether so many steps are worth starting.

        Args:
            steps: How many; memory is that of one, time that of all.
        """
        return self.memory_bytes <= MOST_BYTES and self.seconds * steps <= MOST_S


def too_much(rule: Mechanism, orders: int, values: Values, steps: int = 1) -> str | None:
    """Return why a rule should not start, in words, or None if it may.

    Args:
        rule: The rule.
        orders: How many homes may trade in a step.
        values: Its parameters, complete.
        steps: How many steps it is to clear.
    """
    effort = rule.effort(orders, values)
    if effort.fits(steps):
        return None
    most, beyond = 0, orders  # the largest market that is worth starting lies between
    while beyond - most > 1:
        middle = (most + beyond) // 2
        most, beyond = (middle, beyond) if rule.effort(middle, values).fits(steps) else (most, middle)
    needs = f"{duration(effort.seconds * steps)} and {data_size(effort.memory_bytes)} of memory"
    for_steps = "" if steps == 1 else f" for {counted(steps, 'step')}"
    return f"is for at most {most:,} homes that trade in a step{for_steps}, and here {orders:,} may: it would need about {needs}"
