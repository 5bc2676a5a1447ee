"""What trading does to a home's bill, partner by partner, and what homes sell at each hour."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from jiran.result.result import Result

Array = NDArray[np.float64]


def bill_steps(result: Result, home: str) -> list[tuple[str, float]]:
    """Return how a home's bill with the grid alone becomes its bill with neighbours and battery.

    The first entry is the bill with the grid alone, the last the bill now; those between are changes, > 0 = pays
    more, and the first plus the changes is the last.
    """
    at = result.community.ids.index(home)
    now, price = result.settlement, result.prices
    own, left, drawn, charged = _home_series(result, at)
    imported, exported = np.maximum(-left, 0.0) - drawn, np.maximum(left, 0.0) - charged
    alone = float(result.without_p2p.left_cost[at])
    grid_import, grid_export = float(imported @ price.grid_import), float(exported @ price.grid_export)
    battery = float(drawn @ price.battery_sells - charged @ price.battery_buys)
    paid, received = float(now.paid[at]), float(now.received[at])
    at_the_end = float(now.extra[at])
    fund = paid - received + grid_import - grid_export + battery + at_the_end - float(now.cost[at])
    if at in result.flows.fleet.homes:  # without trades its EV would charge otherwise, so only the sum is known
        grid = [("Grid", grid_import - grid_export - alone)]
    else:
        import_alone = float(np.maximum(-own, 0.0) @ price.grid_import)
        export_alone = float(np.maximum(own, 0.0) @ price.grid_export)
        grid = [("Grid import", grid_import - import_alone), ("Grid export", export_alone - grid_export)]
    return [
        ("Grid alone", alone),
        *grid,
        ("Paid to neighbours", paid),
        ("Paid by neighbours", -received),
        ("Battery", battery),
        ("End of the billing period", at_the_end),
        ("Share of the battery fund", -fund),
        ("Now", float(now.cost[at])),
    ]


def _home_series(result: Result, at: int) -> tuple[Array, Array, Array, Array]:
    """Return a home's net energy, what the market left of it, and what battery gave and took, by step."""
    profiles, out, fleet = result.flows.profiles, result.flows.outputs, result.flows.fleet
    own: Array = profiles.generation_kwh[:, at] - profiles.load_kwh[:, at] - profiles.ev_kwh[:, at]
    for ev in np.flatnonzero(fleet.homes == at):
        own = own + out.ev_supplied_kwh[:, ev] - out.ev_charged_kwh[:, ev]
    left: Array = own - out.traded_kwh[:, at]
    return own, left, np.maximum(-left, 0.0) * out.draw_share, np.maximum(left, 0.0) * out.charge_share


def sold_by_hour(result: Result) -> Array:
    """Return what each home sold (> 0) or bought (< 0) in each hour of the day, a day's mean, shape (24, home)."""
    in_hour = (np.arange(24)[:, None] == result.timeline.hour.astype(np.int64)).astype(np.float64)
    hours = np.maximum(in_hour.sum(axis=1), 1.0) * result.timeline.step_h
    mean: Array = (in_hour / hours[:, None]) @ result.flows.outputs.traded_kwh
    return mean
