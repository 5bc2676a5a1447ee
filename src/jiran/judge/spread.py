"""How far apart the values of many seeds or points lie: the range that stands beside their mean."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

#: A range holds this share of the values, the same part left out at both ends.
SHARE = 0.9
#: Of fewer values a range that leaves out the twentieth part at each end leaves out none: it is the lowest and the highest.
FEW = 20
#: Where a range of many begins and ends.
QUANTILES = (1.0 - SHARE) / 2.0, (1.0 + SHARE) / 2.0


def ends(values: NDArray[np.float64]) -> tuple[float | None, float | None]:
    """Return where the range of some values begins and ends; None where there are none.

    Args:
        values: Shape (value,), NaN where one is undefined: these are left out, and count as values all the same, for a
            table says of all its figures what their ranges hold.

    Example:
        >>> ends(np.arange(10.0))
        (0.0, 9.0)
        >>> ends(np.full(30, 2.0))
        (2.0, 2.0)
    """
    defined = values[~np.isnan(values)]
    if not defined.size:
        return None, None
    if values.size < FEW:
        return float(defined.min()), float(defined.max())
    low, high = np.quantile(defined, QUANTILES).tolist()
    return low, high


def range_of(count: int, what: str) -> str:
    """Say what the range of so many values is.

    Args:
        count: How many there are.
        what: What they are, as "seeds".

    Example:
        >>> range_of(30, "seeds")
        'the range that holds 90% of the seeds'
        >>> range_of(3, "points")
        'the range from the lowest to the highest of the points'
    """
    return f"the range {'from the lowest to the highest' if count < FEW else f'that holds {100 * SHARE:.0f}%'} of the {what}"
