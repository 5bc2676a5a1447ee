"""Run a scenario: its setting, the kernel, settlement, in this order; the only caller of the kernel."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING

import numpy as np

from jiran.bids import find as find_strategy
from jiran.bids.base import MARKET_PRICE, MEMORY
from jiran.engine import kernel
from jiran.engine.flows import Flows
from jiran.engine.records import Fleet, Inputs, Outputs
from jiran.engine.storage import Battery
from jiran.errors import JiranError, MechanismError, PluginError, StrategyError, one_line
from jiran.explain.assumptions import assumptions
from jiran.explain.warnings import warnings
from jiran.homes.profiles import stream
from jiran.market import TRADE, booking
from jiran.market import find as find_rule
from jiran.market.base import BASELINE
from jiran.market.effort import too_much
from jiran.money.billing import reprice
from jiran.money.settlement import Settlement, settle
from jiran.nothing import NOTHING_KWH
from jiran.result.result import Result, State
from jiran.scenario import Bids, Market
from jiran.simulation.setting import Setting, prepare
from jiran.watching import ROUND_S, Progress, StoppedError, Work, watch

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from jiran.bids import Strategy
    from jiran.homes.community import Community
    from jiran.homes.ev import EvPlan
    from jiran.homes.profiles import Profiles
    from jiran.market import Mechanism
    from jiran.scenario import Scenario

#: Trades for which there is room at first.
_FIRST_TRADES = 40_000_000

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
        progress: Is called ten times a second with the share that is done, 0..1, in the thread of the caller; an
            exception that it raises stops the run at once, even within a step. So does Ctrl-C.

    Raises:
        ScenarioError: The scenario cannot be run.
        DataError: Meter data cannot be read.
        PluginError: The market rule or the bidding strategy broke a law.
        BalanceError: Energy or money does not balance.
    """
    report = progress or (lambda _done: None)
    report(0.0)
    setting = watch(partial(prepare, scenario, profiles=profiles, state=state), lambda _done: report(0.0))
    report(0.4)
    # The second core runs the baseline meanwhile.
    baseline = Work(partial(without_trading, setting))
    try:
        result = trade(
            setting, lambda: baseline.result(lambda _done: report(0.9)), lambda share: report(0.4 + 0.5 * share)
        )
    except BaseException:
        baseline.stop()
        raise
    report(1.0)
    return result


def without_trading(setting: Setting) -> Settlement:
    """Return the baseline: the same homes and battery, and a rule that trades nothing."""
    return _clear(setting, Market(mechanism=BASELINE), Bids(), None)[1]


def trade(setting: Setting, without_p2p: Callable[[], Settlement], progress: Progress | None = None) -> Result:
    """Run the market of a setting's scenario.

    Args:
        setting: Where the market starts from; one setting serves scenarios that differ in [market] and [bids] alone.
        without_p2p: Gives the baseline; is called after the run.
        progress: As in `simulate`.
    """
    scenario = setting.scenario
    flows, settled, end = _clear(setting, scenario.market, scenario.bids, progress or (lambda _done: None))
    result = Result(
        scenario, setting.community, setting.timeline, flows, setting.price, settled, without_p2p(),
        setting.start, end, data_report=setting.data_report,
    )  # fmt: skip
    doubts = setting.data_report.suspicions() if setting.data_report is not None else ()
    told = (*map(str, assumptions(setting)), *doubts, *map(str, warnings(result)))
    return replace(result, warnings=told)


def _clear(setting: Setting, market: Market, bids: Bids, report: Progress | None) -> tuple[Flows, Settlement, State]:
    """Run the time loop with a rule and a strategy, and settle; without a report in this thread, unwatched."""
    rule, strategy = find_rule(market.mechanism), find_strategy(bids.strategy)
    scenario, price, start = setting.scenario, setting.price, setting.start
    inputs = Inputs(
        setting.profiles.generation_kwh, setting.profiles.load_kwh, setting.profiles.ev_kwh,
        price.grid_import, price.grid_export, scenario.grid.network_charge,
        rule.numbers(market.parameters), strategy.numbers(bids.parameters),
        setting.traits.copy(), _may_draw(setting),  # runs side by side share a setting: no strategy may change it
    )  # fmt: skip
    _refuse(setting, rule, strategy, market.parameters)
    flows, end = _run(setting, rule, strategy, inputs, report)
    extra = reprice(flows, price, scenario.grid, setting.timeline, rule)
    return flows, settle(flows, price, scenario, start.stored_kwh, start.ev_stored_kwh, extra), end


def _refuse(setting: Setting, rule: Mechanism, strategy: Strategy, values: dict[str, float | str]) -> None:
    """Refuse a rule that cannot do this, before it starts.

    Raises:
        MechanismError: It would need more than there is, or is not for so many homes.
    """
    homes, steps = setting.community.size, setting.timeline.steps
    problem = too_much(rule, homes, values, steps)
    if problem is None and rule.most_traders is not None and homes > rule.most_traders:
        traders = _most_traders(setting, strategy)
        if traders > rule.most_traders:
            problem = f"is for at most {rule.most_traders} homes that trade in a step, and here {traders} do"
    if problem is not None:
        raise MechanismError(rule.name, problem)


def _most_traders(setting: Setting, strategy: Strategy) -> int:
    """Return how many homes are sure to trade in some step, if all that can be traded is.

    It is known beforehand only if all bid the tariff and no EV lends; else it is 0.
    """
    grid, price, profiles = setting.scenario.grid, setting.price, setting.profiles
    if not strategy.at_tariff or setting.scenario.ev.supply.enabled:
        return 0
    net_kwh = profiles.generation_kwh - profiles.load_kwh - profiles.ev_kwh
    sells, buys = (net_kwh > NOTHING_KWH).sum(axis=1), (net_kwh < -NOTHING_KWH).sum(axis=1)
    gain = price.grid_import - grid.network_charge > price.grid_export
    traders = np.where((sells > 0) & (buys > 0) & gain, sells + buys, 0)
    return int(traders.max())


def _fleet(plan: EvPlan, reserve_price: float | None) -> Fleet:
    ev = Battery(plan.capacity_kwh, plan.reserve_kwh, 0.0, 0.0, plan.charge_efficiency, plan.discharge_efficiency)
    return Fleet(
        plan.homes, plan.step_kwh, plan.parked, plan.supplying, plan.charging_steps_after, plan.trip_kwh, ev,
        plan.departure_kwh, np.nan if reserve_price is None else reserve_price,
    )  # fmt: skip


def _outputs(steps: int, homes: int, evs: int, *, bids: bool) -> Outputs:
    """Make room for what the kernel finds; limit prices are kept if homes do not all bid the tariff."""
    by_ev, kept = (steps, evs), (steps if bids else 0, homes)
    return Outputs(
        np.empty((steps, homes)), np.empty(steps), np.empty(steps), np.empty(steps),
        np.zeros(by_ev), np.zeros(by_ev), np.zeros(by_ev), np.zeros(by_ev), np.zeros(by_ev),
        np.empty(kept), np.empty(kept), np.zeros(steps, np.int64),
    )  # fmt: skip


def _battery(scenario: Scenario) -> Battery:
    limits, step_h = scenario.battery, scenario.step_minutes / 60
    return Battery(
        limits.capacity_kwh, limits.min_soc * limits.capacity_kwh,
        limits.charge_kw * step_h, limits.discharge_kw * step_h,
        limits.charge_efficiency, limits.discharge_efficiency,
    )  # fmt: skip


def _may_draw(setting: Setting) -> NDArray[np.bool_]:
    """Return whether the battery gives energy, shape (step,): not below its reservation price."""
    reserve, price = setting.scenario.battery.reserve_price, setting.price.battery_sells
    return np.ones(price.size, np.bool_) if reserve is None else price >= reserve


def _stream(seed: int, purpose: str, state: dict[str, object] | None) -> np.random.Generator:
    """Return the random numbers for a purpose, from where an earlier run left them."""
    rng = stream(seed, purpose)
    if state is not None:
        rng.bit_generator.state = state
    return rng


def _memory(strategy: Strategy, homes: int, start: State) -> NDArray[np.float64]:
    """Return what homes remember at the start: what an earlier run with this strategy left, or nothing."""
    if start.memory is not None and start.strategy == strategy.name and len(start.memory) == homes * strategy.learns:
        return start.memory.copy()
    memory = np.zeros((homes * strategy.learns, MEMORY))
    memory[:, MARKET_PRICE] = np.nan
    return memory


def _run(
    setting: Setting, rule: Mechanism, strategy: Strategy, inputs: Inputs, report: Progress | None
) -> tuple[Flows, State]:
    """Return what moved and the state at the end; a rule that crowds a step is run again with room for all pairs."""
    scenario, start, homes = setting.scenario, setting.start, setting.community.size
    supply = scenario.ev.supply
    fleet = _fleet(setting.plan, supply.reserve_price)
    own_bids = not strategy.at_tariff or (supply.enabled and supply.reserve_price is not None)
    compiled = rule.compiled and strategy.compiled
    kernel_run = kernel.run if compiled else getattr(kernel.run, "py_func", kernel.run)
    for room in (homes**2,) if rule.all_pairs else (homes, homes**2):
        rng = _stream(scenario.seed, "market rule", start.rng)
        bid_rng = _stream(scenario.seed, "bids", start.bid_rng)
        memory, ev_stored_kwh = _memory(strategy, homes, start), start.ev_stored_kwh.copy()
        out = _outputs(scenario.steps, homes, fleet.homes.size, bids=own_bids)

        def loop(first: int, last: int, stored_kwh: float, trades: NDArray[np.void], room: int = room) -> Stop:
            stop: Stop = kernel_run(
                first, last, rule.clear, rng, strategy.code, bid_rng, memory, inputs,  # noqa: B023  called in this round only
                _battery(scenario), fleet, stored_kwh, ev_stored_kwh, out, trades.view(np.recarray), room,  # noqa: B023
            )  # fmt: skip
            return stop

        whole = partial(_all_steps, loop, rule, strategy, setting.community, out, start.stored_kwh, room)
        # Plain Python stays in the thread of the caller, step by step: it may print, and be looked into.
        trades = watch(whole, report) if compiled and report is not None else whole(None if compiled else report)
        if trades is not None:
            end = State(
                float(out.soc_kwh[-1]), ev_stored_kwh, dict(rng.bit_generator.state),
                memory, dict(bid_rng.bit_generator.state), strategy.name,
            )  # fmt: skip
            return Flows(setting.profiles, out, fleet, trades), end
    raise MechanismError(rule.name, "writes more trades in a step than there are pairs of homes")


def _all_steps(
    loop: Callable[[int, int, float, NDArray[np.void]], Stop],
    rule: Mechanism,
    strategy: Strategy,
    community: Community,
    out: Outputs,
    stored_kwh: float,
    room: int,
    report: Progress | None = None,
) -> NDArray[np.void] | None:
    """Run all steps and return the trades, or None if a step needs more room for them.

    With a report it goes step by step and calls it now and then.
    """
    steps, homes = out.traded_kwh.shape
    # Room for as many trades as there may be; memory is taken only for what is written, and the rest is given back.
    trades = np.empty(max(min(steps, _FIRST_TRADES // room), 1) * room, TRADE)
    step, total, told_s = 0, 0, monotonic()
    while step < steps:
        last = steps if report is None else step + 1
        try:
            reached, count, fault, home = loop(step, last, stored_kwh, trades[total:])
        except PluginError:  # it does not compile, or cannot do this, and says so
            raise
        except JiranError as error:  # its own sentence, which only lacks who says it
            raise _blamed(rule, strategy, str(error)) from error
        except (Exception, SystemExit) as error:
            where = f"in step {step}" if last == step + 1 else f"between steps {step} and {last}"
            problem = f"failed {where}: {one_line(error)}"
            raise _blamed(rule, strategy, problem) from error
        if fault == kernel.CROWDED and room == homes:
            return None
        _raise_fault(fault, reached, home, rule, strategy, community)
        if fault == kernel.ROOM:
            trades.resize(2 * trades.size, refcheck=False)
        out.trades_until[step:reached] += total
        stored_kwh = float(out.soc_kwh[reached - 1]) if reached else stored_kwh
        step, total = reached, total + count
        if report is not None and monotonic() - told_s > ROUND_S:
            report(step / steps)
            told_s = monotonic()
    trades.resize(total, refcheck=False)
    return trades


def _raise_fault(fault: int, step: int, home: int, rule: Mechanism, strategy: Strategy, community: Community) -> None:
    """Raise what stopped the kernel in a step, if it was the fault of rule or strategy, or that nobody wants the run."""
    if fault == kernel.STOPPED:
        raise StoppedError
    if fault in _FAULTS:
        said = _FAULTS[fault].format(number=home, home=_name(community, home), orders="the homes with an order")
        raise MechanismError(rule.name, f"in step {step} it {said}")
    if fault == kernel.NO_PRICE:
        raise StrategyError(strategy.name, f"in step {step} it bids no usable price for {_name(community, home)}")


def _blamed(rule: Mechanism, strategy: Strategy, problem: str) -> PluginError:
    """Return the error of the plug-in that failed: what is part of jiran does not; of two from outside, either may."""
    if strategy.trusted:
        return MechanismError(rule.name, problem)
    if rule.trusted:
        return StrategyError(strategy.name, problem)
    return MechanismError(rule.name, f"or the bidding strategy {strategy.name!r} {problem}")


_FAULTS = {
    **booking.WORDS,
    kernel.CROWDED: "writes more trades than there are pairs of homes",
    kernel.TOO_MANY: "returns a number of trades that it cannot have written",
}


def _name(community: Community, home: int) -> str:
    return f"home {community.ids[home]}" if 0 <= home < community.size else f"home number {home}"
