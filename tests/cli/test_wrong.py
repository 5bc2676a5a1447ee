"""What a newcomer gets wrong: one sentence that calls it as it was given, says what is allowed, and what was meant."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

import jiran
from jiran.control import controllers, forecasts
from jiran.errors import meant, one_of
from jiran.scenario.files import presets
from jiran.tariffs import tariffs
from terminal import call, refused

TARIFF = "my-tnb-rp4-domestic-tou"


@pytest.fixture(autouse=True)
def alone(monkeypatch, tmp_path):
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (
            ("--import-kwh", "100", "--peak-kwh", "300"),
            "--peak-kwh = 300.0: must not be more than the whole import, 100 kWh",
        ),
        (("--import-kwh", "-1"), "--import-kwh = -1.0: must be from 0"),
        (("--import-kwh", "1", "--export-kwh", "-1"), "--export-kwh = -1.0: must be from 0"),
        (("--import-kwh", "1", "--demand-kw", "-1"), "--demand-kw = -1.0: must be from 0"),
        (("--import-kwh", "1", "--peak-kwh", "-1"), "--peak-kwh = -1.0: must be from 0"),
    ],
)
def test_a_bill_calls_what_is_wrong_as_the_option_that_gave_it(options, said):
    refused(call("bill", TARIFF, *options), said)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ("meters", "simulate", "paper", "--broker", "x", "--speed", "nan"),
            "--speed = 'nan': must be a number from 0 to 1000000",
        ),
        (
            ("meters", "simulate", "paper", "--broker", "x", "--drop", "NaN"),
            "--drop = 'NaN': must be a number from 0 to 1;",
        ),
        (
            ("live", "paper", "--demo", "--folder", "there"),
            "there: must be a folder, to keep a live street in, and not",
        ),
        (("sweep", "paper", "-o", "x"), "as --vary market.fraction=0.5:0.9:0.1, or several seeds, as --seeds 30"),
        (("data", "nofile.csv"), "nofile.csv: there is no such file\n"),
        (("data", "no*.csv"), "no*.csv: no file fits this pattern\n"),
        (("run", "kampong"), "did you mean kampung?"),
        (("run", "Paper"), "did you mean paper?"),
        (("run", "paper", "--set", "market.mechanism=mcafe"), "did you mean mcafee?"),
        (("run", "paper", "--set", "bids.strategy=price-takr"), "did you mean price-taker?"),
        (("run", "paper", "--set", "battery.controller=plan-ahed"), "did you mean plan-ahead?"),
        (("controllers", "plan-ahed"), "did you mean plan-ahead?"),
        (("forecasts", "mean-of-day"), "did you mean mean-of-days?"),
        (("bill", TARIFF.replace("-tou", "-tuo"), "--import-kwh", "1"), f"did you mean {TARIFF}?"),
        (("run", "paper", "--set", "markt.fraction=0.5"), "did you mean market?"),
        (("run", "paper", "--set", "grid.import_prise=0.5"), "did you mean import_price?"),
    ],
)
def test_what_a_newcomer_gets_wrong_is_said_so_that_it_can_be_mended(tmp_path, arguments, said):
    (tmp_path / "there").write_text("a file", encoding="utf-8")
    refused(call(*arguments), said)
    assert [one.name for one in tmp_path.iterdir()] == ["there"]


STRATEGY = """
from jiran.bids import strategy

@strategy("shade")
def shade(net_kwh, floor_price, cap_price, traits, parameters, rng, memory, value_price, limit_price):
    "Bid as it is."
"""
RULE = """
import jiran

@jiran.mechanism("none")
def none(net_kwh, limit_price, import_price, export_price, parameters, rng, trades):
    "Trade nothing."
    return 0
"""


@pytest.mark.parametrize(("text", "held"), [("x = 1", ""), (STRATEGY, "; it holds the bidding strategy 'shade'")])
def test_a_file_that_holds_nothing_to_check_is_told_what_it_holds(tmp_path, text, held):
    (tmp_path / "own.py").write_text(text, encoding="utf-8")
    said = "own.py: must define one function decorated with @mechanism, @forecast or @controller"
    refused(call("check", "own.py"), f"{said}{held}\n")


CONTROLLER = """
from jiran.control import controller

@controller("plan-ahead", direct=True)
def mine(need_kwh, stored_kwh, import_price, export_price, store, parameters):
    "Do nothing."
    return 0.0
"""


def test_a_controller_of_a_name_that_is_taken_is_not_told_to_be_no_rule(tmp_path):
    """As where a file is checked once more after its package was installed."""
    (tmp_path / "own.py").write_text(CONTROLLER, encoding="utf-8")
    for command in ("check", "controllers"):
        refused(call(command, "own.py"), "controller 'own.py': calls itself 'plan-ahead', which is the name of another")


def test_a_file_of_another_kind_than_asked_for_is_told_what_it_holds(tmp_path):
    (tmp_path / "own.py").write_text(RULE, encoding="utf-8")
    refused(call("controllers", "own.py"), "decorated with @controller, has 0; it holds the market rule 'none'")


def test_a_broker_that_refuses_is_told_in_words():
    shown = call("live", "paper", "--broker", "127.0.0.1:1")
    refused(shown, "127.0.0.1:1: cannot be reached, or refuses: nothing listens at this address; is the broker running")
    assert "Errno" not in shown.stderr
    assert "Error" not in shown.stderr


NAMES = [
    name for names in (presets(), jiran.mechanisms(), controllers(), forecasts(), tariffs()) for name in sorted(names)
]


@given(st.data())
def test_a_name_with_one_letter_changed_is_proposed_again(data):
    name = data.draw(st.sampled_from(NAMES))
    place, letter = (
        data.draw(st.integers(0, len(name) - 1)),
        data.draw(st.sampled_from(string.ascii_letters + string.digits)),
    )
    wrong = f"{name[:place]}{letter}{name[place + 1 :]}"
    if wrong not in NAMES and len(name) > 4:
        assert meant([name, "zzzzzzzzzzzz"], wrong) == f"; did you mean {name}?"


def test_what_is_like_no_name_proposes_none():
    assert one_of(["paper", "kampung"], "xyz") == one_of(["paper", "kampung"], 3) == "must be one of paper, kampung"
