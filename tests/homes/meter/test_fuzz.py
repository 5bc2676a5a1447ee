"""Damaged files: one sentence or a right answer each. `make damage` tries 5,000 of them."""

from __future__ import annotations

from collections import Counter

from hypothesis import settings

from homes.meter import fuzz
from homes.meter.damage import DAMAGES, TEXT_DAMAGES

FILES = 8 if settings.get_current_profile_name() == "few" else 150


def test_damaged_files_are_refused_or_read_right_or_something_is_said():
    read = {seed: fuzz.judged(seed) for seed in range(FILES)}
    assert {seed: found for seed, found in read.items() if found[1] in fuzz.FAULTS} == {}
    if FILES == 150:
        assert {name for name, *_ in read.values()} == {*DAMAGES, *TEXT_DAMAGES, "public layout"}
        assert all(Counter(how for _, how, _ in read.values())[how] for how in ("right", "said", "refused"))
