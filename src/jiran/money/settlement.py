"""Who pays whom: trades and flows become bills and accounts that sum to zero.

Every kWh and every amount has a from and a to. Homes buy from neighbours, from the battery and from the grid; the
accounts of battery (the community fund), network, market and grid hold the other ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from jiran.compiled import njit
from jiran.engine.flows import FLOWS
from jiran.errors import BalanceError
from jiran.market.orders import copy

if TYPE_CHECKING:
    from jiran.engine.flows import Flows
    from jiran.scenario import Battery, Scenario

Array = NDArray[np.float64]

#: Largest imbalance of a step, kWh or money; relative to the step's total where that is above 1.
TOLERANCE = 1e-9

#: What is summed for each home: the flows, what it pays the grid and the battery, what the grid alone would cost for
#: what the market left, and what its EV gave to neighbours (a part of ev_supplied).
BY_HOME = (*FLOWS, "grid_cost", "battery_cost", "left_cost", "ev_lent_kwh")

#: What is summed for each step: the first flows, what the market left (battery and grid share it), and what homes pay
#: battery and grid.
BY_STEP = (*FLOWS[:6], "surplus_kwh", "deficit_kwh", "rest_cost")


class Prices(NamedTuple):
    """Prices per kWh in each step, shape (step,)."""

    grid_import: Array
    grid_export: Array
    battery_buys: Array
    battery_sells: Array


@dataclass(frozen=True)
class Balance:
    """The worst imbalance of any step of a run, in kWh and in money."""

    kwh: float
    money: float


@dataclass(frozen=True)
class Settlement:
    """Energy and money of a run, by home and by step.

    Attributes:
        home_kwh: Each flow summed over the run, by name, shape (home,).
        step_kwh: Each flow summed over homes, by name, shape (step,).
        cost: What each home pays in all (> 0) or earns (< 0), its share of the fund included, shape (home,).
        left_cost: The same if the battery were not there: all that the market left goes to and comes from the grid.
        extra: Paid by each home to the market account at the end of billing periods (< 0 = got), see `billing`.
        paid: Paid by each home for P2P energy, network charge included.
        received: Received by each home for P2P energy.
        trades: Number of trades in each step, shape (step,).
        p2p_price: Mean price that buyers pay per P2P kWh in each step, weighted by energy; NaN without trades.
        accounts: Who ends with how much money (received less paid); sums to zero.
        balance: The worst imbalance.
        sellers_lose_kwh: P2P energy sold below the grid's export price.
        buyers_lose_kwh: P2P energy bought above the grid's import price.
    """

    home_kwh: dict[str, Array]
    step_kwh: dict[str, Array]
    cost: Array
    left_cost: Array
    extra: Array
    paid: Array
    received: Array
    trades: NDArray[np.int64]
    p2p_price: Array
    accounts: dict[str, float]
    balance: Balance
    sellers_lose_kwh: float
    buyers_lose_kwh: float


def prices(scenario: Scenario, import_price: Array, export_price: Array) -> Prices:
    """Return all prices of a scenario by step."""
    grid = {"import": import_price, "export": export_price}

    def battery(price: str | float) -> Array:
        return grid[price] if isinstance(price, str) else np.full(import_price.size, price)

    return Prices(import_price, export_price, battery(scenario.battery.buy_price), battery(scenario.battery.sell_price))


def settle(
    flows: Flows,
    price: Prices,
    scenario: Scenario,
    start_kwh: float,
    ev_start_kwh: Array,
    extra: Array | None = None,
) -> Settlement:
    """Settle a run.

    Args:
        flows: What moved.
        price: Prices of grid and battery.
        scenario: For the network charge, the battery's efficiency, and how the fund is shared.
        start_kwh: What the battery held at the start.
        ev_start_kwh: What each EV that lends its battery held at the start, shape (ev,).
        extra: What each home pays to the market account on top of its trades, shape (home,); default: nothing.

    Raises:
        BalanceError: A step's energy or money does not balance.
    """
    profiles, out, fleet = flows.profiles, flows.outputs, flows.fleet
    by_home, by_step = _totals(
        profiles.generation_kwh, profiles.load_kwh, profiles.ev_kwh,
        fleet.homes, out.ev_charged_kwh, out.ev_supplied_kwh, out.ev_lent_kwh,
        out.traded_kwh, out.charge_share, out.draw_share, price,
    )  # fmt: skip
    home, step = dict(zip(BY_HOME, by_home, strict=True)), dict(zip(BY_STEP, by_step, strict=True))
    step |= {
        "battery_charged_kwh": step["surplus_kwh"] * out.charge_share,
        "battery_drawn_kwh": step["deficit_kwh"] * out.draw_share,
        "grid_import_kwh": step["deficit_kwh"] * (1.0 - out.draw_share),
        "grid_export_kwh": step["surplus_kwh"] * (1.0 - out.charge_share),
    }
    paid, received, traded, losers = _add_trades(
        flows.trades.view(np.recarray),
        out.trades_until,
        profiles.load_kwh.shape[1],
        price.grid_import,
        price.grid_export,
    )
    network = scenario.grid.network_charge * traded[:, 0]
    money = {
        "homes": traded[:, 2] - traded[:, 1] - step["rest_cost"],
        "battery": step["battery_drawn_kwh"] * price.battery_sells - step["battery_charged_kwh"] * price.battery_buys,
        "network": network,
        "market": traded[:, 1] - traded[:, 2] - network,
        "grid": step["grid_import_kwh"] * price.grid_import - step["grid_export_kwh"] * price.grid_export,
    }
    cost = paid - received + home["grid_cost"] + home["battery_cost"]
    bills = np.array([cost.sum() + money["homes"].sum()]), np.array([np.abs(money["homes"]).sum()])
    balance = Balance(
        kwh=_energy_imbalance(flows, step, traded[:, 0], scenario.battery, start_kwh, ev_start_kwh),
        money=max(
            _worst(np.sum(list(money.values()), axis=0), np.abs(list(money.values())).sum(axis=0)), _worst(*bills)
        ),
    )
    for what, imbalance in (("energy", balance.kwh), ("money", balance.money)):
        if not imbalance <= TOLERANCE:
            raise BalanceError(what, imbalance, TOLERANCE)
    accounts = {name: float(amount.sum()) for name, amount in money.items()}
    share = _fund_share(scenario.battery, accounts["battery"], home)
    extra = np.zeros(share.size) if extra is None else extra
    for account, amount in (("battery", -share), ("market", extra)):
        accounts["homes"] -= float(amount.sum())
        accounts[account] += float(amount.sum())
    with np.errstate(invalid="ignore", divide="ignore"):
        p2p_price = traded[:, 1] / traded[:, 0]
    return Settlement(
        home_kwh={name: home[name] for name in (*FLOWS, "ev_lent_kwh")},
        step_kwh={name: step[name] for name in FLOWS},
        cost=cost - share + extra,
        left_cost=paid - received + home["left_cost"] + extra,
        extra=extra,
        paid=paid,
        received=received,
        trades=np.diff(out.trades_until, prepend=0),
        p2p_price=p2p_price,
        accounts=accounts,
        balance=balance,
        sellers_lose_kwh=float(losers[0]),
        buyers_lose_kwh=float(losers[1]),
    )


def _fund_share(battery: Battery, fund: float, home: dict[str, Array]) -> Array:
    """Return each home's share of what the battery earned."""
    use = home["battery_charged_kwh"] + home["battery_drawn_kwh"]
    if battery.fund_share == "keep":
        return np.zeros(use.size)
    if battery.fund_share == "use" and use.sum() > 0.0:
        share: Array = fund * use / use.sum()
        return share
    return np.full(use.size, fund / use.size)


def _energy_imbalance(
    flows: Flows, step: dict[str, Array], traded_kwh: Array, battery: Battery, start_kwh: float, ev_start_kwh: Array
) -> float:
    """Return the worst gap of: sources and uses, sold and bought, trades and flows, the battery's and the EVs' states."""
    sources = np.sum([step[name] for name in FLOWS if name in _SOURCES], axis=0)
    uses = np.sum([step[name] for name in FLOWS if name not in _SOURCES], axis=0)
    out, fleet = flows.outputs, flows.fleet
    battery_change = np.diff(out.soc_kwh, prepend=start_kwh) - (
        step["battery_charged_kwh"] * battery.charge_efficiency
        - step["battery_drawn_kwh"] / battery.discharge_efficiency
    )
    ev_change = np.diff(out.ev_stored_kwh, axis=0, prepend=ev_start_kwh[None, :]) - (
        out.ev_charged_kwh * fleet.ev.charge_efficiency
        - out.ev_supplied_kwh / fleet.ev.discharge_efficiency
        - fleet.trip_kwh
    )
    gaps = (
        sources - uses,
        step["p2p_sold_kwh"] - step["p2p_bought_kwh"],
        step["p2p_sold_kwh"] - traded_kwh,
        battery_change,
        np.abs(ev_change).sum(axis=1),
    )
    return max(_worst(gap, sources + out.soc_kwh) for gap in gaps)


_SOURCES = ("generation_kwh", "ev_supplied_kwh", "p2p_bought_kwh", "battery_drawn_kwh", "grid_import_kwh")


def _worst(gap: Array, total: Array) -> float:
    """Return the largest gap of any step, relative to the step's total where that is above 1."""
    return float(np.max(np.abs(gap) / np.maximum(1.0, total)))


@njit(cache=True, nogil=True)
def _totals(
    generation_kwh: Array,
    load_kwh: Array,
    ev_kwh: Array,
    ev_homes: NDArray[np.int64],
    ev_charged_kwh: Array,
    ev_supplied_kwh: Array,
    ev_lent_kwh: Array,
    traded_kwh: Array,
    charge_share: Array,
    draw_share: Array,
    price: Prices,
) -> tuple[Array, Array]:
    """Sum `BY_HOME` over the steps, shape (column, home), and `BY_STEP` over the homes, shape (column, step).

    What a home did in a step is first written out as rows over homes; each column is then a weighted sum of rows, in
    loops so plain that the compiler makes vector code of them.
    """
    steps, homes = load_kwh.shape
    by_home, by_step = np.zeros((14, homes)), np.empty((9, steps))
    charging, supplied, lent = np.zeros(homes), np.zeros(homes), np.zeros(homes)
    sold, bought, surplus, deficit = np.empty(homes), np.empty(homes), np.empty(homes), np.empty(homes)
    for step in range(steps):
        copy(ev_kwh[step], charging)
        for ev in range(ev_homes.size):
            charging[ev_homes[ev]] += ev_charged_kwh[step, ev]
            supplied[ev_homes[ev]] = ev_supplied_kwh[step, ev]
            lent[ev_homes[ev]] = ev_lent_kwh[step, ev]
        generation, load, traded = generation_kwh[step], load_kwh[step], traded_kwh[step]
        for home in range(homes):
            left = generation[home] - load[home] - charging[home] + supplied[home] - traded[home]
            sold[home], bought[home] = max(traded[home], 0.0), max(-traded[home], 0.0)
            surplus[home], deficit[home] = max(left, 0.0), max(-left, 0.0)
        charged, drawn = charge_share[step], draw_share[step]
        exported, imported = 1.0 - charged, 1.0 - drawn
        buy, sell = price.grid_import[step], price.grid_export[step]
        for column, row, weight in (
            (0, generation, 1.0), (1, load, 1.0), (2, charging, 1.0), (3, supplied, 1.0), (4, sold, 1.0), (5, bought, 1.0),
            (6, surplus, charged), (7, deficit, drawn), (8, deficit, imported), (9, surplus, exported),
            (10, deficit, imported * buy), (10, surplus, -exported * sell),
            (11, deficit, drawn * price.battery_sells[step]), (11, surplus, -charged * price.battery_buys[step]),
            (12, deficit, buy), (12, surplus, -sell), (13, lent, 1.0),
        ):  # fmt: skip
            sums = by_home[column]
            for home in range(homes):
                sums[home] += weight * row[home]
        pays = imported * buy + drawn * price.battery_sells[step]
        gets = exported * sell + charged * price.battery_buys[step]
        total = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
        for h in range(homes):
            total = (
                total[0] + generation[h], total[1] + load[h], total[2] + charging[h], total[3] + supplied[h],
                total[4] + sold[h], total[5] + bought[h], total[6] + surplus[h], total[7] + deficit[h],
                total[8] + deficit[h] * pays - surplus[h] * gets,
            )  # fmt: skip
        for column in range(9):
            by_step[column, step] = total[column]
    return by_home, by_step


@njit(cache=True, nogil=True)
def _add_trades(
    trades: NDArray[np.void],
    trades_until: NDArray[np.int64],
    homes: int,
    import_price: Array,
    export_price: Array,
) -> tuple[Array, Array, Array, Array]:
    """Sum trades: paid and received by home; kWh, paid and received by step; kWh on which sellers and buyers lose."""
    paid, received, losers = np.zeros(homes), np.zeros(homes), np.zeros(2)
    by_step = np.zeros((trades_until.size, 3))
    place = 0
    for step in range(trades_until.size):
        while place < trades_until[step]:
            trade = trades[place]
            amount_paid, amount_received = trade.kwh * trade.buyer_price, trade.kwh * trade.seller_price
            paid[trade.buyer] += amount_paid
            received[trade.seller] += amount_received
            by_step[step, 0] += trade.kwh
            by_step[step, 1] += amount_paid
            by_step[step, 2] += amount_received
            if trade.seller_price < export_price[step] - 1e-12:
                losers[0] += trade.kwh
            if trade.buyer_price > import_price[step] + 1e-12:
                losers[1] += trade.kwh
            place += 1
    return paid, received, by_step, losers
