"""The community battery run by a controller: held against stores through time by themselves, and against the optimum."""

import dataclasses
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from jiran import JiranError, load_scenario, simulate
from jiran.control import controllers, find_controller, find_forecast, forecasts, running
from jiran.control.forecasting.base import MOST_DAYS
from jiran.control.memory import first_memory
from jiran.homes.profiles import Profiles
from jiran.judge.optimum import community_optimum
from jiran.scenario.parts import Battery
from stores import asked, months
from valid import ordinary

#: Cheap at night, dear in the evening.
BY_HOUR = [0.30] * 7 + [0.45] * 10 + [0.60] * 5 + [0.30] * 2


def run(**changes):
    base = {
        "battery.controller": "plan-ahead",
        "steps": 96,
        "step_minutes": 60,
        "grid.import_price": BY_HOUR,
        "grid.export_price": 0.2,
    }
    return simulate(load_scenario("kampung", base | changes))


def left(result):
    """Return what homes have left and lack after the market in each step, kWh, and the larger side as a need."""
    kwh = result.settlement.step_kwh
    surplus, deficit = (
        kwh["battery_charged_kwh"] + kwh["grid_export_kwh"],
        kwh["battery_drawn_kwh"] + kwh["grid_import_kwh"],
    )
    return np.where(surplus > deficit + 1e-9, -surplus, deficit)


def both_sides(result):
    """Tell in which steps the market left surplus and deficit, shape (step,)."""
    kwh = result.settlement.step_kwh
    surplus = kwh["battery_charged_kwh"] + kwh["grid_export_kwh"]
    return np.minimum(surplus, kwh["battery_drawn_kwh"] + kwh["grid_import_kwh"]) > 1e-12


def moved(result):
    kwh = result.settlement.step_kwh
    return kwh["battery_charged_kwh"] + kwh["battery_import_kwh"], kwh["battery_drawn_kwh"] + kwh["battery_export_kwh"]


@pytest.mark.parametrize("preset", ["paper", "kampung", "ev-street"])
def test_own_use_first_is_one_controller_among_others(monkeypatch, preset):
    plain = simulate(load_scenario(preset, {"battery.capacity_kwh": 30}))
    monkeypatch.setattr(Battery, "planned", property(lambda self: self.capacity_kwh > 0.0))
    asked = simulate(load_scenario(preset, {"battery.capacity_kwh": 30}))
    assert asked.digest == plain.digest
    assert asked.state.street is not None
    assert plain.state.street is None
    assert not asked.flows.outputs.battery_import_kwh.any()


@settings(max_examples=30, deadline=None)
@given(
    st.integers(0, 10_000), st.sampled_from(sorted(controllers())), st.sampled_from(sorted(forecasts())), st.booleans()
)
def test_it_does_what_a_store_does_by_itself(seed, controller, forecast, free):
    drawn = ordinary(np.random.default_rng(seed), 2_000)
    said = {"controller": controller, "forecast": forecast, "grid_charge": free, "feed_in": free, "reserve_price": None}
    said |= {"peak_kw": [0.0, 3.0][seed % 2], "peak_price": [10.0, 0.0, None][seed % 3]}
    data = drawn.model_dump(exclude_none=True)
    data["battery"] = {**data["battery"], **said, "capacity_kwh": max(1.0, drawn.battery.capacity_kwh)}
    data["battery"] = {name: value for name, value in data["battery"].items() if value is not None}
    scenario = type(drawn).model_validate(data)
    try:
        result = simulate(scenario)
    except JiranError:
        assume(False)
    assume(scenario.battery.planned and len(np.unique(np.diff(result.timeline.local_s))) <= 1)
    assume(not scenario.grid.limited)  # of which a store by itself knows nothing
    plugin, expects = find_controller(controller), find_forecast(forecast)
    assume(not (plugin.forecasts and expects.foresight))  # what it is told is not what the market leaves
    # The street's meter nets what the market left on both sides, of which the battery by itself sees one.
    assume(controller != "peak-shaving" or not both_sides(result).any())
    day, of, step_h = 24 * 60 // scenario.step_minutes, scenario.battery, result.timeline.step_h
    way = running.Way(
        day, plugin.horizon_h * day // 24, scenario.grid.known_ahead_h * day // 24, expects.rows(expects.defaults),
        plugin.forecasts, False, expects.numbers(expects.defaults), *asked(plugin, of, step_h),
    )  # fmt: skip
    stores = running.Stores(
        *(np.array([kwh]) for kwh in (of.capacity_kwh, of.min_soc * of.capacity_kwh, of.charge_kw * step_h, of.discharge_kw * step_h)),
        of.charge_efficiency, of.discharge_efficiency, 0.0, of.wear_cost, free, free,
    )  # fmt: skip
    memory, moves = (
        first_memory(np.array([result.start.stored_kwh]), day, MOST_DAYS, 512),
        running.Moves(*np.zeros((3, scenario.steps, 1))),
    )
    plain = find_controller("self-consumption")
    direct, planned = (plugin, find_controller("plan-ahead")) if plugin.direct else (plain, plugin)
    said_prices = scenario.grid.import_price, scenario.grid.export_price
    assume(not any(isinstance(one, tuple) for one in said_prices) or scenario.steps % day == 0)
    prices = (
        np.concatenate([one, np.resize(one[-day:], way.horizon)])
        for one in (result.prices.grid_import, result.prices.grid_export)
    )
    given_ = running.Given(left(result)[:, None].copy(), *prices, months(result, way.horizon))
    ended = running.run(
        0, scenario.steps, 0, way, expects.code, planned.code, direct.code, given_, stores, memory, moves
    )
    assert ended == (running.FINE, scenario.steps)
    taken, gave = moved(result)
    np.testing.assert_allclose(taken, moves.charged_kwh[:, 0], atol=1e-6)
    np.testing.assert_allclose(gave, moves.given_kwh[:, 0], atol=1e-6)


@pytest.mark.parametrize("controller", sorted(set(controllers()) - {"self-consumption"}))
def test_a_run_cut_in_two_is_the_whole_run(controller):
    whole = run(**{"battery.controller": controller, "battery.forecast": "yesterday"})
    scenario, profiles = whole.scenario, whole.flows.profiles

    def part(first, last, state):
        some = type(profiles)(**{name: array[first:last] for name, array in vars(profiles).items()})
        start = scenario.start + timedelta(minutes=first * scenario.step_minutes)
        return simulate(scenario.model_copy(update={"steps": last - first, "start": start}), profiles=some, state=state)

    first = part(0, 37, None)
    second = part(37, 96, first.state)
    both = np.concatenate([first.flows.outputs.soc_kwh, second.flows.outputs.soc_kwh])
    np.testing.assert_array_equal(both, whole.flows.outputs.soc_kwh)


def test_it_buys_at_the_grids_price_and_the_fund_pays():
    result = run()
    out, price = result.flows.outputs, result.prices
    assert out.battery_import_kwh.sum() > 1.0
    homes = sum(
        float(sign * (result.flows[f"battery_{name}_kwh"].sum(axis=1) @ getattr(price, f"battery_{does}")))
        for name, does, sign in (("drawn", "sells", 1), ("charged", "buys", -1))
    )
    own = float(out.battery_import_kwh @ price.grid_import - out.battery_export_kwh @ price.grid_export)
    shared = float(result.settlement.fund_share.sum())
    assert result.accounts["battery"] == pytest.approx(homes - own - shared, abs=1e-9)
    bill = float(result.flows["grid_import_kwh"].sum(axis=1) @ price.grid_import)
    bill -= float(result.flows["grid_export_kwh"].sum(axis=1) @ price.grid_export)
    assert result.accounts["grid"] == pytest.approx(bill + own)
    assert sum(result.accounts.values()) == pytest.approx(0.0, abs=1e-9)


def test_what_it_may_not_do_it_does_not():
    free, bound = run(), run(**{"battery.grid_charge": False, "battery.feed_in": False})
    assert free.kpis["battery_import_kwh"] > 1.0
    assert bound.kpis["battery_import_kwh"] == bound.kpis["battery_export_kwh"] == 0.0
    waits = run(**{"battery.reserve_price": 0.5, "battery.sell_price": "import"})
    assert not moved(waits)[1][waits.prices.battery_sells < 0.5].any()


def test_a_perfect_plan_reaches_nearly_all_that_can_be_saved_and_own_use_much_less():
    own, planned = (
        community_optimum(
            run(
                **{
                    "battery.controller": name,
                    "battery.forecast": "perfect",
                    "steps": 24 * 14,
                    "market.mechanism": "mid-market-rate",
                }
            )
        ).share_reached
        for name in ("self-consumption", "plan-ahead")
    )
    assert own < planned - 0.05
    assert 0.98 <= planned <= 1.0 + 1e-9


def test_no_plan_is_better_than_the_optimum_and_its_figures_balance():
    for controller in controllers():
        result = run(**{"battery.controller": controller})
        assert community_optimum(result).share_reached <= 1.0 + 1e-9
        taken, gave = (float(kwh.sum()) for kwh in moved(result))
        assert result.kpis["battery_charged_kwh"] == pytest.approx(taken)
        assert result.kpis["battery_drawn_kwh"] == pytest.approx(gave)
        row = result.device_totals.row(0, named=True)
        assert (row["charged_kwh"], row["given_kwh"]) == pytest.approx((taken, gave))
        assert row["lost_kwh"] == pytest.approx(result.kpis["battery_loss_kwh"], abs=1e-9)


def test_the_street_takes_what_homes_and_battery_take():
    result = run()
    steps = result.steps
    net = (
        steps["grid_import_kwh"] + steps["battery_import_kwh"] - steps["grid_export_kwh"] - steps["battery_export_kwh"]
    ).to_numpy()
    assert result.kpis["street_import_kwh"] == pytest.approx(net[net > 0].sum())
    assert result.kpis["peak_import_kw"] == pytest.approx(net.max())


def test_with_a_tariff_the_bills_and_accounts_balance():
    result = simulate(
        load_scenario(
            "klang-valley-atap", {"battery.capacity_kwh": 20, "battery.controller": "plan-ahead", "steps": 24 * 10}
        )
    )
    assert sum(result.accounts.values()) == pytest.approx(0.0, abs=1e-6)
    assert dataclasses.astuple(result.balance) < (1e-9, 1e-9)


@pytest.mark.parametrize(("sun_kwh", "gives_kwh"), [(10.0, 0.0), (0.0, 7.0)])
def test_the_peak_that_it_shaves_is_that_of_the_streets_meter(sun_kwh, gives_kwh):
    """What one home exports while another imports does not reach it, though a rule that trades nothing leaves both."""
    steps = 24 * 4
    evening = np.arange(steps) % 24 == 19
    sun, load = np.zeros((steps, 2)), np.zeros((steps, 2))
    sun[evening, 0], load[evening, 1] = sun_kwh, 12.0
    changes = {
        "homes.groups": [{"kind": "solar", "count": 1}, {"kind": "normal", "count": 1}], "steps": steps,
        "market.mechanism": "grid-only", "grid.import_price": 0.5, "battery.controller": "peak-shaving", "battery.wear_cost": 5.0,
        "battery.peak_kw": 5.0, "battery.capacity_kwh": 50.0, "battery.charge_kw": 20.0, "battery.discharge_kw": 20.0,
        "battery.start_soc": 1.0,
    }  # fmt: skip
    profiles = Profiles(sun, load, np.zeros((steps, 2)))
    base = load_scenario("kampung", {"step_minutes": 60, **changes})
    # On the first day nothing is known; what comes then is no peak here.
    profiles.load_kwh[:24] = profiles.generation_kwh[:24] = 0.0
    profiles.load_kwh[24:48] = profiles.generation_kwh[24:48] = 0.0
    profiles.load_kwh[19, 1], profiles.generation_kwh[19, 0] = 5.0, 0.0
    gave = moved(simulate(base, profiles=profiles))[1]
    assert gave[72:].sum() == pytest.approx(gives_kwh, abs=1e-6)
