"""Forecasts on the command line: listed, explained, checked."""

from __future__ import annotations

import json

import pytest

from jiran.control import forecasts
from terminal import call, refused

PEEKS = (
    "from jiran.control import forecast\n"
    "@forecast('peeks', compiled=False)\n"
    "def peeks(past_kwh, day, parameters, need_kwh):\n"
    "    {body}\n"
)


@pytest.fixture
def write(tmp_path):
    def file(body):
        path = tmp_path / "mine.py"
        path.write_text(PEEKS.format(body=body))
        return str(path)

    return file


def test_all_forecasts_are_listed_and_each_is_explained():
    done = call("forecasts")
    assert all(name in done.stdout for name in forecasts())
    assert "days of the past" in call("forecasts", "mean-of-days").stdout
    refused(call("forecasts", "crystal-ball"), "unknown; choose one of")


def test_the_list_as_json_says_which_forecast_is_a_bound():
    listed = json.loads(call("forecasts", "--json").stdout)
    assert [one["name"] for one in listed if one["foresight"]] == ["perfect"]
    assert {one["name"] for one in listed} == set(forecasts())


def test_a_forecast_that_peeks_is_found_out(write):
    done = call("check", write("need_kwh[:] = past_kwh.base[past_kwh.size]"), "--books", "10")
    assert done.exit_code == 1
    assert "broken  nobody peeks" in done.stdout
    assert "10 random series" in done.stdout


def test_one_that_does_not_is_not(write):
    done = call("check", write("need_kwh[:] = past_kwh[-1]"), "--books", "10")
    assert done.exit_code == 0, done.output


def test_a_forecast_that_does_not_come_back_is_given_up(write):
    done = call("check", write("import os; os.kill(os.getpid(), 9)"), "--books", "10")
    assert done.exit_code == 1
    assert "ends the program (exit code -9) while it is asked about series 0" in done.stdout


def test_a_forecast_that_asks_for_the_end_has_failed(write):
    done = call("check", write("import os; os._exit(0)"), "--books", "10")
    assert done.exit_code == 1
    assert "failed: SystemExit: 0" in done.stdout
