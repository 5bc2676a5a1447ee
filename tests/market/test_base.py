# ruff: noqa: ARG001  a rule has seven arguments, used or not
from __future__ import annotations

import pytest

from jiran.errors import MechanismError, ScenarioError
from jiran.market import Parameter, mechanism


def nothing(net_kwh, limit_price, import_price, export_price, parameters, rng, trades):
    """Trade nothing.

    This line is not part of the description.
    """
    return 0


RULE = mechanism(
    "rule", compiled=False, share=Parameter(0.5, "a share", gt=0, le=1), way=Parameter("a", "a way", choices=("a", "b"))
)(nothing)


@pytest.mark.parametrize(
    ("bounds", "words"),
    [
        ({}, "any number"),
        ({"gt": 0}, "above 0"),
        ({"ge": 0, "lt": 1}, "at least 0 and below 1"),
        ({"le": 2.5}, "at most 2.5"),
        ({"choices": ("a", "b")}, "one of a, b"),
    ],
)
def test_a_parameter_says_in_words_what_is_allowed(bounds, words):
    assert Parameter(1.0, "p", **bounds).allowed == words


@pytest.mark.parametrize(
    ("bounds", "good", "bad"),
    [
        ({"gt": 0, "lt": 1}, [0.001, 0.999], [0, 1, -1, 2]),
        ({"ge": 0, "le": 1}, [0, 1], [-1e-9, 1 + 1e-9]),
        ({}, [-1e9, 3], [float("nan"), float("inf"), True, "3", None, [1]]),
        ({"choices": ("a", "b")}, ["a", "b"], ["c", 0, None]),
    ],
)
def test_a_parameter_takes_what_is_allowed_and_nothing_else(bounds, good, bad):
    parameter = Parameter(1.0, "p", **bounds)
    for value in good:
        parameter.number("market.p", value)
    for value in bad:
        with pytest.raises(ScenarioError, match=r"market\.p = "):
            parameter.number("market.p", value)


def test_a_choice_reaches_the_rule_as_its_index():
    assert RULE.numbers({"share": 0.25, "way": "b"}).tolist() == [0.25, 1.0]


def test_parameters_that_are_left_out_take_their_defaults():
    assert RULE.values({"way": "b"}) == {"share": 0.5, "way": "b"}


def test_an_unknown_parameter_is_refused_with_the_known_ones():
    with pytest.raises(ScenarioError, match=r"market\.alpha = 1: unknown parameter; rule has: share, way"):
        RULE.values({"alpha": 1})


def test_a_rule_is_described_by_the_first_line_of_its_docstring():
    assert RULE.description == "Trade nothing."


def test_a_rule_in_plain_python_is_called_as_it_is():
    assert RULE.code is nothing


@pytest.mark.compiled
def test_a_rule_that_does_not_compile_is_refused_in_one_sentence_with_its_line():
    @mechanism("uncompilable")
    def rule(net_kwh, limit_price, import_price, export_price, parameters, rng, trades):
        return open("prices.csv")  # noqa: PTH123

    with pytest.raises(MechanismError, match=r"market rule 'uncompilable': does not compile: .*\(line \d+\)") as error:
        _ = rule.clear
    assert "\n" not in str(error.value)
