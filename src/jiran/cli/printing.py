"""What the command line prints: figures as a person reads them."""

from __future__ import annotations

import errno
import inspect
import os
from typing import TYPE_CHECKING, NoReturn

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from jiran.sentences import said
from jiran.words import counted

if TYPE_CHECKING:
    from jiran.plugins.plugin import Plugin
    from jiran.result.figures import Kpi
    from jiran.result.result import Result

#: The figures that `jiran run` prints; --json prints all.
SHOWN = {
    "Energy": ("generation_kwh", "demand_kwh", "street_import_kwh", "street_self_sufficiency", "peak_import_kw",
               "grid_import_kwh", "grid_export_kwh", "self_consumption", "self_sufficiency"),
    "Neighbours": ("p2p_kwh", "p2p_share", "trades", "ev_lent_kwh"),
    "Battery": ("battery_charged_kwh", "battery_drawn_kwh", "battery_cycles", "battery_loss_kwh"),
    "Money": ("cost", "saving", "saving_share", "saving_grid_only", "saving_grid_only_share"),
    "Fairness": ("home_saving_best", "home_saving_worst", "homes_worse_off", "saving_jain", "saving_gini"),
    "CO2": ("co2_kg", "co2_avoided_kg"),
}  # fmt: skip
#: Those that also mean something for the baseline.
_COMPARED = {*SHOWN["Energy"], "battery_charged_kwh", "battery_drawn_kwh", "battery_cycles", "cost", "co2_kg"}
#: Figures without a unit that are no shares.
_PLAIN = {"trades": 0, "battery_cycles": 2, "saving_jain": 2, "saving_gini": 2}
#: A narrower terminal breaks lines by itself: tables that are squeezed further say nothing.
_NARROWEST = 60


class _Console(Console):
    """A console that leaves it to the command line how a closed pipe ends the program."""

    def on_broken_pipe(self) -> NoReturn:
        """Pass the fault on."""
        raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))


def console(*, stderr: bool = False) -> Console:
    """Return a terminal that prints text as it is: names come from users."""
    screen = _Console(stderr=stderr, markup=False, emoji=False, highlight=False)
    screen.width = max(screen.width, _NARROWEST)
    return screen


def print_list(name: str, meaning: str, rows: dict[str, str]) -> None:
    """Print names with their meanings."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column(name, style="bold", no_wrap=True)
    table.add_column(meaning)
    for row in rows.items():
        table.add_row(*row)
    console().print(table)


def print_plugin(plugin: Plugin) -> None:
    """Print what a rule or strategy does, and its parameters."""
    screen = console()
    screen.print(plugin.name, style="bold")
    screen.print(inspect.cleandoc(plugin.function.__doc__ or ""), soft_wrap=True)
    table = Table("Parameter", "Default", "Allowed", "Meaning", box=SIMPLE_HEAD, pad_edge=False)
    for key, parameter in plugin.parameters.items():
        meaning = f"{parameter.description} [{parameter.unit}]" if parameter.unit else parameter.description
        table.add_row(key, str(parameter.default), parameter.allowed, meaning)
    screen.print(table if plugin.parameters else "\nIt has no parameters.")


def print_result(result: Result) -> None:
    """Print a run's figures beside the baseline's, and its balance."""
    from jiran.explain.run import grid, story  # noqa: PLC0415  loads numpy

    scenario, worst, screen = result.scenario, result.balance, console()
    money, market = scenario.currency, scenario.market
    screen.print(scenario.name, style="bold")
    screen.print(scenario.description, style="dim")
    rule = ", ".join((market.mechanism, *(f"{key} {value}" for key, value in market.parameters.items())))
    times = f"{counted(scenario.steps, 'step')} of {scenario.step_minutes} min from {scenario.start:%Y-%m-%d %H:%M}"
    screen.print(f"{counted(result.community.size, 'home')}, {times}, {rule}", style="dim")
    screen.print(_figures(result))
    for sentence in (*said(grid(result, 0, scenario.steps)), *story(result)):
        screen.print(sentence.text)
    sen = "sen" if money == "MYR" else money
    off = f"{worst.kwh:.0e} of its kWh and {worst.money:.0e} of its {money}"
    screen.print(f"Every kWh and {sen} is accounted for: each step balances to {off}.", style="green")


def _figures(result: Result) -> Table:
    """Return the table of figures, beside the baseline where it has a figure of its own."""
    from jiran.result.figures import KPIS, kpis  # noqa: PLC0415  loads numpy

    scenario, alone, stored = result.scenario, result.without_p2p, result.start.stored_kwh
    baseline = kpis(scenario, alone, alone, result.timeline.step_h, stored, stored)
    table = Table("", "", "With trading", "Without", "", box=SIMPLE_HEAD, pad_edge=False)
    for column, style in zip(table.columns, ("bold", "", "bold", "dim", "dim"), strict=True):
        column.style, column.justify = style, "right" if column.header else "left"
    absent = (
        *(SHOWN["Battery"] if not scenario.battery.capacity_kwh else ()),
        *(() if scenario.ev.supply.enabled else ("ev_lent_kwh",)),
    )
    for group, names in SHOWN.items():
        there = [name for name in names if name not in absent]
        for name in there:
            kpi = KPIS[name]
            without = shown(name, kpi, baseline) if name in _COMPARED else ""
            unit = scenario.currency if kpi.unit == "money" else kpi.unit
            title = group if name == there[0] else ""
            last = name == there[-1]
            table.add_row(title, kpi.label, shown(name, kpi, result.kpis), without, unit, end_section=last)
    return table


def shown(name: str, kpi: Kpi, figures: dict[str, float | None]) -> str:
    """Return a figure as a person reads it: a share in per cent, what is undefined as a dash."""
    value = figures[name]
    if value is None or kpi.unit == "money" or name in _PLAIN:
        return number(value, _PLAIN.get(name, 2))
    if not kpi.unit:
        return f"{number(100 * value, 1)} %"
    return number(value, 0 if abs(value) >= 1000 else 1 if abs(value) >= 10 else 2)


def number(value: float | None, decimals: int) -> str:
    """Return a number with separated thousands, never -0, and a dash for None.

    Example:
        >>> number(1234.5, 1), number(-0.0001, 2), number(None, 2)
        ('1,234.5', '0.00', '-')
    """
    return "-" if value is None else f"{round(value, decimals) + 0.0:,.{decimals}f}"
