"""Where the sun stands at each instant, and what would reach the ground without clouds."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pvlib import atmosphere, clearsky, irradiance, location, solarposition

from jiran.homes.profiles import Array

#: So many suns are kept, each of so many instants at most, 8 MB: a year has 35,040 quarters of an hour.
_SUNS, _MOST_INSTANTS = 8, 150_000


@dataclass(frozen=True)
class Sun:
    """The sun at each of some instants, arrays of shape (instant,).

    Attributes:
        zenith: Angle between the sun and straight up as seen through the air, degrees; above 90 it is night.
        azimuth: Direction of the sun, degrees clockwise from north.
        beyond: Irradiance above the air on a plane that faces the sun, W/m2.
        airmass: Relative length of the way through the air; nan at night.
        clear: Irradiance on level ground under a clear sky, W/m2.
        day_of_year: 1..366, in UTC.
    """

    zenith: Array
    azimuth: Array
    beyond: Array
    airmass: Array
    clear: Array
    day_of_year: NDArray[np.int64]

    @property
    def height(self) -> Array:
        """Cosine of the zenith angle, 0 at night: what of a beam arrives on level ground."""
        return np.maximum(0.0, np.cos(np.radians(self.zenith)))

    @property
    def east(self) -> Array:
        """How far east the sun stands: 1 = at the eastern horizon, 0 = in the meridian, -1 = at the western horizon."""
        return np.sin(np.radians(self.zenith)) * np.sin(np.radians(self.azimuth))

    @property
    def level(self) -> Array:
        """Irradiance above the air on a level plane, W/m2."""
        return self.beyond * self.height


def sun_at(utc_s: NDArray[np.int64], latitude: float, longitude: float) -> Sun:
    """Return the sun at some instants over a place.

    The position is that of pvlib's `ephemeris` (within 0.01 degrees of the NREL algorithm, eight times as fast), the clear
    sky that of Ineichen and Perez (2002) with the monthly turbidity that comes with pvlib.

    Args:
        utc_s: Seconds since 1970-01-01 UTC.
        latitude: Degrees north.
        longitude: Degrees east.

    Returns:
        Arrays that cannot be written: streets of a study stand under the same sun, so the last ones are kept.
    """
    if utc_s.size > _MOST_INSTANTS:
        return _sun_at(utc_s, latitude, longitude)
    return _kept(utc_s.astype(np.int64).tobytes(), latitude, longitude)


@lru_cache(maxsize=_SUNS)
def _kept(instants: bytes, latitude: float, longitude: float) -> Sun:
    sun = _sun_at(np.frombuffer(instants, np.int64), latitude, longitude)
    for array in vars(sun).values():
        array.setflags(write=False)
    return sun


def _sun_at(utc_s: NDArray[np.int64], latitude: float, longitude: float) -> Sun:
    """Return the sun at some instants over a place; the arguments are those of `sun_at`."""
    times = pd.to_datetime(utc_s, unit="s", utc=True)
    altitude = max(0.0, float(location.lookup_altitude(latitude, longitude)))
    pressure = atmosphere.alt2pres(altitude)
    position = solarposition.ephemeris(times, latitude, longitude, pressure=pressure)
    zenith = 90.0 - position["apparent_elevation"].to_numpy()
    airmass = atmosphere.get_relative_airmass(zenith)
    beyond = irradiance.get_extra_radiation(times).to_numpy()
    turbidity = clearsky.lookup_linke_turbidity(times, latitude, longitude).to_numpy()
    with np.errstate(all="ignore"):  # at night
        through = atmosphere.get_absolute_airmass(airmass, pressure)
        clear = clearsky.ineichen(zenith, through, turbidity, altitude, beyond)["ghi"]
    clear = np.where(zenith < 90.0, np.nan_to_num(clear), 0.0)
    return Sun(
        zenith, position["azimuth"].to_numpy(), beyond, airmass, clear, times.day_of_year.to_numpy().astype(np.int64)
    )
