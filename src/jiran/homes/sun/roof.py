"""What a roof makes of the light, by the equations of PVWatts."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from pvlib import iam, inverter, irradiance, pvsystem, temperature

from jiran.homes.profiles import Array

if TYPE_CHECKING:
    from jiran.homes.sun.light import Light
    from jiran.homes.sun.position import Sun
    from jiran.scenario import Solar

#: Share of the light that the ground reflects.
GROUND = 0.2
#: Refractive index of the coating on the glass of modules that lets more light in.
COATING = 1.29
#: Temperature of a module at 800 W/m2 and 20 degrees of air, degrees Celsius.
MODULE_C = 45.0
#: What a module gives less for each degree above 25, as a share.
PER_DEGREE = -0.0035


class Facing(NamedTuple):
    """How roofs lie.

    Attributes:
        tilt: Degrees from level.
        azimuth: Degrees clockwise from north.
    """

    tilt: float
    azimuth: float


@np.errstate(all="ignore")  # at night, and where there is next to no light: nothing is divided by nothing
def kw_per_kwp(sun: Sun, light: Light, facing: Facing, solar: Solar) -> Array:
    """Return the power that a roof gives to the home per installed kWp, kW, shape (instant,).

    Diffuse light on the tilted plane by Perez et al. (1990), reflection at the glass by De Soto et al. (2006), warmth of the
    module by Ross (1980), direct current, losses and inverter by PVWatts version 5 (Dobos 2014).

    Args:
        sun: The sun at each instant.
        light: The light at each instant.
        facing: How the roof lies.
        solar: Losses and inverter.
    """
    plane = irradiance.get_total_irradiance(
        facing.tilt, facing.azimuth, sun.zenith, sun.azimuth, light.beam, light.level, light.diffuse,
        dni_extra=sun.beyond, airmass=sun.airmass, albedo=GROUND, model="perez",
    )  # fmt: skip
    angle = irradiance.aoi(facing.tilt, facing.azimuth, sun.zenith, sun.azimuth)
    from_all_round = _from_all_round(facing.tilt)
    arriving = sum(
        np.nan_to_num(plane[part]) * through
        for part, through in (
            ("poa_direct", iam.physical(angle, n_ar=COATING)),
            ("poa_sky_diffuse", from_all_round["sky"]),
            ("poa_ground_diffuse", from_all_round["ground"]),
        )
    )
    arriving = np.where(light.level > 0.0, np.maximum(arriving, 0.0), 0.0)
    module_c = temperature.ross(arriving, light.temperature_c, noct=MODULE_C)
    direct = pvsystem.pvwatts_dc(arriving, module_c, 1.0, PER_DEGREE) * (1.0 - solar.losses)
    at_most = 1.0 / solar.inverter_ratio / solar.inverter_efficiency
    power: Array = inverter.pvwatts(np.maximum(direct, 0.0), at_most, solar.inverter_efficiency)
    return np.maximum(power, 0.0)


@lru_cache(maxsize=64)
def _from_all_round(tilt: float) -> dict[str, float]:
    """Return what the glass lets through of light from the sky and from the ground, which an integral says, by the tilt."""
    found: dict[str, float] = iam.marion_diffuse("physical", tilt, n_ar=COATING)
    return found
