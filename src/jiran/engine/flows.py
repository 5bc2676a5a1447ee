"""What moved: the energy of every home in every step of one run, and the trades."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from jiran.nothing import NOTHING_KWH

if TYPE_CHECKING:
    from jiran.engine.records import Fleet, Outputs
    from jiran.homes.profiles import Profiles

Array = NDArray[np.float64]

#: Every flow is >= 0, kWh, of shape (step, home). Sources and uses of a home balance in every step:
#: generation + ev_supplied + p2p_bought + battery_drawn + grid_import
#: = load + ev + p2p_sold + battery_charged + grid_export.
FLOWS = (
    "generation_kwh",
    "load_kwh",
    "ev_kwh",
    "ev_supplied_kwh",
    "p2p_sold_kwh",
    "p2p_bought_kwh",
    "battery_charged_kwh",
    "battery_drawn_kwh",
    "grid_import_kwh",
    "grid_export_kwh",
)


@dataclass(frozen=True)
class Flows(Mapping[str, Array]):
    """The flows of a run by name, as read-only arrays of shape (step, home).

    The market's outcome and the battery's share in what was left are stored; a flow is worked out when it is asked
    for, so that a year of a thousand homes fits into memory.

    Attributes:
        profiles: What the homes generate and need.
        outputs: What the kernel found.
        fleet: The EVs that lend their battery.
        trades: All trades in order of time, records of `market.trade.TRADE`; `outputs.trades_until` tells the steps.
    """

    profiles: Profiles
    outputs: Outputs
    fleet: Fleet
    trades: NDArray[np.void]

    def __getitem__(self, name: str) -> Array:
        return self.between(name, 0, self.profiles.load_kwh.shape[0])

    def between(self, name: str, first: int, last: int) -> Array:
        """Return a flow in the steps first <= step < last only, without working out the rest."""
        if name not in FLOWS:
            raise KeyError(name)
        array = self._work_out(name, slice(first, last))
        view = array.view()
        view.flags.writeable = False
        return view

    def orders_between(self, first: int, last: int) -> Array:
        """Return what each home brought to the market: surplus > 0 with what its EV offered, deficit < 0, kWh.

        Rounding dust was no order, and is 0 here.
        """
        steps, out = slice(first, last), self.outputs
        orders = self._left_kwh(steps) + out.traded_kwh[steps]
        orders[:, self.fleet.homes] += out.ev_offered_kwh[steps] - out.ev_lent_kwh[steps]
        orders[np.abs(orders) <= NOTHING_KWH] = 0.0
        return orders

    def __iter__(self) -> Iterator[str]:
        return iter(FLOWS)

    def __len__(self) -> int:
        return len(FLOWS)

    @property
    def traded_from(self) -> NDArray[np.int64]:
        """Place of each step's first trade in `trades`, shape (step,)."""
        until = self.outputs.trades_until
        return np.concatenate([[0], until[:-1]])

    def trades_between(self, first: int, last: int) -> NDArray[np.void]:
        """Return the trades of the steps first <= step < last, as records."""
        until = self.outputs.trades_until
        trades: NDArray[np.void] = self.trades[self._begin(first) : until[last - 1] if last else 0]
        return trades

    def step_of_trades(self, first: int, last: int) -> NDArray[np.int64]:
        """Return the step of each of these trades."""
        until = self.outputs.trades_until[first:last]
        return np.repeat(np.arange(first, last), np.diff(until, prepend=self._begin(first)))

    def _begin(self, step: int) -> int:
        return int(self.outputs.trades_until[step - 1]) if step else 0

    def _work_out(self, name: str, steps: slice) -> Array:
        out = self.outputs
        match name:
            case "generation_kwh" | "load_kwh":
                array: Array = getattr(self.profiles, name)[steps]
            case "ev_kwh":
                array = self._with_fleet(self.profiles.ev_kwh[steps], out.ev_charged_kwh[steps])
            case "ev_supplied_kwh":
                array = self._with_fleet(np.zeros_like(self.profiles.load_kwh[steps]), out.ev_supplied_kwh[steps])
            case "p2p_sold_kwh":
                array = np.maximum(out.traded_kwh[steps], 0.0)
            case "p2p_bought_kwh":
                array = np.maximum(-out.traded_kwh[steps], 0.0)
            case "battery_charged_kwh":
                array = np.maximum(self._left_kwh(steps), 0.0) * out.charge_share[steps, None]
            case "battery_drawn_kwh":
                array = np.maximum(-self._left_kwh(steps), 0.0) * out.draw_share[steps, None]
            case "grid_export_kwh":
                array = np.maximum(self._left_kwh(steps), 0.0) * (1.0 - out.charge_share[steps, None])
            case _:
                array = np.maximum(-self._left_kwh(steps), 0.0) * (1.0 - out.draw_share[steps, None])
        return array

    def _with_fleet(self, array: Array, per_ev: Array) -> Array:
        if not self.fleet.homes.size:
            return array
        total = array.copy()
        total[:, self.fleet.homes] += per_ev
        return total

    def _left_kwh(self, steps: slice) -> Array:
        """Return what the market left: surplus > 0, deficit < 0."""
        profiles, out = self.profiles, self.outputs
        left = profiles.generation_kwh[steps] - profiles.load_kwh[steps] - profiles.ev_kwh[steps]
        left[:, self.fleet.homes] += out.ev_supplied_kwh[steps] - out.ev_charged_kwh[steps]
        left -= out.traded_kwh[steps]
        return left
