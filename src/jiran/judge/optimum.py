"""The best that perfect foresight could do: a linear programme of the whole run, to compare a rule and dispatch with.

Who pays whom inside the community does not change what it pays the grid, so the programme needs only sums over homes:
one node, and a few numbers a step. In each step

    import - export = deficit - surplus + charge - discharge + EV charging moved here - moved away,
    stored = stored before + charge * charge_efficiency - discharge / discharge_efficiency,

within the limits of the battery, which ends with at least what the run began or ended with, whichever is less: energy
that a run leaves over was of no use in it. Least is the sum of
import * import_price - export * export_price. Solved by HiGHS (Huangfu and Hall 2018, doi 10.1007/s12532-017-0130-5).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from jiran.errors import JiranError
from jiran.judge.sessions import Sessions, ev_sessions
from jiran.nothing import NOTHING_MONEY

if TYPE_CHECKING:
    from jiran.result.result import Result

Array = NDArray[np.float64]

#: Charging and discharging in one step by more than this, kWh, is no rounding of the solver, which is coarser than ours.
_BOTH_KWH = 1e-6


@dataclass(frozen=True)
class Optimum:
    """The cheapest course that keeps to the limits, energy in kWh, arrays of shape (step,).

    Attributes:
        cost: What the community pays the grid.
        run_cost: What it paid the grid in the run.
        cost_grid_only: What the homes would pay, each alone with the grid, without battery and trades.
        charge_kwh: Into the community battery, from homes or from the grid.
        discharge_kwh: Out of it.
        soc_kwh: State at the end of the step.
        ev_kwh: Charging of all EVs; NaN if that of a home is not known.
        grid_import_kwh: Taken from the grid.
        grid_export_kwh: Given to the grid.
        notes: What was assumed and left out, one sentence each.
    """

    cost: float
    run_cost: float
    cost_grid_only: float
    charge_kwh: Array
    discharge_kwh: Array
    soc_kwh: Array
    ev_kwh: Array
    grid_import_kwh: Array
    grid_export_kwh: Array
    notes: tuple[str, ...] = ()

    @property
    def share_reached(self) -> float | None:
        """How much of the possible saving the run reached: (cost_grid_only - run_cost) / (cost_grid_only - cost).

        None if nothing can be saved, but for a millionth of the currency.
        """
        possible = self.cost_grid_only - self.cost
        return (self.cost_grid_only - self.run_cost) / possible if possible > NOTHING_MONEY else None

    def for_run(self, result: Result) -> Optimum:
        """Return the same optimum beside another run of the same homes, which ended with the same stored energy."""
        return replace(self, run_cost=result.accounts["grid"])


@dataclass(frozen=True)
class _Problem:
    """What the programme is about; energy in kWh, arrays of shape (step,)."""

    needed_kwh: Array  # deficits less surpluses of all homes, without what EVs may move
    surplus_kwh: Array  # of the homes that have one: no more can be exported, but for the battery
    import_price: Array
    export_price: Array
    capacity_kwh: float
    minimum_kwh: float
    charge_step_kwh: float
    discharge_step_kwh: float
    charge_efficiency: float
    discharge_efficiency: float
    start_kwh: float
    end_kwh: float
    sessions: Sessions

    @property
    def odd(self) -> NDArray[np.bool_]:
        """Steps in which it may pay to pass grid energy on, or to waste it."""
        return (self.export_price > self.import_price) | (np.minimum(self.export_price, self.import_price) < 0.0)


def community_optimum(result: Result, *, ev_stays_h: float = 0.0) -> Optimum:
    """Return the lowest cost that the community of a run could have had, knowing everything beforehand.

    The cost is what the community pays the grid: the run's is `result.accounts["grid"]`. Network charge, market and
    fund stay inside. The battery may also charge from the grid, which the run's does not. No rule and no dispatch of
    the same homes, EVs and battery costs less.

    Args:
        result: The run: its profiles, prices, battery, and its states at the start and at the end.
        ev_stays_h: Hours that an EV stays plugged in after a charging session, but not into its next one. It may then
            spread the session's energy over this time, up to its power. An EV that charges at full power throughout
            its session has nothing to move without this.

    Raises:
        JiranError: The programme cannot be solved, or homes are billed by a tariff.
    """
    if result.settlement.bills is not None:
        raise JiranError("the optimum is known for prices per kWh alone: leave out grid.tariff")
    sessions, notes = _flexible(result, ev_stays_h)
    problem = _problem(result, sessions)
    solved = _solve(problem)
    both = int(np.count_nonzero(np.minimum(solved["charge"], solved["discharge"])[problem.odd] > _BOTH_KWH))
    if both:
        notes.append(
            f"in {both} steps with a negative price, or an export above the import price, the battery charges and discharges "
            "at once, which none can: the cost is a lower bound"
        )
    cost = solved["import"] @ problem.import_price - solved["export"] @ problem.export_price
    ev_kwh = result.settlement.step_kwh["ev_kwh"] + solved["ev"] - sessions.charged_kwh
    return Optimum(
        float(cost), result.accounts["grid"], float(result.without_p2p.cost_without_battery.sum()),
        solved["charge"], solved["discharge"], solved["stored"], ev_kwh,
        solved["import"], solved["export"], tuple(notes),
    )  # fmt: skip


def _flexible(result: Result, stays_h: float) -> tuple[Sessions, list[str]]:
    """Return what EVs may move, and what to say about it.

    Args:
        result: The run.
        stays_h: How long an EV stays plugged in after a session, h.
    """
    none = Sessions.none(result.timeline.steps)
    charged = float(np.nansum(result.settlement.home_kwh["ev_kwh"]))  # what is behind a net meter cannot be moved
    if result.scenario.ev.supply.enabled or result.scenario.ev.planned:
        return none, ["EVs lend their battery, or charge by plans: they charge and supply as in the run"]
    if not charged:
        return none, []
    if not result.community.ev_kw.any():
        return none, ["the power of metered EVs is not known: they charge as in the run"]
    sessions = ev_sessions(
        result.flows["ev_kwh"], result.community.ev_kw * result.timeline.step_h, round(stays_h / result.timeline.step_h)
    )
    movable = float(sessions.charged_kwh.sum())
    if movable:
        return sessions, [f"{movable:.1f} of {charged:.1f} kWh of EV charging may move within their sessions"]
    return sessions, ["EVs charge at full power throughout their sessions: there is nothing to move"]


def _problem(result: Result, sessions: Sessions) -> _Problem:
    """Return the programme of a run: its needs, prices, battery, and what EVs may move.

    Args:
        result: The run; its battery ends with what it began or ended with, whichever is less.
        sessions: EV charging that may move; it is taken out of the homes' demand.
    """
    step, battery, step_h = result.settlement.step_kwh, result.scenario.battery, result.timeline.step_h
    return _Problem(
        needed_kwh=result.flows.needed_kwh - sessions.charged_kwh,
        # A home whose EV charges elsewhere has at most so much more.
        surplus_kwh=step["p2p_sold_kwh"] + step["battery_charged_kwh"] + step["grid_export_kwh"] + sessions.charged_kwh,
        import_price=result.prices.grid_import,
        export_price=result.prices.grid_export,
        capacity_kwh=battery.capacity_kwh,
        minimum_kwh=battery.min_soc * battery.capacity_kwh,
        charge_step_kwh=battery.charge_kw * step_h,
        discharge_step_kwh=battery.discharge_kw * step_h,
        charge_efficiency=battery.charge_efficiency,
        discharge_efficiency=battery.discharge_efficiency,
        start_kwh=result.start.stored_kwh,
        end_kwh=min(result.start.stored_kwh, result.state.stored_kwh),
        sessions=sessions,
    )


def _solve(problem: _Problem) -> dict[str, Array]:
    """Return the course by name, each kWh, shape (step,): import, export, charge, discharge, stored, ev.

    Raises:
        JiranError: The solver has found no solution.
    """
    from scipy import sparse  # noqa: PLC0415  slow to import; only this needs it
    from scipy.optimize import linprog  # noqa: PLC0415

    steps, sessions = problem.needed_kwh.size, problem.sessions
    eye, zero = sparse.eye_array(steps, format="csr"), sparse.csr_array((steps, steps))
    moved = sparse.csr_array((np.ones(sessions.step.size), (sessions.step, np.arange(sessions.step.size))),
                             shape=(steps, sessions.step.size))  # fmt: skip
    within = sparse.csr_array((np.ones(sessions.step.size), (sessions.session, np.arange(sessions.step.size))),
                              shape=(sessions.energy_kwh.size, sessions.step.size))  # fmt: skip
    before = sparse.diags_array([-np.ones(steps - 1)], offsets=[-1], shape=(steps, steps))
    # Columns: import, export, charge, discharge, stored, EV charging of each session in each step.
    equal = sparse.block_array([
        [eye, -eye, -eye, eye, zero, -moved],
        [zero, zero, -problem.charge_efficiency * eye, eye / problem.discharge_efficiency, eye + before, None],
        [None, None, None, None, None, within],
    ], format="csr")  # fmt: skip
    start = np.zeros(steps)
    start[0] = problem.start_kwh
    least = _least(sparse, problem, sessions.step.size)
    cost = np.concatenate([problem.import_price, -problem.export_price, np.zeros(3 * steps + sessions.step.size)])
    found = linprog(
        cost, *least, equal, np.concatenate([problem.needed_kwh, start, sessions.energy_kwh]),
        bounds=_bounds(problem), method="highs-ds",
    )  # fmt: skip
    if found.status != 0:
        raise JiranError(f"the optimum was not found: {found.message}")
    parts = np.split(found.x, [steps, 2 * steps, 3 * steps, 4 * steps, 5 * steps])
    parts[5] = moved @ parts[5]
    return _tidy(problem, dict(zip(("import", "export", "charge", "discharge", "stored", "ev"), parts, strict=True)))


def _least(sparse: Any, problem: _Problem, moves: int) -> tuple[Any, Array | None]:
    """Return what bounds odd steps: no grid energy is passed on, and the battery has one direction, halves allowed.

    Args:
        sparse: The module `scipy.sparse`.
        problem: The programme.
        moves: Number of variables of EV charging.

    Returns:
        Rows of a matrix, shape (row, variable), and the most that each may come to, shape (row,); None if no step is odd.
    """
    odd = np.flatnonzero(problem.odd)
    if not odd.size:
        return None, None
    pick = sparse.csr_array((np.ones(odd.size), (np.arange(odd.size), odd)), shape=(odd.size, problem.odd.size))
    nothing, no_move = 0.0 * pick, sparse.csr_array((odd.size, moves))
    full = [1.0 / limit if limit > 0.0 else 0.0 for limit in (problem.charge_step_kwh, problem.discharge_step_kwh)]
    rows = sparse.block_array([
        [nothing, pick, nothing, -pick, nothing, no_move],
        [nothing, nothing, full[0] * pick, full[1] * pick, nothing, no_move],
    ], format="csr")  # fmt: skip
    return rows, np.concatenate([problem.surplus_kwh[odd], np.ones(odd.size)])


def _bounds(problem: _Problem) -> Array:
    """Return the lowest and highest value of each variable, shape (variable, 2), in the order of the columns of `_solve`.

    A battery of no capacity may neither charge nor give. At the end it holds what it began with, or what the run ended
    with if that is less.
    """
    steps, has_battery = problem.needed_kwh.size, problem.capacity_kwh > 0.0
    lowest = np.full(steps, problem.minimum_kwh)
    lowest[-1] = problem.end_kwh
    upper = [
        np.inf,
        np.inf,
        problem.charge_step_kwh * has_battery,
        problem.discharge_step_kwh * has_battery,
        problem.capacity_kwh,
    ]
    low = np.concatenate([np.zeros(4 * steps), lowest, np.zeros(problem.sessions.step.size)])
    high = np.concatenate([np.repeat(upper, steps), problem.sessions.most_kwh])
    return np.column_stack([low, np.maximum(low, high)])


def _tidy(problem: _Problem, course: dict[str, Array]) -> dict[str, Array]:
    """Take out charging against discharging and import against export, which earn nothing in an ordinary step.

    Args:
        problem: The programme.
        course: What the solver found by variable, kWh, shape (step,).
    """
    stored = np.clip(course["stored"], problem.minimum_kwh, problem.capacity_kwh)
    change = np.diff(stored, prepend=problem.start_kwh)
    charge = np.maximum(change, 0.0) / problem.charge_efficiency
    discharge = np.maximum(-change, 0.0) * problem.discharge_efficiency
    net = problem.needed_kwh + course["ev"] + charge - discharge
    plain = {"charge": charge, "discharge": discharge, "import": np.maximum(net, 0.0), "export": np.maximum(-net, 0.0)}
    kept = {name: np.where(problem.odd, course[name], plain[name]) for name in plain}
    return course | kept | {"stored": stored}
