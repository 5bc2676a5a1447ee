"""Generation under the sun of a place: one sky for all, an orientation for each group, small differences for each roof."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from jiran.homes.profiles import Array, by_home, stream
from jiran.homes.sun.position import sun_at
from jiran.homes.sun.roof import Facing, kw_per_kwp
from jiran.homes.sun.sky import drawn_light
from jiran.homes.sun.weather import light_of_file, read_weather
from jiran.scenario.sun import site_of

if TYPE_CHECKING:
    from jiran.homes.community import Community
    from jiran.homes.sun.light import Light
    from jiran.homes.sun.position import Sun
    from jiran.homes.timeline import Timeline
    from jiran.scenario import Solar

#: Longer steps are worked out as the mean of instants this far apart.
INSTANT_MINUTES = 15
#: The middle of a half-sine day of twelve hours moves by so much, h, if morning is worth twice and evening nothing.
SHIFT_OF_LEAN_H = 1.5
#: Differences of roofs end here: a roof does not turn round, and none gives nothing.
MOST_LEAN, MOST_SIGMAS, LEAST_YIELD = 0.9, 3.0, 0.1


def site_generation_kwh(community: Community, timeline: Timeline, solar: Solar, seed: int) -> Array:
    """Return the energy that each home's PV generates in each step, kWh, shape (step, home).

    A roof of an orientation with power p gives p (1 + w e) f: e says how far east the sun stands (1 to -1), w leans the
    roof's day towards morning or evening, f is its yield. So neighbours lose their sun together, a roof gives nothing at
    night, and w moves the middle of its day and hardly changes its energy.

    Raises:
        DataError: The weather file cannot be used.
    """
    instants = instants_of(timeline)
    sun, light, north = _sky(instants, timeline, solar, seed)
    east = sun.east
    powers: dict[Facing, tuple[Array, Array]] = {}

    def of_facing(facing: Facing) -> tuple[Array, Array]:
        if facing not in powers:
            power = kw_per_kwp(sun, light, facing, solar)
            powers[facing] = _by_step(power, timeline), _by_step(power * east, timeline)
        return powers[facing]

    def fill(home: int, energy: Array) -> None:
        size = community.pv_kwp[home] * timeline.step_h
        if size == 0.0:
            return
        tilt, azimuth = community.pv_tilt[home], community.pv_azimuth[home]
        own = Facing(
            solar.tilt if np.isnan(tilt) else float(tilt),
            _default_azimuth(solar, north=north) if np.isnan(azimuth) else float(azimuth),
        )
        power, eastern = of_facing(own)
        lean, factor = roof(seed, community.ids[home], solar)
        np.multiply(eastern, lean, out=energy)
        energy += power
        energy *= size * factor

    return by_home(timeline.steps, community.size, fill)


def instants_of(timeline: Timeline) -> NDArray[np.int64]:
    """Return the instants at which the sun is looked at, s in UTC: the middle of each step, or of each part of a long one."""
    parts = _parts(timeline)
    length = 60 * timeline.step_minutes // parts
    instants: NDArray[np.int64] = np.add.outer(timeline.utc_s, length * np.arange(parts) + length // 2).ravel()
    return instants


def roof(seed: int, home: str, solar: Solar) -> tuple[float, float]:
    """Return how far a roof leans to the morning, -0.9..0.9, and the factor on its yield, > 0."""
    shift, yields = np.clip(stream(seed, "roof", home).standard_normal(2), -MOST_SIGMAS, MOST_SIGMAS)
    lean = -solar.roof_shift_h * shift / SHIFT_OF_LEAN_H
    return float(np.clip(lean, -MOST_LEAN, MOST_LEAN)), max(LEAST_YIELD, float(1.0 + solar.roof_spread * yields))


def _sky(instants: NDArray[np.int64], timeline: Timeline, solar: Solar, seed: int) -> tuple[Sun, Light, bool]:
    """Return the sun, the light, and whether the place lies north of the equator."""
    if solar.weather is not None:
        weather = read_weather(solar, int(timeline.local[0].astype("datetime64[Y]").astype(int)) + 1970)
        sun = sun_at(instants, weather.latitude, weather.longitude)
        return sun, light_of_file(instants, sun, weather), weather.latitude >= 0.0
    site = site_of(solar, timeline.zone)
    sun = sun_at(instants, site.latitude, site.longitude)
    return sun, drawn_light(instants, sun, site, solar.sky, seed), site.latitude >= 0.0


def _parts(timeline: Timeline) -> int:
    return max(1, timeline.step_minutes // INSTANT_MINUTES)


def _by_step(of_instants: Array, timeline: Timeline) -> Array:
    """Return the mean over the instants of each step."""
    means: Array = of_instants.reshape(timeline.steps, _parts(timeline)).mean(axis=1)
    return means


def _default_azimuth(solar: Solar, *, north: bool) -> float:
    """Return where roofs face that do not say it: towards the equator."""
    if solar.azimuth is not None:
        return solar.azimuth
    return 180.0 if north else 0.0
