"""Rules with one local price between the grid's two, made from the grid's prices and from supply and demand.

The papers print buyers' prices that are averages over what a home buys from neighbours and from the grid. Here a
trade carries the local price alone, and the average comes out in the bill: all orders that accept the price are
rationed pro rata, and the grid serves the rest.
"""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from jiran.compiled import njit
from jiran.market.base import Formula, Period, mechanism
from jiran.market.family import PRICE_BY_FORMULA
from jiran.market.matching import Trades, Vector, pair, pro_rata, totals
from jiran.market.pairing import AFTERWARDS
from jiran.nothing import NOTHING_KWH


@mechanism(
    "mid-market-rate",
    plain_name="middle of the grid's prices",
    family=PRICE_BY_FORMULA,
    pairing=AFTERWARDS,
    reasoning="middle-of-grid-prices",
    formula=Formula(r"\frac{P_\text{grid} + P_\text{export}}{2}"),
    telling=True,
    properties=("budget-balanced", "no-deficit", "individually-rational", "truthful", "truthful-quantity", "anonymous"),
)
def mid_market_rate(
    net_kwh: Vector,
    limit_price: Vector,
    import_price: float,
    export_price: float,
    parameters: Vector,  # noqa: ARG001
    rng: Generator,  # noqa: ARG001
    trades: Trades,
) -> int:
    """Trade all that can be traded at the middle of the grid's two prices, shared out pro rata.

    m = (import_price + export_price) / 2 for every trade (Long et al. 2017, doi 10.1109/PESGM.2017.8274546). With
    the sums S of surpluses and D of deficits a home's bill then shows the paper's averages: S < D gives buyers
    (S * m + (D - S) * import_price) / D, and S > D gives sellers (D * m + (S - D) * export_price) / S.

    Budget balanced. Individually rational and truthful, for an order whose limit price refuses m stays out and no
    order moves m. That is about limit prices: who could overstate its kWh would get a larger part of the scarce side.
    Not efficient by limit prices: a seller at 0.5 and a buyer at 0.6 do not meet at m = 0.4. Trades nothing if the
    export price is above the import price.
    """
    if export_price > import_price:
        return 0
    return _trade_at(export_price + 0.5 * (import_price - export_price), net_kwh, limit_price, trades)


@mechanism(
    "supply-demand-ratio",
    plain_name="price by supply and demand",
    family=PRICE_BY_FORMULA,
    pairing=AFTERWARDS,
    reasoning="supply-against-demand",
    formula=Formula(
        r"\frac{P_\text{grid} \, P_\text{export}}{(P_\text{grid} - P_\text{export}) \, r + P_\text{export}},"
        r"\ r = \min\left(\frac{S}{D}, 1\right)"
    ),
    properties=("budget-balanced", "no-deficit", "individually-rational", "truthful", "anonymous"),
)
def supply_demand_ratio(
    net_kwh: Vector,
    limit_price: Vector,
    import_price: float,
    export_price: float,
    parameters: Vector,  # noqa: ARG001
    rng: Generator,  # noqa: ARG001
    trades: Trades,
) -> int:
    """Trade all that can be traded at a price that falls as supply grows against demand, shared out pro rata.

    With r = S / D, the sums of surpluses and deficits, every trade is at p = s * b / ((b - s) * r + s) if r <= 1, and
    at s above; b = import_price, s = export_price (Liu et al. 2017, IEEE Trans. Power Syst. 32(5); Zhou et al. 2018).
    A buyer's bill then shows the paper's average p * r + b * (1 - r).

    Budget balanced. Individually rational and truthful, for an order whose limit price refuses p stays out and limit
    prices do not move p. That is about limit prices: who could understate its surplus would raise p. At r >= 1 buyers
    take all the gain, and so they do at every r if s = 0. Not efficient by limit prices: with b = 0.6, s = 0.2 and
    1 kWh on each side p = 0.2, and a seller at 0.3 stays out. Trades nothing unless 0 <= export price <= import
    price, where the equation holds.
    """
    surplus_kwh, deficit_kwh = totals(net_kwh)
    if min(surplus_kwh, deficit_kwh) <= 0.0 or not 0.0 <= export_price <= import_price:
        return 0
    ratio = surplus_kwh / deficit_kwh
    price = export_price
    if ratio <= 1.0 and export_price > 0.0:
        price *= import_price / ((import_price - export_price) * ratio + export_price)
    return _trade_at(min(max(price, export_price), import_price), net_kwh, limit_price, trades)


def _share_bill(period: Period) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the two prices at which all homes together pay and get what the community pays and gets outside.

    Args:
        period: Sums of the billing period, kWh and money, shape (home,).

    Returns:
        What each home pays and gets per kWh, the same for all; 0 where nobody took or gave.
    """
    taken_kwh = period.bought_kwh + period.rest_bought_kwh
    given_kwh = period.sold_kwh + period.rest_sold_kwh
    buy = period.rest_paid.sum() / taken_kwh.sum() if taken_kwh.sum() > NOTHING_KWH else 0.0
    sell = period.rest_received.sum() / given_kwh.sum() if given_kwh.sum() > NOTHING_KWH else 0.0
    return np.full(taken_kwh.size, buy), np.full(given_kwh.size, sell)


@mechanism(
    "bill-sharing",
    plain_name="one bill for all",
    family=PRICE_BY_FORMULA,
    pairing=AFTERWARDS,
    reasoning="bill-of-all",
    formula=Formula(
        r"P_\text{grid} \, \frac{\sum \text{import}}{\sum \text{taken}}",
        seller_symbols=r"P_\text{export} \, \frac{\sum \text{export}}{\sum \text{given}}",
    ),
    heeds_limits=False,
    properties=("budget-balanced", "no-deficit", "anonymous"),
    reprice=_share_bill,
)
def bill_sharing(
    net_kwh: Vector,
    limit_price: Vector,  # noqa: ARG001  the community's bill sets the price
    import_price: float,  # noqa: ARG001
    export_price: float,  # noqa: ARG001
    parameters: Vector,  # noqa: ARG001
    rng: Generator,  # noqa: ARG001
    trades: Trades,
) -> int:
    """Split the community's bill by the kWh that each home takes, and its earnings by the kWh that each gives.

    At the end of a billing period (grid.billing) every kWh taken costs
    import_price * (what the community imports) / (sum of what homes take), every kWh given earns
    export_price * (what it exports) / (sum of what homes give), from and to whomever; with prices that change, and with
    the battery, both products are sums over the steps. Long et al. 2017, doi 10.1109/PESGM.2017.8274546.

    Budget balanced. Not individually rational: a seller may get less than the grid gives, for what neighbours use earns
    nothing. Cleared by itself a step is its own billing period: what neighbours share moves at 0, pro rata.
    """
    return _share_out(net_kwh, 0.0, trades)


@njit(cache=True)
def _trade_at(price: float, net_kwh: Vector, limit_price: Vector, trades: Trades) -> int:
    """Trade the orders whose limit accepts the price, pro rata.

    Args:
        price: Per kWh, for all.
        net_kwh: Shape (home,).
        limit_price: Shape (home,); a limit at the price accepts it.
        trades: Is filled from the front.
    """
    open_kwh = np.empty_like(net_kwh)
    for home in range(net_kwh.size):
        gain = (price - limit_price[home]) * (1.0 if net_kwh[home] > 0.0 else -1.0)
        open_kwh[home] = net_kwh[home] if gain >= 0.0 else 0.0
    return _share_out(open_kwh, price, trades)


@njit(cache=True)
def _share_out(open_kwh: Vector, price: float, trades: Trades) -> int:
    """Trade all that can be traded at a price, pro rata."""
    surplus_kwh, deficit_kwh = totals(open_kwh)
    volume_kwh = min(surplus_kwh, deficit_kwh)
    if volume_kwh <= 0.0:
        return 0
    traded_kwh = pro_rata(open_kwh, volume_kwh / surplus_kwh, volume_kwh / deficit_kwh)
    return pair(traded_kwh, price, price, trades)
