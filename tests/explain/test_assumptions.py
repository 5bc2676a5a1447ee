"""What a run takes for granted: each fact where it is one, and silence where the scenario says it all."""

from __future__ import annotations

import datetime as dt

import pytest

import jiran
from jiran.explain import assumptions as of
from jiran.simulation.setting import prepare


def assumptions(run):
    return tuple(map(str, of.assumptions(run)))


DAY = [round(0.1 + 0.01 * hour, 2) for hour in range(24)]


def said(**changes):
    """Return the assumptions of a run of `paper` with changes, and the result."""
    scenario = jiran.load_scenario("paper", {name.replace("__", "."): value for name, value in changes.items()})
    result = jiran.simulate(scenario)
    assert result.warnings[: len(assumptions(result))] == assumptions(result)
    return assumptions(result), result


#: What a tariff leaves open, no scenario can say.
OF_TARIFFS = {"assumed.tariff_status", "assumed.rates", "assumed.not_in_force"}


def test_nothing_is_assumed_where_the_scenario_says_it_all():
    for name in jiran.presets():
        told = of.assumptions(prepare(jiran.load_scenario(name)))
        forms = {one.form for one in told}
        assert forms <= (OF_TARIFFS | {"assumed.unused"} if name == "ev-street" else OF_TARIFFS), name
    # It has blocks for who switches supply off, and says that they do nothing as long as it is on.
    (of_cars,) = assumptions(prepare(jiran.load_scenario("ev-street")))
    assert of_cars == "ev.blocks says nothing, for ev.supply.enabled is true"
    assert said(grid__import_price=DAY)[0] == ()
    assert said(grid__import_price=[0.5] * 24, step_minutes=15)[0] == ()


@pytest.mark.parametrize(
    "changes",
    [
        {"step_minutes": 15},
        {"start": dt.datetime(2026, 3, 21, 6)},  # noqa: DTZ001  local time
        {"time_zone": "Europe/Berlin", "start": dt.datetime(2026, 3, 29)},  # noqa: DTZ001  a day of 23 hours
    ],
)
def test_24_prices_for_24_steps_are_read_by_hour_and_it_is_said_where_that_matters(changes):
    (sentence,), result = said(grid__import_price=DAY, **changes)
    assert sentence.startswith("grid.import_price has 24 values, and the run has 24 steps: they are read by hour")
    hours = [time.hour for time in result.steps["time"]]
    assert result.prices.grid_import.tolist() == [DAY[hour] for hour in hours] != DAY


def test_both_prices_are_named():
    (sentence,), _ = said(grid__import_price=DAY, grid__export_price=DAY[::-1], step_minutes=30)
    assert sentence.startswith("grid.import_price and grid.export_price have 24 values")


@pytest.mark.parametrize("field", ["import_limit_kw", "export_limit_kw"])
def test_24_limits_of_the_street_for_24_steps_are_read_by_hour_and_it_is_said_where_that_matters(field):
    by_hour = [1.0 + hour for hour in range(24)]
    assert said(**{f"grid__{field}": by_hour})[0] == ()
    told, result = said(**{f"grid__{field}": by_hour}, step_minutes=15)
    assert [one.split(":")[0] for one in told] == [f"grid.{field} has 24 values, and the run has 24 steps"]
    limits = result.settlement.limits
    read = limits.import_kwh if field == "import_limit_kw" else limits.export_kwh
    assert (read * 4.0).tolist() == [by_hour[time.hour] for time in result.steps["time"]] != by_hour


def test_a_start_that_occurs_twice_is_the_first_and_it_is_said():
    start = dt.datetime(2026, 10, 25, 2, 30)  # noqa: DTZ001  local time
    (sentence,), result = said(time_zone="Europe/Berlin", start=start)
    assert "start = 2026-10-25 02:30 occurs twice in Europe/Berlin" in sentence
    assert "at UTC+02:00" in sentence
    assert result.timeline.utc_s[0] == dt.datetime(2026, 10, 25, 0, 30, tzinfo=dt.UTC).timestamp()
    assert said(time_zone="America/St_Johns", start=dt.datetime(2026, 11, 1, 1, 30))[0][0].endswith("UTC-02:30")  # noqa: DTZ001


def plain(**changes):
    """Return the assumptions of a scenario that says nothing of its grid."""
    data = {"name": "x", "homes": {"groups": [{"kind": "solar"}]}, **changes}
    return assumptions(jiran.simulate(jiran.scenario.validate(data)))


def test_the_region_is_that_of_the_time_zone_and_it_is_said():
    (sentence,) = plain()
    assert sentence.startswith("CO2 is counted at 0.199 kg/kWh, the grid of Sarawak, a figure that is not verified")
    assert 'a community in Sabah sets grid.region = "sabah"' in sentence
    (sentence,) = plain(time_zone="Asia/Kuala_Lumpur")
    assert sentence.startswith("CO2 is counted at 0.584 kg/kWh, the grid of Peninsular Malaysia: the time zone")
    assert plain(grid={"region": "sabah"}) == plain(grid={"co2_kg_per_kwh": 0.3}) == ()


def test_where_no_region_is_known_no_co2_is_counted_and_it_is_said():
    (sentence,) = plain(time_zone="Europe/Berlin")
    assert sentence.startswith("CO2 is not counted: no emission factor is known for the time zone Europe/Berlin;")
    assert "grid.region to one of peninsular, sabah" in sentence


def of_sky(**changes):
    """Return the assumptions but that the preset's half sine says nothing under the sun of a place."""
    return tuple(one for one in said(**changes)[0] if "nothing, for" not in one)


def test_a_sky_that_nobody_named_is_told_with_how_well_it_is_known():
    (sentence,) = of_sky(solar__model="site", grid__region="sarawak")
    assert sentence.startswith(
        "the sky is that of Kuching, for which the time zone Asia/Kuching is taken to stand; its"
    )
    assert "is calibrated to the yield that is published there, not measured" in sentence
    (sentence,) = of_sky(solar__model="site", solar__latitude=1.3, solar__longitude=103.8)
    assert sentence.startswith("the sky is that of Singapore; its clearness by month comes from measured weather")
    assert of_sky(solar__model="site", solar__place="kuching") == ()
    assert of_sky(solar__model="site", solar__clearness=0.4) == ()


def test_a_sky_of_which_nothing_is_known_is_told_and_clocks_that_do_not_fit():
    told = of_sky(solar__model="site", solar__latitude=52.5, solar__longitude=13.4)
    assert told[0].startswith("how clear the sky is at latitude 52.5 and longitude 13.4 is not known: 0.5 is taken")
    assert told[1].startswith(
        "the sun stands highest at about 19:06 by the clock: the longitude 13.4 and the time zone"
    )
    (only,) = of_sky(solar__model="site", solar__latitude=10.0, solar__longitude=99.0)
    assert only.startswith("how clear")
