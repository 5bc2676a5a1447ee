"""What a clearing is worth by the limit prices that were given, and the most that any clearing could be worth."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from jiran.nothing import NOTHING_KWH, NOTHING_MONEY

Array = NDArray[np.float64]


class Best(NamedTuple):
    """The clearing with the highest welfare: what it is worth, and the least energy that reaches it.

    Attributes:
        welfare: Sum of kWh times (bid - ask), in money.
        volume_kwh: Energy up to where bids and asks cross.
    """

    welfare: float
    volume_kwh: float


def welfare(trades: Any, limit_price: ArrayLike) -> float:
    """Return the gains from trade, sum of kwh * (limit price of the buyer - limit price of the seller).

    What is paid does not matter: it only shares the gains out.

    Args:
        trades: A `Clearing`, or records of `market.trade.TRADE`.
        limit_price: A buyer's highest and a seller's lowest price per kWh, shape (home,).

    Example:
        >>> import jiran
        >>> clearing = jiran.clear([1.0, -2.0], import_price=0.5, export_price=0.2)
        >>> round(welfare(clearing, [0.2, 0.5]), 3)
        0.3
    """
    limit = np.asarray(limit_price, dtype=np.float64)
    gain = limit[_column(trades, "buyer")] - limit[_column(trades, "seller")]
    return float((_column(trades, "kwh") * gain).sum())


def surplus(trades: Any) -> float:
    """Return what buyers pay above what sellers get, below 0 if it is less: what the trades leave with the market account.

    Args:
        trades: A `Clearing`, or records of `market.trade.TRADE`.
    """
    margin = _column(trades, "buyer_price") - _column(trades, "seller_price")
    return float((_column(trades, "kwh") * margin).sum())


def highest_welfare(net_kwh: ArrayLike, limit_price: ArrayLike) -> Best:
    """Return the highest welfare of any clearing: the dearest bid meets the cheapest ask as long as they cross.

    Args:
        net_kwh: Surplus (> 0, sells) or deficit (< 0, buys) of each home, kWh; rounding dust is no order.
        limit_price: A buyer's highest and a seller's lowest price per kWh.

    Example:
        >>> highest_welfare([2.0, -1.0, -3.0], [0.25, 0.5, 0.125])
        Best(welfare=0.25, volume_kwh=1.0)
    """
    net, limit = np.asarray(net_kwh, dtype=np.float64), np.asarray(limit_price, dtype=np.float64)
    asks = [(limit[home], net[home]) for home in np.argsort(limit) if net[home] > NOTHING_KWH]
    bids = [(limit[home], -net[home]) for home in np.argsort(-limit) if net[home] < -NOTHING_KWH]
    worth, volume_kwh, ask, bid, offered_kwh, wanted_kwh = 0.0, 0.0, 0, 0, 0.0, 0.0
    while True:
        if offered_kwh <= NOTHING_KWH:
            if ask == len(asks):
                break
            (lowest, offered_kwh), ask = asks[ask], ask + 1
        if wanted_kwh <= NOTHING_KWH:
            if bid == len(bids):
                break
            (highest, wanted_kwh), bid = bids[bid], bid + 1
        if highest <= lowest:
            break
        kwh = min(offered_kwh, wanted_kwh)
        worth, volume_kwh = worth + kwh * (highest - lowest), volume_kwh + kwh
        offered_kwh, wanted_kwh = offered_kwh - kwh, wanted_kwh - kwh
    return Best(float(worth), float(volume_kwh))


def highest_welfare_by_step(net_kwh: Array, limit_price: Array) -> Array:
    """Return the highest welfare of each step: the area between supply and demand up to where they cross, shape (step,).

    It is the integral over all prices of min(what is asked for at most that price, what is bid for at least it).

    Args:
        net_kwh: Surplus (> 0, sells) or deficit (< 0, buys), kWh, shape (step, home).
        limit_price: A buyer's highest and a seller's lowest price per kWh, of the same shape.

    Example:
        >>> highest_welfare_by_step(np.array([[2.0, -1.0, -3.0]]), np.array([[0.25, 0.5, 0.125]]))
        array([0.25])
    """
    order = np.argsort(limit_price, axis=1)
    net_kwh = np.where(np.abs(net_kwh) > NOTHING_KWH, net_kwh, 0.0)
    net, price = np.take_along_axis(net_kwh, order, axis=1), np.take_along_axis(limit_price, order, axis=1)
    asked = np.maximum(net, 0.0).cumsum(axis=1)[:, :-1]
    wanted = np.maximum(-net, 0.0)[:, ::-1].cumsum(axis=1)[:, ::-1][:, 1:]
    area: Array = (np.minimum(asked, wanted) * np.diff(price, axis=1)).sum(axis=1)
    return area


def efficiency(trades: Any, net_kwh: ArrayLike, limit_price: ArrayLike) -> float | None:
    """Return welfare / highest welfare, or None if there is nothing to gain; negative if trades lose.

    Args:
        trades: A `Clearing`, or records of `market.trade.TRADE`.
        net_kwh: Surplus (> 0, sells) or deficit (< 0, buys) of each home, kWh, shape (home,).
        limit_price: A buyer's highest and a seller's lowest price per kWh, shape (home,).
    """
    best = highest_welfare(net_kwh, limit_price).welfare
    return welfare(trades, limit_price) / best if best > NOTHING_MONEY else None


def _column(trades: Any, name: str) -> NDArray[Any]:
    """Return a column of trades, whether they are records or a `Clearing`."""
    column: NDArray[Any] = trades[name] if isinstance(trades, np.ndarray) else getattr(trades, name)
    return column
