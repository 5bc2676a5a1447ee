"""What a clearing is worth, by the limit prices that were given, and the indices of Zhou et al. 2018.

Zhou, Wu, Long: Evaluation of peer-to-peer energy sharing mechanisms based on a multiagent simulation framework,
Applied Energy 222 (2018), doi 10.1016/j.apenergy.2018.02.089, equations (14) to (31).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from jiran.nothing import NOTHING_KWH, NOTHING_MONEY

Array = NDArray[np.float64]


class Best(NamedTuple):
    """The clearing with the highest welfare: what it is worth, and the least energy that reaches it."""

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
    """Return welfare / highest welfare, or None if there is nothing to gain; negative if trades lose."""
    best = highest_welfare(net_kwh, limit_price).welfare
    return welfare(trades, limit_price) / best if best > NOTHING_MONEY else None


def volume_kwh(trades: Any) -> float:
    """Return the energy traded, kWh."""
    return float(_column(trades, "kwh").sum())


def mean_price(trades: Any) -> float | None:
    """Return what buyers pay per kWh on average, weighted by energy, or None if nothing is traded."""
    kwh = _column(trades, "kwh")
    return float((kwh * _column(trades, "buyer_price")).sum() / kwh.sum()) if kwh.sum() > NOTHING_KWH else None


def price_spread(trades: Any) -> float | None:
    """Return the highest price that a buyer pays less the lowest that a seller gets; 0: one price for all.

    None if nothing is traded.
    """
    traded = _column(trades, "kwh") > NOTHING_KWH
    if not traded.any():
        return None
    return float(_column(trades, "buyer_price")[traded].max() - _column(trades, "seller_price")[traded].min())


def _column(trades: Any, name: str) -> NDArray[Any]:
    """Return a field of trades, shape (trade,), of a `Clearing` or of records."""
    column: NDArray[Any] = trades[name] if isinstance(trades, np.ndarray) else getattr(trades, name)
    return column


def value_index(value: float, reference: float, highest: float) -> float | None:
    """Return VI = (V - V_ref) / (V_max - V_ref): how much of the gain that is possible is reached.

    Args:
        value: What the community gains, e.g. minus its cost.
        reference: The same without sharing, each home with the grid alone.
        highest: The same at the optimum, e.g. minus `jiran.judge.optimum.community_optimum(result).cost`.

    Returns:
        1 = the optimum, 0 = no better than alone; None if there is nothing to gain.
    """
    return (value - reference) / (highest - reference) if highest - reference > NOTHING_MONEY else None


def participation_index(cost: ArrayLike, cost_alone: ArrayLike, tolerance: float = NOTHING_MONEY) -> float:
    """Return PI = (homes that do not pay more than alone) / N.

    A home whose cost stays the same, within the tolerance, has no reason to leave and counts as willing.
    """
    return float(np.mean(np.asarray(cost) <= np.asarray(cost_alone) + tolerance))


def equality_index(income: ArrayLike, epsilon: float = 0.01) -> float:
    """Return EI = 1 - IEI, IEI = sum_n sum_m |I_n - I_m| / (2 N sum_n I_n): one less the Gini coefficient.

    If an income is negative, all are shifted so that the lowest is `epsilon`. The index depends on that shift: compare
    it only between results with the same one, and report the Gini coefficient of savings too.
    """
    incomes = np.sort(np.asarray(income, dtype=np.float64))
    if incomes[0] < 0.0:
        incomes += epsilon - incomes[0]
    count, total = incomes.size, incomes.sum()
    # With sorted incomes, sum_n sum_m |I_n - I_m| = 2 sum_n (2 n - N + 1) I_n for n = 0 .. N-1.
    differences = 2.0 * ((2 * np.arange(count) - count + 1) * incomes).sum()
    return float(1.0 - differences / (2 * count * total)) if total > 0.0 else 1.0


def energy_balance_index(net_kwh: ArrayLike, load_kwh: ArrayLike, generation_kwh: ArrayLike) -> float | None:
    """Return EBI = 1 - sum_t |net_t| / (sum_t load_t + sum_t generation_t), for the community.

    Args:
        net_kwh: What the community takes from the grid (> 0) or gives (< 0) in each step, kWh.
        load_kwh: Its demand in each step, kWh.
        generation_kwh: Its generation in each step, kWh.

    Returns:
        1 = it needs no grid; None without load and generation.
    """
    turned_over = float(np.sum(load_kwh) + np.sum(generation_kwh))
    return 1.0 - float(np.abs(net_kwh).sum()) / turned_over if turned_over > NOTHING_KWH else None


def power_flatness_index(net_kwh: ArrayLike, reference: float) -> float | None:
    """Return PFI = 1 - EPARI / EPARI_ref, EPARI = max_t |net_t| / mean_t |net_t|, the peak-to-average ratio.

    Args:
        net_kwh: What the community exchanges with the grid in each step, kWh.
        reference: The ratio that counts as bad, for which the index is 0; > 0.

    Returns:
        The flatter the higher, below 1; None if nothing is exchanged.
    """
    exchanged = np.abs(np.asarray(net_kwh, dtype=np.float64))
    return (
        float(1.0 - exchanged.max() / exchanged.mean() / reference)
        if exchanged.max(initial=0.0) > NOTHING_KWH
        else None
    )


def self_sufficiency_index(net_kwh: ArrayLike, load_kwh: ArrayLike) -> float | None:
    """Return SSI = 1 - sum_{t: net_t > 0} net_t / sum_t load_t: the share of demand not taken from the grid.

    None without load.
    """
    load = float(np.sum(load_kwh))
    return 1.0 - float(np.maximum(net_kwh, 0.0).sum()) / load if load > NOTHING_KWH else None


def overall_index(economic: tuple[float, float, float], technical: tuple[float, float, float]) -> float:
    """Return OPI = (EPI + TPI) / 2: the mean of the three economic (VI, PI, EI) and three technical (EBI, PFI, SSI).

    Example:
        Table 4 of the paper, supply-demand ratio, prints 0.74:

        >>> round(overall_index((0.92, 1.0, 0.51), (0.57, 0.53, 0.98)), 2)
        0.75
    """
    return float((np.mean(economic) + np.mean(technical)) / 2.0)
