"""A rule or strategy says everything about itself: no other file knows it by name."""
# ruff: noqa: ARG001  a rule has seven arguments, used or not

from __future__ import annotations

import ast
import inspect
from pathlib import Path

import numpy as np
import pytest

import jiran
from jiran.bids import strategies
from jiran.market import find, mechanism, mechanisms
from jiran.market.base import PROPERTIES
from jiran.market.family import FAMILIES, OWN
from jiran.market.pairing import AFTERWARDS, AS_MADE, Cleared

SOURCE = Path(jiran.__file__).parent
PLUGINS = {**mechanisms(), **strategies()}
#: Declared once each: the defaults of a scenario, the baseline, and with what a class begins; robots have names of their own.
DECLARED = {"DEFAULT_RULE", "BASELINE", "DEFAULT_STRATEGY", "FIRST_RULE", "ROBOTS"}


def own_file(plugin):
    return Path(inspect.getsourcefile(plugin.function))


def docstrings(tree):
    """Return the nodes that are docstrings: examples for readers may name a rule."""
    bodies = [node.body for node in ast.walk(tree) if hasattr(node, "body") and isinstance(node.body, list)]
    return {id(line.value) for body in bodies for line in body if isinstance(line, ast.Expr)}


def declarations(tree):
    """Return the nodes of the values of `DECLARED`."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = {part.id for target in targets for part in ast.walk(target) if isinstance(part, ast.Name)}
            if names and names <= DECLARED:
                found |= {id(part) for part in ast.walk(node.value)}
    return found


def test_no_file_but_its_own_names_a_rule_or_strategy():
    names = {name: own_file(plugin) for name, plugin in PLUGINS.items() if name not in PROPERTIES}
    assert len(names) > 20
    found = []
    for file in SOURCE.rglob("*.py"):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        allowed = docstrings(tree) | declarations(tree)
        found += [
            f"{file.relative_to(SOURCE)}:{node.lineno} {node.value}"
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in allowed
            for name, own in names.items()
            if own != file and (node.value == name or ("-" in name and name in node.value))
        ]
    assert found == []


@pytest.mark.parametrize("name", PLUGINS)
def test_what_a_plugin_says_of_itself_is_whole(name):
    plugin = PLUGINS[name]
    assert plugin.description.endswith(".")
    assert plugin.title[0].isupper()
    assert plugin.plain_name
    assert sum(other.title == plugin.title for other in PLUGINS.values()) == 1


@pytest.mark.parametrize("name", mechanisms())
def test_a_rule_of_jiran_has_a_family(name):
    assert find(name).family in FAMILIES
    assert find(name).family != OWN


#: Rules whose price is where haggling stops, or that of another group of homes, or of nobody.
WITHOUT_FORMULA = {"consensus", "muda", "grid-only"}


def test_every_rule_of_jiran_says_its_price_as_a_formula_where_there_is_one():
    formulas = {name: rule.formula for name, rule in mechanisms().items()}
    assert {name for name, formula in formulas.items() if formula is None} == WITHOUT_FORMULA
    for formula in filter(None, formulas.values()):
        for latex in (formula.symbols, formula.seller_symbols):
            assert "|" not in latex  # would end a cell of a table
            depths = [latex[:end].count("{") - latex[:end].count("}") for end in range(len(latex) + 1)]
            assert min(depths) == depths[-1] == 0


@pytest.mark.parametrize(
    "name", sorted({name for name, rule in mechanisms().items() if not rule.reprice} - WITHOUT_FORMULA)
)
def test_a_formula_gives_the_seller_another_price_only_if_trades_have_one(name):
    formula, rng = find(name).formula, np.random.default_rng(1)
    books = [(rng.normal(size=6).round(2), rng.uniform(0.2, 0.5, 6)) for _ in range(40)]
    margins = [
        found.buyer_price - found.seller_price
        for net, limits in books
        for found in [jiran.clear(net, name, limit_price=limits, import_price=0.5, export_price=0.2)]
    ]
    assert bool(formula.seller_symbols) == (max(np.abs(np.concatenate(margins))) > 1e-9)


def test_a_formula_with_the_numbers_of_a_step_comes_to_the_price_of_its_trades():
    rule = find("grid-fraction")
    found = jiran.clear([1.0, -2.0], "grid-fraction", import_price=0.5, export_price=0.2, fraction=0.7)
    shown, price = rule.formula.numbers(rule.values({"fraction": 0.7}), 0.5, 0.2)
    assert shown == r"0.7 \times 0.50"
    assert found.buyer_price.tolist() == found.seller_price.tolist() == [pytest.approx(price)]


def test_every_family_is_that_of_a_rule_and_looks_like_no_other():
    assert {rule.family for rule in mechanisms().values()} | {OWN} == set(FAMILIES)
    for part in zip(*FAMILIES, strict=True):
        assert len(set(part)) == len(FAMILIES)


def test_newcomers_see_four_rules_of_different_families_and_one_of_the_textbook():
    telling = [rule for rule in mechanisms().values() if rule.telling]
    assert len({rule.family for rule in telling}) == len(telling) == 4
    assert [rule.name for rule in mechanisms().values() if rule.textbook] == ["uniform-price"]


def test_lots_may_depend_on_parameters_and_on_the_number_of_orders():
    matching = find("grid-fraction")
    drawn = {way for way in matching.parameters["matching"].choices if matching.by_chance(2, {"matching": way})}
    assert drawn == {"random-order"}
    assert [find("shapley").by_chance(orders, {}) for orders in (12, 13)] == [False, True]


@pytest.mark.parametrize("name", strategies())
def test_a_strategy_that_declares_no_lots_bids_the_same_with_other_random_numbers(name):
    plugin, rng = strategies()[name], np.random.default_rng(0)
    net = np.array([1.0, -2.0, 0.5, -0.5])
    memory = np.zeros((4, 12))
    memory[:, :4] = rng.random((4, 4))

    def bids(seed):
        value, limit = (np.where(net < 0.0, 0.5, 0.2) for _ in range(2))
        parameters = plugin.numbers(plugin.defaults)
        plugin.function(
            net, 0.2, 0.5, np.full((4, 2), 0.4), parameters, np.random.default_rng(seed), memory.copy(), value, limit
        )
        return [*value, *limit]

    assert (bids(1) != bids(2)) == plugin.draws_lots


def test_mcafee_pairs_afterwards_only_if_it_gives_up_its_last_pair():
    net, limit = np.array([-1.0, -1.0, 1.0, 1.0]), np.array([1.0, 0.9, 0.0, 0.85])
    for traded, afterwards in (([1.0, 0.0, 1.0, 0.0], True), ([1.0, 1.0, 1.0, 1.0], False)):
        cleared = Cleared(net, limit, np.array(traded), {})
        assert find("mcafee").pairing_of(cleared).afterwards == afterwards


def test_a_rule_that_declares_nothing_is_of_no_family_and_makes_pairs_as_it_trades():
    @mechanism("plain-as-can-be", pairing=AFTERWARDS)
    def rule(net_kwh, limit_price, import_price, export_price, parameters, rng, trades):
        """Trade nothing."""
        return 0

    other = mechanism("as-plain")(rule.function)
    assert (other.family, other.pairing, other.reasoning, other.title) == (OWN, AS_MADE, "", "As plain")
    assert not other.by_chance(10, {})
    assert rule.pairing.afterwards
