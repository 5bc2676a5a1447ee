"""Stores that a controller runs, in homes or for all: what the kernel is given of them, and their plans, made each day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from jiran.control import Controller, Forecast, days, find_controller, find_forecast
from jiran.control.controlling.base import OWN_USE
from jiran.control.forecasting.base import DEFAULT_FORECAST, MOST_DAYS
from jiran.control.memory import Memory, copied, first_memory, with_room
from jiran.control.plan import MISSING_PRICE
from jiran.control.running import plain
from jiran.engine.annotations import as_argument
from jiran.engine.records import Devices
from jiran.errors import ControllerError, JiranError, one_line
from jiran.homes.grid_prices import limit_by_step, price_by_step
from jiran.homes.timeline import timeline
from jiran.scenario import Battery

if TYPE_CHECKING:
    from jiran.scenario.run_by import RunBy
    from jiran.simulation.setting import Setting

Array = NDArray[np.float64]

#: Room for the pieces of a plan at first; plans that need more get it. Where prices have two levels a day it suffices, and then a step,
#: which looks at all plans, reads half as much as with twice the room.
_PIECES = 4


class Comes(NamedTuple):
    """Of stores that come and go, as cars do: when they are there, as in `engine.records.Devices`, and when they are expected to be."""

    present: Array
    trip_kwh: Array
    leaving_kwh: Array
    pressed: Array
    calendar: days.Calendar


_NONE = np.empty((0, 0))
_STAYS = Comes(_NONE, _NONE, _NONE, _NONE, days.ALWAYS)


@dataclass
class Controlled:
    """Stores of one run that are alike, and who runs them.

    Attributes:
        record: What the kernel is given.
        memory: What the stores hold and remember; is changed.
        controller: Says what stored energy is worth, or what to do.
        forecast: Says what owners will need.
        owners: Names of all owners, for messages.
        moves: What the stores do in a step, and what happens without any.
        calendar: When the stores are expected to be there.
        done: Whether this was worked out in an earlier run of the same homes, and is taken from there.
        planned: The last step at which plans were made, or -1.
    """

    record: Devices
    memory: Memory
    controller: Controller
    forecast: Forecast
    owners: tuple[str, ...]
    moves: tuple[Callable[..., Any], Callable[..., Any]]
    calendar: days.Calendar = days.ALWAYS
    done: bool = False
    planned: int = field(default=-1, init=False)

    @property
    def compiled(self) -> bool:
        """Whether all of it is compiled."""
        return self.done or not self.record.homes.size or (self.controller.compiled and self.forecast.compiled)

    def step(self, *, compiled: bool) -> Callable[..., Any]:
        """Return what the stores do in a step, as the kernel takes it.

        Args:
            compiled: Whether the kernel is.
        """
        act, rest = self.moves
        found = act if self.record.homes.size else rest
        return as_argument(found) if compiled else plain(found)

    @property
    def direct(self) -> Controller:
        """Says what stores do that have no plan."""
        return self.controller if self.controller.direct and not self.done else find_controller(OWN_USE)

    @property
    def left(self) -> Memory | None:
        """What the stores hold and remember now, or None without any."""
        return self.memory if self.record.homes.size else None

    def again(self, moves: Callable[..., Any], memory: Memory) -> Controlled:
        """Return the same stores, which do what they did in an earlier run.

        Args:
            moves: Takes it from the outputs of a run.
            memory: What they held and remembered at its end.
        """
        return replace(self, memory=memory, moves=(moves, self.moves[1]), done=True)

    def until(self, step: int, steps: int) -> int:
        """Make the plans of a day if one begins, and return the step after its last, or of the run.

        Args:
            step: The next step.
            steps: How many the run has.

        Raises:
            ControllerError: The controller or the forecast failed, or says what cannot be.
        """
        way = self.record.way
        if way.horizon == 0 or self.done or not self.record.homes.size:
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
        # Stores that plan for the street together plan all anew, each on what those before it will leave.
        begun = copied(self.memory) if record.way.together else None
        while fault == days.NO_ROOM:
            try:
                fault, store = plan_day(
                    store, step, now, record.way, *code, record.given, self.calendar, record.stores, self.memory
                )
            except JiranError:
                raise
            except (Exception, SystemExit) as error:
                raise ControllerError(self.controller.name, f"failed in step {step}: {one_line(error)}") from error
            if fault == days.NO_ROOM:
                pieces = 2 * self.memory.value.shape[2]
                self.memory = with_room(self.memory if begun is None else copied(begun), pieces)
        if fault == days.UNSOUND:
            owner = self.owners[record.homes[store]]
            raise ControllerError(
                self.controller.name,
                f"in step {step} it says a worth for {owner} that is no number, rises with the level, or does not reach the "
                "capacity",
            )


def controlled(
    setting: Setting,
    asked: RunBy,
    homes: NDArray[np.int64],
    limits: dict[str, Any],
    need_kwh: Callable[[], Array],
    left: Memory | None,
    owners: tuple[str, ...],
    moves: tuple[Callable[..., Any], Callable[..., Any]],
    comes: Comes | None = None,
) -> Controlled:
    """Return stores, of which there is at least one, as they are before the first step.

    Args:
        setting: For prices and the calendar.
        asked: Who runs them, and what they may do.
        homes: At whose meter each is, shape (store,).
        limits: What they can do, by the names of `control.days.Stores`.
        need_kwh: Says what their owners will need, for a forecast that is given the truth, shape (step, store).
        left: What they held and remembered at the end of an earlier run.
        owners: Names of all owners.
        moves: What they do in a step, and what happens without a controller.
        comes: When they are there; default: always.
    """
    grid = setting.scenario.grid
    controller, forecast = find_controller(asked.controller), find_forecast(asked.forecast)
    way = _way(setting, asked, controller, forecast)
    present, trip_kwh, leaving_kwh, pressed, calendar = comes or _STAYS
    record = Devices(
        homes=homes,
        way=way,
        given=days.Given(
            need_kwh=need_kwh() if way.foresight else np.empty((0, homes.size)),
            import_price=_with_later(setting, setting.price.grid_import, grid.import_price, way.horizon),
            export_price=_with_later(setting, setting.price.grid_export, grid.export_price, way.horizon),
            month_begins=_month_begins(setting, way.horizon),
            limit_kwh=_limit_kwh(setting, asked, way.horizon),
        ),
        present=present,
        trip_kwh=trip_kwh,
        leaving_kwh=leaving_kwh,
        pressed=pressed,
        roof_kwh=_NONE,
        stores=days.Stores(
            **({"standby_kwh": 0.0} | limits),
            wear_price=asked.wear_cost,
            grid_charge=asked.grid_charge,
            feed_in=asked.feed_in,
        ),
        before=setting.start.steps,
        network_charge=grid.network_charge,
    )
    return Controlled(record, _memory(left, way), controller, forecast, owners, moves, calendar)


@cache
def nobody(moves: tuple[Callable[..., Any], Callable[..., Any]]) -> Controlled:
    """Return no stores at all, as the kernel takes them; nothing of it is ever changed."""
    none, own_use = np.empty(0), find_controller(OWN_USE)
    record = Devices(
        homes=np.empty(0, np.int64),
        way=days.Way(1, 0, 1, 1, False, False, none, none),  # noqa: FBT003  nobody is run
        given=days.Given(np.empty((0, 0)), none, none),
        present=_STAYS.present,
        trip_kwh=_STAYS.trip_kwh,
        leaving_kwh=_STAYS.leaving_kwh,
        pressed=_NONE,
        roof_kwh=_NONE,
        stores=days.Stores(
            capacity_kwh=none,
            minimum_kwh=none,
            charge_step_kwh=none,
            discharge_step_kwh=none,
            charge_efficiency=1.0,
            discharge_efficiency=1.0,
            standby_kwh=0.0,
            wear_price=0.0,
            grid_charge=False,
            feed_in=False,
        ),
        before=0,
        network_charge=0.0,
    )
    memory = first_memory(none, 0, 0, 1)
    return Controlled(record, memory, own_use, find_forecast(DEFAULT_FORECAST), (), moves)


def _way(setting: Setting, asked: RunBy, controller: Controller, forecast: Forecast) -> days.Way:
    """Return how stores are run, by plug-ins with their own defaults but for what the scenario asks by the same name."""
    day = 24 * 60 // setting.timeline.step_minutes
    said = {name: getattr(asked, name) for name in controller.parameters if hasattr(asked, name)}
    return days.Way(
        day=day,
        horizon=controller.horizon_h * day // 24,
        known=setting.scenario.grid.known_ahead_h * day // 24,
        scenarios=forecast.rows(forecast.defaults),
        forecasts=controller.forecasts,
        foresight=controller.forecasts and forecast.foresight,
        expect_parameters=forecast.numbers(forecast.defaults),
        parameters=controller.numbers(controller.defaults | said),
        peak_price=_peak_price(setting, asked),
        together=controller.together,
    )


def _peak_price(setting: Setting, asked: RunBy) -> float:
    """Return what a kWh costs on top that makes a peak: a kW of it, spread over a step; or more than any energy."""
    grid, of_street = setting.scenario.grid, isinstance(asked, Battery)
    if of_street and grid.import_limit_kw is not None and not find_controller(asked.controller).keeps_peaks:
        return MISSING_PRICE  # what it plans with is no peak of a month but the street's limit
    charge = grid.demand_charge if of_street else 0.0
    a_kw = (charge or None) if asked.peak_price is None else asked.peak_price
    return MISSING_PRICE if a_kw is None else a_kw / setting.timeline.step_h


def _limit_kwh(setting: Setting, asked: RunBy, more: int) -> Array:
    """Return the most that the street takes from the grid in each step, for the store that is run for it; of no steps for others.

    Args:
        setting: For the calendar.
        asked: Who runs the store.
        more: How many steps after the run it looks ahead.
    """
    said = setting.scenario.grid.import_limit_kw if isinstance(asked, Battery) else None
    limit_kwh = limit_by_step(said, setting.timeline)
    return limit_kwh if said is None else _with_later(setting, limit_kwh, said, more, setting.timeline.step_h)


def _month_begins(setting: Setting, more: int) -> NDArray[np.bool_]:
    """Return with which steps of a run, and so many after it, a month of the calendar begins, shape (step,)."""
    if not more:
        return np.empty(0, np.bool_)
    local = timeline(setting.scenario, more).local
    before = local - np.timedelta64(setting.timeline.step_minutes, "m")
    begins: NDArray[np.bool_] = local.astype("datetime64[M]") != before.astype("datetime64[M]")
    return begins


def _with_later(
    setting: Setting, price: Array, said: float | tuple[float, ...], more: int, times: float = 1.0
) -> Array:
    """Return a price of the grid, or a limit, for more steps than the run has, if the scenario says what it is then.

    Args:
        setting: For the calendar.
        price: In the steps of the run, shape (step,).
        said: What the scenario says of it: a number or 24 values go on after the run; a value for each step, and a tariff,
            which may be unknown then, do not.
        more: How many steps after the run.
        times: What it says is to be multiplied by this.
    """
    scenario = setting.scenario
    by_step = isinstance(said, tuple) and len(said) != 24
    if not more or by_step or scenario.grid.tariff is not None:
        return price
    return np.concatenate([price, times * price_by_step(said, timeline(scenario, more))[price.size :]])


def _memory(left: Memory | None, way: days.Way) -> Memory:
    """Return what stores hold and remember at the start, in arrays of its own.

    Args:
        left: What an earlier run left; None: there are no stores. Plans and past of stores that were run in another way are
            forgotten.
        way: How they are run.
    """
    stored_kwh = np.empty(0) if left is None else left.stored_kwh
    kept_days = 0 if way.horizon == 0 else MOST_DAYS if way.forecasts else 1
    new = first_memory(stored_kwh, way.day if way.horizon else 0, kept_days, _PIECES if way.horizon else 1)
    if left is None or left.past_kwh.shape != new.past_kwh.shape or left.value.shape[0] != new.value.shape[0]:
        return new
    return copied(left)
