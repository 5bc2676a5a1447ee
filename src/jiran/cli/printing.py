"""What the command line prints: figures as a person reads them."""

from __future__ import annotations

import errno
import inspect
import os
from typing import TYPE_CHECKING, Any, NoReturn

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from jiran.cli.fitting import fitted
from jiran.sentences import true_ones
from jiran.words import counted, moment

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import ConsoleOptions, RenderableType, RenderResult

    from jiran.plugins.plugin import Plugin
    from jiran.result.figure import Form
    from jiran.result.result import Result

#: A narrower terminal breaks lines by itself: tables that are squeezed further say nothing.
_NARROWEST = 60


class _Trimmed:
    """Text, or a table that fits, whose lines end where their words do: a file or a mail would keep blanks behind them."""

    def __init__(self, shown: RenderableType) -> None:
        self._shown = shown

    def __rich_console__(self, screen: Console, options: ConsoleOptions) -> RenderResult:
        for shown in self._parts(screen, options):
            yield from self._lines(screen, shown, options)

    def _parts(self, screen: Console, options: ConsoleOptions) -> Iterable[RenderableType]:
        return fitted(self._shown, screen, options) if isinstance(self._shown, Table) else (self._shown,)

    @staticmethod
    def _lines(screen: Console, shown: RenderableType, options: ConsoleOptions) -> RenderResult:
        if isinstance(shown, Table):  # the headings of a table fold, also where lines of text do not
            options = options.update(no_wrap=False, overflow="fold")
        for line in Segment.split_lines(screen.render(shown, options)):
            while line and not line[-1].text.strip():
                line.pop()
            yield from line[:-1]
            yield from (Segment(last.text.rstrip(), last.style) for last in line[-1:])
            yield Segment.line()


class _Console(Console):
    """A console that leaves it to the command line how a closed pipe ends the program, and trims what it prints."""

    def print(self, *objects: Any, **options: Any) -> None:
        """Print text and tables trimmed, and all else as it is."""
        shown = (Text(one) if isinstance(one, str) else one for one in objects)
        super().print(*(_Trimmed(one) if isinstance(one, Text | Table) else one for one in shown), **options)

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
    from jiran.explain.bills import balanced  # noqa: PLC0415  loads numpy
    from jiran.explain.exchange import exchange  # noqa: PLC0415  loads numpy
    from jiran.explain.homes import both_ways  # noqa: PLC0415  loads numpy
    from jiran.explain.run import grid, story  # noqa: PLC0415
    from jiran.scenario.files import about  # noqa: PLC0415  loads the scenario's model

    scenario, screen = result.scenario, console()
    market = scenario.market
    screen.print(scenario.name, style="bold")
    for words in filter(None, about(scenario)):
        screen.print(words, style="dim")
    rule = ", ".join((market.mechanism, *(f"{key} {value}" for key, value in market.parameters.items())))
    times = f"{counted(scenario.steps, 'step')} of {scenario.step_minutes} min from {moment(scenario.start)}"
    screen.print(f"{counted(result.community.size, 'home')}, {times}, {rule}", style="dim")
    screen.print(_figures(result))
    street = true_ones(grid(result, 0, scenario.steps), exchange(result, 0, scenario.steps))
    for sentence in (*street, *true_ones(both_ways(result)), *story(result)):
        screen.print(sentence.text)
    screen.print(str(balanced(result)), style="green")


def _figures(result: Result) -> Table:
    """Return the table of figures, beside the baseline where it has a figure of its own."""
    from jiran.result.figures import KPIS, grouped, kpis  # noqa: PLC0415  loads numpy

    scenario, alone, stored = result.scenario, result.without_p2p, result.start.stored_kwh
    baseline = kpis(scenario, alone, alone, result.timeline.step_h, stored, stored)
    table = Table("", "", "With trading", "Without", "", box=SIMPLE_HEAD, pad_edge=False)
    for column, style in zip(table.columns, ("bold", "", "bold", "dim", "dim"), strict=True):
        column.style, column.justify = style, "right" if column.header else "left"
    for group, names in grouped(scenario).items():
        for name in names:
            figure = KPIS[name]
            without = shown(figure.form, baseline[name]) if figure.baseline else ""
            unit = figure.unit.replace("money", scenario.currency)
            title = group if name == names[0] else ""
            last = name == names[-1]
            table.add_row(title, figure.label, shown(figure.form, result.kpis[name]), without, unit, end_section=last)
    return table


def shown(form: Form, value: float | None) -> str:
    """Return a figure as a person reads it: a share in per cent, what is undefined as a dash.

    Args:
        form: How the figure is written; of a measured quantity large numbers have fewer decimals.
        value: The figure.
    """
    if value is None:
        return number(value, form.digits)
    few = form.measured and abs(value) >= 10
    decimals = form.digits if not few else 0 if abs(value) >= 1000 else 1
    return f"{number(form.factor * value, decimals)}{' %' if form.unit == '%' else ''}"


def number(value: float | None, decimals: int) -> str:
    """Return a number with separated thousands, never -0, and a dash for None.

    Example:
        >>> number(1234.5, 1), number(-0.0001, 2), number(None, 2)
        ('1,234.5', '0.00', '-')
    """
    return "-" if value is None else f"{round(value, decimals) + 0.0:,.{decimals}f}"
