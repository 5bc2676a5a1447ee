"""How a market rule makes its pairs of seller and buyer: as they trade, or after it has decided how much each home trades."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


class Pairing(NamedTuple):
    """How pairs are made.

    Attributes:
        how: In one sentence, as people read it.
        afterwards: Whether the rule first decides how much each home trades. Before a trade, what a home "may" still trade
            is then what is left of that, and otherwise what is left of its order.
        matching: The way of `matching.MATCHINGS`, if it is one; "" if not.
    """

    how: str
    afterwards: bool = False
    matching: str = ""


class Cleared(NamedTuple):
    """What a rule made of a book, as far as it decides how the pairs came about.

    Attributes:
        net_kwh: Surplus (> 0) or deficit (< 0) of each home, kWh, shape (home,).
        limit_price: A buyer's highest and a seller's lowest price per kWh, shape (home,).
        traded_kwh: What each home traded, kWh >= 0, shape (home,).
        parameters: The rule's own parameters, complete.
    """

    net_kwh: Array
    limit_price: Array
    traded_kwh: Array
    parameters: Mapping[str, float | str]


#: From a cleared book to how its pairs were made, for rules that do not always do it in one way.
PairingOf = Callable[[Cleared], Pairing]

#: Of rules that do not say how.
AS_MADE = Pairing("These are the trades in the order in which the rule made them.")
AFTERWARDS = Pairing(
    "The rule first decides how much each home trades; then sellers and buyers are paired off as they stand in the list.",
    afterwards=True,
)
BEST_FIRST = Pairing(
    "The lowest ask meets the highest bid, then the next ones follow, as long as the bid is not below the ask."
)
