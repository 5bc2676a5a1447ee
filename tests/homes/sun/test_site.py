from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

import jiran
from homes.sun.skies import ALIKE, generation, scenario, year
from jiran.homes.sun.site import roof
from jiran.homes.timeline import timeline
from jiran.scenario import Solar
from jiran.scenario.places import places

HOUR = np.arange(24) + 0.5


def centre(days):
    """Return the middle of each home's mean day, h."""
    mean = days.reshape(-1, 24, days.shape[1]).sum(axis=0)
    return (mean * HOUR[:, None]).sum(axis=0) / mean.sum(axis=0)


@pytest.mark.parametrize("place", places())
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_year_gives_what_is_published_for_the_place(place, seed):
    assert year(place=place, seed=seed, **ALIKE).sum() == pytest.approx(places()[place].yield_kwh, rel=0.03)


def test_a_year_has_seasons_where_there_are_some():
    berlin = year(zone="Europe/Berlin", latitude=52.5, longitude=13.4, clearness=0.42, **ALIKE)[:, 0]
    kuching = year(**ALIKE)[:, 0]
    summer, winter = slice(24 * 151, 24 * 212), slice(24 * 334, 24 * 365)
    assert berlin[summer].mean() > 4 * berlin[winter].mean()
    assert 0.7 < kuching[summer].mean() / kuching[winter].mean() < 1.5
    lit = (berlin.reshape(365, 24) > 0).sum(axis=1)
    assert lit[172] >= 16
    assert lit[355] <= 10
    south = year(zone="Australia/Sydney", latitude=-33.9, longitude=151.2, clearness=0.5, **ALIKE)[:, 0]
    assert south[winter].mean() > 1.5 * south[summer].mean()


def test_the_sun_keeps_its_own_time_whatever_the_clocks_show():
    kuala_lumpur = centre(year(zone="Asia/Kuala_Lumpur", **ALIKE))
    kuching = centre(year(zone="Asia/Kuching", **ALIKE))
    assert kuala_lumpur[0] - kuching[0] == pytest.approx((110.359 - 101.687) / 15, abs=0.15)
    berlin = {"latitude": 52.5, "longitude": 13.4, "clearness": 0.42, "zone": "Europe/Berlin", "steps": 24 * 14}
    summer, winter = (centre(generation(start=start, **ALIKE, **berlin))[0] for start in ("2026-06-15", "2026-12-10"))
    assert summer - winter == pytest.approx(1.0, abs=0.5)  # summer time
    change = generation(start="2026-03-29", **ALIKE, **{**berlin, "steps": 23})
    assert change[:6].sum() == 0.0 < change.sum()


def test_roofs_of_a_group_lie_as_it_says():
    groups = [
        {"kind": "solar", "count": 1, "pv_tilt": 30.0, "pv_azimuth": 90.0},
        {"kind": "solar", "count": 1, "pv_tilt": 30.0, "pv_azimuth": 270.0},
        {"kind": "solar", "count": 1},
        {"kind": "normal", "count": 1, "pv_tilt": 30.0},
    ]
    found = year(groups=groups, **ALIKE)
    east, west, plain = centre(found[:, :3])
    assert east < plain - 0.4 < plain + 0.4 < west
    assert found[:, 3].sum() == 0.0
    assert found[:, 2] == pytest.approx(year(**ALIKE)[:, 0], abs=1e-15)
    one = year(groups=[{"kind": "solar", "count": 1}], tilt=30.0, azimuth=90.0, **ALIKE)
    assert np.array_equal(one[:, 0], found[:, 0])


def test_roofs_face_the_equator_where_nobody_says_anything():
    def given(latitude, **facing):
        place = {"latitude": latitude, "longitude": 20.0, "zone": "Etc/GMT-1", "clearness": 0.5, "steps": 24 * 40}
        return generation(tilt=30.0, **ALIKE, **place, **facing)

    assert np.array_equal(given(40.0), given(40.0, azimuth=180.0))
    assert np.array_equal(given(-40.0), given(-40.0, azimuth=0.0))


def test_neighbours_share_their_clouds_and_their_roofs_differ():
    street = [{"kind": "solar", "count": 60}]
    alike, found = year(groups=street, **ALIKE), year(groups=street)
    assert np.ptp(alike, axis=1).max() == 0.0
    assert found.sum(axis=0).mean() == pytest.approx(alike[:, 0].sum(), rel=0.01)
    assert found.sum(axis=0).std() / found.sum(axis=0).mean() == pytest.approx(0.02, abs=0.007)
    assert centre(found).std() == pytest.approx(0.3, abs=0.08)
    days = found.reshape(365, 24, 60).sum(axis=1)
    assert np.corrcoef(days.T).min() > 0.95  # the same weather
    noon = found[12::24]
    assert np.corrcoef(noon.T).min() > 0.98
    assert (np.corrcoef(found.T)[np.triu_indices(60, 1)] < 0.9995).mean() > 0.8
    assert ((found > 0.0) <= (alike > 0.0)).all()  # no roof gives anything at night


def test_another_home_or_size_leaves_the_others_as_they_were():
    three = year(groups=[{"kind": "solar", "count": 3}])
    five = year(groups=[{"kind": "solar", "count": 5, "pv_kwp": 2.0}])
    assert np.array_equal(2.0 * three, five[:, :3])


def test_roofs_differ_within_bounds():
    for number in range(200):
        lean, factor = roof(number, "H1", Solar(roof_shift_h=2.0, roof_spread=0.5))
        assert -0.9 <= lean <= 0.9
        assert factor >= 0.1
    assert roof(1, "H1", Solar(**ALIKE)) == (0.0, 1.0)


def test_losses_ratio_and_efficiency_are_heeded():
    plain = year(**ALIKE).sum()
    assert year(losses=0.0, **ALIKE).sum() > 1.1 * plain
    assert year(inverter_efficiency=0.9, **ALIKE).sum() < 0.96 * plain
    small = year(inverter_ratio=2.5, **ALIKE)
    assert small.max() == pytest.approx(0.4)
    assert year(temperature_c=40.0, **ALIKE).sum() < 0.97 * plain
    assert year(clearness=[0.3] * 12, **ALIKE).sum() < 0.8 * plain


def test_a_run_under_the_sun_of_a_place_balances_and_repeats():
    wanted = jiran.load_scenario("paper", {"solar.model": "site"})
    first, second = jiran.simulate(wanted), jiran.simulate(wanted)
    assert first.balance.kwh < 1e-9
    assert np.array_equal(first.flows.profiles.generation_kwh, second.flows.profiles.generation_kwh)
    assert first.kpis["generation_kwh"] > 0


def test_a_run_under_the_paper_s_sun_does_not_load_pvlib():
    program = "import jiran, sys; jiran.simulate(jiran.load_scenario('paper')); print('pvlib' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize("zone", ["Asia/Kuching", "America/New_York", "Australia/Lord_Howe"])
def test_what_is_generated_is_finite_and_by_day_only(zone):
    wanted = {"zone": zone, "latitude": 30.0, "longitude": 0.0, "clearness": 0.5, "steps": 96, "step_minutes": 15}
    found = generation(start="2026-03-07", **wanted)
    assert np.isfinite(found).all()
    assert found.min() == 0.0
    assert 30 < (found > 0).sum() < 55
    assert timeline(scenario(zone=zone, latitude=30.0, longitude=0.0, clearness=0.5)).zone == zone
