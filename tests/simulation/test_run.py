from __future__ import annotations

import pickle
import subprocess
import sys
from importlib.resources import files

import numpy as np
import pytest

from jiran import load_scenario, simulate
from jiran.errors import MechanismError, ScenarioError
from jiran.homes.profiles import Profiles
from jiran.result.result import State
from strategies import changed, profiles, run, small

HEAD = "from jiran.market import mechanism\nfrom jiran.market.matching import record\n"
SIGNATURE = "def rule(net_kwh, limit_price, import_price, export_price, parameters, rng, trades):\n"


def one_sentence(error):
    text = str(error.value)
    return "\n" not in text and len(text) < 300


def broken(folder, body, *, compiled=False):
    """Run two homes for three steps under a rule with this body; H1 has 1 kWh, H2 needs 2."""
    path = folder / "rule.py"
    path.write_text(f"{HEAD}@mechanism('rule', compiled={compiled})\n{SIGNATURE}    {body}\n")
    return run([[0.0, 0.0], [1.0, -2.0], [1.0, -2.0]], market={"mechanism": str(path)})


@pytest.mark.parametrize(
    ("body", "message"),
    [
        pytest.param(
            "return record(trades, 0, 0, 1, 1.5, 0.4, 0.4) if net_kwh[0] else 0",
            "in step 1 it trades more than there is for home H1", id="seller has less",
        ),
        pytest.param(
            "return record(trades, 0, 1, 0, 1.0, 0.4, 0.4) if net_kwh[0] else 0",
            "in step 1 it lets home H2 sell, which has nothing to sell", id="buyer sells",
        ),
        pytest.param(
            "return record(trades, 0, 0, 0, 1.0, 0.4, 0.4) if net_kwh[0] else 0",
            "in step 1 it lets home H1 trade with itself", id="with itself",
        ),
        pytest.param(
            "return record(trades, 0, 0, 1, 0.5, 0.4, 0.4) + 1 if net_kwh[0] else 0",
            "in step 1 it returns a higher number of trades than it wrote: one of them is empty", id="one more than it wrote",
        ),
        pytest.param(
            "return record(trades, 0, 0, 7, 1.0, 0.4, 0.4) if net_kwh[0] else 0",
            "in step 1 it names number 7 as seller or buyer", id="unknown home",
        ),
        pytest.param(
            "return record(trades, 0, -1, 1, 1.0, 0.4, 0.4)", "in step 1 it names number -1 as seller or buyer", id="minus one",
        ),
        pytest.param(
            "return record(trades, 0, 0, 0, 0.0, 0.4, 0.4)", "in step 1 it lets home H1 trade with itself", id="nothing with itself",
        ),
        pytest.param(
            "return record(trades, 0, 1, 0, 0.0, 0.4, 0.4)", "in step 1 it lets home H2 sell", id="nothing the wrong way",
        ),
        pytest.param(
            "return record(trades, 0, 0, 1, 1.0, 0.0 / 0.0 if False else float('nan'), 0.4)",
            "in step 1 it writes a trade of home H1 whose energy or price is not a usable number", id="price not a number",
        ),
        pytest.param(
            "return record(trades, 0, 0, 1, -1.0, 0.4, 0.4)",
            "in step 1 it writes a trade of home H1 whose energy or price is not a usable number", id="negative energy",
        ),
        pytest.param("return 10**9", "in step 1 it returns a number of trades that it cannot have written", id="too many"),
        pytest.param("return -1", "in step 1 it returns a number of trades that it cannot have written", id="negative"),
        pytest.param("return {}['tariff']", "failed in step 1", id="fails"),
        pytest.param("trades[10**8].kwh = 1.0", "index 100000000 is out of bounds", id="beyond"),
        pytest.param("pass", "must return the number of trades that it wrote, and returned None", id="returns nothing"),
        pytest.param(
            "net_kwh[:] *= 2; return record(trades, 0, 0, 1, 1.5, 0.4, 0.4) if net_kwh[0] else 0",
            "in step 1 it trades more than there is for home H1", id="changes the orders",
        ),
        pytest.param("raise ValueError('one\\ntwo')", "one two", id="raises two lines"),
        pytest.param("import jiran; raise jiran.JiranError('needs more homes')", "': needs more homes", id="says it itself"),
    ],
)  # fmt: skip
def test_a_broken_rule_is_refused_in_one_sentence(tmp_path, body, message):
    with pytest.raises(MechanismError) as error:
        broken(tmp_path, body)
    assert message in str(error.value)
    assert one_sentence(error)


@pytest.mark.compiled
def test_a_compiled_rule_that_writes_beyond_the_buffer_is_an_error(tmp_path):
    with pytest.raises(MechanismError, match="index is out of bounds") as error:
        broken(tmp_path, "trades[10**8].kwh = 1.0; return 0", compiled=True)
    assert one_sentence(error)


def test_a_compiled_rule_that_records_beyond_the_buffer_does_not_crash_python(tmp_path):
    (tmp_path / "rule.py").write_text(
        f"{HEAD}@mechanism('rule')\n{SIGNATURE}    return record(trades, 10**8, 0, 1, 1.0, 0.4, 0.4)\n"
    )
    program = "import jiran; jiran.clear([1, -1], 'rule.py', import_price=0.5, export_price=0.2)"
    ended = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, check=False)  # noqa: S603  our own words
    assert ended.returncode == 1
    assert b"MechanismError: market rule 'rule': returns 100000001 trades" in ended.stderr


def test_a_rule_may_write_a_trade_for_every_seller_and_buyer(tmp_path):
    (tmp_path / "rule.py").write_text(
        f"{HEAD}@mechanism('rule', compiled=False)\n{SIGNATURE}"
        "    count = 0\n"
        "    for seller in (net_kwh > 0).nonzero()[0]:\n"
        "        for buyer in (net_kwh < 0).nonzero()[0]:\n"
        "            count = record(trades, count, seller, buyer, 0.1, 0.4, 0.4)\n"
        "    return count\n"
    )
    result = run([[1.0] * 5 + [-1.0] * 5] * 9, market={"mechanism": str(tmp_path / "rule.py")})
    assert result.trades.height == 9 * 25


def test_progress_runs_from_nothing_to_all_and_never_back():
    seen = []
    simulate(load_scenario("paper"), progress=seen.append)
    assert seen[0] == 0.0
    assert seen[-1] == 1.0
    assert seen == sorted(seen)


@pytest.mark.parametrize("after", [0.0, 0.4, 0.9])
def test_an_exception_in_progress_stops_the_run(after):
    class StoppedError(Exception):
        pass

    def stop(done):
        if done >= after:
            raise StoppedError

    with pytest.raises(StoppedError):
        simulate(load_scenario("paper"), progress=stop)


def test_a_slow_rule_reports_often_and_can_be_stopped(tmp_path):
    path, done = tmp_path / "slow.py", []
    path.write_text(
        f"import time\n{HEAD}@mechanism('slow', compiled=False)\n{SIGNATURE}    time.sleep(0.01)\n    return 0\n"
    )
    simulate(load_scenario("paper", {"market.mechanism": str(path), "steps": 200}), progress=done.append)
    assert len(done) > 8
    assert np.all(np.diff(done) >= 0)
    assert done[-1] == 1.0
    assert np.diff(done).max() <= 0.4


@pytest.mark.parametrize("room", [1, 30, 100])
def test_a_run_that_goes_on_when_its_room_for_trades_is_full_is_the_same_run(monkeypatch, room):
    scenario = load_scenario("paper", {"market.matching": "random-order", "ev.supply.enabled": True, "steps": 60})
    whole = simulate(scenario)
    monkeypatch.setattr("jiran.simulation.loop._FIRST_TRADES", room)
    parts = simulate(scenario)
    assert parts.digest == whole.digest
    assert parts.kpis == whole.kpis


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (Profiles(*(np.zeros((2, 2)),) * 3), r"profiles.generation_kwh = \(2, 2\): must be an array of shape \(1, 2\)"),
        (
            Profiles(np.zeros((1, 2)), np.full((1, 2), -1.0), np.zeros((1, 2))),
            r"profiles.load_kwh = -1.0: must hold finite numbers >= 0",
        ),
        (Profiles(np.zeros((1, 2)), np.full((1, 2), np.nan), np.zeros((1, 2))), "must hold finite numbers"),
    ],
)
def test_profiles_that_cannot_be_used_are_refused(given, message):
    with pytest.raises(ScenarioError, match=message):
        simulate(small(2, 1), profiles=given)


def test_the_profiles_that_were_given_are_not_changed():
    given = profiles([[3.0, -1.0]])
    before = [array.copy() for array in vars(given).values()]
    simulate(small(2, 1, battery={"capacity_kwh": 1}), profiles=given)
    assert all(np.array_equal(one, other) for one, other in zip(before, vars(given).values(), strict=True))


def test_the_flows_of_a_run_can_be_the_profiles_of_another():
    first = run([[3.0, -1.0]])
    given = Profiles(*(first.flows[name] for name in ("generation_kwh", "load_kwh", "ev_kwh")))
    assert simulate(first.scenario, profiles=given).digest == first.digest


def test_a_run_starts_from_the_state_that_it_is_given():
    scenario = small(1, 1, battery={"capacity_kwh": 5, "discharge_kw": 9})
    state = State(3.0, np.empty(0))
    result = simulate(scenario, profiles=profiles([[-4.0]]), state=state)
    assert result.steps["battery_discharge_kwh"].to_list() == [3.0]
    assert (result.start.stored_kwh, result.state.stored_kwh) == (3.0, 0.0)


def test_evs_of_a_chain_of_days_go_on_where_they_were():
    table = {"ev.supply.enabled": True, "ev.supply.trip_kwh": 0, "steps": 48, "grid.export_price": 0.1}
    whole = simulate(load_scenario("paper", table))
    given = whole.flows.profiles
    day = changed(whole.scenario, steps=24)
    parts = [Profiles(*(array[cut].copy() for array in vars(given).values())) for cut in (slice(24), slice(24, 48))]
    one = simulate(day, profiles=parts[0])
    two = simulate(day, profiles=parts[1], state=one.state)
    stored = np.concatenate([run.flows.outputs.ev_stored_kwh for run in (one, two)])
    assert np.array_equal(whole.flows.outputs.ev_stored_kwh, stored)
    assert whole.flows.trades.tolist() == one.flows.trades.tolist() + two.flows.trades.tolist()


def test_sellers_and_buyers_that_lose_by_trading_are_warned_of():
    sellers = run([[1.0, -2.0]], grid__export_price=0.45).warnings
    buyers = run([[1.0, -2.0]], grid__network_charge=0.2).warnings
    assert sellers == ("1.00 kWh were sold to neighbours below the grid's export price: sellers lose by trading there",)
    assert buyers == (
        "1.00 kWh were bought from neighbours above the grid's import price: buyers lose by trading there",
    )


def test_a_saving_that_only_empties_the_battery_is_warned_of():
    battery = {"capacity_kwh": 5, "discharge_kw": 9, "start_soc": 1}
    (warning,) = run([[-4.0]], battery=battery).warnings
    assert warning.startswith("the battery ends with 4.00 kWh less than it began with")


def test_nobody_is_warned_at_the_very_export_price():
    assert run([[1.0, -2.0]], grid__export_price=0.4).warnings == ()


def test_a_run_says_what_it_knew_of_its_tariff_also_if_the_file_changes_later(tmp_path):
    file = tmp_path / "own.toml"
    text = (files("jiran.tariffs") / "grid" / "my-tnb-rp4-domestic-general.toml").read_text(encoding="utf-8")
    file.write_text(text, encoding="utf-8")
    scenario = load_scenario("paper", {"grid.tariff": str(file), "start": "2031-01-01"})
    before = simulate(scenario).warnings
    assert before
    result = simulate(scenario)
    file.write_text(text.replace("valid_to", "# valid_to"), encoding="utf-8")
    assert result.warnings == before


def test_a_result_that_is_stored_and_loaded_says_the_same():
    result = simulate(load_scenario("paper", {"market.mechanism": "pay-as-bid"}))
    assert pickle.loads(pickle.dumps(result)).warnings == result.warnings != ()  # noqa: S301  our own
