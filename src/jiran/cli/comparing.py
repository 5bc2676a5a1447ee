"""`jiran compare`: many rules, or two scenarios, side by side in the terminal and in files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from rich.box import SIMPLE_HEAD
from rich.table import Table

from jiran.cli.printing import PLAIN, console, number
from jiran.errors import JiranError

if TYPE_CHECKING:
    import polars as pl

    from jiran.comparison import Comparison
    from jiran.scenario import Scenario

#: The table of rules: heading, figure, factor, decimals. What does not fit into the terminal goes from the right.
_COLUMNS = (
    ("Reached %", "optimum_share", 100, 1),
    ("Traded kWh", "p2p_kwh", 1, 1),
    ("Buyers pay", "price_paid", 1, 4),
    ("Sellers get", "price_received", 1, 4),
    ("All save", "saving", 1, 2),
    ("Best home", "home_saving_best", 1, 2),
    ("Worst home", "home_saving_worst", 1, 2),
    ("Jain", "saving_jain", 1, 2),
    ("Worse off %", "homes_worse_off", 100, 0),
    ("Market keeps", "market_surplus", 1, 2),
)
_NARROWEST = 120  # of a page that is no terminal


def rules_of(names: list[str] | None) -> list[str] | None:
    """Return the rules that the command line names, with commas or one by one; None for all."""
    rules = [name.strip() for names_with_commas in names or ["all"] for name in names_with_commas.split(",")]
    return None if rules == ["all"] else [rule for rule in rules if rule]


def cases_of(one: Scenario, other: Scenario | None, rules: list[str] | None) -> dict[str, Scenario]:
    """Return what is compared: two scenarios as A and B, or one under several rules."""
    from jiran.comparison import by_rule  # noqa: PLC0415  loads numba and polars

    return by_rule(one, rules) if other is None else {"A": one, "B": other}


def check_file(file: Path | None) -> None:
    """Refuse a file whose kind is unknown, before anything is run."""
    if file is not None and file.suffix not in (".csv", ".html"):
        raise JiranError(f"{file}: the name of a comparison's file must end in .csv or .html")


def print_comparison(found: Comparison) -> None:
    """Print a comparison: rules as rows, or two scenarios as columns."""
    screen = console()
    seeds = "1 seed" if len(found.seeds) == 1 else f"{len(found.seeds)} seeds (±: half of the range that holds 9 of 10)"
    first = next(iter(found.cases.values()))
    if list(found.cases) == ["A", "B"]:
        names = " against ".join(f"{name} = {case.name}" for name, case in found.cases.items())
        screen.print(f"{names}, {seeds}", style="bold")
        screen.print(_pair(found))
        screen.print(
            "Only figures that differ. A - B is taken seed by seed: both have the same homes, sun and load.",
            style="dim",
        )
    else:
        screen.print(f"{first.name}: {len(found.cases)} market rules, {seeds}", style="bold")
        screen.print(_rules(found, max(screen.width, 0 if screen.is_terminal else _NARROWEST)), soft_wrap=True)
        screen.print(
            f"Reached: saving at the grid, of what perfect foresight could save. Prices and amounts in {first.currency}, "
            "savings against the same homes and battery without trades. Jain: 1 = all save the same.",
            style="dim",
        )
    for note in (*found.notes, *(f"left out: {fault}" for fault in found.faults)):
        screen.print(f"Note: {note}.", style="yellow", soft_wrap=True)


def _rules(found: Comparison, width: int) -> Table:
    """Return one row a rule, best on top, with as many columns as fit."""
    longest = max(len(name) for name in found.cases)
    columns = _COLUMNS[: max(3, (width - longest) // 9)]
    frame = found.table(tuple(figure for _, figure, _, _ in _COLUMNS))
    frame = frame.sort(frame["optimum_share"].round(4), "saving_jain", descending=True, nulls_last=True)
    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("Rule", style="bold", no_wrap=True)
    for heading, *_ in columns:
        table.add_column(heading, justify="right", min_width=7)
    for row in frame.iter_rows(named=True):
        cells = [_cell(row, figure, factor, digits) for _, figure, factor, digits in columns]
        table.add_row(row["case"], *cells)
    return table


def _cell(row: dict[str, float | None], figure: str, factor: float, digits: int) -> str:
    """Return a mean, and under it half of the width of its band."""
    value = row[figure]
    text = number(None if value is None else factor * value, digits)
    low, high = row.get(f"{figure}_low"), row.get(f"{figure}_high")
    half = 0.0 if low is None or high is None else factor * (high - low) / 2.0
    return text if number(half, digits) == number(0.0, digits) else f"{text}\n±{number(half, digits)}"


def _pair(found: Comparison) -> Table:
    """Return one row a figure: A, B, and their difference."""
    frame: pl.DataFrame = found.difference("A", "B").filter(_differs(found))
    banded = "difference_low" in frame.columns
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for heading in ("", "A", "B", "A - B", *(["9 of 10 seeds"] if banded else []), ""):
        table.add_column(heading, justify="right" if heading else "left")
    for row in frame.iter_rows(named=True):
        factor, digits, unit = _form(row["figure"], row["unit"])

        def said(name: str, row: dict[str, float | None] = row, factor: float = factor, digits: int = digits) -> str:
            value = row[name]
            return number(None if value is None else factor * value, digits)

        band = [f"{said('difference_low')}..{said('difference_high')}"] if banded else []
        table.add_row(row["label"], said("a"), said("b"), said("difference"), *band, unit)
    return table


def _differs(found: Comparison) -> pl.Series:
    """Return which figures of A and B differ in any seed."""
    import polars as pl  # noqa: PLC0415  only a comparison needs it

    from jiran.judgement import FIGURES  # noqa: PLC0415

    pairs = ((found.values("A", name), found.values("B", name)) for name in FIGURES)
    return pl.Series([not np.allclose(a, b, rtol=1e-9, atol=1e-9, equal_nan=True) for a, b in pairs])


def _form(figure: str, unit: str) -> tuple[float, int, str]:
    """Return by what a figure is multiplied, how many decimals it has, and its unit."""
    if unit or figure in PLAIN or figure.endswith("_index"):
        return 1.0, PLAIN.get(figure, 4 if unit.endswith("/kWh") else 2), unit
    return 100.0, 1, "%"


def write_comparison(found: Comparison, file: Path) -> None:
    """Write the comparison as CSV, all figures of each case, or as a page for the browser.

    Raises:
        JiranError: The file cannot be written.
    """
    text = found.table().write_csv()
    fresh = file.with_name(f".{file.name}.new")
    try:
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(file)
    except OSError as error:
        raise JiranError(f"{file}: cannot be written: {error.strerror}") from error
    finally:
        fresh.unlink(missing_ok=True)
