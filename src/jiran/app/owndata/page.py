"""How offered files are understood, what can be said against it, and the button that takes their homes."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, TypeVar

import polars as pl
import streamlit as st

from jiran.app import frame, state
from jiran.app.charts.week import QUANTITIES, week
from jiran.app.columns import amounts
from jiran.app.drawing import draw
from jiran.app.labels import by_labels
from jiran.app.owndata import correct, looks
from jiran.app.owndata.offer import assumed, base_of
from jiran.app.runs import is_large
from jiran.app.showing import plain
from jiran.app.watched import watched
from jiran.errors import JiranError
from jiran.explain.meters import no_plan
from jiran.words import counted, kwh

if TYPE_CHECKING:
    from collections.abc import Callable

    from jiran.app.owndata.looks import Seen
    from jiran.app.owndata.offer import Offer
    from jiran.homes.meter.columns import Columns
    from jiran.homes.meter.look import Look
    from jiran.homes.meter.week import Week

T = TypeVar("T")

#: Layouts as people would say them.
_LAYOUTS = {
    "wide": "a column for each home and quantity",
    "long": "a row for each home and time",
    "matrix": "a row for each day, a column for each time of day",
    "rows": "a row for each meter, a column for each time",
}
#: The table and the list of homes to look at hold so many homes, a list of remarks so many.
_MOST_HOMES, _MOST_LISTED, _MOST_REMARKS = 1_000, 500, 200
_MEAN = "All homes, on average"


@st.dialog("Your meter data", width="large", icon=":material/electric_meter:", on_dismiss=state.put_offer_aside)
def show() -> None:
    """Draw what the viewer looks at, in a window of its own."""
    offer = state.offered()
    if offer is None:
        return
    frame.colour_dialog()
    seen = _read(offer, f"Reading {plain(offer.name)}", partial(looks.seen, offer))
    if seen.look is None or seen.week is None:
        _not_understood(offer, seen)
        return
    for row in seen.look.suspicions():
        st.warning(f"{_sentence(row['why'])}", icon=":material/search:")
    _summary(offer, seen.look)
    left, right = st.columns([2, 3], gap="medium")
    with left:
        _homes(seen.look)
    with right:
        _week(offer, seen.week)
    _use(offer, seen.look)
    _changed(seen.look)
    # What the viewer said stays in sight; homes of the scenario have all keys pinned, though nobody corrected them.
    said = not offer.own and offer.source.model_dump(exclude_defaults=True).keys() - {"path", "also"}
    with st.expander(
        "Correct how it is read", bool(said), icon=":material/edit:", on_change="rerun", key=f"correct {offer.number}"
    ) as more:
        columns = _columns(offer) if more.open else None
        if columns is not None:
            correct.show(offer, columns, seen.look)


def _read(offer: Offer, words: str, work: Callable[[Callable[[float], None]], T]) -> T:
    """Read files with a bar; closing the window ends it.

    Raises:
        JiranError: They cannot be read.
    """
    return watched(
        work, st.empty(), key=f"read {words}", words=words, stop=None, large=is_large(offer.need),
        expected_s=offer.need.seconds,
    )  # fmt: skip


def _columns(offer: Offer) -> Columns | None:
    """Return what is known of the columns, which takes a while for large files; or say that they are gone."""
    try:
        return _read(offer, f"Looking at the columns of {plain(offer.name)}", lambda _tell: looks.columns(offer))
    except JiranError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return None


def _not_understood(offer: Offer, seen: Seen) -> None:
    """Say why files are not understood, and ask for what is missing."""
    columns = _columns(offer)
    if columns is None:
        return
    st.warning(_missing(columns, seen), icon=":material/help:")
    correct.show(offer, columns, None)


def _missing(columns: Columns, seen: Seen) -> str:
    """Return what is not understood, and what to do about it."""
    where = f"{plain(seen.source)}: " if seen.source else ""
    if columns.problem and columns.unknown:
        number = len(columns.unknown)
        return f"{where}{counted(number, 'column')} {'is' if number == 1 else 'are'} not understood. Choose below what {'it holds' if number == 1 else 'they hold'}."
    if columns.problem and columns.unknown_words:
        number = len(columns.unknown_words)
        return f"{where}{counted(number, 'word')} in the column of quantities {'is' if number == 1 else 'are'} not understood. Choose below what {'it means' if number == 1 else 'they mean'}."
    if columns.problem and not columns.has_times:
        return f"{where}No column of times was found. Choose below which one says when."
    return f"{where}{_sentence(seen.problem.partition('; say ')[0])} Below you can say how it is to be read."


def _sentence(text: str) -> str:
    """Return text from a report as a sentence."""
    return plain(f"{text[:1].upper()}{text[1:]}{'' if text.endswith(('.', '?', '!')) else '.'}")


def _summary(offer: Offer, found: Look) -> None:
    """Say in one line what is there."""
    covered = found.covered
    known = f", as {found.recognised} writes it" if found.recognised else ""
    layouts = [_LAYOUTS.get(layout, layout) for layout in found.layout.split(", ")]
    st.markdown(
        f"**{plain(counted(len(covered.ids), 'home'))}**, **{plain(f'{covered.first:%d %b %Y %H:%M} to {covered.end:%d %b %Y %H:%M}')}**, "
        f"every {plain(f'{covered.native_minutes:g}')} min, times in {plain(offer.zone)}"
    )
    label = found.keys.get("time_label")
    marks = f", a time marks the {label} of its interval" if label else ""
    st.caption(plain(f"{offer.name}: {' and '.join(layouts)}{known}{marks}."))


def _homes(found: Look) -> None:
    """Draw the table of homes with the energy of each."""
    shown = [name for name in QUANTITIES if any(sums.get(name) for sums in found.totals.values())] or ["load"]
    ids = list(found.totals)[:_MOST_HOMES]
    table = pl.DataFrame(
        {"home": ids} | {name: [found.totals[home].get(name, 0.0) for home in ids] for name in shown},
        schema_overrides={"home": pl.String},
    )
    energy = amounts(table.select(shown))
    st.dataframe(
        table,
        hide_index=True,
        height=min(38 + 35 * len(ids), 388),
        column_config={"home": st.column_config.TextColumn("Home", pinned=True)}
        | {name: energy(f"{QUANTITIES[name][0]}, kWh") for name in shown},
        key="offered homes",
        alt="Energy of each home over the whole period, kWh",
    )
    sums = [(name, sum(home.get(name, 0.0) for home in found.totals.values())) for name in shown]
    if len(found.totals) > 1:
        together = ", ".join(f"{'EV charging' if name == 'ev' else name} {kwh(total)}" for name, total in sums)
        more = f" The table holds the first {_MOST_HOMES:,} homes." if len(found.totals) > _MOST_HOMES else ""
        st.caption(plain(f"All homes: {together}.{more}"))


def _week(offer: Offer, shown: Week) -> None:
    """Draw a week of one home or of all."""
    options = [_MEAN, *shown.ids[:_MOST_LISTED]]
    home = None
    if len(shown.ids) > 1:
        chosen = st.selectbox(
            "Home to look at", options, key=f"offered home {offer.number}", label_visibility="collapsed"
        )
        home = None if chosen == _MEAN else chosen
    whose = home or ("a mean home" if len(shown.ids) > 1 else shown.ids[0])
    said = f"Mean power of {whose} in each hour, {_days(shown)}."
    draw(week(shown, home), key="offered week", alt=said, height=330)
    asked = " Is the sun highest around noon?" if "generation" in shown.of(home) else ""
    st.caption(plain(f"{said}{asked}"))


def _days(shown: Week) -> str:
    """Return which days a week has."""
    first, last = (f"{time.day} {time:%b %Y}" for time in (shown.times[0], shown.times[-1]))
    return first if first == last else f"{first} to {last}"


def _use(offer: Offer, found: Look) -> None:
    """Draw the button that takes the homes into the scenario."""
    try:
        base = base_of(offer, found)
    except JiranError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return
    if (hidden := no_plan(found)) is not None:
        st.info(_sentence(str(hidden)), icon=":material/request_quote:")
    if told := assumed(offer, base):
        st.caption(_sentence(by_labels(f"not in the files: {told}", "")))
    if not st.button("Use these homes", type="primary", icon=":material/check:", key="use homes"):
        return
    state.set_base(base)
    state.end_offer()
    st.rerun()


def _changed(found: Look) -> None:
    """List what was left out, filled or assumed."""
    lines = [f"Left out: {row['what']}{': ' + row['why'] if row['why'] else ''}" for row in found.left_out()]
    lines += [f"Filled: {row['what']}: {row['why']}" for row in found.filled()]
    lines = [*found.told(), *lines]
    if not lines:
        return
    with st.expander(f"What was left out, filled or assumed ({len(lines):,})", icon=":material/fact_check:"):
        st.markdown("\n".join(f"- {_sentence(line)}" for line in lines[:_MOST_REMARKS]))
        if len(lines) > _MOST_REMARKS:
            st.caption(plain(f"... and {len(lines) - _MOST_REMARKS:,} more."))
