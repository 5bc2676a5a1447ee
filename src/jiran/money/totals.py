"""Sums over the rows of all steps and over all trades, in compiled loops."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from jiran.compiled import njit
from jiran.engine.rows import Row, fill_rows
from jiran.nothing import RESIDUE

if TYPE_CHECKING:
    from jiran.engine.annotations import Counts, Matrix, Trades, Vector
    from jiran.engine.rows import Moved

Array = NDArray[np.float64]

_ROWS = len(Row)


class Terms(NamedTuple):
    """Sums that are wanted of each home: to a column goes a row, with a weight in each step."""

    column: Counts  # (term,)
    row: Counts  # (term,)
    weight: Matrix  # (term, step)


class Slots(NamedTuple):
    """Sums that are wanted of each home in each slot of time: what crossed its meter."""

    of_step: Counts  # (step,): which slot a step belongs to; (0,): nothing is wanted
    number: int
    taken_share: Vector  # (step,): which part of what the market left to be taken comes from the grid
    given_share: Vector  # (step,): which part of what it left to be given goes there
    given_alone_share: Vector  # (step,): the same if there were no community battery


#: The row of each sum of a slot: taken and given, bought and sold, and what the grid alone would give and take.
_METERED = tuple(map(int, (Row.DEFICIT, Row.SURPLUS, Row.BOUGHT, Row.SOLD, Row.DEFICIT, Row.SURPLUS)))
_GIVEN_ALONE = len(_METERED) - 1


@njit(cache=True, nogil=True)
def _read_meters(step: int, slots: Slots, rows: Matrix, by_slot: Array) -> None:
    """Add what crossed the meters in a step to the sums of its slot.

    Args:
        step: Which step.
        slots: Times of which the meters are read.
        rows: What the homes did, kWh, shape (row, home).
        by_slot: The sums, shape (6, slot, home).
    """
    if slots.number == 0:
        return
    for kind in range(len(_METERED)):
        to, of = by_slot[kind, slots.of_step[step]], rows[_METERED[kind]]
        share = 1.0
        if kind == 0:
            share = slots.taken_share[step]
        elif kind == 1:
            share = slots.given_share[step]
        elif kind == _GIVEN_ALONE:
            share = slots.given_alone_share[step]
        for home in range(of.size):
            to[home] += share * of[home]


@njit(cache=True, nogil=True)
def sum_rows(  # noqa: C901  plain loops over homes, of which the compiler makes vector code
    moved: Moved, columns: int, terms: Terms, row_price: Matrix, slots: Slots
) -> tuple[Array, Array, Array]:
    """Sum what homes did over the steps, and over the homes.

    Args:
        moved: What the homes did.
        columns: How many sums of each home are wanted.
        terms: Which.
        row_price: What a home pays for a kWh of each row in each step (< 0 = gets), shape (Row, step).
        slots: Times of which the meters are read.

    Returns:
        The sums of each home, shape (column, home); of each step: its rows, and what homes pay in it for all of
        them, shape (Row + 1, step); and of each slot and home kWh in the order of `_METERED`, shape (6, slot, home).
    """
    steps, homes = moved.load_kwh.shape
    by_slot = np.zeros((len(_METERED), slots.number, homes))
    by_home, by_step = np.zeros((columns, homes)), np.zeros((_ROWS + 1, steps))
    rows, total = np.zeros((_ROWS + 1, homes)), np.zeros(_ROWS + 1)
    paid = rows[_ROWS]
    for step in range(steps):
        fill_rows(step, moved, rows)
        for home in range(homes):
            paid[home] = 0.0
        for place in range(_ROWS):
            if row_price[place, step] != 0.0:
                for home in range(homes):
                    paid[home] += row_price[place, step] * rows[place, home]
        for term in range(terms.column.size):
            column, place, weight = terms.column[term], terms.row[term], terms.weight[term, step]
            for home in range(homes):
                by_home[column, home] += weight * rows[place, home]
        _read_meters(step, slots, rows, by_slot)
        for home in range(homes):  # all rows side by side: each sum waits for the one before
            for place in range(_ROWS + 1):
                total[place] += rows[place, home]
        for place in range(_ROWS + 1):
            by_step[place, step], total[place] = total[place], 0.0
    return by_home, by_step, by_slot


@njit(cache=True, nogil=True)
def sum_alone(
    profiles: tuple[Matrix, Matrix, Matrix], trip_kwh: Matrix, ev_homes: Counts, slot: Counts, slots: int
) -> Array:
    """Sum what each home would take from the grid and give to it without neighbours and stores, in each slot of time.

    Args:
        profiles: What homes generate, use, and charge into EVs that do not lend, kWh, shape (step, home) each.
        trip_kwh: What EVs that lend drive, kWh, shape (step, ev): they are taken to charge it at once.
        ev_homes: Their homes, shape (ev,).
        slot: Which slot each step belongs to, shape (step,).
        slots: How many there are.

    Returns:
        kWh, shape (2, slot, home): taken, given.
    """
    generation, load, charged = profiles
    steps, homes = load.shape
    sums, net = np.zeros((2, slots, homes)), np.zeros(homes)
    for step in range(steps):
        made, used, car = generation[step], load[step], charged[step]
        for home in range(homes):
            net[home] = made[home] - used[home] - car[home]
        for ev in range(ev_homes.size):
            net[ev_homes[ev]] -= trip_kwh[step, ev]
        taken, given = sums[0, slot[step]], sums[1, slot[step]]
        for home in range(homes):
            taken[home] += max(-net[home], 0.0)
            given[home] += max(net[home], 0.0)
    return sums


class TradeTotals(NamedTuple):
    """Sums over trades, kWh and money with the network charge in what is paid."""

    paid: Vector  # (trader,)
    received: Vector  # (trader,)
    step_kwh: Vector  # (step,)
    step_paid: Vector  # (step,)
    step_received: Vector  # (step,)
    sellers_lose_kwh: float  # sold below what the grid pays
    buyers_lose_kwh: float  # bought above what the grid takes


def of_homes(totals: TradeTotals, homes: int) -> TradeTotals:
    """Return sums over trades with what homes paid and received, without the community battery behind them."""
    return totals._replace(paid=totals.paid[:homes], received=totals.received[:homes])


@njit(cache=True, nogil=True)
def sum_trades(
    trades: Trades, trades_until: Counts, traders: int, import_price: Vector, export_price: Vector
) -> TradeTotals:
    """Sum all trades by trader and by step.

    Args:
        trades: All trades in order of time, records of `market.trade.TRADE`, prices with the network charge.
        trades_until: Number of trades up to and with each step, shape (step,).
        traders: How many there are: homes, and the community battery if it bids.
        import_price: What the grid takes for a kWh, shape (step,).
        export_price: What it gives, shape (step,).
    """
    paid, received, steps = np.zeros(traders), np.zeros(traders), trades_until.size
    step_kwh, step_paid, step_received = np.zeros(steps), np.zeros(steps), np.zeros(steps)
    sellers_lose_kwh, buyers_lose_kwh = 0.0, 0.0
    place = 0
    for step in range(steps):
        while place < trades_until[step]:
            trade = trades[place]
            amount_paid, amount_received = trade.kwh * trade.buyer_price, trade.kwh * trade.seller_price
            paid[trade.buyer] += amount_paid
            received[trade.seller] += amount_received
            step_kwh[step] += trade.kwh
            step_paid[step] += amount_paid
            step_received[step] += amount_received
            if trade.seller_price < export_price[step] - RESIDUE:
                sellers_lose_kwh += trade.kwh
            if trade.buyer_price > import_price[step] + RESIDUE:
                buyers_lose_kwh += trade.kwh
            place += 1
    return TradeTotals(paid, received, step_kwh, step_paid, step_received, sellers_lose_kwh, buyers_lose_kwh)
