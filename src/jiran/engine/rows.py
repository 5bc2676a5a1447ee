"""What every home did in one step, as rows over homes: each flow is a share of one of them."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

from jiran.compiled import njit
from jiran.engine.annotations import Counts, Matrix
from jiran.market.orders import copy


class Row(IntEnum):
    """Where each row stands, kWh >= 0, shape (home,).

    Flows are sums and parts of these; `energy` works them out for a whole run, `fill_rows` for a step in compiled
    code, and tests hold them against each other.
    """

    GENERATION = 0
    LOAD = 1
    EV_CHARGED = 2
    EV_SUPPLIED = 3
    SOLD = 4  # to neighbours
    BOUGHT = 5
    SURPLUS = 6  # left by the market, for battery and grid
    DEFICIT = 7
    EV_LENT = 8  # the part of EV_SUPPLIED that neighbours bought
    HOME_CHARGED = 9  # into the home's own battery, with its standby
    HOME_GIVEN = 10


class Moved(NamedTuple):
    """What the rows of all steps are made of, kWh.

    Profiles are those without what EVs that lend do, which is in arrays of their own.
    """

    generation_kwh: Matrix  # (step, home)
    load_kwh: Matrix  # (step, home)
    ev_kwh: Matrix  # (step, home): of EVs that do not lend
    ev_homes: Counts  # (ev,): of EVs that lend
    ev_charged_kwh: Matrix  # (step, ev)
    ev_supplied_kwh: Matrix  # (step, ev)
    ev_lent_kwh: Matrix  # (step, ev)
    battery_homes: Counts  # (store,): of batteries in homes
    home_moved_kwh: Matrix  # (step, store): taken > 0, given < 0
    home_standby_kwh: float  # what each of them takes on top in a step
    traded_kwh: Matrix  # (step, home): sold > 0, bought < 0


# What compiled code knows of the rows: an IntEnum's members take numba a second to look up.
_GENERATION, _LOAD, _EV_CHARGED, _EV_SUPPLIED = map(int, (Row.GENERATION, Row.LOAD, Row.EV_CHARGED, Row.EV_SUPPLIED))
_SOLD, _BOUGHT, _SURPLUS, _DEFICIT = map(int, (Row.SOLD, Row.BOUGHT, Row.SURPLUS, Row.DEFICIT))
_EV_LENT, _HOME_CHARGED, _HOME_GIVEN = map(int, (Row.EV_LENT, Row.HOME_CHARGED, Row.HOME_GIVEN))


@njit(cache=True)
def fill_rows(step: int, moved: Moved, rows: Matrix) -> None:
    """Write what the homes did in a step into `rows`, shape (at least Row, home).

    Rows of lending EVs and of batteries keep their zeros for homes without one: they are 0 before the first step.

    Args:
        step: Which step.
        moved: What the kernel was given and found.
        rows: kWh >= 0, shape (row, home), in the places of `Row`.
    """
    copy(moved.generation_kwh[step], rows[_GENERATION])
    copy(moved.load_kwh[step], rows[_LOAD])
    copy(moved.ev_kwh[step], rows[_EV_CHARGED])
    for ev in range(moved.ev_homes.size):
        home = moved.ev_homes[ev]
        rows[_EV_CHARGED, home] += moved.ev_charged_kwh[step, ev]
        rows[_EV_SUPPLIED, home] = moved.ev_supplied_kwh[step, ev]
        rows[_EV_LENT, home] = moved.ev_lent_kwh[step, ev]
    generation, load, charged, supplied = rows[_GENERATION], rows[_LOAD], rows[_EV_CHARGED], rows[_EV_SUPPLIED]
    sold, bought, surplus, deficit = rows[_SOLD], rows[_BOUGHT], rows[_SURPLUS], rows[_DEFICIT]
    traded = moved.traded_kwh[step]
    for home in range(traded.size):
        left = generation[home] - load[home] - charged[home] + supplied[home] - traded[home]
        sold[home], bought[home] = max(traded[home], 0.0), max(-traded[home], 0.0)
        surplus[home], deficit[home] = max(left, 0.0), max(-left, 0.0)
    for store in range(moved.battery_homes.size):
        home = moved.battery_homes[store]
        moved_kwh = moved.home_moved_kwh[step, store]
        into, out_of = max(moved_kwh, 0.0) + moved.home_standby_kwh, max(-moved_kwh, 0.0)
        rows[_HOME_CHARGED, home], rows[_HOME_GIVEN, home] = into, out_of
        left = generation[home] - load[home] - charged[home] + supplied[home] + (out_of - into) - traded[home]
        surplus[home], deficit[home] = max(left, 0.0), max(-left, 0.0)
