"""Weather files as pvlib's readers know them: EPW, TMY3, NSRDB and PVGIS; which one it is, its beginning tells."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from pvlib import iotools

from jiran.errors import DataError, shortened
from jiran.homes.profiles import Array

if TYPE_CHECKING:
    import pandas as pd

MOST_BYTES = 200_000_000
HOUR_S = 3600


@dataclass(frozen=True)
class Table:
    """What a file says, arrays of shape (value,).

    Attributes:
        latitude: Degrees north.
        longitude: Degrees east.
        offset_s: What the file's clock is ahead of UTC, s.
        middle_s: The middle of the time for which a value stands, by the file's clock, s since 1970-01-01.
        level: Irradiance on level ground, W/m2.
        diffuse: Diffuse part of it, W/m2; None: not said.
        temperature_c: Temperature of the air, degrees Celsius.
    """

    latitude: float
    longitude: float
    offset_s: int
    middle_s: NDArray[np.int64]
    level: Array
    diffuse: Array | None
    temperature_c: Array


def read_table(path: Path) -> Table:
    """Return what a weather file says.

    Raises:
        DataError: It is not there, of no known format, or damaged.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise DataError(str(path), f"is larger than {MOST_BYTES / 1e6:.0f} MB: one year of weather is enough")
        content = path.read_bytes()
    except OSError as error:
        raise DataError(str(path), f"cannot be read: {error.strerror}") from error
    text = content.decode("utf-8-sig", errors="replace").replace("\r\n", "\n")
    name, read = _format(path, text)
    try:
        return read(text)
    except DataError as error:
        raise DataError(str(path), error.problem) from None
    except Exception as error:  # pvlib's readers fail in many ways, and none of them says what is wrong with the file
        reason = shortened(str(error), 120) or type(error).__name__
        raise DataError(str(path), f"is damaged: it begins like {name}, but cannot be read ({reason})") from error


def _format(path: Path, text: str) -> tuple[str, Callable[[str], Table]]:
    """Return the name of a file's format and what reads it."""
    lines = [line.strip() for line in text[:4_000].split("\n")[:2]]
    first, second = (*lines, "", "")[:2]
    if first.startswith("LOCATION,"):
        return "an EPW file", _epw
    if first.startswith("Source,"):
        return "a file of NSRDB", _nsrdb
    if second.startswith("Date (MM/DD/YYYY)"):
        return "a TMY3 file", _tmy3
    if first.startswith("Latitude"):
        return "a file of PVGIS", _pvgis_csv
    if first.startswith("{"):
        return "a file of PVGIS", _pvgis_json
    raise DataError(str(path), "is no weather file that is known: EPW, TMY3, NSRDB (CSV) or PVGIS (CSV or JSON)")


def _epw(text: str) -> Table:
    data, meta = iotools.read_epw(io.StringIO(text))
    # A value stands for the hour that begins at its label, as pvlib counts.
    return _table(data, meta["latitude"], meta["longitude"], meta["TZ"] * HOUR_S, HOUR_S // 2)


def _tmy3(text: str) -> Table:
    data, meta = iotools.read_tmy3(io.StringIO(text))
    # A value stands for the hour that ends at its label.
    return _table(data, meta["latitude"], meta["longitude"], meta["TZ"] * HOUR_S, -HOUR_S // 2)


def _nsrdb(text: str) -> Table:
    # pvlib reads whole hours alone, and India's clock is ahead by a half one: it gets none, and the file's own is taken.
    names, values, rest = text.split("\n", 2)
    said = dict(zip(names.split(","), values.split(","), strict=False))
    clock = {key: "0" for key in said if key.strip().lower().endswith("time zone")}
    head = ",".join((said | clock).values())
    data, meta = iotools.read_nsrdb_psm4(io.StringIO(f"{names}\n{head}\n{rest}"))
    return _table(data, meta["latitude"], meta["longitude"], float(said["Time Zone"]) * HOUR_S, 0)


def _pvgis_csv(text: str) -> Table:
    if "time(UTC)" in text:
        return _pvgis_year(*iotools.read_pvgis_tmy(io.BytesIO(text.encode()), pvgis_format="csv"))
    return _pvgis_series(*iotools.read_pvgis_hourly(io.StringIO(text), pvgis_format="csv"))


def _pvgis_json(text: str) -> Table:
    if "tmy_hourly" in json.loads(text)["outputs"]:
        return _pvgis_year(*iotools.read_pvgis_tmy(io.StringIO(text), pvgis_format="json"))
    return _pvgis_series(*iotools.read_pvgis_hourly(io.StringIO(text), pvgis_format="json"))


def _pvgis_year(data: pd.DataFrame, meta: dict[str, Any]) -> Table:
    place = meta["inputs"].get("location", meta["inputs"])
    # Values are of an instant some minutes after the label, which newer files tell.
    later = next((float(place[key]) for key in place if "time offset" in key.lower().replace("_", " ")), 0.0)
    return _table(data, float(place["latitude"]), float(place["longitude"]), 0, round(later * HOUR_S))


def _pvgis_series(data: pd.DataFrame, meta: dict[str, Any]) -> Table:
    inputs = meta["inputs"]
    place = inputs.get("location", inputs)
    tilted = data.get("poa_direct", data.get("poa_global"))
    slope = _slope(inputs)
    if tilted is None or slope != 0.0:
        raise DataError("", f"holds sunshine on a plane of {slope:g} degrees: take a PVGIS series of slope 0, or a TMY")
    parts = [data[key] for key in ("poa_direct", "poa_sky_diffuse", "poa_ground_diffuse") if key in data]
    data = data.assign(ghi=data.get("poa_global", sum(parts)))
    if "poa_sky_diffuse" in data:
        data = data.assign(dhi=data["poa_sky_diffuse"])
    return _table(data, float(place["latitude"]), float(place["longitude"]), 0, 0)


def _slope(inputs: dict[str, Any]) -> float:
    """Return the tilt of the plane of a PVGIS series, degrees; nan if the file does not say it."""
    mounting = inputs.get("mounting_system", {})
    for fixed in mounting.values() if isinstance(mounting, dict) else ():
        if isinstance(fixed, dict) and "slope" in fixed:
            return float(fixed["slope"]["value"])
    said = next((str(value) for key, value in inputs.items() if str(key).lower().startswith("slope")), "nan")
    return float(said.split()[0])


def _table(data: pd.DataFrame, latitude: float, longitude: float, offset_s: float, to_middle_s: int) -> Table:
    """Return the columns that are needed.

    Args:
        data: With an index of times, and pvlib's names of columns.
        latitude: Degrees north.
        longitude: Degrees east.
        offset_s: What the file's clock is ahead of UTC, s.
        to_middle_s: From the label of a value to the middle of the time for which it stands, s.
    """
    for column, meaning in (("ghi", "sunshine on level ground (GHI)"), ("temp_air", "temperature of the air")):
        if column not in data:
            raise DataError("", f"has no column of the {meaning}")
    if not (-90.0 <= latitude <= 90.0 and -180.0 <= longitude <= 180.0):
        raise DataError("", f"says it is at latitude {latitude:g} and longitude {longitude:g}, where nothing is")
    clock = data.index.tz_localize(None) if data.index.tz is not None else data.index
    return Table(
        latitude, longitude, round(offset_s), clock.as_unit("s").asi8 + to_middle_s,
        data["ghi"].to_numpy(np.float64), data["dhi"].to_numpy(np.float64) if "dhi" in data else None,
        data["temp_air"].to_numpy(np.float64),
    )  # fmt: skip
