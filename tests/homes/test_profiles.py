from __future__ import annotations

import numpy as np

from jiran.homes.profiles import by_home, stream


def test_a_stream_depends_on_seed_purpose_and_home_and_on_nothing_else():
    first = stream(1, "load", "S1").random(3).tolist()
    assert stream(1, "load", "S1").random(3).tolist() == first
    others = [stream(2, "load", "S1"), stream(1, "trip", "S1"), stream(1, "load", "S2"), stream(1, "load")]
    draws = [tuple(first), *(tuple(other.random(3)) for other in others)]
    assert len(set(draws)) == len(draws)


def test_streams_of_neighbours_are_uncorrelated():
    draws = np.array([stream(1, "load", f"N{home}").random(2000) for home in range(8)])
    correlation = np.corrcoef(draws) - np.eye(8)
    assert np.abs(correlation).max() < 0.1


def test_every_home_s_column_is_filled_however_many_homes_there_are():
    def fill(home, over_time):
        over_time += home

    for homes in (1, 64, 65, 130):
        array = by_home(2, homes, fill)
        assert array.flags.c_contiguous
        assert np.array_equal(array, np.tile(np.arange(homes, dtype=float), (2, 1)))
