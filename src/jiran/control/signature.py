"""The compiled signatures of forecasts and controllers: one for all of a kind, so that the kernel compiles once."""

from typing import Any

from numba import types

from jiran.control.plan import Ahead
from jiran.control.storage import Battery
from jiran.control.store import Store
from jiran.market.signature import VECTOR

MATRIX = types.Array(types.float64, 2, "C")
_BATTERY = types.BaseTuple.from_types([types.float64] * len(Battery._fields), Battery)
STORE = types.BaseTuple.from_types(
    [_BATTERY, types.float64, types.float64, types.boolean, types.boolean, types.float64], Store
)
AHEAD = types.BaseTuple.from_types([VECTOR] * 5 + [types.float64, VECTOR], Ahead)

#: Names for what records of the compiled loop hold.
NUMBER, WHOLE, TRUTH = types.float64, types.int64, types.boolean
CUBE, FLAGS = types.Array(types.float64, 3, "C"), types.Array(types.boolean, 1, "C")

#: past_kwh, day, parameters, need_kwh
FORECAST = types.none(VECTOR, types.int64, VECTOR, MATRIX)

#: need_kwh, ahead, day, store, parameters, upto_kwh, value -> whether there was room
CONTROLLER = types.boolean(MATRIX, AHEAD, types.int64, STORE, VECTOR, MATRIX, MATRIX)

#: need_kwh, stored_kwh, import_price, export_price, store, parameters -> kWh to take (> 0) or give (< 0)
DIRECT = types.float64(types.float64, types.float64, types.float64, types.float64, STORE, VECTOR)

#: Any forecast, any controller that plans, any that is direct, as arguments.
EXPECT, CONTROL, DIRECTS = types.FunctionType(FORECAST), types.FunctionType(CONTROLLER), types.FunctionType(DIRECT)


def record(kind: type, *fields: Any) -> Any:
    """Return the compiled type of a NamedTuple whose fields are of these types, in order."""
    return types.BaseTuple.from_types(fields, kind)


def nothing(*arguments: Any) -> Any:
    """Return the signature of a function of these arguments that returns nothing."""
    return types.none(*arguments)


def pair(*arguments: Any) -> Any:
    """Return the signature of a function of these arguments that returns two whole numbers."""
    return types.UniTuple(types.int64, 2)(*arguments)
