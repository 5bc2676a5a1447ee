"""`jiran compare`: many rules, or two scenarios, side by side in the terminal and in files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
from rich.box import SIMPLE_HEAD
from rich.table import Table

from jiran.cli.printing import console
from jiran.errors import JiranError
from jiran.judge.comparison import by_rule
from jiran.judge.judgement import FIGURES
from jiran.judge.spread import range_of
from jiran.report import answer, html, versus
from jiran.report.figures import COLUMNS, form, ranked, whole_table
from jiran.saving import save_file
from jiran.saving.formats import csv_bytes
from jiran.words import counted

if TYPE_CHECKING:
    from jiran.judge.comparison import Comparison
    from jiran.result.figure import Form
    from jiran.scenario import Scenario

#: The figures of the table of rules. What does not fit into the terminal goes from the right.
_COLUMNS = (
    "optimum_share", "efficiency", "saving_jain", "saving", "home_saving_best", "home_saving_worst", "homes_worse_off",
    "market_surplus", "p2p_kwh", "price_paid", "price_received",
)  # fmt: skip
_NARROWEST = 130  # of a page that is no terminal
_BLANK, _LARGEST = 100, 100_000_000  # bytes of a file that only holds a place, and of any page
#: How tables of jiran begin.
_TABLES = (b"case,", b"key,seed,fault,", b"run_by,")


def rules_of(names: list[str] | None) -> list[str] | None:
    """Return the rules that the command line names, with commas or one by one; None for all."""
    rules = [name.strip() for names_with_commas in names or ["all"] for name in names_with_commas.split(",")]
    return None if rules == ["all"] else [rule for rule in rules if rule]


def cases_of(one: Scenario, other: Scenario | None, rules: list[str] | None) -> dict[str, Scenario]:
    """Return what is compared: two scenarios as A and B, or one under several rules."""
    return by_rule(one, rules) if other is None else {"A": one, "B": other}


def check_file(file: Path | None) -> None:
    """Refuse, before anything is run, a file whose kind is unknown, or one that is there and is no comparison.

    Raises:
        JiranError: The comparison would not be written there.
    """
    if file is None:
        return
    if file.suffix not in (".csv", ".html"):
        raise JiranError(f"{file}: the name of a comparison's file must end in .csv or .html")
    refuse_other_file(file, "comparison")


def refuse_other_file(file: Path, kind: str) -> None:
    """Refuse to replace a file that jiran did not write.

    Args:
        file: Where something is to be written.
        kind: What that is, in words.

    Raises:
        JiranError: There is another file.
    """
    if file.is_file() and not _is_ours(file):
        raise JiranError(f"{file} is not written: it is there already and is no {kind}; choose another name")


def _is_ours(file: Path) -> bool:
    """Tell whether jiran wrote a file; a short line, or nothing, only holds a place."""
    with file.open("rb") as opened:
        begin = opened.read(_BLANK)
        blank = len(begin) < _BLANK and b"\n" not in begin
        return blank or begin.startswith(_TABLES) or b"Made with jiran" in begin + opened.read(_LARGEST)


def print_comparison(found: Comparison) -> None:
    """Print a comparison: rules as rows, or two scenarios as columns."""
    screen = console()
    seeds, several = counted(len(found.seeds), "seed"), len(found.seeds) > 1
    first = next(iter(found.cases.values()))
    if list(found.cases) == ["A", "B"]:
        screen.print(" ".join(versus(found)), soft_wrap=True)
        names = " against ".join(f"{name} = {case.name}" for name, case in found.cases.items())
        screen.print(f"{names}, {seeds}", style="bold")
        table = _pair(found)
        screen.print(table if table.row_count else "No figure differs.")
        alike = ", with the same seeds for both" if found.draws_alike else ", each with its own"
        screen.print(
            f"Only figures that differ. A - B is taken seed by seed{alike}.",
            soft_wrap=True,
            style="dim",
        )
    else:
        seeds += f" (±: half of {range_of(len(found.seeds), 'seeds')})" if several else ""
        screen.print(f"{first.name}: {counted(len(found.cases), 'market rule')}, {seeds}", style="bold")
        screen.print(" ".join(answer(found)), soft_wrap=True)
        screen.width = max(screen.width, 0 if screen.is_terminal else _NARROWEST)
        screen.print(_rules(found, screen.width))
        screen.print(
            f"Reached: of what the homes could save at the grid with perfect foresight. Efficiency: of what can be gained "
            f"by what a kWh is worth to each home. Evenness: Jain's index of their "
            f"savings, 1 = all the same. Amounts in {first.currency}, savings against the same homes and battery without trades.",
            soft_wrap=True,
            style="dim",
        )
    for note in (*found.notes, *(f"left out: {fault}" for fault in found.faults)):
        screen.print(f"Note: {note}.", style="yellow", soft_wrap=True)


def _rules(found: Comparison, width: int) -> Table:
    """Return one row a rule, best on top, with as many columns as fit."""
    longest = max(len(name) for name in found.cases)
    shown = _COLUMNS[: max(3, (width - longest) // 9)]
    rows = {row["case"]: row for row in found.table(shown).iter_rows(named=True)}
    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("Rule", style="bold", no_wrap=True)
    for figure in shown:
        table.add_column(COLUMNS[figure].terminal, justify="right", min_width=7)
    for case in ranked(found):
        table.add_row(case, *(_cell(rows[case], figure, form(figure, found.currency)) for figure in shown))
    return table


def _cell(row: dict[str, float | None], figure: str, form: Form) -> str:
    """Return a mean, and under it half of the width of its band."""
    mean, low, high = form.write(row[figure]), row.get(f"{figure}_low"), row.get(f"{figure}_high")
    half = form.write(0.0 if low is None or high is None else (high - low) / 2.0)
    return mean if half == form.write(0.0) else f"{mean}\n±{half}"


def _pair(found: Comparison) -> Table:
    """Return one row a figure: A, B, and their difference."""
    frame = found.difference("A", "B").filter(_differs(found))
    banded = "difference_low" in frame.columns
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for heading in ("", "A", "B", "A - B", *(["9 of 10 seeds"] if banded else []), ""):
        table.add_column(heading, justify="right" if heading else "left", no_wrap=bool(heading))
    for row in frame.iter_rows(named=True):
        how = form(row["figure"], found.currency)
        changes = [how.write_change(row["difference"])]
        if banded:
            changes.append(how.write_change(row["difference_low"], row["difference_high"]))
        table.add_row(row["label"], *(how.write(row[name]) for name in ("a", "b")), *changes, how.unit)
    return table


def _differs(found: Comparison) -> pl.Series:
    """Return which figures of A and B differ in any seed."""
    return pl.Series([found.differ("A", "B", name) for name in FIGURES])


def write_comparison(found: Comparison, file: Path) -> None:
    """Write the comparison as CSV, all figures of each case, or as a page for the browser.

    Raises:
        JiranError: The file cannot be written.
    """
    save_file(file, html(found).encode() if file.suffix == ".html" else csv_bytes(whole_table(found)))
