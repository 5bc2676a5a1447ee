"""The linear programme of the optimum: one node, and a few numbers a step.

In each step

    import - export - curtailed = deficit - surplus + charge - discharge + EV charging moved here - moved away,
    stored = stored before - driven + charge * charge_efficiency - discharge / discharge_efficiency,

the second for each store, within its limits; it ends with at least what the run began or ended with, whichever is less: energy
that a run leaves over was of no use in it. Where the street's connection has a limit, import less export is within it, or no more
beyond it than the run was. Least is the sum of
import * import_price - export * export_price, and of the highest import - export of each month, where that is charged. Solved by HiGHS (Huangfu and Hall 2018, doi 10.1007/s12532-017-0130-5).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from jiran.control.storage import Battery
from jiran.errors import JiranError
from jiran.judge.sessions import Sessions

Array = NDArray[np.float64]

#: Charging and discharging in one step by more than this, kWh, is no rounding of the solver, which is coarser than ours.
BOTH_KWH = 1e-6


class Held(NamedTuple):
    """A store, or many as one, and what it holds, kWh.

    Attributes:
        battery: What it can do.
        start_kwh: What it holds at the start.
        end_kwh: At least so much is left.
        gives_kwh: The most that it gives in each step, shape (step,), where that is less than its power.
        takes_kwh: The most that it takes, the same.
        used_kwh: What it uses away from home, as cars do, shape (step,).
        least_kwh: The least that it holds at the end of each step, shape (step,), where that is more than its minimum.
        rest_price: What a kWh that is left is worth.
    """

    battery: Battery
    start_kwh: float
    end_kwh: float
    gives_kwh: Array | None = None
    takes_kwh: Array | None = None
    used_kwh: Array | None = None
    least_kwh: Array | None = None
    rest_price: float = 0.0

    def most_kwh(self, steps: int) -> tuple[Array, Array]:
        """Return the most that it takes and gives in each step, kWh, shape (step,) each; a store of no capacity may do neither.

        Args:
            steps: How many.
        """
        there = float(self.battery.capacity_kwh > 0.0)
        takes, gives = (
            np.full(steps, kwh * there) for kwh in (self.battery.charge_step_kwh, self.battery.discharge_step_kwh)
        )
        return (
            takes if self.takes_kwh is None else np.minimum(takes, self.takes_kwh),
            gives if self.gives_kwh is None else np.minimum(gives, self.gives_kwh),
        )  # fmt: skip

    def least(self, steps: int) -> Array:
        """Return the least that it holds at the end of each step, kWh, shape (step,); arguments as of `most_kwh`."""
        lowest = np.full(steps, self.battery.minimum_kwh)
        if self.least_kwh is not None:
            lowest = np.maximum(lowest, self.least_kwh)
        lowest[-1] = self.end_kwh if self.least_kwh is None else max(lowest[-1], self.end_kwh)
        return lowest


@dataclass(frozen=True)
class Problem:
    """What the programme is about; energy in kWh, arrays of shape (step,)."""

    needed_kwh: Array  # deficits less surpluses of all homes, without stores and what EVs may move
    surplus_kwh: Array  # of the homes that have one: no more can be exported, but for what stores give
    import_price: Array
    export_price: Array
    stores: tuple[Held, ...]
    sessions: Sessions
    peak_price: float  # of the highest import less export of a month, as energy of a step
    month: NDArray[np.int64]  # to which each belongs, counted from 0
    seen_kwh: float  # the highest import less export of the first month before the run
    most_kwh: Array | None = None  # the most import less export; None: no limit
    least_kwh: Array | None = None  # the least of it, below 0; the same

    @property
    def peaks(self) -> int:
        """How many months are charged for their peak."""
        return int(self.month[-1]) + 1 if self.peak_price else 0

    @property
    def held_back(self) -> int:
        """In how many steps roofs may leave something out: all, if there is a limit to export, or none."""
        return 0 if self.least_kwh is None else self.needed_kwh.size

    @property
    def odd(self) -> NDArray[np.bool_]:
        """Steps in which it may pay to pass grid energy on, or to waste it."""
        return (self.export_price > self.import_price) | (np.minimum(self.export_price, self.import_price) < 0.0)


class Course(NamedTuple):
    """What the programme found, kWh, arrays of shape (step,), those of stores (store, step)."""

    import_kwh: Array
    export_kwh: Array
    ev_kwh: Array  # of the charging that may move
    charge_kwh: Array
    discharge_kwh: Array
    stored_kwh: Array


def solve(problem: Problem) -> Course:
    """Return the course of the least cost.

    Raises:
        JiranError: The solver has found no solution.
    """
    from scipy import sparse  # noqa: PLC0415  slow to import; only this needs it
    from scipy.optimize import linprog  # noqa: PLC0415

    steps, sessions, stores = problem.needed_kwh.size, problem.sessions, problem.stores
    eye = sparse.eye_array(steps, format="csr")
    moved = sparse.csr_array((np.ones(sessions.step.size), (sessions.step, np.arange(sessions.step.size))),
                             shape=(steps, sessions.step.size))  # fmt: skip
    within = sparse.csr_array((np.ones(sessions.step.size), (sessions.session, np.arange(sessions.step.size))),
                              shape=(sessions.energy_kwh.size, sessions.step.size))  # fmt: skip
    before = sparse.diags_array([-np.ones(steps - 1)], offsets=[-1], shape=(steps, steps))
    # Columns: import, export, EV charging of each session in each step, of each store charge, discharge, stored, peaks, and what is
    # curtailed.
    blank: list[Any] = [None] * 3 * len(stores)
    no_peak = [sparse.csr_array((steps, problem.peaks))] * (problem.peaks > 0)
    curtailed = [-eye] * (problem.held_back > 0)
    nowhere: list[Any] = [None] * len(curtailed)
    rows = [[eye, -eye, -moved, *[-eye, eye, 0.0 * eye] * len(stores), *no_peak, *curtailed]]
    for place, store in enumerate(stores):
        own = [-store.battery.charge_efficiency * eye, eye / store.battery.discharge_efficiency, eye + before]
        rows.append([None, None, None, *blank[: 3 * place], *own, *blank[3 * place + 3 :], *no_peak, *nowhere])
    rows.append([None, None, within, *blank, *[None] * len(no_peak), *nowhere])
    start = np.zeros((len(stores), steps))
    start[:, 0] = [store.start_kwh for store in stores]
    for place, store in enumerate(stores):
        start[place] -= 0.0 if store.used_kwh is None else store.used_kwh
    least = _least(sparse, problem)
    nothing = np.zeros(sessions.step.size + 3 * steps * len(stores))
    nothing[sessions.step.size + 3 * steps - 1 :: 3 * steps] = [-store.rest_price for store in stores]
    found = linprog(
        np.concatenate([
            problem.import_price, -problem.export_price, nothing, np.full(problem.peaks, problem.peak_price),
            np.zeros(problem.held_back),
        ]),
        *least,
        sparse.block_array(rows, format="csr"),
        np.concatenate([problem.needed_kwh, start.reshape(-1), sessions.energy_kwh]),
        bounds=_bounds(problem), method="highs-ds",
    )  # fmt: skip
    if found.status != 0:
        raise JiranError(f"the optimum was not found: {found.message}")
    first = 2 * steps + sessions.step.size
    by_store = found.x[first : first + 3 * steps * len(stores)].reshape(len(stores), 3, steps)
    course = Course(
        found.x[:steps], found.x[steps : 2 * steps], moved @ found.x[2 * steps : first],
        by_store[:, 0], by_store[:, 1], by_store[:, 2],
    )  # fmt: skip
    return _tidy(problem, course)


def _least(sparse: Any, problem: Problem) -> tuple[Any, Array | None]:
    """Return what bounds odd steps, peaks, and what the street's connection carries.

    Args:
        sparse: The module `scipy.sparse`.
        problem: The programme.

    Returns:
        Rows of a matrix, shape (row, variable), and the most that each may come to, shape (row,); None if there is no bound.
    """
    found = [*_in_odd_steps(sparse, problem), *_below_peaks(sparse, problem), *_within_limits(sparse, problem)]
    if not found:
        return None, None
    bounds, most = zip(*found, strict=True)
    return sparse.vstack(bounds, format="csr"), np.concatenate(most)


def _in_odd_steps(sparse: Any, problem: Problem) -> list[tuple[Any, Array]]:
    """Return what says that no grid energy is passed on in odd steps, and that a store has one direction, halves allowed.

    Arguments and result as of `_least`, in a list that is empty if there is no bound.
    """
    odd, stores = np.flatnonzero(problem.odd), problem.stores
    if not odd.size:
        return []
    pick = sparse.csr_array((np.ones(odd.size), (np.arange(odd.size), odd)), shape=(odd.size, problem.odd.size))
    nothing, no_move = 0.0 * pick, sparse.csr_array((odd.size, problem.sessions.step.size))
    rows = [[nothing, pick, no_move, *[nothing, -pick, nothing] * len(stores)]]
    for place, store in enumerate(stores):
        full = [
            np.divide(1.0, kwh[odd], out=np.zeros(odd.size), where=kwh[odd] > 0.0)
            for kwh in store.most_kwh(problem.odd.size)
        ]
        others = [nothing] * 3 * len(stores)
        others[3 * place : 3 * place + 2] = [sparse.diags_array(each) @ pick for each in full]
        rows.append([nothing, nothing, no_move, *others])
    most = np.concatenate([problem.surplus_kwh[odd], np.ones(odd.size * len(stores))])
    bounds = sparse.block_array(rows, format="csr")
    more = problem.peaks + problem.held_back
    return [(sparse.hstack([bounds, sparse.csr_array((bounds.shape[0], more))], format="csr"), most)]


def _exchange(sparse: Any, problem: Problem, peaks: Any) -> Any:
    """Return rows that are import less export in each step, and some of the peaks.

    Args:
        sparse: The module `scipy.sparse`.
        problem: The programme.
        peaks: What stands there of each month's peak, shape (step, month).
    """
    steps = problem.needed_kwh.size
    eye, rest = sparse.eye_array(steps, format="csr"), problem.sessions.step.size + 3 * steps * len(problem.stores)
    no_move, no_more = sparse.csr_array((steps, rest)), sparse.csr_array((steps, problem.held_back))
    return sparse.hstack([eye, -eye, no_move, peaks, no_more], format="csr")


def _below_peaks(sparse: Any, problem: Problem) -> list[tuple[Any, Array]]:
    """Return what says that import less export is at most the peak of its month; as `_in_odd_steps`."""
    if not problem.peaks:
        return []
    steps = problem.month.size
    peaks = sparse.csr_array((np.ones(steps), (np.arange(steps), problem.month)), shape=(steps, problem.peaks))
    return [(_exchange(sparse, problem, -peaks), np.zeros(steps))]


def _within_limits(sparse: Any, problem: Problem) -> list[tuple[Any, Array]]:
    """Return what says that import less export is within its limits; as `_in_odd_steps`."""
    rows = _exchange(sparse, problem, sparse.csr_array((problem.needed_kwh.size, problem.peaks)))
    most = [] if problem.most_kwh is None else [(rows, problem.most_kwh)]
    return most if problem.least_kwh is None else [*most, (-rows, -problem.least_kwh)]


def _bounds(problem: Problem) -> Array:
    """Return the lowest and highest value of each variable, shape (variable, 2), in the order of the columns of `solve`.

    At the end a store holds what it began with, or what the run ended with if that is less.
    """
    steps, most = problem.needed_kwh.size, problem.sessions.most_kwh
    low, high = [np.zeros(2 * steps + most.size)], [np.full(2 * steps, np.inf), most]
    for store in problem.stores:
        low += [np.zeros(2 * steps), store.least(steps)]
        high += [*store.most_kwh(steps), np.full(steps, store.battery.capacity_kwh)]
    peaks = np.zeros(problem.peaks)
    peaks[:1] = problem.seen_kwh
    lower = np.concatenate([*low, peaks, np.zeros(problem.held_back)])
    high += [np.full(problem.peaks, np.inf), problem.surplus_kwh[: problem.held_back]]
    return np.column_stack([lower, np.maximum(lower, np.concatenate(high))])


def _tidy(problem: Problem, course: Course) -> Course:
    """Take out charging against discharging and import against export, which earn nothing in an ordinary step.

    Args:
        problem: The programme.
        course: What the solver found.
    """
    charge, discharge, stored = course.charge_kwh.copy(), course.discharge_kwh.copy(), course.stored_kwh.copy()
    usual = ~problem.odd
    for place, store in enumerate(problem.stores):
        stored[place] = np.clip(stored[place], store.battery.minimum_kwh, store.battery.capacity_kwh)
        change = np.diff(stored[place], prepend=store.start_kwh) + (0.0 if store.used_kwh is None else store.used_kwh)
        charge[place, usual] = np.maximum(change, 0.0)[usual] / store.battery.charge_efficiency
        discharge[place, usual] = np.maximum(-change, 0.0)[usual] * store.battery.discharge_efficiency
    net = problem.needed_kwh + course.ev_kwh + (charge - discharge).sum(axis=0)
    most = np.inf if problem.least_kwh is None else -problem.least_kwh
    return Course(
        np.where(usual, np.maximum(net, 0.0), course.import_kwh),
        np.where(usual, np.clip(-net, 0.0, most), course.export_kwh),
        course.ev_kwh, charge, discharge, stored,
    )  # fmt: skip
