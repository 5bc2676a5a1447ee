"""Who pays whom: trades and flows become bills and accounts that sum to zero.

Every kWh and every amount has a from and a to. Homes buy from neighbours, from the battery and from the grid; the
accounts of battery (the community fund), network, market and grid hold the other ends.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from jiran.engine.flows import FLOWS, PRICED
from jiran.engine.rows import Row
from jiran.homes.timeline import timeline
from jiran.money.balance import Balance, energy_imbalance, home_imbalance, money_imbalance
from jiran.money.bills import TAX, Credits, StreetBills, street_bills
from jiran.money.demand import Demand, Peak, demand
from jiran.money.limits import NO_LIMITS, Limits, limits_of
from jiran.money.meters import Metered, wanted
from jiran.money.prices import Prices, costs, paid_for, received_for
from jiran.money.totals import Terms, TradeTotals, of_homes, sum_rows, sum_trades
from jiran.tariffs.model import PREMIUM

if TYPE_CHECKING:
    from jiran.engine.energy import Flows
    from jiran.homes.contracts import Contracts
    from jiran.money.totals import Slots
    from jiran.scenario import Battery, Scenario
    from jiran.tariffs.export import Carried

Array = NDArray[np.float64]

#: Who can have money; what the accounts of a step have received less what they have paid sums to zero.
ACCOUNTS = ("homes", "battery", "network", "market", "grid")
#: Gets the taxes of bills under tariffs.
TAX_ACCOUNT = "tax"


@dataclass(frozen=True)
class Settlement:
    """Energy and money of a run, by home and by step.

    Attributes:
        home_kwh: Each flow summed over the run, by name, shape (home,); and "ev_lent_kwh", a part of ev_supplied. NaN
            where it is behind the meter of a home of which only import and export are known.
        step_kwh: Each flow summed over homes, by name, shape (step,); NaN if it is not known of all of them. And
            "battery_import_kwh" and "battery_export_kwh": what the battery itself took from the grid and gave to it;
            "battery_sold_kwh" and "battery_bought_kwh": what it sold to homes in the market and bought of them;
            "ev_missing_kwh": by how much cars that left held less than they should.
        step_money: What each account received less what it paid in each step, before the battery's fund is shared,
            peaks are paid for and billing periods end, shape (step,); sums to zero.
        cost: What each home pays in all (> 0) or earns (< 0), its share of the fund included, shape (home,).
        cost_without_battery: The same if the battery were not there: all that the market left goes to and comes from the
            grid. Under a tariff only the baseline knows it, of other runs it is NaN.
        grid_cost: What each home pays the grid (< 0 = gets), or its utility by bills, without its part of the street's peaks, shape
            (home,).
        battery_cost: What each home pays the community battery (< 0 = gets), the same.
        period_payment: Paid by each home to the market account at the end of billing periods (< 0 = got), see `billing`.
        fund_share: What each home got of what the battery earned, shape (home,).
        paid: Paid by each home for P2P energy, network charge included.
        received: Received by each home for P2P energy.
        trades: Number of trades in each step, shape (step,).
        p2p_price: Mean price that buyers pay per P2P kWh in each step, weighted by energy; NaN without trades.
        accounts: Who ends with how much money (received less paid), under a tariff also the state by its taxes, and who pays a
            premium for what is shared; sums to zero.
        balance: The worst imbalance.
        sellers_lose_kwh: P2P energy sold below the grid's export price.
        buyers_lose_kwh: P2P energy bought above the grid's import price.
        bills: The utility's monthly bills, or None without tariffs. Steps are then booked at the pair of prices that
            stands for the tariff, and the bills take its place in cost and accounts.
        credits: What export left for months after the run, or None without tariffs.
        demand: What the street's highest import of each month cost, and whom; None without `grid.demand_charge`.
        curtailed_value: What each home would have got for what its roof had to leave out, at the export price of the step, shape
            (home,).
        limits: What the street's connection carries.
        alone_kwh: What each home lacks (> 0) or has to spare (< 0) before its battery acts, kWh, shape (step, home): kept of a run
            without trades in which there are batteries in homes and cars that move by what is traded; else of no steps.
    """

    home_kwh: dict[str, Array]
    step_kwh: dict[str, Array]
    step_money: dict[str, Array]
    cost: Array
    cost_without_battery: Array
    grid_cost: Array
    battery_cost: Array
    period_payment: Array
    fund_share: Array
    paid: Array
    received: Array
    trades: NDArray[np.int64]
    p2p_price: Array
    accounts: dict[str, float]
    balance: Balance
    sellers_lose_kwh: float
    buyers_lose_kwh: float
    bills: StreetBills | None = None
    credits: Credits | None = None
    demand: Demand | None = None
    curtailed_value: Array = field(default_factory=lambda: np.empty(0))
    limits: Limits = NO_LIMITS
    alone_kwh: Array = field(default_factory=lambda: np.empty((0, 0)))


def settle(
    flows: Flows,
    price: Prices,
    scenario: Scenario,
    start_kwh: float,
    ev_start_kwh: Array,
    period_payment: Array | None = None,
    contracts: Contracts | None = None,
    *,
    home_start_kwh: Array | None = None,
    before: Credits | None = None,
    peak: Peak | None = None,
    baseline: bool = False,
) -> Settlement:
    """Settle a run.

    Args:
        flows: What moved.
        price: Prices of grid and battery.
        scenario: For the network charge, the battery's efficiency, and how the fund is shared.
        start_kwh: What the battery held at the start.
        ev_start_kwh: What each EV that lends its battery held at the start, shape (ev,).
        period_payment: What each home pays to the market account on top of its trades, shape (home,); default: nothing.
        contracts: Who has which tariff; None: what the grid takes and gives are prices per kWh.
        home_start_kwh: What the battery of each home that has one held at the start, shape (store,); default: there is none.
        before: What export left in months before the run; default: nothing.
        peak: The highest import that the month saw before the run; default: none.
        baseline: Whether this is the run without trades, which others are held against.

    Raises:
        BalanceError: A step's energy or money does not balance.
    """
    out, battery = flows.outputs, scenario.battery
    home, step_kwh, rest_cost, read = _sum_flows(flows, price, wanted(contracts, flows))
    all_traded = sum_trades(
        flows.trades.view(np.recarray), out.trades_until, out.order_kwh.shape[1], price.grid_import, price.grid_export,
    )  # fmt: skip
    traded = of_homes(all_traded, flows.profiles.load_kwh.shape[1])
    step_money = _money(traded, rest_cost, step_kwh, price, scenario.grid.network_charge)
    own_cost = price.grid_import * out.battery_import_kwh - price.grid_export * out.battery_export_kwh
    step_money["battery"] -= own_cost
    step_money["grid"] += own_cost
    if flows.street_bids:
        earned = _earned_by_battery(flows)
        step_money["battery"] += earned
        step_money["homes"] -= earned
    step_kwh |= {name: getattr(out, name) for name in ("battery_import_kwh", "battery_export_kwh", "ev_missing_kwh")}
    step_kwh |= {
        "battery_sold_kwh": np.maximum(out.battery_traded_kwh, 0.0), "battery_bought_kwh": np.maximum(-out.battery_traded_kwh, 0.0),
    }  # fmt: skip
    cost = traded.paid - traded.received + home["grid_cost"] + home["battery_cost"]
    at_home_kwh = np.empty(0) if home_start_kwh is None else home_start_kwh
    balance = Balance(
        kwh=max(
            energy_imbalance(flows, step_kwh, traded.step_kwh, battery, start_kwh, ev_start_kwh),
            home_imbalance(flows, scenario.home_battery, at_home_kwh),
        ),
        money=money_imbalance(step_money, cost),
    )
    balance.check()
    accounts = {name: float(step_money[name].sum()) for name in ACCOUNTS}
    peaks, at_peaks, at_peaks_alone = None, np.zeros_like(cost), np.zeros_like(cost)
    if charge := scenario.grid.demand_charge:
        peaks = demand(flows, step_kwh, charge, timeline(scenario), peak)
        at_peaks, at_peaks_alone = peaks.payment, peaks.without_battery
        for account, got in (("homes", -at_peaks.sum()), ("battery", -peaks.by_battery), ("grid", peaks.total)):
            accounts[account] += float(got)
        cost = cost + at_peaks
    share = _fund_share(battery, accounts["battery"], home["battery_charged_kwh"] + home["battery_drawn_kwh"])
    period_payment = np.zeros(share.size) if period_payment is None else period_payment
    for account, amount in (("battery", -share), ("market", period_payment)):
        accounts["homes"] -= float(amount.sum())
        accounts[account] += float(amount.sum())
    grid_cost, without_battery = home["grid_cost"], home["cost_without_battery"]
    bills = credits_left = None
    if contracts is not None:
        run, alone = (None, None) if before is None else before
        bills = street_bills(contracts, flows, read, run)
        without = (
            _without_battery(contracts, flows, read, alone, bills if run is alone else None) if baseline else bills
        )
        without_battery = without.by_home() if baseline else np.full_like(share, np.nan)
        credits_left = Credits(bills.carried, bills.carried if without is bills else without.carried)
        grid_cost = bills.by_home()
        cost = traded.paid - traded.received + grid_cost + home["battery_cost"] + at_peaks
        to_grid = float(own_cost.sum()) + (0.0 if peaks is None else peaks.total)
        balance = _billed(accounts, balance, bills, home, cost - share + period_payment, to_grid)
    with np.errstate(invalid="ignore", divide="ignore"):
        p2p_price = traded.step_paid / traded.step_kwh
    home_kwh, step_kwh = _known(flows.net_metered, home, step_kwh)
    kept = baseline and flows.battery_homes.size > 0 and flows.fleet.homes.size > 0
    return Settlement(
        home_kwh=home_kwh,
        step_kwh=step_kwh,
        step_money=step_money,
        cost=cost - share + period_payment,
        cost_without_battery=traded.paid - traded.received + without_battery + period_payment + at_peaks_alone,
        grid_cost=grid_cost,
        battery_cost=home["battery_cost"],
        period_payment=period_payment,
        fund_share=share,
        paid=traded.paid,
        received=traded.received,
        trades=np.diff(out.trades_until, prepend=0),
        p2p_price=p2p_price,
        accounts=accounts,
        balance=balance,
        sellers_lose_kwh=traded.sellers_lose_kwh,
        buyers_lose_kwh=traded.buyers_lose_kwh,
        bills=bills,
        credits=credits_left,
        demand=peaks,
        curtailed_value=home.get("curtailed_value", np.zeros(share.size)),
        limits=limits_of(scenario),
        alone_kwh=flows.before_batteries_kwh if kept else np.empty((0, 0)),
    )


def _without_battery(
    contracts: Contracts, flows: Flows, read: Metered, before: Carried | None, bills: StreetBills | None
) -> StreetBills:
    """Return the bills if the battery were not there.

    Args:
        contracts: The tariffs.
        flows: What moved.
        read: What the homes' meters say of it.
        before: What export left in months before the run.
        bills: Those with the battery, if they began with the same.
    """
    if bills is not None and (read.taken == read.taken_alone).all() and (read.given == read.given_alone).all():
        return bills
    return street_bills(contracts, flows, read, before, battery=False)


def _billed(
    accounts: dict[str, float],
    balance: Balance,
    bills: StreetBills,
    home: Mapping[str, Array],
    cost: Array,
    own_cost: float,
) -> Balance:
    """Put bills in place of the prices that stood for them, and return the balance with theirs.

    The homes' account is the sum of their costs, those of the utility and the state the sums of the lines of all bills. A premium
    has an account of its own, whoever pays it.

    Args:
        accounts: Is changed.
        balance: Of the steps.
        bills: The utility's.
        home: For the energy that crossed each meter.
        cost: What each home pays in all, shape (home,).
        own_cost: What the battery itself pays the grid, and what the street's peaks cost.

    Raises:
        BalanceError: Bills and accounts, or bills and meters, do not balance.
    """
    lines = bills.by_component()
    taxes, premium = float(bills.by_home(TAX).sum()), lines.get(PREMIUM, 0.0)
    accounts |= {
        "homes": -float(cost.sum()),
        "grid": sum(lines.values()) - taxes - premium + own_cost,
        TAX_ACCOUNT: taxes,
    }
    if PREMIUM in lines:
        accounts[PREMIUM] = premium
    amounts = [*lines.values(), *accounts.values()]
    gap = abs(sum(accounts.values())) / max(1.0, sum(map(abs, amounts)))
    found = Balance(
        kwh=max(balance.kwh, bills.imbalance_kwh(home["grid_import_kwh"], home["grid_export_kwh"])),
        money=max(balance.money, gap),
    )
    found.check()
    return found


def _sum_flows(flows: Flows, price: Prices, slots: Slots) -> tuple[dict[str, Array], dict[str, Array], Array, Metered]:
    """Sum flows over steps and over homes.

    Returns:
        Of each home, by name, shape (home,): each flow, what it pays battery and grid, "cost_without_battery": what the
        grid alone would cost for what the market left, "ev_lent_kwh", and "curtailed_value" if roofs had to leave out any. Of each step, by name, shape (step,): each flow.
        What homes pay battery and grid in each step. And what crossed the homes' meters in each slot.
    """
    out, all_of_it = flows.outputs, np.ones(flows.outputs.soc_kwh.size)
    share, alone = {name: flow.of(all_of_it, out) for name, flow in FLOWS.items()}, all_of_it - out.curtail_alone_share
    sums = [(name, flow.row, share[name]) for name, flow in FLOWS.items()]
    sums += [(f"{flow.account}_cost", flow.row, costs(flow, share[flow.name], price)) for flow in PRICED]
    sums += [
        ("cost_without_battery", flow.row, costs(flow, all_of_it if flow.source else alone, price))
        for flow in PRICED
        if flow.account == "grid"
    ]
    sums += [("ev_lent_kwh", Row.EV_LENT, all_of_it)]
    if out.curtail_share.any():
        sums += [("curtailed_value", Row.SURPLUS, out.curtail_share * price.grid_export)]
    row_price = np.zeros((len(Row), all_of_it.size))
    for flow in PRICED:
        row_price[flow.row] += costs(flow, share[flow.name], price)
    columns = {column: place for place, column in enumerate(dict.fromkeys(column for column, _, _ in sums))}
    terms = Terms(
        column=np.array([columns[column] for column, _, _ in sums]),
        row=np.array([row for _, row, _ in sums], np.int64),
        weight=np.array([weight for _, _, weight in sums]),
    )
    by_home, by_step, by_slot = sum_rows(flows.moved, len(columns), terms, row_price, slots)
    step_kwh = {name: flow.of(by_step[flow.row], out) for name, flow in FLOWS.items()}
    return dict(zip(columns, by_home, strict=True)), step_kwh, by_step[-1], Metered(*by_slot)


def _known(
    net_metered: NDArray[np.bool_], home: Mapping[str, Array], step_kwh: dict[str, Array]
) -> tuple[dict[str, Array], dict[str, Array]]:
    """Return each flow of each home and of each step; NaN where it is behind a meter that sees import and export alone.

    Args:
        net_metered: Homes of which only import and export are known, shape (home,).
        home: Sums of each home by name, the flows among them, shape (home,).
        step_kwh: Each flow of all homes by name, shape (step,).
    """
    home_kwh = {name: home[name] for name in (*FLOWS, "ev_lent_kwh")}
    if not net_metered.any():
        return home_kwh, step_kwh
    hidden = [name for name in home_kwh if name not in FLOWS or FLOWS[name].behind_meter]
    home_kwh |= {name: np.where(net_metered, np.nan, home_kwh[name]) for name in hidden}
    return home_kwh, step_kwh | {name: np.full_like(step_kwh[name], np.nan) for name in hidden if name in FLOWS}


def _money(
    traded: TradeTotals, rest_cost: Array, step_kwh: Mapping[str, Array], price: Prices, network_charge: float
) -> dict[str, Array]:
    """Return what each account receives less what it pays in each step, shape (step,).

    Args:
        traded: The trades.
        rest_cost: What homes pay battery and grid in each step, summed home by home.
        step_kwh: Each flow of all homes in each step.
        price: Prices of battery and grid.
        network_charge: What buyers pay the network for a kWh.
    """
    network = network_charge * traded.step_kwh
    money = {
        **{account: np.zeros(rest_cost.size) for account in ACCOUNTS},
        "homes": traded.step_received - traded.step_paid - rest_cost,
        "network": network,
        "market": traded.step_paid - traded.step_received - network,
    }
    for flow in PRICED:
        money[flow.account] += costs(flow, step_kwh[flow.name], price)
    return money


def _earned_by_battery(flows: Flows) -> Array:
    """Return what the community battery got for what it sold in the market, less what it paid for what it bought, shape (step,)."""
    steps, place = flows.profiles.load_kwh.shape
    step, earned = flows.step_of_trades(0, steps), np.zeros(steps)
    for side, amounts, sign in (("seller", received_for, 1.0), ("buyer", paid_for, -1.0)):
        own = flows.trades[side] == place
        earned += sign * np.bincount(step[own], amounts(flows.trades[own]), minlength=steps)
    return earned


def _fund_share(battery: Battery, fund: float, use: Array) -> Array:
    """Return each home's share of what the battery earned.

    Args:
        battery: Says how it is shared.
        fund: What it earned.
        use: What each home charged and drew, kWh, shape (home,).
    """
    if battery.fund_share == "keep":
        return np.zeros(use.size)
    if battery.fund_share == "use" and use.sum() > 0.0:
        share: Array = fund * use / use.sum()
        return share
    return np.full(use.size, fund / use.size)
