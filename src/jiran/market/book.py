"""The order book of one step: who has or needs how much energy, and the price at which it still trades."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from jiran.market.merit import BUYS, SELLS

Array = NDArray[np.float64]
Homes = NDArray[np.int64]


@dataclass(frozen=True)
class OrderBook:
    """The orders of one step.

    Attributes:
        net_kwh: What each home has to sell (> 0) or needs to buy (< 0), kWh, shape (home,).
        limit_price: A buyer's highest and a seller's lowest price per kWh, shape (home,).
        import_price: What the grid takes for a kWh.
        export_price: What the grid gives for a kWh.
    """

    net_kwh: Array
    limit_price: Array
    import_price: float
    export_price: float

    @property
    def homes(self) -> int:
        """Number of homes, those without an order too."""
        return self.net_kwh.size

    @cached_property
    def sellers(self) -> Homes:
        """Homes that sell, lowest ask first; equal asks as they stand in the book."""
        return self._in_order(SELLS)

    @cached_property
    def buyers(self) -> Homes:
        """Homes that buy, highest bid first; equal bids as they stand in the book."""
        return self._in_order(BUYS)

    def _in_order(self, side: float) -> Homes:
        """Return the homes of a side by limit price, best first; a stable sort keeps the list's order where limits tie.

        Args:
            side: `SELLS` or `BUYS`, the sign of their energy.
        """
        homes = np.flatnonzero(side * self.net_kwh > 0.0)
        return homes[np.argsort(side * self.limit_price[homes], kind="stable")]

    @property
    def offered_kwh(self) -> float:
        """All surplus, kWh."""
        return float(self.net_kwh[self.sellers].sum())

    @property
    def wanted_kwh(self) -> float:
        """All deficit, kWh."""
        return float(-self.net_kwh[self.buyers].sum())

    def outside_price(self, home: int) -> float:
        """Return what a kWh costs, or brings, a home that does not trade: the grid's price.

        Args:
            home: Its number.
        """
        return self.export_price if self.net_kwh[home] > 0.0 else self.import_price
