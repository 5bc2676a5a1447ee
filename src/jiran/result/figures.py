"""Key figures of a run: each is declared here, once; what is undefined is None, and nothing is clipped.

A new figure is an entry of `KPIS` and a value worked out by hand in `tests/result/test_figures.py`; nothing else names it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from jiran.engine.flows import given_out, taken_in
from jiran.nothing import NOTHING_MONEY
from jiran.result.basis import NOTHING_BESIDE, Beside, Run
from jiran.result.figure import COUNT, ENERGY, GROUPS, INDEX, MASS, MONEY, POWER, SHARE, WAIT, Column, Figure
from jiran.result.shares import gini, jain, ratio, rest

if TYPE_CHECKING:
    from jiran.engine.energy import Array
    from jiran.money.settlement import Settlement
    from jiran.scenario import Scenario


def kpis(
    scenario: Scenario,
    settled: Settlement,
    without_p2p: Settlement,
    step_h: float,
    start_kwh: float,
    end_kwh: float,
    beside: Beside = NOTHING_BESIDE,
) -> dict[str, float | None]:
    """Return the figures of `KPIS` by name; the arguments are those of `Run`.

    Args:
        scenario: What was asked.
        settled: The run, settled.
        without_p2p: The same homes without trades, settled.
        step_h: Length of a step, h.
        start_kwh: Stored at the start, kWh.
        end_kwh: Stored at the end, kWh.
        beside: What else is known of the run.

    Returns:
        Shares are 0..1; None where a figure is not defined.
    """
    run = Run(scenario, settled, without_p2p, step_h, start_kwh, end_kwh, beside)
    return {name: figure.of(run) for name, figure in KPIS.items()}


def grouped(scenario: Scenario) -> dict[str, list[str]]:
    """Return the names of the figures that `jiran run` prints of a scenario, by heading, in order.

    A figure of something that the scenario does not have, such as a battery, is left out.
    """
    names = sorted((name for name, figure in KPIS.items() if figure.applies(scenario)), key=lambda n: KPIS[n].place)
    return {group: found for group in GROUPS if (found := [name for name in names if KPIS[name].group == group])}


def _has_battery(scenario: Scenario) -> bool:
    """Tell whether there is a battery in the scenario."""
    return scenario.battery.capacity_kwh > 0.0


def _has_bidding_battery(scenario: Scenario) -> bool:
    """Tell whether there is a community battery that bids in the market."""
    return scenario.battery.bids


def _has_planned_battery(scenario: Scenario) -> bool:
    """Tell whether there is a battery in the scenario that may trade with the grid."""
    return scenario.battery.planned


def _has_demand_charge(scenario: Scenario) -> bool:
    """Tell whether the street pays for its peaks."""
    return scenario.grid.demand_charge > 0.0


def _has_import_limit(scenario: Scenario) -> bool:
    """Tell whether there is a limit to what the street takes from the grid."""
    return scenario.grid.import_limit_kw is not None


def _has_export_limit(scenario: Scenario) -> bool:
    """Tell whether there is a limit to what the street gives to the grid."""
    return scenario.grid.export_limit_kw is not None


def _overload_kwh(run: Run) -> Array:
    """Return by how much the street's import is beyond its limit, kWh >= 0, shape (step,)."""
    return run.settled.limits.overload_kwh(run.net_kwh)


def _has_home_batteries(scenario: Scenario) -> bool:
    """Tell whether a home has a battery of its own."""
    return scenario.homes.batteries


def _answers(scenario: Scenario) -> bool:
    """Tell whether homes use less where it is dear."""
    return scenario.load.elasticity != 0.0


def _waits(scenario: Scenario) -> bool:
    """Tell whether homes have load that can wait."""
    return scenario.load.shiftable_share > 0.0


def _answer(run: Run, asked: bool, what: str) -> float | None:  # noqa: FBT001
    """Return what homes changed because of prices: 0 if nobody asked for it, None if it is not known, as of given profiles."""
    if not asked or run.scenario.homes.data is not None:
        return 0.0
    response = run.beside.response
    return None if response is None else float(getattr(response, what))


def _home_loss_kwh(run: Run) -> float:
    """Return what went into batteries in homes, did not come out and is not in them, kWh."""
    return run.kwh["home_battery_charged_kwh"] - run.kwh["home_battery_given_kwh"] - run.beside.gained_at_home_kwh


def _used_at_home(run: Run) -> float | None:
    """Return the share of generation that does not leave the home; what EVs lend is none of it.

    0..1; None without generation.
    """
    return rest(given_out(run.kwh) - run.kwh["ev_lent_kwh"], run.kwh["generation_kwh"])


def _met_at_home(run: Run) -> float | None:
    """Return the share of demand that does not come into the home from outside.

    0..1; None without demand.
    """
    return rest(taken_in(run.kwh), run.demand_kwh)


def _cycles(run: Run) -> float | None:
    """Return how often the usable part of the battery, above its lowest state of charge, was emptied.

    Energy taken out of the store, losses of discharging among it, over what can be taken out of a full one; None
    without a battery.
    """
    battery = run.scenario.battery
    usable_kwh = battery.capacity_kwh * (1.0 - battery.min_soc)
    return ratio(run.battery_kwh["given"] / battery.discharge_efficiency, usable_kwh)


def _loss_kwh(run: Run) -> float:
    """Return what went into the battery, did not come out and is not in it, kWh."""
    return run.battery_kwh["taken"] - run.battery_kwh["given"] - (run.end_kwh - run.start_kwh)


def _co2_kg(run: Run) -> float | None:
    """Return what the community's grid energy emits, kg, or None if the grid's emissions are not known."""
    factor = run.scenario.co2_kg_per_kwh
    return None if factor is None else run.taken_kwh * factor


def _co2_avoided_kg(run: Run) -> float | None:
    """Return what trades and battery avoid against the grid alone, kg, or None if the emissions are not known."""
    factor = run.scenario.co2_kg_per_kwh
    return None if factor is None else (run.taken_alone_kwh - run.taken_kwh) * factor


#: The figures of `result.kpis` in order.
KPIS: dict[str, Figure[Run]] = {
    "generation_kwh": Figure(
        "Generation", ENERGY, "energy generated by all PV", lambda run: run.kwh["generation_kwh"],
        group="Energy", baseline=True,
    ),
    "demand_kwh": Figure(
        "Demand", ENERGY, "household load and EV charging of all homes", lambda run: run.demand_kwh,
        group="Energy", baseline=True,
    ),
    "load_kwh": Figure("Household load", ENERGY, "demand without EVs", lambda run: run.kwh["load_kwh"]),
    "load_saved_kwh": Figure(
        "Load saved by its price", ENERGY,
        "household load at the reference price less that at the grid's prices, by load.elasticity; the baseline's homes answer alike",
        lambda run: _answer(run, _answers(run.scenario), "saved_kwh"),
        group="Energy", place=5, applies=_answers,
    ),
    "load_shifted_kwh": Figure(
        "Moved to cheaper hours", ENERGY, "household load that waits for another hour of its day, by load.shiftable_share",
        lambda run: _answer(run, _waits(run.scenario), "shifted_kwh"),
        group="Energy", place=5, applies=_waits,
    ),
    "load_shifted_kwh_h": Figure(
        "Waiting for cheaper hours", WAIT, "load_shifted_kwh times the hours by which each kWh moves: the comfort that it costs",
        lambda run: _answer(run, _waits(run.scenario), "shifted_kwh_h"),
        group="Energy", place=5, applies=_waits,
    ),
    "ev_kwh": Figure("EV charging", ENERGY, "energy charged by EVs", lambda run: run.kwh["ev_kwh"]),
    "ev_supplied_kwh": Figure(
        "EV supply", ENERGY, "energy that EVs gave to their own home and to neighbours",
        lambda run: run.kwh["ev_supplied_kwh"],
    ),
    "ev_lent_kwh": Figure(
        "EV supply to neighbours", ENERGY, "the part of ev_supplied_kwh that neighbours bought",
        lambda run: run.kwh["ev_lent_kwh"],
        group="Neighbours", place=2, applies=lambda scenario: scenario.ev.supply.enabled,
    ),
    "departure_missing_kwh": Figure(
        "Missing at departures", ENERGY, "by how much cars that charge by plans held less than they should when they left",
        lambda run: float(run.settled.step_kwh["ev_missing_kwh"].sum()),
        group="Energy", place=4, baseline=True, applies=lambda scenario: scenario.ev.planned,
    ),
    "ev_overrides": Figure(
        "Cars wanted full now", COUNT, "how often a driver who came back wanted the car full at once, whatever its plan, by ev.override_share",
        lambda run: float(run.beside.overrides),
        group="Energy", place=4, applies=lambda scenario: scenario.ev.planned and scenario.ev.override_share > 0.0,
    ),
    "p2p_kwh": Figure(
        "Traded between neighbours", ENERGY, "energy of all P2P trades", lambda run: run.traded_kwh,
        group="Neighbours", card="Traded, kWh",
        column=Column("Traded, kWh", "Traded, kWh", "Traded kWh", 96, "Energy that neighbours sold to each other."),
    ),
    "trades": Figure(
        "Trades", COUNT, "number of P2P trades", lambda run: float(run.settled.trades.sum()), group="Neighbours", place=1
    ),
    "p2p_share": Figure(
        "P2P share of demand", SHARE, "p2p_kwh / demand_kwh",
        lambda run: ratio(run.traded_kwh, run.demand_kwh), group="Neighbours",
    ),
    "street_import_kwh": Figure(
        "Grid import of the street", ENERGY,
        "what homes import less what they export, summed over the steps in which that is positive",
        lambda run: run.taken_kwh, group="Energy", baseline=True,
    ),
    "street_self_sufficiency": Figure(
        "Self-sufficiency of the street", SHARE, "1 - street_import_kwh / demand_kwh",
        lambda run: rest(run.taken_kwh, run.demand_kwh),
        group="Energy", baseline=True, better="higher", card="Self-sufficiency",
    ),
    "self_consumption": Figure(
        "Self-consumption, home by home", SHARE,
        "share of generation neither exported nor curtailed: 1 - (grid_export_kwh + curtailed_kwh) / generation_kwh",
        lambda run: rest(run.kwh["grid_export_kwh"] + run.kwh["curtailed_kwh"], run.kwh["generation_kwh"]),
        group="Energy", place=3, baseline=True,
    ),
    "self_sufficiency": Figure(
        "Self-sufficiency, home by home", SHARE, "share of demand not imported: 1 - grid_import_kwh / demand_kwh",
        lambda run: rest(run.kwh["grid_import_kwh"], run.demand_kwh),
        group="Energy", place=3, baseline=True,
    ),
    "self_consumption_homes": Figure(
        "Self-consumption, each for itself", SHARE, "share of generation used in the home that generated it",
        _used_at_home,
    ),
    "self_sufficiency_homes": Figure(
        "Self-sufficiency, each for itself", SHARE, "share of demand met from the home's own roof and EV", _met_at_home
    ),
    "grid_import_kwh": Figure(
        "Grid import, home by home", ENERGY, "energy that homes take from the grid",
        lambda run: run.kwh["grid_import_kwh"], group="Energy", place=2, baseline=True,
    ),
    "grid_export_kwh": Figure(
        "Grid export, home by home", ENERGY, "energy that homes give to the grid",
        lambda run: run.kwh["grid_export_kwh"], group="Energy", place=2, baseline=True,
    ),
    "peak_import_kw": Figure(
        "Peak import", POWER, "highest mean power of a step that the community takes from the grid, import less export",
        lambda run: float(run.import_kw.max()), group="Energy", place=1, baseline=True,
    ),
    "peak_export_kw": Figure(
        "Peak export", POWER, "highest mean power of a step that the community gives to the grid, export less import",
        lambda run: float(np.maximum(-run.net_kwh, 0.0).max()) / run.step_h,
    ),
    "load_factor": Figure(
        "Load factor", SHARE, "mean of what the community takes from the grid / peak_import_kw",
        lambda run: ratio(float(run.import_kw.mean()), float(run.import_kw.max())),
    ),
    "import_limit_share": Figure(
        "Peak import against its limit", SHARE, "highest import of the community over the limit of its step; none without a limit above 0",
        lambda run: run.settled.limits.import_share(run.net_kwh),
        group="Energy", place=1, baseline=True, applies=_has_import_limit,
    ),
    "overload_kwh": Figure(
        "Import beyond the limit", ENERGY, "what the community takes from the grid beyond grid.import_limit_kw: nobody is cut off",
        lambda run: float(_overload_kwh(run).sum()),
        group="Energy", place=1, baseline=True, applies=_has_import_limit,
    ),
    "overload_kw": Figure(
        "Highest import beyond the limit", POWER, "the most by which the mean power of a step is beyond grid.import_limit_kw",
        lambda run: float(_overload_kwh(run).max()) / run.step_h,
        group="Energy", place=1, baseline=True, applies=_has_import_limit,
    ),
    "overload_steps": Figure(
        "Steps beyond the limit", COUNT, "steps in which import is beyond grid.import_limit_kw",
        lambda run: float(np.count_nonzero(_overload_kwh(run))),
        group="Energy", place=1, baseline=True, applies=_has_import_limit,
    ),
    "curtailed_kwh": Figure(
        "Curtailed", ENERGY, "what roofs leave out, as the community would export more than grid.export_limit_kw",
        lambda run: run.kwh["curtailed_kwh"], group="Energy", place=1, baseline=True, applies=_has_export_limit,
    ),
    "curtailed_steps": Figure(
        "Steps with curtailment", COUNT, "steps in which roofs leave something out",
        lambda run: float(np.count_nonzero(run.settled.step_kwh["curtailed_kwh"])),
        group="Energy", place=1, baseline=True, applies=_has_export_limit,
    ),
    "curtailed_value": Figure(
        "Worth of what is curtailed", MONEY, "curtailed_kwh at the export price of each step: what homes do not earn; no bill counts it",
        lambda run: float(run.settled.curtailed_value.sum()),
        group="Money", place=1, baseline=True, applies=_has_export_limit,
    ),
    "cost": Figure(
        "Cost", MONEY, "what all homes pay in all, less what they earn", lambda run: run.cost,
        group="Money", baseline=True, better="lower", card="All bills, money",
    ),
    "demand_charges": Figure(
        "Demand charges", MONEY,
        "what the street's highest import of each month costs, a part of what homes and the battery's fund pay the grid",
        lambda run: 0.0 if run.settled.demand is None else run.settled.demand.total,
        group="Money", baseline=True, applies=_has_demand_charge,
    ),
    "cost_without_p2p": Figure(
        "Cost without P2P", MONEY, "the same homes and battery without trades between homes",
        lambda run: run.cost_without_p2p,
    ),
    "cost_grid_only": Figure(
        "Cost with the grid alone", MONEY, "the same homes, batteries of their own too, without trades and without the community battery",
        lambda run: run.cost_grid_only,
    ),
    "saving": Figure(
        "Saving by P2P", MONEY, "cost_without_p2p - cost", lambda run: run.cost_without_p2p - run.cost,
        group="Money", better="higher", card="Saved, money",
        column=Column("All save, money", "All save", "All save", 76, "What trading saves all homes together."),
    ),
    "saving_share": Figure(
        "Saving by P2P, share", SHARE, "saving / cost_without_p2p, if that is positive",
        lambda run: ratio(run.cost_without_p2p - run.cost, run.cost_without_p2p), group="Money",
    ),
    "saving_grid_only": Figure(
        "Saving against the grid alone", MONEY, "cost_grid_only - cost", lambda run: run.cost_grid_only - run.cost,
        group="Money",
    ),
    "saving_grid_only_share": Figure(
        "Saving against the grid alone, share", SHARE, "saving_grid_only / cost_grid_only, if that is positive",
        lambda run: ratio(run.cost_grid_only - run.cost, run.cost_grid_only), group="Money",
    ),
    "home_saving_mean": Figure(
        "Saving of a home, mean", MONEY, "mean over homes of the saving by P2P", lambda run: float(run.saving.mean())
    ),
    "home_saving_best": Figure(
        "Saving of a home, highest", MONEY, "highest saving by P2P of any home", lambda run: float(run.saving.max()),
        group="Fairness",
        column=Column(
            "Best home, money", "Best home", "Best home", 86, "What the home saves that gains most from trading."
        ),
    ),
    "home_saving_worst": Figure(
        "Saving of a home, lowest", MONEY, "lowest saving by P2P of any home", lambda run: float(run.saving.min()),
        group="Fairness",
        column=Column(
            "Worst home, money", "Worst home", "Worst home", 94,
            "What the home saves that gains least from trading; below 0 it pays more.", "loss",
        ),
    ),
    "homes_worse_off": Figure(
        "Homes worse off", SHARE, "share of homes that pay more than without P2P (same battery)",
        lambda run: float((run.saving < -NOTHING_MONEY).mean()),
        group="Fairness", better="lower", card="Worse off",
        column=Column(
            "Homes that lose, %", "Losers, %", "Lose %", 80,
            "Share of the homes that pay more than without trading.", "kept",
        ),
    ),
    "homes_worse_off_grid_only": Figure(
        "Homes worse off than with the grid alone", SHARE, "share of homes that pay more than without P2P and community battery",
        lambda run: float((run.saving_grid_only < -NOTHING_MONEY).mean()),
    ),
    "saving_jain": Figure(
        "Fairness of savings, Jain", INDEX,
        "(sum x)^2 / (n sum x^2) of homes' savings by P2P; 1 = all equal, 1/n = one home has all; none if a home loses",
        lambda run: jain(run.saving), group="Fairness", evenness=True,
        column=Column(
            "Evenness, 0 to 1", "Evenness", "Even ness", 80,
            "Jain's index of what the homes save by trading: 1 = all the same, 0.08 = one of twelve homes has it all. "
            "Empty if nobody saves anything, or if a home loses: then it means nothing.",
            "best",
        ),
    ),
    "saving_gini": Figure(
        "Inequality of savings, Gini", INDEX,
        "mean difference of homes' savings / (2 mean saving); 0 = all equal; none if a home loses",
        lambda run: gini(run.saving), group="Fairness", evenness=True,
    ),
    "battery_charged_kwh": Figure(
        "Battery charged", ENERGY, "energy put into the battery", lambda run: run.battery_kwh["taken"],
        group="Battery", baseline=True, applies=_has_battery,
    ),
    "battery_drawn_kwh": Figure(
        "Battery drawn", ENERGY, "energy taken from the battery", lambda run: run.battery_kwh["given"],
        group="Battery", baseline=True, applies=_has_battery,
    ),
    "battery_import_kwh": Figure(
        "Battery, from the grid", ENERGY, "the part of battery_charged_kwh that it bought from the grid",
        lambda run: run.battery_kwh["import"], group="Battery", baseline=True, applies=_has_planned_battery,
    ),
    "battery_export_kwh": Figure(
        "Battery, to the grid", ENERGY, "the part of battery_drawn_kwh that it sold to the grid",
        lambda run: run.battery_kwh["export"], group="Battery", baseline=True, applies=_has_planned_battery,
    ),
    "battery_bought_kwh": Figure(
        "Battery, bought of homes in the market", ENERGY, "energy that it bought in P2P trades",
        lambda run: run.battery_kwh["bought"], group="Battery", applies=_has_bidding_battery,
    ),
    "battery_sold_kwh": Figure(
        "Battery, sold to homes in the market", ENERGY, "energy that it sold in P2P trades",
        lambda run: run.battery_kwh["sold"], group="Battery", applies=_has_bidding_battery,
    ),
    "battery_wear": Figure(
        "Wear of the battery", MONEY, "battery_drawn_kwh * wear_cost; no bill and no cost counts it",
        lambda run: run.battery_kwh["given"] * run.scenario.battery.wear_cost,
        group="Battery", applies=_has_planned_battery,
    ),
    "battery_cycles": Figure(
        "Battery cycles", INDEX, "energy taken out of the store / usable capacity", _cycles,
        group="Battery", baseline=True, applies=_has_battery,
    ),
    "battery_loss_kwh": Figure(
        "Battery losses", ENERGY, "charged - drawn - gain in stored energy", _loss_kwh,
        group="Battery", applies=_has_battery,
    ),
    "home_battery_charged_kwh": Figure(
        "Home batteries charged", ENERGY, "energy that batteries in homes took, with their standby",
        lambda run: run.kwh["home_battery_charged_kwh"], group="Battery", applies=_has_home_batteries,
    ),
    "home_battery_given_kwh": Figure(
        "Home batteries gave", ENERGY, "energy that batteries in homes gave",
        lambda run: run.kwh["home_battery_given_kwh"], group="Battery", applies=_has_home_batteries,
    ),
    "home_battery_loss_kwh": Figure(
        "Home battery losses", ENERGY, "charged - given - gain in stored energy, of batteries in homes", _home_loss_kwh,
        group="Battery", applies=_has_home_batteries,
    ),
    "home_battery_standby_kwh": Figure(
        "Standby of home batteries", ENERGY, "the part of home_battery_loss_kwh that they use whatever they do: standby_w in each hour",
        lambda run: run.beside.standby_at_home_kwh,
        group="Battery", applies=lambda scenario: _has_home_batteries(scenario) and scenario.home_battery.standby_w > 0.0,
    ),
    "home_battery_wear": Figure(
        "Wear of home batteries", MONEY, "home_battery_given_kwh * wear_cost; no bill and no cost counts it",
        lambda run: run.kwh["home_battery_given_kwh"] * run.scenario.home_battery.wear_cost,
        group="Battery", applies=_has_home_batteries,
    ),
    "soc_end_kwh": Figure(
        "Stored at the end", ENERGY, "energy in the battery after the last step", lambda run: run.end_kwh
    ),
    "stored_end_kwh": Figure(
        "Stored at the end, cars too", ENERGY,
        "in the battery, in those of homes, and in EVs that lend theirs or charge by plans, after the last step; no cost values it",
        lambda run: run.end_kwh + run.beside.stored_beside_kwh,
    ),
    "co2_kg": Figure(
        "CO2 of grid import", MASS,
        "what the community takes from the grid, import less export step by step, * emissions of a kWh from the grid",
        _co2_kg, group="CO2", baseline=True,
    ),
    "co2_avoided_kg": Figure(
        "CO2 avoided", MASS,
        "CO2 with the grid alone, less co2_kg; where no battery or car bids, trades alone avoid none: they only change who pays whom",
        _co2_avoided_kg, group="CO2", better="higher", card="CO₂ avoided, kg",
    ),
}  # fmt: skip
