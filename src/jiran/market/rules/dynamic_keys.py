"""Keys by need: each member's part of what a community shares, worked out anew in each step."""

from __future__ import annotations

from numpy.random import Generator

from jiran.market.agreed import FORMULA, FRACTION, PRICE, agreed_price
from jiran.market.base import Parameter, mechanism
from jiran.market.family import FIXED_PRICE
from jiran.market.matching import Trades, Vector, equal_shares, pair, pro_rata, totals
from jiran.market.pairing import AFTERWARDS

#: How keys are worked out; the first is taken where nothing is said.
_BY = ("need", "equal")


@mechanism(
    "dynamic-keys",
    plain_name="sharing keys by need",
    family=FIXED_PRICE,
    heeds_limits=False,
    divides={"pro-rata": {"by": "need"}, "equal": {"by": "equal"}, "virtual": {"by": "need", "fraction": 0.0}},
    pairing=AFTERWARDS,
    formula=FORMULA,
    properties=("budget-balanced", "no-deficit", "anonymous"),
    fraction=FRACTION,
    price=PRICE,
    by=Parameter(
        "need", "in proportion to need, or the same to each and what one does not need to the others", choices=_BY
    ),
)
def dynamic_keys(
    net_kwh: Vector,
    limit_price: Vector,  # noqa: ARG001  members take what is shared out
    import_price: float,
    export_price: float,  # noqa: ARG001
    parameters: Vector,
    rng: Generator,  # noqa: ARG001
    trades: Trades,
) -> int:
    """Share out all that can be shared, by what each member needs in the step.

    min(S, D) is shared, of all surpluses S and deficits D: the most that any key can. By need is the dynamic key of France
    (CRE 2018-115, the default there), Austria and Germany (section 42b EnWG); equal is the half-hourly share of Energy Local
    clubs in Great Britain. Sellers give in proportion to what they have.

    Budget balanced.
    """
    surplus_kwh, deficit_kwh = totals(net_kwh)
    volume_kwh = min(surplus_kwh, deficit_kwh)
    if volume_kwh <= 0.0:
        return 0
    traded_kwh = pro_rata(net_kwh, volume_kwh / surplus_kwh, volume_kwh / deficit_kwh)
    if parameters[2] == 1.0:
        equal_kwh = equal_shares(net_kwh, volume_kwh)
        for home in range(net_kwh.size):
            if net_kwh[home] < 0.0:
                traded_kwh[home] = equal_kwh[home]
    price = agreed_price(parameters[0], parameters[1], import_price)
    return pair(traded_kwh, price, price, trades)
