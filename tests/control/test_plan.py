"""A plan is exact: it equals linear programmes that are built another way."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jiran.control.plan import MISSING_PRICE, flat, plan
from jiran.control.storage import Battery
from jiran.control.store import Store
from stores import Coming, ahead, cost_of, ends, followed, mixture, planned, programme, stores, worth_of

BATTERY = Battery(10.0, 0.0, 5.0, 5.0, 1.0, 1.0)
STORE = Store(BATTERY, standby_kwh=0.0, wear_price=0.0, grid_charge=True, feed_in=True)


def expected(need, import_price, export_price):
    need = np.array(need, dtype=float)
    return Coming(need, np.array(import_price), np.array(export_price), np.full(need.size, np.inf), 0.0)


def level(draw, store):
    battery = store.battery
    return battery.minimum_kwh + draw(st.integers(0, 4)) / 4 * (battery.capacity_kwh - battery.minimum_kwh)


def pieces(upto, value, full):
    """Return one row of a table without what stands behind its last piece."""
    last = int(np.argmax(upto >= full))
    return upto[: last + 1], value[: last + 1]


@settings(max_examples=150)
@given(st.data())
def test_the_plan_costs_what_the_best_plan_costs(data):
    store = data.draw(stores())
    coming = data.draw(ahead())
    end = data.draw(ends(store))
    start = level(data.draw, store)
    charged, given_kwh, stored = followed(coming, store, start, *planned(coming, store, end))
    cost = cost_of(coming, store, charged, given_kwh).sum() - worth_of(stored[-1], store, end)
    best = programme(coming, store, start, end)
    assert cost == pytest.approx(best, rel=1e-9, abs=1e-9)


@settings(max_examples=80)
@given(st.data())
def test_a_car_that_comes_and_goes_is_charged_for_its_departures_at_least_cost(data):
    store = data.draw(stores())
    coming = data.draw(ahead(longest=100))
    steps = coming.need_kwh.size
    rng = np.random.default_rng(data.draw(st.integers(0, 10**6)))
    targets = np.where(rng.random(steps) < 0.1, rng.uniform(0.0, 1.1, steps) * store.battery.capacity_kwh, 0.0)
    coming = coming._replace(present=rng.choice([0.0, 0.4, 1.0], steps, p=[0.2, 0.2, 0.6]), target_kwh=targets)
    targets[0] = 0.0
    targets[:] = np.minimum(targets, store.battery.capacity_kwh)
    end = data.draw(ends(store))
    start = level(data.draw, store)
    charged, given_kwh, stored = followed(coming, store, start, *planned(coming, store, end))
    missing = np.maximum(targets[1:] - stored[:-1], 0.0).sum()
    cost = cost_of(coming, store, charged, given_kwh).sum() - worth_of(stored[-1], store, end)
    best = programme(coming, store, start, end)
    assert cost + MISSING_PRICE * missing == pytest.approx(best, rel=1e-9, abs=1e-8)


@settings(max_examples=100)
@given(st.data())
def test_what_stored_energy_is_worth_is_what_the_best_cost_changes_by(data):
    store = data.draw(stores())
    coming = data.draw(ahead(longest=60, odd=data.draw(st.booleans())))
    end = data.draw(ends(store))
    low, high = sorted((level(data.draw, store), level(data.draw, store)))
    upto, value = planned(coming, store, end)
    edges, worth = pieces(upto[0], value[0], store.battery.capacity_kwh)
    between = np.clip(edges, low, high) - np.clip(np.concatenate([[store.battery.minimum_kwh], edges[:-1]]), low, high)
    saved = mixture(coming, store, low, end) - mixture(coming, store, high, end)
    assert between @ worth == pytest.approx(saved, rel=1e-9, abs=1e-8)


@settings(max_examples=100)
@given(st.data())
def test_the_first_kwh_is_worth_most_and_every_row_ends_at_the_capacity(data):
    store = data.draw(stores())
    coming = data.draw(ahead(odd=True))
    upto, value = planned(coming, store, data.draw(ends(store)))
    for row in range(upto.shape[0]):
        edges, worth = pieces(upto[row], value[row], store.battery.capacity_kwh)
        assert edges[-1] == store.battery.capacity_kwh
        assert (np.diff(edges) > 0.0).all()
        assert (np.diff(worth) <= 0.0).all()


def test_a_kwh_is_kept_for_the_dear_hour_and_bought_in_the_cheap_one():
    coming = expected([1.0, 1.0, 4.0], [0.2, 0.5, 0.9], [0.1, 0.1, 0.1])
    charged, given_kwh, stored = followed(coming, STORE, 0.0, *planned(coming, STORE))
    assert charged == pytest.approx([5.0, 0.0, 0.0])
    assert given_kwh == pytest.approx([0.0, 1.0, 4.0])
    assert stored[-1] == 0.0


def test_the_cheaper_sun_is_stored_and_the_dearer_sold():
    coming = expected([-4.0, -4.0, 3.0], [0.5, 0.5, 0.5], [0.2, 0.3, 0.2])
    charged, given_kwh, _ = followed(coming, STORE, 0.0, *planned(coming, STORE))
    assert charged == pytest.approx([4.0, 0.0, 0.0])  # the dearer sun is sold at once
    assert given_kwh == pytest.approx([0.0, 1.0, 3.0])  # one of them gains by waiting for the dearer hour


def test_a_peak_is_cut_where_it_costs_more_than_the_energy():
    need, flat_price = np.array([0.0, 0.0, 6.0]), np.full(3, 0.5)
    coming = Coming(need, flat_price, flat_price * 0.4, np.full(3, 2.5), 10.0)
    charged, given_kwh, _ = followed(coming, STORE, 0.0, *planned(coming, STORE))
    assert charged.sum() == pytest.approx(3.5)
    assert charged.max() <= 2.5 + 1e-9
    assert given_kwh == pytest.approx([0.0, 0.0, 3.5])


def test_wear_that_costs_more_than_the_spread_keeps_a_battery_still():
    worn = STORE._replace(wear_price=0.8)
    coming = expected([1.0, 1.0, 4.0], [0.2, 0.5, 0.9], [0.1, 0.1, 0.1])
    charged, given_kwh, _ = followed(coming, worn, 0.0, *planned(coming, worn))
    assert not charged.any()
    assert not given_kwh.any()


def test_steps_of_a_quarter_of_an_hour_are_worth_what_an_hour_is():
    hours = expected([2.0, -6.0, 1.0, 4.0], [0.3, 0.3, 0.6, 0.9], [0.1, 0.1, 0.2, 0.2])
    quarters = Coming(*(np.repeat(field, 4) for field in hours[:4]), 0.0)
    quarters = quarters._replace(need_kwh=quarters.need_kwh / 4)
    small = BATTERY._replace(charge_step_kwh=1.25, discharge_step_kwh=1.25)
    by_hour = pieces(*(table[0] for table in planned(hours, STORE)), 10.0)
    by_quarter = pieces(*(table[0] for table in planned(quarters, STORE._replace(battery=small))), 10.0)
    assert by_quarter[1] == pytest.approx(by_hour[1])
    assert by_quarter[0] == pytest.approx(by_hour[0])


def test_a_table_with_too_little_room_says_so():
    coming = expected([1.0, 2.0, 3.0, 4.0], [0.2, 0.5, 0.9, 0.7], [0.1, 0.1, 0.1, 0.1])
    upto, value = np.zeros((5, 2)), np.zeros((5, 2))
    flat(0.0, STORE, upto[-1], value[-1])
    assert not plan(coming.need_kwh, coming.known, STORE, upto, value)
