"""What stores in homes do without trades, worked out once for all runs of the same homes.

Batteries in homes and cars that charge by plans meet their own home's need at the grid's prices. Neither depends on trades, unless a car
lends to neighbours, so a run, its baseline and all other rules share it. Batteries that bid do something else in each run, but a
run works out beside it what they would do if nobody traded.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from jiran.engine.at_home import act_again, drive_again
from jiran.engine.records import Outputs
from jiran.scenario.ev import Ev
from jiran.scenario.home_battery import HomeBattery

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from jiran.control.memory import Memory
    from jiran.simulation.controlled import Controlled
    from jiran.simulation.setting import Setting

#: What they fill in of `engine.records.Outputs`.
_FILLED = (
    "ev_charged_kwh", "ev_supplied_kwh", "ev_driven_kwh", "ev_missing_kwh", "ev_stored_kwh",
    "home_moved_kwh", "home_stored_kwh",
)  # fmt: skip


class _Done(NamedTuple):
    """What was done: for what, arrays by the names of `_FILLED`, and what cars and batteries held and remembered at the end."""

    met: tuple[Any, ...]
    filled: dict[str, NDArray[np.float64]]
    memories: tuple[Memory, Memory]


@dataclass
class BeforeMarket:
    """What stores in homes did in the first run that came to its end; later ones take it from here.

    Attributes:
        done: Nothing yet, or what it was.
    """

    done: _Done | None = field(default=None, init=False)

    def take(
        self, setting: Setting, cars: Controlled, at_home: Controlled, out: Outputs
    ) -> tuple[Controlled, Controlled, Outputs]:
        """Return cars, batteries and outputs of a run, with what was done before, if it was and they meet the same."""
        met = _met(setting)
        if self.done is None or len(met) != len(self.done.met) or not all(map(_same, self.done.met, met)):
            return cars, at_home, out
        _, filled, memories = self.done
        return (
            cars.again(drive_again, memories[0]),
            at_home.again(act_again, memories[1]),
            Outputs(**(out._asdict() | filled)),
        )

    def keep(self, setting: Setting, cars: Controlled, at_home: Controlled, out: Outputs) -> None:
        """Keep what cars and batteries did in a run that came to its end."""
        filled, memory = {name: getattr(out, name) for name in _FILLED}, at_home.memory
        if out.home_alone_kwh.size:
            if np.isfinite(memory.most_import_kwh).any():  # its peaks were those of the run with trades
                return
            moved_kwh, stored_kwh = np.split(out.home_alone_kwh, 2)
            filled |= {"home_moved_kwh": moved_kwh, "home_stored_kwh": stored_kwh}
            memory = memory._replace(stored_kwh=stored_kwh[-1].copy())
        self.done = _Done(_met(setting), filled, (cars.memory, memory))


def _met(setting: Setting) -> tuple[Any, ...]:
    """Return all that cars and batteries in homes go by: needs, prices and how they are run."""
    scenario, price, start = setting.scenario, setting.price, setting.start
    grid = scenario.grid
    return (
        setting.profiles, setting.cars, scenario.home_battery, scenario.ev,
        (grid.known_ahead_h, grid.import_price, grid.export_price, grid.tariff, start.steps),
        price.grid_import, price.grid_export, start.ev_stored_kwh, *(start.cars or ()), *(start.at_home or ()),
    )  # fmt: skip


def _same(one: Any, other: Any) -> bool:
    """Tell whether two things are the same, or equal."""
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        return np.array_equal(one, other)
    return one is other or (type(one) in (tuple, HomeBattery, Ev) and one == other)
