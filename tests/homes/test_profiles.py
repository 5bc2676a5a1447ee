from __future__ import annotations

import hashlib

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


def test_a_stream_that_is_asked_for_again_begins_again_and_is_the_one_of_numpy():
    """Where it begins is kept; what was drawn of it is not."""
    for seed, home in ((0, "S1"), (2**40, ""), (7, "home 12")):
        key = hashlib.blake2b(f"load/{home}".encode(), digest_size=16).digest()
        sequence = np.random.SeedSequence([seed, int.from_bytes(key, "little")])
        real = np.random.Generator(np.random.PCG64(sequence)).random(5)
        one, other = stream(seed, "load", home), stream(seed, "load", home)
        assert (one.random(5) == real).all()
        assert (other.random(5) == real).all()
