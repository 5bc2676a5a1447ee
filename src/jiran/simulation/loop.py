"""The kernel from the first step to the last: with room for its trades, and with what stops it said in a sentence."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, Any

import numpy as np

from jiran.control.running import plain
from jiran.engine import kernel
from jiran.engine.annotations import as_argument
from jiran.engine.at_home import rest
from jiran.engine.at_market import change_mind, hold_nobody, hold_to_worth, keep_mind, settle
from jiran.engine.calls import Calls
from jiran.engine.cars_at_market import settle_cars
from jiran.engine.energy import COMMUNITY_BATTERY, Flows, traders
from jiran.engine.limits import carry_all, heed
from jiran.engine.records import Log, Stop, Window
from jiran.engine.street_at_market import ask_for_all, ask_nothing
from jiran.errors import ControllerError, JiranError, MechanismError, PluginError, StrategyError, one_line
from jiran.market import TRADE, booking
from jiran.market.base import BASELINE
from jiran.result.result import State
from jiran.simulation import fill
from jiran.simulation.at_home import at_home
from jiran.simulation.cars import cars, driven
from jiran.simulation.controlled import Controlled
from jiran.simulation.street import street
from jiran.watching import ROUND_S, Progress, StoppedError, watch

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from jiran.bids import Strategy
    from jiran.engine.records import Inputs, Outputs
    from jiran.market import Mechanism
    from jiran.simulation.setting import Setting

#: Trades for which there is room at first.
_FIRST_TRADES = 40_000_000


def run_steps(
    setting: Setting, rule: Mechanism, strategy: Strategy, inputs: Inputs, report: Progress | None
) -> tuple[Flows, State]:
    """Return what moved and the state at the end; a rule that crowds a step is run again with room for all pairs.

    Args:
        setting: Where the market starts from.
        rule: The market rule.
        strategy: The bidding strategy.
        inputs: What the kernel is given.
        report: Is called with the share that is done.

    Raises:
        PluginError: Rule or strategy broke a law or failed.
        StoppedError: Nobody wants the run any more.
    """
    supply, homes = setting.scenario.ev.supply, setting.community.size
    batteries_bid, cars_bid = (bid and rule.name != BASELINE for bid in (setting.batteries_bid, setting.cars_bid))
    stores_bid, street_bids = batteries_bid or cars_bid, setting.street_bids(rule)
    own_bids = (
        stores_bid or street_bids or not strategy.at_tariff or (supply.enabled and supply.reserve_price is not None)
    )
    most = homes + street_bids
    for room in (most**2,) if rule.all_pairs else (most, most**2):
        devices = evs, own, ours = cars(setting, bid=cars_bid), at_home(setting, bid=stores_bid), street(setting)
        stores = fill.stores(setting, *(one.record for one in devices))
        start = fill.start(setting, strategy, *(one.memory for one in devices))
        many = stores.fleet.homes.size + evs.record.homes.size
        out = fill.outputs(
            setting.timeline.steps, homes, many, own.record.homes.size,
            bids=own_bids, batteries_bid=batteries_bid, cars_bid=cars_bid, street_bids=street_bids,
            relieves=setting.scenario.grid.limited and own.record.homes.size + evs.record.homes.size > 0,
            truthful=strategy.at_tariff,
        )  # fmt: skip
        if setting.shares_moves and not stores_bid:
            evs, own, out = setting.before_market.take(setting, evs, own, out)
            devices = evs, own, ours
        compiled = rule.compiled and strategy.compiled and all(one.compiled for one in devices)
        kernel_run: Any = kernel.run if compiled else plain(kernel.run)
        calls = _calls(
            setting, rule, strategy, devices, compiled=compiled, cars_bid=cars_bid, batteries_bid=batteries_bid,
            street_bids=street_bids,
        )  # fmt: skip

        def loop(window: Window, stored_kwh: float, log: Log) -> Stop:
            now = start._replace(stored_kwh=stored_kwh, cars=evs.memory, at_home=own.memory, street=ours.memory)  # noqa: B023  called in this round only
            stop: Stop = kernel_run(window, calls, inputs, stores, now, out, log)  # noqa: B023
            return stop

        names = traders(setting.community.ids, battery=street_bids)
        whole = partial(_all_steps, loop, rule, strategy, devices, out, start.stored_kwh, room, names)
        # Plain Python stays in the thread of the caller, step by step: it may print, and be looked into.
        trades = watch(whole, report) if compiled and report is not None else whole(None if compiled else report)
        if trades is not None:
            if setting.shares_moves and not own.done:
                setting.before_market.keep(setting, evs, own, out)
            end = State(
                stored_kwh=float(out.soc_kwh[-1]),
                ev_stored_kwh=start.ev_stored_kwh if evs.left is None else evs.memory.stored_kwh,
                rng=dict(start.rng.bit_generator.state),
                memory=start.memory,
                bid_rng=dict(start.bid_rng.bit_generator.state),
                strategy=strategy.name,
                cars=evs.left,
                at_home=own.left,
                street=ours.left,
                steps=setting.start.steps + setting.timeline.steps,
            )
            return Flows(
                setting.profiles,
                out,
                stores.fleet if evs.left is None else driven(setting, out),
                own.record.homes,
                trades,
                setting.community.net_metered,
                cars_bid,
                setting.scenario.home_battery.standby_kwh(setting.timeline.step_h),
            ), end
    raise MechanismError(rule.name, "writes more trades in a step than there are pairs of homes")


def _calls(
    setting: Setting,
    rule: Mechanism,
    strategy: Strategy,
    devices: tuple[Controlled, ...],
    *,
    compiled: bool,
    cars_bid: bool,
    batteries_bid: bool,
    street_bids: bool,
) -> Calls:
    """Return what the kernel calls in a run.

    Args:
        setting: For the limits of the street's connection.
        rule: The market rule.
        strategy: The bidding strategy.
        devices: Cars, batteries in homes, and the community's.
        compiled: Whether the kernel is.
        cars_bid: Whether cars bid in the market.
        batteries_bid: Whether batteries in homes do.
        street_bids: Whether the community battery does.
    """

    def code(function: Callable[..., Any]) -> Any:
        return as_argument(function) if compiled else plain(function)

    cars, batteries, for_all = (one.step(compiled=compiled) for one in devices)
    _, own, ours = devices
    any_bids = batteries_bid or cars_bid or street_bids
    return Calls(
        clear=rule.clear,
        bid=strategy.code,
        cars=cars,
        batteries=batteries,
        hold=code(hold_to_worth if any_bids else hold_nobody),
        change_mind=code(change_mind if any_bids else keep_mind),
        settle_cars=code(settle_cars if cars_bid else rest),
        settle=code(settle if batteries_bid else rest),
        direct=own.direct.code,
        ask_for_all=code(ask_for_all if street_bids else ask_nothing),
        for_all=for_all,
        for_all_direct=ours.direct.code,
        heed=code(heed if setting.scenario.grid.limited else carry_all),
    )


def _all_steps(
    loop: Callable[[Window, float, Log], Stop],
    rule: Mechanism,
    strategy: Strategy,
    devices: tuple[Controlled, ...],
    out: Outputs,
    stored_kwh: float,
    room: int,
    ids: tuple[str, ...],
    report: Progress | None = None,
) -> NDArray[np.void] | None:
    """Run all steps and return the trades, or None if a step needs more room for them.

    With a report it goes step by step and calls it now and then.

    Args:
        loop: Runs a window of steps, from what the battery holds, and writes trades into a log.
        rule: For who is to blame.
        strategy: The same.
        devices: Stores that are planned before each day: batteries in homes, and the community's.
        out: Is filled in.
        stored_kwh: What the battery holds at the start.
        room: For how many trades there must be room in each step.
        ids: Names of the traders.
        report: Is called with the share that is done.
    """
    steps, many = out.traded_kwh.shape[0], out.order_kwh.shape[1]
    # Room for as many trades as there may be; memory is taken only for what is written, and the rest is given back.
    trades = np.zeros(max(min(steps, _FIRST_TRADES // room), 1) * room, TRADE)
    step, total, told_s = 0, 0, monotonic()
    while step < steps:
        until = min(one.until(step, steps) for one in devices)
        window = Window(first=step, last=until if report is None else step + 1)
        log = Log(trades=trades[total:].view(np.recarray), room=room)
        try:
            stop = loop(window, stored_kwh, log)
        except PluginError:  # it does not compile, or cannot do this, and says so
            raise
        except JiranError as error:  # its own sentence, which only lacks who says it
            raise _blamed(rule, strategy, devices, str(error)) from error
        except (Exception, SystemExit) as error:
            where = f"in step {step}" if window.last == step + 1 else f"between steps {step} and {window.last}"
            problem = f"failed {where}: {one_line(error)}"
            raise _blamed(rule, strategy, devices, problem) from error
        if stop.fault == kernel.CROWDED and room == many:
            return None
        _raise_fault(stop, rule, strategy, ids)
        del log  # the trades are to grow where they are
        if stop.fault == kernel.ROOM:
            trades.resize(2 * trades.size, refcheck=False)
        out.trades_until[step : stop.step] += total
        stored_kwh = float(out.soc_kwh[stop.step - 1]) if stop.step else stored_kwh
        step, total = stop.step, total + stop.trades
        if report is not None and monotonic() - told_s > ROUND_S:
            report(step / steps)
            told_s = monotonic()
    trades.resize(total, refcheck=False)
    return trades


def _raise_fault(stop: Stop, rule: Mechanism, strategy: Strategy, ids: tuple[str, ...]) -> None:
    """Raise what stopped the kernel in a step, if it was the fault of rule or strategy, or that nobody wants the run.

    Args:
        stop: Where and why the kernel stopped.
        rule: The market rule.
        strategy: The bidding strategy.
        ids: The traders' names.

    Raises:
        StoppedError: Nobody wants the run.
        MechanismError: The rule wrote trades that break an order.
        StrategyError: The strategy bid what is no price.
    """
    if stop.fault == kernel.STOPPED:
        raise StoppedError
    home = _name(ids, stop.home)
    if stop.fault in _FAULTS:
        did = _FAULTS[stop.fault].format(number=stop.home, home=home, orders="the homes with an order")
        raise MechanismError(rule.name, f"in step {stop.step} it {did}")
    if stop.fault == kernel.NO_PRICE:
        raise StrategyError(strategy.name, f"in step {stop.step} it bids no usable price for {home}")


def _blamed(rule: Mechanism, strategy: Strategy, devices: tuple[Controlled, ...], problem: str) -> PluginError:
    """Return the error of the plug-in that failed: what is part of jiran does not; of two from outside, either may.

    Args:
        rule: The market rule.
        strategy: The bidding strategy.
        devices: For their controllers.
        problem: What went wrong, for the message.
    """
    ours = rule.trusted and strategy.trusted
    blamed = [one.controller.name for one in devices if one.record.homes.size and not one.controller.trusted]
    if ours and blamed:
        return ControllerError(blamed[0], problem)
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


def _name(ids: tuple[str, ...], home: int) -> str:
    if not 0 <= home < len(ids):
        return f"home number {home}"
    return f"the {ids[home]}" if ids[home] == COMMUNITY_BATTERY else f"home {ids[home]}"
