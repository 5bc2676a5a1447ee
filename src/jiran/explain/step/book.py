"""The order book of a step of a run, or of a class: with the names of the homes, as sentences need them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from jiran.explain.step.run_step import orders_of
from jiran.market.book import OrderBook
from jiran.nothing import LAST_DIGITS
from jiran.result.limits import limits_between

if TYPE_CHECKING:
    from jiran.result.result import Result


@dataclass(frozen=True)
class Book(OrderBook):
    """The orders of one step, and whose they are.

    Attributes:
        names: Of the homes, and behind them of the community battery if it bids.
        network_charge: What a buyer pays the network on top of each kWh from a neighbour.
        currency: Of all prices; "" if nobody said.
    """

    names: tuple[str, ...] = ()
    network_charge: float = 0.0
    currency: str = ""

    @property
    def flat(self) -> bool:
        """Whether all sellers ask the same and all buyers bid the same, more than that: prices tell nobody apart.

        Under such a book the order of the list or a draw decides who trades; of two homes alone there is nothing to
        tell apart.
        """
        asks, bids = self.limit_price[self.sellers], self.limit_price[self.buyers]
        if asks.size + bids.size < 3 or not min(asks.size, bids.size):
            return False
        alike = max(np.ptp(asks), np.ptp(bids)) < LAST_DIGITS
        return bool(alike and bids[0] > asks[0])

    def without(self, home: int) -> Book:
        """Return the book as if a home had no order.

        The network charge and currency are left out, as only quantities are compared.

        Args:
            home: Its number.
        """
        net = self.net_kwh.copy()
        net[home] = 0.0
        return Book(net, self.limit_price, self.import_price, self.export_price, self.names)


def book_of_step(result: Result, step: int) -> Book:
    """Return the orders of a step of a run.

    Args:
        result: The run.
        step: Which step, from 0.

    Returns:
        Orders after own use, with what EVs offer, as the rule got them; homes without an order are there with 0 kWh.
    """
    return Book(
        orders_of(result, step),
        limits_between(result, step, step + 1)[0],
        float(result.prices.grid_import[step]),
        float(result.prices.grid_export[step]),
        names=result.traders,
        network_charge=float(result.scenario.grid.network_charge),
        currency=result.scenario.currency,
    )
