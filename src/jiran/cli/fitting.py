"""Tables that fit the terminal without a figure or a key being cut: folded between words, or in parts one below the other."""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len
from rich.table import Column, Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import Console, ConsoleOptions, RenderableType

#: Wider than any table, so that none is squeezed while it is measured.
_ENDLESS = 100_000


class _Width(NamedTuple):
    """What a column needs, in letters: at `least` its words fold, at `cells` only its heading, and at `wanted` nothing."""

    least: int
    cells: int
    wanted: int


def fitted(table: Table, screen: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
    """Yield what shows a table as wide as the screen at most, whatever that takes: no figure and no key is cut.

    Headings and words fold between words, then columns move together. What does not fit so comes as several tables,
    which begin with the same keys, and where a key and one figure are too wide already, row by row on its side.

    Args:
        table: The table; its cells are text.
        screen: Where it is shown.
        options: How wide that is.
    """
    widths = [_width(column, shown=table.show_header) for column in table.columns]
    if table.title:
        yield _text(table.title, "table.title")
    yield from _whole(table, widths, screen, options) or _parts(table, widths, screen, options) or _on_its_side(table)
    if table.caption:
        yield _text(table.caption, "table.caption")


def _text(words: RenderableType, style: str = "") -> Text:
    return words if isinstance(words, Text) else Text(str(words), style=style)


def _width(column: Column, *, shown: bool) -> _Width:
    """Return what a column needs; a figure stays on its line, words may fold, and so may every heading."""
    cells = [line for cell in column.cells for line in _text(cell).plain.split("\n")]
    heading = _text(column.header).plain if shown else ""
    stay = cells if column.no_wrap or column.justify == "right" else [word for line in cells for word in line.split()]
    least = _longest([*stay, *heading.split()])
    least = max(least, column.min_width or 1)
    return _Width(least, max(least, _longest(cells)), max(least, _longest([*cells, heading])))


def _longest(texts: list[str]) -> int:
    return max(map(cell_len, texts), default=0)


def _whole(table: Table, widths: list[_Width], screen: Console, options: ConsoleOptions) -> list[Table]:
    """Return the table alone, as it is or with its columns closer together, or nothing if it is too wide."""
    closer = copy(table)
    closer.padding = (0, 0)
    for one in (table, closer):
        spare = _spare(one, range(len(widths)), widths, screen, options)
        if spare >= 0:
            return [_with(one, range(len(widths)), _shared(widths, spare))]
    return []


def _parts(table: Table, widths: list[_Width], screen: Console, options: ConsoleOptions) -> list[Table]:
    """Return tables that hold all columns and fit, each beginning with the keys; none if there are no such ones."""
    keys = _keys(table)
    whole = [width._replace(least=width.cells) if index in keys else width for index, width in enumerate(widths)]
    for needed in (whole, widths):  # keys fold only where they must
        groups, spare = list[list[int]](), partial(_spare, table, widths=needed, screen=screen, options=options)
        for index in range(len(keys), len(widths)):
            if groups and spare([*groups[-1], index]) >= 0:
                groups[-1].append(index)
            else:
                groups.append([*keys, index])
        if all(spare(group) >= 0 for group in groups):
            return [_with(table, group, _shared([needed[index] for index in group], spare(group))) for group in groups]
    return []


def _spare(table: Table, chosen: Sequence[int], widths: list[_Width], screen: Console, options: ConsoleOptions) -> int:
    """Return how many letters some columns of a table leave of the screen with all words folded; below 0: they do not fit."""
    narrow = _with(table, chosen, [widths[index].least for index in chosen])
    return options.max_width - screen.measure(narrow, options=options.update(max_width=_ENDLESS)).maximum


def _keys(table: Table) -> list[int]:
    """Return the columns that say what a row is about: the words on its left, or the first of words only."""
    figures = [index for index, column in enumerate(table.columns) if column.justify == "right"]
    return list(range(max(figures[0], 1) if figures else 1))


def _with(table: Table, chosen: Sequence[int], widths: list[int]) -> Table:
    """Return a table of some columns, each as wide as is said."""
    part = copy(table)
    part.title = part.caption = None
    part.columns = [
        replace(table.columns[index], _index=place, width=width, min_width=None, no_wrap=False, overflow="fold")
        for place, (index, width) in enumerate(zip(chosen, widths, strict=True))
    ]
    return part


def _shared(widths: list[_Width], spare: int) -> list[int]:
    """Return the width of each column: what is spare goes to the narrowest that wants it, to cells before headings."""
    given = [width.least for width in widths]
    for _ in range(spare):
        wanting = [index for index, width in enumerate(widths) if given[index] < width.cells]
        wanting = wanting or [index for index, width in enumerate(widths) if given[index] < width.wanted]
        if not wanting:
            break
        given[min(wanting, key=given.__getitem__)] += 1
    return given


def _on_its_side(table: Table) -> Iterator[RenderableType]:
    """Yield each row as lines of heading and cell."""
    for cells in zip(*(column.cells for column in table.columns), strict=True):
        yield Text()
        for column, cell in zip(table.columns, cells, strict=True):
            value, heading = _text(cell).plain, _text(column.header).plain
            if value:
                yield Text(f"{heading}: {value}" if heading else value)
