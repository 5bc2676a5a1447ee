"""What a kWh costs: the prices of a run, and the only place where a kWh becomes money."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from jiran.engine.flows import Flow
    from jiran.scenario import Scenario

Array = NDArray[np.float64]


class Prices(NamedTuple):
    """Prices per kWh in each step, shape (step,)."""

    grid_import: Array
    grid_export: Array
    battery_buys: Array
    battery_sells: Array


def prices(scenario: Scenario, import_price: Array, export_price: Array) -> Prices:
    """Return all prices of a scenario by step.

    Args:
        scenario: For the battery's prices, each a number or one of the grid's two.
        import_price: What the grid takes for a kWh, shape (step,).
        export_price: What it gives, shape (step,).
    """
    grid = {"import": import_price, "export": export_price}

    def battery(price: str | float) -> Array:
        return grid[price] if isinstance(price, str) else np.full(import_price.size, price)

    return Prices(
        grid_import=import_price,
        grid_export=export_price,
        battery_buys=battery(scenario.battery.buy_price),
        battery_sells=battery(scenario.battery.sell_price),
    )


def costs(flow: Flow, kwh: Array, price: Prices) -> Array:
    """Return what homes pay for a flow in each step (< 0 = get), shape (step,).

    Args:
        flow: A flow with a price, or whose price its energy is to have.
        kwh: Its energy in each step, or a share of some energy, shape (step,).
        price: The prices of these steps.
    """
    paid: Array = flow.sign * kwh * getattr(price, flow.price)
    return paid


def cost(flow: Flow, kwh: Array, price: Prices, steps: slice = slice(None)) -> Array:
    """Return what homes pay for a flow in all (< 0 = get), shape (home,) of kWh of shape (step, home), or a number.

    Args:
        flow: A flow with a price.
        kwh: Its energy in some steps, shape (step,) or (step, home).
        price: The prices of all steps.
        steps: Which steps these are; default: all.
    """
    paid: Array = flow.sign * (getattr(price, flow.price)[steps] @ kwh)
    return paid


def paid_to_grid(bought_kwh: float, sold_kwh: float, step: int, price: Prices) -> float:
    """Return what is paid to the grid in a step (< 0 = got).

    Args:
        bought_kwh: Taken from it.
        sold_kwh: Given to it.
        step: Which step.
        price: The prices of all steps.
    """
    return float(bought_kwh * price.grid_import[step] - sold_kwh * price.grid_export[step])


def paid_for(trades: NDArray[np.void]) -> Array:
    """Return what the buyer pays for each trade, network charge included, shape (trade,)."""
    amounts: Array = trades["kwh"] * trades["buyer_price"]
    return amounts


def received_for(trades: NDArray[np.void]) -> Array:
    """Return what the seller gets for each trade, shape (trade,)."""
    amounts: Array = trades["kwh"] * trades["seller_price"]
    return amounts
