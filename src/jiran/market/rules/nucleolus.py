"""The nucleolus of a game, worked out exactly: linear programmes by their duals, a small simplex of our own.

A library's solver cannot be called from compiled code; this one needs no more than the basis and its inverse.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from jiran.compiled import njit
from jiran.market.orders import Vector
from jiran.market.pause import stopped

Matrix = NDArray[np.float64]

#: Smaller differences of weights and excesses, relative to v(all) = 1, are rounding.
SAME_EXCESS = 1e-10


@njit(cache=True)
def number_of_players(values: Vector) -> int:
    """Return the number of players of a game given by the value of every coalition.

    Args:
        values: Shape (2 ** players,).
    """
    players = 0
    while 1 << players < values.size:
        players += 1
    return players


@njit(cache=True)
def nucleolus_shares(values: Vector) -> Vector:
    """Return the prenucleolus of a game given by the value of every coalition: the nucleolus if there is a core.

    Linear programs in turn (Kopelowitz 1967): make the largest excess of all coalitions that are not settled as small
    as it can be, fix those that have it in every optimum, and go on until that fixes all shares.
    """
    players = number_of_players(values)
    scale = abs(values[-1]) if values[-1] != 0.0 else 1.0
    level = values / scale  # of a fixed coalition: what its members get
    fixed = np.zeros(values.size, np.bool_)
    fixed[-1] = True
    while True:
        inverse, basis, open_dimensions = _start(fixed, players)
        if open_dimensions == 0:
            return _duals(inverse, basis, level)[:players] * scale
        excess = _simplex(inverse, basis, fixed, level)
        if stopped(1.0 - open_dimensions / players):
            return _duals(inverse, basis, level)[:players] * scale
        for row in range(basis.size):
            if not fixed[basis[row]] and inverse[row, players] > SAME_EXCESS:
                fixed[basis[row]] = True
                level[basis[row]] -= excess


@njit(cache=True)
def _start(fixed: NDArray[np.bool_], players: int) -> tuple[Matrix, NDArray[np.int64], int]:
    """Return a first basis of the dual program, its inverse, and how many dimensions of the shares are still open.

    The dual looks for weights >= 0 with sum 1 on open coalitions and any weights on fixed ones, so that all columns
    (members of C, 1 if open) add up to (0, ..., 0, 1). Half on a coalition and half on all others is a solution,
    for their sum is the community, which is fixed.
    """
    inverse, basis = np.eye(players + 1), np.full(players + 1, -1)
    open_dimensions = players
    for coalition in range(fixed.size):
        if fixed[coalition]:
            open_dimensions -= _add(inverse, basis, coalition, 0.0)
    if open_dimensions > 0:
        first = 0
        while first < players - 1 and _spanned(_column(inverse, 1 << first, 0.0), basis, fixed):
            first += 1
        _add(inverse, basis, 1 << first, 1.0)
        _add(inverse, basis, fixed.size - 1 - (1 << first), 1.0)
        for player in range(players):
            _add(inverse, basis, 1 << player, 1.0)
    return inverse, basis, open_dimensions


@njit(cache=True)
def _simplex(inverse: Matrix, basis: NDArray[np.int64], fixed: NDArray[np.bool_], level: Vector) -> float:
    """Bring the basis to the optimum and return the largest excess of open coalitions there.

    The open coalition with the largest excess enters the basis. After many exchanges it is the first one in order
    (Bland's rule), so that the search cannot go in circles.
    """
    players = basis.size - 1
    settled = fixed.copy()  # and, as they are found, those that fixed coalitions add up to
    settled[0] = True
    exchanges = 0
    while True:
        duals = _duals(inverse, basis, level)
        if stopped(0.0):
            return float(duals[players])
        entering = _most_unhappy(duals, settled, level, exchanges > 50 * players)
        if entering < 0:
            return float(duals[players])
        direction = _column(inverse, entering, 0.0)
        if _spanned(direction, basis, fixed):
            settled[entering] = True
            continue
        direction += inverse[:, players]
        leaving, least = -1, np.inf
        for row in range(basis.size):
            if not fixed[basis[row]] and direction[row] > SAME_EXCESS:
                ratio = max(0.0, inverse[row, players]) / direction[row]
                if ratio < least or (ratio == least and basis[row] < basis[leaving]):
                    leaving, least = row, ratio
        exchanges += 1
        if leaving < 0 or exchanges > 1000 * players:
            return float(duals[players])
        _exchange(inverse, leaving, direction)
        basis[leaving] = entering


@njit(cache=True)
def _most_unhappy(duals: Vector, settled: NDArray[np.bool_], level: Vector, take_first: bool) -> int:  # noqa: FBT001
    """Return the open coalition whose excess is most above the dual program's, or -1 if none is.

    Args:
        duals: Shares of the players and, last, the largest excess, shape (player + 1,).
        settled: Which coalitions have their excess already, shape (2 ** players,).
        level: Value of each coalition.
        take_first: Whether the first that is above will do, which cannot run in a circle (Bland's rule).
    """
    players = duals.size - 1
    gets = np.zeros(settled.size)
    found, most = -1, SAME_EXCESS
    for player in range(players):
        for rest in range(1 << player):
            gets[rest + (1 << player)] = gets[rest] + duals[player]
    for coalition in range(settled.size):
        if not settled[coalition] and level[coalition] - gets[coalition] - duals[players] > most:
            found, most = coalition, level[coalition] - gets[coalition] - duals[players]
            if take_first:
                break
    return found


@njit(cache=True)
def _column(inverse: Matrix, coalition: int, last: float) -> Vector:
    """Return the column (members of the coalition, last) in terms of the basis.

    Args:
        inverse: Of the basis, shape (player + 1, player + 1).
        coalition: Bit i says whether player i belongs to it.
        last: 1 where the excess counts, 0 where it is fixed.
    """
    players = inverse.shape[0] - 1
    column = inverse[:, players] * last
    for player in range(players):
        if coalition >> player & 1:
            column += inverse[:, player]
    return column


@njit(cache=True)
def _spanned(column: Vector, basis: NDArray[np.int64], fixed: NDArray[np.bool_]) -> bool:
    """Return whether fixed columns alone add up to this one.

    Args:
        column: In terms of the basis.
        basis: Coalition of each row, -1 for none.
        fixed: Which coalitions are settled.
    """
    for row in range(basis.size):
        if abs(column[row]) > SAME_EXCESS and not (basis[row] >= 0 and fixed[basis[row]]):
            return False
    return True


@njit(cache=True)
def _add(inverse: Matrix, basis: NDArray[np.int64], coalition: int, last: float) -> bool:
    """Put a column into an empty place of the basis and return True, unless those that are there add up to it.

    Args:
        inverse: Is changed with the basis.
        basis: Is changed; -1 marks an empty place.
        coalition: To be put in.
        last: 1 where the excess counts, 0 where it is fixed.
    """
    column = _column(inverse, coalition, last)
    best = -1
    for row in range(basis.size):
        if basis[row] < 0 and abs(column[row]) > max(SAME_EXCESS, abs(column[best]) if best >= 0 else 0.0):
            best = row
    if best >= 0:
        _exchange(inverse, best, column)
        basis[best] = coalition
    return best >= 0


@njit(cache=True)
def _exchange(inverse: Matrix, row: int, column: Vector) -> None:
    """Bring the inverse up to date after `column`, in terms of the old basis, took the place of a row.

    One step of Gauss and Jordan.

    Args:
        inverse: Is changed in place.
        row: Which one is replaced; `column[row]` is not 0.
        column: The new one.
    """
    inverse[row] /= column[row]
    for other in range(column.size):
        if other != row:
            inverse[other] -= column[other] * inverse[row]


@njit(cache=True)
def _duals(inverse: Matrix, basis: NDArray[np.int64], level: Vector) -> Vector:
    """Return the shares of the players and, last, the largest excess, as the basis fixes them.

    Args:
        inverse: Of the basis.
        basis: Coalition of each row, -1 for none.
        level: Value of each coalition.
    """
    duals = np.zeros(basis.size)
    for row in range(basis.size):
        if basis[row] >= 0:
            duals += level[basis[row]] * inverse[row]
    return duals
