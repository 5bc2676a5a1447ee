"""What stores are told: advice to all, commands to those whom the scenario names, in time and with an end."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3

import pytest

from jiran.errors import ScenarioError
from jiran.live.dialects import DIALECTS
from jiran.live.message import Counters
from jiran.live.rules import HOUR_MS, MINUTE_MS
from live_streets import play, player_of, scenario_of, street_of
from terminal import call, refused

#: One home with a battery for own use, of 10 kWh and 3 kW in and out, without losses; its neighbour has none.
TWO = {
    "homes.groups": [
        {"kind": "solar", "count": 1, "battery_kwh": 10.0, "battery_kw": 3.0},
        {"kind": "normal", "count": 1},
    ],
    "home_battery.charge_efficiency": 1.0,
    "home_battery.discharge_efficiency": 1.0,
    "battery.capacity_kwh": 0.0,
    "market.mechanism": "grid-only",
}


def told(messages):
    return [(one.topic.split("/")[2:], json.loads(one.payload), one.retain) for one in messages]


def milliseconds(text):
    return int(dt.datetime.fromisoformat(text).timestamp() * 1_000)


class Closed:
    """A street in which S1 needs so much in each step, and a battery that does what it was told while that holds."""

    def __init__(self, street, step_ms, *, follows):
        self.street, self.step_ms, self.follows = street, step_ms, follows
        self.at_ms, self.taken, self.given, self.orders, self.shown = street.calendar.first_ms, 0, 0, {}, []
        self.say(self.at_ms)

    def say(self, at_ms):
        for home, taken, given in (("S1", self.taken, self.given), ("N1", 0, 0)):
            for one in DIALECTS["senml"].produce(Counters(home, at_ms, taken, given, "UTC")):
                self.street.hear(one.topic, one.payload, at_ms)

    def step(self, need_kwh):
        """Let a step pass, and return what the battery did in it, kWh."""
        does = self.orders.get(self.at_ms, 0.0) if self.follows else 0.0
        net = round((need_kwh + does) * 1e6)
        self.taken, self.given = self.taken + max(net, 0), self.given + max(-net, 0)
        self.at_ms += self.step_ms
        self.say(self.at_ms)
        for minute in range(0, self.step_ms, MINUTE_MS):  # the clock goes on, and the step before it closes
            now = self.at_ms + minute
            for path, content, retain in told(self.street.tick(now)):
                if path[1] in ("command", "setpoint"):
                    self.shown.append((now, path, content, retain))
                if path == ["S1", "command"]:
                    self.orders[milliseconds(content["valid_from"])] = content["battery_kw"] * self.step_ms / HOUR_MS
        return does


@pytest.mark.parametrize("minutes", [15, 60])
def test_a_battery_that_does_as_it_is_told_meets_the_homes_need_and_does_not_swing(minutes, tmp_path):
    """Its own moves are in its meter; without taking them off, each command would answer the one before."""
    many, step_h = 6 * 60 // minutes, minutes / 60
    scenario = scenario_of("paper", **TWO, step_minutes=minutes, steps=4 * many, **{"live.control": ["S1"]})
    with street_of(scenario, tmp_path) as (street, _):
        house = Closed(street, minutes * MINUTE_MS, follows=True)
        sun = [house.step(-2.0 * step_h) for _ in range(many)]
        night = [house.step(1.0 * step_h) for _ in range(2 * many)]
    does = sun + night
    begun = next(place for place, did in enumerate(does) if did)
    assert begun == 2  # an order comes when a step is closed, for one that has not begun
    charges = int(10.0 / (2.0 * step_h))
    assert does[begun:][:charges] == [2.0 * step_h] * charges  # until it is full, in one go, without a swing
    gives = does[begun + charges :]
    lag = next(place for place, did in enumerate(gives) if did)
    assert not any(gives[:lag])
    spent = int(10.0 / step_h)
    assert gives[lag:][:spent] == [-1.0 * step_h] * min(spent, len(gives) - lag)
    assert not any(gives[lag + spent :])  # it is never told to give what it does not hold


def test_whoever_is_not_named_gets_advice_that_the_broker_keeps(tmp_path):
    scenario = scenario_of("home-batteries", steps=12)
    with street_of(scenario, tmp_path, end=True) as (street, _):
        messages = told(play(street, player_of(scenario, "senml", every=60)))
    assert not [path for path, *_ in messages if path[1] == "command"]
    advice = [(path, content, retain) for path, content, retain in messages if path[1] == "setpoint"]
    assert advice
    assert all(retain and content["advice"] and content["kind"] == "setpoint" for _, content, retain in advice)


def test_who_is_named_gets_commands_that_nobody_keeps_and_no_advice(tmp_path):
    scenario = scenario_of("home-batteries", steps=6, **{"live.control": ["S2"]})
    with street_of(scenario, tmp_path, end=True) as (street, _):
        messages = told(play(street, player_of(scenario, "senml", every=60)))
    commands = [(path[0], content, retain) for path, content, retain in messages if path[1] == "command"]
    assert {home for home, *_ in commands} == {"S2"}
    assert "S2" not in {path[0] for path, *_ in messages if path[1] == "setpoint"}
    for _, content, retain in commands:
        assert not retain
        assert content["kind"] == "command"
        assert content["advice"] is False
        assert set(content) == {
            "v",
            "home",
            "kind",
            "step",
            "minutes",
            "valid_from",
            "valid_until",
            "battery_kw",
            "advice",
        }


@pytest.mark.parametrize("minutes", [5, 15, 30, 60])
def test_what_is_told_is_of_a_step_that_has_not_begun_also_over_midnight(minutes, tmp_path):
    scenario = scenario_of("paper", **TWO, step_minutes=minutes, steps=120, start="2026-03-21T21:30")
    with street_of(scenario, tmp_path) as (street, _):
        house = Closed(street, minutes * MINUTE_MS, follows=False)
        for _ in range(210 // minutes):
            house.step(0.1)
    assert house.shown
    for now, _, content, _ in house.shown:
        begin, end = milliseconds(content["valid_from"]), milliseconds(content["valid_until"])
        assert now <= begin < now + minutes * MINUTE_MS
        assert end - begin == minutes * MINUTE_MS
        assert content["step"] == content["valid_from"]
    days = {content["step"][:10] for _, _, content, _ in house.shown}
    assert days == {"2026-03-21", "2026-03-22"}
    begun = [milliseconds(content["valid_from"]) for _, _, content, _ in house.shown if content["home"] == "S1"]
    assert begun == list(range(begun[0], begun[-1] + 1, minutes * MINUTE_MS))  # each step once, none left out


def test_a_home_that_is_not_heard_is_told_nothing(tmp_path):
    scenario = scenario_of("paper", **TWO, **{"live.control": ["S1"]})
    with street_of(scenario, tmp_path) as (street, store):
        house = Closed(street, HOUR_MS, follows=False)
        house.step(0.5)
        assert house.shown
        heard = len(house.shown)
        house.at_ms += 2 * HOUR_MS
        assert not [one for one in told(street.tick(house.at_ms + 20 * MINUTE_MS)) if one[0][1] == "command"]
        assert len(house.shown) == heard
        assert store.commands(house.at_ms + HOUR_MS) == {}


def test_cars_that_charge_by_plans_are_told_too(tmp_path):
    scenario = scenario_of(
        "paper", **{"ev.charging": "smart", "steps": 48, "start": "2026-03-28", "live.control": ["E1"]}
    )
    with street_of(scenario, tmp_path, end=True) as (street, _):
        messages = told(play(street, player_of(scenario, "senml", every=60)))
    powers = {}
    for path, content, _ in messages:
        if path[0] == "E1" and path[1] == "command":
            powers.setdefault(int(content["step"][11:13]), []).append(content["car_kw"])
    assert all(0.0 <= kw <= scenario.ev.kw + 1e-9 for found in powers.values() for kw in found)
    assert max(max(found) for found in powers.values()) > 0.0
    assert {kw for hour in (11, 12, 13, 14, 15) for kw in powers[hour]} == {0.0}  # it is away, as cars mostly are


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"live.control": ["S1", "X9"]}, "live.control = 'X9': must name homes of the scenario"),
        ({"live.control": ["N1"]}, "live.control = 'N1': must name homes with a battery"),
    ],
)
def test_a_store_that_is_not_there_is_not_controlled(changes, said, tmp_path):
    scenario = scenario_of("paper", **TWO, **changes)
    with pytest.raises(ScenarioError, match=said.replace(".", r"\.")), street_of(scenario, tmp_path):
        pass


def test_the_command_line_says_whom_it_commands(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    shown = call(
        "live", "home-batteries", "--demo", "--speed", "0", "--set", "steps=4", "--set", 'live.control=["S2","S1"]'
    )
    assert shown.exit_code == 0
    assert "Commands go to S2, S1, each on jiran/home-batteries/HOME/command; all others get advice." in shown.stderr
    with sqlite3.connect(tmp_path / "jiran-live-demo" / "live.sqlite") as store:
        told = {home for (home,) in store.execute("SELECT DISTINCT home FROM commands")}
    assert told == {"S1", "S2"}


def test_the_command_line_refuses_before_anything_is_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shown = call("live", "paper", "--demo", "--speed", "0", "--set", 'live.control=["S1"]')
    refused(shown, "live.control = 'S1'", "with a battery")
    assert not list(tmp_path.iterdir())
