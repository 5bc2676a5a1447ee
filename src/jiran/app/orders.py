"""A table of orders, pasted or uploaded by a class, read into an order book; what is wrong is one sentence."""

from __future__ import annotations

import csv
import io
import math
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from jiran.errors import JiranError, ScenarioError
from jiran.explain.step.book import Book
from jiran.scenario import Grid

if TYPE_CHECKING:
    from jiran.market import Mechanism

#: More orders than these nobody can follow on a wall.
MOST_ORDERS = 200
#: No cell of a table is longer.
MOST_LETTERS = 100
#: No price and no order is larger.
MOST = 1e9
#: Columns of a table, and other headings that are understood.
COLUMNS = {
    "Name": {"name", "home", "participant", "who", "id"},
    "Side": {"side", "buy/sell", "type", "order", "role"},
    "kWh": {"kwh", "energy", "quantity", "amount", "energy kwh"},
    "Price": {"price", "limit", "limit price", "bid", "ask", "bid/ask", "price per kwh"},
}
_SELLS = {"sell", "sells", "seller", "s", "ask", "offer", "supply"}
_BUYS = {"buy", "buys", "buyer", "b", "bid", "demand"}

#: The double auction with orders of one unit that textbooks use: two trades are worth making.
EXAMPLE = pl.DataFrame(
    {
        "Name": ["Aminah", "Ben", "Chong", "Devi", "Ezra", "Farid", "Grace", "Hana", "Ivan", "Jaya"],
        "Side": ["buy"] * 5 + ["sell"] * 5,
        "kWh": ["1"] * 10,
        "Price": ["100", "90", "80", "70", "60", "80", "85", "95", "100", "110"],
    }
)
#: A table to paste into.
EMPTY = pl.DataFrame({column: [""] * 12 for column in COLUMNS}, schema=dict.fromkeys(COLUMNS, pl.String))
#: The grid's prices beside it.
EXAMPLE_IMPORT, EXAMPLE_EXPORT = 120.0, 50.0


def grid_prices(table: pl.DataFrame) -> tuple[float, float]:
    """Return what the grid takes and gives beside a table of texts, as long as nobody says otherwise.

    The textbook's example has its own; else the grid takes the highest and gives the lowest price of the table, so that
    a trade between any two orders is no worse than the grid; without prices they are a scenario's defaults.

    Example:
        >>> grid_prices(EXAMPLE), grid_prices(EMPTY)
        ((120.0, 50.0), (0.5625, 0.2))
    """
    if table.equals(EXAMPLE):
        return EXAMPLE_IMPORT, EXAMPLE_EXPORT
    found = [_price(str(cell)) for cell in table["Price"].drop_nulls()]
    known = [value for value in found if math.isfinite(value) and abs(value) <= MOST]
    if not known:
        grid = Grid()
        return float(np.mean(grid.import_price)), float(np.mean(grid.export_price))
    return max(known), min(known)


def read_csv(content: bytes) -> pl.DataFrame:
    """Return an uploaded file as a table of texts with the columns of `COLUMNS`.

    Cells are separated by commas, semicolons or tabs.

    Raises:
        JiranError: It is not a table of orders.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    if "\0" in text:
        raise JiranError("the file is not text: save the table as CSV")
    lines = [line for line in text.splitlines() if line.strip()]
    if not lines:
        raise JiranError("the file is empty: it needs a heading and a row for each order")
    separator = max("\t;,", key=lines[0].count)
    try:
        head, *rows = csv.reader(io.StringIO("\n".join(lines)), delimiter=separator)
    except csv.Error as error:
        raise JiranError(f"the file cannot be read as CSV: {error}") from error
    for number, row in enumerate(rows, 1):
        if len(row) > len(head):
            raise JiranError(
                f"row {number} has {len(row)} cells, the heading {len(head)}: with decimal commas, put semicolons between cells"
            )
    cells = [[row[place] if place < len(row) else "" for row in rows] for place in range(len(head))]
    found = {_column(name): values for name, values in zip(head, cells, strict=True)}
    for column in ("Name", "Side", "kWh"):
        if column not in found:
            raise ScenarioError(
                "heading", ", ".join(head), f"the column {column} is missing; it needs Name, Side, kWh, Price"
            )
    found.setdefault("Price", [""] * len(rows))
    return pl.DataFrame({column: found[column] for column in COLUMNS}, schema=dict.fromkeys(COLUMNS, pl.String))


def data_of_orders(table: pl.DataFrame, grid: tuple[float, float] | None) -> dict[str, Any]:
    """Return a table of orders and the grid's prices, import and export, as data for a link; empty rows are left out."""
    cells = table.select(*COLUMNS).fill_null("")
    filled = cells.filter(pl.any_horizontal(pl.all() != "")).head(MOST_ORDERS)
    return ({} if grid is None else {"grid": list(grid)}) | {"rows": [list(row) for row in filled.rows()]}


def orders_of_data(data: dict[str, Any]) -> tuple[pl.DataFrame, tuple[float, float] | None]:
    """Return the table of orders of a link, and the grid's prices, import and export, if the viewer had set them.

    Raises:
        JiranError: It is not such data.
    """
    rows, grid = data.get("rows"), data.get("grid", [])
    good = (
        isinstance(rows, list)
        and len(rows) <= MOST_ORDERS
        and all(isinstance(row, list) and len(row) == len(COLUMNS) for row in rows)
        and all(isinstance(cell, str) and len(cell) <= MOST_LETTERS for row in rows for cell in row)
        and isinstance(grid, list)
        and len(grid) in (0, 2)
        and all(isinstance(price, int | float) and abs(price) <= MOST for price in grid)
    )
    if not good:
        raise JiranError("the link is damaged: its orders cannot be read")
    schema = dict.fromkeys(COLUMNS, pl.String)
    table = pl.DataFrame(rows, schema=schema, orient="row") if rows else EMPTY
    return table, (float(grid[0]), float(grid[1])) if grid else None


def _column(heading: str) -> str:
    """Return the column that a heading means, or the heading itself."""
    plain = " ".join(heading.lower().replace("(", " ").replace(")", " ").replace(",", " ").split())
    words = {plain, plain.split(" ")[0]}
    return next((column for column, known in COLUMNS.items() if words & known), heading)


def read_orders(table: pl.DataFrame, rule: Mechanism, *, import_price: float, export_price: float) -> Book:
    """Return a table of texts as an order book; rows without anything in them do not count.

    Args:
        table: Columns Name, Side, kWh, Price. A price that is left out is the grid's.
        rule: That will clear the book; one that works with bids needs all prices.
        import_price: What the grid takes for a kWh.
        export_price: What it gives.

    Raises:
        JiranError: A row cannot be used.
    """
    rows = [
        (number, cells)
        for number, row in enumerate(table.select(*COLUMNS).iter_rows(), 1)
        if any(cells := [str(cell or "").strip() for cell in row])
    ]
    if not rows:
        raise JiranError("there are no orders: give each buyer and each seller a row")
    if len(rows) > MOST_ORDERS:
        raise ScenarioError("orders", len(rows), f"must be at most {MOST_ORDERS} rows")
    seen: dict[str, tuple[int, bool]] = {}
    net, limit = [], []
    for number, (name, side, kwh, price) in rows:
        place = f"row {number} ({name})" if name else f"row {number}"
        if not name:
            raise JiranError(f"{place} has no name: each order needs the name of a home")
        sells = _sells(place, side)
        if name in seen:
            raise JiranError(_twice(name, number, seen[name], sells=sells))
        seen[name] = number, sells
        energy = _number(f"{place}, kWh", kwh, "must be a number above 0, such as 1.5")
        if not energy > 0.0:
            raise ScenarioError(f"{place}, kWh", kwh, "must be above 0; the side says whether it buys or sells")
        net.append(energy if sells else -energy)
        if price:
            limit.append(_number(f"{place}, price", price, "must be a number of at most 1e9, such as 0.35"))
        elif rule.needs_bids:
            raise JiranError(f"{rule.name} needs a price from everyone: {place} has none")
        else:
            limit.append(export_price if sells else import_price)
    return Book(np.array(net), np.array(limit), import_price, export_price, tuple(seen))


def _sells(place: str, side: str) -> bool:
    word = side.lower()
    if word not in _SELLS | _BUYS:
        raise ScenarioError(f"{place}, side", side, "must be buy or sell")
    return word in _SELLS


def _twice(name: str, number: int, first: tuple[int, bool], *, sells: bool) -> str:
    """Say that a name stands in two rows."""
    if sells == first[1]:
        return f"{name} stands in row {first[0]} and in row {number}: a home has one order, so add the two up"
    sides = "sells" if first[1] else "buys", "sells" if sells else "buys"
    return f"{name} {sides[0]} in row {first[0]} and {sides[1]} in row {number}: a home has one order, so give each row its own name"


def _number(field: str, text: str, allowed: str) -> float:
    """Return a number that may be written with a decimal comma."""
    value = _price(text)
    if not math.isfinite(value) or abs(value) > MOST:
        raise ScenarioError(field, text, allowed)
    return value


def _price(text: str) -> float:
    """Return a number that may be written with a decimal comma, NaN if it is none."""
    try:
        return float(text.replace(",", ".") if text.count(",") == 1 and "." not in text else text)
    except ValueError:
        return math.nan
