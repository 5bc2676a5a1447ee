"""What a store does keeps its limits whatever it is told, and is best by what it is told."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jiran.control.dispatch import dispatch
from jiran.control.storage import Battery
from jiran.control.store import Connection, Store, new_line
from stores import Coming, ahead, cost_of, followed, planned, stores

BATTERY = Battery(10.0, 0.0, 5.0, 5.0, 1.0, 1.0)
STORE = Store(BATTERY, standby_kwh=0.0, wear_price=0.0, grid_charge=True, feed_in=True)


def acted(need_kwh, import_price, export_price, worth, store=STORE, stored_kwh=5.0):
    connection = Connection(need_kwh, import_price, export_price, np.inf, 1.0, 0.0)
    upto, value = np.array([store.battery.capacity_kwh]), np.array([worth])
    return dispatch(connection, store, stored_kwh, upto, value, new_line())


@settings(max_examples=200)
@given(st.data())
def test_no_worth_moves_a_store_out_of_its_limits(data):
    store = data.draw(stores())
    coming = data.draw(ahead(longest=1, odd=True))
    battery = store.battery
    stored = battery.minimum_kwh + data.draw(st.integers(0, 4)) / 4 * (battery.capacity_kwh - battery.minimum_kwh)
    stored = min(stored, battery.capacity_kwh)
    rng = np.random.default_rng(data.draw(st.integers(0, 10**6)))
    edges = np.sort(rng.uniform(battery.minimum_kwh, battery.capacity_kwh, 3))
    upto, value = np.array([*edges, battery.capacity_kwh]), rng.uniform(-1.0, 2.0, 4)  # not even falling
    connection = coming.at(0)
    charged, given_kwh, after = dispatch(connection, store, stored, upto, value, new_line())
    need = connection.need_kwh + store.standby_kwh
    assert min(charged, given_kwh) == 0.0
    assert 0.0 <= charged <= battery.charge_step_kwh + 1e-12
    assert 0.0 <= given_kwh <= battery.discharge_step_kwh + 1e-12
    assert battery.minimum_kwh - 1e-12 <= after <= battery.capacity_kwh
    change = charged * battery.charge_efficiency - given_kwh / battery.discharge_efficiency
    assert after - stored == pytest.approx(change, abs=1e-9)
    assert store.grid_charge or charged <= max(-need, 0.0) + 1e-12
    assert store.feed_in or given_kwh <= max(need, 0.0) + 1e-12
    assert given_kwh == 0.0 or given_kwh - min(connection.need_kwh, 0.0) <= store.inverter_kwh + 1e-12


@settings(max_examples=100)
@given(st.data())
def test_no_other_choice_is_better_by_the_same_worth_at_any_prices(data):
    store = data.draw(stores())
    coming = data.draw(ahead(longest=1, odd=True))
    battery = store.battery
    stored = battery.minimum_kwh + data.draw(st.integers(0, 4)) / 4 * (battery.capacity_kwh - battery.minimum_kwh)
    rng = np.random.default_rng(data.draw(st.integers(0, 10**6)))
    edges = np.sort(rng.uniform(battery.minimum_kwh, battery.capacity_kwh, 3))
    upto, value = np.array([*edges, battery.capacity_kwh]), np.sort(rng.uniform(-0.5, 1.2, 4))[::-1].copy()
    charged, given_kwh, after = dispatch(coming.at(0), store, stored, upto, value, new_line())

    def loss(taken, gave, then):
        lows = np.concatenate([[battery.minimum_kwh], upto[:-1]])
        return cost_of(coming, store, taken, gave)[0] - np.clip(then - lows, 0.0, upto - lows) @ value

    need = coming.need_kwh[0] + store.standby_kwh
    most = min(battery.charge_step_kwh, (battery.capacity_kwh - stored) / battery.charge_efficiency)
    most = most if store.grid_charge else min(most, max(-need, 0.0))
    least = min(battery.discharge_step_kwh, (stored - battery.minimum_kwh) * battery.discharge_efficiency)
    least = least if store.feed_in else min(least, max(need, 0.0))
    least = min(least, max(store.inverter_kwh - max(-coming.need_kwh[0], 0.0), 0.0))
    others = [loss(kwh, 0.0, stored + kwh * battery.charge_efficiency) for kwh in np.linspace(0.0, most, 40)]
    others += [loss(0.0, kwh, stored - kwh / battery.discharge_efficiency) for kwh in np.linspace(0.0, least, 40)]
    assert loss(charged, given_kwh, after) <= min(others) + 1e-7


@pytest.mark.parametrize(
    ("need", "worth", "charged", "given_kwh"),
    [
        pytest.param(3.0, 0.5, 0.0, 3.0, id="its need is met, though keeping is worth as much"),
        pytest.param(3.0, 0.51, 5.0, 0.0, id="where keeping is worth more it is kept, and more is bought"),
        pytest.param(-3.0, 0.2, 3.0, 0.0, id="its sun is stored, though selling pays as much"),
        pytest.param(-3.0, 0.19, 0.0, 5.0, id="where selling pays more it is sold, and more is given"),
        pytest.param(0.0, 0.5, 0.0, 0.0, id="nothing comes from the grid for no gain"),
        pytest.param(0.0, 0.2, 0.0, 0.0, id="nor goes there"),
        pytest.param(0.0, 0.51, 5.0, 0.0, id="for a gain it does"),
        pytest.param(-1.0, 0.19, 0.0, 5.0, id="both ways"),
    ],
)
def test_of_equal_choices_own_use_comes_first(need, worth, charged, given_kwh):
    move = acted(need, 0.5, 0.2, worth)
    assert (move.charged_kwh, move.given_kwh) == (charged, given_kwh)


def test_a_need_is_met_to_the_last_digit():
    lossy = STORE._replace(battery=BATTERY._replace(charge_efficiency=0.93, discharge_efficiency=0.91))
    assert acted(0.1234567, 0.5, 0.1, 0.3, lossy).given_kwh == 0.1234567
    assert acted(-0.1234567, 0.5, 0.1, 0.3, lossy).charged_kwh == 0.1234567


def test_a_store_that_holds_a_last_digit_too_much_gives_and_takes_as_a_full_one():
    above = float(np.nextafter(10.0, 11.0))
    assert acted(3.0, 0.5, 0.1, 0.2, stored_kwh=above).given_kwh == 3.0
    assert acted(-3.0, 0.5, 0.1, 0.3, stored_kwh=above).charged_kwh == 0.0


def test_paid_for_taking_it_takes_all_it_can():
    assert acted(1.0, -0.1, -0.2, 0.0).charged_kwh == 5.0


def test_where_export_pays_more_than_import_costs_it_gives_to_the_grid():
    move = acted(2.0, 0.2, 0.6, 0.4, STORE._replace(grid_charge=False))
    assert move.given_kwh == 5.0  # two of them cost, three gain more


def brute(ahead_, store, levels):
    """Return the least cost of a store that moves from level to level, and starts empty."""
    battery, cost = store.battery, np.zeros(levels)
    kwh = np.linspace(battery.minimum_kwh, battery.capacity_kwh, levels)
    change = kwh[None, :] - kwh[:, None]
    charged = np.maximum(change, 0.0) / battery.charge_efficiency
    gave = np.maximum(-change, 0.0) * battery.discharge_efficiency
    can = (charged <= battery.charge_step_kwh + 1e-9) & (gave <= battery.discharge_step_kwh + 1e-9)
    for step in range(ahead_.need_kwh.size - 1, -1, -1):
        one = ahead_.only(step)
        cost = np.where(can, cost_of(one, store, charged, gave) + cost[None, :], np.inf).min(axis=1)
    return cost[0]


@pytest.mark.parametrize("seed", range(4))
def test_with_odd_prices_a_plan_is_about_as_good_as_trying_every_level(seed):
    rng = np.random.default_rng(seed)
    steps = 48
    import_price = np.repeat(rng.normal(0.25, 0.25, steps // 4), 4)
    coming = Coming(rng.normal(0.0, 0.6, steps), import_price, import_price - 0.1, np.full(steps, np.inf), 0.0)
    store = Store(Battery(10.0, 0.0, 1.25, 1.25, 0.95, 0.95), 0.0, 0.0, grid_charge=True, feed_in=True)
    charged, given_kwh, _ = followed(coming, store, 0.0, *planned(coming, store))
    without = cost_of(coming, store, np.zeros(steps), np.zeros(steps)).sum()
    best = brute(coming, store, 401)
    assert (import_price < 0.0).any()
    assert without - cost_of(coming, store, charged, given_kwh).sum() >= 0.98 * (without - best)
