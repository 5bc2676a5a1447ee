"""Settlement runs: late readings are cleared again until the final run, and settled at the grid's price after it."""

from __future__ import annotations

import datetime as dt
import re
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jiran.errors import JiranError
from jiran.ledger.records import day_records
from jiran.live.calendar import Calendar
from jiran.live.dialects import DIALECTS
from jiran.live.differences import by_home, deviation, difference
from jiran.live.message import Counters
from jiran.live.registers import Quality
from jiran.live.rules import DAY_MS, Rules
from jiran.live.store import Row
from live_streets import GRACE_MS, Faults, play, player_of, scenario_of, street_of

HOUR_MS = 3_600_000
FEW = {"homes.groups.solar.count": 2, "homes.groups.ev.count": 1, "homes.groups.normal.count": 1}


def senml(street, home, at_ms, taken, given_, arrived_ms):
    one = DIALECTS["senml"].produce(Counters(home, at_ms, taken, given_, "UTC"))[0]
    street.hear(one.topic, one.payload, arrived_ms)


def sent(player, home):
    """Return what the played meter of a home shows at each instant: import and export."""
    found = {}
    for at, messages in player.played():
        for one in messages:
            if one.topic.endswith(f"/{home}"):
                taken, given_ = (round(float(v) * 1e6) for v in re.findall(rb'"v":([\d.]+)', one.payload))
                found[at] = (taken, given_)
    return found


def test_late_readings_change_the_final_run_and_the_ledger_says_what_it_replaces(tmp_path):
    scenario = scenario_of("paper", **FEW)
    made = []
    with street_of(scenario, tmp_path, book=made.append, end=True) as (street, store):
        player = player_of(scenario, "senml", every=60)
        noon = player.first_ms + 12 * HOUR_MS
        shows = sent(player, "S1")
        for at, messages in player.played():
            for one in messages:
                if not (one.topic.endswith("/S1") and at in (noon, noon + HOUR_MS)):
                    street.hear(one.topic, one.payload, at)
            street.tick(at)
        first_morning = player.last_ms + 6 * HOUR_MS
        street.tick(first_morning)
        assert len(made) == 1
        quality = [
            next(row.quality for row in store.intervals(0, step) if row.home == "S1")
            for step in range(noon - HOUR_MS, noon + 2 * HOUR_MS, HOUR_MS)
        ]
        assert quality == [Quality.MISSING] * 3
        for at in (noon, noon + HOUR_MS):
            senml(street, "S1", at, *shows[at], first_morning + HOUR_MS)
        street.tick(player.last_ms + 7 * DAY_MS)
        assert len(made) == 2
        assert made[0] != made[1]
        said = store.runs()["2026-03-21", 1][1]
        assert any(one.startswith("S1: ") and "in 3 steps" in one for one in said)
    with street_of(scenario, tmp_path / "undisturbed", book=made.append, end=True) as (street, _):
        play(street, player)
        street.tick(player.last_ms + 7 * DAY_MS)
    assert day_records(made[1]) == day_records(made[2]) == day_records(made[3])


def test_what_comes_after_the_final_run_costs_one_home_and_no_trade(tmp_path):
    scenario = scenario_of("paper", **FEW)
    made = []
    with street_of(scenario, tmp_path, book=made.append, end=True) as (street, store):
        player = player_of(scenario, "senml", every=60)
        night = player.first_ms + 2 * HOUR_MS
        shows = sent(player, "E1")
        for at, messages in player.played():
            for one in messages:
                if not (one.topic.endswith("/E1") and at == night):
                    street.hear(one.topic, one.payload, at)
            street.tick(at)
        street.tick(player.last_ms + 7 * DAY_MS)
        late = player.last_ms + 8 * DAY_MS
        senml(street, "E1", night, *shows[night], late)
        street.tick(late + DAY_MS)
        assert len(made) == 2  # the ledger's trades stay as they are
        ((day, number, home, content),) = store.deviations()
        assert (day, number, home) == ("2026-03-21", 2, "E1")
        taken = shows[night + HOUR_MS][0] - shows[night - HOUR_MS][0]
        assert content["import_kwh_millionths"] == taken > 0
        assert content["amount_millionths"] == pytest.approx(taken * scenario.grid.import_price, abs=2)
        (said,) = store.runs()["2026-03-21", 2][1]
        assert said.startswith("E1: ")
        street.tick(late + 10 * DAY_MS)
        assert len(store.deviations()) == 1  # it is settled once


@pytest.mark.parametrize("faults", [Faults(), Faults(drop=0.2, duplicate=0.3, skew_s=50, reset=0.002)])
def test_a_street_that_is_stopped_at_any_moment_goes_on_to_the_same_end(faults, tmp_path):
    scenario = scenario_of("home-batteries", steps=36)
    kept = []
    for name, stops in (("whole", ()), ("cut", (7, 31, 32, 60, 100))):
        made = []
        player = player_of(scenario, "tasmota", faults, every=15)
        done = 0
        played = list(player.played())
        while True:
            with street_of(scenario, tmp_path / name, book=made.append, end=True) as (street, store):
                upto = next((stop for stop in stops if stop > done), len(played))
                for at, messages in played[max(done - 3, 0) : upto]:  # the broker sends again what it had no answer for
                    for one in messages:
                        street.hear(one.topic, one.payload, at)
                    street.tick(at)
                done = upto
                if done == len(played):
                    for morning in (player.last_ms + GRACE_MS, *street.settling_ms()):
                        street.tick(morning)
                    assert street.is_settled
                    ends = [
                        [store.intervals(run, step) for step in range(player.first_ms, player.last_ms, HOUR_MS)]
                        for run in (-1, 0, 1)
                    ]
                    kept.append((ends, store.shown(), [day_records(day) for day in made], store.totals()["readings"]))
                    break
    assert kept[0] == kept[1]


def test_readings_that_contradict_are_kept_once_and_told(tmp_path):
    scenario = scenario_of("paper", **FEW)
    with street_of(scenario, tmp_path) as (street, store):
        at = street.calendar.first_ms
        for value in (5, 5, 6, 6, 5):
            senml(street, "S1", at, value * 1_000, 0, at)
        senml(street, "S1", at + 10 * 60_000, 9_000, 0, at)  # of the future
        senml(street, "S1", at - 50 * DAY_MS, 9_000, 0, at)
        street.hear("tele/S1/SENSOR", b'{"Time":"2026-03-21T00:00:00","ENERGY":{"Total":7}}', at)
        street.commit()
        assert store.series("S1", "import", at, at) == [(at, 5_000)]
        assert store.conflicts(10) == [("S1", "import", at, 5_000, 6_000)]
        assert store.totals() == {
            "readings": 2,
            "conflict": 2,
            "duplicate": 6,
            "ahead of time": 2,
            "too old": 2,
            "another dialect": 1,
        }


def test_undated_readings_that_a_broker_kept_are_not_taken(tmp_path):
    scenario = scenario_of("paper", **FEW)
    with street_of(scenario, tmp_path) as (street, store):
        at = street.calendar.first_ms
        for dialect in ("shelly", "senml"):
            one = DIALECTS[dialect].produce(Counters("S1", at, 10, 20, "UTC"))[0]
            street.hear(one.topic, one.payload, at, only_dated=True)
        street.commit()
        assert store.dialects() == {"S1": "senml"}
        assert store.totals()["of unknown time"] == 2


AMOUNT = st.integers(-(10**12), 10**12)
SIDE = st.integers(0, 10**9)


@given(
    st.lists(st.tuples(SIDE, SIDE), min_size=1, max_size=4),
    st.lists(st.tuples(SIDE, SIDE), min_size=4, max_size=4),
    SIDE,
    SIDE,
    st.booleans(),
)
def test_a_difference_says_what_the_two_runs_hold(before, after, paid, received, same):
    now = before if same else after[: len(before)]
    was = {
        "steps": before,
        "amounts": {
            "import_kwh_millionths": sum(a for a, _ in before),
            "export_kwh_millionths": sum(b for _, b in before),
            "paid_millionths": 7_000_000,
            "received_millionths": 0,
        },
    }
    being = {
        "steps": now,
        "amounts": {
            "import_kwh_millionths": sum(a for a, _ in now),
            "export_kwh_millionths": sum(b for _, b in now),
            "paid_millionths": paid,
            "received_millionths": received,
        },
    }
    said = difference("S1", "MYR", was, being)
    if before == now and paid - received == 7_000_000:
        assert said is None
        return
    text = str(said)
    count = sum(a != b for a, b in zip(before, now, strict=True))
    more = re.findall(r"([\d,.]+) kWh (more|less)", text)
    wanted = [sum(b[n] - a[n] for a, b in zip(before, now, strict=True)) / 1e6 for n in (0, 1)]
    assert [float(n.replace(",", "")) * (1 if word == "more" else -1) for n, word in more] == pytest.approx(
        wanted, abs=6e-4
    )
    assert f"in {count} step{'' if count == 1 else 's'}" in text
    (amount, way), _ = re.findall(r"MYR ([\d,.]+) (to pay|to get)", text)
    assert float(amount.replace(",", "")) * (1 if way == "to pay" else -1) == pytest.approx(
        (paid - received) / 1e6, abs=6e-3
    )


@given(AMOUNT, AMOUNT, AMOUNT)
def test_a_deviation_says_its_energy_and_its_amount(taken, given_, amount):
    said = deviation(
        "S1", "MYR", {"import_kwh_millionths": taken, "export_kwh_millionths": given_, "amount_millionths": amount}
    )
    if not (taken or given_ or amount):
        assert said is None
        return
    ((worth, way),) = re.findall(r"MYR ([\d,.]+) (to pay|to get)", str(said))
    assert float(worth.replace(",", "")) * (1 if way == "to pay" else -1) == pytest.approx(amount / 1e6, abs=6e-3)
    assert ("more import" in str(said)) == (taken >= 0)


def test_homes_are_put_side_by_side():
    rows = [[Row("A", 1, 2, Quality.MEASURED), Row("B", 3, 4, Quality.MISSING)]]
    assert by_home(rows, {"A": {}, "B": {}}) == {
        "A": {"amounts": {}, "steps": [(1, 2)]},
        "B": {"amounts": {}, "steps": [(3, 4)]},
    }


@given(
    st.integers(0, 40),
    st.sampled_from(["Europe/Berlin", "Asia/Kuching", "America/St_Johns"]),
    st.sampled_from([15, 30, 60]),
)
@settings(max_examples=30)
def test_days_hold_every_step_once_also_when_clocks_change(day, zone, minutes):
    first = int(dt.datetime(2026, 3, 10, tzinfo=ZoneInfo(zone)).timestamp() * 1_000)
    calendar = Calendar(first, minutes, zone)
    date = f"{dt.date(2026, 3, 10) + dt.timedelta(days=day)}"
    steps = calendar.steps_of(date)
    assert {calendar.day_of(step) for step in steps} == {date}
    assert calendar.day_of(steps[0] - 1) < date < calendar.day_of(steps[-1] + calendar.step_ms)
    assert Rules().final_days == 7


def test_a_folder_of_another_street_is_refused(tmp_path):
    with street_of(scenario_of("paper"), tmp_path):
        pass
    with pytest.raises(JiranError, match="another --folder"), street_of(scenario_of("paper", **FEW), tmp_path):
        pass
