"""Controllers on the command line: listed, explained, checked."""

from __future__ import annotations

import json

from jiran.control import controllers
from terminal import call, refused

MINE = (
    "from jiran.control import controller\n"
    "@controller('mine', forecasts=True)\n"
    "def mine(need_kwh, ahead, day, store, parameters, upto_kwh, value):\n"
    "    upto_kwh[:, 0] = store.battery.capacity_kwh\n"
    "    value[:, 0] = {worth}\n"
    "    return True\n"
)


def test_all_controllers_are_listed_and_each_is_explained():
    done = call("controllers")
    assert all(name in done.stdout for name in controllers())
    assert "the cheapest" in call("controllers", "time-of-use").stdout
    refused(call("controllers", "autopilot"), "unknown; choose one of")


def test_the_list_as_json_says_what_each_goes_by():
    listed = {one["name"]: one for one in json.loads(call("controllers", "--json").stdout)}
    assert set(listed) == set(controllers())
    assert listed["plan-ahead"]["forecasts"] is True
    assert listed["plan-ahead"]["horizon_h"] == 48
    assert [one["name"] for one in listed["time-of-use"]["parameters"]] == ["cheap", "dear"]


def test_a_controller_that_ignores_its_forecast_does_not_pass(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text(MINE.format(worth="0.3"))
    done = call("check", path, "--books", "5")
    assert done.exit_code == 1
    assert "broken  heeds" in done.stdout
    path.write_text(MINE.format(worth="0.1 * abs(need_kwh.mean())"))
    done = call("check", path, "--books", "5")
    assert done.exit_code == 0, done.output
