"""The short form of `make class`: six phones over real connections."""

from __future__ import annotations

import runpy
from pathlib import Path

play = runpy.run_path(str(Path(__file__).with_name("sixty.py")))["play"]


def test_six_phones_play_two_rounds_and_each_sees_its_result():
    seen, room = play(6, 2)
    assert set(seen.statuses) == {"200", "204"}
    assert len(seen.results) == 12
    for one in room.wall().rounds:
        assert sum(not place.robot for place in one.places) == 6
        assert all(place.kwh == 1.0 for place in one.places)
