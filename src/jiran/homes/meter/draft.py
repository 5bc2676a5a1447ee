"""What is known of a file's columns while it is being understood: what the scenario and public layouts say comes first.

A draft is filled in turn by `take_what_is_said`, `finding` and `naming`. What a user says is never overruled by what a
name suggests.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from jiran.errors import DataError, shortened
from jiran.homes.meter.meaning import IGNORE, ROLES, Said, quoted, said
from jiran.homes.meter.unpivot import TIME, VALUE
from jiran.homes.meter.vocabulary import Name, plain, understood

if TYPE_CHECKING:
    from jiran.homes.meter.cells import Cells
    from jiran.homes.meter.contents import Kind
    from jiran.homes.meter.layouts import PublicLayout
    from jiran.homes.meter.report import Change
    from jiran.scenario import HomeData

#: A column of quantities has at most so many different words.
MOST_WORDS = 500


@dataclass
class Draft:
    """What is known so far of a file's columns; columns are called by their place, 0 the first.

    Attributes:
        source: What the scenario says of the file, completed by its public layout.
        cells: The file, one row a time.
        kinds: What the cells of each column look like.
        named: The header as it stands in the file.
        layout: The public layout that the file is of, if any.
        pivoted: Which columns were turned into rows, if any were.
        places: Which column is that of times, homes and so on, by a word of `meaning.ROLES`.
        values: The columns of energy or power, and what they hold.
        names: What the names of columns say.
        explicit: Columns of which the scenario or the public layout says what they are.
        left_out: Columns that are no energy of a home, and why.
        words: What the words in the column of quantities mean.
        unknown: Columns that nobody understands.
        changes: What was assumed.
    """

    source: HomeData
    cells: Cells
    kinds: dict[int, Kind]
    named: tuple[str, ...]
    layout: PublicLayout | None
    pivoted: Literal["matrix", "rows"] | None
    places: dict[str, int] = field(default_factory=dict)
    values: dict[int, Said] = field(default_factory=dict)
    names: dict[int, Name] = field(default_factory=dict)
    explicit: set[int] = field(default_factory=set)
    left_out: dict[int, str] = field(default_factory=dict)
    words: dict[str, Said] = field(default_factory=dict)
    unknown: list[int] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)

    def open(self) -> list[int]:
        """Places whose meaning is not decided yet.

        It shrinks as the draft is filled, so it is asked anew for each decision.
        """
        done = {*self.places.values(), *self.values, *self.left_out, *self.unknown}
        return [place for place in range(len(self.cells.header)) if place not in done]

    def name(self, place: int) -> str:
        """Return what messages call a column."""
        return self.cells.header[place] or f"column {place + 1}"

    def words_of(self, place: int) -> list[str]:
        """Return the different words of a column, without those behind a great many.

        Returns:
            In the order of the file, without spaces around them; one more than `MOST_WORDS` if there are more than
            that, so that their number tells.
        """
        words = self.cells.column(place).drop_nulls().cast(str).unique(maintain_order=True)
        return [str(word).strip() for word in words.head(MOST_WORDS + 1)]


def take_what_is_said(draft: Draft, *, one_of_many: bool = False) -> None:
    """Take the meanings that the scenario, and then the public layout, give to columns and words.

    Names are compared without regard to capitals; a column without a name is "column 3" by its place from 1.

    Args:
        draft: The file's columns; its header may be that of a table turned into rows.
        one_of_many: Whether the scenario has other files, whose columns it may name.

    Raises:
        DataError: The scenario names a column that the file does not have, or says what is no meaning.
    """
    layout = draft.layout
    given = _given(draft, draft.named, one_of_many=one_of_many)
    for place, name in enumerate(draft.cells.header):
        known = given.get(name, given.get(f"column {place + 1}")) if name not in (TIME, VALUE) else None
        why = "as the key columns says"
        if known is None and layout is not None:
            others = layout.others if draft.kinds[place] in ("number", "empty", "words") else ""
            known, why = layout.columns.get(plain(name).strip(), others), layout.why or "not needed"
        if known:
            draft.explicit.add(place)
            _take(draft, place, known, why)
    for word, text in {**(layout.quantities if layout else {}), **draft.source.quantities}.items():
        draft.words[word.strip()] = said(draft.source, text, f'quantities."{word}"')
    if "value" in draft.places:
        draft.values[draft.places["value"]] = Said("")


def _given(draft: Draft, named: tuple[str, ...], *, one_of_many: bool) -> dict[str, str]:
    """Return what the scenario says of columns, by their names as the file spells them.

    Args:
        draft: The file's columns.
        named: The header as it stands in the file.
        one_of_many: Whether a name that is missing here may be another file's.

    Raises:
        DataError: A name is missing, and there is no other file.
    """
    source = draft.source
    given = {name.strip(): meaning.strip() for name, meaning in source.columns.items()}
    if source.time_column is not None:
        given.setdefault(source.time_column.strip(), "time")
    folded = {name.casefold(): name for name in (*named, *(f"column {place + 1}" for place in range(len(named))))}
    for name in [name for name in given if name.casefold() not in folded]:
        if one_of_many:
            del given[name]
        else:
            key = "time_column" if source.time_column and name == source.time_column.strip() else "columns"
            raise DataError(
                draft.cells.source, f'{key} names "{shortened(name, 40)}", but the columns are {quoted(named)}'
            )
    return {folded[name.casefold()]: meaning for name, meaning in given.items()}


def _take(draft: Draft, place: int, text: str, why: str) -> None:
    """Take one meaning: a role, energy or power, or none at all.

    Args:
        draft: Is filled in.
        place: The column.
        text: A word of `meaning.ROLES`, "ignore", or what it holds, such as "H1 load kWh".
        why: Told in the report if it is left out.

    Raises:
        DataError: Another column has the role, or the text is no meaning.
    """
    role = text.casefold()
    if role in ROLES:
        if role in draft.places:
            other = draft.name(draft.places[role])
            raise DataError(
                draft.cells.source, f'"{other}" and "{draft.name(place)}" cannot both be the column "{role}"'
            )
        draft.places[role] = place
        return
    meaning = said(draft.source, text, f'columns."{draft.name(place)}"')
    if meaning.quantity == IGNORE:
        draft.left_out[place] = why
    else:
        draft.values[place] = meaning


def names_quantities(draft: Draft, place: int, *, some: bool = False) -> bool:
    """Tell whether all words of a column name a quantity, or some of them one, or what is left out.

    A column of many different words is one of remarks or ids, never of quantities.

    Args:
        draft: The file's columns.
        place: The column.
        some: Whether one known word is enough, and what is known to be left out counts as known.
    """
    words = draft.words_of(place)
    known = [understood(word).kind in (("value", "left out", "net") if some else ("value",)) for word in words]
    return 0 < len(words) <= MOST_WORDS and (any(known) if some else all(known))
