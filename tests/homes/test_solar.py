from __future__ import annotations

import numpy as np
import pytest

from jiran.homes.community import modelled_community
from jiran.homes.solar import clear_share, generation_kwh, half_sine
from jiran.homes.timeline import timeline
from strategies import changed, small


def generation(steps=24, step_minutes=60, seed=1, **solar):
    homes = [{"id": "A", "kind": "solar", "pv_kwp": 4}, {"id": "B", "kind": "hybrid"}, {"id": "C", "kind": "ev"}]
    plain = {"derate": 1.0, "sample": "start", **solar}
    scenario = changed(small(1, steps), homes={"single": homes}, solar=plain, step_minutes=step_minutes)
    return generation_kwh(modelled_community(scenario), timeline(scenario), scenario.solar, seed)


def test_there_is_exactly_nothing_at_6_and_at_18():
    assert half_sine(np.array([0.0, 5.99, 6.0, 18.0, 18.01, 24.0])).tolist() == [0.0] * 6


def test_every_home_generates_by_what_it_has_installed():
    noon = generation()[12]
    assert noon.tolist() == [4.0, 5.0, 0.0]


def test_the_derate_scales_every_hour():
    assert np.array_equal(generation(derate=0.5), 0.5 * generation())


def test_the_middle_of_the_step_gives_the_energy_of_the_whole_day():
    energy = generation(sample="middle", steps=24 * 60, step_minutes=1)[:, 0].sum()
    assert energy == pytest.approx(4 * 24 / np.pi, rel=1e-6)  # the integral of the half sine over twelve hours
    assert generation(sample="middle")[:, 0].sum() == pytest.approx(4 * 24 / np.pi, rel=3e-3)


def test_the_first_and_last_hour_of_light_generate_when_read_in_their_middle():
    generated = generation(sample="middle")[:, 0] > 0.0
    assert np.flatnonzero(generated).tolist() == list(range(6, 18))


@pytest.mark.parametrize("depth", [0.1, 0.6, 1.0])
def test_clouds_let_through_a_share_between_none_of_their_depth_and_all_of_it(depth):
    steps = timeline(small(1, 24 * 60, step_minutes=60))
    share = clear_share(steps, depth, 1)
    assert share.min() >= 1.0 - depth
    assert share.max() <= 1.0
    assert share.std() > 0.05 * depth


def test_neighbours_are_under_the_same_clouds():
    cloudy, clear = generation(clouds=0.8), generation()
    share = cloudy[7:18] / np.where(clear[7:18] == 0.0, np.nan, clear[7:18])
    assert share[:, 0] == pytest.approx(share[:, 1], rel=1e-12)
    assert share[:, 0].min() < 0.9


def test_clouds_are_drawn_from_the_seed():
    assert np.array_equal(generation(clouds=0.5), generation(clouds=0.5))
    assert not np.array_equal(generation(clouds=0.5), generation(clouds=0.5, seed=2))


def test_the_same_clouds_pass_whatever_the_length_of_the_step():
    hourly = clear_share(timeline(small(1, 24)), 0.7, 3)
    quarterly = clear_share(timeline(small(1, 96, step_minutes=15)), 0.7, 3)
    assert hourly == pytest.approx(quarterly[::4], abs=1e-12)
