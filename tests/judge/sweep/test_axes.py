"""What a key of a sweep takes: ranges are counted in decimal and end where they say, words are words, nonsense is one sentence."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiran import JiranError
from jiran.judge.sweep import axis_of

decimals = st.decimals(-1000, 1000, places=3)


@given(decimals, st.integers(0, 200), st.decimals("0.001", 50, places=3))
def test_a_range_holds_both_ends_and_nothing_that_binary_arithmetic_adds(first, many, step):
    last = first + many * step
    values = axis_of("a.b", f"{first}:{last}:{step}").values
    assert list(values) == [float(first + place * step) for place in range(many + 1)]


@given(decimals, st.integers(0, 50), st.decimals("0.001", 50, places=3), st.decimals(0, "0.999", places=3))
def test_a_range_ends_below_its_end_where_the_step_does_not_meet_it(first, many, step, part):
    last = first + (many + part) * step
    assert axis_of("a.b", f"{first}:{last}:{step}").values[-1] == float(first + many * step)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("0.5:0.9:0.1", (0.5, 0.6, 0.7, 0.8, 0.9)), ("4:0:-2", (4, 2, 0)), ("1:5:2", (1, 3, 5)), ("7:7:1", (7,)),
        ("0,10,20.5", (0, 10, 20.5)), ("vcg", ("vcg",)), ("vcg, grid-only", ("vcg", "grid-only")), ("true,false", (True, False)),
        ("[1.0, 2.0],[2.0, 3.0]", ([1.0, 2.0], [2.0, 3.0])), ("2026-03-21T00:00", ("2026-03-21T00:00",)),
    ],
)  # fmt: skip
def test_what_a_text_means(text, values):
    found = axis_of("a.b", text).values
    assert tuple(str(one) if isinstance(values[0], str) else one for one in found) == values or str(
        found[0]
    ).startswith("2026")
    assert [type(one) for one in found] == [type(one) for one in values] or str(found[0]).startswith("2026")


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("0.5:0.9:0", "the step must lead from 0.5 to 0.9"), ("0.5:0.9:-0.1", "the step must lead"),
        ("0:1:0.0000001", "at most 1,000,000 values"), ("0:1e999999:1e-999999", "at most 1,000,000 values"),
        ("1,99999999999999999999", "99999999999999999999 is too large"), ("1,,2", "a value is missing"), ("", "a value is missing"),
        ("1,1.0", "1 stands there twice"), ("uniform(2, 1)", "must be uniform(low, high)"), ("normal(1)", "must be normal(mean, deviation)"),
        ("triangular(1, 5, 2)", "must be triangular(low, mode, high)"), ("uniform(a, b)", "must be uniform"), ([], "a value is missing"),
        ("uniform(nan, 1)", "must be uniform"), ([0.1, 0.1], "stands there twice"), ([0.0, -0.0], "0 stands there twice"),
        ([date(2026, 1, 1), "2026-01-01"], "stands there twice"), (np.ones((2, 24)), "stands there twice"),
    ],
)  # fmt: skip
def test_nonsense_is_one_sentence(asked, words):
    with pytest.raises(JiranError, match=r"a\.b") as told:
        axis_of("a.b", asked)
    assert words in str(told.value)


@pytest.mark.parametrize("key", [5, None, "", "  ", ("a", "b")])
def test_a_key_is_a_name(key):
    with pytest.raises(JiranError, match=r"market\.fraction"):
        axis_of(key, [1])


values = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False), st.dates(), st.text(min_size=1),
    st.lists(st.floats(allow_nan=False), max_size=3), st.dictionaries(st.text(), st.integers(-5, 5), max_size=3),
)  # fmt: skip


def test_a_value_that_is_left_out_has_a_word_on_the_command_line_too():
    listed = axis_of("battery.reserve_price", [None, 0.3])
    assert listed.text == "null,0.3"
    assert axis_of("battery.reserve_price", listed.text).values == (None, 0.3)
    assert axis_of("name", '"null"').values == ("null",)  # a text of these letters is quoted


@given(st.lists(values, min_size=1, max_size=4))
def test_what_was_asked_as_a_list_is_written_as_a_text_that_asks_for_the_same(asked):
    try:
        listed = axis_of("a.b", asked)
    except JiranError:  # the same twice
        return
    again = axis_of("a.b", listed.text)
    assert again.text == listed.text
    assert again.takes == listed.takes


@given(st.floats(0.001, 0.999))
def test_draws_lie_where_the_distribution_says(share):
    low, high = axis_of("a", "uniform(2, 8)").at(np.array([0.0, share])).tolist()
    assert (low, high) == (2.0, pytest.approx(2.0 + 6.0 * share))
    assert axis_of("a", "loguniform(1, 100)").at(np.array([0.5]))[0] == pytest.approx(10.0)
    assert axis_of("a", "lognormal(3, 0.5)").at(np.array([0.5]))[0] == pytest.approx(3.0)
    assert axis_of("a", "normal(3, 0.5)").at(np.array([0.5]))[0] == pytest.approx(3.0)
    mode = axis_of("a", "triangular(0, 1, 4)").at(np.array([0.25]))[0]
    assert mode == pytest.approx(1.0)  # a quarter of its area lies below


def test_decimal_numbers_are_those_of_single_runs():
    assert axis_of("a", "0.1:0.3:0.1").values == (0.1, 0.2, 0.3)
    assert float(Decimal("0.1") * 3) == 0.3 != 0.1 * 3
