"""Learn a policy, and hold it on later days against own use, planning and the optimum."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from jiran.control.controlling.base import OWN_USE, PLANNED
from jiran.control.policy import FEATURES
from jiran.engine.energy import COMMUNITY_BATTERY
from jiran.judge.comparison.cases import MOST_STEPS
from jiran.judge.optimum import community_optimum
from jiran.learn.cross_entropy import DRAWN, search
from jiran.learn.policy_file import policy_text
from jiran.learn.task import Task
from jiran.result.devices import HOME_BATTERY, devices_of
from jiran.simulation.run import simulate

if TYPE_CHECKING:
    from collections.abc import Callable

    from jiran.result.result import Result

Array = NDArray[np.float64]

#: What a policy is called beside own use and the plan, with which it is always shown.
TAUGHT = "learned"
_SHARE_OF_TRIALS = 0.05


@dataclass(frozen=True)
class Trial:
    """The later days under one controller.

    Attributes:
        own_cost: What owners would pay the grid, each by its own meter, and what the peaks of the street cost; a plan goes by the first.
        cost: What the community paid the grid.
        share: Of what perfect foresight could save, how much was saved; None where nothing can be, or it was not worked out.
        stored_end_kwh: What is left in all stores.
        wear: What giving energy wore off the stores that are run so.
        left_worth: What the grid would pay on average for what is left in them.
    """

    own_cost: float
    cost: float
    share: float | None
    stored_end_kwh: float
    wear: float = 0.0
    left_worth: float = 0.0

    @property
    def net_cost(self) -> float:
        """What a policy learns to lower, and what trials are held against each other by: runs end with unlike stores."""
        return self.own_cost + self.wear - self.left_worth

    @property
    def amounts(self) -> dict[str, float | None]:
        """All of it by name, for files and programs."""
        return {**vars(self), "net_cost": self.net_cost}


@dataclass(frozen=True)
class Trained:
    """A policy and how it was found.

    Attributes:
        task: What it was to learn.
        weights: Of the policy, shape (2 * feature,).
        curve: The least cost of the days to learn from after each generation.
        greedy_cost: What they cost by the policy with which the search began.
        episodes: How often those days were run.
        seed: Of the random numbers.
        trials: The later days, by controller.
        optimum_cost: The least the community could pay the grid then, or None.
    """

    task: Task
    weights: Array
    curve: tuple[float, ...]
    greedy_cost: float
    episodes: int
    seed: int
    trials: dict[str, Trial]
    optimum_cost: float | None


def first_weights() -> tuple[Array, Array]:
    """Return where the search begins, and how far it looks around: energy is worth nine tenths of the mean price ahead."""
    names = list(FEATURES)
    first, spread = np.zeros(2 * len(names)), np.full(2 * len(names), 0.3)
    first[names.index("mean_day")] = 0.9
    first[len(names) + names.index("always")] = 0.1
    return first, spread


def train(
    task: Task,
    *,
    seconds: float | None = 20.0,
    generations: int | None = None,
    seed: int = 1,
    progress: Callable[[float], None] | None = None,
) -> Trained:
    """Learn a policy.

    Args:
        task: The stores, and the days.
        seconds: For how long; None: until the generations are done.
        generations: So many at most; the same number with the same seed finds the same policy.
        seed: Of the random numbers.
        progress: Is called with the share that is done; what it raises ends the training.
    """
    report = progress or (lambda _done: None)
    first, spread = first_weights()
    begun, curve = task.cost(first), []
    start = monotonic()
    best = first
    for count, found in enumerate(search(task.cost, first, spread, np.random.default_rng(seed)), 1):
        best = found.best
        curve.append(found.cost)
        by_time = 0.0 if seconds is None else (monotonic() - start) / seconds
        done = max(by_time, 0.0 if generations is None else count / generations)
        report(min(done, 1.0) * (1.0 - _SHARE_OF_TRIALS))
        if done >= 1.0:
            break
    trials, optimum = _trials(task, best)
    report(1.0)
    return Trained(task, best, tuple(curve), begun, 1 + len(curve) * DRAWN, seed, trials, optimum)


def _trials(task: Task, weights: Array) -> tuple[dict[str, Trial], float | None]:
    """Run the later days, which nothing was learned from, under each controller; return that and the optimum's cost."""
    trials: dict[str, Trial] = {}
    least = None
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "policy.toml"
        file.write_text(policy_text(weights), encoding="utf-8")
        for name in (OWN_USE, PLANNED, TAUGHT):
            scenario, profiles = task.trial(str(file) if name == TAUGHT else name)
            result = simulate(scenario, profiles=profiles)
            share = None
            if scenario.steps <= MOST_STEPS:
                best = community_optimum(result)
                share, least = best.share_reached, best.cost if least is None else min(least, best.cost)
            own = _own_cost(result) if task.who == "home_battery" else result.accounts["grid"]
            trials[name] = Trial(
                own, result.accounts["grid"], share, result.state.all_kwh, *_wear_and_rest(task, result)
            )
    return trials, least


def _wear_and_rest(task: Task, result: Result) -> tuple[float, float]:
    """Return what the wear of the stores that are run is worth, and what is left in them, as `Task.cost` counts both."""
    kind = HOME_BATTERY if task.who == "home_battery" else COMMUNITY_BATTERY
    ran = [one for one in devices_of(result) if one.kind == kind]
    wear = sum(one.wear_cost * float(one.given_kwh.sum()) for one in ran)
    left_kwh = sum(float(one.stored_kwh[-1]) for one in ran)
    return wear, left_kwh * task.rest_price(result.prices.grid_export)


def _own_cost(result: Result) -> float:
    """Return what homes with a battery would pay the grid, each by its own meter, and what the peaks of the street cost."""
    flows, homes = result.flows, result.flows.battery_homes
    need = (flows["load_kwh"] + flows["ev_kwh"] - flows["generation_kwh"])[:, homes]
    met = need + flows.home_charged_kwh - flows.home_given_kwh
    bought, sold = result.prices.grid_import[:, None], result.prices.grid_export[:, None]
    peaks = 0.0 if result.settlement.demand is None else result.settlement.demand.total
    return float((np.maximum(met, 0.0) * bought - np.maximum(-met, 0.0) * sold).sum()) + peaks
