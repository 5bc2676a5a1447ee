"""What rows say in words, where columns do not: whose a row is, of what, and in which unit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from jiran.errors import DataError, shortened
from jiran.homes.meter.meaning import check_id
from jiran.homes.meter.vocabulary import UNITS, understood, unit_named
from jiran.scenario.paths import natural

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from jiran.homes.meter.cells import Cells
    from jiran.homes.meter.meaning import Meaning
    from jiran.scenario import HomeData


def homes_of(source: HomeData, cells: Cells, meaning: Meaning) -> tuple[tuple[str, ...], NDArray[np.uint32] | None]:
    """Return the ids, and for a file with a column of homes each row's place in them.

    Returns:
        Ids in natural order, H2 before H10, and shape (row,); () and None for a file whose columns name the homes.

    Raises:
        DataError: A row has no home, a home looks like the sum of all, or an id is too long.
    """
    if meaning.home is None:
        return (), None
    column = cells.column(meaning.home)
    if column.dtype.is_float():
        column = column.cast(pl.Int64, strict=False)
    column = column.cast(pl.String)
    if column.null_count():
        raise DataError(cells.source, f"row {cells.row(column.is_null())} has no home")
    ids = sorted(column.unique().to_list(), key=natural)
    known = pl.DataFrame({"id": ids, "place": np.arange(len(ids), dtype=np.uint32)})
    places = pl.DataFrame({"id": column}).join(known, on="id", how="left", maintain_order="left")["place"].to_numpy()
    for home in ids:
        if understood(home).kind == "total" and not understood(home).quantity:
            raise DataError(cells.source, f'home "{home}" looks like the sum of all homes; leave out its rows')
        check_id(source, home)
    return tuple(ids), places


def words_of(cells: Cells, meaning: Meaning) -> tuple[list[str], NDArray[np.int64] | None]:
    """Return the words of the column of quantities, and each row's place in them.

    Returns:
        Words as they stand, in the order of the file, and shape (row,); none and None for a file without such a column.

    Raises:
        DataError: A row has no word.
    """
    if meaning.quantity is None:
        return [], None
    column = cells.column(meaning.quantity).cast(pl.String)
    if column.null_count():
        raise DataError(cells.source, f"row {cells.row(column.is_null())} has no quantity")
    words = column.unique(maintain_order=True).to_list()
    known = pl.DataFrame({"word": words, "place": np.arange(len(words))})
    places: NDArray[np.int64] = (
        pl.DataFrame({"word": column}).join(known, on="word", how="left", maintain_order="left")["place"].to_numpy()
    )
    return words, places


def units_of(cells: Cells, meaning: Meaning) -> tuple[list[str], NDArray[np.int64]] | None:
    """Return the units of the column of units, and each row's place in them.

    Returns:
        None for a file without such a column; an empty cell counts as kWh.

    Raises:
        DataError: A row's unit is not understood.
    """
    if meaning.unit is None:
        return None
    column = cells.column(meaning.unit).cast(pl.String).fill_null("")
    words = column.unique(maintain_order=True).to_list()
    units = [unit_named(word) for word in words]
    for word, unit in zip(words, units, strict=True):
        if word and not unit:
            row = cells.row(column == word)
            raise DataError(
                cells.source,
                f'row {row}: "{shortened(word, 40)}" is no unit that is understood; use {", ".join(UNITS)}',
            )
    known = pl.DataFrame({"word": words, "place": np.arange(len(words))})
    places = (
        pl.DataFrame({"word": column}).join(known, on="word", how="left", maintain_order="left")["place"].to_numpy()
    )
    return [unit or "kWh" for unit in units], places
