"""What strangers type is made harmless, or refused in a sentence."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiran.classroom.names import MOST_LETTERS, clean_name, number
from jiran.errors import ScenarioError

ANYTHING = st.one_of(st.text(), st.none(), st.booleans(), st.floats(), st.lists(st.text()))


@given(ANYTHING)
def test_a_name_is_short_on_one_line_visible_and_no_formula(text):
    try:
        name = clean_name(text)
    except ScenarioError:
        return
    assert 0 < len(name) <= MOST_LETTERS
    assert name.isprintable()
    assert name == name.strip()
    assert name[0] not in "=+-@"
    assert clean_name(name) == name


@pytest.mark.parametrize("text", [None, True, 5, [], {}, "", "   ", "=+-@", "\u202e\u200f"])
def test_what_is_no_name_is_refused(text):
    with pytest.raises(ScenarioError, match="name"):
        clean_name(text)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("=1+1", "1+1"), ("a\u202eb", "ab"), ("\N{FULLWIDTH LATIN CAPITAL LETTER A}li", "Ali"), ("x" * 500, "x" * 20)],
)
def test_a_name_loses_what_could_harm(typed, kept):
    assert clean_name(typed) == kept


@pytest.mark.parametrize(("text", "value"), [("2.50", 2.5), ("2,5", 2.5), (" 3 ", 3.0), ("-0.2", -0.2), ("5.", 5.0)])
def test_a_number_has_a_point_or_a_comma(text, value):
    assert number("price", text) == value


@pytest.mark.parametrize(
    "text",
    ["1e308", "nan", "Infinity", "-inf", "1_0", "९", "0x10", "1.2.3", "1,2,3", "", "9" * 400, None, True, 5, [], {}],
)
def test_what_only_a_machine_would_take_for_a_number_is_refused(text):
    with pytest.raises(ScenarioError, match="price"):
        number("price", text)


@given(ANYTHING)
def test_a_number_is_finite(text):
    with contextlib.suppress(ScenarioError):
        assert abs(number("price", text)) < 1e13
