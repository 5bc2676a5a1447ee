"""Strategies of your own: from a file, from a package, and what is said of bad ones."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from bidding import ALL, HEAD, SIGNATURE
from jiran import load_scenario, simulate
from jiran.bids import Strategy, find, strategies, strategy
from jiran.errors import JiranError, MechanismError, ScenarioError, StrategyError
from jiran.plugins import registry
from strategies import run

MIDDLE = (
    "@strategy('middle', compiled={compiled}, way=Parameter(0.5, 'how far', ge=0, le=1))\n"
    f"def middle{SIGNATURE}"
    "    limit_price[:] = floor_price + parameters[0] * (cap_price - floor_price)\n"
)


def body(text, *, compiled=False):
    return f"{HEAD}@strategy('bad', compiled={compiled})\ndef bad{SIGNATURE}    {text}\n"


@pytest.fixture
def file(tmp_path):
    def write(text, name="my_bids.py"):
        path = tmp_path / name
        path.write_text(text)
        return str(path)

    return write


def fresh():
    return registry.Registry(Strategy, "jiran.bids", "jiran.strategies", "@strategy")


def one_sentence(error):
    return "\n" not in str(error.value) and len(str(error.value)) < 400


def test_the_strategies_of_the_package_are_found_by_name_in_order():
    known = strategies()
    assert {"linear-ramp", "price-taker", "truthful", "zero-intelligence", "zero-intelligence-plus"} <= {*known}
    assert list(known) == sorted(known)
    assert all(
        found.name == name and found.description.endswith(".") and found.trusted for name, found in known.items()
    )
    assert [name for name, found in known.items() if found.at_tariff] == ["price-taker"]
    assert {"linear-ramp", "zero-intelligence-plus"} <= {name for name, found in known.items() if found.learns}


@pytest.mark.parametrize("compiled", [True, False])
def test_a_strategy_from_a_file_bids_with_its_own_parameters(file, compiled):
    path = file(HEAD + MIDDLE.format(compiled=compiled))
    chosen = {"strategy": path, "way": 0.25}
    result = run([[1.0, -1.0]], bids=chosen, market={"mechanism": "uniform-price"})
    assert not find(path).trusted
    assert result.scenario.bids.parameters == {"way": 0.25}
    assert result.flows.outputs.limit_price.tolist() == [[pytest.approx(0.275)] * 2]
    assert result.flows.outputs.value_price.tolist() == [[0.2, 0.5]]
    assert result.trades["buyer_price"].to_list() == [pytest.approx(0.275)]
    with pytest.raises(ScenarioError, match=r"bids\.way = 2: must be a number at least 0 and at most 1"):
        run([[1.0, -1.0]], bids={"strategy": path, "way": 2})


def test_a_strategy_s_file_stands_relative_to_the_scenario_s_folder(file, tmp_path, monkeypatch):
    file(HEAD + MIDDLE.format(compiled=False))
    groups = 'homes.groups = [{ kind = "solar" }, { kind = "ev" }]\n'
    (tmp_path / "street.toml").write_text(f'name = "street"\n{groups}[bids]\nstrategy = "my_bids.py"\nway = 0.75\n')
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    scenario = load_scenario("../street.toml")
    assert scenario.bids.parameters == {"way": 0.75}
    assert Path(scenario.bids.strategy).samefile(tmp_path / "my_bids.py")
    assert simulate(scenario).flows.outputs.limit_price.shape == (24, 2)
    other = load_scenario("../street.toml", {"bids.strategy": "truthful"})
    assert other.bids.parameters == {"spread": 1.0}


def test_a_file_that_has_changed_is_read_again(file):
    path = file(HEAD + MIDDLE.format(compiled=False))
    assert find(path).name == "middle"
    file(HEAD + MIDDLE.format(compiled=False).replace("'middle'", "'other'"))
    os.utime(path, ns=(1, 1))
    assert find(path).name == "other"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("def x(:\n", r"bidding strategy .*: is not valid Python: .* \(line 1\)"),
        ("import no_such_library\n", "cannot be loaded: ModuleNotFoundError"),
        (HEAD, "must define one function decorated with @strategy, has 0"),
        (HEAD + MIDDLE.format(compiled=False) + body("pass"), "must define one function .* has 2"),
        ("from jiran.market.rules.fixed_price import grid_only\n", "decorated with @strategy, has 0"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_in_one_sentence(file, text, message):
    with pytest.raises(StrategyError, match=message) as error:
        find(file(text))
    assert one_sentence(error)


@pytest.mark.parametrize(
    ("bids", "message"),
    [
        ({"strategy": "clever"}, "bidding strategy 'clever': unknown; choose one of .*linear-ramp, price-taker"),
        ({"strategy": "gone.py"}, "bidding strategy 'gone.py': there is no such file"),
        ({"strategy": 3}, r"bids\.strategy = 3: must be the name of a bidding strategy"),
        ("truthful", "bids = 'truthful': must be a table"),
        ({"spread": 1}, r"bids\.spread = 1: unknown parameter; price-taker has: none"),
        ({"strategy": "truthful", "spread": 1.5}, r"bids\.spread = 1\.5: must be a number at least 0 and at most 1"),
        ({"strategy": "truthful", "spread": float("nan")}, r"bids\.spread = nan: must be a number"),
        ({"strategy": "linear-ramp", "steps": 0}, r"bids\.steps = 0: must be a number at least 1"),
        ({"strategy": "grid-fraction"}, "bidding strategy 'grid-fraction': unknown"),
    ],
)
def test_a_scenario_s_bids_are_checked_against_the_strategy(bids, message):
    with pytest.raises(JiranError, match=message) as error:
        load_scenario("paper", {"bids": bids})
    assert one_sentence(error)


def test_a_new_strategy_leaves_out_the_parameters_of_the_old_one(tmp_path):
    path = tmp_path / "s.toml"
    path.write_text('name = "s"\nhomes.groups = [{kind = "solar"}]\n[bids]\nstrategy = "linear-ramp"\nsteps = 9\n')
    assert load_scenario(path).bids.parameters == {"steps": 9.0, "start": 0.25, "spread": 0.0}
    assert load_scenario(path, {"bids.strategy": "truthful"}).bids.parameters == {"spread": 1.0}
    assert load_scenario(path, {"bids.strategy": "linear-ramp"}).bids.parameters["steps"] == 9.0


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("limit_price[1] = float('nan')", "bidding strategy 'bad': in step 0 it bids no usable price for home H2"),
        ("value_price[1] = -float('inf')", "bidding strategy 'bad': in step 0 it bids no usable price for home H2"),
        ("limit_price[net_kwh.size + 9] = 1.0", "bidding strategy 'bad': failed in step 0: IndexError"),
        ("raise ValueError('one two')", "bidding strategy 'bad': failed in step 0: ValueError: one two"),
    ],
)
def test_a_strategy_that_fails_in_a_run_is_named_and_not_the_market_rule(file, text, message, compiled):
    with pytest.raises(StrategyError, match=message) as error:
        run([[1.0, -1.0]], bids={"strategy": file(body(text, compiled=compiled))})
    assert one_sentence(error)


@pytest.mark.compiled
def test_a_strategy_that_does_not_compile_is_refused_in_one_sentence(file):
    with pytest.raises(StrategyError, match=r"^bidding strategy 'bad': does not compile: .*\(line \d+\)") as error:
        run([[1.0, -1.0]], bids={"strategy": file(body("limit_price[0] = open('x')", compiled=True))})
    assert one_sentence(error)


def test_of_two_that_are_not_jirans_both_are_named(file):
    rule = file(
        "from jiran.market import mechanism\n@mechanism('own', compiled=False)\n"
        "def own(net_kwh, limit_price, import_price, export_price, parameters, rng, trades):\n    return 0\n",
        "rule.py",
    )
    with pytest.raises(MechanismError, match="market rule 'own': or the bidding strategy 'bad' failed in step"):
        run([[1.0, -1.0]], bids={"strategy": file(body("raise ValueError"))}, market={"mechanism": rule})


def test_a_strategy_cannot_change_what_the_run_stands_on(file):
    greedy = "net_kwh[:] = 9.0; traits[:] = 0.0"
    changing = run([[1.0, -2.0]], bids={"strategy": file(body(greedy))})
    honest = run([[1.0, -2.0]])
    assert changing.flows.trades.tolist() == honest.flows.trades.tolist()


def packaged(load):
    return SimpleNamespace(name="theirs", value="package:bids", load=load)


def test_strategies_of_installed_packages_are_found(monkeypatch):
    @strategy("theirs", compiled=False)
    def theirs(net_kwh, floor_price, cap_price, traits, parameters, rng, memory, value_price, limit_price):
        """Bid the tariff."""

    monkeypatch.setattr(
        registry, "entry_points", lambda group: [packaged(lambda: theirs)] if group == "jiran.strategies" else []
    )
    found = fresh().installed()
    assert found["theirs"].trusted is False
    assert set(ALL) < set(found)


def broken():
    raise ImportError("no module\nnamed x")


@pytest.mark.parametrize(
    ("load", "message"),
    [
        (lambda: print, "'theirs': entry point package:bids is not a function decorated with @strategy"),
        (broken, "'theirs': entry point package:bids cannot be loaded: ImportError: no module named x"),
    ],
)
def test_an_entry_point_that_is_no_strategy_is_refused_in_one_sentence(monkeypatch, load, message):
    monkeypatch.setattr(registry, "entry_points", lambda group: [packaged(load)])  # noqa: ARG005
    with pytest.raises(StrategyError, match=message) as error:
        fresh().installed()
    assert one_sentence(error)


def test_the_draws_of_a_strategy_and_of_a_rule_are_apart(file):
    """A strategy that draws a thousand lots leaves a rule that draws lots as it was."""
    drawing = file(body("rng.random(1000)"))
    net = np.tile([1.0, 1.0, -1.0, -1.0, -1.0], (20, 1))
    lots = {"mechanism": "random-p2p"}
    one, two = (run(net, market=lots, bids={"strategy": bids}) for bids in ("price-taker", drawing))
    assert one.flows.trades.tolist() == two.flows.trades.tolist()
    assert one.state.rng == two.state.rng
    assert one.state.bid_rng != two.state.bid_rng


def test_a_file_does_not_take_the_name_of_another_strategy(file):
    path = file(body("pass").replace("'bad'", "'truthful'"))
    with pytest.raises(StrategyError, match="calls itself 'truthful', which is the name of another"):
        find(path)
