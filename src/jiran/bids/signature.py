"""The compiled signature of a bidding strategy: one for all, so that the kernel compiles once."""

from numba import types

from jiran.market.signature import GENERATOR, VECTOR

MATRIX = types.Array(types.float64, 2, "C")

#: net_kwh, floor_price, cap_price, traits, parameters, rng, memory, value_price, limit_price
SIGNATURE = types.none(VECTOR, types.float64, types.float64, MATRIX, VECTOR, GENERATOR, MATRIX, VECTOR, VECTOR)

#: Any strategy as an argument of the kernel.
BIDS = types.FunctionType(SIGNATURE)
