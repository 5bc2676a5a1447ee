"""Values below 0: what is only rounding counts as 0, all else is refused with what would read it as it is.

Import less export in one number is the one meaning of a sign that a file may have. A column of export that is written
below 0 throughout is the same with nothing imported.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from jiran.errors import DataError, shortened
from jiran.homes.meter.clock import utc_to_wall
from jiran.homes.meter.counters import is_counter
from jiran.homes.meter.meaning import IGNORE, NET
from jiran.homes.meter.vocabulary import QUANTITIES, UNITS, understood
from jiran.words import moment

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from jiran.homes.meter.readings import Readings
    from jiran.homes.profiles import Array
    from jiran.scenario import HomeData

#: A meter's rounding may go this far below 0, kWh; beyond it the column means something else.
TINY_KWH = 0.001
#: An inverter takes up to so much at night, kW.
STAND_BY_KW = 0.05
_ARTICLES = {
    "load": "a load",
    "generation": "a generation",
    "ev": "an EV charging",
    "import": "an import",
    "export": "an export",
}


def not_negative(
    source: HomeData,
    readings: Readings,
    part: NDArray[np.int64],
    value: Array,
    kw: Array,
    zone: str,
    counts: dict[str, float],
) -> Array:
    """Set values just below 0 to 0 and count them; refuse others.

    An inverter's own use at night stands as a small negative generation: it is set to 0 and summed up in the report.

    Args:
        source: The keys that the readings were read with.
        readings: All values of the files.
        part: Places of the values there; they are of one home, quantity and channel.
        value: Energy, kWh, or power, kW.
        kw: Mean power in each interval, kW, by which stand-by is told from a wrong sign.
        zone: Zone of the times in messages.
        counts: Gets "negative set to 0" and "energy below 0", the latter in kWh.

    Raises:
        DataError: A value lies further below 0.
    """
    below = value < 0
    if not below.any():
        return value
    allowed = value > -TINY_KWH
    if readings.quantity[part[0]] == QUANTITIES.index("generation"):
        allowed |= kw >= -STAND_BY_KW
    wrong = part[below & ~allowed]
    if wrong.size:
        raise _refusal(source, readings, int(wrong[readings.row[wrong].argmin()]), zone)
    counts["negative set to 0"] = int(below.sum())
    counts["energy below 0"] = float(-value[below].sum())
    return np.maximum(value, 0.0)


def _refusal(source: HomeData, readings: Readings, place: int, zone: str) -> DataError:
    """Return what is said of a value below 0: where it stands, as the file has it, and what to do.

    Args:
        source: The keys; its factor is not in the file.
        readings: All values of the files.
        place: The first such value of its meter in the file.
        zone: Zone of its time.
    """
    channel = readings.channels[int(readings.channel[place])]
    home, quantity = readings.ids[int(readings.home[place])], QUANTITIES[int(readings.quantity[place])]
    written = float(readings.value[place]) / UNITS[channel.said.unit] / source.factor
    time = moment(utc_to_wall(int(readings.begin_s[place]), zone))
    return DataError(
        readings.file_of(place) or source.path,
        f'row {int(readings.row[place])}, column "{shortened(channel.name, 60)}": home {home} has {_ARTICLES[quantity]} of {written:.6g} '
        f"{channel.said.unit} at {time}, below 0; {_advice(readings, place, quantity)}",
    )


def _advice(readings: Readings, place: int, quantity: str) -> str:
    """Return which key reads values below 0 as they are, or that none does.

    Args:
        readings: All values of the files.
        place: Where the first such value stands.
        quantity: Of what it is.
    """
    number = readings.channel[place]
    channel, here = readings.channels[int(number)], readings.channel == number
    both = bool((readings.value[here] > 0).any())
    own = np.flatnonzero(here & (readings.home == readings.home[place]))
    own = own[np.argsort(readings.begin_s[own], kind="stable")]
    if not both and is_counter(readings.begin_s[own], -readings.value[own], named=False):
        return (
            "if it is a counter that was written with a minus sign, take the sign off in the file, for no key does so"
        )
    if both and quantity == "export":
        return f'if it is export less import, turn its sign in the file, for "{NET}" is import less export, above 0 when a home takes from the grid'
    if quantity in ("generation", "ev") or (not both and quantity != "export"):
        return "take the sign off in the file if it is written so throughout, for no key does so, and leave the cell empty if the value is a fault"
    key = "quantities" if channel.name.strip() in readings.meaning.words else "columns"
    said = " ".join(part for part in (channel.said.home, NET, understood(channel.name).unit) if part)
    entries = [f'"{channel.name}" = "{said}"']
    if both:
        beside = [
            other
            for other in readings.channels
            if other.said.quantity == "export" and other.said.home == channel.said.home
        ]
        entries += [f'"{other.name}" = "{IGNORE}"' for other in beside if other.name != channel.name]
        meant = "it is import less export"
    else:
        meant = "export is written below 0 there"
    return f"if {meant}, say so in homes.data: {key} = {{ {', '.join(entries)} }}"
