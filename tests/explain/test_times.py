"""Times as they are told: to the second where a run starts within a minute, in sentences, tables, charts and pages."""

from __future__ import annotations

import datetime as dt
import re
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

import jiran
from jiran.app.charts import flow, home
from jiran.app.charts.base import Window
from jiran.app.charts.day_points import labels, points
from jiran.explain import times
from jiran.explain.against import not_comparable
from jiran.explain.assumptions import assumptions
from jiran.explain.battery import state
from jiran.explain.run import street
from jiran.homes.meter.plausible import end_labels
from jiran.homes.meter.steps import Period
from jiran.homes.timeline import timeline as steps_of
from jiran.judge.comparison import compare
from jiran.report import answer, html
from jiran.sentences import true_ones
from terminal import call

START = "2026-03-21T07:00:30"


@pytest.fixture(scope="module")
def late():
    return jiran.simulate(jiran.load_scenario("paper", {"start": START, "steps": 30, "description": ""}))


def told(text):
    """Return the times in a text, which must be there and none of them without its seconds."""
    found = re.findall(r"\b[012]\d:\d\d(?::\d\d)?", text)
    assert found
    assert all(time.endswith(":30") and time.count(":") == 2 for time in found), text
    return found


def test_sentences_charts_and_pages_tell_the_seconds(late):
    earlier = jiran.simulate(
        jiran.load_scenario("paper", {"start": "2026-03-21T06:00:30", "steps": 30, "description": ""})
    )
    window = Window(0, 30)
    assert told(" ".join(map(str, (*state(late, window.first, window.last), *true_ones(street(late))))))
    assert told(" ".join(map(str, true_ones(not_comparable(earlier, late)))))[0] == "06:00:30"
    assert told(" ".join(labels(points(late, window)))) == told(" ".join(home.day_parts(late, 0, window)[0]))
    assert told(" ".join(flow.flow_data(late, window)["labels"]))[:2] == ["07:00:30", "08:00:30"]
    page = html(compare({"A": earlier.scenario, "B": late.scenario}, seeds=1))
    assert told(" ".join(re.findall("<dd>.*", page)))
    assert told(str(Period(30, 3630, "UTC"))) == ["00:00:30", "01:00:30"]


def test_the_terminal_tells_the_seconds(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "400")
    assert told(call("run", "paper", "--set", f"start={START}", "--set", "description=").stdout)
    assert told(call("explain", "paper", "--step", "1", "--set", f"start={START}").stdout)


def test_a_start_that_occurs_twice_is_told_with_its_seconds():
    scenario = jiran.load_scenario("paper", {"time_zone": "Europe/Berlin", "start": "2026-10-25T02:30:05"})
    assert "start = 2026-10-25 02:30:05 occurs twice" in " ".join(map(str, assumptions(jiran.simulate(scenario))))


def test_a_day_that_starts_a_second_after_midnight_is_no_day_of_the_calendar():
    scenario = jiran.load_scenario("paper", {"start": "2026-03-21T00:00:01"})
    assert "On this day" not in " ".join(
        map(str, answer(compare(jiran.judge.comparison.by_rule(scenario, ["grid-fraction"]), seeds=1)))
    )
    assert not end_labels(3601, 86401, 3601, "UTC")


@given(start=st.datetimes(dt.datetime(1975, 1, 1), dt.datetime(2100, 1, 1)), minutes=st.sampled_from([1, 15, 60]))  # noqa: DTZ001  local time
def test_midnight_at_an_end_is_24_00_and_only_then(start, minutes):
    timeline = steps_of(
        jiran.load_scenario(
            "paper", {"start": start.replace(microsecond=0), "step_minutes": minutes, "time_zone": "UTC"}
        )
    )
    for step in range(timeline.steps):
        end = dt.datetime.fromtimestamp(int(timeline.utc_s[step]) + 60 * minutes, ZoneInfo("UTC"))
        text = times.clock(timeline, step, end=True)
        assert text == ("24:00" if end.time() == dt.time() else str(end.time()).removesuffix(":00"))
