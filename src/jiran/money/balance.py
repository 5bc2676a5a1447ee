"""Nothing is lost: every step of every run balances in energy and in money, or the run is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from jiran.engine.flows import SOURCES, USES, battery_given_kwh, battery_taken_kwh, traded_kwh
from jiran.errors import BalanceError
from jiran.nothing import LAST_DIGITS

if TYPE_CHECKING:
    from jiran.engine.energy import Flows
    from jiran.scenario import Battery
    from jiran.scenario.home_battery import HomeBattery

Array = NDArray[np.float64]

#: Largest imbalance of a step, kWh or money; relative to the step's total where that is above 1.
TOLERANCE = LAST_DIGITS

#: So many values are looked at in one go: what fits into the processor's cache is not fetched anew for every operation.
_CELLS = 50_000


@dataclass(frozen=True)
class Balance:
    """The worst imbalance of any step of a run, in kWh and in money."""

    kwh: float
    money: float

    def check(self) -> None:
        """Refuse a run that does not balance.

        Raises:
            BalanceError: A step's energy or money does not balance.
        """
        for what, imbalance in (("energy", self.kwh), ("money", self.money)):
            if not imbalance <= TOLERANCE:
                raise BalanceError(what, imbalance, TOLERANCE)


def energy_imbalance(
    flows: Flows,
    step_kwh: Mapping[str, Array],
    of_trades_kwh: Array,
    battery: Battery,
    start_kwh: float,
    ev_start_kwh: Array,
) -> float:
    """Return the worst gap of: sources and uses, sold and bought, trades and flows, the battery's and the EVs' states.

    Args:
        flows: The run.
        step_kwh: Each flow of all homes in each step by name, and what the battery did with grid and market, shape (step,).
        of_trades_kwh: Energy of all trades in each step.
        battery: The community battery's efficiencies.
        start_kwh: What it held at the start.
        ev_start_kwh: What each EV that lends its battery held at the start, shape (ev,).
    """
    sources = np.sum([step_kwh[flow.name] for flow in SOURCES], axis=0)
    uses = np.sum([step_kwh[flow.name] for flow in USES], axis=0)
    out, fleet = flows.outputs, flows.fleet
    taken_kwh, given_kwh = battery_taken_kwh(step_kwh), battery_given_kwh(step_kwh)
    battery_change = _gained(out.soc_kwh, start_kwh) - (
        taken_kwh * battery.charge_efficiency - given_kwh / battery.discharge_efficiency
    )
    sold_kwh = traded_kwh(step_kwh)
    gaps = [
        sources - uses,
        sold_kwh - (step_kwh["p2p_bought_kwh"] + step_kwh["battery_bought_kwh"]),
        sold_kwh - of_trades_kwh,
        battery_change,
    ]
    if out.ev_stored_kwh.size:
        ev_change = _gained(out.ev_stored_kwh, ev_start_kwh) - (
            out.ev_charged_kwh * fleet.ev.charge_efficiency
            - out.ev_supplied_kwh / fleet.ev.discharge_efficiency
            - fleet.trip_kwh
        )
        gaps.append(np.abs(ev_change).sum(axis=1))
    worst, total = np.abs(gaps), np.maximum(1.0, sources + out.soc_kwh)
    return float((worst / total).max())


def home_imbalance(flows: Flows, battery: HomeBattery, start_kwh: Array) -> float:
    """Return the worst gap between what batteries in homes hold and what they took and gave, summed over homes.

    Args:
        flows: The run.
        battery: The batteries' efficiencies.
        start_kwh: What each held at the start, shape (store,).
    """
    out, before_kwh, worst = flows.outputs, start_kwh, 0.0
    steps, stores = out.home_stored_kwh.shape
    if not stores:
        return 0.0
    at_once = max(1, _CELLS // stores)
    for first in range(0, steps, at_once):
        some = slice(first, first + at_once)
        stored_kwh = out.home_stored_kwh[some]
        moved_kwh = out.home_moved_kwh[some]
        change = np.diff(stored_kwh, axis=0, prepend=before_kwh[None, :]) - (
            np.maximum(moved_kwh, 0.0) * battery.charge_efficiency
            + np.minimum(moved_kwh, 0.0) / battery.discharge_efficiency
        )
        worst = max(worst, _worst(np.abs(change).sum(axis=1), stored_kwh.sum(axis=1)))
        before_kwh = stored_kwh[-1]
    return worst


def money_imbalance(step_money: Mapping[str, Array], cost: Array) -> float:
    """Return the worst gap of: the accounts of each step, and the homes' bills and their account.

    Args:
        step_money: Received less paid by each account in each step, shape (step,).
        cost: What each home pays, shape (home,).
    """
    money, homes = list(step_money.values()), step_money["homes"]
    bills = np.array([cost.sum() + homes.sum()]), np.array([np.abs(homes).sum()])
    return max(_worst(np.sum(money, axis=0), np.abs(money).sum(axis=0)), _worst(*bills))


def _gained(stored_kwh: Array, start_kwh: Array | float) -> Array:
    """Return what stores gained in each step, kWh, of the shape of what they hold at its end: a step first."""
    gained = stored_kwh.copy()
    gained[0] -= start_kwh
    gained[1:] -= stored_kwh[:-1]
    return gained


def _worst(gap: Array, total: Array) -> float:
    """Return the largest gap of any step, relative to the step's total where that is above 1."""
    return float(np.max(np.abs(gap) / np.maximum(1.0, total)))
