"""Run a scenario: community, profiles, kernel, settlement, in this order."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from jiran import kernel
from jiran.community import Community, metered_community, modelled_community
from jiran.errors import MechanismError, ScenarioError, one_line
from jiran.flows import Flows
from jiran.kernel import Fleet, Inputs, Outputs
from jiran.market import TRADE, find
from jiran.profiles.base import Profiles, stream
from jiran.profiles.ev import EvPlan, block_charging_kwh, no_plan, supply_plan
from jiran.profiles.load import load_kwh
from jiran.profiles.solar import generation_kwh
from jiran.profiles.tariff import price_by_step
from jiran.result import Result, State
from jiran.scenario import MAX_HOME_STEPS
from jiran.settlement import Settlement, prices, settle
from jiran.storage import Battery
from jiran.timeline import Timeline, timeline

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from jiran.market import Mechanism
    from jiran.profiles.meter.report import DataReport
    from jiran.scenario import Scenario

#: Home-steps between two calls of the progress function.
CHUNK = 2_000_000

#: Trades for which there is room at first.
_FIRST_TRADES = 40_000_000

Progress = Callable[[float], None]
#: How the kernel stopped: the first step that was not run, trades written, why, and the home in question.
Stop = tuple[int, int, int, int]


def simulate(
    scenario: Scenario,
    *,
    profiles: Profiles | None = None,
    state: State | None = None,
    progress: Progress | None = None,
) -> Result:
    """Run a scenario and its baseline without P2P.

    Args:
        scenario: What to run.
        profiles: Energy of each home in each step instead of the modelled one, arrays of shape (step, home).
        state: State to start from, as `Result.state` of an earlier run gives it; default: the scenario's. Profiles
            are drawn by the seed from the first step of a run on: for a window that goes on where another ended, give
            `profiles`, or another seed.
        progress: Is called now and then with the share that is done, 0..1; an exception it raises stops the run.

    Raises:
        ScenarioError: The scenario cannot be run.
        DataError: Meter data cannot be read.
        MechanismError: The market rule broke a law.
        BalanceError: Energy or money does not balance.
    """
    report = progress or (lambda _done: None)
    report(0.0)
    steps = timeline(scenario)
    community, own, data_report = _homes(scenario, steps)
    plan = (
        supply_plan(community, steps, scenario.ev.supply, scenario.seed)
        if scenario.ev.supply.enabled
        else no_plan(steps)
    )
    if profiles is not None:
        # The kernel writes to none of them, but is compiled for arrays that can be written.
        profiles = Profiles(
            **{name: np.require(array, np.float64, ["C", "W"]) for name, array in vars(profiles).items()}
        )
        _check(profiles, steps, community, plan)
    else:
        profiles = own or modelled_profiles(scenario, community, steps)
    report(0.4)

    grid_import, grid_export = (
        price_by_step(price, steps) for price in (scenario.grid.import_price, scenario.grid.export_price)
    )
    price = prices(scenario, grid_import, grid_export)
    start = state or _start(scenario, plan)
    fleet = _fleet(plan)

    def run(mechanism: str, parameters: dict[str, Any], tell: Progress) -> tuple[Flows, Settlement, State]:
        rule = find(mechanism)
        inputs = Inputs(
            profiles.generation_kwh, profiles.load_kwh, profiles.ev_kwh,
            grid_import, grid_export, scenario.grid.network_charge, rule.numbers(parameters),
        )  # fmt: skip
        flows, end = _run(scenario, community, rule, inputs, fleet, profiles, start, tell)
        return flows, settle(flows, price, scenario, start.stored_kwh, start.ev_stored_kwh), end

    # The baseline is the same run with the rule that trades nothing; the second core does it meanwhile.
    with ThreadPoolExecutor(1) as second:
        baseline = second.submit(run, "grid-only", {}, lambda _done: None)
        flows, settled, end = run(
            scenario.market.mechanism, scenario.market.parameters, lambda share: report(0.4 + 0.5 * share)
        )
        without_p2p = baseline.result()[1]
    report(1.0)
    warnings = tuple(_warnings(settled, start, end))
    return Result(scenario, community, steps, flows, price, settled, without_p2p, start, end, warnings, data_report)


def modelled_profiles(scenario: Scenario, community: Community, steps: Timeline) -> Profiles:
    """Return the profiles that the scenario's models give; EVs that supply are left to the kernel."""
    seed = scenario.seed
    with ThreadPoolExecutor(1) as second:
        load = second.submit(load_kwh, community, steps, scenario.load, seed)
        generation = generation_kwh(community, steps, scenario.solar, seed)
        if scenario.ev.supply.enabled:
            ev = np.zeros((steps.steps, community.size))
        else:
            ev = block_charging_kwh(community, steps, seed)
        return Profiles(generation, load.result(), ev)


def _homes(scenario: Scenario, steps: Timeline) -> tuple[Community, Profiles | None, DataReport | None]:
    """Return the community, and its profiles if they come from a file."""
    if scenario.homes.data is None:
        return modelled_community(scenario), None, None
    from jiran.profiles.meter.read import read_meter_data  # noqa: PLC0415  most runs need no data-frame library

    data = read_meter_data(scenario.homes.data, steps, folder=Path())
    if len(data.ids) * steps.steps > MAX_HOME_STEPS:
        raise ScenarioError(
            "steps", steps.steps, f"must be at most {MAX_HOME_STEPS // len(data.ids)} for {len(data.ids)} homes"
        )
    community = metered_community(data.ids, data.profiles.generation_kwh, data.profiles.ev_kwh)
    return community, data.profiles, data.report


def _check(profiles: Profiles, steps: Timeline, community: Community, plan: EvPlan) -> None:
    """Refuse profiles from outside that do not fit the scenario."""
    shape = (steps.steps, community.size)
    for name, array in vars(profiles).items():
        if array.shape != shape:
            raise ScenarioError(f"profiles.{name}", array.shape, f"must be an array of shape {shape}")
        if not (np.isfinite(array.sum()) and array.min() >= 0.0):
            raise ScenarioError(f"profiles.{name}", float(array.min()), "must hold finite numbers >= 0")
    if profiles.ev_kwh[:, plan.homes].any():
        raise ScenarioError(
            "profiles.ev_kwh", "charging", "must be 0 for EVs that supply: the run works their charging out"
        )


def _start(scenario: Scenario, plan: EvPlan) -> State:
    battery = scenario.battery
    return State(battery.start_soc * battery.capacity_kwh, np.full(plan.homes.size, plan.departure_kwh))


def _fleet(plan: EvPlan) -> Fleet:
    ev = Battery(plan.capacity_kwh, plan.reserve_kwh, 0.0, 0.0, plan.charge_efficiency, plan.discharge_efficiency)
    return Fleet(
        plan.homes, plan.step_kwh, plan.parked, plan.supplying,
        plan.charging_steps_after, plan.trip_kwh, ev, plan.departure_kwh,
    )  # fmt: skip


def _outputs(steps: int, homes: int, evs: int) -> Outputs:
    return Outputs(
        np.empty((steps, homes)),
        np.empty(steps),
        np.empty(steps),
        np.empty(steps),
        np.zeros((steps, evs)),
        np.zeros((steps, evs)),
        np.zeros((steps, evs)),
        np.zeros((steps, evs)),
        np.zeros(steps, np.int64),
    )


def _battery(scenario: Scenario) -> Battery:
    limits, step_h = scenario.battery, scenario.step_minutes / 60
    return Battery(
        limits.capacity_kwh, limits.min_soc * limits.capacity_kwh,
        limits.charge_kw * step_h, limits.discharge_kw * step_h,
        limits.charge_efficiency, limits.discharge_efficiency,
    )  # fmt: skip


def _run(
    scenario: Scenario,
    community: Community,
    rule: Mechanism,
    inputs: Inputs,
    fleet: Fleet,
    profiles: Profiles,
    start: State,
    report: Progress,
) -> tuple[Flows, State]:
    """Return what moved and the state at the end; a rule that crowds a step is run again with room for all pairs."""
    for room in (community.size, community.size**2):
        rng = stream(scenario.seed, "market rule")
        if start.rng is not None:
            rng.bit_generator.state = start.rng
        out = _outputs(scenario.steps, community.size, fleet.homes.size)
        ev_stored_kwh = start.ev_stored_kwh.copy()

        def loop(first: int, last: int, stored_kwh: float, trades: NDArray[np.void], room: int = room) -> Stop:
            kernel_run = kernel.run if rule.compiled else kernel.run.py_func
            stop: Stop = kernel_run(
                first, last, rule.clear, rng, inputs, _battery(scenario), fleet,  # noqa: B023  called in this round only
                stored_kwh, ev_stored_kwh, out, trades.view(np.recarray), room,  # noqa: B023
            )  # fmt: skip
            return stop

        trades = _in_chunks(loop, rule.name, community, out, start.stored_kwh, room, report)
        if trades is not None:
            end = State(float(out.soc_kwh[-1]), ev_stored_kwh, dict(rng.bit_generator.state))
            return Flows(profiles, out, fleet, trades), end
    raise MechanismError(rule.name, "writes more trades in a step than there are pairs of homes")


def _in_chunks(
    loop: Callable[[int, int, float, NDArray[np.void]], Stop],
    name: str,
    community: Community,
    out: Outputs,
    stored_kwh: float,
    room: int,
    report: Progress,
) -> NDArray[np.void] | None:
    """Run all steps in chunks and return the trades, or None if a step needs more room for them."""
    steps, homes = out.traded_kwh.shape
    chunk = max(1, CHUNK // homes)
    # Room for as many trades as there may be; memory is taken only for what is written, and the rest is given back.
    trades = np.empty(max(min(steps, _FIRST_TRADES // room), 1) * room, TRADE)
    step, total = 0, 0
    while step < steps:
        last = min(step + chunk, steps)
        try:
            reached, count, fault, home = loop(step, last, stored_kwh, trades[total:])
        except Exception as error:
            raise MechanismError(name, f"failed between steps {step} and {last}: {one_line(error)}") from error
        if fault == kernel.CROWDED and room == homes:
            return None
        if fault in _FAULTS:
            raise MechanismError(name, _FAULTS[fault].format(step=reached, home=_name(community, home)))
        if fault == kernel.ROOM:
            trades.resize(2 * trades.size, refcheck=False)
        out.trades_until[step:reached] += total
        stored_kwh = float(out.soc_kwh[reached - 1]) if reached else stored_kwh
        step, total = reached, total + count
        report(step / steps)
    trades.resize(total, refcheck=False)
    return trades


_FAULTS = {
    kernel.NOBODY: "in step {step} it names {home}, which is not there or trades with itself",
    kernel.NOT_A_NUMBER: "in step {step} it writes a trade of {home} whose energy or price is not usable",
    kernel.TOO_MUCH: "in step {step} it trades more than there is for {home}",
    kernel.CROWDED: "in step {step} it writes more trades than there are pairs of homes",
    kernel.TOO_MANY: "in step {step} it returns a number of trades that it cannot have written",
}


def _name(community: Community, home: int) -> str:
    return f"home {community.ids[home]}" if 0 <= home < community.size else f"home number {home}"


def _warnings(settled: Settlement, start: State, end: State) -> list[str]:
    """Return what the user should know about prices, and about energy that the run only borrowed."""
    found = []
    if settled.sellers_lose_kwh > 0.0:
        found.append(
            f"{settled.sellers_lose_kwh:.1f} kWh were sold to neighbours below the grid's export price: sellers lose by trading"
        )
    if settled.buyers_lose_kwh > 0.0:
        found.append(
            f"{settled.buyers_lose_kwh:.1f} kWh were bought from neighbours above the grid's import price: buyers lose by trading"
        )
    borrowed_kwh = start.stored_kwh + start.ev_stored_kwh.sum() - end.stored_kwh - end.ev_stored_kwh.sum()
    demand_kwh = sum(settled.home_kwh[name].sum() for name in ("load_kwh", "ev_kwh"))
    if borrowed_kwh > 0.01 * demand_kwh:
        found.append(
            f"the batteries end with {borrowed_kwh:.1f} kWh less than they began with: the saving holds energy that was not paid for"
        )
    return found
