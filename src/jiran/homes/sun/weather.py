"""Weather from a file: a year of sunshine and warmth, whose values hold for the time around them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from jiran.errors import DataError
from jiran.homes.profiles import Array
from jiran.homes.sun.formats import Table, read_table
from jiran.homes.sun.light import Light, split_by_model, split_by_share
from jiran.homes.sun.position import Sun, sun_at

if TYPE_CHECKING:
    from jiran.scenario import Solar

DAY_S = 86_400
YEAR_S = 365 * DAY_S
#: Values of a year have one of these distances, s.
DISTANCES = (300, 600, 900, 1800, 3600)
#: Sunshine above this, W/m2, is no measured value; below nothing by a little is the noise of an instrument at night.
BRIGHTEST, NOISE = 1_800.0, -20.0
#: A file whose sun shines at night belongs to another place or time zone.
MOST_AT_NIGHT = 0.05
#: How finely the clear sky is looked at to share the sunshine of a value among the time that it stands for, s.
FINE_S = 300


@dataclass(frozen=True)
class Weather:
    """A year of weather, arrays of shape (value,).

    Attributes:
        latitude: Degrees north.
        longitude: Degrees east.
        offset_s: What the file's clock is ahead of UTC, s; it knows no summer time.
        distance_s: From one value to the next, s.
        begin_s: Where in the year the time begins for which the first value stands, s; it can lie before the year.
        level: Mean irradiance on level ground, W/m2.
        diffuse_share: How much of it is diffuse, 0..1; None: the file does not say.
        temperature_c: Temperature of the air, degrees Celsius.
    """

    latitude: float
    longitude: float
    offset_s: int
    distance_s: int
    begin_s: int
    level: Array
    diffuse_share: Array | None
    temperature_c: Array

    def interval(self, utc_s: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return which interval an instant lies in; intervals are counted on and on, from 1970."""
        intervals: NDArray[np.int64] = (utc_s + self.offset_s - self.begin_s) // self.distance_s
        return intervals

    def value(self, interval: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return which value of the year an interval has; on 29 February that of the 28th."""
        local = interval * self.distance_s + self.begin_s + self.distance_s // 2
        day = local.astype("datetime64[s]").astype("datetime64[D]")
        in_year = second_of_year(day) + local % DAY_S
        return (in_year - self.begin_s) // self.distance_s % self.level.size


def second_of_year(day: NDArray[np.datetime64]) -> NDArray[np.int64]:
    """Return where a day begins in a year of 365 days, s; 29 February begins where the 28th does."""
    year, month = day.astype("datetime64[Y]"), day.astype("datetime64[M]")
    of_year = (day - year.astype("datetime64[D]")).astype(np.int64)
    number = month.astype(np.int64) % 12
    of_month = (day - month.astype("datetime64[D]")).astype(np.int64)
    february = (number == 1) & (of_month == 28)
    leap = ((year + 1).astype("datetime64[D]") - year.astype("datetime64[D]")).astype(np.int64) == 366
    seconds: NDArray[np.int64] = DAY_S * (of_year - (february | (leap & (number > 1))))
    return seconds


def read_weather(solar: Solar, year: int) -> Weather:
    """Return the weather of a scenario's file.

    Args:
        solar: The scenario's sun; its own coordinates go before those of the file.
        year: The year that is wanted of a file of several.

    Raises:
        DataError: The file cannot be read, or holds no whole year of weather.
    """
    path = Path(str(solar.weather))
    table = read_table(path)
    _check_values(path, table)
    weather = _year(path, table, year)
    if solar.latitude is not None and solar.longitude is not None:
        weather = Weather(**{**vars(weather), "latitude": solar.latitude, "longitude": solar.longitude})
    _check_nights(path, weather)
    return weather


def light_of_file(utc_s: NDArray[np.int64], sun: Sun, weather: Weather) -> Light:
    """Return the light at some instants: a value's sunshine is shared among its time as that of a clear sky would be.

    Args:
        utc_s: Seconds since 1970-01-01 UTC, rising.
        sun: The sun at these instants.
        weather: The file's.
    """
    first, last = weather.interval(utc_s[[0, -1]])
    intervals = np.arange(first, last + 1)
    fine = np.add.outer(
        intervals * weather.distance_s + weather.begin_s - weather.offset_s,
        np.arange(FINE_S // 2, weather.distance_s, FINE_S),
    )
    clear = sun_at(fine.ravel(), weather.latitude, weather.longitude).clear.reshape(fine.shape).mean(axis=1)
    values = weather.value(intervals)
    of_clear = np.divide(weather.level[values], clear, out=np.zeros(clear.size), where=clear > 0.0)
    here = weather.interval(utc_s) - first
    level = sun.clear * of_clear[here]
    warmth = weather.temperature_c[values[here]]
    if weather.diffuse_share is None:
        return split_by_model(sun, level, warmth)
    return split_by_share(sun, level, weather.diffuse_share[values[here]], warmth)


def _check_values(path: Path, table: Table) -> None:
    """Refuse values that are no measurements, such as the 9999 that stands for none."""
    for what, values, least, most in (
        ("sunshine on level ground, W/m2,", table.level, NOISE, BRIGHTEST),
        ("temperature of the air, °C,", table.temperature_c, -90.0, 70.0),
    ):
        wrong = np.flatnonzero(~((values >= least) & (values <= most)))
        if wrong.size:
            moment = str(table.middle_s[wrong[0]].astype("datetime64[s]").astype("datetime64[m]")).replace("T", " ")
            raise DataError(
                str(path),
                f"{what} is {values[wrong[0]]:g} around {moment}: it must lie between {least:g} and {most:g}",
            )


def _year(path: Path, table: Table, year: int) -> Weather:
    """Return the values of one year in their order: of the year that is wanted, else of the file's last whole one."""
    day = table.middle_s.astype("datetime64[s]").astype("datetime64[D]")
    month, years = (
        day.astype("datetime64[M]").astype(np.int64) % 12,
        day.astype("datetime64[Y]").astype(np.int64) + 1970,
    )
    leap_day = (month == 1) & ((day - day.astype("datetime64[M]").astype("datetime64[D]")).astype(np.int64) == 28)
    in_year = second_of_year(day) + table.middle_s % DAY_S
    # TMY3 writes the end of 28 February of a leap year as the 29th, so all values come first as they are.
    candidates = [
        np.ones(day.size, np.bool_),
        ~leap_day,
        *(~leap_day & (years == one) for one in (year, *sorted(set(years.tolist()), reverse=True))),
    ]
    for chosen in candidates:
        rows = np.flatnonzero(chosen)
        order = rows[np.argsort(in_year[rows], kind="stable")]
        distance_s = YEAR_S // order.size if order.size and YEAR_S % order.size == 0 else 0
        if distance_s in DISTANCES and (np.diff(in_year[order]) == distance_s).all():
            level = np.maximum(table.level[order], 0.0)
            share = None
            if table.diffuse is not None:
                share = np.divide(table.diffuse[order], level, out=np.ones(level.size), where=level > 0.0)
                share = np.clip(np.nan_to_num(share, nan=1.0), 0.0, 1.0)
            begin_s = int(in_year[order[0]]) - distance_s // 2
            return Weather(
                table.latitude, table.longitude, table.offset_s, distance_s, begin_s, level, share,
                table.temperature_c[order],
            )  # fmt: skip
    raise DataError(
        str(path),
        f"holds {table.middle_s.size:,} values that make no whole year: a value for every hour, or every 5, 10, 15 or 30 "
        "minutes, from 1 January to 31 December",
    )


def _check_nights(path: Path, weather: Weather) -> None:
    """Refuse a file whose sun shines when there is night at its coordinates."""
    middle_s = np.arange(weather.level.size) * weather.distance_s + weather.begin_s + weather.distance_s // 2
    sun = sun_at(middle_s - weather.offset_s + 36 * YEAR_S, weather.latitude, weather.longitude)
    total = weather.level.sum()
    if total <= 0.0:
        raise DataError(str(path), "holds no sunshine: it is 0 throughout the year")
    at_night = weather.level[sun.clear <= 0.0].sum() / total
    if at_night > MOST_AT_NIGHT:
        raise DataError(
            str(path),
            f"{at_night:.0%} of its sunshine falls into the night at latitude {weather.latitude:g} and longitude "
            f"{weather.longitude:g}: its coordinates or its time zone are wrong",
        )
