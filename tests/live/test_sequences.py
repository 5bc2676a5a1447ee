"""Strange sequences of messages, each with the outcome that docs/live.md states."""

from __future__ import annotations

import datetime as dt
import json
from zoneinfo import ZoneInfo

import pytest

from jiran.errors import JiranError
from jiran.live.meters import meters_of
from jiran.live.registers import Quality
from jiran.live.rules import DAY_MS, HOUR_MS, MINUTE_MS
from jiran.live.store import opened
from jiran.live.street import Street
from live_streets import scenario_of

M, I, X, R = Quality.MEASURED, Quality.INTERPOLATED, Quality.MISSING, Quality.RESET  # noqa: E741
HOMES = {"homes.groups": [{"kind": "solar", "count": 1}, {"kind": "ev", "count": 1}]}
FIRST = int(dt.datetime(2026, 3, 21, tzinfo=ZoneInfo("Asia/Kuching")).timestamp() * 1_000)


@pytest.fixture
def street(tmp_path):
    """Return what opens a street of S1 and E1, with steps of an hour."""
    open_now = []

    def begin(zone="Asia/Kuching", first=FIRST, dialect=None):
        scenario = scenario_of("paper", **HOMES, time_zone=zone)
        there = opened(tmp_path / "live")
        open_now.append(there)
        return Street(scenario, meters_of(("S1", "E1"), None, dialect), there.__enter__(), first)

    yield begin
    for there in open_now:
        there.__exit__(None, None, None)


def say(street, minute, kwh, *, arrived=None, unit="kWh", home="S1", first=FIRST):
    at = first + round(minute * MINUTE_MS)
    text = f'[{{"bt":{at / 1_000:.3f},"n":"import","u":"{unit}","v":{kwh}}},{{"n":"export","u":"kWh","v":0}}]'
    street.hear(f"jiran/senml/{home}", text.encode(), at if arrived is None else first + round(arrived * MINUTE_MS))


def steps(street, many=3, home="S1"):
    """Return of each of the first steps what the home took, kWh, and its quality."""
    street.commit()
    begun = [street.calendar.first_ms + n * HOUR_MS for n in range(many)]
    rows = [next(row for row in step if row.home == home) for step in street._look(begun)]
    return [(row.import_value / 1e6, row.quality) for row in rows]


def every(street, *readings, to=180, by=5, kwh=None):
    """Say a counter of 1 kWh an hour, every five minutes, but where a reading of its own is given."""
    own = dict(readings)
    for minute in range(0, to + 1, by):
        value = own.pop(minute, 100 + minute / 60 if kwh is None else kwh(minute))
        if value is not None:
            say(street, minute, value)


@pytest.mark.parametrize(
    ("readings", "outcome"),
    [
        ((), [(1, M), (1, M), (1, M)]),
        # A meter that shows 0 while it starts: inside a step, at an edge, twice in a row.
        (((30, 0),), [(1, M), (1, M), (1, M)]),
        (((60, 0),), [(1, I), (1, I), (1, M)]),
        (((60, 0), (65, 0.1)), [(1, I), (1, I), (1, M)]),
        # The edge itself is lost, or so much around it that nobody knows.
        (((60, None),), [(1, I), (1, I), (1, M)]),
        (tuple((minute, None) for minute in (55, 60, 65)), [(0, X), (0, X), (1, M)]),
        # All of an hour is lost: its energy is known in sum alone, and not spread.
        (tuple((minute, None) for minute in range(60, 121, 5)), [(0, X), (0, X), (0, X)]),
        # A single reading above the next one, which goes on from the one before: inside a step, at an edge, in another unit.
        (((30, 105),), [(1, M), (1, M), (1, M)]),
        (((60, 105),), [(1, I), (1, I), (1, M)]),
        (((60, 101_000),), [(1, I), (1, I), (1, M)]),
        # More than a connection can carry, from one reading on.
        (tuple((minute, 9_000 + minute / 60) for minute in range(90, 181, 5)), [(1, M), (0, X), (1, M)]),
    ],
)  # fmt: skip
def test_what_counters_do(readings, outcome, street):
    here = street()
    every(here, *readings)
    found = steps(here)
    assert [quality for _, quality in found] == [quality for _, quality in outcome]
    assert [value for value, _ in found] == pytest.approx([value for value, _ in outcome])


def test_a_counter_that_begins_anew_or_runs_over_loses_its_step_alone(street):
    here = street()
    every(here, kwh=lambda minute: 100 + minute / 60 if minute < 90 else (minute - 90) / 60)
    assert steps(here) == [(pytest.approx(1), M), (0, R), (pytest.approx(1), M)]


def test_two_that_contradict_keep_the_first_and_are_counted(street):
    here = street()
    every(here)
    say(here, 60, 555)
    say(here, 60, 101)  # and again as it was
    assert steps(here)[:2] == [(pytest.approx(1), M)] * 2
    assert here._store.totals()["conflict"] == 1
    assert here._store.totals()["duplicate"] == 3
    assert here._store.conflicts(9) == [("S1", "import", FIRST + HOUR_MS, 101_000_000, 555_000_000)]


@pytest.mark.parametrize(
    ("stamp", "counted"),
    [
        (lambda minute: minute, {}),
        # From minute 125 to 175 an hour back, between the readings of before; and an hour ahead.
        (lambda minute: minute - 57.5 if 120 < minute < 180 else minute, {"conflict": 11}),
        (lambda minute: minute + 60 if 120 < minute < 180 else minute, {"ahead of time": 22}),
    ],
)
def test_a_clock_that_jumps_does_not_change_what_was_measured_before(stamp, counted, street):
    here = street()
    for minute in range(0, 301, 5):
        say(here, stamp(minute), f"{100 + minute / 60:.6f}", arrived=minute)
    assert steps(here, 4) == [(pytest.approx(1, abs=1e-5), M)] * 4
    totals = here._store.totals()
    assert {reason: totals.get(reason, 0) for reason in counted} == counted


def test_a_late_reading_is_taken_where_the_counter_began_anew(street):
    here = street()
    every(here, (80, None), (85, None), kwh=lambda minute: 100 + minute / 60 if minute < 90 else (minute - 90) / 60)
    for minute in (80, 85):
        say(here, minute, 100 + minute / 60, arrived=170)
    assert steps(here) == [(pytest.approx(1), M), (0, R), (pytest.approx(1), M)]
    assert "conflict" not in here._store.totals()


def test_units_may_change_from_message_to_message(street):
    here = street()
    for minute in range(0, 181, 5):
        unit, value = (("kWh", 1.0), ("Wh", 1_000), ("MWh", 0.001))[minute // 5 % 3]
        say(here, minute, f"{value * (100 + minute / 60):.9f}", unit=unit)
    assert [quality for _, quality in steps(here)] == [M] * 3
    assert [value for value, _ in steps(here)] == pytest.approx([1, 1, 1], abs=1e-5)


@pytest.mark.parametrize(
    "word", ["NaN", "Infinity", "-Infinity", "-5", "1e400", "true", "null", '"12"', "[]", "0x1", "1.2.3", "9" * 30, ""]
)
def test_what_is_no_counter_is_not_heard(word, street):
    here = street()
    every(here, to=120)
    for minute in (61, 62):
        say(here, minute, word)
    assert steps(here, 2) == [(pytest.approx(1), M)] * 2 or word == '"12"'


@pytest.mark.parametrize(
    "topic",
    [
        "jiran/senml/+",
        "jiran/senml/#",
        "jiran/senml/S1/x",
        "jiran/senml/",
        "/jiran/senml/S1",
        "jiran/senml/S1\0",
        "$SYS/broker",
        "+",
        "#",
        "",
        "jiran/senml/\udcff",
        "tele/S1/SENSOR/" * 40,
    ],
)
def test_a_topic_that_is_no_meters_is_not_heard(topic, street):
    here = street()
    here.hear(topic, b'[{"n":"import","u":"kWh","v":1}]', FIRST)
    here.commit()
    assert here._store.totals()["readings"] == 0


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"\xff\xfe",
        b"null",
        b"{}",
        b"[]",
        b"[" * 16_000,
        b"x" * 20_000,
        b"\x00" * 100,
        "12\u0663".encode(),
        b'[{"n":"import","u":"kWh","v":1,"bv":"2"}]',
        b'[{"n":"import","u":"kW","v":1}]',
        b'[{"n":"import","n":"power","u":"kWh","v":1}]',
    ],
)
@pytest.mark.parametrize(
    "topic",
    [
        "jiran/senml/S1",
        "tele/S1/SENSOR",
        "S1/status/emdata:0",
        "S1/events/rpc",
        "shellies/S1/emeter/0/total",
        "S1/reading/electricity_delivered_1",
        "S1/reading/timestamp",
        "homeassistant/sensor/S1_import/config",
        "glow/S1/SENSOR/electricitymeter",
    ],
)
def test_rubbish_on_a_meters_topic_is_not_heard(topic, payload, street):
    here = street()
    here.hear(topic, payload, FIRST)
    here.commit()
    assert here._store.totals()["readings"] == 0


def test_what_is_too_far_from_its_arrival_is_refused_and_counted(street):
    here = street()
    say(here, 0, 1, arrived=-6)
    say(here, 0, 1, arrived=41 * 24 * 60)
    say(here, 1, 1, arrived=-4)
    say(here, 2, 1, arrived=39 * 24 * 60)
    here.commit()
    assert here._store.totals() == {"readings": 4, "ahead of time": 2, "too old": 2}


def test_an_hour_that_the_clock_shows_twice_is_heard_twice(street):
    """Berlin, 2026-10-25: Tasmota's 02:00 to 03:00 come twice, without an offset."""
    zone = ZoneInfo("Europe/Berlin")
    first = int(dt.datetime(2026, 10, 25, 1, tzinfo=zone).timestamp() * 1_000)
    here = street("Europe/Berlin", first, "tasmota")
    for minute in range(0, 241, 5):
        at = first + minute * MINUTE_MS
        shown = dt.datetime.fromtimestamp(at / 1_000, tz=zone).strftime("%Y-%m-%dT%H:%M:%S")
        energy = {"Total": round(50 + minute / 60, 6), "ExportActive": 0}
        here.hear("tele/S1/SENSOR", json.dumps({"Time": shown, "ENERGY": energy}).encode(), at + 2_000)
    assert steps(here, 4) == [(pytest.approx(1, abs=2e-6), M)] * 4
    assert len(here.calendar.steps_of("2026-10-25")) == 24  # it began at one; the whole day has 25


def test_a_meter_whose_clock_is_an_hour_ahead_is_refused_and_one_behind_is_late(street):
    here = street()
    for minute in range(0, 121, 5):
        say(here, minute + 60, 100 + minute / 60, arrived=minute)
    here.commit()
    assert here._store.totals() == {"readings": 0, "ahead of time": 50}
    for minute in range(0, 121, 5):
        say(here, minute - 60, 100 + minute / 60, arrived=minute)
    assert steps(here, 1) == [(pytest.approx(1), M)]


def test_what_a_broker_kept_without_a_time_is_not_dated_by_its_arrival(street):
    here = street()
    here.hear("S1/status/emdata:0", b'{"total_act":5000.0,"total_act_ret":0.0}', FIRST, only_dated=True)
    here.commit()
    assert here._store.totals() == {"readings": 0, "of unknown time": 2}


def test_a_meter_that_is_exchanged_for_another_of_the_same_kind_goes_on(street, tmp_path):
    here = street()
    every(here, to=90)
    here.commit()
    file = tmp_path / "meters.toml"
    file.write_text('[home.S1]\ndevice = "new-one"\n')
    scenario = scenario_of("paper", **HOMES)
    again = Street(scenario, meters_of(("S1", "E1"), file), here._store, FIRST)
    for minute in range(95, 181, 5):
        say(again, minute, (minute - 95) / 60, home="new-one", first=FIRST)
    say(again, 170, 999, home="S1")  # the old one is nobody's now
    assert steps(again) == [(pytest.approx(1), M), (0, R), (pytest.approx(1), M)]


def test_a_meter_that_is_exchanged_for_one_of_another_dialect_goes_on_if_the_operator_says_so(street):
    here = street()
    every(here, to=60)
    glow = '{"electricitymeter":{"timestamp":"%s","energy":{"import":{"cumulative":%s},"export":{"cumulative":0}}}}'

    def says(street, minute):
        shown = dt.datetime.fromtimestamp(FIRST / 1_000 + minute * 60, tz=dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        street.hear(
            "glow/S1/SENSOR/electricitymeter", (glow % (shown, 100 + minute / 60)).encode(), FIRST + minute * MINUTE_MS
        )

    says(here, 65)
    here.commit()
    assert here._store.totals()["another dialect"] == 2
    scenario = scenario_of("paper", **HOMES)
    again = Street(scenario, meters_of(("S1", "E1"), None, "glow"), here._store, FIRST)
    for minute in range(65, 121, 5):
        says(again, minute)
    assert steps(again, 2) == [(pytest.approx(1), M)] * 2
    with pytest.raises(JiranError, match="spoke glow until now, which has other registers than shelly-gen1"):
        Street(scenario, meters_of(("S1", "E1"), None, "shelly-gen1"), here._store, FIRST)


def test_a_jump_of_a_played_clock_never_goes_back(street):
    here = street()
    for at in (FIRST + DAY_MS, FIRST, None, -1, FIRST + HOUR_MS):
        here.go_on_to(at)
    assert here.played_ms == FIRST + DAY_MS


def test_a_meter_that_counts_no_export_is_told_how_to_be_heard(street):
    """A plug says import alone, so each of its steps is missing; that is told once, and never of meters that say all."""
    here, told = street(), []
    here.on_step = told.append
    for minute in range(0, 181, 5):
        say(here, minute, 100 + minute / 60, home="E1")
        content = json.dumps({"aenergy": {"total": 5_000 + 10 * minute}})
        here.hear("S1/status/switch:0", content.encode(), FIRST + minute * MINUTE_MS)
        here.tick(FIRST + minute * MINUTE_MS)
    assert [quality for _, quality in steps(here, 2)] == [X, X]
    lines = [line for line in told if "heard in" not in line and "registers" in line]
    reason = "S1: import of S1 is heard and export is not, so its steps are missing"
    assert lines == [f'{reason}; if it counts nothing else, say registers = ["import"] in --meters']
