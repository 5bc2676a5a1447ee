"""One street under several controllers of its stores, side by side, and held against the optimum."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from jiran.control import controllers, find_controller, find_forecast
from jiran.control import forecasts as installed_forecasts
from jiran.control.controlling.base import OWN_USE, PLANNED
from jiran.errors import ScenarioError
from jiran.homes.community import modelled_community
from jiran.judge.cars import departures
from jiran.judge.comparison.cases import MOST_STEPS
from jiran.judge.optimum import Optimum, RestPrices, community_optimum
from jiran.nothing import NOTHING_MONEY
from jiran.scenario.run_by import installed
from jiran.simulation.run import simulate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jiran.result.result import Result, State
    from jiran.scenario import Scenario
    from jiran.watching import Progress

#: Whose stores: batteries in homes, the community's, or those of cars.
Who = Literal["home_battery", "battery", "ev"]
#: What knows the future.
PERFECT = "perfect"
#: Ways to charge a car: the first one as soon as it is there, which goes by no forecast; the others are those of `ev.charging`.
CHARGING = ("at-once", "smart", "v2g")


class Case(NamedTuple):
    """Who runs the stores, and by which forecast; "" for one that goes by none."""

    controller: str
    forecast: str


@dataclass(frozen=True)
class Run:
    """A street under one controller.

    Attributes:
        controller: Its name.
        forecast: What it goes by, "" for one that goes by none.
        bound: Whether it knows the future, so that nobody can do as well.
        cost: What the homes together pay the grid.
        rest_worth: What is worth that is left in all stores at the end, at the prices of `SideBySide.rest`.
        optimum_share: Of what perfect foresight could save, how much was saved; None where nothing can be or it is not known.
        gap_closed: Of what lies between the simplest controller and the optimum, how much was gained; the same.
        cycles: What its stores gave, by their capacity.
        wear: What that costs by wearing them out; in no bill.
        peak_import_kw: The most the street takes from the grid.
        departures: How often cars left that charge by plans; None if there are none.
        departures_missed: How often one held less than it should.
        departure_missing_kwh: By how much, in all.
        stored_end_kwh: What is left in all stores.
    """

    controller: str
    forecast: str
    bound: bool
    cost: float
    rest_worth: float
    optimum_share: float | None
    gap_closed: float | None
    cycles: float
    wear: float
    peak_import_kw: float
    departures: int | None
    departures_missed: int | None
    departure_missing_kwh: float | None
    stored_end_kwh: float

    @property
    def net_cost(self) -> float:
        """What the homes together pay the grid, less what is worth that is left."""
        return self.cost - self.rest_worth


@dataclass(frozen=True)
class SideBySide:
    """All controllers on one street.

    Attributes:
        who: Whose stores they run.
        runs: One for each, that of the least net cost first.
        optimum_cost: What is paid to the grid at the optimum, whose net cost is the least that any of them could have; None: not known.
        optimum_rest_worth: What is worth that is left there, or None.
        perfect_worth: What a perfect forecast would save a plan; None if nothing was planned by it and by another one.
        foreseen: By which forecast that plan goes otherwise, or None.
        planned: By which controller, or None.
        rest: What a kWh that is left is worth: in a battery what the grid pays for it on average, after what giving it loses; in
            a car, which has to be filled again, what the grid takes for that on average.
    """

    who: Who
    runs: tuple[Run, ...]
    optimum_cost: float | None
    optimum_rest_worth: float | None
    perfect_worth: float | None
    foreseen: str | None
    planned: str | None
    rest: RestPrices


def stores_of(scenario: Scenario, who: Who | None = None) -> Who:
    """Return whose stores are meant: those that are named, or the first of those that are there.

    Raises:
        ScenarioError: There are none.
    """
    there = there_are(scenario)
    if who is None and there:
        return there[0]
    if who is None or who not in there:
        if who == "battery":
            capacity = scenario.battery.capacity_kwh
            raise ScenarioError("battery.capacity_kwh", capacity, "must be above 0: there is no battery to run")
        if who == "ev":
            allowed = "must be smart or v2g, without ev.supply, in a street that has cars: none is run by a plan"
            raise ScenarioError("ev.charging", scenario.ev.charging, allowed)
        raise ScenarioError("homes.groups", "no battery_kwh", "must give homes a battery for controllers to run")
    return who


def there_are(scenario: Scenario) -> list[Who]:
    """Return whose stores there are that a controller can run: batteries in homes, the community's, cars that plan."""
    found: list[Who] = []
    if scenario.homes.batteries:
        found.append("home_battery")
    if scenario.battery.capacity_kwh > 0.0:
        found.append("battery")
    modelled = scenario.homes.data is None  # the power of metered cars is not known
    if scenario.ev.planned and modelled and modelled_community(scenario).ev_kw.any():
        found.append("ev")
    return found


def choices(scenario: Scenario, who: Who) -> list[str]:
    """Return the controllers that can run such stores, the simplest first: all that are installed, and the scenario's own."""
    if who == "ev":
        return list(CHARGING)
    named = [
        name for name, one in controllers().items() if not one.cars and (who == "home_battery" or not one.together)
    ]  # fmt: skip
    return list(dict.fromkeys([OWN_USE, *named, getattr(scenario, who).controller]))


def by_controller(
    scenario: Scenario,
    who: Who | None = None,
    progress: Progress | None = None,
    *,
    names: Sequence[str] | None = None,
    forecasts: Sequence[str] | None = None,
) -> SideBySide:
    """Run a scenario under controllers of its stores, and under a plan that knows the future.

    Args:
        scenario: The street.
        who: Whose stores; default: batteries in homes if there are any, or else the community's, or else cars that plan.
        progress: Is called with the share that is done; what it raises ends it.
        names: The controllers; the simplest, which all are held against, is always there. Default: all that are installed, and its own.
        forecasts: What those go by that plan, each with each; default: the scenario's own.

    Raises:
        JiranError: There is no such store, controller or forecast, or the scenario cannot be run.
    """
    who = stores_of(scenario, who)
    cases = _cases(scenario, who, names, forecasts)
    results = []
    for place, case in enumerate(cases):
        results.append(simulate(_asked(scenario, who, case)))
        if progress is not None:
            progress((place + 1) / len(cases))
    rest = _rest_prices(results[0])
    best = _optimum(results, who, rest)
    greedy, least, alone = _net_cost(results[0], rest), None, 0.0
    if best is not None:
        least, alone = (
            best.cost - rest.worth(best.left_kwh, best.left_in_cars_kwh),
            best.cost_grid_only - _worth(results[0].start, rest),
        )
    runs = [_run(result, who, case, rest, (alone, greedy, least)) for result, case in zip(results, cases, strict=True)]
    return SideBySide(
        who, tuple(sorted(runs, key=lambda one: one.net_cost)),
        None if best is None else best.cost, None if best is None else rest.worth(best.left_kwh, best.left_in_cars_kwh),
        *_perfect_worth(runs), rest,
    )  # fmt: skip


def _cases(scenario: Scenario, who: Who, names: Sequence[str] | None, forecasts: Sequence[str] | None) -> list[Case]:
    """Return who runs the stores, the simplest first, and last a plan that knows the future."""
    possible, own = choices(scenario, who), getattr(scenario, who).forecast
    for name in names or ():
        if name not in possible:
            raise ScenarioError("controller", name, f"must be one of {', '.join(possible)}")
    wanted = [name for name in possible if names is None or name in names or name == possible[0]]
    foretold = [installed("forecast", name, list(installed_forecasts())) for name in forecasts or (own,)]
    planning = [name for name in wanted if goes_by_forecast(who, name)]
    cases = [Case(name, forecast) for name in wanted for forecast in (foretold if name in planning else ("",))]
    best = scenario.ev.charging if who == "ev" else PLANNED
    if planning:
        cases.append(Case(best if best in planning else planning[-1], PERFECT))
    return list(dict.fromkeys(cases))


def goes_by_forecast(who: Who, name: str) -> bool:
    """Tell whether a controller goes by what is expected.

    Args:
        who: Whose stores it runs.
        name: Of `choices`.
    """
    return name != CHARGING[0] if who == "ev" else find_controller(name).forecasts


def _asked(scenario: Scenario, who: Who, case: Case) -> Scenario:
    """Return the scenario of a case. Cars that charge at once are plugged in whenever they are there, as those that plan are."""
    said: dict[str, object] = {"forecast": case.forecast} if case.forecast else {}
    if who == "ev":
        said |= (
            {"charging": CHARGING[1], "override_share": 1.0}
            if case.controller == CHARGING[0]
            else {"charging": case.controller}
        )
    else:
        said |= {"controller": case.controller}
    return scenario.model_copy(update={who: getattr(scenario, who).model_copy(update=said)})


def _rest_prices(result: Result) -> RestPrices:
    """Return what a kWh that is left is worth, as `SideBySide.rest` says."""
    scenario, prices = result.scenario, result.prices
    kept = scenario.home_battery if scenario.homes.batteries else scenario.battery
    return RestPrices(
        max(float(prices.grid_export.mean()), 0.0) * kept.discharge_efficiency,
        max(float(prices.grid_import.mean()), 0.0) / scenario.ev.calendar.efficiency,
    )


def _worth(state: State, rest: RestPrices) -> float:
    """Return what is worth that all stores hold."""
    return rest.worth(state.stored_kwh + state.at_home_kwh, float(state.ev_stored_kwh.sum()))


def _net_cost(result: Result, rest: RestPrices) -> float:
    return result.accounts["grid"] - _worth(result.state, rest)


def _optimum(results: list[Result], who: Who, rest: RestPrices) -> Optimum | None:
    """Return the optimum of the least net cost, or None if it is not known: of a run that is billed by a tariff, or too long.

    Of batteries it is the same whoever runs them, unless grid energy may be passed on, or it takes from the run what cars lend or
    by how much the street's limit is passed. Cars also differ in how they may be used.
    """
    first = results[0]
    if first.timeline.steps > MOST_STEPS or first.settlement.bills is not None:
        return None
    prices = first.prices
    odd = (prices.grid_export > prices.grid_import) | (np.minimum(prices.grid_export, prices.grid_import) < 0.0)
    differ = who == "ev" or odd.any() or first.flows.fleet.homes.size or first.scenario.grid.limited
    optima = [community_optimum(one, rest_prices=rest) for one in (results if differ else results[:1])]
    return min(optima, key=lambda one: one.cost - rest.worth(one.left_kwh, one.left_in_cars_kwh))


def _perfect_worth(runs: list[Run]) -> tuple[float | None, str | None, str | None]:
    """Return what a perfect forecast would save, against which forecast, and to which controller; None of each without one to hold it against.

    Args:
        runs: In the order of their cases.
    """
    for known in reversed(runs):
        for other in runs:
            if known.bound and not other.bound and other.controller == known.controller:
                return other.net_cost - known.net_cost, other.forecast, known.controller
    return None, None, None


def _run(
    result: Result, who: Who, case: Case, rest: RestPrices, costs: tuple[float, float, float | None]
) -> Run:  # fmt: skip
    """Return what is shown of a run; `costs` are the net costs without any battery, by the simplest controller, and at the optimum."""
    alone, greedy, least = costs
    cost, given, left = _net_cost(result, rest), _given_kwh(result, who), departures(result)
    asked = getattr(result.scenario, who)

    def share(begin: float) -> float | None:
        return None if least is None or begin - least <= NOTHING_MONEY else (begin - cost) / (begin - least)

    return Run(
        controller=case.controller,
        forecast=case.forecast,
        bound=bool(case.forecast) and find_forecast(case.forecast).foresight,
        cost=result.accounts["grid"],
        rest_worth=_worth(result.state, rest),
        optimum_share=share(alone),
        gap_closed=share(greedy),
        cycles=given / _capacity_kwh(result, who),
        wear=asked.wear_cost * given,
        peak_import_kw=float(result.kpis["peak_import_kw"] or 0.0),
        departures=None if left is None else left.many,
        departures_missed=None if left is None else left.missed,
        departure_missing_kwh=None if left is None else left.missing_kwh,
        stored_end_kwh=result.state.all_kwh,
    )


def _given_kwh(result: Result, who: Who) -> float:
    """Return what the stores gave; what cars drove is not in it, for no controller chooses that."""
    out = result.flows.outputs
    if who == "home_battery":
        return float(result.flows.home_given_kwh.sum())
    if who == "ev":
        return float(out.ev_supplied_kwh.sum())
    totals = result.device_totals
    return float(totals.filter(totals["device"] == "community battery")["given_kwh"].sum())


def _capacity_kwh(result: Result, who: Who) -> float:
    scenario = result.scenario
    if who == "ev":
        return scenario.ev.calendar.capacity_kwh * result.flows.fleet.homes.size
    return float(result.community.battery_kwh.sum()) if who == "home_battery" else scenario.battery.capacity_kwh
