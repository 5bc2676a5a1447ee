"""The numbers of a column: decimal commas, thousands, empty cells, units beside them.

"1.234" is one and a part in London and a thousand in Berlin. A sign is decimal if it can be nothing else somewhere in
the column, or in the other columns of the file; where nothing tells, the file is refused rather than read a thousand
times too high.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from jiran.errors import DataError, shortened
from jiran.homes.meter.cells import NO_VALUE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jiran.homes.meter.cells import Cells
    from jiran.homes.profiles import Array
    from jiran.scenario import HomeData

#: Numbers with thousands set apart by a sign; what begins with 0 has none.
_THOUSANDS = {",": r"^[-+]?[1-9]\d{0,2}(,\d{3})+(\.\d*)?$", ".": r"^[-+]?[1-9]\d{0,2}(\.\d{3})+(,\d*)?$"}
#: So many cells of a column are looked at for its decimal sign before all are.
_SEEN = 20_000
#: In these units 1.234 is rather a thousand and more than one and a part.
_WHOLE_UNITS = ("W", "Wh")


def numbers_of(source: HomeData, cells: Cells, place: int, name: str, *, unit: str = "", sign: str = "") -> Array:
    """Return a column's numbers, NaN where a cell is empty.

    Words that mean nothing ("n/a", "-", "unavailable") count as empty. Spaces and apostrophes between digits are taken
    out.

    Args:
        source: What the scenario says: the decimal sign, and the factor that all values are multiplied by.
        cells: The file.
        place: The column.
        name: What it is called.
        unit: Its unit, if that is known.
        sign: The decimal sign that other columns have; "" if they do not tell.

    Returns:
        Shape (row,), in the unit of the file.

    Raises:
        DataError: A cell holds something else, an infinite number, or a sign that may be decimal or not.
    """
    column = cells.column(place)
    if column.dtype == pl.String:
        numbers = _parsed(source, cells, name, column, whole=unit in _WHOLE_UNITS, sign=sign)
    elif column.dtype.is_numeric() or column.dtype == pl.Null:
        numbers = column.cast(pl.Float64)
    else:
        raise DataError(cells.source, f'column "{name}" holds {column.dtype}, not numbers')
    if numbers.is_infinite().any():
        row = cells.row(numbers.is_infinite())
        raise DataError(cells.source, f'row {row}, column "{name}": the value is infinite')
    values: Array = numbers.fill_null(float("nan")).to_numpy()
    return values if source.factor == 1.0 else np.multiply(values, source.factor)


def decimal_sign(source: HomeData, cells: Cells, places: Iterable[int]) -> str:
    """Return the decimal sign that the columns of a file have for sure; "" if they do not tell, or do not agree.

    Args:
        source: What the scenario says comes first.
        cells: The file; only the first `_SEEN` cells of a column are looked at.
        places: The columns of values.
    """
    if source.decimal:
        return source.decimal
    columns = [cells.column(place) for place in places]
    found = {_certain(_bare(column.head(_SEEN))) for column in columns if column.dtype == pl.String}
    found.discard("")
    return found.pop() if len(found) == 1 else ""


def _bare(column: pl.Series) -> pl.Series:
    """Return texts without spaces and apostrophes between digits."""
    return column.str.replace_all(r"[\s'\u2019\u00a0\u202f]", "")


def _certain(texts: pl.Series) -> str:
    """Return the sign that can be nothing but decimal in texts; "" if there is none.

    Decimal for sure is a sign that stands once and not before three digits, or behind the other one.

    Example:
        >>> [_certain(pl.Series([text])) for text in ("0,25", "1.234,5", "1,234.5", "1.234", "7")]
        [',', ',', '.', '', '']
    """
    for sign, other in ((",", "."), (".", ",")):
        once = f"^[-+]?\\d*[{sign}]\\d+(?:[eE].*)?$"
        both = rf"\{other}.*\{sign}\d*$"
        decimal = (texts.str.contains(once) & ~texts.str.contains(_THOUSANDS[sign])) | texts.str.contains(both)
        if decimal.fill_null(value=False).any():
            return sign
    return ""


def _parsed(source: HomeData, cells: Cells, name: str, column: pl.Series, *, whole: bool, sign: str) -> pl.Series:
    """Read numbers from text.

    Args:
        source: What the scenario says.
        cells: The file.
        name: What messages call the column.
        column: Its cells, text.
        whole: Whether numbers of its unit are rather whole.
        sign: The decimal sign of other columns, or "".

    Returns:
        Floats, null where a cell is empty.

    Raises:
        DataError: A cell is no number.
    """
    quick = column.cast(pl.Float64, strict=False)
    known_sign = source.decimal or sign
    if (
        quick.null_count() == column.null_count()
        and known_sign != ","
        and (known_sign or not whole or not _grouped(column))
    ):
        return quick
    column = column.set(column.str.to_lowercase().is_in(NO_VALUE), None)
    plain = _bare(column)
    decimal = source.decimal or _decimal(cells, name, plain, whole=whole, sign=sign)
    other = "," if decimal == "." else "."
    grouped = plain.str.contains(other, literal=True)
    if grouped.any():
        wrong = grouped & ~plain.str.contains(_THOUSANDS[other])
        if wrong.fill_null(value=False).any():
            first = plain.filter(wrong)[0]
            row = cells.row(wrong.fill_null(value=False))
            mixed = bool(plain.str.contains(decimal, literal=True).any())
            problem = (
                "decimal points and decimal commas are mixed" if mixed else f'"{shortened(first, 40)}" is not a number'
            )
            raise DataError(cells.source, f'row {row}, column "{name}": {problem}')
        plain = plain.str.replace_all(other, "", literal=True)
    numbers = plain.str.replace(decimal, ".", literal=True).cast(pl.Float64, strict=False)
    wrong = numbers.is_null() & plain.is_not_null()
    if wrong.any():
        cell = shortened(str(column.filter(wrong)[0]), 60)
        raise DataError(cells.source, f'row {cells.row(wrong)}, column "{name}": "{cell}" is not a number')
    return numbers


def _grouped(column: pl.Series) -> bool:
    """Tell whether all points of a column may set thousands apart, and there are some.

    polars reads "1.234" as one and a part without a word, so where a column is in Wh that is asked first.
    """
    points = column.filter(column.str.contains(".", literal=True))
    return bool(len(points)) and bool(points.str.contains(_THOUSANDS["."]).all())


def _decimal(cells: Cells, name: str, plain: pl.Series, *, whole: bool, sign: str) -> str:
    """Return the decimal sign of a column.

    Args:
        cells: The file.
        name: What messages call the column.
        plain: Its cells without spaces and apostrophes.
        whole: Whether numbers of its unit are rather whole, so that a lone point may set thousands apart.
        sign: The decimal sign of other columns, or "".

    Raises:
        DataError: Points and commas are mixed, or a sign may be decimal or not.
    """
    own = _certain(plain)
    if own:
        return own
    commas, points = plain.str.contains(",", literal=True), plain.str.contains(".", literal=True)
    if not commas.any() and not points.any():
        return "."
    if sign:
        return sign
    if commas.any() and points.any():
        row = cells.row(points.fill_null(value=False))
        raise DataError(cells.source, f'row {row}, column "{name}": decimal points and decimal commas are mixed')
    if whole or (commas.any() and not cells.decimal_comma):
        with_sign = commas if commas.any() else points
        row, cell = cells.row(with_sign.fill_null(value=False)), shortened(plain.filter(with_sign)[0], 40)
        called = "comma" if commas.any() else "point"
        raise DataError(
            cells.source,
            f'row {row}, column "{name}": "{cell}" may have a decimal {called} or thousands; say which in homes.data, as in decimal = "," or "."',
        )
    return "," if commas.any() else "."
