"""Places whose sun comes with jiran, a file each; and which sun a scenario means."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from math import asin, cos, radians, sqrt
from typing import TYPE_CHECKING, Any, Literal

from jiran.scenario.regions import Region

_FILES = resources.files("jiran.scenario") / "places"

#: A place's table holds this far around it.
NEAR_KM = 100.0
#: What is taken where nobody says how clear the sky is, or how warm the air.
UNKNOWN_CLEARNESS, UNKNOWN_TEMPERATURE_C = 0.5, 25.0


def _names() -> tuple[str, ...]:
    return tuple(sorted(entry.name.removesuffix(".toml") for entry in _FILES.iterdir() if entry.name.endswith(".toml")))


if TYPE_CHECKING:
    PlaceName = str
else:
    PlaceName = Literal[_names()]


@dataclass(frozen=True)
class Place:
    """A place and its sun.

    Attributes:
        title: What it is called.
        region: Region of the grid that it lies in, a key of `REGIONS`.
        latitude: Degrees north.
        longitude: Degrees east.
        zones: Time zones that stand for it where a scenario says nothing else.
        clearness: Share of the sunshine above the air that reaches level ground, by month.
        temperature_c: Mean air temperature by month, degrees Celsius.
        status: measured: `clearness` comes from measured weather; calibrated: its season is an estimate, and its level that at
            which the yield is the published one.
        yield_kwh: What a kWp gives in a year on a fixed roof of 10 degrees towards the south, as published, kWh.
        sources: Where all this comes from.
    """

    title: str
    region: Region
    latitude: float
    longitude: float
    zones: tuple[str, ...]
    clearness: tuple[float, ...]
    temperature_c: tuple[float, ...]
    status: Literal["measured", "calibrated"]
    yield_kwh: float
    sources: tuple[str, ...]


@cache
def places() -> dict[str, Place]:
    """Return the places that come with jiran, by name."""
    return {name: _read(name) for name in _names()}


def _read(name: str) -> Place:
    data: dict[str, Any] = tomllib.loads((_FILES / f"{name}.toml").read_text(encoding="utf-8"))
    lists: dict[str, Any] = {key: tuple(value) for key, value in data.items() if isinstance(value, list)}
    return Place(**(data | lists))


def place_of_zone(zone: str) -> Place | None:
    """Return the place for which a time zone stands, or None.

    Example:
        >>> place_of_zone("Asia/Kuching").title
        'Kuching'
    """
    return next((place for place in places().values() if zone in place.zones), None)


def place_near(latitude: float, longitude: float) -> Place | None:
    """Return the nearest place whose table holds at a position, or None.

    Example:
        >>> place_near(1.49, 103.74).title, place_near(52.5, 13.4)  # Johor Bahru, Berlin
        ('Singapore', None)
    """
    by_distance = [(_distance_km(latitude, longitude, place), place.title, place) for place in places().values()]
    distance, _, place = min(by_distance)
    return place if distance <= NEAR_KM else None


def _distance_km(latitude: float, longitude: float, place: Place) -> float:
    """Return the length of the great circle to a place (haversine formula)."""
    north, east = radians(place.latitude - latitude), radians(place.longitude - longitude)
    chord = _haversine(north) + cos(radians(latitude)) * cos(radians(place.latitude)) * _haversine(east)
    return 2 * 6371.0 * asin(sqrt(min(1.0, chord)))


def _haversine(angle: float) -> float:
    return (1.0 - cos(angle)) / 2.0
