"""From cells to readings: one entry for each value, with its home, what it is of, and when.

From here on the layout of the file is forgotten. Values are in kWh or kW; whether a column is a counter is decided by
its values where its name does not say so.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from jiran.errors import DataError, shortened
from jiran.homes.meter.counters import is_counter
from jiran.homes.meter.meaning import IGNORE, NET, Meaning, Said, check_id
from jiran.homes.meter.numbers import decimal_sign, numbers_of
from jiran.homes.meter.report import Change
from jiran.homes.meter.rowtimes import row_times, without_footer
from jiran.homes.meter.vocabulary import QUANTITIES, UNITS, understood, unit_named
from jiran.scenario.paths import natural

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from jiran.homes.meter.cells import Cells
    from jiran.homes.meter.rowtimes import RowTimes
    from jiran.homes.meter.times import Seconds
    from jiran.homes.profiles import Array
    from jiran.scenario import HomeData

#: A number of power without a unit is taken as W from here on: few homes take 20 kW at most times.
_WATTS_FROM = 20.0
#: One row holds both of two hours if it is so many times as high as the rows around it.
_BOTH_HOURS = (1.6, 2.6)
#: So many series of a channel are looked at to tell whether it counts on.
_SERIES_SEEN = 40
_POWER_UNITS = ("W", "kW", "MW")


@dataclass(frozen=True)
class Channel:
    """Where values stand: a column, or a word of the column of quantities under it.

    A counter and energy by the interval never share a channel, so each can be treated by its own rules.

    Attributes:
        name: What the file calls it.
        said: What it holds; its unit and how it is read are known.
    """

    name: str
    said: Said

    @property
    def is_power(self) -> bool:
        """Whether it holds power, not energy."""
        return self.said.unit in _POWER_UNITS

    @property
    def is_register(self) -> bool:
        """Whether its values are those of a counter."""
        return self.said.reading == "register"


@dataclass(frozen=True)
class Readings:
    """The long table: one entry a value, in the order of the file.

    Attributes:
        ids: Ids of the homes.
        channels: Where values stand.
        home: Whose value, a place in `ids`.
        quantity: Of what, a place in `QUANTITIES`.
        channel: Where it stood, a place in `channels`.
        begin_s: When its interval starts, seconds since 1970-01-01 UTC; of a counter, when it was read.
        end_s: When the file says that it ends; 0 if it does not.
        value: Energy, kWh; of power, kW; of a counter, kWh counted so far.
        rows: How many rows of data the file has.
        length_s: The spacing that most rows have on the clock, s; 0 if there is none.
        meaning: How the file was understood.
        zone: Zone of times without an offset.
        repeated_hour: What a local time that occurs twice but stands once was read as; "" if there is none.
        changes: What was changed so far.
    """

    ids: tuple[str, ...]
    channels: tuple[Channel, ...]
    home: NDArray[np.uint32]
    quantity: NDArray[np.uint8]
    channel: NDArray[np.uint16]
    begin_s: Seconds
    end_s: Seconds
    value: Array
    rows: int
    length_s: int
    meaning: Meaning
    zone: str
    repeated_hour: str
    changes: tuple[Change, ...]


def readings_of(source: HomeData, cells: Cells, meaning: Meaning, zone: str) -> Readings:
    """Return one reading for each cell that has a value.

    Args:
        source: What the scenario says of it.
        cells: The file, one row a time.
        meaning: Which column is what.
        zone: Zone of times without an offset.

    Returns:
        Readings in the order of channels and then of rows; times are not sorted, and may stand twice.

    Raises:
        DataError: A row has no time or no home, or a cell is no number.
    """
    cells, footers = without_footer(cells, meaning)
    ids, homes = _homes(source, cells, meaning)
    words, said_by_row = _words(cells, meaning)
    key = (0 if homes is None else homes.astype(np.int64)) * max(len(words), 1) + (
        0 if said_by_row is None else said_by_row
    )
    rows = cells.frame.height
    when = row_times(source, cells, meaning, zone, np.broadcast_to(np.asarray(key, np.int64), (rows,)))
    table = _LongTable(source, cells, meaning, when, ids, homes, words, said_by_row)
    table.fill()
    return table.readings(footers)


def _homes(source: HomeData, cells: Cells, meaning: Meaning) -> tuple[tuple[str, ...], NDArray[np.uint32] | None]:
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


def _words(cells: Cells, meaning: Meaning) -> tuple[list[str], NDArray[np.int64] | None]:
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


@dataclass
class _LongTable:
    """Readings in the making: columns one below the other.

    Attributes:
        source: What the scenario says of the file.
        cells: The file, one row a time.
        meaning: Which column is what.
        when: The times of the rows.
        ids: Ids of the homes that are known so far; columns add theirs.
        homes: By row, place in `ids`; None where columns name the homes.
        words: Words of the column of quantities.
        said_by_row: By row, place in `words`; None where there is none.
    """

    source: HomeData
    cells: Cells
    meaning: Meaning
    when: RowTimes
    ids: tuple[str, ...]
    homes: NDArray[np.uint32] | None
    words: list[str]
    said_by_row: NDArray[np.int64] | None

    def fill(self) -> None:
        """Read all columns of values.

        It leaves one part and one channel for each column, or for each word and unit that its rows name.
        """
        self.parts: list[dict[str, NDArray[Any]]] = []
        self.channels: list[Channel] = []
        self.changes: list[Change] = []
        units = _unit_column(self.cells, self.meaning)
        sign = decimal_sign(self.source, self.cells, (column.place for column in self.meaning.values))
        for column in self.meaning.values:
            unit = column.said.unit or self.cells.units.get(column.place) or self.source.unit or ""
            values = numbers_of(self.source, self.cells, column.place, column.name, unit=unit, sign=sign)
            if column.said.quantity:
                self._add(Channel(column.name, column.said), values, np.isfinite(values), units, column.place)
                continue
            for place, word in enumerate(self.words):
                said = self.meaning.words[word.strip()]
                if said.quantity == IGNORE:
                    continue
                said = replace(said, unit=said.unit or column.said.unit, reading=said.reading or column.said.reading)
                self._add(
                    Channel(word, said), values, np.isfinite(values) & (self.said_by_row == place), units, column.place
                )

    def _add(
        self,
        channel: Channel,
        values: Array,
        has_value: NDArray[np.bool_],
        units: tuple[list[str], NDArray[np.int64]] | None,
        place: int,
    ) -> None:
        """Add a channel's values, in kWh or kW; a unit in each row makes a channel of each unit.

        Args:
            channel: Where the values stand; its unit may be open.
            values: By row, in the unit of the file, NaN where empty.
            has_value: Which rows are the channel's, shape (row,).
            units: The words and places of the column of units, if there is one.
            place: The column.
        """
        if units is not None and not channel.said.unit:
            for number, unit in enumerate(units[0]):
                chosen = has_value & (units[1] == number)
                if chosen.any() and unit:
                    self._add(Channel(channel.name, replace(channel.said, unit=unit)), values, chosen, None, place)
            return
        said = channel.said
        unit = (
            said.unit
            or self.cells.units.get(place)
            or self.source.unit
            or self._assumed_unit(channel, values[has_value])
        )
        reading = said.reading or self.source.reading or ""
        if said.quantity == NET:
            self._add_net(replace(said, unit=unit, reading=reading), channel.name, values, has_value)
            return
        self._append(Channel(channel.name, replace(said, unit=unit, reading=reading)), values, has_value)

    def _add_net(self, said: Said, name: str, values: Array, has_value: NDArray[np.bool_]) -> None:
        """Split import less export, which one number cannot hold at once.

        Args:
            said: Import less export, with its unit.
            name: What the file calls it.
            values: By row: above 0 import, below 0 export.
            has_value: Which rows are the channel's.

        Raises:
            DataError: It is a counter: from the net of a month nobody knows the two.
        """
        if said.reading == "register":
            raise DataError(
                self.cells.source, f'column "{name}": a counter of net energy cannot be split into import and export'
            )
        self._append(
            Channel(name, replace(said, quantity="import", reading=said.reading or "interval")),
            np.maximum(values, 0.0),
            has_value,
        )
        self._append(
            Channel(name, replace(said, quantity="export", reading=said.reading or "interval")),
            np.maximum(-values, 0.0),
            has_value,
        )

    def _append(self, channel: Channel, values: Array, has_value: NDArray[np.bool_]) -> None:
        """Take the values of a channel in kWh or kW, and give it its number.

        Args:
            channel: Its unit is known.
            values: By row, in that unit.
            has_value: Which rows are the channel's.
        """
        at = np.flatnonzero(has_value)
        if self.homes is None:
            home = channel.said.home or self.meaning.only_home
            if home not in self.ids:
                self.ids = (*self.ids, home)
            homes = np.full(at.size, self.ids.index(home), np.uint32)
        else:
            homes = self.homes[at]
        self.parts.append({
            "home": homes,
            "quantity": np.full(at.size, QUANTITIES.index(channel.said.quantity), np.uint8),
            "channel": np.full(at.size, len(self.channels), np.uint16),
            "row": at,
            "value": values[at] * UNITS[channel.said.unit],
        })  # fmt: skip
        self.channels.append(channel)

    def _assumed_unit(self, channel: Channel, values: Array) -> str:
        """Return the unit of a column that names none: kWh, or of power W or kW by its size.

        A column that is not called power is energy; what was taken as power is told.
        """
        if not understood(channel.name).power:
            return "kWh"
        positive = values[values > 0]
        unit = "W" if positive.size and float(np.median(positive)) >= _WATTS_FROM else "kW"
        self.changes.append(
            Change("", "", "unit assumed", 1, f'"{channel.name}" names no unit and was taken as {unit}')
        )
        return unit

    def readings(self, footers: int) -> Readings:
        """Return all values, and how their file was understood in the end.

        Args:
            footers: How many rows at the end held no time, for the report.

        Returns:
            What was read, with an hour that stands once and holds two split into both; rows of 0 in an hour that does
            not exist are left out.

        Raises:
            DataError: No cell has a value.
        """
        if not any(part["value"].size for part in self.parts):
            raise DataError(self.cells.source, "has no values at all")
        home, quantity, channel, row, value = (
            np.concatenate([part[name] for part in self.parts])
            for name in ("home", "quantity", "channel", "row", "value")
        )
        when = self.when
        channels = _with_counters(self.channels, home, channel, when.instant_s[row], value)
        register = np.array([found.is_register for found in channels])[channel]
        irregular = np.array([found.said.reading == "power" for found in channels])[channel]
        begin_s = np.where(register | irregular, when.instant_s[row], when.start_s[row])
        end_s = np.zeros(row.size, np.int64) if when.end_s is None else np.where(register, 0, when.end_s[row])
        keep = ~(when.placeholder[row] & ~register & (value == 0.0))
        alone = when.alone[row] & ~register & keep
        both = bool(alone.any()) and self._holds_both_hours(alone, begin_s, value, home, channel)
        changes = [*self.cells.changes, *self.meaning.changes, *when.changes, *self.changes]
        changes += self._clock_changes(row, keep, alone, both=both)
        if footers:
            changes.append(Change("", "", "footers", footers))
        if both:
            value = np.where(alone, value / 2, value)
        again = alone & both
        at = np.concatenate((np.flatnonzero(keep), np.flatnonzero(again)))
        moved_s = np.where(np.arange(at.size) < keep.sum(), 0, when.later[row[at]])
        return Readings(
            ids=self.ids,
            channels=tuple(channels),
            home=home[at],
            quantity=quantity[at],
            channel=channel[at],
            begin_s=begin_s[at] + moved_s,
            end_s=end_s[at],
            value=value[at],
            rows=self.cells.frame.height,
            length_s=when.length_s,
            meaning=replace(self.meaning, ends=when.ends, month_first=when.month_first),
            zone=when.zone,
            repeated_hour="" if not alone.any() else "both" if both else "first",
            changes=tuple(changes),
        )

    def _holds_both_hours(
        self,
        alone: NDArray[np.bool_],
        begin_s: Seconds,
        value: Array,
        home: NDArray[np.uint32],
        channel: NDArray[np.uint16],
    ) -> bool:
        """Tell whether times that stand once, but occur twice, hold twice as much as the times around them.

        Args:
            alone: Which readings have such a time.
            begin_s: When each begins, s.
            value: Their energy or power.
            home: Whose each is.
            channel: Where each stood.

        Returns:
            What the scenario says, else whether the median ratio to the hours around is near 2 (`_BOTH_HOURS`).
        """
        if self.source.repeated_hour is not None:
            return self.source.repeated_hour == "both"
        ratios = []
        order = np.lexsort((begin_s, channel, home))
        alone, value, begin_s = alone[order], value[order], begin_s[order]
        edges = np.flatnonzero(np.diff(np.concatenate(([0], alone.astype(np.int8), [0]))))
        for first, last in zip(edges[::2], edges[1::2], strict=True):
            count = last - first
            around = np.concatenate((value[max(first - count, 0) : first], value[last : last + count]))
            if around.size and around.mean() > 0:
                ratios.append(value[first:last].mean() / around.mean())
        return bool(ratios) and _BOTH_HOURS[0] <= float(np.median(ratios)) <= _BOTH_HOURS[1]

    def _clock_changes(
        self, row: NDArray[np.int64], keep: NDArray[np.bool_], alone: NDArray[np.bool_], *, both: bool
    ) -> list[Change]:
        """Return what the report says of hours that are skipped or repeated, counted in rows of the file.

        Args:
            row: By reading, its row.
            keep: Which readings are kept.
            alone: Which have a time that stands once of two.
            both: Whether those hold both hours.
        """
        moved = np.unique(row[keep & self.when.placeholder[row]]).size
        once = np.unique(row[alone]).size
        twice = int((self.when.later != 0).sum()) - once
        counts = {
            "times that occur twice": max(twice, 0),
            "times that do not exist": moved,
            "hours that hold two": once if both else 0,
            "times that stand once": 0 if both else once,
            "placeholders": np.unique(row[~keep]).size,
        }
        return [Change("", "", what, count) for what, count in counts.items() if count > 0]


def _unit_column(cells: Cells, meaning: Meaning) -> tuple[list[str], NDArray[np.int64]] | None:
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


def _with_counters(
    channels: list[Channel], home: NDArray[np.uint32], channel: NDArray[np.uint16], instant_s: Seconds, value: Array
) -> list[Channel]:
    """Return the channels with what their values tell: those that count on are registers.

    Each home's values have a vote, those of at most `_SERIES_SEEN` homes. Where no home's values tell, as in a flat of
    which nobody used anything, a channel is what the others of the file are.

    Args:
        channels: What is said of them; "interval" and "power" are believed.
        home: By reading, whose it is.
        channel: By reading, where it stood.
        instant_s: By reading, when it was, s.
        value: By reading, kWh.
    """
    decided = []
    for place, found in enumerate(channels):
        if found.said.reading in ("interval", "power") or found.is_power:
            decided.append(found)
            continue
        here = np.flatnonzero(channel == place)
        order = here[np.lexsort((instant_s[here], home[here]))]
        cuts = np.flatnonzero(np.diff(home[order])) + 1
        votes = [
            is_counter(instant_s[part], value[part], named=found.is_register)
            for part in np.split(order, cuts)[:_SERIES_SEEN]
        ]
        known = [vote for vote in votes if vote is not None]
        counts = sum(known) * 2 > len(known) if known else found.is_register or None
        decided.append(
            replace(
                found, said=replace(found.said, reading="register" if counts else "interval" if counts is False else "")
            )
        )
    any_register = any(found.is_register for found in decided)
    return [
        found if found.said.reading else replace(found, said=replace(found.said, reading="register" if any_register and not found.is_power else "interval"))
        for found in decided
    ]  # fmt: skip
