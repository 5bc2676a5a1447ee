"""A plan for several futures is the mean over them, and exact at the edges of its cells."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jiran.control.scenarios import plan_for_all
from jiran.control.storage import Battery
from jiran.control.store import PIECES, Store
from stores import Coming, ahead, planned, stores


def worth_between(upto, value, edges):
    """Return what the kWh between these levels are worth, by a table's row."""
    full = edges[-1]
    last = int(np.argmax(upto >= full))
    lows = np.concatenate([[edges[0]], upto[:last]])
    highs, worth = upto[: last + 1], value[: last + 1]
    return np.diff([float(np.clip(np.minimum(highs, high) - lows, 0.0, None) @ worth) for high in edges])


def tables(steps, cells):
    return np.zeros((2, steps + 1, 2 * cells + PIECES))


@settings(max_examples=60)
@given(st.data())
def test_over_one_step_it_is_the_mean_of_the_plans(data):
    store = data.draw(stores())
    coming = data.draw(ahead(longest=1))
    needs = np.array([[need] for need in (coming.need_kwh[0], -1.5, 0.7)])
    cells, battery = 8, store.battery
    upto, value = tables(1, cells)
    upto[-1, 0], value[-1, 0] = battery.capacity_kwh, 0.4
    end = (np.array([battery.capacity_kwh - battery.minimum_kwh]), np.array([0.4]))
    assert plan_for_all(needs, coming.known, store, cells, upto, value)
    edges = np.concatenate([[battery.minimum_kwh], upto[0, :cells]])
    each = [planned(coming._replace(need_kwh=need), store, end) for need in needs]
    mean = np.mean([worth_between(one[0][0], one[1][0], edges) for one in each], axis=0)
    assert worth_between(upto[0], value[0], edges) == pytest.approx(mean, abs=1e-9)
    assert (np.diff(value[0, :cells]) <= 0.0).all()


@settings(max_examples=30)
@given(st.data())
def test_futures_that_are_alike_are_one(data):
    store = data.draw(stores())
    coming = data.draw(ahead(longest=30))
    one, three = tables(coming.need_kwh.size, 20), tables(coming.need_kwh.size, 20)
    for table, rows in ((one, 1), (three, 3)):
        table[0, -1, 0] = store.battery.capacity_kwh
        needs = np.tile(coming.need_kwh, (rows, 1))
        assert plan_for_all(needs, coming.known, store, 20, *table)
    assert three[1] == pytest.approx(one[1], abs=1e-9)


def test_too_little_room_is_said():
    assert not plan_for_all(*few(cells=20, room=10))
    assert plan_for_all(*few(cells=8, room=10))


def few(cells, room):
    coming = Coming(np.array([1.0, -2.0]), np.array([0.3, 0.5]), np.array([0.1, 0.1]), np.full(2, np.inf), 0.0)
    store = Store(Battery(10.0, 0.0, 5.0, 5.0, 1.0, 1.0), 0.0, 0.0, grid_charge=True, feed_in=True)
    upto, value = np.zeros((2, 3, room))
    upto[-1, 0] = 10.0
    return coming.need_kwh[None], coming.known, store, cells, upto, value
