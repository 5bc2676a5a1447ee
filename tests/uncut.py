"""What a table must still say however narrow the terminal is: each word and each figure, whole."""

from __future__ import annotations

import io

from rich.text import Text

from jiran.cli import printing


def printed(table, width):
    """Return the lines that the command line prints of a table on a terminal of some columns."""
    screen = printing.console()
    screen.file, screen.width = io.StringIO(), width
    screen.print(table)
    return screen.file.getvalue().splitlines()


def check(table, width):
    """Hold every heading and every cell of a table against what is printed of it."""
    lines = printed(table, width)
    text = "\n".join(lines)
    assert "…" not in text
    words = text.split()
    for column in table.columns:
        header = [plain(column.header)] if table.show_header and table.rows else []
        cells = [plain(cell) for cell in column.cells]
        for one in [*header, *cells]:
            missing = [word for word in one.split() if word not in words and f"{word}:" not in words]
            assert missing == [], f"{missing} of {one!r} at {width} columns:\n{text}"
        if column.justify == "right":
            cut = [line for cell in cells for line in cell.split("\n") if line not in text]
            assert cut == [], f"figures {cut} are cut at {width} columns:\n{text}"
    longest = max((len(word) for word in words if word.strip("─")), default=0)
    assert max(map(len, lines), default=0) <= max(width, longest), text


def plain(cell):
    """Return a cell without its style."""
    return cell.plain if isinstance(cell, Text) else str(cell)
