"""Shares of a whole, and how evenly a whole is shared; None where a share means nothing."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from jiran.nothing import LAST_DIGITS, NOTHING_MONEY

Array = NDArray[np.float64]


def ratio(part: float, whole: float) -> float | None:
    """Return part / whole, or None if the whole is not positive.

    Example:
        >>> ratio(1.0, 4.0), ratio(1.0, 0.0)
        (0.25, None)
    """
    return part / whole if whole > 0.0 else None


def rest(part: float, whole: float) -> float | None:
    """Return 1 - part / whole without the residue of sums, or None if the whole is not positive.

    Example:
        >>> rest(1.0, 4.0), rest(0.1 + 0.2, 0.3), rest(1.0, 0.0)
        (0.75, 0.0, None)
    """
    share = ratio(part, whole)
    if share is None:
        return None
    return 1.0 - share if abs(1.0 - share) > LAST_DIGITS else 0.0


def jain(values: Array) -> float | None:
    """Return Jain's index (sum x)^2 / (n sum x^2) (Jain et al. 1984, DEC-TR-301).

    Args:
        values: What each has, shape (n,).

    Returns:
        1 / n to 1; None if all values are 0, or one is below 0: the index then means nothing.

    Example:
        >>> jain(np.array([1.0, 1.0])), jain(np.array([1.0, 0.0])), jain(np.zeros(2)), jain(np.array([3.0, -1.0]))
        (1.0, 0.5, None, None)
    """
    shares = _shares(values)
    return None if shares is None else float(shares.sum() ** 2 / (shares.size * (shares**2).sum()))


def gini(values: Array) -> float | None:
    """Return the Gini coefficient, sum |x_i - x_j| / (2 n^2 mean).

    Args:
        values: What each has, shape (n,).

    Returns:
        0 to 1 - 1 / n; None if all values are 0, or one is below 0: the coefficient then means nothing.

    Example:
        >>> gini(np.array([1.0, 1.0])), gini(np.array([1.0, 0.0])), gini(np.array([-1.0, 3.0]))
        (0.0, 0.5, None)
    """
    shares = _shares(values)
    if shares is None:
        return None
    ordered = np.sort(shares)
    ranks = 2.0 * np.arange(1, ordered.size + 1) - ordered.size - 1.0
    return float((ranks * ordered).sum() / (ordered.size * ordered.sum()))


def _shares(values: Array) -> Array | None:
    """Return values that can be compared as shares of a whole, or None if one is below 0 or all are nothing."""
    if values.min() < -NOTHING_MONEY or values.max() <= NOTHING_MONEY:
        return None
    return np.maximum(values, 0.0)
