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


@njit(cache=True, nogil=True)
def sum_rows(  # noqa: C901  plain loops over homes, of which the compiler makes vector code
    moved: Moved, columns: int, terms: Terms, row_price: Matrix
) -> tuple[Array, Array]:
    """Sum what homes did over the steps, and over the homes.

    Args:
        moved: What the homes did.
        columns: How many sums of each home are wanted.
        terms: Which.
        row_price: What a home pays for a kWh of each row in each step (< 0 = gets), shape (Row, step).

    Returns:
        The sums of each home, shape (column, home); and of each step: its rows, and what homes pay in it for all of
        them, shape (Row + 1, step).
    """
    steps, homes = moved.load_kwh.shape
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
        for home in range(homes):  # all rows side by side: each sum waits for the one before
            for place in range(_ROWS + 1):
                total[place] += rows[place, home]
        for place in range(_ROWS + 1):
            by_step[place, step], total[place] = total[place], 0.0
    return by_home, by_step


class TradeTotals(NamedTuple):
    """Sums over trades, kWh and money with the network charge in what is paid."""

    paid: Vector  # (home,)
    received: Vector  # (home,)
    step_kwh: Vector  # (step,)
    step_paid: Vector  # (step,)
    step_received: Vector  # (step,)
    sellers_lose_kwh: float  # sold below what the grid pays
    buyers_lose_kwh: float  # bought above what the grid takes


@njit(cache=True, nogil=True)
def sum_trades(
    trades: Trades, trades_until: Counts, homes: int, import_price: Vector, export_price: Vector
) -> TradeTotals:
    """Sum all trades by home and by step.

    Args:
        trades: All trades in order of time, records of `market.trade.TRADE`, prices with the network charge.
        trades_until: Number of trades up to and with each step, shape (step,).
        homes: How many homes there are.
        import_price: What the grid takes for a kWh, shape (step,).
        export_price: What it gives, shape (step,).
    """
    paid, received, steps = np.zeros(homes), np.zeros(homes), trades_until.size
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
