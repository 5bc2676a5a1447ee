"""The numbers of a column: decimal commas, thousands, empty cells, units beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from jiran.errors import DataError, shortened
from jiran.homes.meter.cells import NO_VALUE

if TYPE_CHECKING:
    from jiran.homes.meter.cells import Cells
    from jiran.homes.profiles import Array
    from jiran.scenario import HomeData

_THOUSANDS = {",": r"^[-+]?\d{1,3}(,\d{3})+(\.\d+)?$", ".": r"^[-+]?\d{1,3}(\.\d{3})+(,\d+)?$"}


def numbers_of(source: HomeData, cells: Cells, place: int, name: str) -> Array:
    """Return a column's numbers, NaN where a cell is empty.

    Raises:
        DataError: A cell holds something else, an infinite number, or a sign that may be decimal or not.
    """
    column = cells.column(place)
    if column.dtype == pl.String:
        numbers = _parsed(source, cells, name, column)
    elif column.dtype.is_numeric() or column.dtype == pl.Null:
        numbers = column.cast(pl.Float64)
    else:
        raise DataError(cells.source, f'column "{name}" holds {column.dtype}, not numbers')
    if numbers.is_infinite().any():
        row = cells.row(numbers.is_infinite())
        raise DataError(cells.source, f'row {row}, column "{name}": the value is infinite')
    values: Array = numbers.fill_null(float("nan")).to_numpy()
    return values if source.factor == 1.0 else np.multiply(values, source.factor)


def _parsed(source: HomeData, cells: Cells, name: str, column: pl.Series) -> pl.Series:
    """Read numbers from text."""
    quick = column.cast(pl.Float64, strict=False)
    if quick.null_count() == column.null_count() and source.decimal != ",":
        return quick
    column = column.set(column.str.to_lowercase().is_in(NO_VALUE), None)
    plain = column.str.replace_all(r"[\s'\u2019\u00a0\u202f]", "")
    decimal = source.decimal or _decimal(cells, name, plain)
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


def _decimal(cells: Cells, name: str, plain: pl.Series) -> str:
    """Return the decimal sign of a column."""
    commas, points = plain.str.contains(",", literal=True), plain.str.contains(".", literal=True)
    if not commas.any():
        return "."
    both = plain.filter(commas & points)
    if len(both):
        cell = both[0]
        return "," if cell.rindex(",") > cell.rindex(".") else "."
    if points.any():
        by_point = plain.filter(points).str.contains(_THOUSANDS["."]).all()
        by_comma = plain.filter(commas).str.contains(_THOUSANDS[","]).all()
        if by_point and not by_comma:
            return ","
        if by_comma and not by_point:
            return "."
        row = cells.row(points.fill_null(value=False))
        raise DataError(cells.source, f'row {row}, column "{name}": decimal points and decimal commas are mixed')
    if not cells.decimal_comma and plain.filter(commas).str.contains(_THOUSANDS[","]).all():
        row, cell = cells.row(commas.fill_null(value=False)), shortened(plain.filter(commas)[0], 40)
        raise DataError(
            cells.source,
            f'row {row}, column "{name}": "{cell}" may have a decimal comma or thousands; say which in homes.data, as in decimal = "," or "."',
        )
    return ","
