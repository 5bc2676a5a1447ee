"""What the kernel is given and what it fills in, with the types that compiled code knows them by."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import types
from numpy.typing import NDArray

from jiran.engine.storage import BATTERY, Battery

Array = NDArray[np.float64]


class Inputs(NamedTuple):
    """What a run is given, energy in kWh and prices per kWh."""

    generation_kwh: Array  # (step, home)
    load_kwh: Array  # (step, home)
    ev_kwh: Array  # (step, home)
    import_price: Array  # (step,)
    export_price: Array  # (step,)
    network_charge: float
    parameters: Array  # of the market rule
    bid_parameters: Array  # of the bidding strategy
    traits: Array  # (home, 2): what the strategy knows of each home
    may_draw: NDArray[np.bool_]  # (step,): whether the community battery gives energy


class Fleet(NamedTuple):
    """EVs that lend their battery (see `profiles.ev.EvPlan`); none: arrays of length 0 along ev."""

    homes: NDArray[np.int64]  # (ev,)
    step_kwh: Array  # (ev,)
    parked: NDArray[np.bool_]  # (step,)
    supplying: NDArray[np.bool_]  # (step,)
    charging_steps_after: NDArray[np.int64]  # (step,)
    trip_kwh: Array  # (step, ev)
    ev: Battery  # its limits of power are not used: they differ from EV to EV
    departure_kwh: float
    reserve_price: float  # the lowest price per kWh for which an EV sells to neighbours; NaN = what the grid gives


class Outputs(NamedTuple):
    """What a run fills in, energy in kWh."""

    traded_kwh: Array  # (step, home): sold > 0, bought < 0
    charge_share: Array  # (step,): share of the surplus left by the market that charged the battery
    draw_share: Array  # (step,): share of the deficit left by the market that came from the battery
    soc_kwh: Array  # (step,): at the end of the step
    ev_charged_kwh: Array  # (step, ev)
    ev_supplied_kwh: Array  # (step, ev): to the own home and to neighbours
    ev_lent_kwh: Array  # (step, ev): to neighbours
    ev_offered_kwh: Array  # (step, ev): to neighbours
    ev_stored_kwh: Array  # (step, ev): at the end of the step
    value_price: Array  # (step, home): what a kWh is worth to a home; no steps if all have the tariff
    limit_price: Array  # (step, home): what it bids or asks; no steps if all bid the tariff
    trades_until: NDArray[np.int64]  # (step,): number of trades up to and with this step


_MATRIX, _VECTOR = types.Array(types.float64, 2, "C"), types.Array(types.float64, 1, "C")
_COUNTS, _FLAGS = types.Array(types.int64, 1, "C"), types.Array(types.boolean, 1, "C")
INPUTS = types.NamedTuple(
    (_MATRIX, _MATRIX, _MATRIX, _VECTOR, _VECTOR, types.float64, _VECTOR, _VECTOR, _MATRIX, _FLAGS), Inputs
)
FLEET = types.NamedTuple(
    (_COUNTS, _VECTOR, _FLAGS, _FLAGS, _COUNTS, _MATRIX, BATTERY, types.float64, types.float64), Fleet
)
OUTPUTS = types.NamedTuple((_MATRIX, *[_VECTOR] * 3, *[_MATRIX] * 7, _COUNTS), Outputs)
