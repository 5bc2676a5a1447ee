"""The homes of a scenario as tables to edit: groups with their number and values of their own, and single homes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_args

import polars as pl
import streamlit as st

from jiran.app import state
from jiran.app.fields import info, meaning
from jiran.app.settings import blocks
from jiran.scenario import KINDS
from jiran.tariffs import tariffs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jiran.app.panel import Panel

#: Longer tables are the file's to change.
_MOST_ROWS = 200
_BLOCKS = "ev_blocks"
#: The type of a column by that of the field, the first that fits; else it is text.
_TYPES = ((bool, pl.Boolean), (float, pl.Float64), (int, pl.Int64))


def show(panel: Panel, name: str, label: str) -> None:
    """Draw a table of groups or of single homes; what is edited becomes the scenario's.

    Args:
        panel: Takes the change.
        name: "homes.groups" or "homes.single".
        label: What the table is called.
    """
    rows = [dict(row) for row in panel.now(name) or ()]
    label = panel.label(name, label)
    panel.places[name] = st.empty()
    if len(rows) > _MOST_ROWS:
        st.caption(f"{label}: {len(rows):,}, as the scenario's file has them.")
        return
    now = _frame(name, rows)
    editor = _editor(name, now)
    st.caption(f"{label}. What is empty takes the value of all homes.")
    edited = st.data_editor(
        editor.start, hide_index=True, num_rows="dynamic", column_config=_columns(name), key=editor.key,
        alt=f"Table of {label.lower()} to edit",
    )  # fmt: skip
    found = [_row(row) for row in edited.to_dicts() if row["kind"] or row.get("id")]
    editor.wanted = _frame(name, found)
    if not editor.wanted.equals(now):
        panel.replace(name, found)


def _frame(name: str, rows: Sequence[dict[str, Any]]) -> pl.DataFrame:
    """Return homes as the table that is edited."""
    fields, types = list(_columns(name)), _schema(name)
    return pl.DataFrame(
        [[_cell(row.get(key), key, types[key]) for key in fields] for row in rows], schema=types, orient="row"
    )


@dataclass
class _Editor:
    """A table that is being edited.

    It stays the same one while what the scenario has comes from it: a new one would forget what is typed while the page is
    drawn anew.

    Attributes:
        key: Of the widget.
        start: What it began with; the browser knows what was edited since.
        shown: What the scenario had when the page was drawn last.
        wanted: What was made of it.
        generation: Of the panel's controls, when the page was drawn last.
    """

    key: str
    start: pl.DataFrame
    shown: pl.DataFrame
    wanted: pl.DataFrame
    generation: int

    def goes_on(self, now: pl.DataFrame) -> bool:
        """Tell whether what the scenario has now is what was made of the table, or what it had while an edit is refused."""
        if self.key not in st.session_state:  # it was away, and forgot what was edited
            return False
        return now.equals(self.wanted) or (now.equals(self.shown) and self.generation == state.generation())


def _editor(name: str, now: pl.DataFrame) -> _Editor:
    """Return the table as it is being edited, or a new one where the homes have changed by other means."""
    held: dict[str, _Editor] = st.session_state.setdefault("homes editors", {})
    editor = held.get(name)
    if editor is None or not editor.goes_on(now):
        number = st.session_state["homes editor"] = st.session_state.get("homes editor", 0) + 1
        editor = held[name] = _Editor(f"editor {number}|{name}", now, now, now, state.generation())
    editor.shown, editor.generation = now, state.generation()
    return editor


def _cell(value: Any, key: str, kind: Any) -> Any:
    if value is None:
        return None
    return blocks.written(value) if key == _BLOCKS else float(value) if kind is pl.Float64 else value


def _row(cells: dict[str, Any]) -> dict[str, Any]:
    """Return an edited row as the scenario has it, without what is left out."""
    row = {key: value for key, value in cells.items() if value is not None}
    if _BLOCKS in row:
        row[_BLOCKS] = blocks.read(row[_BLOCKS])
    return row


def _names(name: str) -> list[str]:
    model = next(part for part in _inner(info(name).annotation) if hasattr(part, "model_fields"))
    first = [key for key in ("id", "kind", "count") if key in model.model_fields]
    return [*first, *(key for key in model.model_fields if key not in first)]


def _inner(annotation: Any) -> list[Any]:
    return [annotation, *(one for part in get_args(annotation) for one in _inner(part))]


def _schema(name: str) -> dict[str, Any]:
    """Return the type of each column, by that of the scenario's field; blocks are written as a text."""
    of = {key: _inner(info(f"{name}.0.{key}").annotation) for key in _names(name)}
    return {key: pl.String if key == _BLOCKS else _type(parts) for key, parts in of.items()}


def _type(parts: list[Any]) -> Any:
    """Return the type of a column by that of the field, taken apart: names to choose from are text."""
    return next((kind for one, kind in _TYPES if one in parts), pl.String)


def _columns(name: str) -> dict[str, Any]:
    """Return how each column looks; its meaning is the scenario's own."""
    found: dict[str, Any] = {}
    types = _schema(name)
    for key in _names(name):
        field = f"{name}.0.{key}"
        label, unit = key.replace("_", " ").capitalize(), info(field).json_schema_extra["unit"]
        heading = f"{label}, {unit}" if unit and unit != "homes" else label
        match key:
            case "kind":
                found[key] = st.column_config.SelectboxColumn("Kind", options=list(KINDS), required=True)
            case "count":
                found[key] = st.column_config.NumberColumn("Homes", min_value=0, step=1, default=1)
            case "tariff":
                found[key] = st.column_config.SelectboxColumn(label, options=list(tariffs()), help=meaning(field))
            case _ if types[key] is pl.String:
                found[key] = st.column_config.TextColumn("Name" if key == "id" else label, help=meaning(field))
            case _ if types[key] is pl.Boolean:
                found[key] = st.column_config.CheckboxColumn(label, help=meaning(field))
            case _:
                found[key] = st.column_config.NumberColumn(
                    heading.replace("kwp", "").replace(" kw,", ","), help=meaning(field)
                )
    return found
