"""From the columns of a file to what they mean: what the scenario says counts, then public layouts, then names."""

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

    Raises:
        DataError: A column is not understood, or something that is needed is missing.
    """
    if cells.frame.is_empty():
        raise DataError(cells.source, "has a header but no rows of data")
    layout = public_layout(cells.header)
    source, recognised = _with_layout(source, layout)
    named = cells.header
    times = time_columns(cells.header) if source.layout in ("auto", "matrix", "rows") else None
    if times is None and source.layout in ("matrix", "rows"):
        raise DataError(
            cells.source, f'layout = "{source.layout}" needs columns that are times; the columns are {quoted(named)}'
        )
    if times is not None:
        cells = unpivoted(cells, times)
    draft = Draft(source, cells, {place: kind_of(cells, place) for place in range(len(cells.header))})
    take_what_is_said(draft, layout, named, one_of_many=one_of_many)
    if times is not None:
        draft.places["time"], draft.values[len(cells.header) - 1] = len(cells.header) - 2, Said("load")
    find_times(draft, full=times is not None and times.kind == "rows")
    find_rows(draft)
    name_values(draft, pivoted=times is not None)
    return source, _meaning(draft, times.kind if times else None, source.home or only_home, recognised), cells


def _with_layout(source: HomeData, layout: PublicLayout | None) -> tuple[HomeData, str]:
    """Return the keys of the scenario, completed by those of the public layout."""
    if layout is None:
        return source, ""
    given: dict[str, Any] = source.model_dump(exclude_defaults=True)
    filled = {key: value for key, value in layout.keys.items() if key not in given}
    return source.model_copy(update=filled), layout.name


def _meaning(draft: Draft, pivoted: Any, only_home: str, recognised: str) -> Meaning:
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
        layout=pivoted or ("long" if {"home", "quantity"} & {*places} else "wide"),
        values=tuple(ValueColumn(place, draft.name(place), found) for place, found in sorted(draft.values.items())),
        **{name: places.get(name) for name in ("time", "date", "end", "home", "quantity", "unit")},  # type: ignore[arg-type]
        words=draft.words,
        slots=slots,
        first_slot=first,
        ends=ends,
        only_home=only_home,
        recognised=recognised,
        columns=named,
        changes=(*left_out, *draft.changes),
    )


def _say_words(draft: Draft) -> None:
    """Say what each word of the column of quantities means.

    Raises:
        DataError: A word is not understood.
    """
    place = draft.places["quantity"]
    unknown = []
    folded = {word.casefold(): meaning for word, meaning in draft.words.items()}
    found: dict[str, Said] = {}
    for word in draft.words_of(place):
        name = understood(word)
        if word.casefold() in folded:
            found[word] = folded[word.casefold()]
        elif name.kind == "value":
            found[word] = said_by(name)
        elif name.kind in ("left out", "net", "total"):
            found[word] = Said(IGNORE)
            draft.changes.append(Change("", "", "rows ignored", 1, f'"{word}": {WHY.get(name.reason, "a sum")}'))
        else:
            unknown.append(word)
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


def _slots(draft: Draft) -> tuple[int, int]:
    """Return how many intervals a day has and the number of its first, if times are numbers of intervals; else 0."""
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
