"""Fixed keys: each member's part of what a community shares, agreed beforehand."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from jiran.market.agreed import FORMULA, FRACTION, PRICE, agreed_price
from jiran.market.base import mechanism
from jiran.market.family import FIXED_PRICE
from jiran.market.matching import Trades, Vector, pair, totals
from jiran.market.pairing import AFTERWARDS

#: Parameters of its own, before the keys.
_OWN = 2


@mechanism(
    "static-keys",
    plain_name="fixed sharing keys",
    family=FIXED_PRICE,
    heeds_limits=False,
    keyed=True,
    divides={"static": {}, "static-uncapped": {}},
    pairing=AFTERWARDS,
    formula=FORMULA,
    properties=("budget-balanced", "no-deficit"),
    fraction=FRACTION,
    price=PRICE,
)
def static_keys(
    net_kwh: Vector,
    limit_price: Vector,  # noqa: ARG001  members take what their key gives them
    import_price: float,
    export_price: float,  # noqa: ARG001
    parameters: Vector,
    rng: Generator,  # noqa: ARG001
    trades: Trades,
) -> int:
    """Give each member a fixed part of what all others have left, and no more than it needs.

    With the sum S of all surpluses and the keys k, which add up to 1 over all members, a buyer gets min(k S, its deficit) and
    sellers give in proportion to what they have. What a member's key gives it beyond its need, and the part of members
    who need nothing, stays with those who have it. This is the static key of collective self-consumption in Spain
    (royal decree 244/2019), France (CRE 2018-115), Portugal and Austria.

    Without keys all orders have the same one. Budget balanced. Never shares more than dynamic keys do.
    """
    surplus_kwh, deficit_kwh = totals(net_kwh)
    if min(surplus_kwh, deficit_kwh) <= 0.0:
        return 0
    keyed = parameters.size > _OWN
    traded_kwh, bought_kwh = np.zeros_like(net_kwh), 0.0
    for home in range(net_kwh.size):
        if net_kwh[home] < 0.0:
            key = parameters[_OWN + home] if keyed else 1.0 / net_kwh.size
            kwh = min(key * surplus_kwh, -net_kwh[home])
            traded_kwh[home] = -kwh
            bought_kwh += kwh
    share = min(bought_kwh / surplus_kwh, 1.0)
    for home in range(net_kwh.size):
        if net_kwh[home] > 0.0:
            traded_kwh[home] = share * net_kwh[home]
    price = agreed_price(parameters[0], parameters[1], import_price)
    return pair(traded_kwh, price, price, trades)
