"""Run a scenario: its setting, the kernel, settlement, in this order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from jiran.bids import find as find_strategy
from jiran.engine.energy import COMMUNITY_BATTERY
from jiran.errors import MechanismError, ScenarioError
from jiran.explain.assumptions import assumptions
from jiran.explain.warnings import warnings
from jiran.homes.profiles import Profiles
from jiran.market import find as find_rule
from jiran.market.base import BASELINE
from jiran.market.effort import too_much
from jiran.money.repricing import reprice
from jiran.money.settlement import Settlement, settle
from jiran.nothing import NOTHING_KWH
from jiran.result.result import Result, State
from jiran.scenario import Bids, Market, made
from jiran.simulation import estimate, fill
from jiran.simulation.loop import run_steps
from jiran.simulation.setting import Setting, prepare
from jiran.watching import ROUND_S, Progress, Work, watch

if TYPE_CHECKING:
    from jiran.bids import Strategy
    from jiran.engine.energy import Flows
    from jiran.market import Mechanism
    from jiran.money.demand import Peak
    from jiran.scenario import Scenario


def simulate(
    scenario: Scenario,
    *,
    profiles: Profiles | None = None,
    state: State | None = None,
    progress: Progress | None = None,
    measured: bool = False,
) -> Result:
    """Run a scenario and its baseline without P2P.

    Args:
        scenario: What to run.
        profiles: Energy of each home in each step instead of the modelled one, arrays of shape (step, home).
        state: State to start from, as `Result.state` of an earlier run gives it; default: the scenario's. Profiles and
            trips of cars are drawn by the seed from the first step of a run on: for a window that goes on where another
            ended, give `profiles`, or another seed.
        progress: Is called ten times a second with the share that is done, 0..1, in the thread of the caller; an
            exception that it raises stops the run at once, even within a step. So does Ctrl-C.
        measured: Whether `profiles` are what meters read. Then the community battery heeds what the street's connection carries, but
            nothing is curtailed: what was exported was exported.

    Raises:
        JiranError: It needs more memory than there is.
        ScenarioError: The scenario cannot be run.
        DataError: Meter data cannot be read.
        PluginError: The market rule or the bidding strategy broke a law.
        BalanceError: Energy or money does not balance.
    """
    scenario = made(scenario)
    _check_given(profiles, state)
    need = _need(scenario, profiles)
    estimate.refuse(need)
    if progress is None and need.seconds < ROUND_S and _ours(scenario):  # over before anybody could look, or stop it
        setting = prepare(scenario, profiles=profiles, state=state, measured=measured)
        return run_market(setting, partial(without_trading, setting))
    report = progress or (lambda _done: None)
    report(0.0)
    setting = watch(
        partial(prepare, scenario, profiles=profiles, state=state, measured=measured), lambda _done: report(0.0)
    )
    report(0.4)
    if setting.shares_moves:  # the baseline takes from the run what stores in homes did
        result = run_market(
            setting,
            lambda: watch(partial(without_trading, setting), lambda share: report(0.8 + 0.2 * share)),
            lambda share: report(0.4 + 0.4 * share),
        )
        report(1.0)
        return result
    # The second core runs the baseline meanwhile.
    baseline = Work(partial(without_trading, setting))
    try:
        result = run_market(
            setting, lambda: baseline.result(lambda _done: report(0.9)), lambda share: report(0.4 + 0.5 * share)
        )
    except BaseException:
        baseline.stop()
        raise
    report(1.0)
    return result


def _check_given(profiles: object, state: object) -> None:
    """Refuse profiles and a state that are something else.

    Raises:
        ScenarioError: They are.
    """
    if profiles is not None and not all(hasattr(profiles, name) for name in Profiles.__dataclass_fields__):
        raise ScenarioError("profiles", profiles, "must be jiran.homes.profiles.Profiles, as Result.flows.profiles is")
    if not isinstance(state, State | None):
        raise ScenarioError("state", state, "must be a state, as Result.state of an earlier run is")


def _need(scenario: Scenario, profiles: Profiles | None) -> estimate.Need:
    """Return what a run will need; meter data does not count where profiles are given."""
    if profiles is not None:
        return estimate.of_run(scenario, homes=np.shape(profiles.load_kwh)[-1] if np.ndim(profiles.load_kwh) else 1)
    homes, cells = estimate.metered(scenario)
    return estimate.of_run(scenario, homes=homes, cells=cells)


def _ours(scenario: Scenario) -> bool:
    """Tell whether rule and strategy are of jiran, which end: those of others may never do."""
    return find_rule(scenario.market.mechanism).trusted and find_strategy(scenario.bids.strategy).trusted


def without_trading(setting: Setting) -> Settlement:
    """Return the baseline: the same homes and battery, and a rule that trades nothing."""
    start = replace(setting.start, credits=setting.start.credits_without_p2p, peak=setting.start.peak_without_p2p)
    return _clear(replace(setting, start=start), Market(mechanism=BASELINE), Bids(), None)[1]


def run_market(setting: Setting, without_p2p: Callable[[], Settlement], progress: Progress | None = None) -> Result:
    """Run the market of a setting's scenario.

    Args:
        setting: Where the market starts from; one setting serves scenarios that differ in [market] and [bids] alone.
        without_p2p: Gives the baseline; is called after the run.
        progress: As in `simulate`; without it the run cannot be stopped.
    """
    result = replace(clear_market(setting, without_p2p, progress), tell=_told)
    if setting.contracts is not None:  # files of tariffs may be others when the words are asked for
        _ = result.warnings
    return result


def _told(result: Result) -> tuple[str, ...]:
    """Return what the user should know of a run: what it takes for granted, what is odd in its data, and what came out."""
    doubts = result.data_report.suspicions() if result.data_report is not None else ()
    return (*map(str, assumptions(result)), *doubts, *map(str, warnings(result)))


def clear_market(setting: Setting, without_p2p: Callable[[], Settlement], progress: Progress | None = None) -> Result:
    """Run the market as `run_market` does, and say nothing of it: for who looks at figures alone.

    Args:
        setting: As there.
        without_p2p: As there.
        progress: As there.
    """
    scenario = setting.scenario
    flows, settled, end = _clear(setting, scenario.market, scenario.bids, progress)
    baseline = without_p2p()
    end = replace(
        end, credits=settled.credits, credits_without_p2p=baseline.credits,
        peak=_left(settled), peak_without_p2p=_left(baseline),
    )  # fmt: skip
    return Result(
        scenario, setting.community, setting.timeline, flows, setting.price, settled, baseline,
        setting.start, end, data_report=setting.data_report, worth=setting.worth,
        response=setting.response, overrides=setting.cars.overrides,
    )  # fmt: skip


def _left(settled: Settlement) -> Peak | None:
    """Return the highest import of the month in which a run ended, or None where it costs nothing."""
    return None if settled.demand is None else settled.demand.left


def _clear(setting: Setting, market: Market, bids: Bids, report: Progress | None) -> tuple[Flows, Settlement, State]:
    """Run the time loop with a rule and a strategy, and settle; without a report in this thread, unwatched."""
    rule, strategy = find_rule(market.mechanism), find_strategy(bids.strategy)
    scenario, price, start = setting.scenario, setting.price, setting.start
    inputs = fill.inputs(setting, rule, strategy, market.parameters, bids.parameters)
    _refuse(setting, rule, strategy, market.parameters)
    flows, end = run_steps(setting, rule, strategy, inputs, report)
    if setting.measured:
        flows.outputs.curtail_share.fill(0.0)
        flows.outputs.curtail_alone_share.fill(0.0)
    period_payment = reprice(flows, price, scenario.grid, setting.timeline, rule)
    settled = settle(
        flows, price, scenario, start.stored_kwh, start.ev_stored_kwh, period_payment, setting.contracts,
        home_start_kwh=None if start.at_home is None else start.at_home.stored_kwh,
        before=start.credits, peak=start.peak, baseline=market.mechanism == BASELINE,
    )  # fmt: skip
    return flows, settled, end


def _refuse(setting: Setting, rule: Mechanism, strategy: Strategy, values: dict[str, float | str]) -> None:
    """Refuse a rule that cannot do this, before it starts.

    Raises:
        MechanismError: It would need more than there is, or is not for so many homes.
        ScenarioError: A home has the name of the community battery, which bids too.
    """
    steps, battery = setting.timeline.steps, setting.street_bids(rule)
    homes = setting.community.size + battery
    if battery and COMMUNITY_BATTERY in setting.community.ids:
        allowed = f"a home has the name {COMMUNITY_BATTERY!r}, by which trades would name the battery"
        raise ScenarioError("battery.in_market", battery, allowed)
    problem = too_much(rule, homes, values, steps)
    if problem is None and rule.most_traders is not None and homes > rule.most_traders and not battery:
        traders = _most_traders(setting, strategy)
        if traders > rule.most_traders:
            problem = f"is for at most {rule.most_traders} homes that trade in a step, and here {traders} do"
    if problem is not None:
        raise MechanismError(rule.name, problem)


def _most_traders(setting: Setting, strategy: Strategy) -> int:
    """Return how many homes are sure to trade in some step, if all that can be traded is.

    It is known beforehand only if all bid the grid's prices and no car lends; else it is 0.
    """
    grid, price, profiles = setting.scenario.grid, setting.price, setting.profiles
    own_bids = not strategy.at_tariff or setting.batteries_bid or setting.cars_bid
    if own_bids or setting.scenario.ev.supply.enabled or setting.contracts is not None:
        return 0
    net_kwh = profiles.generation_kwh - profiles.load_kwh - profiles.ev_kwh
    sells, buys = (net_kwh > NOTHING_KWH).sum(axis=1), (net_kwh < -NOTHING_KWH).sum(axis=1)
    gain = price.grid_import - grid.network_charge > price.grid_export
    traders = np.where((sells > 0) & (buys > 0) & gain, sells + buys, 0)
    return int(traders.max())
