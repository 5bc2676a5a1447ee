"""Which sun a scenario means, and what it refuses."""

from __future__ import annotations

import pytest

import jiran
from jiran.errors import ScenarioError
from jiran.scenario import Solar
from jiran.scenario.beside import shareable
from jiran.scenario.files import input_files, load_scenario, to_toml
from jiran.scenario.places import place_near, places
from jiran.scenario.sun import site_of


def site(zone="UTC", **solar):
    return site_of(Solar(model="site", **solar), zone)


def test_every_place_says_where_it_is_how_clear_and_from_where():
    assert {"kuching", "kuala-lumpur", "penang", "kota-kinabalu", "singapore"} <= places().keys()
    for place in places().values():
        assert len(place.clearness) == len(place.temperature_c) == 12
        assert all(0.3 < share < 0.7 for share in place.clearness)
        assert all(20 < warm < 35 for warm in place.temperature_c)
        assert place.status in ("measured", "calibrated")
        assert 900 < place.yield_kwh < 1_800
        assert place.sources
        assert place_near(place.latitude, place.longitude) is place
    zones = [zone for place in places().values() for zone in place.zones]
    assert len(zones) == len(set(zones))


def test_coordinates_go_before_a_place_and_a_place_before_the_time_zone():
    assert site("Asia/Kuching").table is places()["kuching"]
    assert site("Asia/Kuching", place="penang").table is places()["penang"]
    chosen = site("Asia/Kuching", place="penang", latitude=6.1, longitude=116.1)
    assert (chosen.latitude, chosen.longitude, chosen.table) == (6.1, 116.1, places()["kota-kinabalu"])


def test_where_no_place_is_near_nothing_of_any_is_taken():
    far = site("Asia/Kuching", latitude=52.5, longitude=13.4)
    assert far == (52.5, 13.4, (0.5,) * 12, (25.0,) * 12, None)


def test_what_a_scenario_says_of_its_sky_goes_before_the_table():
    own = site("Asia/Kuching", clearness=0.4, temperature_c=0.0)
    assert (own.clearness, own.temperature_c) == ((0.4,) * 12, (0.0,) * 12)
    months = tuple(0.3 + 0.01 * month for month in range(12))
    assert site("Asia/Kuching", clearness=months).clearness == months


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"time_zone": "Europe/Berlin"}, "solar.latitude", "is required, with solar.longitude"),
        ({"solar.latitude": 1.0}, "solar.longitude", "is required beside solar.latitude"),
        ({"solar.longitude": 1.0}, "solar.latitude", "is required beside solar.longitude"),
        ({"solar.latitude": 91.0, "solar.longitude": 0.0}, "solar.latitude", "at most 90"),
        ({"solar.place": "atlantis"}, "solar.place", "kota-kinabalu"),
        ({"solar.clearness": [0.5] * 11}, "solar.clearness", "12 values from January to December"),
        ({"solar.clearness": 0.9}, "solar.clearness", "at most 0.8"),
        ({"solar.temperature_c": [20.0]}, "solar.temperature_c", "12 values"),
        ({"solar.weather": "x.epw", "solar.clearness": 0.5}, "solar.clearness", "must be left out"),
        ({"solar.weather": "x.epw", "solar.place": "penang"}, "solar.place", "must be left out"),
        ({"solar.tilt": 100.0}, "solar.tilt", "at most 90"),
        ({"solar.model": "moon"}, "solar.model", "'sine' or 'site'"),
        ({"homes.groups.solar.pv_azimuth": 361.0}, "homes.groups.0.pv_azimuth", "at most 360"),
    ],
)
def test_what_makes_no_sun_is_refused_in_a_sentence(changes, field, words):
    with pytest.raises(ScenarioError) as caught:
        load_scenario("paper", {"solar.model": "site", **changes})
    assert caught.value.field == field
    assert words in str(caught.value)


def test_the_paper_s_sun_asks_for_no_place():
    scenario = load_scenario("paper", {"time_zone": "Europe/Berlin"})
    assert scenario.solar.model == "sine"
    assert jiran.simulate(scenario).kpis["generation_kwh"] > 0


def test_a_weather_file_lies_beside_the_scenario_and_only_its_name_is_passed_on(tmp_path):
    text = to_toml(load_scenario("paper", {"solar.model": "site", "solar.weather": "year.epw"}))
    (tmp_path / "s.toml").write_text(text, encoding="utf-8")
    scenario = load_scenario(tmp_path / "s.toml")
    assert scenario.solar.weather == str(tmp_path / "year.epw")
    assert input_files(scenario) == [tmp_path / "year.epw"]
    assert shareable(scenario).solar.weather == "year.epw"
