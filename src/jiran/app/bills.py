"""What trading does to the bills: of each home, of all in a sentence, and how evenly it is shared."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from numpy.typing import NDArray

from jiran.app.showing import plain
from jiran.kpis import MONEY_DUST
from jiran.words import counted, money

if TYPE_CHECKING:
    from jiran.result import Result

Array = NDArray[np.float64]

#: An amount that is shown as 0.00 is not worth a word.
_CENT = 0.005


def verdict(result: Result) -> str:
    """Say whether trading pays, for whom most, and whether anybody is worse off."""
    homes, kpis, currency = result.homes, result.kpis, plain(result.scenario.currency)
    saving = float(kpis["saving"] or 0.0)
    if not result.settlement.trades.any():
        return "Nobody trades with a neighbour, so no bill changes."
    best = homes.row(int(homes["saving"].arg_max() or 0), named=True)
    who = f"the {counted(homes.height, 'home')}"
    does = "saves" if saving > 0 else "costs"
    start = f"Trading {does} {who} **{money(abs(saving), currency)}** in all."
    if abs(saving) < _CENT:
        start = f"Trading saves {who} **nothing** in all: what some gain, others lose."
    if best["saving"] > _CENT:
        start += f" **{plain(best['id'])}** gains most: {money(best['saving'], currency)}."
    if saving > _CENT:
        start += _evenness(kpis["saving_jain"], homes.height)
    worse = homes.filter(pl.col("saving") < -MONEY_DUST).sort("saving")
    if worse.is_empty():
        return f"{start} **Nobody** is worse off than without trading."
    loses = worse.row(0, named=True)
    verb = "pays" if worse.height == 1 else "pay"
    return (
        f"{start} {'But ' if saving > -_CENT else ''}**{counted(worse.height, 'home')}** {verb} more than without trading; "
        f"{plain(loses['id'])} loses most: {money(-loses['saving'], currency)}."
    )


def _evenness(jain: float | None, homes: int) -> str:
    """Say in a sentence how evenly the saving is shared."""
    if jain is None or homes == 1:
        return ""
    how = "evenly" if jain > 0.9 else "rather evenly" if jain > 0.7 else "unevenly" if jain > 0.4 else "very unevenly"
    return f" It is shared {how}, as if {jain * homes:.1f} of {homes:,} homes had an equal part each."


def fairness(result: Result) -> str:
    """Say in words how evenly the savings are shared, by Jain's index and the Gini coefficient."""
    saving = result.homes["saving"].to_numpy()
    jain, gini = result.kpis["saving_jain"], result.kpis["saving_gini"]
    if jain is None:
        return "There is no saving to share."
    if gini is None:
        return "There is no saving to share: what some homes gain, others lose."
    homes = saving.size
    as_if = f"as if {jain * homes:.1f} of the {counted(homes, 'home')} shared it equally and the others got nothing"
    words = [f"**Jain {jain:.2f}**: the saving is spread {as_if} (1 = all get the same)."]
    apart = 2.0 * gini * float(saving.mean())
    words.append(
        f"**Gini {gini:.2f}**: two homes picked by chance differ by {money(apart, plain(result.scenario.currency))} "
        "on average (0 = all get the same)."
    )
    return "\n\n".join(words)


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


def switching(result: Result) -> int:
    """Return how many homes both sold to and bought from neighbours."""
    kwh = result.settlement.home_kwh
    both = (kwh["p2p_sold_kwh"] > 1e-9) & (kwh["p2p_bought_kwh"] > 1e-9)
    return int(both.sum())
