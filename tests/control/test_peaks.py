"""Peaks: what a store could keep, what the month has seen, and what that saves where peaks cost something."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from jiran.control import find_controller, find_forecast, running
from jiran.control.memory import first_memory
from jiran.control.peaks import expect_worst, lowest_peak
from stores import beside_surplus, stores

DAY, MANY = 24, 62
PEAKS = find_controller("peak-shaving")
BATTERY = (20.0, 0.0, 5.0, 5.0)


def lowest_by_programme(need, store):
    """Return the lowest peak that a store could keep which begins full, by a linear programme of flows.

    Variables: taken, given, stored by step, and the peak.
    """
    steps, battery, most_given_kwh = need.size, store.battery, beside_surplus(store, need)
    need = need + store.standby_kwh
    eye, none = np.eye(steps), np.zeros((steps, 1))
    keeps = np.hstack([eye, -eye, 0 * eye, none - 1.0])
    moves = np.hstack(
        [-battery.charge_efficiency * eye, eye / battery.discharge_efficiency, eye - np.eye(steps, k=-1), none]
    )
    start = np.zeros(steps)
    start[0] = battery.capacity_kwh
    taken = np.full(steps, battery.charge_step_kwh)
    given_kwh = np.minimum(battery.discharge_step_kwh, most_given_kwh)
    if not store.grid_charge:
        taken = np.minimum(taken, np.maximum(-need, 0.0))
    if not store.feed_in:
        given_kwh = np.minimum(given_kwh, np.maximum(need, 0.0))
    low = np.concatenate([np.zeros(2 * steps), np.full(steps, battery.minimum_kwh), [0.0]])
    high = np.concatenate([taken, given_kwh, np.full(steps, battery.capacity_kwh), [np.inf]])
    price = np.zeros(3 * steps + 1)
    price[-1] = 1.0
    found = linprog(price, keeps, -need, moves, start, bounds=np.column_stack([low, high]), method="highs")
    assert found.status == 0, found.message
    return found.fun


@settings(max_examples=60)
@given(stores(), st.integers(0, 10**6), st.integers(1, 60))
def test_the_lowest_peak_is_what_a_linear_programme_finds(store, seed, steps):
    need = np.random.default_rng(seed).normal(0.5, 2.0, steps)
    found = lowest_peak(need, store)
    assert found == pytest.approx(lowest_by_programme(need, store), abs=2e-6 * max(1.0, np.abs(need).max()))


def test_the_worst_is_of_any_future_and_of_the_steps_beside():
    worst = np.empty(96)
    need = np.zeros((2, 96))
    need[0, 40], need[1, 60] = 3.0, 5.0
    expect_worst(need, 48, worst)
    assert np.flatnonzero(worst).tolist() == [39, 40, 41, 59, 60, 61]
    assert worst.max() == 5.0


def street(seed=0):
    """Return two months of a home whose evening peak comes at another hour each day, and prices that lure at any hour."""
    rng = np.random.default_rng(seed)
    need = rng.uniform(0.5, 1.5, (MANY, DAY))
    need[np.arange(MANY), rng.integers(18, 21, MANY)] += rng.uniform(6.0, 8.0, MANY)
    price = rng.uniform(0.05, 0.8, DAY * MANY)
    month = np.zeros(DAY * (MANY + 2), np.bool_)
    month[[31 * DAY, 62 * DAY]] = True
    return running.Given(need.reshape(-1, 1), price, price * 0.3, month)


def lived(controller, given_, *, kw=0.0, peak_price=30.0, forecast="mean-of-days", cuts=(), days=MANY):
    """Return what comes in at the meter in each step, and the memory at the end, with a battery that a controller runs."""
    chosen, guess = find_controller(controller), find_forecast(forecast)
    values = chosen.defaults | ({"peak_kw": kw} if "peak_kw" in chosen.parameters else {})
    way = running.Way(
        DAY, chosen.horizon_h, 48, guess.rows(guess.defaults), chosen.forecasts, guess.foresight,
        guess.numbers(guess.defaults), chosen.numbers(values), peak_price,
    )  # fmt: skip
    one = running.Stores(*(np.array([kwh]) for kwh in BATTERY), 0.95, 0.95, 0.0, 0.0, grid_charge=True, feed_in=True)
    memory, moves = first_memory(np.zeros(1), DAY, 28, 256), running.Moves(*np.zeros((3, DAY * MANY, 1)))
    direct = find_controller("self-consumption")
    plans = PEAKS if chosen.direct else chosen
    last = days * DAY
    for first, until in zip((0, *cuts), (*cuts, last), strict=True):
        ended = running.run(
            first, until, first, way, guess.code, plans.code, direct.code, given_, one, memory, moves
        )  # fmt: skip
        assert ended[0] == running.FINE
    return (given_.need_kwh + moves.charged_kwh - moves.given_kwh)[:last, 0], memory


def cost(met, given_, charge):
    """Return what two months cost, with a charge for the highest import of each."""
    price = np.where(met > 0, given_.import_price[: met.size], given_.export_price[: met.size])
    return met @ price + charge * sum(part.max() for part in np.split(met, [31 * DAY]))


@pytest.mark.parametrize("seed", range(4))
def test_where_peaks_cost_something_it_beats_own_use_and_plans_that_make_peaks(seed):
    given_ = street(seed)
    bills = {
        name: cost(lived(name, given_)[0], given_, 30.0) for name in ("self-consumption", "plan-ahead", "peak-shaving")
    }
    assert bills["peak-shaving"] < bills["plan-ahead"] - 100.0
    assert bills["peak-shaving"] < bills["self-consumption"] - 100.0
    # Where nothing is charged for peaks the plan that ignores them is not dearer.
    arbitrage, shaved = (cost(lived(name, given_)[0], given_, 0.0) for name in ("plan-ahead", "peak-shaving"))
    assert arbitrage <= shaved


def test_knowing_the_future_it_keeps_what_can_be_kept():
    given_ = street()
    met, _ = lived("peak-shaving", given_, forecast="perfect")
    assert met.max() < 4.5
    assert given_.need_kwh.max() > 8.0


def test_it_keeps_to_a_target_that_it_can_keep_and_plans_freely_below():
    given_ = street()
    met, _ = lived("peak-shaving", given_, kw=5.0, forecast="perfect")
    lowest, _ = lived("peak-shaving", given_, forecast="perfect")
    assert met.max() <= 5.0 + 1e-9
    assert met.max() > lowest.max() + 0.5
    assert cost(met, given_, 0.0) < cost(lowest, given_, 0.0)


def test_a_peak_that_costs_nothing_is_not_shaved():
    given_ = street()
    free, plain = lived("peak-shaving", given_, peak_price=0.0)[0], lived("plan-ahead", given_)[0]
    np.testing.assert_allclose(free, plain, atol=1e-9)


def test_what_the_month_has_seen_is_forgotten_when_the_next_begins():
    given_ = street()
    met, memory = lived("peak-shaving", given_)
    assert memory.peak_kwh[0] == pytest.approx(met[31 * DAY :].max())
    never = given_._replace(month_begins=np.empty(0, np.bool_))
    assert lived("peak-shaving", never)[1].peak_kwh[0] == pytest.approx(lived("peak-shaving", never)[0].max())
    # A month that begins does not change what was before it.
    other, _ = lived("peak-shaving", never)
    assert met[: 29 * DAY].tolist() == other[: 29 * DAY].tolist()
    assert met[31 * DAY :].tolist() != other[31 * DAY :].tolist()


@settings(max_examples=15)
@given(st.lists(st.integers(1, DAY * MANY - 1), max_size=3, unique=True).map(sorted))
def test_a_run_that_is_cut_is_the_whole_run_to_the_last_bit(cuts):
    whole, memory = lived("peak-shaving", street())
    parts, also = lived("peak-shaving", street(), cuts=tuple(cuts))
    assert whole.tobytes() == parts.tobytes()
    assert all(one.tobytes() == other.tobytes() for one, other in zip(memory, also, strict=True))
