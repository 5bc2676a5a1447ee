from __future__ import annotations

from math import asin, cos, exp, radians, sin
from pathlib import Path

import numpy as np
import pvlib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from homes.sun.skies import ALIKE, year
from jiran.homes.sun.light import Light, split_by_share
from jiran.homes.sun.position import Sun
from jiran.homes.sun.roof import Facing, kw_per_kwp
from jiran.scenario import Solar

WEATHER = Path(pvlib.__file__).parent / "data"

#: Files that come with pvlib, and what PVWatts version 8 gives with them (NREL-PySAM 7.1.1: roof mount, standard modules,
#: inverter .96, ratio 1.2, losses 14.08 %), kWh per kWp and year, by tilt and azimuth.
PVWATTS = {
    ("723170TYA.CSV", "Etc/GMT+5"): {(10, 180): 1295.25, (30, 180): 1378.53, (20, 90): 1169.43, (20, 270): 1173.63},
    ("703165TY.csv", "Etc/GMT+9"): {(10, 180): 737.28, (30, 180): 828.49, (20, 90): 647.31, (20, 270): 654.34},
}


@pytest.mark.parametrize(
    ("file", "zone", "facing", "published"),
    [(*file, facing, kwh) for file, cases in PVWATTS.items() for facing, kwh in cases.items()],
)
def test_a_year_is_that_of_pvwatts(file, zone, facing, published):
    tilt, azimuth = facing
    found = year(zone=zone, weather=str(WEATHER / file), tilt=tilt, azimuth=azimuth, losses=0.1408, **ALIKE).sum()
    assert found == pytest.approx(published, rel=0.025)


def through_glass(angle):
    """Return the share of light that glass with a coating lets through at an angle, by Fresnel and Bouguer."""

    def passes(inside, n_from, n_to):
        out = asin(n_from / n_to * sin(inside))
        if inside == 0.0:
            return 1 - ((n_to - n_from) / (n_to + n_from)) ** 2, out
        crossed = sin(out - inside) ** 2 / sin(out + inside) ** 2
        along = (sin(out - inside) / cos(out - inside)) ** 2 / (sin(out + inside) / cos(out + inside)) ** 2
        return 1 - 0.5 * (crossed + along), out

    first, in_coating = passes(radians(angle), 1.0, 1.29)
    second, in_glass = passes(in_coating, 1.29, 1.526)
    return first * second * exp(-4.0 * 0.002 / cos(in_glass))


def pvwatts(arriving, air_c, losses, ratio, efficiency):
    """Return the power of PVWatts version 5 (Dobos 2014), kW per kWp, from light that reaches the cells, W/m2."""
    module_c = air_c + (45 - 20) / 800 * arriving
    direct = arriving / 1000 * (1 - 0.0035 * (module_c - 25)) * (1 - losses)
    rating = 1 / ratio / efficiency
    share = direct / rating
    if share < 1e-9:
        return 0.0
    curve = efficiency / 0.9637 * (-0.0162 * share - 0.0059 / share + 0.9858)
    return max(0.0, min(curve * direct, efficiency * rating))


@given(
    st.floats(1, 70), st.floats(0, 1100), st.floats(-10, 45), st.floats(0, 0.5), st.floats(0.5, 2), st.floats(0.8, 1)
)
def test_beam_alone_on_a_level_roof_gives_what_the_equations_give(zenith, level, air_c, losses, ratio, efficiency):
    one = np.ones(1)
    sun = Sun(zenith * one, 180 * one, 1361 * one, one / cos(radians(zenith)), one, np.ones(1, np.int64))
    light = split_by_share(sun, level * one, 0 * one, air_c * one)
    beam = light.beam[0] * cos(radians(zenith))
    solar = Solar(losses=losses, inverter_ratio=ratio, inverter_efficiency=efficiency)
    found = kw_per_kwp(sun, light, Facing(0, 180), solar)[0]
    through = through_glass(zenith) / through_glass(0)
    assert found == pytest.approx(pvwatts(beam * through, air_c, losses, ratio, efficiency), rel=0.01, abs=2e-3)


@given(st.floats(0, 90), st.floats(0, 360), st.floats(0, 180), st.floats(0, 360), st.floats(0, 1400), st.floats(0, 1))
def test_power_is_never_below_0_nor_above_the_inverter_s_rating(tilt, azimuth, zenith, where, level, share):
    one = np.ones(1)
    airmass = one / max(0.1, cos(radians(zenith)))
    level = level if zenith < 90 else 0.0
    sun = Sun(zenith * one, where * one, 1361 * one, airmass, one, np.ones(1, np.int64))
    light = split_by_share(sun, level * one, share * one, 25 * one)
    power = kw_per_kwp(sun, light, Facing(tilt, azimuth), Solar())[0]
    assert 0.0 <= power <= 1 / 1.2 + 1e-12
    assert level > 0.0 or power == 0.0


def test_a_roof_that_faces_the_sun_gives_more():
    one = np.ones(1)
    sun = Sun(60 * one, 90 * one, 1361 * one, 2 * one, one, np.ones(1, np.int64))
    light = Light(400 * one, 600 * one, 100 * one, 25 * one)
    east, flat, west = (kw_per_kwp(sun, light, facing, Solar())[0] for facing in (Facing(30, 90), Facing(0, 0), Facing(30, 270)))  # fmt: skip
    assert east > 1.3 * flat > 1.3 * west
