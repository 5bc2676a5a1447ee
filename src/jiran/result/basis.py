"""What the figures of a run are worked out of: its settlement, the baseline's, and sums of them that several figures need."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from jiran.engine.flows import battery_passed_kwh

if TYPE_CHECKING:
    from jiran.homes.response import Response
    from jiran.money.settlement import Settlement
    from jiran.scenario import Scenario

Array = NDArray[np.float64]


def exchange_kwh(step_kwh: dict[str, Array]) -> Array:
    """Return what the community takes from the grid (> 0) or gives to it (< 0) in each step, kWh, shape (step,).

    What one home, or the battery, exports while another imports stays in the neighbourhood's wires, whoever trades with whom.

    Args:
        step_kwh: Flows summed over homes, by name, shape (step,).
    """
    homes_kwh = step_kwh["grid_import_kwh"] - step_kwh["grid_export_kwh"]
    return homes_kwh + step_kwh["battery_import_kwh"] - step_kwh["battery_export_kwh"]


def exchange_alone_kwh(baseline_kwh: dict[str, Array]) -> Array:
    """Return the same if there were no battery: what it gave would come from the grid, what it took would go there.

    Args:
        baseline_kwh: Flows of the run without trades, summed over homes, by name, shape (step,).
    """
    homes_kwh = baseline_kwh["grid_import_kwh"] - baseline_kwh["grid_export_kwh"]
    return homes_kwh + baseline_kwh["battery_drawn_kwh"] - baseline_kwh["battery_charged_kwh"]


class Beside(NamedTuple):
    """What figures need to know beside the settlement of a run.

    Attributes:
        gained_at_home_kwh: What batteries in homes hold more at the end than at the start.
        standby_at_home_kwh: What these used whatever they did.
        response: What homes changed in their load because of prices, if that is known.
        overrides: How often a driver wanted a car full now that charges by a plan.
        stored_beside_kwh: What all stores but the community battery hold at the end.
    """

    gained_at_home_kwh: float = 0.0
    standby_at_home_kwh: float = 0.0
    response: Response | None = None
    overrides: int = 0
    stored_beside_kwh: float = 0.0


#: Of a run without anything of this.
NOTHING_BESIDE = Beside()


@dataclass(frozen=True)
class Run:
    """A run as its figures see it.

    Attributes:
        scenario: For the battery and the emission factor.
        settled: The run.
        without_p2p: The same homes without trades: with the battery in `cost`, without it in `cost_without_battery`.
        step_h: Length of a step, h.
        start_kwh: Stored in the battery at the start.
        end_kwh: Stored in the battery at the end.
        beside: What else is known of it.
    """

    scenario: Scenario
    settled: Settlement
    without_p2p: Settlement
    step_h: float
    start_kwh: float
    end_kwh: float
    beside: Beside = NOTHING_BESIDE

    @cached_property
    def kwh(self) -> dict[str, float]:
        """Each flow, summed over homes and steps, by name.

        Homes behind a net meter make a flow that it does not see NaN.
        """
        return {name: float(values.sum()) for name, values in self.settled.home_kwh.items()}

    @cached_property
    def battery_kwh(self) -> dict[str, float]:
        """What the community battery did in all: taken, given, and of that with the grid: import, export; with the market: bought, sold.

        What it passes on in a step goes neither into it nor out of it.
        """
        step = self.settled.step_kwh
        moved = {name: float(step[f"battery_{name}_kwh"].sum()) for name in ("import", "export", "bought", "sold")}
        passed_kwh = float(battery_passed_kwh(step).sum())
        return {
            "taken": self.kwh["battery_charged_kwh"] + moved["import"] + moved["bought"] - passed_kwh,
            "given": self.kwh["battery_drawn_kwh"] + moved["export"] + moved["sold"] - passed_kwh,
            **moved,
        }

    @cached_property
    def traded_kwh(self) -> float:
        """What was traded in all: what homes sold, and the community battery where it bids."""
        return self.kwh["p2p_sold_kwh"] + self.battery_kwh["sold"]

    @cached_property
    def demand_kwh(self) -> float:
        """Household load and EV charging of all homes."""
        return self.kwh["load_kwh"] + self.kwh["ev_kwh"]

    @cached_property
    def net_kwh(self) -> Array:
        """What the community takes from the grid, less what it gives, shape (step,).

        Within a step neighbours' import and export are set off: this is the street's own connection.
        """
        return exchange_kwh(self.settled.step_kwh)

    @cached_property
    def taken_kwh(self) -> float:
        """What the community takes from the grid, summed over the steps in which it takes."""
        return float(np.maximum(self.net_kwh, 0.0).sum())

    @cached_property
    def taken_alone_kwh(self) -> float:
        """The same without trades and battery."""
        return float(np.maximum(exchange_alone_kwh(self.without_p2p.step_kwh), 0.0).sum())

    @cached_property
    def import_kw(self) -> Array:
        """Mean power that the community takes from the grid, shape (step,)."""
        return np.maximum(self.net_kwh, 0.0) / self.step_h

    @cached_property
    def cost(self) -> float:
        """What all homes pay, less what they earn.

        In the currency, with the home's share of the battery's fund.
        """
        return float(self.settled.cost.sum())

    @cached_property
    def cost_without_p2p(self) -> float:
        """The same without trades."""
        return float(self.without_p2p.cost.sum())

    @cached_property
    def cost_grid_only(self) -> float:
        """The same without trades and battery."""
        return float(self.without_p2p.cost_without_battery.sum())

    @cached_property
    def saving(self) -> Array:
        """What each home saves by trading, shape (home,).

        In the currency; below 0 a home loses.
        """
        return self.without_p2p.cost - self.settled.cost

    @cached_property
    def saving_grid_only(self) -> Array:
        """What each home saves by trading and with the battery, shape (home,)."""
        return self.without_p2p.cost_without_battery - self.settled.cost
