"""Readings: one entry for each value, with its home, what it is of, and when.

From here on the layout of the file is forgotten. Values are in kWh or kW.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from jiran.homes.meter.meaning import Meaning, Said
    from jiran.homes.meter.report import Change
    from jiran.homes.meter.times import Seconds
    from jiran.homes.profiles import Array

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
        row: In which row of its file it stands, for messages.
        sizes: Names of the files, and how many of the readings, which follow each other, each has.
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
    row: NDArray[np.uint32]
    sizes: tuple[tuple[str, int], ...]
    rows: int
    length_s: int
    meaning: Meaning
    zone: str
    repeated_hour: str
    changes: tuple[Change, ...]

    def file_of(self, place: int) -> str:
        """Return the name of the file that has a reading.

        Args:
            place: The reading's place.
        """
        ends = accumulate(size for _, size in self.sizes)
        return next(name for (name, _), end in zip(self.sizes, ends, strict=True) if place < end)
