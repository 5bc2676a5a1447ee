"""How numbers stand in the tables of the dashboard: one way for all of them.

A column has the same digits throughout, so that points stand below each other; how many follows from its largest number.
Thousands are set apart, and the unit stands in the heading. Files have every digit.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import polars as pl
import streamlit as st

from jiran.nothing import LAST_DIGITS
from jiran.words import digits_of

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

#: Digits of prices: at least, at most where they end there, and else, as sentences write them.
_FEWEST, _MOST, _USUAL = 2, 6, 4
#: From here on a hundredth is little enough, as in the classroom's prices of 60 to 120.
_CENTS_FROM = 10.0


#: How many digits a format asks for.
_DIGITS = re.compile(r",\.(\d)f$")
#: Makes a column of its heading, with the unit, and of what else Streamlit takes; `signed=True`: what is above 0 has a plus.
Column: TypeAlias = Callable[..., Any]


def _column(number: int, label: str, *, signed: bool = False, **more: Any) -> Any:
    return st.column_config.NumberColumn(label, format=f"%{'+' if signed else ''},.{number}f", **more)


def digits(number: int) -> Column:
    """Return columns with so many digits after the point."""
    return partial(_column, number)


#: Whole numbers, and percentages that are given as 0 to 100.
COUNTS, SHARES = digits(0), digits(1)


def amounts(*values: ArrayLike) -> Column:
    """Return columns of energy or of money, all with the digits that fit these numbers."""
    return digits(digits_of(max((float(np.abs(_known(each)).max(initial=0.0)) for each in values), default=0.0)))


def prices(*values: ArrayLike) -> Column:
    """Return columns of prices per kWh, all with as many digits as these have."""
    known = np.concatenate([_known(each).ravel() for each in values])
    exact = (
        number
        for number in range(_FEWEST, _MOST + 1)
        if np.abs(known - known.round(number)).max(initial=0.0) < LAST_DIGITS
    )
    return digits(next(exact, _USUAL if np.abs(known).max(initial=0.0) < _CENTS_FROM else _FEWEST))


def as_written(frame: pl.DataFrame, shown: dict[str, Any]) -> pl.DataFrame:
    """Return a table with its numbers as its columns write them, and never minus nothing.

    A browser paints them with these digits, but reads out, copies and finds what it was sent.

    Args:
        frame: The table.
        shown: Its columns, some of them made here.
    """
    forms = {name: column["type_config"].get("format") for name, column in shown.items() if isinstance(column, dict)}
    written = {name: _DIGITS.search(form) for name, form in forms.items() if name in frame.columns and form}
    digits_of_columns = {
        name: int(found[1]) for name, found in written.items() if found and frame.schema[name].is_float()
    }
    rounded = frame.with_columns(pl.col(name).round(number) for name, number in digits_of_columns.items())
    return rounded.with_columns(
        pl.when(pl.col(name) == 0.0).then(0.0).otherwise(pl.col(name)).alias(name) for name in digits_of_columns
    )


def _known(values: ArrayLike) -> NDArray[np.float64]:
    """Return the numbers that are known, whatever they came as."""
    found = np.asarray(values, dtype=np.float64)
    return found[np.isfinite(found)]
