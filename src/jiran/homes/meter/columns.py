"""What is known of a file's columns, also of a file that is not understood yet: for whoever says what they are."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jiran.errors import DataError, shortened
from jiran.homes.meter.bytes import read_bytes
from jiran.homes.meter.cells import read_cells
from jiran.homes.meter.meaning import IGNORE, Said
from jiran.homes.meter.naming import said_by
from jiran.homes.meter.understand import decided, drafted, meaning_of_word
from jiran.homes.meter.unpivot import TIME, VALUE
from jiran.homes.meter.vocabulary import understood
from jiran.scenario.paths import files_of

if TYPE_CHECKING:
    from pathlib import Path

    from jiran.homes.meter.contents import Kind
    from jiran.homes.meter.draft import Draft
    from jiran.scenario import HomeData

#: So many different cells of a column are shown, so many rows are looked at for them.
_CELLS, _ROWS = 3, 1_000
_LETTERS = 28


@dataclass(frozen=True)
class Column:
    """A column of a file, and what it is taken as.

    Attributes:
        name: What messages and the key `columns` call it.
        cells: Its first different cells.
        kind: What its cells look like.
        role: time, date, end, home, quantity, value or unit; "" if it is none of them.
        said: What it holds, or "ignore"; None if it has a role, or nobody knows.
        unknown: Whether the file is not understood because of it.
        unit: The unit that its name says, or "".
        is_counter: Whether its name says that it is a counter.
    """

    name: str
    cells: tuple[str, ...]
    kind: Kind
    role: str = ""
    said: Said | None = None
    unknown: bool = False
    unit: str = ""
    is_counter: bool = False


@dataclass(frozen=True)
class Columns:
    """The columns of a file.

    Attributes:
        columns: All of them, in the order of the file, but those that are times themselves.
        words: What each word in the column of quantities means; None if nobody knows.
        has_times: Whether there is a column of times, or columns that are times.
        problem: Why the file is not understood, "" if it is.
    """

    columns: tuple[Column, ...]
    words: dict[str, Said | None] = field(default_factory=dict)
    has_times: bool = False
    problem: str = ""

    @property
    def unknown(self) -> list[str]:
        """Names of the columns that nobody understands."""
        return [column.name for column in self.columns if column.unknown]

    @property
    def unknown_words(self) -> list[str]:
        """Words that nobody understands."""
        return [word for word, said in self.words.items() if said is None]

    @property
    def could_be_read(self) -> bool:
        """Whether there are numbers that somebody could say more about."""
        return any(column.kind == "number" for column in self.columns) or (self.has_times and bool(self.columns))


def columns_of(source: HomeData, name: str, content: bytes, *, one_of_many: bool = False) -> Columns:
    """Return what is known of a file's columns.

    Args:
        source: What the scenario says of it.
        name: What messages call the file.
        content: Its bytes.
        one_of_many: Whether the scenario has other files, whose columns it may name.

    Raises:
        DataError: It is no table, or has no rows.
    """
    draft, problem = drafted(source, read_cells(source, name, content)), ""
    try:
        decided(draft, one_of_many=one_of_many)
    except DataError as error:
        problem = error.problem
    shown = [place for place, header in enumerate(draft.cells.header) if header not in (TIME, VALUE)]
    quantity = draft.places.get("quantity")
    words = {} if quantity is None else {word: meaning_of_word(draft, word) for word in draft.words_of(quantity)}
    has_times = "time" in draft.places or draft.pivoted is not None
    return Columns(tuple(_column(draft, place) for place in shown), words, has_times, problem)


def _column(draft: Draft, place: int) -> Column:
    found = draft.cells.column(place).drop_nulls().head(_ROWS).unique(maintain_order=True).head(_CELLS)
    name = understood(draft.cells.header[place])
    roles = [role for role, at in draft.places.items() if at == place]
    said = Said(IGNORE) if place in draft.left_out else draft.values.get(place)
    if said is None and not roles and name.kind == "value" and place not in draft.unknown:
        said = said_by(name)  # what comes first went wrong, and nobody has looked at it
    if said is not None and not said.quantity:
        roles, said = ["value"], None
    return Column(
        draft.name(place), tuple(shortened(str(cell), _LETTERS) for cell in found), draft.kinds[place],
        roles[0] if roles else "", None if roles else said, place in draft.unknown, name.unit, name.counter,
    )  # fmt: skip


def columns_of_files(source: HomeData, folder: Path | None = None) -> Columns:
    """Return what is known of the columns of all files, those of one name together.

    Args:
        source: The files, and what is known of them already.
        folder: Where relative paths start; default: the working directory.

    Raises:
        DataError: One of them is no table, has no rows, or cannot be opened.
    """
    names = files_of(source, folder)
    columns: dict[str, Column] = {}
    words: dict[str, Said | None] = {}
    found = []
    for name in names:
        one = source.model_copy(update={"path": name, "also": ()})
        found.append(columns_of(one, name, read_bytes(name, folder), one_of_many=len(names) > 1))
        for column in found[-1].columns:
            if column.name not in columns or column.unknown:
                columns[column.name] = column
        words = {**found[-1].words, **{word: said for word, said in words.items() if said is not None}}
    problems = [one.problem for one in found if one.problem]
    return Columns(tuple(columns.values()), words, all(one.has_times for one in found), problems[0] if problems else "")
