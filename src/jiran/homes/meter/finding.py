"""Which columns say when a row was, whose it is, and what it holds.

What the draft already knows stays. Where several columns would do, their names decide, and then the order of the file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jiran.errors import DataError, shortened
from jiran.homes.meter.contents import are_dotted, are_slots, whole_numbers
from jiran.homes.meter.draft import MOST_WORDS, names_quantities
from jiran.homes.meter.meaning import Said, quoted
from jiran.homes.meter.vocabulary import roles, understood

if TYPE_CHECKING:
    from collections.abc import Callable

    from jiran.homes.meter.draft import Draft

#: Times that stand so often on average stand for several quantities.
_OFTEN = 1.5


def find_times(draft: Draft, *, full: bool) -> None:
    """Find the columns of times, dates and ends.

    A file has one column of full times, or one of dates and one of times of day or numbers of intervals; beside it
    perhaps one of ends. Columns of other times are left out.

    Args:
        draft: The file's columns.
        full: Whether the header holds full times, which need no dates.

    Raises:
        DataError: No column holds times.
    """
    places, role = draft.places, {place: roles(name) for place, name in enumerate(draft.cells.header)}
    if "clock" in places:
        places["time"] = places.pop("clock")
    if "time" not in places and "date" not in places:
        _first(draft, "time", "moment", lambda place: (not role[place] & {"time", "date"}, "end" in role[place], place))
    whole = "time" in places and draft.kinds[places["time"]] not in ("clock", "number", "empty")
    if "date" not in places and not whole and not full:
        _first(draft, "date", "date moment", lambda place: ("date" not in role[place], place))
    if "date" in places and "time" not in places:
        _find_clock(draft, role)
    if "time" not in places:
        _first(draft, "time", "clock", lambda place: place)
    if "time" not in places:
        named = [place for place in draft.open() if role[place] & {"time", "date"}]
        if not named:
            raise DataError(
                draft.cells.source,
                f"no column of times; the columns are {quoted(draft.cells.header)}; name yours in homes.data, as in "
                f'time_column = "{shortened(draft.name(0), 40)}"',
            )
        places["time"] = named[0]  # its cells are no times: the reader says which
    _find_end(draft, role)


def _first(draft: Draft, role: str, kinds: str, order: Callable[[int], Any]) -> None:
    """Let the first of the open columns of some kinds be the column of a role, if there is any.

    Args:
        draft: Is filled in.
        role: The role, a word of `meaning.ROLES`.
        kinds: Kinds of `contents.Kind`, with spaces between.
        order: What to sort the places by; the lowest is first.
    """
    found = sorted((place for place in draft.open() if draft.kinds[place] in kinds.split()), key=order)
    if found:
        draft.places[role] = found[0]


def _find_clock(draft: Draft, role: dict[int, frozenset[str]]) -> None:
    """Find the column of times of day, or of the numbers of a day's intervals, beside that of dates.

    Without one the dates are all there is, and count as times: a value a day, or times that look like dates.

    Args:
        draft: Its column of dates is found.
        role: What the name of each column may mean.
    """
    clocks = [
        place
        for place in draft.open()
        if draft.kinds[place] == "clock"
        or (
            draft.kinds[place] == "number"
            and "clock" in role[place]
            and (are_slots(draft.cells, place) or are_dotted(draft.cells, place))
        )
    ]
    if clocks:
        draft.places["time"] = min(clocks, key=lambda place: ("clock" not in role[place], place))
    else:
        draft.places["time"] = draft.places.pop("date")


def _find_end(draft: Draft, role: dict[int, frozenset[str]]) -> None:
    """Find the column of ends beside that of starts, and leave out all other times.

    A single column that is called an end is the time itself, marked at its end.

    Args:
        draft: Its column of times is found.
        role: What the name of each column may mean.
    """
    if "end" not in draft.places:
        ends = [place for place in draft.open() if draft.kinds[place] in ("moment", "clock") and "end" in role[place]]
        if ends and "end" not in (role[draft.places["time"]] - {"time"} or {"start"}):
            draft.places["end"] = ends[0]
    for place in draft.open():
        if draft.kinds[place] in ("moment", "date", "clock"):
            draft.left_out[place] = "another time"


def find_rows(draft: Draft) -> None:
    """Find the columns that say of each row whose it is, what it holds, and in which unit.

    With a column of homes or of quantities a file is long, and without one wide: then names of columns say all.

    Raises:
        DataError: The scenario says that the file is long, and no column names homes.
    """
    role = {place: roles(draft.cells.header[place]) for place in draft.open()}
    if "home" not in draft.places and draft.source.layout != "wide":
        _find_home(draft, [place for place in role if "home" in role[place]])
    home = draft.places.get("home")
    if home is not None and "quantity" not in draft.places and not draft.words and names_quantities(draft, home):
        draft.places["quantity"] = draft.places.pop("home")  # sensors whose names say what they count
    if "quantity" not in draft.places:
        _find_quantity(draft, [place for place in draft.open() if "quantity" in role.get(place, ())])
    if "unit" not in draft.places:
        units = [place for place in draft.open() if "unit" in role.get(place, ()) and draft.kinds[place] == "words"]
        draft.places |= {"unit": units[0]} if units else {}
    if draft.source.layout == "long" and not {"home", "quantity"} & {*draft.places}:
        raise DataError(
            draft.cells.source,
            f"no column of homes, which a long file has; the columns are {quoted(draft.cells.header)}; say which in "
            'columns = { "..." = "home" }',
        )


def _find_home(draft: Draft, candidates: list[int]) -> None:
    """Let the first column of ids name the homes; numbers under the name of a home are its load.

    Args:
        draft: Is filled in; nothing is where the columns of values name their homes.
        candidates: Columns whose names may mean a home.
    """
    others = [understood(draft.cells.header[place]) for place in draft.open()]
    if any(name.quantity and name.home and not name.number for name in others):
        return  # the columns name their homes
    names = [place for place in candidates if draft.kinds[place] == "words" or _are_ids(draft, place)]
    if names:
        draft.places["home"] = names[0]
    draft.left_out |= dict.fromkeys(names[1:], "another name")
    draft.values |= {
        place: Said("load") for place in candidates if place not in names and draft.kinds[place] == "number"
    }


def _find_quantity(draft: Draft, candidates: list[int]) -> None:
    """Let a column of words say what each row holds; several words of which none is known are refused later.

    Args:
        draft: Is filled in.
        candidates: Columns whose names may mean a quantity.
    """
    candidates = [place for place in candidates if draft.kinds[place] == "words"]
    found = [place for place in candidates if draft.words or names_quantities(draft, place, some=True)]
    found += [place for place in candidates if len(draft.words_of(place)) > 1]
    if not found:
        apart = [place for place in draft.open() if _tells_rows_apart(draft, place)]
        found = [place for place in apart if names_quantities(draft, place)]
        if apart and not found:
            raise DataError(draft.cells.source, _apart_words(draft, apart[0]))
    draft.places |= {"quantity": found[0]} if found else {}


def _apart_words(draft: Draft, place: int) -> str:
    name = shortened(draft.name(place), 40)
    rows = f'column "{name}" holds {quoted(draft.words_of(place))}, and each time stands once for each of these; say in homes.data'
    quantity = f'columns = {{ "{name}" = "quantity" }}'
    if "home" in draft.places:
        return f"{rows} that they are quantities, as in {quantity}, and what each means in quantities"
    return f'{rows} whether they are homes, as in columns = {{ "{name}" = "home" }}, or quantities, as in {quantity}'


def _tells_rows_apart(draft: Draft, place: int) -> bool:
    """Tell whether times stand for most homes twice or more often, each time with another word of a column.

    Whatever such a column is called: without it the last of the values of a time would take the place of the others.
    """
    if draft.kinds[place] != "words" or not 1 < len(draft.words_of(place)) <= MOST_WORDS:
        return False
    apart = [str(draft.places[role]) for role in ("time", "date", "home") if role in draft.places]
    frame = draft.cells.frame
    alone, together = frame.select(apart).n_unique(), frame.select([*apart, str(place)]).n_unique()
    return together > _OFTEN * alone and together > _OFTEN * frame.height / 2


def _are_ids(draft: Draft, place: int) -> bool:
    """Tell whether numbers under the name of a home are names: whole, and shared by rows of different times.

    Raises:
        DataError: Neither the numbers nor the other columns tell; both would give a run, and one of them a wrong one.
    """
    numbers = whole_numbers(draft.cells, place)
    if numbers is None or draft.kinds[place] == "words":
        return draft.kinds[place] == "words"
    if draft.source.layout == "long":
        return True
    time = draft.cells.column(draft.places["time"])
    alone = time.n_unique() == len(time)
    others = [understood(draft.cells.header[other]) for other in draft.open() if other != place]
    if numbers.n_unique() > 1:
        return not alone
    if any(name.quantity in ("load", "import") for name in others) or not any(name.quantity for name in others):
        return True
    name = shortened(draft.name(place), 40)
    raise DataError(
        draft.cells.source,
        f'column "{name}" may name a home or hold numbers; say which in homes.data: columns = {{ "{name}" = "home" }} or "load"',
    )
