"""An order book of one step: who has or needs how much energy, and the price at which it still trades."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from jiran.explain.step.run_step import orders_of
from jiran.result.limits import limits_between

if TYPE_CHECKING:
    from jiran.result.result import Result

Array = NDArray[np.float64]
Homes = NDArray[np.int64]


@dataclass(frozen=True)
class Book:
    """The orders of one step.

    Attributes:
        names: Of the homes.
        net_kwh: What each has to sell (> 0) or needs to buy (< 0), kWh, shape (home,).
        limit_price: A buyer's highest and a seller's lowest price per kWh, shape (home,).
        import_price: What the grid takes for a kWh.
        export_price: What the grid gives for a kWh.
        network_charge: What a buyer pays the network on top of each kWh from a neighbour.
        currency: Of all prices; "" if nobody said.
    """

    names: tuple[str, ...]
    net_kwh: Array
    limit_price: Array
    import_price: float
    export_price: float
    network_charge: float = 0.0
    currency: str = ""

    @cached_property
    def sellers(self) -> Homes:
        """Homes that sell, lowest ask first; equal asks as they stand in the book."""
        return self._in_order(1.0)

    @cached_property
    def buyers(self) -> Homes:
        """Homes that buy, highest bid first; equal bids as they stand in the book."""
        return self._in_order(-1.0)

    def _in_order(self, side: float) -> Homes:
        homes = np.flatnonzero(side * self.net_kwh > 0.0)
        return homes[np.argsort(side * self.limit_price[homes], kind="stable")]

    @property
    def flat(self) -> bool:
        """Whether all sellers ask the same and all buyers bid the same, more than that: prices tell nobody apart."""
        asks, bids = self.limit_price[self.sellers], self.limit_price[self.buyers]
        if asks.size + bids.size < 3 or not min(asks.size, bids.size):
            return False
        return bool(np.ptp(asks) < 1e-9 and np.ptp(bids) < 1e-9 and bids[0] > asks[0])

    @property
    def offered_kwh(self) -> float:
        """All surplus, kWh."""
        return float(self.net_kwh[self.sellers].sum())

    @property
    def wanted_kwh(self) -> float:
        """All deficit, kWh."""
        return float(-self.net_kwh[self.buyers].sum())

    def outside_price(self, home: int) -> float:
        """Return what a kWh costs, or brings, a home that does not trade: the grid's price."""
        return self.export_price if self.net_kwh[home] > 0.0 else self.import_price

    def without(self, home: int) -> Book:
        """Return the book as if a home had no order."""
        net = self.net_kwh.copy()
        net[home] = 0.0
        return Book(self.names, net, self.limit_price, self.import_price, self.export_price)


def book_of_step(result: Result, step: int) -> Book:
    """Return the orders of a step of a run."""
    return Book(
        tuple(result.community.ids),
        orders_of(result, step),
        limits_between(result, step, step + 1)[0],
        float(result.prices.grid_import[step]),
        float(result.prices.grid_export[step]),
        float(result.scenario.grid.network_charge),
        result.scenario.currency,
    )
