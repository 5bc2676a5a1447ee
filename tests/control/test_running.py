"""Stores through time: what is remembered is all that the next step needs, and each store is on its own."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiran.control import find_controller, find_forecast, running
from jiran.control.memory import first_memory, known, remember

DAY = 24
DIRECT, PLAN, SCENARIOS = (find_controller(name) for name in ("self-consumption", "plan-ahead", "plan-scenarios"))


def street(stores=3, days=6, seed=0):
    rng = np.random.default_rng(seed)
    need = np.tile(rng.normal(0.2, 1.5, (DAY, stores)), (days, 1)) + rng.normal(0.0, 0.5, (DAY * days, stores))
    price = rng.uniform(0.05, 0.9, DAY * days)
    return running.Given(need, price, price * 0.4)


def unlike(stores):
    size = np.linspace(4.0, 12.0, stores)
    return running.Stores(
        size, 0.1 * size, 0.4 * size, 0.4 * size, 0.95, 0.9, 0.01, 0.02, grid_charge=True, feed_in=True
    )


def way(controller=PLAN, forecast="mean-of-days"):
    guess = find_forecast(forecast)
    return guess, running.Way(
        day=DAY,
        horizon=controller.horizon_h,
        known=48,
        scenarios=guess.rows(guess.defaults),
        forecasts=controller.forecasts,
        foresight=guess.foresight,
        expect_parameters=guess.numbers(guess.defaults),
        parameters=controller.numbers(controller.defaults),
    )


def gone(given_, stores, cuts=(), *, controller=PLAN, forecast="mean-of-days", pieces=64):
    """Return what stores do, in as many calls as there are cuts, and how the last one ended."""
    guess, how = way(controller, forecast)
    steps, count = given_.need_kwh.shape
    memory = first_memory(0.3 * stores.capacity_kwh, DAY, 9, pieces)
    moves, ended = running.Moves(*np.zeros((3, steps, count))), (running.FINE, 0)
    for first, last in zip((0, *cuts), (*cuts, steps), strict=True):
        ended = running.run(
            first, last, first, how, guess.code, controller.code, DIRECT.code, given_, stores, memory, moves
        )
    return moves, ended


def same(one, other):
    return all(a.tobytes() == b.tobytes() for a, b in zip(one, other, strict=True))


@given(st.lists(st.integers(1, 143), max_size=4, unique=True).map(sorted), st.sampled_from([PLAN, SCENARIOS]))
def test_a_run_that_is_cut_is_the_whole_run_to_the_last_bit(cuts, controller):
    whole, ended = gone(street(), unlike(3), controller=controller)
    assert ended == (running.FINE, 144)
    assert whole.charged_kwh[DAY:].any()
    assert same(whole, gone(street(), unlike(3), cuts, controller=controller)[0])


def test_each_store_is_run_by_itself():
    together, _ = gone(street(), unlike(3))
    for at in range(3):
        own = unlike(3)._replace(
            capacity_kwh=unlike(3).capacity_kwh[[at]],
            minimum_kwh=unlike(3).minimum_kwh[[at]],
            charge_step_kwh=unlike(3).charge_step_kwh[[at]],
            discharge_step_kwh=unlike(3).discharge_step_kwh[[at]],
        )
        alone, _ = gone(street()._replace(need_kwh=street().need_kwh[:, [at]].copy()), own)
        assert alone.stored_kwh[:, 0].tolist() == together.stored_kwh[:, at].tolist()


def test_limits_and_energy_hold_in_every_step():
    stores = unlike(3)
    moves, _ = gone(street(), stores)
    before = np.vstack([0.3 * stores.capacity_kwh, moves.stored_kwh[:-1]])
    assert moves.stored_kwh - before == pytest.approx(moves.charged_kwh * 0.95 - moves.given_kwh / 0.9, abs=1e-9)
    assert (moves.stored_kwh <= stores.capacity_kwh).all()
    assert (moves.stored_kwh >= stores.minimum_kwh - 1e-9).all()
    assert (moves.charged_kwh <= stores.charge_step_kwh + 1e-9).all()
    assert (moves.given_kwh <= stores.discharge_step_kwh + 1e-9).all()
    assert not (moves.charged_kwh * moves.given_kwh).any()


def test_at_the_end_of_a_run_the_last_day_stands_for_what_comes():
    repeated = street(days=1)
    longer = running.Given(*(np.concatenate([field] * 4) for field in repeated))
    short, _ = gone(repeated, unlike(3), forecast="perfect")
    long, _ = gone(longer, unlike(3), forecast="perfect")
    assert short.stored_kwh.tolist() == long.stored_kwh[:DAY].tolist()


def test_a_plan_with_too_many_pieces_ends_the_run():
    assert gone(street(), unlike(3), pieces=2)[1] == (running.NO_ROOM, DAY)


@pytest.mark.parametrize("worth", ["np.nan", "np.inf", "np.arange(value.shape[1])"])
def test_a_worth_that_cannot_be_ends_the_run(worth):
    def fill(need_kwh, ahead, day, store, parameters, upto_kwh, value):  # noqa: ARG001
        upto_kwh[:] = np.linspace(0.0, store.battery.capacity_kwh, upto_kwh.shape[1])
        value[:] = eval(worth)  # noqa: S307  of this test
        return True

    guess, how = way()
    memory, moves = first_memory(np.full(3, 1.0), DAY, 9, 8), running.Moves(*np.zeros((3, 144, 3)))
    ended = running.run(0, 144, 0, how, guess.code, fill, DIRECT.code, street(), unlike(3), memory, moves)
    assert ended == (running.UNSOUND, DAY)


@given(st.integers(1, 4), st.integers(0, 60))
def test_what_is_known_is_the_newest_of_what_was(kept_days, count):
    memory = first_memory(np.zeros(2), 5, kept_days, 4)
    for step in range(count):
        remember(1, step, float(step), memory)
    past = known(1, count, memory)
    kept = kept_days * 5
    assert past.tolist() == [float(step) for step in range(count)][-min(count, past.size) :] if count else not past.size
    assert past.size == min(count, kept)
    assert not memory.past_kwh[0].any()


def test_what_is_left_at_the_end_of_a_plan_is_worth_what_the_last_plan_said_of_a_day_before_its_end():
    ends = []

    def fill(need_kwh, ahead, day, store, parameters, upto_kwh, value):  # noqa: ARG001
        ends.append(float(value[-1, 0]))
        upto_kwh[:-1, 0] = store.battery.capacity_kwh
        value[:-1, 0] = 100.0 * len(ends) + np.arange(48)
        return True

    guess, how = way()
    memory, moves = first_memory(np.zeros(1), DAY, 9, 8), running.Moves(*np.zeros((3, 72, 1)))
    running.run(0, 72, 0, how, guess.code, fill, DIRECT.code, street(1, days=3), unlike(1), memory, moves)
    # Nothing is known on the first day; the plan of the second is made twice, as none was before it.
    assert ends == [0.0, 124.0, 224.0]
