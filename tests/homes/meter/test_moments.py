"""Numbers with decimals are no times, but for those that count the seconds since 1970."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from jiran.homes.meter.moments import looks_like_time, moment_of


@given(st.floats(-99_999_999, 99_999_999), st.integers(1, 6), st.sampled_from(".,"))
def test_a_number_with_decimals_is_no_time(number, digits, sign):
    assert not looks_like_time(f"{number:.{digits}f}".replace(".", sign))


@given(st.integers(1_000_000_000, 1_900_000_000), st.integers(0, 9))
def test_seconds_since_1970_with_decimals_are_a_time(seconds, tenths):
    found = moment_of(f"{seconds}.{tenths}")
    assert found is not None
    assert found.wall_s == seconds
