"""Controllers side by side, and how wrong forecasts are: `jiran compare --controllers`, `jiran forecasts --on`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.box import SIMPLE_HEAD
from rich.table import Table

from jiran.cli.printing import console
from jiran.report import forecasts
from jiran.report.controllers import STORES, cells, html, notes, rows, say
from jiran.saving import save_file
from jiran.saving.formats import csv_bytes

if TYPE_CHECKING:
    from pathlib import Path

    from jiran.judge.by_controller import SideBySide
    from jiran.judge.forecast_error import ForecastError
    from jiran.scenario import Scenario


def controllers_data(found: SideBySide) -> dict[str, Any]:
    """Return controllers side by side as data."""
    return {
        "stores": found.who,
        "runs": [vars(one) | {"net_cost": one.net_cost} for one in found.runs],
        "optimum_cost": found.optimum_cost,
        "optimum_rest_worth": found.optimum_rest_worth,
        "perfect_forecast_worth": found.perfect_worth,
        "rest_price": {"battery": found.rest.battery, "car": found.rest.car},
    }


def print_controllers(found: SideBySide, scenario: Scenario) -> None:
    """Print controllers side by side, least net cost first."""
    screen = console()
    screen.print(f"{scenario.name}: who runs {STORES[found.who]}", style="bold")
    screen.print(" ".join(map(str, say(found, scenario))), soft_wrap=True)
    head, body = cells(found, scenario.currency)
    listing = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    listing.add_column(head[0], style="bold", no_wrap=True)
    for place, heading in enumerate(head[1:], 1):
        words = [*heading.split(), *(row[place] for row in body)]
        listing.add_column(heading, justify="right", min_width=max(map(len, words)))
    for row in body:
        listing.add_row(*row)
    screen.print(listing, soft_wrap=True)
    screen.print(notes(found, scenario.currency), style="dim", soft_wrap=True)


def write_controllers(
    found: SideBySide, scenario: Scenario, names: list[str] | None, foreseen: list[str] | None, file: Path
) -> None:
    """Write controllers side by side as CSV, or as a page for the browser.

    Args:
        found: What was compared.
        scenario: Of what street.
        names: Which controllers were asked for; None: all.
        foreseen: Which forecasts; None: the scenario's own.
        file: Ends in .csv or .html.

    Raises:
        JiranError: The file cannot be written.
    """
    import polars as pl  # noqa: PLC0415  slow to import; only files need it

    if file.suffix == ".html":
        save_file(file, html(found, scenario, names, foreseen).encode())
    else:
        save_file(file, csv_bytes(pl.DataFrame(rows(found), infer_schema_length=None)))


def print_errors(errors: tuple[ForecastError, ...], scenario: Scenario) -> None:
    """Print how wrong forecasts are, best first."""
    screen = console()
    screen.print(f"{scenario.name}: how wrong each forecast is of the coming day", style="bold")
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for heading in ("Forecast", "Of a home", "Of the street", "Against yesterday"):
        table.add_column(heading, justify="right" if heading != "Forecast" else "left")
    for one in errors:
        change = "-" if one.against_yesterday is None else f"{100.0 * one.against_yesterday:+.1f}%"
        table.add_row(forecasts.name_of(one), _percent(one.home), _percent(one.street), change)
    screen.print(table)
    screen.print(forecasts.NOTES, style="dim", soft_wrap=True)


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100.0 * share:.1f}%"
