"""Draw the control that fits a field, with the value as it is: a control never moves or rounds what it is given."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any, NamedTuple

import streamlit as st

from jiran.nothing import LAST_DIGITS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jiran.app.fields import Values

#: The greatest whole number that a browser knows exactly.
MOST_WHOLE = 2**53 - 1
#: Longer lists are not shown number by number.
MOST_LISTED = 1_000
NOT_SET = "not set"


class Control(NamedTuple):
    """What every control has: its key, its label and its help."""

    key: str
    label: str
    help: str


class Slider(NamedTuple):
    """A range in which a slider is handier than a field to type in."""

    least: float
    most: float
    step: float
    form: str = "%.2f"

    def holds(self, value: Any) -> bool:
        """Tell whether the slider can stand exactly at a value, and show it with all its digits."""
        if value is None or not self.least <= value <= self.most or float(self.form % value) != value:
            return False
        place = (value - self.least) / self.step
        return math.isclose(place, round(place), abs_tol=LAST_DIGITS)


def number(control: Control, value: Any, start: Any, takes: Values, step: float, slider: Slider | None) -> Any:
    """Draw a number: a slider if it holds the value, else a field to type in.

    Args:
        control: Key, label and help.
        value: The value now.
        start: The value that the scenario came with. The field stays a field when it has to be one for this.
        takes: What values are valid.
        step: How far the field's buttons go.
        slider: A range for a slider, or None.
    """
    if takes.number is int:
        return _optional(control, value, takes) if takes.optional else _whole(control, value, start, takes)
    if slider is not None and slider.holds(value) and slider.holds(start):
        return st.slider(
            control.label, slider.least, slider.most, float(value), slider.step, slider.form, key=control.key,
            help=control.help,
        )  # fmt: skip
    if takes.optional:
        return _optional(control, value, takes)
    # %g shows all the digits that a number has. A bound that is itself left out is the scenario's to refuse, in words.
    return st.number_input(
        control.label, takes.least, takes.most, float(value), step, "%g", key=control.key, help=control.help
    )


def _optional(control: Control, value: float | None, takes: Values) -> Any:
    """Draw a number that may be left out, as text: a field for numbers could not be emptied again."""
    shown = "" if value is None else spelled(value)
    typed = st.text_input(
        control.label, shown, 40, key=control.key, help=f"{control.help}. Empty: {NOT_SET}", placeholder=NOT_SET
    ).strip()
    if typed == shown:
        return value
    number = read(typed) if typed else None
    return int(number) if takes.number is int and isinstance(number, float) and number.is_integer() else number


def _whole(control: Control, value: int, start: int, takes: Values) -> Any:
    """Draw a whole number; one that is too large for a browser's numbers is text."""
    if max(value, start) > MOST_WHOLE:
        typed = st.text_input(control.label, str(value), 25, key=control.key, help=control.help)
        return int(typed) if re.fullmatch(r"\s*\d+\s*", typed) else typed
    least = None if takes.least is None else int(takes.least)
    most = None if takes.most is None else min(int(takes.most), MOST_WHOLE)
    return st.number_input(control.label, least, most, value, 1, "%d", key=control.key, help=control.help)


def choice(control: Control, value: Any, takes: Values) -> Any:
    """Draw a choice of names; of a field that takes numbers too, a number can be typed in."""
    shown = NOT_SET if value is None else spelled(value)
    options = [*([NOT_SET] if takes.optional else []), *takes.choices]
    if shown not in options:
        options.append(shown)
    chosen = st.selectbox(
        control.label, options, options.index(shown), key=control.key, accept_new_options=takes.number is not None,
        help=f"{control.help}. Choose, or type a number" if takes.number else control.help,
    )  # fmt: skip
    if chosen == shown:
        return value
    if chosen is None or chosen == NOT_SET:
        return None
    return chosen if takes.number is None or chosen in takes.choices else read(chosen)


def numbers(control: Control, value: Sequence[float] | float) -> Any:
    """Draw a list of numbers as text; an empty one is no list, but the one number that is its mean.

    Returns:
        What the list was changed to; None if it was not.
    """
    values = () if isinstance(value, int | float) else value
    if len(values) > MOST_LISTED:
        return None
    shown = ", ".join(map(spelled, values))
    typed = st.text_area(
        control.label, shown, height="content", key=control.key, help=control.help,
        placeholder="24 values by the hour of the day, or one for each step",
    )  # fmt: skip
    if typed == shown:
        return None
    if not typed.strip():
        return math.fsum(values) / len(values) if values else None
    found = [read(part) for part in re.split(r"[\s,;]+", typed.strip(" \n,;"))]
    return found if all(isinstance(one, float) for one in found) else typed


def read(typed: str) -> Any:
    """Return typed text as a number; as text if it is none, for the scenario to say so.

    Example:
        >>> read("0.30"), read("1e-3"), read("dear")
        (0.3, 0.001, 'dear')
    """
    try:
        return float(typed)
    except ValueError:
        return typed


def spelled(value: Any) -> str:
    """Return a value as one types it, a number with all the digits that it has.

    Example:
        >>> spelled(0.5625), spelled(20.0), spelled("import")
        ('0.5625', '20', 'import')
    """
    return str(value).removesuffix(".0") if isinstance(value, float) else str(value)
