"""The compiled signature of a mechanism: one for all, so that the kernel compiles once."""

import numpy as np
from numba import from_dtype, typeof, types

from jiran.market.trade import TRADE

VECTOR = types.Array(types.float64, 1, "C")
TRADES = types.Array(from_dtype(TRADE), 1, "C")
GENERATOR = typeof(np.random.default_rng(0))

#: net_kwh, limit_price, import_price, export_price, parameters, rng, trades -> number of trades
SIGNATURE = types.int64(VECTOR, VECTOR, types.float64, types.float64, VECTOR, GENERATOR, TRADES)

#: Any mechanism as an argument: the kernel calls it through this type and is not compiled again for each rule.
RULE = types.FunctionType(SIGNATURE)
