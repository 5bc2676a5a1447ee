"""Batteries in homes that plan in turn for the street: against the joint optimum, and against each for itself."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jiran import load_scenario, simulate
from jiran.control import find_controller, find_forecast, running
from jiran.control.forecasting.base import MOST_DAYS
from jiran.control.memory import first_memory, remember
from jiran.homes.profiles import Profiles
from jiran.judge.optimum import community_optimum

HOURS = 24 * 10
PRICES = {
    "flat": 0.45,
    "time of use": [0.30] * 8 + [0.60] * 14 + [0.30] * 2,
    "a price for each hour": np.random.default_rng(3).uniform(0.05, 0.8, HOURS).tolist(),
}


def street(controller, forecast="mean-of-days", price="a price for each hour", *, seed=1, count=6, **changes):
    groups = [{"kind": "solar", "count": count, "battery_kwh": 8.0}, {"kind": "normal", "count": 8}]
    return load_scenario(
        "kampung",
        {
            "homes.groups": groups, "steps": HOURS, "step_minutes": 60, "seed": seed, "battery.capacity_kwh": 0,
            "grid.import_price": PRICES[price], "grid.export_price": 0.05, "market.mechanism": "mid-market-rate",
            "home_battery.controller": controller, "home_battery.forecast": forecast,
        }
        | changes,
    )  # fmt: skip


def reached(*said, **changes):
    return community_optimum(simulate(street(*said, **changes))).share_reached


@pytest.mark.parametrize("price", PRICES)
@pytest.mark.parametrize("seed", [1, 2])
def test_in_turn_they_reach_nearly_what_one_programme_for_all_reaches(price, seed):
    together = reached("cooperative", "perfect", price, seed=seed)
    assert 0.95 <= together <= 1.0 + 1e-9


@pytest.mark.parametrize("price", PRICES)
def test_each_for_itself_they_reach_less_and_without_foresight_too(price):
    alone = reached("plan-ahead", price=price, **{"home_battery.in_market": False})
    assert reached("cooperative", price=price) > alone + 0.1


@pytest.mark.parametrize("price", PRICES)
def test_what_they_bid_in_the_market_brings_them_together_too(price):
    alone = reached("plan-ahead", price=price, **{"home_battery.in_market": False})
    assert alone + 0.1 < reached("plan-ahead", price=price) <= 1.0 + 1e-9


@pytest.mark.parametrize("controller", ["cooperative", "plan-ahead", "plan-scenarios", "peak-shaving"])
def test_plans_that_outgrow_their_room_are_those_that_had_it_from_the_beginning(monkeypatch, controller):
    sizes = ((5.0, 3.0), (13.0, 3.0), (13.0, 3.0), (13.0, 0.7))
    groups = [{"kind": "solar", "count": 1, "battery_kwh": kwh, "battery_kw": kw} for kwh, kw in sizes]
    changes = {"homes.groups": [*groups, {"kind": "normal", "count": 4}], "home_battery.wear_cost": 0.013}
    found = []
    for room in (2, 256):  # of plans together a later store outgrows it when those before it have theirs
        monkeypatch.setattr("jiran.simulation.controlled._PIECES", room)
        result = simulate(street(controller, "yesterday", seed=6, **changes))
        found.append((result.state.at_home.value.shape[2], *moves(result), result.flows.outputs.home_stored_kwh))
    assert 2 < found[0][0] < 256
    for one, other in zip(found[0][1:], found[1][1:], strict=True):
        np.testing.assert_array_equal(one, other)


def moves(result):
    return result.flows.home_charged_kwh, result.flows.home_given_kwh


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(["yesterday", "mean-of-days", "perfect"]), st.sampled_from([*PRICES]))
def test_a_single_battery_does_what_a_store_at_the_streets_meter_does(seed, forecast, price):
    result = simulate(street("cooperative", forecast, price, seed=seed, count=1))
    profiles, controller, guess = result.flows.profiles, find_controller("cooperative"), find_forecast(forecast)
    need = (profiles.load_kwh + profiles.ev_kwh - profiles.generation_kwh).sum(axis=1)
    way = running.Way(
        24, 48, 48, guess.rows(guess.defaults), True, guess.foresight, guess.numbers(guess.defaults),
        controller.numbers(controller.defaults),
    )  # fmt: skip
    later = [np.resize(one[-24:], 48) for one in (result.prices.grid_import, result.prices.grid_export)]
    given_ = running.Given(
        np.ascontiguousarray(need[:, None]),
        *(np.concatenate([one, more]) for one, more in zip((result.prices.grid_import, result.prices.grid_export), later, strict=True)),
    )  # fmt: skip
    stores = running.Stores(*(np.array([kwh]) for kwh in (8.0, 0.0, 4.0, 4.0)), 0.95, 0.95, 0.0, 0.0, True, True)
    memory, found = first_memory(np.zeros(1), 24, MOST_DAYS, 256), running.Moves(*np.zeros((3, HOURS, 1)))
    first = 0
    if not guess.foresight:  # on the first day it knows nothing and serves its home, but sees what the street needs
        first, memory.stored_kwh[0] = 24, result.flows.outputs.home_stored_kwh[23, 0]
        for step in range(first):
            remember(0, step, need[step], memory)
    code = guess.code, controller.code, find_controller("self-consumption").code
    assert running.run(first, HOURS, first, way, *code, given_, stores, memory, found)[0] == running.FINE
    for one, other in zip(moves(result), found[:2], strict=True):
        np.testing.assert_allclose(one[first:], other[first:], atol=1e-9)
    assert found.given_kwh[first:].any() or price == "flat"  # where all sun is used at once there is nothing to store


def test_the_second_does_not_store_the_sun_that_the_first_has_stored():
    steps = 24 * 4
    sun, load = np.zeros((steps, 2)), np.full((steps, 2), 0.0)
    sun[np.arange(steps) % 24 == 12, 0] = 3.0
    load[np.arange(steps) % 24 == 20, :] = 1.5
    changes = {
        "homes.groups": [{"kind": "solar", "count": 1, "battery_kwh": 10.0, "battery_kw": 10.0},
                         {"kind": "normal", "count": 1, "battery_kwh": 10.0, "battery_kw": 10.0}],
        "steps": steps, "home_battery.charge_efficiency": 1.0, "home_battery.discharge_efficiency": 1.0,
    }  # fmt: skip
    scenario = street("cooperative", "perfect", "flat", **changes)
    result = simulate(scenario, profiles=Profiles(sun, load, np.zeros_like(load)))
    charged, given_ = moves(result)
    assert charged.sum(axis=1)[12] == pytest.approx(3.0)
    assert given_.sum(axis=1)[20] == pytest.approx(3.0)
    assert result.settlement.step_kwh["grid_import_kwh"].sum() == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("cut", [30, 100, 171])
def test_nobody_peeks_and_a_run_cut_in_two_is_the_whole_run(cut):
    whole = simulate(street("cooperative"))
    scenario, profiles = whole.scenario, whole.flows.profiles
    changed = Profiles(**{name: np.where(np.arange(HOURS)[:, None] < cut, one, 2.0 * one + 0.1) for name, one in vars(profiles).items()})  # fmt: skip
    other = simulate(scenario, profiles=changed)
    for one, two in zip(moves(whole), moves(other), strict=True):
        assert one[:cut].tobytes() == two[:cut].tobytes()
    assert moves(whole)[0][cut:].tobytes() != moves(other)[0][cut:].tobytes()
