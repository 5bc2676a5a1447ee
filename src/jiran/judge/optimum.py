"""The best that perfect foresight could do: a linear programme of the whole run, to compare a rule and dispatch with.

Who pays whom inside the community does not change what it pays the grid, so the programme needs only sums over homes:
one node, and a few numbers a step: `programme` has them. Batteries in homes that are alike but for their size, and begin equally
full, are one store in it: what is best for their sum, each can do its part of, and what they shall leave at the end they leave together.
Cars that charge by plans are stores that come and go (`cars`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from jiran.control.storage import Battery
from jiran.errors import JiranError
from jiran.homes.months import months_of
from jiran.judge.cars import cars_held
from jiran.judge.programme import BOTH_KWH, Held, Problem, solve
from jiran.judge.sessions import Sessions, ev_sessions
from jiran.money.demand import highest
from jiran.nothing import NOTHING_MONEY
from jiran.result.basis import exchange_kwh
from jiran.simulation.street import battery_of

if TYPE_CHECKING:
    from jiran.result.result import Result

Array = NDArray[np.float64]

#: Stores times steps of the programme; more unlike batteries in homes than fit are taken for one, and so are cars.
MOST_STORE_STEPS = 20_000


class RestPrices(NamedTuple):
    """What a kWh that is left in a store is worth: in a battery, and in a car."""

    battery: float
    car: float

    def worth(self, in_batteries_kwh: float, in_cars_kwh: float) -> float:
        """Return what is worth that is left.

        Args:
            in_batteries_kwh: Of it.
            in_cars_kwh: The rest.
        """
        return self.battery * in_batteries_kwh + self.car * in_cars_kwh


@dataclass(frozen=True)
class Optimum:
    """The cheapest course that keeps to the limits, energy in kWh, arrays of shape (step,).

    Attributes:
        cost: What the community pays the grid.
        run_cost: What it paid the grid in the run.
        cost_grid_only: What the homes would pay, each alone with the grid, without batteries and trades; their EVs serve them
            alone, so it may be below `cost` where those that lend charged for neighbours at a loss.
        charge_kwh: Into the community battery, from homes or from the grid.
        discharge_kwh: Out of it.
        soc_kwh: State at the end of the step.
        ev_kwh: Charging of all EVs; NaN if that of a home is not known.
        grid_import_kwh: Taken from the grid.
        grid_export_kwh: Given to the grid.
        home_charge_kwh: Into all batteries in homes.
        home_discharge_kwh: Out of them.
        home_stored_kwh: What they hold together at the end of the step.
        ev_given_kwh: Out of all EVs that give.
        left_kwh: What all batteries hold at the end.
        left_in_cars_kwh: What cars hold, those that lend among them.
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
    home_charge_kwh: Array
    home_discharge_kwh: Array
    home_stored_kwh: Array
    ev_given_kwh: Array
    left_kwh: float
    left_in_cars_kwh: float
    notes: tuple[str, ...] = ()

    @property
    def share_reached(self) -> float | None:
        """Return how much of the possible saving the run reached: (cost_grid_only - run_cost) / (cost_grid_only - cost).

        The saving is that of all homes together at the grid, against homes that are each alone with it and have no
        batteries: what neighbours and stores can spare. Who of them has it is not asked; fees and funds between them cancel.

        Returns:
            1 where the run cost as little as with perfect foresight; 0 where neighbours and stores spared nothing; below 0
            where the run paid the grid more than homes alone would have, as a store can that loses energy or meets a peak.
            Above 1 only if what is left in stores has a price of its own: it is in neither cost, and the run may have left
            less. None if nothing can be saved, but for a millionth of the currency.
        """
        possible = self.cost_grid_only - self.cost
        return (self.cost_grid_only - self.run_cost) / possible if possible > NOTHING_MONEY else None

    def for_run(self, result: Result) -> Optimum:
        """Return the same optimum beside another run of the same homes, which ended with the same stored energy."""
        return replace(self, run_cost=result.accounts["grid"])


def community_optimum(result: Result, *, ev_stays_h: float = 0.0, rest_prices: RestPrices | None = None) -> Optimum:
    """Return the lowest cost that the community of a run could have had, knowing everything beforehand.

    The cost is what the community pays the grid: the run's is `result.accounts["grid"]`. Network charge, market and
    fund stay inside. Every battery may also charge from the grid, for all homes, which a community battery without a
    controller never does. No rule and no
    controller of the same homes, EVs and batteries costs less. What the street's connection carries holds for it too, but import
    may be as much beyond that in a step as it was in the run.

    Args:
        result: The run: its profiles, prices, battery, and its states at the start and at the end.
        ev_stays_h: Hours that an EV stays plugged in after a charging session, but not into its next one. It may then
            spread the session's energy over this time, up to its power. An EV that charges at full power throughout
            its session has nothing to move without this.
        rest_prices: What a kWh that is left in a store is worth. Default: nothing, and each store ends with what it began or what the
            run ended with, whichever is less.

    Raises:
        JiranError: The programme cannot be solved, or homes are billed by a tariff.
    """
    if result.settlement.bills is not None:
        raise JiranError("the optimum is known for prices per kWh alone: leave out grid.tariff")
    sessions, notes = _flexible(result, ev_stays_h)
    at_home = _at_home(result, notes)
    cars = cars_held(result, max(1, MOST_STORE_STEPS // result.timeline.steps), notes)
    problem = _problem(result, sessions, at_home, cars)
    if rest_prices is not None:
        problem = replace(problem, stores=_valued(problem.stores, rest_prices, len(cars)))
    found = solve(problem)
    charge, discharge = found.charge_kwh[:, problem.odd], found.discharge_kwh[:, problem.odd]
    both = int(np.count_nonzero((np.minimum(charge, discharge) > BOTH_KWH).any(axis=0)))
    if both:
        notes.append(
            f"in {both} steps with a negative price, or an export above the import price, the battery charges and discharges "
            "at once, which none can: the cost is a lower bound"
        )
    cost = found.import_kwh @ problem.import_price - found.export_kwh @ problem.export_price
    cost += _at_peaks(result, found.import_kwh - found.export_kwh)
    step_kwh, first = result.settlement.step_kwh, 1 + len(at_home)
    ev_kwh = step_kwh["ev_kwh"] + found.ev_kwh - sessions.charged_kwh
    ev_given_kwh = step_kwh["ev_supplied_kwh"]
    if cars:
        ev_kwh, ev_given_kwh = found.charge_kwh[first:].sum(axis=0), found.discharge_kwh[first:].sum(axis=0)
    in_cars_kwh = found.stored_kwh[first:, -1].sum() if cars else result.state.ev_stored_kwh.sum()
    return Optimum(
        float(cost), result.accounts["grid"], _alone(result),
        found.charge_kwh[0], found.discharge_kwh[0], found.stored_kwh[0], ev_kwh, found.import_kwh, found.export_kwh,
        found.charge_kwh[1:first].sum(axis=0), found.discharge_kwh[1:first].sum(axis=0), found.stored_kwh[1:first].sum(axis=0),
        ev_given_kwh, float(found.stored_kwh[:first, -1].sum()), float(in_cars_kwh), tuple(notes),
    )  # fmt: skip


def _valued(stores: tuple[Held, ...], prices: RestPrices, cars: int) -> tuple[Held, ...]:
    """Return stores of which a kWh that is left is worth something, so that none must be; those of cars stand last.

    Args:
        stores: Of the programme.
        prices: What a kWh is worth.
        cars: How many of them are cars.
    """
    first = len(stores) - cars
    return tuple(
        store._replace(end_kwh=0.0, rest_price=prices.car if place >= first else prices.battery)
        for place, store in enumerate(stores)
    )


def _needs_kwh(result: Result) -> Array:
    """Return what homes alone lack (> 0) or have to spare (< 0) before their batteries act, kWh, shape (step, home).

    Cars that lend or bid charge more in a run with trades than they would without: that run's needs are those of no home alone.
    """
    kept = result.without_p2p.alone_kwh
    return kept if kept.size else result.flows.before_batteries_kwh


def _alone(result: Result) -> float:
    """Return what the homes would pay, each alone with the grid, without any battery."""
    cost = result.without_p2p.cost_without_battery.copy()
    peaks = result.without_p2p.demand
    at_peaks = 0.0
    if peaks is not None:
        cost -= peaks.without_battery
        at_peaks = float(peaks.without_battery.sum())
    if result.flows.battery_homes.size:
        need = _needs_kwh(result)
        exported = np.maximum(-need, 0.0) * (1.0 - _curtailed_share(result, need))[:, None]
        imported = np.maximum(need, 0.0)
        paid = imported * result.prices.grid_import[:, None] - exported * result.prices.grid_export[:, None]
        # Without a limit what others pay is known already, to the last digit.
        homes = slice(None) if result.scenario.grid.limited else result.flows.battery_homes
        cost[homes] = paid.sum(axis=0)[homes]
        at_peaks = _at_peaks(result, (imported - exported).sum(axis=1))
    return float(cost.sum()) + at_peaks


def _curtailed_share(result: Result, need: Array) -> Array:
    """Return the share of their export that homes must leave out without any battery, 0..1, shape (step,).

    Args:
        result: For what the street's connection carries.
        need: What homes lack (> 0) or have to spare (< 0), kWh, shape (step, home).
    """
    limit_kwh, surplus_kwh = result.settlement.limits.export_kwh, np.maximum(-need, 0.0).sum(axis=1)
    if not limit_kwh.size:
        return np.zeros_like(surplus_kwh)
    over_kwh = np.clip(-need.sum(axis=1) - limit_kwh, 0.0, surplus_kwh)
    share: Array = np.divide(over_kwh, surplus_kwh, out=np.zeros_like(over_kwh), where=surplus_kwh > 0.0)
    return share


def _at_peaks(result: Result, net_kwh: Array) -> float:
    """Return what the peaks of a course cost.

    Args:
        result: For the charge, the calendar, and what the first month saw before the run.
        net_kwh: Import less export of the street, shape (step,).
    """
    charge = result.scenario.grid.demand_charge
    if not charge:
        return 0.0
    kw = highest(net_kwh, months_of(result.timeline), result.timeline.step_h)[1]
    kw[0] = max(kw[0], _seen_kw(result))
    return charge * float(kw.sum() - _seen_kw(result))


def _seen_kw(result: Result) -> float:
    """Return the highest import that the first month saw before the run, kW."""
    before = result.start.peak
    return before.kw if before is not None and before.month == months_of(result.timeline).names[0] else 0.0


def _at_home(result: Result, notes: list[str]) -> list[Held]:
    """Return the batteries in homes: those that are alike but for their size, as one.

    Args:
        result: The run.
        notes: What was assumed is added.
    """
    homes, steps = result.flows.battery_homes, result.timeline.steps
    if not homes.size or result.start.at_home is None or result.state.at_home is None:
        return []
    asked, kwh, kw = (
        result.scenario.home_battery,
        result.community.battery_kwh[homes],
        result.community.battery_kw[homes],
    )
    start, end = result.start.at_home.stored_kwh, result.state.at_home.stored_kwh
    if not (asked.grid_charge and asked.feed_in):
        notes.append(
            "at the optimum batteries in homes may charge from the grid and feed in: the cost is a lower bound"
        )
    kinds = np.column_stack([kw / kwh, start / kwh]).round(12)
    kind = np.unique(kinds, axis=0, return_inverse=True)[1].reshape(-1)
    if (kind.max() + 2) * steps > MOST_STORE_STEPS:
        notes.append("batteries in homes are many and unlike, and taken for one: the cost is a lower bound")
        kind[:] = 0

    def of_kind(values: Array) -> Array:
        return np.bincount(kind, values).astype(np.float64, copy=False)

    step_kwh = of_kind(kw * result.timeline.step_h)
    gives_kwh = _beside_roofs(result, kind, notes)
    return [
        Held(
            Battery(capacity, 0.0, power, power, asked.charge_efficiency, asked.discharge_efficiency),
            begun,
            ended,
            gives,
        )
        for capacity, power, begun, ended, gives in zip(
            of_kind(kwh), step_kwh, of_kind(start), of_kind(np.minimum(start, end)), gives_kwh, strict=True
        )
    ]


def _beside_roofs(result: Result, kind: NDArray[np.int64], notes: list[str]) -> list[Array] | list[None]:
    """Return the most that batteries of each kind give in each step beside their roofs, kWh, shape (step,); None: no inverter is shared.

    Args:
        result: The run.
        kind: Of each battery, shape (store,).
        notes: What was assumed is added.
    """
    homes, step_h = result.flows.battery_homes, result.timeline.step_h
    kinds = int(kind.max()) + 1
    if result.scenario.home_battery.inverter_kw is None:
        return [None] * kinds
    if kinds < homes.size:
        notes.append(
            "batteries in homes that are alike share what their inverters leave to them: the cost is a lower bound"
        )
    left_kwh = np.maximum(
        result.scenario.home_battery.inverter_kwh(step_h) - result.flows.profiles.generation_kwh[:, homes], 0.0
    )
    most_kwh = np.minimum(left_kwh, result.community.battery_kw[homes] * step_h)
    return [most_kwh[:, kind == one].sum(axis=1) for one in range(kinds)]


def _flexible(result: Result, stays_h: float) -> tuple[Sessions, list[str]]:
    """Return what EVs may move, and what to say about it.

    Args:
        result: The run.
        stays_h: How long an EV stays plugged in after a session, h.
    """
    none = Sessions.none(result.timeline.steps)
    charged = float(np.nansum(result.settlement.home_kwh["ev_kwh"]))  # what is behind a net meter cannot be moved
    if result.scenario.ev.supply.enabled:
        return none, ["EVs lend their battery: they charge and supply as in the run"]
    if result.scenario.ev.planned or not charged:
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


def _problem(result: Result, sessions: Sessions, at_home: list[Held], cars: list[Held]) -> Problem:
    """Return the programme of a run: its needs, prices, batteries, and what EVs may move.

    Args:
        result: The run; its batteries end with what it began or ended with, whichever is less.
        sessions: EV charging that may move; it is taken out of the homes' demand.
        at_home: The batteries in homes; what they did in the run is taken out too.
        cars: Cars that charge by plans; the same.
    """
    step = result.settlement.step_kwh
    out = result.flows.outputs
    # Of each home with a battery; its standby stays a need, whatever the battery does.
    moved_kwh = out.home_moved_kwh
    if cars:
        moved_kwh = np.hstack([moved_kwh, out.ev_charged_kwh - out.ev_supplied_kwh])
    # A home whose EV charges elsewhere, or whose battery does not, has at most so much more.
    more_kwh = sessions.charged_kwh + np.maximum(moved_kwh, 0.0).sum(axis=1)
    most_kwh, least_kwh = _limits(result)
    community = Held(
        battery_of(result.scenario.battery, result.timeline.step_h),
        start_kwh=result.start.stored_kwh,
        end_kwh=min(result.start.stored_kwh, result.state.stored_kwh),
    )
    return Problem(
        needed_kwh=result.flows.needed_kwh - sessions.charged_kwh - moved_kwh.sum(axis=1),
        surplus_kwh=step["p2p_sold_kwh"]
        + step["battery_charged_kwh"]
        + step["grid_export_kwh"]
        + step["curtailed_kwh"]
        + more_kwh,
        import_price=result.prices.grid_import,
        export_price=result.prices.grid_export,
        stores=(community, *at_home, *cars),
        sessions=sessions,
        peak_price=result.scenario.grid.demand_charge / result.timeline.step_h,
        month=months_of(result.timeline).of_step,
        seen_kwh=_seen_kw(result) * result.timeline.step_h,
        most_kwh=most_kwh,
        least_kwh=least_kwh,
    )


def _limits(result: Result) -> tuple[Array | None, Array | None]:
    """Return the most and the least of import less export in each step, kWh, shape (step,); None where there is no limit.

    The run may have gone beyond what the connection carries, as nobody is cut off: so may the optimum, so that it is no dearer.
    """
    limits, taken_kwh = result.settlement.limits, exchange_kwh(result.settlement.step_kwh)
    return (
        np.maximum(limits.import_kwh, taken_kwh) if limits.import_kwh.size else None,
        np.minimum(-limits.export_kwh, taken_kwh) if limits.export_kwh.size else None,
    )
