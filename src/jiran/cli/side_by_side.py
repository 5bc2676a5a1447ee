"""Controllers side by side, and how wrong forecasts are: `jiran compare --controllers`, `jiran forecasts --on`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.box import SIMPLE_HEAD
from rich.table import Table

from jiran.cli.printing import console
from jiran.report import forecasts
from jiran.report.controllers import STORES, name_of, notes, worth_of_perfect

if TYPE_CHECKING:
    from jiran.judge.by_controller import SideBySide
    from jiran.judge.forecast_error import ForecastError
    from jiran.scenario import Scenario


def controllers_data(found: SideBySide) -> dict[str, Any]:
    """Return controllers side by side as data."""
    runs = [one.__dict__ for one in found.runs]
    return {
        "stores": found.who,
        "runs": runs,
        "optimum_cost": found.optimum_cost,
        "perfect_forecast_worth": found.perfect_worth,
    }


def print_controllers(found: SideBySide, scenario: Scenario) -> None:
    """Print controllers side by side, cheapest first."""
    screen = console()
    screen.print(f"{scenario.name}: who runs {STORES[found.who]}", style="bold")
    if found.perfect_worth is not None:
        worth = worth_of_perfect(found.perfect_worth, getattr(scenario, found.who).forecast, scenario.currency)
        screen.print(worth, soft_wrap=True)
    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("Run by", style="bold", no_wrap=True)
    for heading in ("Cost", "Reached", "Of the gap", "Cycles", "Wear", "Peak kW", "Left kWh"):
        table.add_column(heading, justify="right", no_wrap=True)
    for one in found.runs:
        table.add_row(
            name_of(one), f"{one.cost:,.2f}", _percent(one.optimum_share), _percent(one.gap_closed), f"{one.cycles:.1f}", f"{one.wear:,.2f}",
            f"{one.peak_import_kw:.1f}", f"{one.stored_end_kwh:.1f}",
        )  # fmt: skip
    if found.optimum_cost is not None:
        table.add_row("optimum (bound)", f"{found.optimum_cost:,.2f}", "100.0%", "100.0%", "", "", "", "")
    screen.print(table)
    screen.print(notes(scenario.currency), style="dim", soft_wrap=True)


def print_errors(errors: tuple[ForecastError, ...], scenario: Scenario) -> None:
    """Print how wrong forecasts are, best first."""
    screen = console()
    screen.print(f"{scenario.name}: how wrong each forecast is of the coming day", style="bold")
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for heading in ("Forecast", "Of a home", "Of the street", "Against yesterday"):
        table.add_column(heading, justify="right" if heading != "Forecast" else "left")
    for one in errors:
        change = "-" if one.against_yesterday is None else f"{100.0 * one.against_yesterday:+.1f} %"
        table.add_row(forecasts.name_of(one), _percent(one.home), _percent(one.street), change)
    screen.print(table)
    screen.print(forecasts.NOTES, style="dim", soft_wrap=True)


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100.0 * share:.1f}%"
