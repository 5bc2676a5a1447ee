"""Batteries in homes: what the kernel is given of them, and their plans, made at the beginning of each day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from jiran.control import Controller, Forecast, days, find_controller, find_forecast
from jiran.control.forecasting.base import MOST_DAYS
from jiran.control.memory import Memory, copied, first_memory, with_room
from jiran.control.running import plain
from jiran.engine.annotations import as_argument
from jiran.engine.at_home import act, rest
from jiran.engine.records import HomeBatteries
from jiran.errors import ControllerError, JiranError, ScenarioError, one_line
from jiran.homes.grid_prices import price_by_step
from jiran.homes.timeline import timeline

if TYPE_CHECKING:
    from jiran.homes.profiles import Profiles
    from jiran.result.result import State
    from jiran.scenario.home_battery import HomeBattery
    from jiran.simulation.setting import Setting

Array = NDArray[np.float64]

#: Room for the pieces of a plan at first; a plan that needs more gets it.
_PIECES = 32
#: What batteries do that have no plan, and while nothing is known of their homes.
_OWN_USE = "self-consumption"


@dataclass
class AtHome:
    """The batteries in homes of one run, and who runs them.

    Attributes:
        record: What the kernel is given.
        memory: What the batteries hold and remember; is changed.
        controller: Says what stored energy is worth, or what to do.
        forecast: Says what homes will need.
        ids: Names of all homes, for messages.
        planned: The last step at which plans were made, or -1.
    """

    record: HomeBatteries
    memory: Memory
    controller: Controller
    forecast: Forecast
    ids: tuple[str, ...]
    planned: int = field(default=-1, init=False)

    @property
    def compiled(self) -> bool:
        """Whether all of it is compiled."""
        return not self.record.homes.size or (self.controller.compiled and self.forecast.compiled)

    def step(self, *, compiled: bool) -> Callable[..., None]:
        """Return what batteries do in a step, as the kernel takes it.

        Args:
            compiled: Whether the kernel is.
        """
        found = act if self.record.homes.size else rest
        return as_argument(found) if compiled else plain(found)

    @property
    def direct(self) -> Controller:
        """Says what batteries do that have no plan."""
        return self.controller if self.controller.direct else find_controller(_OWN_USE)

    def until(self, step: int, steps: int) -> int:
        """Make the plans of a day if one begins, and return the step after its last, or of the run.

        Args:
            step: The next step.
            steps: How many the run has.

        Raises:
            ControllerError: The controller or the forecast failed, or says what cannot be.
        """
        way = self.record.way
        if way.horizon == 0 or not self.record.homes.size:
            return steps
        now = self.record.before + step
        if now % way.day == 0 and step != self.planned:
            self._plan(step)
            self.planned = step
        return min(steps, step + way.day - now % way.day)

    def _plan(self, step: int) -> None:
        """Make the plans of the day that begins with a step."""
        record, code = self.record, (self.forecast.code, self.controller.code)
        plan_day = days.plan_day if self.compiled else plain(days.plan_day)
        fault, store, now = days.NO_ROOM, 0, record.before + step
        while fault == days.NO_ROOM:
            try:
                fault, store = plan_day(store, step, now, record.way, *code, record.given, record.stores, self.memory)
            except JiranError:
                raise
            except (Exception, SystemExit) as error:
                raise ControllerError(self.controller.name, f"failed in step {step}: {one_line(error)}") from error
            if fault == days.NO_ROOM:
                self.memory = with_room(self.memory, 2 * self.memory.value.shape[2])
        if fault == days.UNSOUND:
            home = self.ids[record.homes[store]]
            raise ControllerError(
                self.controller.name,
                f"in step {step} it says a worth for home {home} that is no number, rises with the level, or does not reach the "
                "capacity",
            )


def at_home(setting: Setting) -> AtHome:
    """Return the batteries in the homes of a setting, as they are before the first step."""
    asked, grid = setting.scenario.home_battery, setting.scenario.grid
    controller, forecast = find_controller(asked.controller), find_forecast(asked.forecast)
    homes = np.flatnonzero(setting.community.battery_kwh)
    way = _way(setting, controller, forecast)
    foresight, later = way.foresight and homes.size > 0, way.horizon if homes.size else 0
    capacity = setting.community.battery_kwh[homes]
    record = HomeBatteries(
        homes=homes,
        way=way,
        given=days.Given(
            need_kwh=_need_kwh(setting.profiles, homes) if foresight else np.empty((0, homes.size)),
            import_price=_with_later(setting, setting.price.grid_import, grid.import_price, later),
            export_price=_with_later(setting, setting.price.grid_export, grid.export_price, later),
        ),
        stores=days.Stores(
            capacity_kwh=capacity,
            minimum_kwh=np.zeros(homes.size),
            step_kwh=setting.community.battery_kw[homes] * setting.timeline.step_h,
            charge_efficiency=asked.charge_efficiency,
            discharge_efficiency=asked.discharge_efficiency,
            standby_kwh=0.0,
            wear_price=asked.wear_cost,
            grid_charge=asked.grid_charge,
            feed_in=asked.feed_in,
        ),
        before=setting.start.steps,
    )
    memory = _memory(setting.start.at_home, way)
    return AtHome(record, memory, controller, forecast, setting.community.ids)


def _way(setting: Setting, controller: Controller, forecast: Forecast) -> days.Way:
    """Return how batteries are run, by plug-ins with their own defaults."""
    day = 24 * 60 // setting.timeline.step_minutes
    return days.Way(
        day=day,
        horizon=controller.horizon_h * day // 24,
        known=setting.scenario.grid.known_ahead_h * day // 24,
        scenarios=forecast.rows(forecast.defaults),
        forecasts=controller.forecasts,
        foresight=controller.forecasts and forecast.foresight,
        expect_parameters=forecast.numbers(forecast.defaults),
        parameters=controller.numbers(controller.defaults),
    )


def _with_later(setting: Setting, price: Array, said: float | tuple[float, ...], more: int) -> Array:
    """Return a price of the grid for more steps than the run has, if the scenario says what it is then.

    Args:
        setting: For the calendar.
        price: In the steps of the run, shape (step,).
        said: What the scenario says of it: a number or 24 values go on after the run; a value for each step, and a tariff,
            which may be unknown then, do not.
        more: How many steps after the run.
    """
    scenario = setting.scenario
    by_step = isinstance(said, tuple) and len(said) != 24
    if not more or by_step or scenario.grid.tariff is not None:
        return price
    longer = timeline(scenario.model_copy(update={"steps": scenario.steps + more}))
    return np.concatenate([price, price_by_step(said, longer)[price.size :]])


def _need_kwh(profiles: Profiles, homes: NDArray[np.int64]) -> Array:
    """Return what homes lack (> 0) or have to spare (< 0), without what lending EVs do, kWh, shape (step, store)."""
    need = profiles.load_kwh[:, homes] + profiles.ev_kwh[:, homes] - profiles.generation_kwh[:, homes]
    return np.ascontiguousarray(need)


def begun(start: State, battery: HomeBattery, capacity_kwh: Array) -> State:
    """Return a state with what batteries in homes hold in it: what an earlier run left, or their state of charge at the start.

    Args:
        start: Of the run.
        battery: For the state of charge.
        capacity_kwh: Of the battery of each home, 0 where there is none, shape (home,).

    Raises:
        ScenarioError: The earlier run had another number of batteries.
    """
    capacity_kwh = capacity_kwh[capacity_kwh > 0.0]
    left = 0 if start.at_home is None else start.at_home.stored_kwh.size
    if start.at_home is None and capacity_kwh.size:
        return replace(start, at_home=first_memory(battery.start_soc * capacity_kwh, 0, 0, 1))
    if left != capacity_kwh.size:
        allowed = f"must be of as many homes as have one: {capacity_kwh.size}"
        raise ScenarioError("state.at_home", f"{left} batteries", allowed)
    return start


def _memory(left: Memory | None, way: days.Way) -> Memory:
    """Return what batteries hold and remember at the start, in arrays of its own.

    Args:
        left: What an earlier run left; None: there are no batteries. Plans and past of batteries that were run in another way are
            forgotten.
        way: How they are run.
    """
    stored_kwh = np.empty(0) if left is None else left.stored_kwh
    kept_days = 0 if way.horizon == 0 else MOST_DAYS if way.forecasts else 1
    new = first_memory(stored_kwh, way.day if way.horizon else 0, kept_days, _PIECES if way.horizon else 1)
    if left is None or left.past_kwh.shape != new.past_kwh.shape or left.value.shape[1] != new.value.shape[1]:
        return new
    return copied(left)
