"""What is looked at: a link brings it back, in any zone and at any resolution, and a run that lacks it shows its own first."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiran.app.charts.base import MOST_HOMES
from jiran.app.charts.blocks import Block, drawn
from jiran.app.selection import dates, day_of, hour_text, on_day, read
from jiran.explain.step.run_step import busiest_step
from pages import run

#: Runs whose clocks jump, end in the middle of a day, or have many steps in an hour.
RUNS = {
    "paper": {},
    "three days": {"steps": 72},
    "5 minutes": {"steps": 288, "step_minutes": 5},
    "half days": {"steps": 40, "start": "2026-03-21T17:00"},
    "summer time ends": {"steps": 144, "step_minutes": 30, "time_zone": "Europe/Berlin", "start": "2026-10-24"},
    "summer time begins": {"steps": 72, "time_zone": "Europe/Berlin", "start": "2026-03-28"},
}


@pytest.fixture(scope="module", params=RUNS.values(), ids=RUNS.keys())
def result(request):
    return run(**request.param)


def test_a_link_brings_every_hour_back(result):
    texts = [hour_text(result.timeline, step) for step in range(result.timeline.steps)]
    assert [read({"hour": text}, result).step for text in texts] == list(range(result.timeline.steps))
    assert len(set(texts)) == len(texts)


def test_an_hour_within_a_step_is_that_step():
    result = run()
    assert read({"hour": "2026-03-21T08:59"}, result).step == 8
    assert read({"hour": "2026-03-21T09:00"}, result).step == 9


@pytest.mark.parametrize("hour", ["", "8", "yesterday", "2026-03-20T23:59", "2026-03-22T00:00", "9999-12-31T23:59Z"])
def test_an_hour_that_the_run_does_not_have_is_its_busiest(hour):
    result = run()
    assert read({"hour": hour}, result).step == busiest_step(result, 0, 24) == 8


def test_of_several_days_the_second_is_shown_first_which_is_a_whole_one():
    result = run(steps=72)
    assert 24 <= read({}, result).step < 48


@given(
    home=st.sampled_from(["S1", "E1", "gone", "", "<b>"]),
    tab=st.sampled_from(["street", "home", "market", "other", ""]),
    block=st.sampled_from(["", "1-3", "0-3", "3-1", "1-99999999999", "a-b", "12-12"]),
)
def test_what_a_link_names_and_a_run_has_is_looked_at_and_nothing_else(home, tab, block):
    seen = read({"home": home, "tab": tab, "block": block}, _PAPER)
    assert seen.home == (home if home in ("S1", "E1") else None)
    assert seen.tab == (tab if tab in ("street", "home", "market") else "street")
    assert seen.block == {"1-3": (0, 3), "12-12": (11, 12)}.get(block)


def test_a_day_holds_the_steps_of_its_date_and_no_others(result):
    for step in range(0, result.timeline.steps, 7):
        window = day_of(result.timeline, step)
        day = result.timeline.local.astype("datetime64[D]")
        assert window.first <= step < window.last
        np.testing.assert_array_equal(np.flatnonzero(day == day[step]), np.arange(window.first, window.last))


def test_another_day_is_shown_at_the_same_time_of_the_clock():
    result = run(steps=60, start="2026-03-21T12:00")
    assert dates(result.timeline) == [dt.date(2026, 3, day) for day in (21, 22, 23)]
    noon = on_day(result, dt.date(2026, 3, 22), 0)
    assert noon == 24
    assert on_day(result, dt.date(2026, 3, 21), 14) == 0  # 02:00 is not there: the nearest is noon


_PAPER = run()


@given(homes=st.integers(1, 30_000), data=st.data())
def test_a_street_is_drawn_in_few_blocks_that_hold_each_home_once(homes, data):
    first = data.draw(st.integers(0, homes - 1))
    last = data.draw(st.integers(first + 1, homes))
    for wanted in (None, Block(first, last), Block(first, first + 1)):
        blocks = drawn(homes, wanted)
        assert [block.first for block in blocks[1:]] == [block.last for block in blocks[:-1]]
        assert (blocks[0].first, blocks[-1].last) == (0, homes)
        assert len(blocks) <= MOST_HOMES
        assert min(block.size for block in blocks) > 0
    assert Block(first, first + 1) in drawn(homes, Block(first, first + 1))


@given(homes=st.integers(1, MOST_HOMES))
def test_a_small_street_has_no_blocks(homes):
    assert drawn(homes, None) == [Block(home, home + 1) for home in range(homes)]


@given(homes=st.integers(MOST_HOMES + 1, 30_000), data=st.data())
def test_a_block_that_is_clicked_opens(homes, data):
    block = data.draw(st.sampled_from([one for one in drawn(homes, None) if one.size > 1]))
    opened = drawn(homes, Block.read(block.text, homes))
    assert block not in opened
    assert sum(block.first <= one.first < block.last for one in opened) > 1
