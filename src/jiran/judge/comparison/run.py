"""Run the cases of a comparison: seed by seed, several at a time, and never the same thing twice."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Mapping
from concurrent import futures
from concurrent.futures import CancelledError, ThreadPoolExecutor
from contextlib import closing
from functools import partial
from threading import Event
from typing import TYPE_CHECKING

import numpy as np

from jiran.errors import JiranError, PluginError
from jiran.judge.comparison.cases import MOST_STEPS, need_of, notes
from jiran.judge.comparison.level import level
from jiran.judge.comparison.table import Comparison, Sample
from jiran.judge.judgement import judge
from jiran.judge.optimum import Optimum, community_optimum
from jiran.money.prices import paid_for, received_for
from jiran.scenario import WORDS, Bids, Market, Scenario, made
from jiran.simulation import estimate
from jiran.simulation.run import run_market, without_trading
from jiran.simulation.setting import Setting, prepare
from jiran.watching import ROUND_S, watch

if TYPE_CHECKING:
    from jiran.judge.comparison.table import Array, Samples
    from jiran.money.settlement import Settlement
    from jiran.result.result import Result
    from jiran.watching import Progress

#: Seeds of a comparison with bands.
SEEDS = 30

#: Runs of so many home-steps together are in memory at once, about 2 GB; a larger one is alone.
_AT_ONCE_HOME_STEPS = 40_000_000


def compare(
    cases: Mapping[str, Scenario],
    *,
    seeds: int = 1,
    progress: Progress | None = None,
    samples: Samples | None = None,
) -> Comparison:
    """Run several scenarios, each with its own seeds, and judge them.

    Cases that differ in [market] and [bids] alone share homes, profiles, baseline and optimum. Cases with the same seed
    share all random numbers, run for run, so that differences come from the cases and not from chance; another seed is a
    difference between cases like any other, and then chance is part of what differs.

    Args:
        cases: Scenarios by name.
        seeds: How many seeds of each case: its own and those that follow it.
        progress: Is called with the share that is done, 0..1; an exception it raises stops the comparison.
        samples: Finished runs to go on from; is filled in.

    Raises:
        JiranError: There is no case, none can be run, or it needs more memory than there is. A case whose rule fails is left out and named in `faults`.

    Example:
        >>> import jiran
        >>> cases = jiran.by_rule(jiran.load_scenario("paper"), ["grid-fraction", "mid-market-rate"])
        >>> both = jiran.compare(cases)
        >>> both.table(("p2p_kwh",))["p2p_kwh"].round(2).to_list()
        [32.99, 32.99]
    """
    if not isinstance(cases, Mapping):
        raise JiranError("cases: must be scenarios by name, as jiran.by_rule gives them")
    for case in cases.values():
        made(case)
    if not cases:
        raise JiranError("there is nothing to compare: name at least one case")
    estimate.refuse(need_of(cases.values(), seeds), "this comparison")
    known: Samples = {} if samples is None else samples
    share_done = [0.0]

    def report(done: float) -> None:
        share_done[0] = done
        if progress is not None:
            progress(done)

    first = next(iter(cases.values())).seed
    chosen = tuple(range(first, first + seeds))
    left = dict(cases)
    report(0.0)
    for place in range(seeds):
        keys = {name: _key(case, case.seed + place) for name, case in left.items()}
        todo = {
            key: left[name].model_copy(update={"seed": left[name].seed + place})
            for name, key in keys.items()
            if key not in known
        }
        # Closed at once if the progress function stops the comparison: what has not begun is not run any more.
        with closing(_run_all(todo, lambda: report(share_done[0]))) as runs:
            for count, (key, found) in enumerate(runs, 1):
                known[key] = found
                report((place + count / len(todo)) / seeds)
        report((place + 1) / seeds)
        left = {name: case for name, case in left.items() if not isinstance(known[keys[name]], PluginError)}
    return finished(cases, chosen, known)


def finished(cases: Mapping[str, Scenario], seeds: tuple[int, ...], samples: Samples) -> Comparison:
    """Return the comparison of the seeds that all cases have been run with: what a stopped one knows.

    Args:
        cases: Scenarios by name.
        seeds: Seeds of the first case; the others have as many, from their own on.
        samples: Finished runs.

    Raises:
        JiranError: No seed is finished, or no case can be run.
    """
    begin = next(iter(cases.values())).seed
    runs = {name: [samples.get(_key(case, case.seed + seed - begin)) for seed in seeds] for name, case in cases.items()}
    faults = {
        name: fault for name, found in runs.items() for fault in reversed(found) if isinstance(fault, PluginError)
    }
    left = {name: case for name, case in cases.items() if name not in faults}
    if not left:
        raise next(iter(faults.values()))
    whole = [place for place in range(len(seeds)) if all(runs[name][place] is not None for name in left)]
    if not whole:
        raise JiranError("the comparison was stopped before all cases had been run once")
    kept = {name: tuple(run for place in whole if isinstance(run := runs[name][place], Sample)) for name in left}
    fault_texts = tuple(str(fault) for fault in faults.values())
    first = next(iter(left.values())).seed
    own = tuple(first + seeds[place] - begin for place in whole)
    return Comparison(left, own, level(left, kept), tuple(notes(left, kept)), fault_texts)


def _key(scenario: Scenario, seed: int) -> str:
    """Return what decides a run, as text: two cases with the same key are run once.

    Args:
        scenario: Its words decide nothing.
        seed: The seed of this run.
    """
    return f"{seed} {scenario.model_dump_json(exclude={*WORDS, 'seed'})}"


def _run_all(scenarios: dict[str, Scenario], wait: Callable[[], None]) -> Generator[tuple[str, Sample | PluginError]]:
    """Run scenarios, several at a time; those that share a setting work it out once. A rule's fault is its result.

    While none is finished, `wait` is called now and then; what it raises ends all of them.
    """
    shared: dict[str, list[tuple[str, Scenario]]] = {}
    for key, scenario in scenarios.items():
        alike = scenario.model_copy(update={"market": Market(), "bids": Bids()})
        shared.setdefault(_key(alike, alike.seed), []).append((key, scenario))
    stop = Event()
    for group in shared.values():
        setting, baseline = watch(partial(_begin, group[0][1]), lambda _done: wait())
        optima = _Optima()
        fit = _AT_ONCE_HOME_STEPS // (setting.community.size * setting.timeline.steps)
        pool = ThreadPoolExecutor(max(1, min(os.cpu_count() or 1, fit)))
        jobs = {pool.submit(_sample, setting, scenario, baseline, optima, stop): key for key, scenario in group}
        try:
            left = set(jobs)
            while left:
                done, left = futures.wait(left, ROUND_S, futures.FIRST_COMPLETED)
                yield from ((jobs[job], job.result()) for job in done)
                if not done:
                    wait()
        except BaseException:
            stop.set()
            raise
        finally:
            pool.shutdown(wait=False, cancel_futures=True)  # what was stopped ends soon, and nobody need wait for it


def _begin(scenario: Scenario) -> tuple[Setting, Settlement]:
    """Return what all cases of a setting share: homes and profiles, and the run without trades.

    Args:
        scenario: Any case of the setting; its rule and strategy are not looked at.
    """
    setting = prepare(scenario)
    return setting, without_trading(setting)


class _Optima:
    """Optima of runs of one setting: what EVs need and the battery ends with decides, and most rules agree in that."""

    def __init__(self) -> None:
        self._known: dict[tuple[float, ...], Optimum] = {}

    def of(self, result: Result) -> Optimum | None:
        """Return the optimum of a run, or None if it would take too long, or bills make it another question.

        Args:
            result: A run of the setting; one with EVs that lend has an optimum of its own.
        """
        if result.timeline.steps > MOST_STEPS or result.settlement.bills is not None:
            return None
        if result.scenario.ev.supply.enabled or result.scenario.ev.planned:
            return community_optimum(result)
        end_kwh = _ends_kwh(result)
        if end_kwh not in self._known:
            self._known[end_kwh] = community_optimum(result)
        return self._known[end_kwh].for_run(result)


def _ends_kwh(result: Result) -> tuple[float, ...]:
    """Return what each battery must be left with at the optimum, kWh: as much as it began or ended with, if that is less."""
    start, end = result.start, result.state
    ends = [min(start.stored_kwh, end.stored_kwh)]
    if start.at_home is not None and end.at_home is not None:
        ends += np.minimum(start.at_home.stored_kwh, end.at_home.stored_kwh).tolist()
    return tuple(round(kwh, 6) for kwh in ends)


def _sample(
    setting: Setting, scenario: Scenario, baseline: Settlement, optima: _Optima, stop: Event
) -> Sample | PluginError:
    """Run one case and keep what a comparison needs; nobody waits for it once it is to stop.

    Args:
        setting: Homes, profiles and prices, which the cases share.
        scenario: Whose market and bids are run.
        baseline: The same homes without trades.
        optima: Those that are known already.
        stop: Is set when the run is to end soon.

    Returns:
        The sample, or the fault of the rule.
    """

    def go_on(_done: float) -> None:
        if stop.is_set():
            raise CancelledError

    try:
        result = run_market(setting.with_market(scenario), lambda: baseline, go_on)
    except PluginError as fault:
        return fault
    hour, settled = result.timeline.hour.astype(int), result.settlement
    trades = result.flows.trades
    step = result.flows.step_of_trades(0, result.timeline.steps)

    def by_hour(weight: Array) -> Array:
        """Sum a weight of each trade, shape (trade,), by hour of the day, shape (24,)."""
        return np.bincount(hour[step], weight, minlength=24).astype(np.float64, copy=False)

    return Sample(
        figures=judge(result, optima.of(result)),
        homes=tuple(result.community.ids),
        kinds=tuple(result.community.kinds),
        net_metered=int(result.community.net_metered.sum()),
        saving=result.without_p2p.cost - settled.cost,
        hour_kwh=by_hour(trades["kwh"]),
        hour_paid=by_hour(paid_for(trades)),
        hour_received=by_hour(received_for(trades)),
    )
