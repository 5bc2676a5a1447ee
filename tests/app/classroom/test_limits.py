"""Buckets: how often somebody may ask."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from jiran.app.classroom.limits import MOST_ASKERS, Buckets, Limits


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@given(st.integers(1, 20), st.floats(0.1, 20), st.lists(st.floats(0, 3), max_size=80))
def test_no_more_than_the_bucket_and_what_flows_in(most, per_s, waits):
    clock = Clock()
    buckets = Buckets(most, per_s, clock)
    allowed = 0
    for wait in waits:
        clock.now += wait
        allowed += buckets.allow("one")
        assert allowed <= most + per_s * clock.now + 1e-6
    assert buckets.allow("another")


def test_who_is_patient_may_always_ask():
    clock = Clock()
    buckets = Buckets(1, 0.5, clock)
    for _ in range(20):
        assert buckets.allow("one")
        assert not buckets.allow("one")
        clock.now += 2.0


def test_a_long_rest_fills_the_bucket_and_no_more():
    clock = Clock()
    buckets = Buckets(3, 1.0, clock)
    assert buckets.allow("one")
    clock.now += 1_000.0
    assert [buckets.allow("one") for _ in range(5)] == [True] * 3 + [False] * 2


def test_memory_is_bounded():
    buckets = Buckets(1, 0.1, Clock())
    for number in range(2 * MOST_ASKERS):
        buckets.allow(str(number))
    assert len(buckets._held) == MOST_ASKERS


def test_a_class_of_a_hundred_behind_one_address_plays_undisturbed():
    clock = Clock()
    limits = Limits(clock)
    assert all(limits.joins.allow("school") for _ in range(100))
    for _ in range(600):  # five minutes of half seconds
        clock.now += 0.5
        assert all(limits.requests.allow("school") for _ in range(100))
        assert limits.phone.allow("one of them")
