"""A market rule of your own: half-way between the grid's prices, the scarce side shared out in proportion.

Run it: jiran run paper --mechanism examples/my_rule.py --set market.share=0.3
"""

import jiran
from jiran.market.matching import pair, pro_rata, totals


@jiran.mechanism("my-rule", share=jiran.Parameter(0.5, "the sellers' share of the gain from a trade", ge=0.0, le=1.0))
def my_rule(net_kwh, limit_price, import_price, export_price, parameters, rng, trades):  # noqa: ANN001, ANN201, ARG001
    """Share the gap between import and export price, and what is scarce in proportion to what each home wants."""
    surplus_kwh, deficit_kwh = totals(net_kwh)  # net_kwh: one number a home, > 0 sells, < 0 buys
    volume_kwh = min(surplus_kwh, deficit_kwh)
    if volume_kwh <= 0.0:
        return 0  # nobody to trade with in this step
    traded_kwh = pro_rata(net_kwh, volume_kwh / surplus_kwh, volume_kwh / deficit_kwh)
    price = export_price + parameters[0] * (import_price - export_price)  # parameters in the order of their declaration
    return pair(traded_kwh, price, price, trades)  # what the buyer pays, what the seller gets: how many trades
