"""Say what columns and words mean, and how values and times are read, by choosing from lists."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any
from zoneinfo import available_timezones

import streamlit as st

from jiran.app import shelf, state
from jiran.app.charts.week import QUANTITIES
from jiran.app.showing import plain
from jiran.errors import JiranError
from jiran.homes.meter.meaning import IGNORE, MAX_ID, NET
from jiran.words import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from jiran.app.owndata.offer import Offer
    from jiran.homes.meter.columns import Column, Columns
    from jiran.homes.meter.look import Look
    from jiran.homes.meter.meaning import Said

#: What a column can be, as the key `columns` says it, and as people would.
_ROLES = {
    "time": "Time", "date": "Date", "end": "End of the interval", "home": "Name of the home",
    "quantity": "What the row holds", "value": "Value", "unit": "Unit",
}  # fmt: skip
_HOLDS = {name: label for name, (label, _) in QUANTITIES.items()} | {NET: "Import less export", IGNORE: "Leave out"}
_MEANINGS = _HOLDS | _ROLES
#: So many columns are listed at once; of more, those that are searched for.
_MOST_LISTED = 12
#: From here on, what is not understood can be said of all such columns at once.
_MANY = 3
_UNSAID = ""
_KEYS: dict[str, tuple[str, dict[Any, str]]] = {
    "unit": (
        "Unit of values that name none",
        {unit: unit for unit in ("kWh", "Wh", "MWh", "kW", "W", "MW")},
    ),
    "reading": (
        "Values are",
        {
            "interval": "Energy or mean power of each interval", "register": "Readings of a counter",
            "power": "Power that holds until the next time",
        },
    ),
    "time_label": ("A time marks", {"start": "The start of its interval", "end": "The end of its interval"}),
    "day_first": ("Dates such as 05/06 are", {True: "Day first", False: "Month first"}),
}  # fmt: skip


def show(offer: Offer, columns: Columns, found: Look | None) -> None:
    """Draw the lists to choose from; a choice counts at once.

    Args:
        offer: The files, and what is said of them.
        columns: What is known of their columns.
        found: How they are understood, if they are.
    """
    refused = state.take_refusal()
    if refused is not None:
        st.error(plain(refused), icon=":material/error:")
    if columns.words:
        _words(offer, columns)
    _columns(offer, columns)
    _reading(offer, columns, found)


def _columns(offer: Offer, columns: Columns) -> None:
    """Draw a choice for each column, those that are not understood first."""
    st.markdown("###### What each column is")
    if len(columns.unknown) >= _MANY:
        _all_unknown(offer, columns)
    chosen = offer.source.columns  # stay where they stood when they were not understood
    listed = sorted(columns.columns, key=lambda column: not (column.unknown or column.name in chosen))
    some_homes = any(column.said is not None and column.said.home for column in columns.columns)
    if len(listed) > _MOST_LISTED:
        wanted = st.text_input(
            "Find a column", key=_key(offer, "find"), placeholder=f"Find one of {len(listed):,} columns",
            label_visibility="collapsed", icon=":material/search:",
        ).casefold()  # fmt: skip
        listed = [column for column in listed if wanted in column.name.casefold()]
        if not listed:
            st.caption("No column has this in its name.")
    for column in listed[:_MOST_LISTED]:
        _column(offer, column, column.name if some_homes else "")
    if len(listed) > _MOST_LISTED:
        st.caption(f"... and {len(listed) - _MOST_LISTED:,} more.")


def _column(offer: Offer, column: Column, own_home: str) -> None:
    """Draw a column's name and first values, what it is, and whose.

    Args:
        offer: The files, and what is said of them.
        column: One of their columns.
        own_home: Whose it is at first if it is not understood.
    """
    said = column.said
    now = None if column.unknown else column.role or (said.quantity if said else None)
    name, what, whose = st.columns([5, 4, 3], vertical_alignment="center")
    with name:
        mark = ":material/help: " if column.unknown else ""
        st.markdown(f"{mark}**{plain(column.name)}** :small[{plain(', '.join(column.cells) or 'empty')}]")
    with what:
        key = _start(offer, f"what {column.name}", now)
        st.selectbox(
            f"What {plain(column.name)} is", list(_MEANINGS), index=None if now is None else 0, key=key,
            format_func=_MEANINGS.__getitem__, placeholder="Choose what it is", label_visibility="collapsed",
            on_change=partial(_say_what, key, column, own_home),
        )  # fmt: skip
    if now in QUANTITIES or now == NET:
        with whose:
            key = _start(offer, f"whose {column.name}", said.home if said else "")
            st.text_input(
                f"Home of {plain(column.name)}", key=key, max_chars=MAX_ID, placeholder="the only home",
                label_visibility="collapsed", icon=":material/home:", on_change=partial(_say_whose, key, column),
            )  # fmt: skip


def _all_unknown(offer: Offer, columns: Columns) -> None:
    """Offer to say of all columns that are not understood what they are."""
    key = _start(offer, "all unknown", None)
    st.selectbox(
        f"All {counted(len(columns.unknown), 'column')} that are not understood", [*QUANTITIES, IGNORE], index=None, key=key,
        format_func=lambda name: _HOLDS[name] if name == IGNORE else f"{_HOLDS[name]}, each of a home of its own",
        placeholder="Choose what they are, or say it of each one below",
        on_change=partial(_say_all, key, columns.unknown),
    )  # fmt: skip


def _words(offer: Offer, columns: Columns) -> None:
    """Draw a choice for each word in the column of quantities."""
    st.markdown("###### What each word means")
    for word, said in sorted(columns.words.items(), key=lambda item: item[1] is not None)[:_MOST_LISTED]:
        name, what = st.columns([5, 7], vertical_alignment="center")
        name.markdown(f"{'' if said else ':material/help: '}**{plain(word)}**")
        key = _start(offer, f"word {word}", said.quantity if said else None)
        what.selectbox(
            f"What {plain(word)} means", list(_HOLDS), index=None if said is None else 0, key=key,
            format_func=_HOLDS.__getitem__, placeholder="Choose what it means", label_visibility="collapsed",
            on_change=partial(_say_word, key, word, said),
        )  # fmt: skip


def _reading(offer: Offer, columns: Columns, found: Look | None) -> None:
    """Draw how values and times are read."""
    st.markdown("###### How values and times are read")
    zones = sorted(available_timezones())
    with st.grid(3, min_column_width=230):
        for name, (label, choices) in _KEYS.items():
            _choice(offer, name, label, choices, found)
        _zone(offer, "Time zone of the homes", offer.zone, zones, _say_zone)
        _choice(offer, "time_zone", "Times without an offset are in", {zone: zone for zone in zones}, None)
        if any(column.role == "time" and column.kind == "clock" for column in columns.columns) and not any(
            column.role == "date" for column in columns.columns
        ):
            key = _start(offer, "date", offer.source.date)
            st.date_input(
                "Day of the first row",
                None,
                key=key,
                min_value="1970-01-01",
                max_value="2100-12-31",
                on_change=partial(_say_key, key, "date"),
            )


def _choice(offer: Offer, name: str, label: str, choices: dict[Any, str], found: Look | None) -> None:
    """Draw a key of homes.data with its values, and "as the file says" for none."""
    own = getattr(offer.source, name)
    read = None if found is None else found.keys.get(name)
    unsaid = "As the file says" if name != "time_zone" else "The zone of the homes"
    if own is None and read in choices and name != "time_zone":
        unsaid = f"{unsaid}: {choices[read][:1].lower()}{choices[read][1:]}"
    options = [_UNSAID, *choices] if own is None or own in choices else [_UNSAID, own, *choices]
    key = _start(offer, name, _UNSAID if own is None else own)
    st.selectbox(
        label, options, key=key, on_change=partial(_say_key, key, name),
        format_func=lambda value: unsaid if value == _UNSAID else choices.get(value, str(value)),
    )  # fmt: skip


def _zone(offer: Offer, label: str, now: str, zones: Sequence[str], say: Callable[[str], None]) -> None:
    """Draw a choice of time zones."""
    key = _start(offer, label, now)
    st.selectbox(label, zones if now in zones else [now, *zones], key=key, on_change=partial(say, key))


def _key(offer: Offer, name: str) -> str:
    return f"offer|{offer.number}|{name}"


def _start(offer: Offer, name: str, value: Any) -> str:
    """Let a control show a value, and return its key: what was chosen counts once it is read again."""
    key = _key(offer, name)
    st.session_state[key] = value
    return key


def _say_what(key: str, column: Column, own_home: str) -> None:
    """Take what a column is; of values, the home stays."""
    chosen = st.session_state[key]
    if chosen is not None:
        home = column.said.home if column.said is not None else own_home[:MAX_ID]
        _change(partial(_with_columns, {column.name: _text(chosen, home, column)}))


def _say_whose(key: str, column: Column) -> None:
    """Take whose a column of values is."""
    if column.said is not None:
        _change(
            partial(_with_columns, {column.name: _text(column.said.quantity, st.session_state[key].strip(), column)})
        )


def _say_all(key: str, names: Sequence[str]) -> None:
    """Take what all columns are that are not understood: each of a home that is called like it."""
    chosen = st.session_state[key]
    if chosen is not None:
        own = {name: IGNORE if chosen == IGNORE else f"{name[:MAX_ID]} {chosen}" for name in names}
        _change(partial(_with_columns, own))


def _say_word(key: str, word: str, said: Said | None) -> None:
    """Take what a word in the column of quantities means."""
    chosen = st.session_state[key]
    if chosen is not None:
        parts = ("", chosen) if said is None or chosen == IGNORE else (said.home, chosen, said.unit, said.reading)
        text = " ".join(part for part in parts if part)
        _change(lambda offer: offer.saying(quantities={**offer.source.quantities, word: text}))


def _say_key(key: str, name: str) -> None:
    """Take a key of homes.data."""
    value = st.session_state[key]
    _change(lambda offer: offer.saying(**{name: None if value == _UNSAID else value}))


def _say_zone(key: str) -> None:
    """Take the time zone of the homes."""
    zone = st.session_state[key]
    _change(lambda offer: offer.in_zone(zone))


def _with_columns(chosen: dict[str, str], offer: Offer) -> Offer:
    return offer.with_columns(chosen)


def _change(say: Callable[[Offer], Offer]) -> None:
    """Say more of the files, or remember why it cannot be said."""
    offer = state.offered()
    if offer is None:
        return
    try:
        state.offer(say(offer))
    except JiranError as error:
        state.refuse(shelf.without_paths(str(error)))


def _text(chosen: str, home: str, column: Column) -> str:
    """Return what a column is as the key `columns` says it; its unit and whether it counts on stay."""
    if chosen in _ROLES or chosen == IGNORE:
        return chosen
    said = column.said
    unit = said.unit if said is not None and said.unit else column.unit
    reading = said.reading if said is not None and said.reading else "register" * column.is_counter
    return " ".join(part for part in (home, chosen, unit, reading) if part)
