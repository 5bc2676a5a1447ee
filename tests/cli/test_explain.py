"""`jiran explain`: what happened in a step, in words and as data, and one sentence for everything that is wrong."""

from __future__ import annotations

import json

import numpy as np
import pytest

import jiran
from jiran.cli.explaining import MOST
from jiran.explain.step.money import gain
from jiran.explain.step.outcome import outcome_of_run
from jiran.explain.why import compare, explain, headline
from terminal import call

STEP = 8
MANY = {f"homes.groups.{kind}.count": 30 for kind in ("solar", "ev", "hybrid", "normal")}


@pytest.fixture(autouse=True)
def wide(monkeypatch, tmp_path):
    monkeypatch.setenv("COLUMNS", "400")
    monkeypatch.chdir(tmp_path)


def told(*arguments):
    done = call("explain", *map(str, arguments))
    assert done.exit_code == 0, done.output
    return done.stdout


def outcome(step=STEP, **overrides):
    return outcome_of_run(jiran.simulate(jiran.load_scenario("paper", overrides)), step)


def sentences(cleared, home):
    return [str(one) for one in (headline(cleared, home), *explain(cleared, home), *compare(cleared, home))]


def test_every_home_that_trades_is_explained_and_no_other():
    text, cleared = told("paper", "--step", STEP), outcome()
    for home, name in enumerate(cleared.book.names):
        said = all(line in text for line in sentences(cleared, home))
        assert said == bool(cleared.traded_kwh[home]), name
    assert text.count("Trade ") == len(cleared.pairs)
    assert str(gain(cleared)) in text
    assert "no kWh is lost" in text


def test_one_home_has_its_own_trades_and_reasons_and_no_others():
    text, cleared = told("paper", "--step", STEP, "--home", "E1"), outcome()
    home = cleared.book.names.index("E1")
    assert all(line in text for line in sentences(cleared, home))
    assert text.count("Trade ") == len(cleared.trades_of(home)) == 2
    assert "S1 sells 2.15 kWh for" not in text


def test_a_home_that_did_not_trade_is_told_why():
    assert "the buyers had nothing left when S5's turn came" in told("paper", "--step", STEP, "--home", "S5")


def test_another_rule_and_changed_values_are_those_of_a_run():
    text = told("paper", "--step", STEP, "--mechanism", "uniform-price", "--set", "market.k=0.25")
    assert "uniform-price, k 0.25" in text
    assert "0.25 × bid + 0.75 × ask" in text


def test_a_step_without_trades_says_so():
    assert "Nobody trades in this step: there is no seller" in told("paper", "--step", 0)


def test_json_has_the_step_as_the_run_made_it_and_nothing_else():
    found, cleared = json.loads(told("paper", "--step", STEP, "--json")), outcome()
    assert (found["step"], found["time"], found["rule"]) == (STEP, "Sat 21 Mar 08:00 to 09:00", "grid-fraction")
    assert [order["net_kwh"] for order in found["orders"]] == cleared.book.net_kwh.tolist()
    assert [trade["kwh"] for trade in found["trades"]] == cleared.trades.kwh.tolist()
    assert [trade["seller"] for trade in found["trades"]] == [cleared.book.names[one] for one in cleared.trades.seller]
    assert [order["price"] is None for order in found["orders"]] == (cleared.traded_kwh == 0.0).tolist()
    assert [one["text"] for one in found["homes"]["E1"]] == sentences(cleared, cleared.book.names.index("E1"))
    assert {one["form"] for one in found["rest"]} == {"step.rest", "step.money", "step.even"}


def test_of_many_homes_the_first_are_printed_and_all_are_in_the_data():
    changes = [part for key, value in MANY.items() for part in ("--set", f"{key}={value}")]
    text, data = told("paper", "--step", STEP, *changes), json.loads(told("paper", "--step", STEP, "--json", *changes))
    traded = int(np.count_nonzero(outcome(**MANY).traded_kwh))
    assert len(data["homes"]) == traded > MOST
    assert f"... and {traded - MOST} more homes. `--home NAME` explains any of them." in text


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--step", "24"), "jiran: step = 24: must be from 0 to 23, the steps of this run"),
        (("--step", "-1"), "jiran: step = -1: must be from 0 to 23, the steps of this run"),
        (("--step", STEP, "--home", "S9"), "jiran: home = 'S9': must be the name of a home of this run: S1, S2, "),
        (("--step", "noon"), "jiran: --step = 'noon': must be a whole number"),
        ((), "jiran: --step or --at: give one of them"),
        (("--step", STEP, "--mechanism", "no-rule"), "jiran: market rule 'no-rule': unknown"),
        (("--step", STEP, "--mechanism", "vcg", "--set", "market.mechanism=huang"), "jiran: --mechanism vcg: --set"),
    ],
)
def test_what_is_wrong_is_one_sentence_and_ends_with_2(arguments, said):
    done = call("explain", "paper", *map(str, arguments))
    assert done.exit_code == 2
    assert done.stdout == ""
    assert done.stderr.startswith(said)
    assert done.stderr.count("\n") == 1


def test_a_step_is_named_by_its_local_time():
    by_step = call("explain", "paper", "--step", 13, "--json").stdout
    assert call("explain", "paper", "--at", "13:20", "--json").stdout == by_step
    assert call("explain", "paper", "--at", "2026-03-21T13:00", "--json").stdout == by_step
    for wrong in (["--at", "noon"], ["--at", "2026-03-23T13:00"], [], ["--at", "13:00", "--step", "13"]):
        assert call("explain", "paper", *wrong).exit_code == 2


@pytest.mark.parametrize("step", [24, 26, 48, 60])
def test_no_home_that_trades_is_shown_with_nothing(step):
    short = (
        "paper",
        "--set",
        "step_minutes=15",
        "--set",
        "steps=96",
        "--set",
        "market.matching=pro-rata",
        "--step",
        step,
    )
    orders = {one["home"]: one for one in json.loads(told(*short, "--json"))["orders"]}
    lines = [line.split() for line in told(*short).splitlines()]
    rows = {line[0]: line for line in lines if len(line) == 6 and line[0] in orders and line[1] in ("sells", "buys")}
    assert rows.keys() == orders.keys()
    for home, (_, _, kwh, _, traded, _) in rows.items():
        for shown, meant in ((kwh, abs(orders[home]["net_kwh"])), (traded, orders[home]["traded_kwh"])):
            assert (float(shown) if shown != "-" else 0.0) == pytest.approx(meant, abs=0.00051)
            assert (shown == "-" or float(shown) == 0.0) == (meant <= 1e-9)
