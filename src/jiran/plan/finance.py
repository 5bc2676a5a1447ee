"""What a row of cash flows comes to: value of today, rate of return, payback, the cost of a kWh, and a loan's instalment."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy_financial as npf
from numpy.typing import NDArray

from jiran.nothing import LAST_DIGITS, RESIDUE

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Outlook:
    """What somebody pays and gets in the years to come.

    Attributes:
        flows: What is got less what is paid, now and at the end of each year, in the currency, shape (year + 1,).
        rate: By how much less money is worth a year later.
    """

    flows: Array
    rate: float

    @cached_property
    def npv(self) -> float:
        """Net present value: all flows, each for what it is worth today."""
        return float(npf.npv(self.rate, self.flows))

    @cached_property
    def irr(self) -> float | None:
        """Internal rate of return: the discount rate at which the value of today is nothing; None if there is none."""
        return internal_rate(self.flows)

    @cached_property
    def payback(self) -> float | None:
        """Years after which what was paid has come back; None if it never does, 0 if nothing was paid first."""
        return payback_years(self.flows)

    @cached_property
    def discounted_payback(self) -> float | None:
        """The same with each flow for what it is worth today."""
        return payback_years(discounted(self.flows, self.rate))


def discounted(flows: Array, rate: float) -> Array:
    """Return what flows at the ends of years are worth today, the first of them now, shape (year + 1,)."""
    worth: Array = flows / (1.0 + rate) ** np.arange(flows.size)
    return worth


def internal_rate(flows: Array) -> float | None:
    """Return the discount rate at which flows are worth nothing today; None if there is none.

    Where there are several, as new batteries may make, the one nearest to 0.

    Args:
        flows: Now and at the end of each year, shape (year + 1,).
    """
    if not flows[0] < 0.0 < flows.max():
        return None
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):  # nearly all lost: a rate near -1
        rate = float(npf.irr(flows))
        worth = discounted(flows, rate)
        off, size = abs(worth.sum()), np.abs(worth).sum()
    return rate if np.isfinite(size) and off <= LAST_DIGITS * size * flows.size else None


def payback_years(flows: Array) -> float | None:
    """Return the years after which the sum of flows is never again below nothing, a year's flow coming evenly in it.

    So a battery that must be replaced and is not earned again does not count as paid back by what came before.

    Args:
        flows: Now and at the end of each year, shape (year + 1,).

    Returns:
        None if that time does not come, and 0 if the sum never is below nothing.

    Example:
        >>> payback_years(np.array([-100.0, 40.0, 40.0, 40.0])), payback_years(np.array([-100.0, 40.0]))
        (2.5, None)
        >>> payback_years(np.array([-100.0, 120.0, -60.0, 10.0, 50.0]))
        3.6
    """
    total = np.cumsum(flows)
    below = np.flatnonzero(total < -RESIDUE * np.abs(flows).sum())
    if not below.size:
        return 0.0
    last = int(below[-1])
    return None if last == flows.size - 1 else float(last - total[last] / flows[last + 1])


def instalment(principal: float, rate: float, years: int) -> float:
    """Return what a loan costs a month, if it is paid back in equal amounts.

    Args:
        principal: What is borrowed.
        rate: Interest of a year; a twelfth of it is charged a month.
        years: Until it is paid back.

    Example:
        >>> round(instalment(54_000.0, 0.06, 15), 2)
        455.68
    """
    a_month = rate / 12.0 if rate > LAST_DIGITS else 0.0  # the library divides by what is left of less
    return -float(npf.pmt(a_month, 12 * years, principal)) if principal else 0.0


def levelised_cost(costs: Array, kwh: Array, rate: float) -> float | None:
    """Return what a kWh costs over a lifetime: costs by energy, both for what they are worth today; None without energy.

    Args:
        costs: What is paid now and at the end of each year, shape (year + 1,).
        kwh: What is generated, the same.
        rate: By how much less a year later counts.
    """
    energy = float(discounted(kwh, rate).sum())
    return float(discounted(costs, rate).sum()) / energy if energy > 0.0 else None
