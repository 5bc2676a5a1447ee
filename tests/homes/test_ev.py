from __future__ import annotations

import numpy as np
import pytest

from jiran.errors import ScenarioError
from jiran.homes.community import modelled_community
from jiran.homes.ev import block_charging_kwh, supply_plan
from jiran.homes.timeline import timeline
from strategies import changed, small


def charging(*blocks, days=1, step_minutes=60, start="2026-03-21T00:00:00", zone="Asia/Kuching", count=1):
    named = [dict(zip(("start_hour", "end_hour", "probability"), block, strict=False)) for block in blocks]
    scenario = changed(
        small(1, days * 24 * 60 // step_minutes),
        homes={"groups": [{"kind": "ev", "count": count}, {"kind": "solar"}]},
        ev={"kw": 4.0, "blocks": named},
        step_minutes=step_minutes, start=start, time_zone=zone,
    )  # fmt: skip
    return block_charging_kwh(modelled_community(scenario), timeline(scenario), seed=1)


def hours(energy):
    return np.flatnonzero(energy[:, 0]).tolist()


def test_an_ev_charges_at_full_power_in_its_block_and_a_home_without_ev_never():
    energy = charging((6, 9))
    assert hours(energy) == [6, 7, 8]
    assert energy[7].tolist() == [4.0, 0.0]


def test_a_block_may_last_beyond_midnight_and_the_first_night_belongs_to_it():
    energy = charging((22, 2), days=2)
    assert hours(energy) == [0, 1, 22, 23, 24, 25, 46, 47]


def test_a_block_from_an_hour_to_itself_lasts_a_day():
    assert hours(charging((5, 5))) == list(range(24))


def test_a_part_of_an_hour_is_charged_in_part():
    energy = charging((6.25, 8.5))
    assert energy[6:9, 0].tolist() == [3.0, 4.0, 2.0]


def test_blocks_that_overlap_do_not_add_up_above_full_power():
    energy = charging((6, 9), (8, 10), (8, 10))
    assert energy[6:10, 0].tolist() == [4.0] * 4


def test_the_length_of_the_step_does_not_change_the_energy():
    assert charging((6.1, 8.7), (22.5, 1.25), step_minutes=5).sum() == pytest.approx(
        charging((6.1, 8.7), (22.5, 1.25)).sum()
    )


@pytest.mark.parametrize("start", ["2026-03-21T00:20:00", "2026-03-21T23:30:00"])
def test_the_minute_of_the_start_does_not_change_the_energy_of_a_day(start):
    assert charging((0, 6), start=start).sum() == pytest.approx(4.0 * 6)


def test_a_block_of_probability_0_never_happens_and_of_1_always():
    assert charging((6, 9, 0.0), days=30, count=5).sum() == 0.0
    assert charging((6, 9, 1.0), days=30, count=5).sum() == pytest.approx(30 * 5 * 12.0)


def test_a_block_of_probability_a_quarter_happens_on_a_quarter_of_days_as_a_whole():
    energy = charging((6, 9, 0.25), days=200, count=10)[:, :10]
    by_day = energy.reshape(200, 24, 10).sum(axis=1)
    assert set(np.unique(by_day)) == {0.0, 12.0}
    assert (by_day > 0).mean() == pytest.approx(0.25, abs=0.03)


def test_an_overnight_block_that_happens_lasts_through_its_night():
    energy = charging((22, 2, 0.5), days=60)[:, 0]
    nights = energy[22 : 22 + 24 * 58].reshape(58, 24)
    assert set(nights.sum(axis=1)) == {0.0, 16.0}


def test_on_daylight_saving_days_a_block_keeps_to_the_clock_on_the_wall():
    spring = charging((1, 4), zone="Europe/Berlin", start="2026-03-29T00:00:00")
    autumn = charging((1, 4), zone="Europe/Berlin", start="2026-10-25T00:00:00")
    assert hours(spring) == [1, 2]
    assert hours(autumn) == [1, 2, 3, 4]


def plan(kw=4.0, steps=48, step_minutes=60, **supply):
    scenario = changed(
        small(1, steps),
        homes={"groups": [{"kind": "normal"}, {"kind": "ev", "count": 2}]},
        ev={"kw": kw, "supply": {"enabled": True, **supply}},
        step_minutes=step_minutes,
    )
    return supply_plan(modelled_community(scenario), timeline(scenario), scenario.ev.supply, seed=1)


def test_evs_are_parked_from_arrival_to_departure_and_supply_in_their_hours():
    evs = plan(steps=24)
    assert np.flatnonzero(evs.parked).tolist() == [*range(7), *range(18, 24)]
    assert np.flatnonzero(evs.supplying).tolist() == [18, 19, 20, 21]
    assert evs.homes.tolist() == [1, 2]


def test_only_whole_steps_at_home_count():
    evs = plan(steps=24, departure_hour=7.5, arrival_hour=17.5, supply_start_hour=17.5)
    assert np.flatnonzero(evs.parked).tolist() == [*range(7), *range(18, 24)]


def test_charging_steps_are_those_before_the_next_departure_outside_the_hours_of_supply():
    after = plan(steps=24).charging_steps_after
    assert after[[17, 18, 21, 22, 23]].tolist() == [9, 9, 9, 8, 7]
    assert after[[0, 5, 6, 7, 12]].tolist() == [6, 1, 0, 0, 0]


def test_a_trip_is_booked_when_the_ev_is_back_and_lies_within_half_of_its_mean():
    trips = plan(steps=24 * 100, trip_kwh=6.0, kw=11).trip_kwh
    booked = np.flatnonzero(trips.any(axis=1))
    assert np.all(booked % 24 == 18)
    assert booked.size == 100
    assert 3.0 <= trips[booked].min() < 3.5
    assert 8.5 < trips[booked].max() <= 9.0


def test_an_ev_that_cannot_charge_for_its_trips_is_refused():
    with pytest.raises(ScenarioError, match=r"ev\.kw = 0\.5: must be at least .* kW to charge for trips overnight"):
        plan(kw=0.5, trip_kwh=10.0)
