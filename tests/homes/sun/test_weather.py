from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homes.sun.skies import (
    ALIKE,
    ENDING,
    FORMATS,
    LATITUDE,
    LONGITUDE,
    OFFSET_H,
    Year,
    epw,
    generation,
    nsrdb,
    pvgis,
    scenario,
    tmy3,
    year,
)  # fmt: skip
from jiran import JiranError
from jiran.errors import DataError
from jiran.homes.sun.position import sun_at
from jiran.homes.sun.weather import light_of_file, read_weather, second_of_year
from jiran.scenario import Solar
from jiran.scenario.files import to_toml
from terminal import call

ZONE = "Asia/Singapore"


@pytest.fixture(scope="module")
def made():
    return Year()


@pytest.fixture(scope="module")
def files(made, tmp_path_factory):
    """Return the same year in a file of every format."""
    folder = tmp_path_factory.mktemp("weather")
    names = {}
    for name, write in FORMATS.items():
        names[name] = folder / f"{name}{ENDING[name]}"
        names[name].write_text(write(made), encoding="utf-8")
    return names


def test_every_format_says_the_same(files):
    found = {name: year(zone=ZONE, weather=str(file), **ALIKE) for name, file in files.items()}
    assert found["epw"].sum() > 800
    for other in found.values():
        assert other == pytest.approx(found["epw"], abs=1e-12)


@pytest.mark.parametrize("minutes", [1, 15, 30])
def test_every_hour_has_the_sunshine_and_the_warmth_of_the_file(files, made, minutes):
    weather = read_weather(Solar(weather=str(files["epw"])), 2026)
    begin = 1_767_196_800 + 40 * 86_400  # 10 February 2026 in Singapore
    count = 3 * 24 * 60 // minutes
    utc_s = begin + 60 * minutes * np.arange(count) + 30 * minutes
    sun = sun_at(utc_s, weather.latitude, weather.longitude)
    light = light_of_file(utc_s, sun, weather)
    hourly = light.level.reshape(72, -1).mean(axis=1)
    wanted = made.level[40 * 24 : 43 * 24]
    by_night = sun.clear.reshape(72, -1).max(axis=1) == 0.0
    assert hourly[~by_night] == pytest.approx(wanted[~by_night], rel=0.01, abs=6.0)
    assert light.temperature_c.reshape(72, -1)[:, 0].tolist() == made.warm[40 * 24 : 43 * 24].tolist()
    lit = light.level > 20
    assert (light.diffuse / np.maximum(light.level, 1))[lit] == pytest.approx(0.5, abs=0.02)


def test_a_run_begins_where_its_date_is_in_the_year_and_goes_over_its_end(files):
    whole = year(zone=ZONE, weather=str(files["epw"]), **ALIKE)[:, 0]
    over = generation(zone=ZONE, weather=str(files["epw"]), start="2026-12-31", steps=48, **ALIKE)[:, 0]
    assert over[:24] == pytest.approx(whole[-24:], abs=1e-8)
    assert over[24:] == pytest.approx(whole[:24], abs=0.01)  # the sun of another year stands a little elsewhere


def test_29_february_has_the_weather_of_the_28th():
    days = np.array(["2028-02-28", "2028-02-29", "2028-03-01", "2027-03-01", "2028-12-31"], "datetime64[D]")
    assert (second_of_year(days) // 86_400).tolist() == [58, 58, 59, 59, 364]


def test_the_file_knows_where_it_is_and_the_scenario_goes_before(files):
    weather = read_weather(Solar(weather=str(files["nsrdb"])), 2026)
    assert (weather.latitude, weather.longitude, weather.offset_s) == (1.37, 103.98, 28_800)
    moved = read_weather(Solar(weather=str(files["nsrdb"]), latitude=3.0, longitude=101.0), 2026)
    assert (moved.latitude, moved.longitude) == (3.0, 101.0)


def test_a_file_of_nsrdb_whose_clock_is_ahead_by_a_part_of_an_hour_is_read(made, tmp_path):
    """As those of India are, for which pvlib knows no zone: the same year over a place as far east as its clock is ahead."""
    file, there = tmp_path / "india.csv", f"{LATITUDE},{LONGITUDE - 15.0 * (OFFSET_H - 5.5)},5.5"
    text = nsrdb(made).replace(f"{LATITUDE},{LONGITUDE},{OFFSET_H}", there).replace(f",16,{OFFSET_H}\n", ",16,5.5\n")
    file.write_text(text)
    weather = read_weather(Solar(weather=str(file)), 2026)
    assert (weather.offset_s, weather.level.tolist()) == (19_800, made.level.tolist())
    here = year(zone="Asia/Kolkata", weather=str(file), **ALIKE)[:, 0]
    file.write_text(nsrdb(made))
    assert here == pytest.approx(year(zone="Asia/Singapore", weather=str(file), **ALIKE)[:, 0], abs=0.05)


def test_a_clock_that_is_set_elsewhere_shifts_the_hours_only(files):
    here = year(zone=ZONE, weather=str(files["epw"]), **ALIKE)[:, 0]
    utc = year(zone="UTC", weather=str(files["epw"]), **ALIKE)[:, 0]
    assert utc[: 100 * 24 - 8] == pytest.approx(here[8 : 100 * 24], abs=1e-12)


def test_of_several_years_the_one_of_the_run_is_taken_else_the_last(made, tmp_path):
    dull = Year(2021)
    dull.level, dull.diffuse = 0.5 * dull.level, 0.5 * dull.diffuse
    file = tmp_path / "two.csv"
    file.write_text(nsrdb(made) + "\n".join(nsrdb(dull).split("\n")[3:]))
    assert read_weather(Solar(weather=str(file)), 2019).level.max() > 600
    assert read_weather(Solar(weather=str(file)), 2021).level.max() < 400
    assert read_weather(Solar(weather=str(file)), 2035).level.max() < 400


def with_value(text, line, column, value):
    lines = text.split("\n")
    cells = lines[line].split(",")
    cells[column] = value
    lines[line] = ",".join(cells)
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda _: "", "no weather file that is known"),
        (lambda _: "a,b\n1,2\n", "no weather file that is known"),
        (lambda y: "\n".join(epw(y).split("\n")[:4000]), "holds .* values that make no whole year"),
        (lambda y: "\n".join(epw(y).split("\n")[:8]), "holds 0 values"),
        (lambda y: with_value(epw(y), 4000, 13, "9999"), r"sunshine .* is 9999 around 2019-06-1\d .*: it must lie between"),
        (lambda y: with_value(epw(y), 4000, 13, "much"), "damaged: it begins like an EPW file"),
        (lambda y: with_value(epw(y), 4000, 6, "99.9"), "temperature of the air, °C, is 99.9"),
        (lambda y: with_value(epw(y), 0, 6, "95"), "latitude 95"),
        (lambda y: with_value(epw(y), 0, 7, "-70"), "of its sunshine falls into the night"),
        (lambda y: with_value(epw(y), 0, 8, "-5"), "of its sunshine falls into the night"),
        (lambda y: tmy3(y).replace("GHI (W/m^2)", "Gh"), "no column of the sunshine"),
        (lambda y: nsrdb(y).replace("Temperature", "Warmth"), "no column of the temperature"),
        (lambda y: nsrdb(y).replace("Local Time Zone", "x"), "damaged: it begins like a file of NSRDB"),
        (lambda y: pvgis(y)[:-1000], "damaged: it begins like a file of PVGIS"),
        (lambda _: '{"outputs": {"hourly": []}}', "damaged: it begins like a file of PVGIS"),
        (lambda y: re.sub(r"400,[\d.]+,[\d.]+,[\d.]+,", "400,0,0,0,", epw(y)), "holds no sunshine"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_refused_in_a_sentence(made, tmp_path, damage, words):
    file = tmp_path / "weather.x"
    file.write_text(damage(made))
    with pytest.raises(DataError) as caught:
        read_weather(Solar(weather=str(file)), 2026)
    assert re.search(words, str(caught.value)), str(caught.value)
    assert str(caught.value).startswith(str(file))
    assert "\n" not in str(caught.value)


def test_a_series_of_pvgis_must_lie_level(made, tmp_path):
    head = "Latitude (decimal degrees): 1.37\nLongitude (decimal degrees): 103.98\nElevation (m): 16\nRadiation database: X\n"
    rows = [
        f"{time:%Y%m%d}:{time.hour:02d}30,{level - diffuse},{diffuse},0.0,40.0,{warm},1.0,0.0"
        for time, level, diffuse, warm in zip(made.hours, made.level, made.diffuse, made.warm, strict=True)
    ]
    rows = [*rows[8:], *[row.replace("2019", "2019") for row in rows[:8]]]  # by UTC

    def written(slope):
        hours = [f"{time:%Y%m%d}:{time.hour:02d}30" for time in made.hours]
        lines = [f"{hour},{row.split(',', 1)[1]}" for hour, row in zip(hours, rows, strict=True)]
        names = "time,Gb(i),Gd(i),Gr(i),H_sun,T2m,WS10m,Int"
        file = tmp_path / f"{slope}.csv"
        file.write_text(
            f"{head}Slope: {slope} deg.\nAzimuth: 0 deg.\n\n{names}\n" + "\n".join(lines) + "\n\nGb(i): beam\n"
        )
        return str(file)

    weather = read_weather(Solar(weather=written(0)), 2026)
    assert weather.level.sum() == pytest.approx(made.level.sum())
    with pytest.raises(DataError, match="a plane of 20 degrees: take a PVGIS series of slope 0"):
        read_weather(Solar(weather=written(20)), 2026)


@settings(max_examples=40)
@given(st.data())
def test_damage_anywhere_is_a_sentence_or_changes_little(made, tmp_path_factory, data):
    text = data.draw(st.sampled_from(sorted(FORMATS)).map(lambda name: FORMATS[name](made)))
    place, length = data.draw(st.integers(0, len(text) - 1)), data.draw(st.integers(0, 300))
    junk = data.draw(st.text(max_size=8))
    file = tmp_path_factory.mktemp("damage") / "x"
    file.write_text(text[:place] + junk + text[place + length :], encoding="utf-8")
    try:
        weather = read_weather(Solar(weather=str(file)), 2026)
    except JiranError as error:
        assert len(str(error)) < 1_500  # noqa: PT017  or there is none
    else:
        assert np.isfinite(weather.level).all()
        assert weather.level.size == 8760


def test_the_command_line_ends_with_2_and_one_sentence(tmp_path):
    file = tmp_path / "s.toml"
    wanted = scenario(weather="missing.epw")
    file.write_text(to_toml(wanted), encoding="utf-8")
    result = call("run", file)
    assert result.exit_code == 2
    assert "missing.epw: cannot be read" in result.output
    assert "Traceback" not in result.output
