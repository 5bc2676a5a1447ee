"""Numbers are written by one rule: settled first, so that the residue of a sum tips no half, then rounded."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiran.explain.say import share
from jiran.words import decimals, in_formula, kwh, money, number, percent, price, settled

#: Halves of the last digit that is written, and the next number on either side, as another order of a sum gives it.
HALVES = st.integers(-20_000, 20_000).map(lambda odd: (2 * odd + 1) / 2.0)


def residues(value):
    return math.nextafter(value, -math.inf), value, math.nextafter(value, math.inf)


@given(HALVES, st.integers(0, 4))
def test_a_residue_tips_no_half(half, digits):
    assert len({decimals(value, digits) for value in residues(half / 10**digits)}) == 1
    assert len({percent(value, digits) for value in residues(half / 10 ** (digits + 2))}) == 1
    assert len({money(value, "MYR", digits) for value in residues(half / 10**digits)}) == 1


@given(HALVES)
def test_a_residue_tips_no_energy_and_no_share(half):
    for digits in (0, 1, 2):
        assert len({kwh(value) for value in residues(half / 10**digits)}) == 1
    assert len({share(value) for value in residues(abs(half) / 100_000)}) == 1


@given(st.floats(-1e9, 1e9), st.integers(0, 4))
def test_what_is_written_is_the_number_within_half_of_its_last_digit(value, digits):
    text = decimals(value, digits)
    assert abs(float(text.replace(",", "")) - value) <= 0.5 * 10.0**-digits + 1e-6
    assert not (text[0] == "-" and float(text.replace(",", "")) == 0.0)


@pytest.mark.parametrize(("value", "text"), [(0.375 - 1e-16, "0.38"), (0.125 + 1e-16, "0.12"), (-0.004, "0.00")])
def test_decimals_by_hand(value, text):
    assert decimals(value, 2) == text
    assert settled(value) == pytest.approx(value, abs=1e-9)


@given(st.floats(1_000, 1e9) | st.floats(-1e9, -1_000))
def test_prices_and_numbers_of_thousands_have_their_separators(value):
    for text in (price(value), price(value, "JPY"), number(value), in_formula(value).replace("{,}", ",")):
        whole = text.removeprefix("-").removeprefix("JPY ").split(".")[0]
        assert re.fullmatch(r"-?\d{1,3}(,\d{3})+", whole)
        assert int(whole.replace(",", "")) == pytest.approx(abs(value), rel=1e-5, abs=1)
