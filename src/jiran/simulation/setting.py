"""What all market rules of a comparison share: homes, profiles, prices, and the state at the start."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from jiran.errors import ScenarioError
from jiran.homes.car_plan import CarPlan, car_plan, no_cars
from jiran.homes.cars import at_once_kwh
from jiran.homes.community import Community, metered_community, modelled_community
from jiran.homes.contracts import Contracts, contracts_of
from jiran.homes.ev import EvPlan, block_charging_kwh, no_plan, supply_plan
from jiran.homes.household import household_kwh
from jiran.homes.load import load_kwh
from jiran.homes.profiles import Profiles, stream
from jiran.homes.response import Response, answered
from jiran.homes.solar import generation_kwh
from jiran.homes.timeline import Timeline, timeline
from jiran.market.base import BASELINE
from jiran.money.prices import Prices, prices
from jiran.money.worth import pair_by_step, same_worth, worth_of
from jiran.result.result import State
from jiran.scenario import MAX_HOME_STEPS
from jiran.simulation.at_home import begun
from jiran.simulation.before_market import BeforeMarket

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from jiran.engine.records import Worth
    from jiran.homes.meter.report import DataReport
    from jiran.market import Mechanism
    from jiran.scenario import Scenario


#: From so many home-steps on a second thread is worth starting.
_WORTH_A_THREAD = 20_000


@dataclass(frozen=True)
class Setting:
    """Everything of a run but its market.

    Attributes:
        scenario: What was asked.
        community: The homes.
        timeline: The steps.
        profiles: What the homes generate and need.
        plan: EVs that lend their battery.
        cars: EVs that charge by plans.
        price: Prices by step.
        traits: Two draws U(0, 1) of each home, for bidding strategies, shape (home, 2).
        start: State before the first step.
        worth: What a kWh is worth to each home by its own bill, if there are tariffs.
        contracts: Who has which tariff; None: all have prices per kWh.
        data_report: What was filled, dropped or resampled in meter data, or None.
        response: What homes changed because of prices; None: nothing, or it is not known, as of given profiles.
        before_market: What stores in homes do before the market, once a run has worked it out.
        measured: Whether the profiles are what meters read: then roofs gave what they gave, and nothing of it is curtailed.
    """

    scenario: Scenario
    community: Community
    timeline: Timeline
    profiles: Profiles
    plan: EvPlan
    cars: CarPlan
    price: Prices
    traits: NDArray[np.float64]
    start: State
    worth: Worth
    contracts: Contracts | None = None
    data_report: DataReport | None = None
    response: Response | None = None
    before_market: BeforeMarket = field(default_factory=BeforeMarket)
    measured: bool = False

    @property
    def shares_moves(self) -> bool:
        """Whether what stores in homes do without trades is worked out in any run: there are some, and no car lends or bids.

        A limit of the street makes them do something else where trades change what a home takes and gives.
        """
        there = self.cars.homes.size > 0 or bool(self.community.battery_kwh.any())
        return there and not (self.plan.homes.size or self.cars_bid or self.scenario.grid.limited)

    @property
    def batteries_bid(self) -> bool:
        """Whether batteries in homes bid in the market."""
        return self.scenario.home_battery.bids and bool(self.community.battery_kwh.any())

    @property
    def cars_bid(self) -> bool:
        """Whether cars that charge by plans bid in the market."""
        return self.scenario.cars_bid and self.cars.homes.size > 0

    def street_bids(self, rule: Mechanism) -> bool:
        """Tell whether the community battery bids in the market of a rule."""
        return self.scenario.battery.bids and rule.name != BASELINE and not rule.among_homes

    def with_market(self, scenario: Scenario) -> Setting:
        """Return the same setting for a scenario that differs in [market] and [bids] alone."""
        return replace(self, scenario=scenario)

    def with_same_homes(self, scenario: Scenario) -> Setting:
        """Return the same homes with what they generate and need for another scenario.

        Args:
            scenario: Differs in [grid], [battery], [market] and [bids] alone; in [grid] only if no home answers to prices.
        """
        price = prices(scenario, *pair_by_step(scenario, self.timeline))
        start = _start(scenario, self.plan, self.cars, self.community)
        found = replace(self, scenario=scenario, price=price, start=start)
        if scenario.grid == self.scenario.grid:
            return found
        contracts, worth = _contracts(scenario, self.community, self.timeline, self.profiles, self.plan, self.cars)
        return replace(found, contracts=contracts, worth=worth)


def prepare(
    scenario: Scenario, *, profiles: Profiles | None = None, state: State | None = None, measured: bool = False
) -> Setting:
    """Work out what a scenario's market starts from; the arguments are those of `jiran.simulate`.

    Raises:
        ScenarioError: The scenario cannot be run, or the profiles do not fit it.
        DataError: Meter data cannot be read.
    """
    steps = timeline(scenario)
    community, own, data_report = _homes(scenario, steps)
    before = state.steps if state else 0
    plan = (
        supply_plan(community, steps, scenario.ev.supply, scenario.seed, before)
        if scenario.ev.supply.enabled
        else no_plan(steps)
    )
    ev = scenario.ev
    cars = (
        car_plan(community, steps, ev.calendar, scenario.seed, ev.override_share, before)
        if ev.planned
        else no_cars(steps)
    )
    run_here, given = np.concatenate([plan.homes, cars.homes]), profiles is not None
    if profiles is not None:
        # The kernel writes to none of them, but is compiled for arrays that can be written.
        profiles = Profiles(
            **{name: np.require(array, np.float64, ["C", "W"]) for name, array in vars(profiles).items()}
        )
        _check(profiles, steps, community, run_here)
    else:
        profiles = own or modelled_profiles(scenario, community, steps)
    price = prices(scenario, *pair_by_step(scenario, steps))
    response = None
    if scenario.load.answers and own is None and not given:
        load, response = answered(
            profiles.load_kwh, scenario.load, scenario.grid.import_price, price.grid_import, steps
        )
        profiles = replace(profiles, load_kwh=load)
    contracts, worth = _contracts(scenario, community, steps, profiles, plan, cars)
    traits = np.array([stream(scenario.seed, "bids", home).random(2) for home in community.ids])
    start = _start(scenario, plan, cars, community, state)
    _check_credits(start, community)
    return Setting(
        scenario, community, steps, profiles, plan, cars, price, traits, start, worth, contracts, data_report, response,
        measured=measured,
    )  # fmt: skip


def _contracts(
    scenario: Scenario, community: Community, steps: Timeline, profiles: Profiles, plan: EvPlan, cars: CarPlan
) -> tuple[Contracts | None, Worth]:
    """Return who has which tariff, None without any, and what a kWh is worth to each home by its own bill.

    Args:
        scenario: For tariffs.
        community: The homes.
        steps: When they are.
        profiles: What they generate and need.
        plan: EVs that lend.
        cars: EVs that charge by plans.
    """
    contracts = contracts_of(scenario, community, steps)
    if contracts is None:
        return None, same_worth(community.size)
    trip_kwh = np.concatenate([plan.trip_kwh, cars.trip_kwh], axis=1)
    run_here = np.concatenate([plan.homes, cars.homes])
    return contracts, worth_of(contracts, profiles, trip_kwh, run_here, scenario.grid)


def modelled_profiles(scenario: Scenario, community: Community, steps: Timeline) -> Profiles:
    """Return the profiles that the scenario's models give; EVs that supply are left to the kernel.

    Args:
        scenario: The models and their numbers.
        community: The homes.
        steps: When they are.

    Returns:
        kWh >= 0, arrays of shape (step, home).
    """
    seed = scenario.seed
    model = household_kwh if scenario.load.model == "household" else load_kwh
    if community.size * steps.steps < _WORTH_A_THREAD:
        load = model(community, steps, scenario.load, seed)
        return Profiles(load_kwh=load, **_sun_and_cars(scenario, community, steps))
    with ThreadPoolExecutor(1) as second:
        later = second.submit(model, community, steps, scenario.load, seed)
        found = _sun_and_cars(scenario, community, steps)
        return Profiles(load_kwh=later.result(), **found)


def _sun_and_cars(scenario: Scenario, community: Community, steps: Timeline) -> dict[str, NDArray[np.float64]]:
    """Return what the models of sun and cars give, by the names of `Profiles`; the arguments are those above."""
    seed = scenario.seed
    if scenario.ev.supply.enabled or scenario.ev.planned:
        ev = np.zeros((steps.steps, community.size))
    elif scenario.ev.charging == "at-once":
        ev = at_once_kwh(community, steps, scenario.ev.calendar, seed)
    else:
        ev = block_charging_kwh(community, steps, seed)
    return {"generation_kwh": _sun(scenario, community, steps), "ev_kwh": ev}


def _sun(scenario: Scenario, community: Community, steps: Timeline) -> NDArray[np.float64]:
    """Return what modelled roofs generate, kWh, shape (step, home); the arguments are those above."""
    generation = generation_kwh(community, steps, scenario.solar, scenario.seed)
    if (
        scenario.home_battery.inverter_kw is not None
    ):  # who has a battery has a hybrid inverter, which cuts its roof off
        shares = community.battery_kwh > 0.0
        most_kwh = scenario.home_battery.inverter_kwh(steps.step_h)
        generation[:, shares] = np.minimum(generation[:, shares], most_kwh)
    return generation


def _homes(scenario: Scenario, steps: Timeline) -> tuple[Community, Profiles | None, DataReport | None]:
    """Return the community, and its profiles if they come from a file."""
    if scenario.homes.data is None:
        return modelled_community(scenario), None, None
    from jiran.homes.meter.read import read_meter_data  # noqa: PLC0415  most runs need no data-frame library

    data = read_meter_data(scenario.homes.data, steps, folder=Path())
    if len(data.ids) * steps.steps > MAX_HOME_STEPS:
        raise ScenarioError(
            "steps", steps.steps, f"must be at most {MAX_HOME_STEPS // len(data.ids)} for {len(data.ids)} homes"
        )
    has, read = [scenario.homes.data.has(home) for home in data.ids], data.profiles
    community = metered_community(
        data.ids, read.generation_kwh, read.ev_kwh, data.net_metered, has, scenario.solar.pv_kwp
    )
    modelled = (community.pv_kwp > 0.0) & ~read.generation_kwh.any(axis=0)
    if modelled.any():
        roofs = replace(community, pv_kwp=np.where(modelled, community.pv_kwp, 0.0))
        read = replace(read, generation_kwh=read.generation_kwh + _sun(scenario, roofs, steps))
    return community, read, data.report


def _check(profiles: Profiles, steps: Timeline, community: Community, run_here: NDArray[np.int64]) -> None:
    """Refuse profiles from outside that do not fit the scenario.

    Args:
        profiles: kWh, arrays of shape (step, home).
        steps: When the run is.
        community: Its homes.
        run_here: Homes with EVs whose charging the run works out.

    Raises:
        ScenarioError: They have another shape, are not finite and >= 0, or charge an EV that the run itself charges.
    """
    shape = (steps.steps, community.size)
    for name, array in vars(profiles).items():
        if array.shape != shape:
            raise ScenarioError(f"profiles.{name}", array.shape, f"must be an array of shape {shape}")
        if not (np.isfinite(array.sum()) and array.min() >= 0.0):
            raise ScenarioError(f"profiles.{name}", float(array.min()), "must hold finite numbers >= 0")
    if profiles.ev_kwh[:, run_here].any():
        raise ScenarioError(
            "profiles.ev_kwh",
            "charging",
            "must be 0 for EVs that supply, or charge by plans: the run works their charging out",
        )


def _check_credits(start: State, community: Community) -> None:
    """Refuse credit that belongs to other homes.

    Raises:
        ScenarioError: It is of another number of homes.
    """
    for credits_ in (start.credits, start.credits_without_p2p):
        if credits_ is not None and credits_.run.kwh.size != community.size:
            raise ScenarioError("state.credits", credits_.run.kwh.size, f"must be of {community.size} homes")


def _start(scenario: Scenario, plan: EvPlan, cars: CarPlan, community: Community, left: State | None = None) -> State:
    """Return what all stores hold before the first step: what an earlier run left, or what the scenario says."""
    battery, calendar = scenario.battery, scenario.ev.calendar
    full_kwh = [
        np.full(plan.homes.size, plan.departure_kwh),
        np.full(cars.homes.size, calendar.departure_soc * calendar.capacity_kwh),
    ]
    said = State(
        stored_kwh=battery.start_soc * battery.capacity_kwh,
        ev_stored_kwh=np.concatenate(full_kwh),
    )
    return begun(left or said, scenario.home_battery, community.battery_kwh)
