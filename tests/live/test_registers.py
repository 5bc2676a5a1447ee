"""Rules of counters, held against a plain calculation in fractions."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from jiran.live.registers import Interval, Quality, added, intervals

GAP, MOST = 900_000, 10**12


@st.composite
def counters(draw):
    gaps = draw(st.lists(st.integers(1, 1_500_000), min_size=1, max_size=30))
    steps = draw(st.lists(st.integers(-2_000, 5_000), min_size=len(gaps), max_size=len(gaps)))
    series, at, value = [], 0, 1_000_000
    for gap, step in zip(gaps, steps, strict=True):
        series.append((at, value))
        at, value = at + gap, max(value + step, 0)
    return series


def plainly(series, first, last):
    """Return energy and quality of an interval, one reading at a time."""
    series = [
        (at, value)
        for at, value in series
        if not any(
            a < at < b and high > value and again >= high and b - a <= GAP for a, high in series for b, again in series
        )
    ]
    peaks = [
        high
        for low, high, again in zip(series, series[1:], series[2:], strict=False)
        if high[1] > again[1] >= low[1] and again[0] - low[0] <= GAP
    ]
    series = [one for one in series if one not in peaks]
    known, exact = [], True
    for edge in (first, last):
        here = [value for at, value in series if at == edge]
        before = [one for one in series if one[0] < edge]
        after = [one for one in series if one[0] > edge]
        if here:
            known.append(here[0])
            continue
        exact = False
        if not before or not after:
            known.append(None)
            continue
        (a, low), (b, high) = before[-1], after[0]
        value = low + Fraction(high - low) * (edge - a) / (b - a)
        known.append(None if b - a > GAP or high < low else value.__floor__())
    begin = max((at for at, _ in series if at <= first), default=-1)
    end = min((at for at, _ in series if at >= last), default=10**15)
    shown = [value for at, value in series if begin <= at <= end]
    if shown != sorted(shown):
        return Interval(0, Quality.RESET)
    if None in known or known[1] - known[0] > MOST:
        return Interval(0, Quality.MISSING)
    return Interval(known[1] - known[0], Quality.MEASURED if exact else Quality.INTERPOLATED)


@given(counters(), st.integers(0, 3_000_000), st.lists(st.integers(1, 3_000_000), min_size=1, max_size=6), st.data())
def test_every_interval_is_as_a_plain_calculation_has_it(series, first, lengths, data):
    edges = [first]
    for length in lengths:
        edges.append(edges[-1] + length)
    if data.draw(st.booleans()):  # edges that were read
        edges = sorted({data.draw(st.sampled_from([at for at, _ in series])) for _ in range(4)} | {edges[-1]})
    found = intervals(series, edges, GAP, MOST)
    assert found == [plainly(series, one, other) for one, other in pairwise(edges)]


@given(counters(), st.lists(st.integers(0, 20_000_000), min_size=2, max_size=8, unique=True))
def test_what_intervals_know_adds_up_to_the_counter(series, edges):
    edges = sorted(edges)
    series = sorted(zip((at for at, _ in series), sorted(value for _, value in series), strict=True))
    parts = intervals(series, edges, GAP, MOST)
    (whole,) = intervals(series, [edges[0], edges[-1]], GAP, MOST)
    if all(one.quality in (Quality.MEASURED, Quality.INTERPOLATED) for one in parts):
        assert sum(one.value for one in parts) == whole.value
    assert all(one.value >= 0 for one in parts)


def test_more_than_a_connection_can_carry_is_missing():
    assert intervals([(0, 0), (900_000, 2_000)], [0, 900_000], GAP, 1_999) == [Interval(0, Quality.MISSING)]


def test_a_sum_is_as_good_as_the_worst_of_its_parts():
    measured, missing = Interval(5, Quality.MEASURED), Interval(0, Quality.MISSING)
    assert added([measured, Interval(2, Quality.INTERPOLATED)]) == (7, Quality.INTERPOLATED)
    assert added([measured, missing]) == (0, Quality.MISSING)
    assert added([Interval(0, Quality.RESET), missing]) == (0, Quality.RESET)
    assert added([]) == (0, Quality.MISSING)


def test_the_longest_gap_is_still_a_straight_line():
    series = [(0, 0), (GAP, 900), (2 * GAP + 1, 1_800)]
    known = intervals(series, [300_000, 600_000, GAP, GAP + 300_000], GAP, MOST)
    assert known == [(300, Quality.INTERPOLATED), (300, Quality.INTERPOLATED), (0, Quality.MISSING)]
