"""What a trade is, for all rules and for the kernel."""

import numpy as np

from jiran.nothing import LAST_DIGITS

#: Who sells to whom, how much, and at what price per kWh; the difference of the prices goes to the market account.
TRADE = np.dtype(
    [
        ("seller", np.int32),
        ("buyer", np.int32),
        ("kwh", np.float64),
        ("buyer_price", np.float64),
        ("seller_price", np.float64),
    ],
    align=True,
)

#: A trade may exceed an order by rounding only: this much, relative to the order or absolute below 1 kWh.
ORDER_TOLERANCE = LAST_DIGITS
