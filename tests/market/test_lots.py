from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from jiran.market.lots import generator


@pytest.mark.parametrize("seed", [0, 7, 2**70, [1, 2], np.int64(7)])
@pytest.mark.parametrize("compiled", [True, False])
def test_the_numbers_are_those_of_a_new_generator(seed, compiled):
    generator(seed, compiled=compiled).integers(10, dtype=np.int32)  # leaves half of a number behind
    rng, new = generator(seed, compiled=compiled), np.random.default_rng(seed)
    assert rng.integers(10, size=5, dtype=np.int32).tolist() == new.integers(10, size=5, dtype=np.int32).tolist()
    assert rng.normal(size=5).tolist() == new.normal(size=5).tolist()


def test_no_seed_gives_other_numbers_each_time():
    assert generator(None, compiled=True).random() != generator(None, compiled=True).random()


def test_a_rule_in_plain_python_and_another_thread_have_their_own_generator():
    kept = generator(1, compiled=True)
    assert generator(2, compiled=True) is kept
    assert generator(1, compiled=False) is not kept
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(generator, 1, compiled=True).result() is not kept
