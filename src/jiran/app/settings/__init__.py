"""All settings: every field of a scenario, grouped as its file is, and found by a word."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from jiran.app.fields import PLUGINS, info, meaning, values
from jiran.app.labels import label_of, settings
from jiran.app.settings.one import draw, hourly
from jiran.app.showing import plain
from jiran.scenario.labels import CHOSEN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jiran.app.panel import Panel


def show(panel: Panel) -> None:
    """Draw all fields that are not drawn yet, or those that a word finds."""
    word = st.text_input(
        "Find a setting", key="find", placeholder="Find a setting, as: battery", label_visibility="collapsed",
        icon=":material/search:",
    ).strip()  # fmt: skip
    found = False
    for heading, names in _groups(panel):
        wanted = [name for name in names if is_found(word, heading, name)]
        drawn = [name for name in wanted if name not in panel.places]
        prices = [name for name in wanted if _is_one_price(panel, name)]
        if drawn or prices:
            st.markdown(f"**{heading}**")
            found = True
        for name in drawn:
            draw(panel, name)
        for name in prices:
            hourly(panel, name)
    if not found:
        st.caption(f"No setting is called “{plain(word)}”; those that stand above are not looked through.")


def _groups(panel: Panel) -> Iterator[tuple[str, list[str]]]:
    """Yield the fields by heading, in the order of the scenario's file; rule and strategy with their parameters last."""
    for heading, fields in settings().items():
        yield heading, list(fields)
    for section, name in zip(("market", "bids"), CHOSEN, strict=True):
        parameters = PLUGINS[section][1](panel.chosen(name)).parameters
        yield label_of(name), [name, *(f"{section}.{key}" for key in parameters)]


def is_found(word: str, heading: str, name: str) -> bool:
    """Tell whether a word stands in what is said of a field: its heading, label, meaning or dotted name."""
    called = label_of(name).format(currency="")  # or "currency" would find all prices
    said = " ".join((heading, called, name, meaning(name) if info(name) is not None else ""))
    return word.casefold() in said.casefold()


def _is_one_price(panel: Panel, name: str) -> bool:
    """Tell whether a field is one price that could change with the hour; a list has its control beside it."""
    listed = info(name) is not None and values(name).listed
    return listed and isinstance(panel.now(name), int | float)
