"""What the columns of numbers hold, from their names; what nobody knows is refused.

The guiding rule: energy that is taken in by mistake makes a wrong bill, a question makes a minute of work. So a name
counts only where it can mean one thing, and the message of a refusal says what to write.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from jiran.errors import DataError, shortened
from jiran.homes.meter.meaning import IGNORE, NET, Said, quoted
from jiran.homes.meter.report import Change
from jiran.homes.meter.vocabulary import Name, roles, understood

if TYPE_CHECKING:
    from jiran.homes.meter.draft import Draft

#: Why a column is left out that is known to be no energy of a home.
WHY = {
    "battery": "a battery", "self-consumption": "a part of what was generated or used", "price": "a price", "cost": "money",
    "weather": "weather", "electrical": "neither energy nor power", "emissions": "emissions", "forecast": "a forecast",
    "extreme": "an extreme value", "quality": "a remark", "other-energy": "another energy or a device", "total": "a total",
}  # fmt: skip

#: Longer words are rather words than ids of homes.
_SHORT_ID = 3


def name_values(draft: Draft, *, pivoted: bool) -> None:
    """Say of each column that is left what it holds, from its name.

    First each column for itself; then those whose meaning hangs on the others: columns called just "value" or "kWh",
    sums over homes, net energy, numbers that are homes or parts, and parts beside their whole.

    Args:
        draft: The file's columns.
        pivoted: Whether the values stood below times: then no other column holds any.

    Raises:
        DataError: A column of numbers is not understood, or two mean the same.
    """
    generic: list[int] = []
    later: list[int] = []
    for place in draft.open():
        name = draft.names[place] = understood(draft.cells.header[place])
        why = _left_out(draft, place, name, pivoted=pivoted)
        if why:
            draft.left_out[place] = why
        elif pivoted:
            draft.unknown.append(place)
        elif name.kind in ("total", "net"):
            later.append(place)
        elif _is_value(draft, name):
            draft.values[place] = said_by(name)
            if name.kind == "plain":
                draft.changes.append(Change("", "", "columns taken as load", 1, f'"{draft.name(place)}"'))
        elif "value" in roles(draft.cells.header[place]):
            generic.append(place)
        else:
            draft.unknown.append(place)
    _settle_generic(draft, generic)
    _settle_totals_and_nets(draft, later)
    _refuse_unknown(draft)
    _tell_homes_from_parts(draft)
    _choose_among_quantities(draft)
    _doubt_words_as_homes(draft)


def _left_out(draft: Draft, place: int, name: Name, *, pivoted: bool) -> str:
    """Return why a column is left out; "" if it is not.

    Args:
        draft: The file's columns.
        place: The column.
        name: What its name says.
        pivoted: Whether the values stood below times.

    Returns:
        Words for the report, such as "a battery". A column that names a home and holds nothing is kept in a wide file,
        as a home without energy.
    """
    in_wide = "home" not in draft.places and not pivoted
    if not draft.cells.header[place]:
        return "without a name"
    if name.kind == "left out":
        return WHY[name.reason]
    if name.kind == "value" or (name.kind == "plain" and in_wide):
        return "words" if pivoted and draft.kinds[place] == "words" else ""
    return draft.kinds[place] if draft.kinds[place] in ("empty", "words") and name.kind not in ("total", "net") else ""


def _is_value(draft: Draft, name: Name) -> bool:
    """Tell whether a name says which home's energy a column holds; in a long file the rows say whose."""
    if "home" in draft.places:
        return name.kind == "value" and (not name.home or name.number)
    return name.kind in ("value", "plain")


def said_by(name: Name, home: str | None = None) -> Said:
    """Return what a name says, of the home that it names or of another.

    Args:
        name: What the name of a column says; without a quantity it is the load.
        home: Whose it is, if not the home that the name says; "" for a home that the row or the file says.
    """
    whose = name.home if home is None else home
    return Said(name.quantity or "load", whose, name.unit, "register" if name.counter else "")


def _settle_generic(draft: Draft, generic: list[int]) -> None:
    """Decide on columns called value, energy, kWh: the row's word says what they hold, or they are the load.

    Of several, one of energy counts and those of power beside it are left out, as the same in another unit.

    Args:
        draft: Is filled in; with two of energy nobody knows which counts, and all stay unknown.
        generic: Places of such columns.
    """
    if not generic:
        return
    if len(generic) > 1:
        energy = [
            place
            for place in generic
            if draft.names[place].unit in ("Wh", "kWh", "MWh") or not draft.names[place].power
        ]
        if len(energy) == 1:
            for place in (place for place in generic if place not in energy):
                draft.left_out[place] = "the same as power"
            generic = energy
    others = [place for place in draft.values if draft.values[place].quantity]
    if len(generic) == 1 and ("quantity" in draft.places or not others):
        name = draft.names[generic[0]]
        by_row = "quantity" in draft.places
        draft.values[generic[0]] = Said("" if by_row else "load", "", name.unit, "register" if name.counter else "")
        if not by_row:
            draft.changes.append(Change("", "", "columns taken as load", 1, f'"{draft.name(generic[0])}"'))
    else:
        draft.unknown += generic


def _settle_totals_and_nets(draft: Draft, later: list[int]) -> None:
    """Leave out sums over homes, and net energy, if what they are made of is known; else they are all there is.

    A sum beside its parts would count everything twice, and so would net energy beside import or load.

    Args:
        draft: Is filled in.
        later: Places of such columns, in the order of the file.
    """
    known = {draft.values[place].quantity for place in draft.values}
    named = any(draft.values[place].home for place in draft.values)
    for place in later:
        name = draft.names[place]
        if name.kind == "net":
            homes = {said.home for said in draft.values.values() if said.quantity in ("load", "import", "export", "")}
            if name.home in homes or (homes and not name.home):
                draft.left_out[place] = "net of what stands in other columns"
            else:
                draft.unknown.append(place)
        elif named or name.quantity in known or (known and not name.quantity):
            draft.left_out[place] = WHY["total"]
        else:
            draft.values[place] = said_by(name, "")


def _refuse_unknown(draft: Draft) -> None:
    """Refuse columns that may be anything: energy that nobody used would be counted as used.

    Raises:
        DataError: There is such a column, or none of energy at all; the message holds the line to add to the scenario.
    """
    source, header = draft.cells.source, draft.cells.header
    if draft.unknown:
        names = [draft.name(place) for place in draft.unknown]
        nets = [place for place in draft.unknown if draft.names.get(place, Name("unknown")).kind == "net"]
        what, they = ("a column is", "it is") if len(names) == 1 else ("columns are", "each is")
        line = ", ".join(
            f'"{shortened(name, 40)}" = "{_as_net(draft.names[place]) if place in nets else IGNORE}"'
            for place, name in zip(draft.unknown[:2], names[:2], strict=True)
        )
        hint = (
            f' "{NET}" means import less export, above 0 when a home takes from the grid, and "{IGNORE}" leaves it out{_first_below(draft, nets)}' if nets
            else f' "{IGNORE}" leaves it out, and a name such as "H1 load", "H1 generation", "H1 ev", "import" or "export" takes it in'
        )  # fmt: skip
        raise DataError(
            source,
            f"{what} not understood: {quoted(names)}; say what {they} in homes.data, as in columns = {{ {line}"
            f"{', ...' if len(names) > 2 else ''} }};{hint}",
        )
    if not draft.values:
        raise DataError(
            source,
            f"no column of numbers that a home uses, generates, takes or gives; the columns are {quoted(header)}; say what one holds in "
            'homes.data, as in columns = { "..." = "load" }',
        )


def _as_net(name: Name) -> str:
    """Return what reads a column as net energy, of its home and in its unit."""
    return " ".join(part for part in (name.home, NET, name.unit) if part)


def _first_below(draft: Draft, nets: list[int]) -> str:
    """Return where a column of net energy is below 0 for the first time, as the end of a sentence; "" if none ever is."""
    for place in nets:
        cells = draft.cells.column(place).cast(pl.String).fill_null("")
        below = cells.str.contains(r"^[-\u2212]\s*[\d.,]*[1-9]")
        if below.any():
            cell = shortened(cells.filter(below)[0], 40)
            return f'; the first value below 0 of "{shortened(draft.name(place), 40)}" is {cell}, in row {draft.cells.row(below)}'
    return ""


def _tell_homes_from_parts(draft: Draft) -> None:
    """Decide whether numbers behind quantities are homes (load_1, load_2) or parts of one home (load, PV1, PV2).

    A number behind a load names a home, as each home has one load. Behind another quantity it is a part, if a column
    without a number shows that the file has one home.

    Raises:
        DataError: The file names homes, and the numbered columns beside them could be any home's.
    """
    numbered = [place for place in draft.values if draft.names.get(place, Name("unknown")).number]
    used = {draft.names[place].home for place in numbered if draft.values[place].quantity in ("load", "import")}
    whole = any(not draft.values[place].home for place in draft.values if place not in numbered)
    if "home" not in draft.places and not used and not whole and len(numbered) < len(draft.values):
        for place in numbered:  # named homes beside them: nobody knows whose PV1 is
            del draft.values[place]
        draft.unknown += numbered
        _refuse_unknown(draft)
    if "home" not in draft.places and (used or not whole):
        return
    for place in numbered:
        name = draft.names[place]
        draft.names[place] = replace(name, home="", part=name.home, number=False)
        draft.values[place] = replace(draft.values[place], home="")


def _choose_among_quantities(draft: Draft) -> None:
    """Leave out parts beside their whole, add parts up, and refuse two columns that mean the same.

    Columns of which the scenario says what they are stay in any case: whoever names two loads of a home wants their
    sum.

    Raises:
        DataError: Two columns mean the same, and neither is a part of the other.
    """
    groups: dict[tuple[str, str], list[int]] = {}
    for place, found in draft.values.items():
        groups.setdefault((found.home, found.quantity), []).append(place)
    for (home, quantity), places in groups.items():
        free = [place for place in places if place not in draft.explicit]
        if len(places) < 2 or not free:
            continue
        wholes = [
            place for place in places if place in draft.explicit or not draft.names.get(place, Name("value")).part
        ]
        if len(wholes) > 1:
            names = [draft.name(place) for place in wholes]
            whose = f" of home {home}" if home else ""
            raise DataError(
                draft.cells.source,
                f'"{names[0]}" and "{names[1]}" both give the {quantity or "value"}{whose}; leave one out, as in columns = {{ "{names[1]}" = "{IGNORE}" }}',
            )
        if wholes:
            for place in free:
                if place not in wholes:
                    del draft.values[place]
                    draft.left_out[place] = f'a part of "{draft.name(wholes[0])}"'
        else:
            joined = " + ".join(draft.name(place) for place in places)
            draft.changes.append(Change("", "", "columns added up", len(places), joined))


def _doubt_words_as_homes(draft: Draft) -> None:
    """Say where words that nobody knows became homes, though no two homes have a quantity in common.

    In "Kitchen load, Garage generation" the words are no homes but rooms. It is only doubted, because homes may have
    names of people.
    """
    free = [place for place in draft.values if place not in draft.explicit and place in draft.names]
    homes = dict.fromkeys(draft.values[place].home for place in free)
    quantities = [draft.values[place].quantity for place in free]
    strange = [home for home in homes if home.isalpha() and len(home) > _SHORT_ID]
    if len(homes) > 1 and strange and len(set(quantities)) == len(quantities):
        told = f"{quoted(strange)} {'was' if len(strange) == 1 else 'were'} taken as a home, though no other home has such a column: is all of one home"
        draft.changes.append(Change("", "", "words as homes", 1, told))
