"""`jiran plan`: whether it pays, in words, tables and as a page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from rich.box import SIMPLE_HEAD
from rich.table import Table

from jiran.cli.comparing import refuse_other_file
from jiran.cli.printing import console
from jiran.errors import JiranError
from jiran.plan import Found, Planned, Ranges, plan, ranges, tries
from jiran.plan.year import year_of
from jiran.report.plan import answer, lines, page, tables, warnings
from jiran.saving import save_file
from jiran.simulation.run import simulate

if TYPE_CHECKING:
    from jiran.report.plan.tables import Shown
    from jiran.scenario import Scenario
    from jiran.watching import Progress

#: More homes than this are shown by kind alone; the page and --json have each.
_MOST_HOMES = 30


class Work(NamedTuple):
    """A plan with all that was worked out of it."""

    planned: Planned
    ranges: Ranges
    found: tuple[Found, ...]


def check_file(file: Path | None) -> None:
    """Refuse, before anything is run, a file that is no page, or one that is there and is none of ours.

    Raises:
        JiranError: The page would not be written there.
    """
    if file is None:
        return
    if file.suffix != ".html":
        raise JiranError(f"{file}: the name of a plan's page must end in .html")
    refuse_other_file(file, "page of jiran")


def work_out(scenario: Scenario, steps: int, report: Progress) -> Work:
    """Run a scenario, and plan with it.

    Args:
        scenario: What is planned.
        steps: How many steps of each price are tried; 0: no price is.
        report: Is told how far it is.

    Raises:
        JiranError: It cannot be run, or not be planned with.
    """
    year_of(scenario)
    found = plan(simulate(scenario, progress=lambda done: report(0.2 * done)))
    moved = ranges(found, lambda done: report(0.2 + 0.2 * done))
    prices = tries(found, steps, lambda done: report(0.4 + 0.6 * done)) if steps else ()
    return Work(found, moved, prices)


def print_plan(planned: Planned, moved: Ranges, found: tuple[Found, ...]) -> None:
    """Print the answer in words, the figures of all together, and of each home or kind of homes."""
    from jiran.scenario.files import about  # noqa: PLC0415  loads the scenario's model

    screen = console()
    screen.print(planned.result.scenario.name, style="bold")
    question, _ = about(planned.result.scenario)
    if question:
        screen.print(question, style="dim", soft_wrap=True)
    first, *rest = answer(planned, moved, found)
    screen.print(first.text, style="bold", soft_wrap=True)
    for sentence in rest:
        screen.print(f"- {sentence.text}", soft_wrap=True)
    figures = Table(box=SIMPLE_HEAD, pad_edge=False, show_header=False)
    figures.add_column(justify="left")
    figures.add_column(justify="right", style="bold")
    for name, value in lines.tiles(planned).items():
        figures.add_row(name, value)
    screen.print(figures)
    few = len(planned.ids) <= _MOST_HOMES
    screen.print(_table(tables.by_home(planned) if few else tables.by_kind(planned)))
    screen.print(
        f"{'A year' if few else 'Means of a home a year'}, in {planned.currency}; payback in years.", style="dim"
    )
    for warning in warnings(planned):
        screen.print(f"Warning: {warning}.", style="yellow", soft_wrap=True)


def _table(shown: Shown) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for place, heading in enumerate(shown.head):
        longest = max(map(len, heading.split()))
        table.add_column(
            heading, justify="right" if place else "left", style=None if place else "bold", min_width=longest
        )
    for row in shown.rows:
        table.add_row(*row)
    return table


def write_page(found: Work, file: Path) -> None:
    """Write a plan as a page.

    Raises:
        JiranError: The file cannot be written.
    """
    save_file(file, page(*found).encode())
