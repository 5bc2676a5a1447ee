"""The few things that one number and an array of many do in different words, so that each formula stands once.

Everywhere else in this room `+ - * /` and comparisons do for both. Numbers alone are much faster in plain Python than as arrays.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Protocol

import numpy as np

#: A number, or an array of shape (home, month); rates are arrays of shape (month,) where the others are (home, month).
Number = Any

#: Digits of an amount that are true: what is behind them is the residue of sums, which would tip a half.
_TRUE_DIGITS = 12
#: From so many steps on, these digits end too close to the last one of a bill; a double still tells more of them.
_MANY_STEPS, _MOST_DIGITS = 1e9, 15


def decimals(step: float) -> int:
    """Return how many digits behind the point a multiple of a step has.

    Example:
        >>> decimals(0.01), decimals(0.05), decimals(1.0), decimals(100.0)
        (2, 2, 0, 0)
    """
    return max(0, -int(Decimal(repr(step)).normalize().as_tuple().exponent))


class Numbers(Protocol):
    """What both ways of calculating offer."""

    def least(self, one: Number, other: Number) -> Number:
        """Return the smaller one."""

    def most(self, one: Number, other: Number) -> Number:
        """Return the larger one."""

    def tier(self, bounds: Sequence[float], level: Number) -> Number:
        """Return the tier of a month's kWh; the upper edge of a tier belongs to it.

        Args:
            bounds: Upper edges, rising, kWh.
            level: The month's kWh.

        Returns:
            Places from 0, in the shape of `level`.
        """

    def pick(self, rates: Sequence[Number], tier: Number) -> Number:
        """Return the rate of a tier."""

    def ratio(self, amount: Number, quantity: Number, otherwise: Number) -> Number:
        """Return amount / quantity, or something else where the quantity is 0."""

    def rounded(self, amount: Number, step: float) -> Number:
        """Return the multiple of a step that is next to an amount; of two the one farther from 0, as `decimal` has it, and never -0.

        Args:
            amount: In the currency.
            step: The smallest coin or sen of a bill, above 0. Halves are those of the number as it is written, not of
                its bits.
        """


class OneNumber:
    """Plain numbers.

    Plain numbers: half as a person writes it decides, by `decimal`.
    """

    least = staticmethod(min)
    most = staticmethod(max)
    tier = staticmethod(bisect_left)

    @staticmethod
    def pick(rates: Sequence[Number], tier: Number) -> Number:
        """See `Numbers`."""
        return rates[tier]

    @staticmethod
    def ratio(amount: Number, quantity: Number, otherwise: Number) -> Number:
        """See `Numbers`."""
        return amount / quantity if quantity else otherwise

    @staticmethod
    def rounded(amount: Number, step: float) -> Number:
        """See `Numbers`.

        Example:
            >>> OneNumber.rounded(118.295, 0.01), OneNumber.rounded(0.3 * 0.05 * 3, 0.01), OneNumber.rounded(1512.5, 1.0)
            (118.3, 0.05, 1513.0)
        """
        digits = _TRUE_DIGITS if abs(amount) < _MANY_STEPS * step else _MOST_DIGITS
        multiple = Decimal(f"{amount:.{digits}g}") / Decimal(repr(step))
        return float(multiple.quantize(Decimal(1), ROUND_HALF_UP) * Decimal(repr(step))) + 0.0


class ManyNumbers:
    """Arrays.

    Arrays: half is decided with room for the residue of sums, a thousandth of a step at most, and agrees with
    `OneNumber` on amounts of up to 12 digits.
    """

    least = staticmethod(np.minimum)
    most = staticmethod(np.maximum)

    @staticmethod
    def tier(bounds: Sequence[float], level: Number) -> Number:
        """See `Numbers`."""
        return np.searchsorted(bounds, level, side="left")

    @staticmethod
    def pick(rates: Sequence[Number], tier: Number) -> Number:
        """See `Numbers`; rates have the shape (tier, month), or (tier,) if all months have the same."""
        table = np.asarray(rates)
        return table[tier] if table.ndim == 1 else table[tier, np.arange(table.shape[1])]

    @staticmethod
    def ratio(amount: Number, quantity: Number, otherwise: Number) -> Number:
        """See `Numbers`."""
        defined = quantity != 0
        return np.where(defined, amount / np.where(defined, quantity, 1.0), otherwise)

    @staticmethod
    def rounded(amount: Number, step: float) -> Number:
        """See `Numbers`.

        Example:
            >>> ManyNumbers.rounded(np.array([118.295, 1512.4949]), 0.01).tolist()
            [118.3, 1512.49]
        """
        multiple = np.abs(amount / step)
        room = np.minimum(multiple, _MANY_STEPS) * 10.0**-_TRUE_DIGITS
        whole = np.copysign(np.floor(multiple + 0.5 + room), amount)
        return np.round(whole * step, decimals(step)) + 0.0
