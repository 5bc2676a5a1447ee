# ruff: noqa: ARG001  a rule has seven arguments, used or not
from __future__ import annotations

import os
import subprocess
import sys
from types import SimpleNamespace

import pytest

from jiran import load_scenario
from jiran.errors import JiranError, MechanismError, ScenarioError
from jiran.market import Mechanism, find, mechanism, mechanisms
from jiran.plugins import registry

HEAD = "from jiran.market import mechanism, Parameter\n"
RULE = (
    "@mechanism('{name}', compiled=False)\n"
    "def {name}(net_kwh, limit_price, import_price, export_price, parameters, rng, trades):\n"
    "    return {returned}\n"
)


def fresh():
    return registry.Registry(Mechanism, "jiran.market.rules", "jiran.mechanisms", "@mechanism")


def rule(name="rule", returned="0"):
    return RULE.format(name=name, returned=returned)


@pytest.fixture
def file(tmp_path):
    def write(text, name="my_rule.py"):
        path = tmp_path / name
        path.write_text(text)
        return str(path)

    return write


def test_the_rules_of_the_package_are_found_by_name_in_order():
    known = mechanisms()
    assert {"grid-fraction", "grid-only"} <= set(known)
    assert list(known) == sorted(known)
    assert all(name == found.name and found.description for name, found in known.items())


def test_an_unknown_name_is_refused_with_the_known_ones():
    with pytest.raises(MechanismError, match=r"unknown; choose one of .*grid-fraction.* or a file that ends in .py"):
        find("auction-of-dreams")


def test_a_file_with_one_rule_is_a_rule(file):
    found = find(file(HEAD + rule()))
    assert found.name == "rule"
    assert not found.trusted


def test_a_rule_that_a_file_only_imports_is_not_the_file_s(file):
    found = find(file(HEAD + "from jiran.market.rules.fixed_price import grid_only\n" + rule()))
    assert found.name == "rule"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("def rule(:\n", r"is not valid Python: .* \(line 1\)", id="syntax error"),
        pytest.param("import no_such_library\n", "cannot be loaded: ModuleNotFoundError", id="missing library"),
        pytest.param("raise SystemError('x')\n", "cannot be loaded: SystemError: x", id="fails when loaded"),
        pytest.param(HEAD, "must define one function decorated with @mechanism, has 0", id="no rule"),
        pytest.param(HEAD + rule("one") + rule("two"), "must define one function .* has 2", id="two rules"),
        pytest.param("from jiran.market.rules.fixed_price import grid_only\n", "has 0", id="only an imported rule"),
        pytest.param("raise ValueError('one\\ntwo')\n", "cannot be loaded: ValueError: one two", id="fails in two lines"),
        pytest.param("\0", "is not valid Python|cannot be loaded", id="not text"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_used_is_refused_in_one_sentence(file, text, message):
    with pytest.raises(MechanismError, match=message) as error:
        find(file(text))
    assert "\n" not in str(error.value)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(MechanismError, match="there is no such file"):
        find(str(tmp_path / "none.py"))


def test_a_file_that_has_changed_is_read_again(file):
    path = file(HEAD + rule("one"))
    assert find(path).name == "one"
    file(HEAD + rule("two"))
    os.utime(path, ns=(1, 1))
    assert find(path).name == "two"


@pytest.mark.parametrize(
    ("market", "message"),
    [
        (
            {"mechanism": "grid-fraction", "fraction": 1.0},
            r"market\.fraction = 1\.0: must be a number above 0 and below 1",
        ),
        (
            {"mechanism": "grid-fraction", "matching": "by-name"},
            r"market\.matching = 'by-name': must be one of index-order",
        ),
        (
            {"mechanism": "grid-only", "fraction": 0.5},
            r"market\.fraction = 0\.5: unknown parameter; grid-only has: none",
        ),
        ({"mechanism": 3}, r"market\.mechanism = 3: must be the name of a market rule"),
        ({"mechanism": "no-rule"}, "market rule 'no-rule': unknown"),
    ],
)
def test_a_scenario_s_market_is_checked_against_its_rule(market, message):
    with pytest.raises(JiranError, match=message) as error:
        load_scenario("paper", {"market": market})
    assert "\n" not in str(error.value)


def test_a_rule_s_own_parameters_stand_in_the_scenario(file):
    path = file(HEAD + rule().replace("compiled=False", "compiled=False, fee=Parameter(0.1, 'a fee', ge=0)"))
    scenario = load_scenario("paper", {"market": {"mechanism": path}})
    assert scenario.market.parameters == {"fee": 0.1}
    with pytest.raises(ScenarioError, match=r"market\.fee = -1: must be a number at least 0"):
        load_scenario("paper", {"market": {"mechanism": path, "fee": -1}})


def test_a_compiled_rule_from_a_file_runs_in_the_next_process_too(file, tmp_path):
    file(HEAD + rule().replace(", compiled=False", ""))
    program = "import jiran; jiran.clear([1, -1], 'my_rule.py', import_price=0.5, export_price=0.2)"
    for _ in range(2):
        ended = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, check=False)  # noqa: S603
        assert ended.returncode == 0, ended.stderr.decode()


def test_rules_of_installed_packages_are_found(monkeypatch):
    @mechanism("from-a-package")
    def packaged(net_kwh, limit_price, import_price, export_price, parameters, rng, trades):
        """Trade nothing."""
        return 0

    entry = SimpleNamespace(name="from-a-package", value="package:rule", load=lambda: packaged)
    monkeypatch.setattr(registry, "entry_points", lambda group: [entry] if group == "jiran.mechanisms" else [])
    found = fresh().installed()
    assert found["from-a-package"].trusted is False
    assert "grid-fraction" in found


def test_an_entry_point_that_is_no_rule_is_refused(monkeypatch):
    entry = SimpleNamespace(name="odd", value="package:rule", load=lambda: print)
    monkeypatch.setattr(registry, "entry_points", lambda group: [entry])  # noqa: ARG005
    with pytest.raises(
        MechanismError, match="'odd': entry point package:rule is not a function decorated with @mechanism"
    ):
        fresh().installed()


@pytest.mark.parametrize("name", ["grid-only", "vcg"])
def test_a_file_does_not_take_the_name_of_another_rule(file, name):
    path = file(HEAD + rule().replace("'rule'", repr(name)))
    with pytest.raises(MechanismError, match=rf"my_rule\.py': calls itself '{name}', which is the name of another"):
        find(path)
    assert find(name).trusted


def test_a_package_does_not_take_the_name_of_another_rule(monkeypatch):
    theirs = mechanism("vcg", compiled=False)(lambda *_given: 0)
    entry = SimpleNamespace(name="theirs", value="package:rule", load=lambda: theirs)
    monkeypatch.setattr(registry, "entry_points", lambda group: [entry])  # noqa: ARG005
    with pytest.raises(MechanismError, match="'theirs': calls itself 'vcg', which is the name of another"):
        fresh().installed()


@pytest.mark.parametrize(
    "text",
    [
        "@mechanism('a b', properties=('fair',))\ndef a(): pass\n",
        "@mechanism(3)\ndef a(): pass\n",
        "@mechanism('a b', p=Parameter('x', ''))\ndef a(): pass\n",
        "from jiran.errors import ScenarioError\nraise ScenarioError('a', 1, 'must be 2')\n",
    ],
)
def test_what_cannot_be_declared_is_told_without_its_prefix_said_twice(file, text):
    with pytest.raises(MechanismError) as error:
        find(file(HEAD + text))
    assert str(error.value).count("market rule") == 1
    assert "Error" not in str(error.value)
