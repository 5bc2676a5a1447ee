"""Green Button's XML (NAESB REQ.21, ESPI): interval blocks of usage points to the cells of a long table.

The feed is an Atom one: a usage point has meter readings, each with a reading type and interval blocks, and all of them
are entries that point to each other by links. Document types and entities are refused, since such files can be made to
fill the memory (CWE-776).
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, iterparse

from jiran.errors import DataError
from jiran.homes.meter.cells import Cells
from jiran.homes.meter.report import Change

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

#: ESPI's codes of units (UomType) that can be read: W, Wh.
_UNITS = {"38": "W", "72": "Wh"}
#: FlowDirectionType: 1 is delivered to the customer, 19 received from it.
_DIRECTIONS = {"": "load", "0": "load", "1": "import", "19": "export"}
#: AccumulationBehaviourType: 1 bulk quantity, 3 cumulative, 9 summation: readings of a counter.
_COUNTERS = ("1", "3", "9")
HEADER = ("start", "end", "home", "quantity", "unit", "value")


@dataclass
class _Block:
    """The readings of one interval block: starts and ends, s; values as they stand."""

    path: str
    begin_s: list[int] = field(default_factory=list)
    end_s: list[int] = field(default_factory=list)
    values: list[float] = field(default_factory=list)


def espi_cells(source: str, content: bytes) -> Cells:
    """Return the readings of a Green Button file as rows of start, end, home, quantity, unit and value.

    Homes are called H1, H2 ... by their usage points, in the order of the file; addresses in it are long and say
    nothing to a reader.

    Args:
        source: What messages call the file.
        content: Its bytes.

    Returns:
        Times are seconds since 1970-01-01 UTC, as ESPI has them; values have their power of ten, in W or Wh.

    Raises:
        DataError: It is no well-formed XML, brings entities, or holds no interval readings of energy or power.
    """
    types: dict[str, dict[str, str]] = {}
    meters: dict[str, str] = {}
    blocks: list[_Block] = []
    try:
        for _, element in iterparse(io.BytesIO(content), forbid_dtd=True):
            if _name(element) == "entry":
                _read_entry(source, element, types, meters, blocks)
                element.clear()
            elif _name(element) == "IntervalBlock" and not blocks and b"entry" not in content[:100_000]:
                blocks.append(_block(source, element, ""))
    except (ParseError, DefusedXmlException, ValueError) as error:
        reason = "it brings a document type or entities" if isinstance(error, DefusedXmlException) else str(error)
        raise DataError(source, f"cannot be read as XML: {reason}") from None
    if not any(block.values for block in blocks):
        raise DataError(source, "is XML without interval readings of a Green Button file (ESPI)")
    return _table(source, types, meters, blocks)


def _name(element: Element) -> str:
    """Return the name of an element without its namespace."""
    return element.tag.rpartition("}")[2]


def _child(element: Element, name: str) -> str:
    """Return the text of the first element of a name within another, at any depth; "" if there is none."""
    return next((child.text or "" for child in element.iter() if _name(child) == name), "").strip()


def _links(entry: Element) -> dict[str, list[str]]:
    """Return the addresses of an entry's links by their kind: "self", "up", "related"."""
    links: dict[str, list[str]] = {}
    for child in entry:
        if _name(child) == "link":
            links.setdefault(child.get("rel", ""), []).append(child.get("href", ""))
    return links


def _read_entry(
    source: str, entry: Element, types: dict[str, dict[str, str]], meters: dict[str, str], blocks: list[_Block]
) -> None:
    """Take what an entry of the feed holds: a reading type, a meter reading, or interval blocks.

    Args:
        source: What messages call the file.
        entry: The entry.
        types: Is filled with what each reading type says, by its own address.
        meters: Is filled with the address of each meter reading's type, by its own address.
        blocks: Gets the interval blocks in the order of the file.
    """
    links = _links(entry)
    own, others = (links.get("self") or [""])[0], links.get("related", [])
    for child in entry.iter():
        kind = _name(child)
        if kind == "ReadingType":
            names = ("powerOfTenMultiplier", "uom", "flowDirection", "accumulationBehaviour")
            types[own] = {name: _child(child, name) for name in names}
        elif kind == "MeterReading":
            meters[own] = next((link for link in others if "ReadingType" in link), "")
        elif kind == "IntervalBlock":
            blocks.append(_block(source, child, own or (links.get("up") or [""])[0]))


def _block(source: str, element: Element, path: str) -> _Block:
    """Return the readings of a block.

    A reading without a duration ends when it starts; its length then follows from the spacing.

    Raises:
        DataError: A start, duration or value is no number.
    """
    block = _Block(path)
    for reading in element.iter():
        if _name(reading) != "IntervalReading":
            continue
        start, duration, value = (_child(reading, name) for name in ("start", "duration", "value"))
        try:
            block.begin_s.append(int(start))
            block.end_s.append(int(start) + int(duration or 0))
            block.values.append(float(value))
        except ValueError:
            raise DataError(
                source, f'an interval reading holds start "{start}" and value "{value}", not numbers'
            ) from None
    return block


def _table(source: str, types: dict[str, dict[str, str]], meters: dict[str, str], blocks: list[_Block]) -> Cells:
    """Return all blocks of energy or power as one table.

    Reading types may come behind the blocks that need them, so this is done when the whole feed is read. What is
    delivered counts as import only at a usage point that also has blocks of what is received; elsewhere it is all that
    was used.

    Raises:
        DataError: No block is in W or Wh.
    """
    parts, skipped = [], 0
    points = {block.path: _usage_point(block.path) for block in blocks}
    names = {point: f"H{number}" for number, point in enumerate(dict.fromkeys(points.values()), start=1)}
    directions = {block.path: _kind(block.path, types, meters) for block in blocks}
    both = {points[path] for path, kind in directions.items() if kind.get("flowDirection") == "19"}
    for block in blocks:
        kind = directions[block.path]
        unit, direction = _UNITS.get(kind.get("uom", "72") or "72"), _DIRECTIONS.get(kind.get("flowDirection", ""))
        if unit is None or direction is None:
            skipped += 1
            continue
        if direction == "import" and points[block.path] not in both:
            direction = "load"  # a meter that counts one way only: what came in is what was used
        if kind.get("accumulationBehaviour") in _COUNTERS:
            direction += " register"
        scale = 10.0 ** int(kind.get("powerOfTenMultiplier") or 0)
        rows = len(block.values)
        columns = (
            pl.Series(block.begin_s, dtype=pl.Int64), pl.Series(block.end_s, dtype=pl.Int64), pl.Series([names[points[block.path]]] * rows, dtype=pl.String),
            pl.Series([direction] * rows, dtype=pl.String), pl.Series([unit] * rows, dtype=pl.String), pl.Series(block.values, dtype=pl.Float64) * scale,
        )  # fmt: skip
        parts.append(pl.DataFrame({str(place): column for place, column in enumerate(columns)}))
    if not parts:
        raise DataError(source, "holds no readings in W or Wh")
    frame = pl.concat(parts).with_row_index("row", offset=1)
    changes = [Change("", "", "blocks ignored", skipped, "neither W nor Wh")] if skipped else []
    return Cells(source, HEADER, frame, changes=tuple(changes))


def _usage_point(path: str) -> str:
    """Return the address of the usage point that an address lies below; "" if it names none."""
    before, sign, after = path.partition("UsagePoint/")
    return before + sign + after.split("/")[0] if sign else ""


def _kind(path: str, types: dict[str, dict[str, str]], meters: dict[str, str]) -> dict[str, str]:
    """Return the reading type of a block; a file of one reading type needs no links.

    Args:
        path: Address of the block.
        types: What each reading type says.
        meters: Each meter reading's type.

    Returns:
        {} if nothing is said of it; it is then taken as Wh used.
    """
    reading = next((meter for meter in meters if meter and path.startswith(meter + "/")), "")
    linked = types.get(meters.get(reading, ""))
    return linked or (next(iter(types.values())) if len(types) == 1 else {})
