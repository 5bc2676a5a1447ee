"""From cells to readings: the columns of a file one below the other, in kWh or kW.

Whether a column is a counter is decided by its values where its name does not say so.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from jiran.errors import DataError
from jiran.homes.meter.counters import with_counters
from jiran.homes.meter.meaning import IGNORE, NET
from jiran.homes.meter.numbers import decimal_sign, numbers_of
from jiran.homes.meter.readings import Channel, Readings
from jiran.homes.meter.report import Change
from jiran.homes.meter.rowtimes import row_times, without_footer
from jiran.homes.meter.rowwords import homes_of, units_of, words_of
from jiran.homes.meter.vocabulary import QUANTITIES, UNITS, understood

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from jiran.homes.meter.cells import Cells
    from jiran.homes.meter.meaning import Meaning, Said
    from jiran.homes.meter.rowtimes import RowTimes
    from jiran.homes.meter.times import Seconds
    from jiran.homes.profiles import Array
    from jiran.scenario import HomeData

#: A number of power without a unit is taken as W from here on: few homes take 20 kW at most times.
_WATTS_FROM = 20.0
#: One row holds both of two hours if it is so many times as high as the rows around it.
_BOTH_HOURS = (1.6, 2.6)


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
    ids, homes = homes_of(source, cells, meaning)
    words, said_by_row = words_of(cells, meaning)
    key = (0 if homes is None else homes.astype(np.int64)) * max(len(words), 1) + (
        0 if said_by_row is None else said_by_row
    )
    rows = cells.frame.height
    when = row_times(source, cells, meaning, zone, np.broadcast_to(np.asarray(key, np.int64), (rows,)))
    table = _LongTable(source, cells, meaning, when, ids, homes, words, said_by_row)
    table.fill()
    return table.readings(footers)


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
        units = units_of(self.cells, self.meaning)
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
        said = replace(said, reading=said.reading or "interval")
        if (values[has_value] > 0).any() or not self._has_intake():
            self._append(Channel(name, replace(said, quantity="import")), np.maximum(values, 0.0), has_value)
        self._append(Channel(name, replace(said, quantity="export")), np.maximum(-values, 0.0), has_value)

    def _has_intake(self) -> bool:
        """Tell whether the file says elsewhere what homes take: then a column that is never above 0 is export alone."""
        said = [*(column.said for column in self.meaning.values), *self.meaning.words.values()]
        return any(found.quantity in ("load", "import") for found in said)

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
        sizes = np.abs(values[values != 0])
        unit = "W" if sizes.size and float(np.median(sizes)) >= _WATTS_FROM else "kW"
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
        channels = with_counters(self.channels, home, channel, when.instant_s[row], value)
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
            row=self.cells.frame["row"].to_numpy()[row[at]].astype(np.uint32),
            sizes=((self.cells.source, at.size),),
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
