"""What reaches level ground: the clear sky's sunshine times what the sky lets through, as beam and as diffuse light."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from pvlib import irradiance

from jiran.homes.profiles import Array
from jiran.homes.sun.position import Sun


@dataclass(frozen=True)
class Light:
    """Sunshine and warmth at each of some instants, arrays of shape (instant,).

    Attributes:
        level: Irradiance on level ground, W/m2.
        beam: Irradiance straight from the sun on a plane that faces it, W/m2.
        diffuse: Irradiance on level ground from the rest of the sky, W/m2.
        temperature_c: Temperature of the air, degrees Celsius.
    """

    level: Array
    beam: Array
    diffuse: Array
    temperature_c: Array


def split_by_model(sun: Sun, level: Array, temperature_c: Array) -> Light:
    """Split sunshine on level ground into beam and diffuse light by the model of Erbs et al. (1982)."""
    parts = irradiance.erbs(level, sun.zenith, sun.day_of_year)
    return Light(level, np.nan_to_num(parts["dni"]), np.nan_to_num(parts["dhi"]), temperature_c)


def split_by_share(sun: Sun, level: Array, diffuse_share: Array, temperature_c: Array) -> Light:
    """Split sunshine on level ground by a share of diffuse light that is known, 0..1.

    Near the horizon the beam is little on level ground and would be divided by almost nothing: it is never more than
    arrives above the air.
    """
    diffuse = level * diffuse_share
    height = sun.height
    beam = np.divide(level - diffuse, height, out=np.zeros_like(level), where=height > 0.0)
    return Light(level, np.minimum(beam, sun.beyond), diffuse, temperature_c)
