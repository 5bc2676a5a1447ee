"""One street under several controllers of its stores, side by side, and held against the optimum."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from jiran.control import controllers, find_controller, find_forecast
from jiran.control.controlling.base import OWN_USE, PLANNED
from jiran.errors import ScenarioError
from jiran.judge.comparison.cases import MOST_STEPS
from jiran.judge.optimum import community_optimum
from jiran.nothing import NOTHING_MONEY
from jiran.simulation.run import simulate

if TYPE_CHECKING:
    from jiran.result.result import Result
    from jiran.scenario import Scenario
    from jiran.watching import Progress

#: Whose stores: batteries in homes, or the community's.
Who = Literal["home_battery", "battery"]
#: What knows the future.
PERFECT = "perfect"


@dataclass(frozen=True)
class Run:
    """A street under one controller.

    Attributes:
        controller: Its name.
        forecast: What it goes by, "" for one that goes by none.
        bound: Whether it knows the future, so that nobody can do as well.
        cost: What the homes together pay the grid.
        optimum_share: Of what perfect foresight could save, how much was saved; None where nothing can be or it is not known.
        gap_closed: Of what lies between own use first and the optimum, how much was gained; the same.
        cycles: What its stores gave, by their capacity.
        wear: What that costs by wearing them out; in no bill.
        peak_import_kw: The most the street takes from the grid.
        stored_end_kwh: What is left in all stores, which no figure here counts.
    """

    controller: str
    forecast: str
    bound: bool
    cost: float
    optimum_share: float | None
    gap_closed: float | None
    cycles: float
    wear: float
    peak_import_kw: float
    stored_end_kwh: float


@dataclass(frozen=True)
class SideBySide:
    """All controllers on one street.

    Attributes:
        who: Whose stores they run.
        runs: One for each, cheapest first.
        optimum_cost: The least that any of them could have paid the grid, or None.
        perfect_worth: What a perfect forecast would save a plan, against that of the scenario; None if that is perfect itself.
    """

    who: Who
    runs: tuple[Run, ...]
    optimum_cost: float | None
    perfect_worth: float | None


def stores_of(scenario: Scenario, who: Who | None = None) -> Who:
    """Return whose stores are meant: those that are named, or batteries in homes if there are any, or else the community's.

    Raises:
        ScenarioError: There are none.
    """
    at_home = scenario.homes.batteries
    who = who or ("home_battery" if at_home else "battery")
    if who == "home_battery" and not at_home:
        raise ScenarioError("homes.groups", "no battery_kwh", "must give homes a battery for controllers to run")
    if who == "battery" and scenario.battery.capacity_kwh <= 0.0:
        raise ScenarioError(
            "battery.capacity_kwh", scenario.battery.capacity_kwh, "must be above 0: there is no battery to run"
        )
    return who


def by_controller(scenario: Scenario, who: Who | None = None, progress: Progress | None = None) -> SideBySide:
    """Run a scenario under every installed controller, its own, and a plan that knows the future.

    Args:
        scenario: The street; the forecast is its own.
        who: Whose stores; default: batteries in homes if there are any, or else the community's.
        progress: Is called with the share that is done; what it raises ends it.

    Raises:
        JiranError: There is no such store, or the scenario cannot be run.
    """
    who = stores_of(scenario, who)
    own = getattr(scenario, who)
    staying = [
        name for name, one in controllers().items() if not one.cars and (who == "home_battery" or not one.together)
    ]
    names = list(dict.fromkeys([OWN_USE, *staying, own.controller]))
    cases = [(name, own.forecast) for name in names]
    if not find_forecast(own.forecast).foresight:
        cases.append((PLANNED, PERFECT))
    results = []
    for place, (name, forecast) in enumerate(cases):
        asked = own.model_copy(update={"controller": name, "forecast": forecast})
        results.append(simulate(scenario.model_copy(update={who: asked})))
        if progress is not None:
            progress((place + 1) / len(cases))
    optima = [community_optimum(one) for one in results if _bounded(one)]
    least = min((one.cost for one in optima), default=None)
    alone = optima[0].cost_grid_only if optima else 0.0
    greedy = results[0].accounts["grid"]
    runs = [
        _run(result, who, name, forecast, (alone, greedy, least))
        for result, (name, forecast) in zip(results, cases, strict=True)
    ]
    cost = {(one.controller, one.bound): one.cost for one in runs}
    worth = cost[PLANNED, False] - cost[PLANNED, True] if (PLANNED, True) in cost and (PLANNED, False) in cost else None
    return SideBySide(who, tuple(sorted(runs, key=lambda one: one.cost)), least, worth)


def _bounded(result: Result) -> bool:
    """Tell whether the optimum of a run is worked out: not of one that is billed by a tariff, or too long."""
    return result.timeline.steps <= MOST_STEPS and result.settlement.bills is None


def _run(
    result: Result, who: Who, name: str, forecast: str, costs: tuple[float, float, float | None]
) -> Run:  # fmt: skip
    """Return what is shown of a run; `costs` are those without any battery, by own use first, and at the optimum."""
    alone, greedy, least = costs
    goes_by_it = find_controller(name).forecasts
    out, cost = result.flows.outputs, result.accounts["grid"]
    if who == "home_battery":
        given = float(out.home_given_kwh.sum())
        whole = float(result.community.battery_kwh.sum())
    else:
        totals = result.device_totals
        given = float(totals.filter(totals["device"] == "community battery")["given_kwh"].sum())
        whole = result.scenario.battery.capacity_kwh

    def share(begin: float) -> float | None:
        return None if least is None or begin - least <= NOTHING_MONEY else (begin - cost) / (begin - least)

    return Run(
        controller=name,
        forecast=forecast if goes_by_it else "",
        bound=goes_by_it and find_forecast(forecast).foresight,
        cost=cost,
        optimum_share=share(alone),
        gap_closed=share(greedy),
        cycles=given / whole,
        wear=getattr(result.scenario, who).wear_cost * given,
        peak_import_kw=float(result.kpis["peak_import_kw"] or 0.0),
        stored_end_kwh=result.state.all_kwh,
    )
