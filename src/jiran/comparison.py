"""Many markets on one community: the same homes, the same sun and the same draws, judged side by side."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Mapping, MutableMapping
from concurrent.futures import CancelledError, ThreadPoolExecutor, as_completed
from contextlib import closing
from dataclasses import dataclass
from threading import Event
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from jiran.errors import JiranError, PluginError
from jiran.judgement import FIGURES, judge
from jiran.market import find, mechanisms
from jiran.optimum import Optimum, community_optimum
from jiran.scenario import Bids, Market, Scenario
from jiran.setting import Setting, prepare
from jiran.simulation import BASELINE, trade, without_trading

if TYPE_CHECKING:
    from jiran.result import Result
    from jiran.settlement import Settlement

Array = NDArray[np.float64]
Progress = Callable[[float], None]

#: A band holds this share of the seeds, the same part left out at both ends.
BAND = 0.9

#: Seeds of a comparison with bands.
SEEDS = 30

#: The optimum is worked out for runs of at most this many steps: a year by the hour.
_MOST_STEPS = 9_000


#: Runs of so many home-steps together are in memory at once, about 2 GB; a larger one is alone.
_AT_ONCE_HOME_STEPS = 40_000_000


class Sample(NamedTuple):
    """What is kept of one run of a comparison."""

    figures: dict[str, float | None]  # of `FIGURES`
    homes: tuple[str, ...]
    kinds: tuple[str, ...]  # of the homes
    saving: Array  # (home,): against the same homes and battery without trades
    hour_kwh: Array  # (24,): P2P energy by hour of day
    hour_paid: Array  # (24,): what buyers paid for it
    hour_received: Array  # (24,): what sellers got for it


#: Finished runs, and rules that failed, by scenario (its JSON, the seed included): give the same one again to go on where
#: a comparison stopped. The JSON does not tell when a file that a scenario names has changed.
Samples = MutableMapping[str, Sample | PluginError]


@dataclass(frozen=True)
class Comparison:
    """Cases side by side, each run with the same seeds.

    Attributes:
        cases: Scenario of each case by its name.
        seeds: The seeds.
        samples: Runs of each case, one a seed.
        notes: What the reader should know, one sentence each.
        faults: Why a case was left out, one sentence each.
    """

    cases: dict[str, Scenario]
    seeds: tuple[int, ...]
    samples: dict[str, tuple[Sample, ...]]
    notes: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()

    @property
    def currency(self) -> str:
        """Currency of the first case."""
        return next(iter(self.cases.values())).currency

    def values(self, case: str, figure: str) -> Array:
        """Return a figure of a case, shape (seed,); NaN where it is undefined."""
        found = [sample.figures[figure] for sample in self.samples[case]]
        return np.array([np.nan if value is None else value for value in found])

    def table(self, figures: tuple[str, ...] = tuple(FIGURES)) -> pl.DataFrame:
        """Return one row a case: the mean of each figure over the seeds, with several seeds also `_low` and `_high`."""
        rows = []
        for case in self.cases:
            row: dict[str, object] = {"case": case}
            for name in figures:
                row |= _with_band(name, self.values(case, name))
            rows.append(row)
        return pl.DataFrame(rows, schema={key: pl.String if key == "case" else pl.Float64 for key in rows[0]})

    def kinds(self) -> pl.DataFrame:
        """Return the mean saving of a home of each kind: case, kind, homes, saving (with several seeds its band)."""
        rows = []
        for case, samples in self.samples.items():
            for kind in dict.fromkeys(samples[0].kinds):
                of_kind = np.array([other == kind for other in samples[0].kinds])
                values = np.array([sample.saving[of_kind].mean() for sample in samples])
                rows.append({"case": case, "kind": kind, "homes": int(of_kind.sum()), **_with_band("saving", values)})
        return pl.DataFrame(rows)

    def homes(self) -> pl.DataFrame:
        """Return every home's saving: case, home, kind, saving (mean over the seeds)."""
        frames = [
            pl.DataFrame(
                {
                    "case": [case] * len(samples[0].homes),
                    "home": samples[0].homes,
                    "kind": samples[0].kinds,
                    "saving": np.mean([sample.saving for sample in samples], axis=0),
                }
            )
            for case, samples in self.samples.items()
        ]
        return pl.concat(frames)

    def hours(self) -> pl.DataFrame:
        """Return prices through a mean day: case, hour, kwh, buyer_price, seller_price (null without trades)."""
        frames = []
        for case, samples in self.samples.items():
            kwh, paid, received = (
                np.sum([getattr(sample, name) for sample in samples], axis=0)
                for name in ("hour_kwh", "hour_paid", "hour_received")
            )
            with np.errstate(invalid="ignore", divide="ignore"):
                buyer, seller = paid / kwh, received / kwh
            prices = {
                "buyer_price": pl.Series(buyer, nan_to_null=True),
                "seller_price": pl.Series(seller, nan_to_null=True),
            }
            frames.append(pl.DataFrame({"case": [case] * 24, "hour": range(24), "kwh": kwh / len(samples), **prices}))
        return pl.concat(frames)

    def difference(self, one: str, other: str) -> pl.DataFrame:
        """Return one case less another, seed by seed: figure, label, unit, both means, difference (and its band)."""
        rows = []
        for name, figure in FIGURES.items():
            a, b = self.values(one, name), self.values(other, name)
            unit = figure.unit.replace("money", self.currency)
            unit = f"{self.currency}{unit}" if unit.startswith("/") else unit
            means = {"a": _mean(a), "b": _mean(b)}
            rows.append(
                {"figure": name, "label": figure.label, "unit": unit, **means, **_with_band("difference", a - b)}
            )
        return pl.DataFrame(rows, infer_schema_length=None)


def by_rule(scenario: Scenario, rules: list[str] | None = None) -> dict[str, Scenario]:
    """Return a scenario under several market rules, by the rule's name.

    Args:
        scenario: What to run. Its own rule keeps its parameters, the others have their defaults.
        rules: Names or files; default: every installed rule that trades, and the scenario's own.

    Raises:
        PluginError: There is no such rule.
    """
    own_rule = scenario.market.mechanism
    names = [name for name in {**mechanisms(), own_rule: None} if name != BASELINE] if rules is None else rules
    found = {}
    for name in names:
        market = scenario.market if name == own_rule else Market(mechanism=name)
        found[find(name).name] = scenario.model_copy(update={"market": market})
    return found


def compare(
    cases: Mapping[str, Scenario],
    *,
    seeds: int = 1,
    progress: Progress | None = None,
    samples: Samples | None = None,
) -> Comparison:
    """Run several scenarios with the same seeds, and judge each.

    Cases that differ in [market] and [bids] alone share homes, profiles, baseline and optimum. Case for case the seed is
    the same, so that differences come from the cases and not from chance.

    Args:
        cases: Scenarios by name.
        seeds: How many seeds: the first case's own and those that follow it.
        progress: Is called with the share that is done, 0..1; an exception it raises stops the comparison.
        samples: Finished runs to go on from; is filled in.

    Raises:
        JiranError: There is no case, or none can be run. A case whose rule fails is left out and named in `faults`.

    Example:
        >>> import jiran
        >>> both = compare(by_rule(jiran.load_scenario("paper"), ["grid-fraction", "mid-market-rate"]))
        >>> both.table(("p2p_kwh",))["p2p_kwh"].round(2).to_list()
        [32.99, 32.99]
    """
    if not cases:
        raise JiranError("there is nothing to compare: name at least one case")
    known: Samples = {} if samples is None else samples
    report = progress or (lambda _done: None)
    first = next(iter(cases.values())).seed
    chosen = tuple(range(first, first + seeds))
    sound, _ = _sound(cases, chosen, known)
    report(0.0)
    for place, seed in enumerate(chosen):
        wanted = {_key(case, seed): case.model_copy(update={"seed": seed}) for case in sound.values()}
        todo = {key: case for key, case in wanted.items() if key not in known}
        # Closed at once if the progress function stops the comparison: what has not begun is not run any more.
        with closing(_run_all(todo)) as runs:
            for count, (key, found) in enumerate(runs, 1):
                known[key] = found
                if isinstance(found, PluginError):
                    sound = {name: case for name, case in sound.items() if _key(case, seed) != key}
                report((place + count / len(todo)) / seeds)
        report((place + 1) / seeds)
    return finished(cases, chosen, known)


def finished(cases: Mapping[str, Scenario], seeds: tuple[int, ...], samples: Samples) -> Comparison:
    """Return the comparison of the seeds that all cases have been run with: what a stopped one knows.

    Raises:
        JiranError: No seed is finished, or no rule can be run.
    """
    sound, faults = _sound(cases, seeds, samples)
    if not sound:
        raise faults[0]
    keys = {seed: [_key(case, seed) for case in sound.values()] for seed in seeds}
    whole = tuple(seed for seed, wanted in keys.items() if all(key in samples for key in wanted))
    if not whole:
        raise JiranError("the comparison was stopped before all cases had been run once")
    runs = {name: tuple(samples[keys[seed][place]] for seed in whole) for place, name in enumerate(sound)}
    found = {name: tuple(run for run in of_case if isinstance(run, Sample)) for name, of_case in runs.items()}
    return Comparison(sound, whole, found, tuple(_notes(sound)), tuple(dict.fromkeys(map(str, faults))))


def _sound(
    cases: Mapping[str, Scenario], seeds: tuple[int, ...], samples: Samples
) -> tuple[dict[str, Scenario], list[PluginError]]:
    """Return the cases whose rule has not failed with any seed, and the faults of the others."""
    sound, faults = {}, []
    for name, case in cases.items():
        runs = (samples.get(_key(case, seed)) for seed in seeds)
        fault = next((run for run in runs if isinstance(run, PluginError)), None)
        if fault is None:
            sound[name] = case
        else:
            faults.append(fault)
    return sound, faults


def _key(scenario: Scenario, seed: int | None = None) -> str:
    """Return what tells a scenario, with this seed, from others; its name and description do not."""
    seeded = scenario if seed is None else scenario.model_copy(update={"seed": seed})
    return seeded.model_dump_json(exclude={"name", "description"})


def _run_all(scenarios: dict[str, Scenario]) -> Generator[tuple[str, Sample | PluginError]]:
    """Run scenarios, several at a time; those that share a setting work it out once. A rule's fault is its result."""
    shared: dict[str, list[tuple[str, Scenario]]] = {}
    for key, scenario in scenarios.items():
        alike = scenario.model_copy(update={"market": Market(), "bids": Bids()})
        shared.setdefault(_key(alike), []).append((key, scenario))
    stop = Event()
    for group in shared.values():
        setting = prepare(group[0][1])
        baseline, optima = without_trading(setting), _Optima()
        fit = _AT_ONCE_HOME_STEPS // (setting.community.size * setting.timeline.steps)
        with ThreadPoolExecutor(max(1, min(os.cpu_count() or 1, fit))) as pool:
            jobs = {pool.submit(_sample, setting, scenario, baseline, optima, stop): key for key, scenario in group}
            try:
                yield from ((jobs[job], job.result()) for job in as_completed(jobs))
            except BaseException:
                stop.set()
                pool.shutdown(wait=False, cancel_futures=True)
                raise


class _Optima:
    """Optima of runs of one setting: what EVs need and the battery ends with decides, and most rules agree in that."""

    def __init__(self) -> None:
        self._known: dict[float, Optimum] = {}

    def of(self, result: Result) -> Optimum | None:
        """Return the optimum of a run, or None if it would take too long."""
        if result.timeline.steps > _MOST_STEPS:
            return None
        if result.scenario.ev.supply.enabled:
            return community_optimum(result)
        end_kwh = round(result.state.stored_kwh, 6)
        if end_kwh not in self._known:
            self._known[end_kwh] = community_optimum(result)
        return self._known[end_kwh].for_run(result)


def _sample(
    setting: Setting, scenario: Scenario, baseline: Settlement, optima: _Optima, stop: Event
) -> Sample | PluginError:
    """Run one case and keep what a comparison needs; nobody waits for it once it is to stop."""

    def go_on(_done: float) -> None:
        if stop.is_set():
            raise CancelledError

    try:
        result = trade(setting.with_market(scenario), lambda: baseline, go_on)
    except PluginError as fault:
        return fault
    hour, settled = result.timeline.hour.astype(int), result.settlement
    trades = result.flows.trades
    step = np.repeat(np.arange(result.timeline.steps), settled.trades)

    def by_hour(weight: Array) -> Array:
        return np.bincount(hour[step], weight, minlength=24).astype(np.float64, copy=False)

    return Sample(
        figures=judge(result, optima.of(result)),
        homes=tuple(result.community.ids),
        kinds=tuple(result.community.kinds),
        saving=result.without_p2p.cost - settled.cost,
        hour_kwh=by_hour(trades["kwh"]),
        hour_paid=by_hour(trades["kwh"] * trades["buyer_price"]),
        hour_received=by_hour(trades["kwh"] * trades["seller_price"]),
    )


def _mean(values: Array) -> float | None:
    there = values[~np.isnan(values)]
    return float(there.mean()) if there.size else None


def _with_band(name: str, values: Array) -> dict[str, float | None]:
    """Return the mean over the seeds, and the ends of the band if there are several."""
    if values.size == 1:
        return {name: _mean(values)}
    there = values[~np.isnan(values)]
    ends = np.quantile(there, [(1.0 - BAND) / 2.0, (1.0 + BAND) / 2.0]).tolist() if there.size else [None, None]
    return {name: _mean(values), f"{name}_low": ends[0], f"{name}_high": ends[1]}


def _notes(cases: Mapping[str, Scenario]) -> list[str]:
    """Say what limits the comparison."""
    from jiran.bids import find as find_strategy  # noqa: PLC0415

    alike = [
        name
        for name, case in cases.items()
        if find(case.market.mechanism).needs_bids and find_strategy(case.bids.strategy).at_tariff
    ]
    found = []
    if alike:
        found.append(
            f"{', '.join(alike)}: work{'s' if len(alike) == 1 else ''} by bids, but all homes bid the tariff and are alike; "
            "bids.strategy = truthful gives each home a value of its own"
        )
    longest = max(case.steps for case in cases.values())
    if longest > _MOST_STEPS:
        found.append(f"the optimum is worked out for runs of at most {_MOST_STEPS:,} steps, this one has {longest:,}")
    return found
