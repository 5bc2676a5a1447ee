"""From the columns of a file to what they mean: what the scenario says counts, then public layouts, then names.

`drafted` looks at cells, `decided` at names; in between nothing is final, so that a page can show what is open. Three
sources are asked in turn, and a later one never changes what an earlier one said.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import polars as pl

from jiran.errors import DataError, shortened
from jiran.homes.meter.contents import are_slots, kind_of, whole_numbers
from jiran.homes.meter.draft import MOST_WORDS, Draft, take_what_is_said
from jiran.homes.meter.finding import find_rows, find_times
from jiran.homes.meter.layouts import PublicLayout, public_layout
from jiran.homes.meter.meaning import IGNORE, Meaning, Said, ValueColumn, check_id, quoted
from jiran.homes.meter.naming import WHY, name_values, said_by
from jiran.homes.meter.report import Change
from jiran.homes.meter.unpivot import TIME, VALUE, time_columns, unpivoted
from jiran.homes.meter.vocabulary import roles, understood

if TYPE_CHECKING:
    from jiran.homes.meter.cells import Cells
    from jiran.scenario import HomeData


#: How many intervals a day can have.
SLOTS = (24, 48, 72, 96, 144, 288)


def understand(
    source: HomeData, cells: Cells, *, only_home: str = "home", one_of_many: bool = False
) -> tuple[HomeData, Meaning, Cells]:
    """Return the keys that read a file, what it means, and its cells with one row a time.

    Args:
        source: What the scenario says of it.
        cells: The file.
        only_home: Id of a home that the file does not name.
        one_of_many: Whether the scenario has other files, whose columns it may name.

    Returns:
        The scenario's keys completed by those of a public layout; places in the meaning are those of the cells
        returned.

    Raises:
        DataError: A column is not understood, or something that is needed is missing.
    """
    draft = drafted(source, cells)
    return draft.source, decided(draft, only_home=only_home, one_of_many=one_of_many), draft.cells


def drafted(source: HomeData, cells: Cells) -> Draft:
    """Return a file's columns by what their cells look like, one row a time, with nothing decided yet.

    Args:
        source: What the scenario says of the file.
        cells: The file as it stands.

    Raises:
        DataError: There are no rows, or no columns that are times where the scenario says so.
    """
    if cells.frame.is_empty():
        raise DataError(cells.source, "has a header but no rows of data")
    layout, named = public_layout(cells.header), cells.header
    source = _with_layout(source, layout)
    times = time_columns(named) if source.layout in ("auto", "matrix", "rows") else None
    if times is None and source.layout in ("matrix", "rows"):
        raise DataError(
            cells.source, f'layout = "{source.layout}" needs columns that are times; the columns are {quoted(named)}'
        )
    if times is not None:
        cells = unpivoted(cells, times)
    kinds = {place: kind_of(cells, place) for place in range(len(cells.header))}
    return Draft(source, cells, kinds, named, layout, times.kind if times else None)


def decided(draft: Draft, *, only_home: str = "home", one_of_many: bool = False) -> Meaning:
    """Decide what the columns of a draft mean; what is decided before it fails stays in the draft.

    Args:
        draft: Is filled in.
        only_home: Id of a home that the file does not name.
        one_of_many: Whether the scenario has other files, whose columns it may name.

    Raises:
        DataError: A column is not understood, or something that is needed is missing.
    """
    take_what_is_said(draft, one_of_many=one_of_many)
    if draft.pivoted is not None:
        last = len(draft.cells.header) - 1
        draft.places["time"], draft.values[last] = last - 1, Said("load")
    find_times(draft, full=draft.pivoted == "rows")
    find_rows(draft)
    name_values(draft, pivoted=draft.pivoted is not None)
    return _meaning(draft, draft.source.home or only_home)


def _with_layout(source: HomeData, layout: PublicLayout | None) -> HomeData:
    """Return the keys of the scenario, completed by those of the public layout.

    A key that the scenario gives is kept, even if the layout says another.
    """
    if layout is None:
        return source
    given: dict[str, Any] = source.model_dump(exclude_defaults=True)
    return source.model_copy(update={key: value for key, value in layout.keys.items() if key not in given})


def _meaning(draft: Draft, only_home: str) -> Meaning:
    """Return what a draft means when all that is open has been decided; columns that nobody needs are left out.

    Raises:
        DataError: A word is not understood, or an id is too long.
    """
    source, cells, places = draft.source, draft.cells, draft.places
    if "quantity" in places:
        _say_words(draft)
    if "quantity" not in places:
        for place in [place for place, found in draft.values.items() if not found.quantity]:
            draft.values[place] = replace(draft.values[place], quantity="load")
            draft.changes.append(Change("", "", "columns taken as load", 1, f'"{draft.name(place)}"'))
    for place in draft.open():
        draft.left_out[place] = "not needed"
    for found in draft.values.values():
        check_id(source, found.home)
    slots, first = _slots(draft)
    named = {
        draft.name(place): IGNORE if place in draft.left_out else str(draft.values[place]) if draft.values[place].quantity else "value"
        for place in (*draft.values, *draft.left_out) if cells.header[place] != VALUE
    }  # fmt: skip
    named |= {draft.name(place): role for role, place in places.items() if cells.header[place] != TIME}
    ends = source.time_label == "end" if source.time_label else False
    if source.time_label is None:
        role = roles(cells.header[places["time"]])
        ends = "end" in role and "time" not in role and "clock" not in role
    left_out = [
        Change("", "", "columns ignored", 1, f'"{draft.name(place)}": {why}') for place, why in draft.left_out.items()
    ]
    return Meaning(
        layout=draft.pivoted or ("long" if {"home", "quantity"} & {*places} else "wide"),
        values=tuple(ValueColumn(place, draft.name(place), found) for place, found in sorted(draft.values.items())),
        **{name: places.get(name) for name in ("time", "date", "end", "home", "quantity", "unit")},  # type: ignore[arg-type]
        words=draft.words,
        slots=slots,
        first_slot=first,
        ends=ends,
        only_home=only_home,
        recognised=draft.layout.name if draft.layout else "",
        columns=named,
        changes=(*left_out, *draft.changes),
    )


def _say_words(draft: Draft) -> None:
    """Say what each word of the column of quantities means.

    If no word is known and the columns say themselves what they hold, the words are remarks and are left out.

    Raises:
        DataError: A word is not understood.
    """
    place = draft.places["quantity"]
    meanings = {word: meaning_of_word(draft, word) for word in draft.words_of(place)}
    unknown = [word for word, meaning in meanings.items() if meaning is None]
    found = {word: meaning for word, meaning in meanings.items() if meaning is not None}
    said = {word.casefold() for word in draft.words}
    for word, meaning in found.items():
        if meaning.quantity == IGNORE and word.casefold() not in said:
            why = WHY.get(understood(word).reason, "a sum")
            draft.changes.append(Change("", "", "rows ignored", 1, f'"{word}": {why}'))
    if (
        unknown
        and not found
        and not draft.words
        and len(unknown) > 1
        and all(said.quantity for said in draft.values.values())
    ):
        draft.left_out[draft.places.pop("quantity")] = "words"
        return
    if unknown or len(found) > MOST_WORDS:
        line = ", ".join(f'"{shortened(word, 40)}" = "{IGNORE}"' for word in unknown[:2])
        raise DataError(
            draft.cells.source,
            f'column "{draft.name(place)}" holds {quoted(unknown)}, which {"is" if len(unknown) == 1 else "are"} no quantity; say what it means in homes.data, '
            f'as in quantities = {{ {line} }}, with "load", "generation", "ev", "import" or "export" in place of "{IGNORE}"',
        )
    quantities = {said.quantity for said in found.values()} - {IGNORE}
    own = {said.quantity for said in draft.values.values()} - {""}
    if own and (quantities <= own or len(own) > 1):
        draft.left_out[draft.places.pop("quantity")] = "the same as its column says"
        found = {}
    elif own:
        draft.values = {at: replace(said, quantity="") for at, said in draft.values.items()}
    draft.words = found


def meaning_of_word(draft: Draft, word: str) -> Said | None:
    """Return what a word of the column of quantities means; None if nobody knows.

    Args:
        draft: What the scenario and the layout say of words comes first, without regard to capitals.
        word: The word as it stands.
    """
    given = {other.casefold(): meaning for other, meaning in draft.words.items()}
    if word.casefold() in given:
        return given[word.casefold()]
    name = understood(word)
    if name.kind == "value":
        return said_by(name)
    return Said(IGNORE) if name.kind in ("left out", "net", "total") else None


def _slots(draft: Draft) -> tuple[int, int]:
    """Return how many intervals a day has and the number of its first, if times are numbers of intervals; else 0.

    The usual number of intervals a day decides, brought to the nearest that divides a day (`SLOTS`), because one day
    may be the only one in the file.
    """
    if "date" not in draft.places:
        return 0, 1
    numbers = whole_numbers(draft.cells, draft.places["time"])
    if numbers is None or numbers.drop_nulls().is_empty() or not are_slots(draft.cells, draft.places["time"]):
        return 0, 1
    first = int(numbers.min())  # type: ignore[arg-type]
    days = draft.cells.frame.select(day=str(draft.places["date"]), number=numbers).drop_nulls()
    last_of_days = days.group_by("day").agg(pl.col("number").max())["number"]
    usual = int(last_of_days.mode().max()) + 1 - first  # type: ignore[arg-type]
    return min(SLOTS, key=lambda slots: abs(slots - usual)), first  # the usual day may be one of 23 or 25 hours
