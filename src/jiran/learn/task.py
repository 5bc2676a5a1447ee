"""What is learned from and what is tried: the stores of a scenario, in days to learn from and later days to be tried on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from jiran.control import find_controller, find_forecast, running
from jiran.control.controlling.base import OWN_USE, PLANNED
from jiran.control.forecasting.base import MOST_DAYS, Forecast
from jiran.control.memory import first_memory
from jiran.control.policy import CELLS, LEARNED
from jiran.errors import JiranError, ScenarioError
from jiran.homes.months import months_of
from jiran.homes.profiles import Profiles, needs_kwh
from jiran.scenario.grid import BY_STEP
from jiran.simulation.at_home import at_home
from jiran.simulation.run import simulate
from jiran.simulation.setting import prepare
from jiran.simulation.street import street

if TYPE_CHECKING:
    from jiran.scenario import Scenario
    from jiran.simulation.setting import Setting

Array = NDArray[np.float64]

#: Whose stores: batteries in homes, or the community's.
Who = Literal["home_battery", "battery"]
#: Of the days, this share is learned from, and the later ones are for the trial.
LEARNED_FROM = 2 / 3
_FEWEST_DAYS = 6


@dataclass(frozen=True)
class Task:
    """Stores to be run well.

    Attributes:
        scenario: Where they are.
        who: Whose.
        setting: All of its homes and prices.
        way: How the stores are run, beside the weights.
        forecast: Says what owners will need.
        given: What the stores find.
        stores: The stores.
        start_kwh: What they hold at first, shape (store,).
        beside_kwh: What the street lacks beside their owners in the days to learn from, shape (step,).
        cut: The first step of the days they are tried on.
    """

    scenario: Scenario
    who: Who
    setting: Setting
    way: running.Way
    forecast: Forecast
    given: running.Given
    stores: running.Stores
    start_kwh: Array
    beside_kwh: Array
    cut: int

    def cost(self, weights: Array) -> float:
        """Return what the days to learn from cost with a policy of these weights.

        It is what owners pay the grid, each by its own meter, what the peaks of the street cost, and the wear; what is left in the
        stores is worth what the grid pays for it on average.

        Args:
            weights: Shape (2 * feature,).

        Raises:
            JiranError: What it says of the worth is no number.
        """
        memory = first_memory(self.start_kwh, self.way.day, MOST_DAYS, CELLS)
        moves = running.Moves(*np.zeros((3, self.cut, self.start_kwh.size)))
        way = self.way._replace(parameters=weights)
        code = self.forecast.code, LEARNED.code, find_controller(OWN_USE).code
        fault, step = running.run(0, self.cut, 0, way, *code, self.given, self.stores, memory, moves)
        if fault != running.FINE:
            raise JiranError(f"a policy says no usable worth at step {step}")
        met = self.given.need_kwh[: self.cut] + self.stores.standby_kwh + moves.charged_kwh - moves.given_kwh
        bought, sold = self.given.import_price[: self.cut, None], self.given.export_price[: self.cut, None]
        paid = float((np.maximum(met, 0.0) * bought).sum() - (np.maximum(-met, 0.0) * sold).sum())
        left = float(moves.stored_kwh[-1].sum()) * self.rest_price(sold)
        paid += self._at_peaks(met.sum(axis=1) + self.beside_kwh)
        return paid + self.stores.wear_price * float(moves.given_kwh.sum()) - left

    def rest_price(self, export_price: Array) -> float:
        """Return what a kWh that is left in a store is worth: what the grid pays for it on average, and at least nothing.

        Args:
            export_price: Of the days, of any shape.
        """
        return float(self.stores.discharge_efficiency) * max(float(export_price.mean()), 0.0)

    def _at_peaks(self, net_kwh: Array) -> float:
        """Return what the peaks of the street cost in the days to learn from.

        Args:
            net_kwh: Its import less export, shape (step,).
        """
        charge, setting = self.scenario.grid.demand_charge, self.setting
        if not charge:
            return 0.0
        month = months_of(setting.timeline).of_step[: self.cut]
        high_kwh = np.zeros(int(month[-1]) + 1)
        np.maximum.at(high_kwh, month, net_kwh)
        return charge * float(high_kwh.sum()) / setting.timeline.step_h

    def trial(self, controller: str) -> tuple[Scenario, Profiles]:
        """Return the later days under a controller: their scenario, and what the homes then need.

        Args:
            controller: A name, or the file of a policy.
        """
        setting, cut = self.setting, self.cut
        asked = getattr(self.scenario, self.who).model_copy(update={"controller": controller})
        prices = {
            name: tuple(said[cut:]) if isinstance(said := getattr(self.scenario.grid, name), tuple) and len(said) != 24 else said
            for name in BY_STEP
        }  # fmt: skip
        later = {
            "start": setting.timeline.local[cut].astype("datetime64[s]").astype(object),
            "steps": setting.timeline.steps - cut,
            self.who: asked,
            "grid": self.scenario.grid.model_copy(update=prices),
        }
        parts = {name: np.ascontiguousarray(array[cut:]) for name, array in vars(setting.profiles).items()}
        return self.scenario.model_copy(update=later), Profiles(**parts)


def task_of(scenario: Scenario, who: Who | None = None) -> Task:
    """Return what a scenario gives to learn.

    Args:
        scenario: The street; its last days are for the trial.
        who: Whose stores; default: batteries in homes if there are any, or else the community's.

    Raises:
        JiranError: There is no such store, cars lend their battery, homes are billed by a tariff, or the run is too short.
    """
    if scenario.grid.tariff is not None:
        raise JiranError("a policy is learned from prices per kWh alone: leave out grid.tariff")
    if scenario.ev.supply.enabled:
        raise JiranError("a policy is learned without cars that lend their battery: leave out ev.supply")
    if scenario.ev.planned:
        raise ScenarioError("ev.charging", scenario.ev.charging, "must be blocks or at-once for a policy to be learned")
    planned = {
        name: getattr(scenario, name).model_copy(update={"controller": PLANNED}) for name in ("home_battery", "battery")
    }
    setting = prepare(scenario.model_copy(update=planned))
    many = bool(setting.community.battery_kwh.any())
    who = who or ("home_battery" if many else "battery")
    if who == "home_battery" and not many:
        raise ScenarioError(
            "homes.groups", "no battery_kwh", "a policy of batteries in homes needs homes that have one"
        )
    if who == "battery" and not scenario.battery.planned and scenario.battery.capacity_kwh <= 0.0:
        raise ScenarioError("battery.capacity_kwh", 0.0, "must be above 0: there is no battery to learn with")
    device = at_home(setting) if who == "home_battery" else street(setting)
    forecast = find_forecast(getattr(scenario, who).forecast)
    if forecast.foresight:
        raise ScenarioError(f"{who}.forecast", forecast.name, "must be one that does not know the future")
    way = device.record.way
    days = setting.timeline.steps // way.day
    if days < _FEWEST_DAYS:
        raise ScenarioError(
            "steps", scenario.steps, f"must be at least {_FEWEST_DAYS * way.day}: learning needs {_FEWEST_DAYS} days"
        )
    if who == "home_battery":
        need = needs_kwh(setting.profiles, device.record.homes)
        beside_kwh = needs_kwh(setting.profiles, np.arange(setting.community.size)).sum(axis=1) - need.sum(axis=1)
    else:  # what batteries in homes leave, as if all were traded that can be
        need = np.ascontiguousarray(simulate(scenario, profiles=setting.profiles).flows.needed_kwh[:, None])
        beside_kwh = np.zeros(need.shape[0])
    cut = int(days * LEARNED_FROM) * way.day
    local = setting.timeline.local
    # Of an hour that the clocks show twice a run cannot begin in the second.
    if np.count_nonzero(local == local[cut]) > 1:
        cut -= way.day
    # What comes after the days to learn from is not there to be looked at, not even its prices.
    given = running.Given(
        np.ascontiguousarray(need[:cut]), device.record.given.import_price[:cut].copy(), device.record.given.export_price[:cut].copy()
    )  # fmt: skip
    return Task(
        scenario, who, replace(setting, scenario=scenario), way, forecast, given, device.record.stores,
        device.memory.stored_kwh.copy(), beside_kwh[:cut], cut,
    )  # fmt: skip
