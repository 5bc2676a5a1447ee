"""Sums that a reader can do again: what is written gives what is written, so parts get as many digits as that takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jiran.words import price

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

#: More digits than the usual ones; no double has more that count.
_MOST = 8


def more_digits(compute: Callable[..., float], parts: Sequence[tuple[float, int]], result: float) -> int:
    """Return how many more digits than usual the parts of a sum must be written with to give its result as it is written.

    Args:
        compute: Works the result out of the parts.
        parts: Each with the digits after the point that it usually has.
        result: A price, as `jiran.words.price` writes it.

    Example:
        >>> more_digits(lambda p, q: p / q, [(21.2719, 2), (2.4756, 2)], 8.5926), more_digits(lambda p: 2 * p, [(0.2, 4)], 0.4)
        (2, 0)
    """
    for more in range(_MOST):
        try:
            again = compute(*(round(part, digits + more) for part, digits in parts))
        except ZeroDivisionError:
            continue
        if price(again) == price(result):
            return more
    return 0
