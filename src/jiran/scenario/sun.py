"""Sunshine and PV: the paper's half sine, or the sun of a place."""

from __future__ import annotations

from typing import Annotated, Literal, NamedTuple, Self

from pydantic import Field, model_validator

from jiran.documents.model import LISTED, Model, quantity
from jiran.errors import ScenarioError
from jiran.scenario.places import (
    UNKNOWN_CLEARNESS,
    UNKNOWN_TEMPERATURE_C,
    Place,
    PlaceName,
    place_near,
    place_of_zone,
    places,
)

Clearness = Annotated[float, Field(ge=0.05, le=0.8)]
Celsius = Annotated[float, Field(ge=-60, le=60)]

MONTHS = 12


class Sky(Model):
    """How drawn weather differs from day to day and within a day; the defaults are those of Singapore."""

    day_spread: float = quantity(
        "how unlike days are in drawn weather: near 0 = all alike, near 1 = each either clear or dark",
        "", 0.4, ge=0.01, le=0.99,
    )  # fmt: skip
    day_memory: float = quantity("correlation of a day's sky with the next day's", "", 0.25, ge=0, le=0.95)
    hour_spread: float = quantity(
        "how unlike moments of a day are in drawn weather: near 0 = all alike, near 1 = each either clear or dark",
        "", 0.5, ge=0.01, le=0.99,
    )  # fmt: skip
    hour_memory: float = quantity("correlation of the sky at a moment with that an hour later", "", 0.5, ge=0, le=0.95)


class Solar(Model):
    """Sunshine, by equation (1) of the paper (a half sine from 06:00 to 18:00) or as it is at a place."""

    pv_kwp: float = quantity("PV capacity of each solar and hybrid home", "kWp", 5.0, ge=0, le=10_000)
    derate: float = quantity(
        "share of the clear-sky half sine that arrives; 1 = the paper, 0.5 = a Malaysian mean day", "", 0.5, ge=0, le=1
    )
    clouds: float = quantity("depth of passing clouds, 0 = clear sky, 1 = up to full shade", "", 0.0, ge=0, le=1)
    sample: Literal["start", "middle"] = quantity(
        "where in the step equation (1) is read; the paper reads the start of the hour", "", "middle"
    )
    model: Literal["sine", "site"] = quantity(
        "sine: the paper's half sine, with derate, clouds and sample; site: the sun of a place, with all that follows",
        "", "sine",
    )  # fmt: skip
    place: PlaceName | None = quantity(
        "a place that comes with jiran; default: that of latitude and longitude, or for which the time zone stands",
        "", None,
    )  # fmt: skip
    latitude: float | None = quantity(
        "latitude, north above 0; default: that of the place or of the weather file", "°", None, ge=-90, le=90
    )
    longitude: float | None = quantity(
        "longitude, east above 0; default: that of the place or of the weather file", "°", None, ge=-180, le=180
    )
    tilt: float = quantity("tilt of roofs, 0 = flat, 90 = upright", "°", 10.0, ge=0, le=90)
    azimuth: float | None = quantity(
        "where roofs face, clockwise from north: 90 = east, 180 = south; default: towards the equator", "°", None,
        ge=0, le=360,
    )  # fmt: skip
    losses: float = quantity(
        "share that is lost to dirt, shade, wires, mismatch and ageing before the inverter", "", 0.14, ge=0, le=0.9
    )
    inverter_efficiency: float = quantity("efficiency of the inverter at its rating", "", 0.96, ge=0.5, le=1)
    inverter_ratio: float = quantity(
        "PV capacity over the inverter's rating; what the panels give above the rating is cut off",
        "kWp/kW", 1.2, ge=0.1, le=5,
    )  # fmt: skip
    weather: str | None = quantity(
        "file of a year's weather: EPW, TMY3, PVGIS or NSRDB; default: weather is drawn; a relative path starts at the "
        "scenario's folder", "", None, min_length=1, max_length=4_000,
    )  # fmt: skip
    clearness: Clearness | Annotated[tuple[Clearness, ...], LISTED] | None = quantity(
        "for drawn weather, the share of the sunshine above the air that reaches level ground: a number, or 12 from January; "
        "default: that of the place", "", None,
    )  # fmt: skip
    temperature_c: Celsius | Annotated[tuple[Celsius, ...], LISTED] | None = quantity(
        "for drawn weather, the mean temperature of the air: a number, or 12 from January; default: that of the place",
        "°C", None,
    )  # fmt: skip
    sky: Sky = quantity("statistics of drawn weather", "", Sky())
    roof_shift_h: float = quantity(
        "how far roofs differ in when their day has its middle, as they face differently: standard deviation", "h", 0.3,
        ge=0, le=2,
    )  # fmt: skip
    roof_spread: float = quantity("how far roofs differ in yield: standard deviation", "", 0.02, ge=0, le=0.5)

    @model_validator(mode="after")
    def _by_month(self) -> Self:
        for name in ("clearness", "temperature_c"):
            values = getattr(self, name)
            if isinstance(values, tuple) and len(values) != MONTHS:
                raise ScenarioError(
                    f"solar.{name}", f"{len(values)} values", "must be a number, or 12 values from January to December"
                )
        return self

    @model_validator(mode="after")
    def _one_position(self) -> Self:
        for one, other in (("latitude", "longitude"), ("longitude", "latitude")):
            if getattr(self, one) is not None and getattr(self, other) is None:
                raise ScenarioError(f"solar.{other}", ..., f"is required beside solar.{one}")
        return self

    @model_validator(mode="after")
    def _one_weather(self) -> Self:
        if self.model != "site" or self.weather is None:
            return self
        for name in ("place", "clearness", "temperature_c"):
            if getattr(self, name) is not None:
                raise ScenarioError(
                    f"solar.{name}", getattr(self, name), "must be left out: the file of solar.weather says it"
                )
        return self


class Site(NamedTuple):
    """Where a scenario's sun shines, and what its drawn weather is like.

    Attributes:
        latitude: Degrees north.
        longitude: Degrees east.
        clearness: By month.
        temperature_c: By month.
        table: The place whose table any of these comes from; None: no place is near.
    """

    latitude: float
    longitude: float
    clearness: tuple[float, ...]
    temperature_c: tuple[float, ...]
    table: Place | None


def site_of(solar: Solar, zone: str) -> Site:
    """Return which sun is meant: coordinates go before a place's name, and this before the time zone.

    Args:
        solar: The scenario's sun, with weather that is drawn.
        zone: The scenario's time zone.

    Raises:
        ScenarioError: Nothing says where it is.
    """
    if solar.latitude is not None and solar.longitude is not None:
        latitude, longitude = solar.latitude, solar.longitude
    else:
        place = place_of_zone(zone) if solar.place is None else places()[solar.place]
        if place is None:
            raise ScenarioError(
                "solar.latitude", ..., f"is required, with solar.longitude: no place is known for the time zone {zone}"
            )
        latitude, longitude = place.latitude, place.longitude
    table = place_near(latitude, longitude)
    clearness = solar.clearness or (table.clearness if table else UNKNOWN_CLEARNESS)
    temperature_c = solar.temperature_c
    if temperature_c is None:
        temperature_c = table.temperature_c if table else UNKNOWN_TEMPERATURE_C
    return Site(latitude, longitude, _monthly(clearness), _monthly(temperature_c), table)


def _monthly(values: float | tuple[float, ...]) -> tuple[float, ...]:
    return values if isinstance(values, tuple) else (values,) * MONTHS
