"""Laws that batteries in homes keep in every run, however they are run, and a plain loop that knows nothing of jiran's."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jiran import JiranError, load_scenario, simulate
from jiran.control import controllers, find_controller, find_forecast, running
from jiran.control.forecasting.base import MOST_DAYS
from jiran.control.memory import first_memory
from jiran.homes.profiles import Profiles
from stores import asked, months
from strategies import KINDS, changed, number, scenarios, small, with_home_batteries
from truth.run import standby_kwh

CLOSE = 1e-9


def part(profiles, cut):
    return Profiles(*(np.ascontiguousarray(array[cut]) for array in vars(profiles).values()))


def moves(result):
    """Return what batteries took to charge, what they gave, and what they held, kWh."""
    flows = result.flows
    into = flows.home_charged_kwh - standby_kwh(result)
    return [np.where(into > CLOSE, into, 0.0), flows.home_given_kwh, flows.outputs.home_stored_kwh]


def needs(result):
    """Return what homes lack (> 0) or have to spare (< 0) before their battery acts, with its standby, kWh, shape (step, store)."""
    flows = result.flows
    lent = np.zeros_like(flows["load_kwh"])
    lent[:, flows.fleet.homes] = flows.outputs.ev_lent_kwh
    used = flows["load_kwh"] + flows["ev_kwh"] - flows["generation_kwh"] - (flows["ev_supplied_kwh"] - lent)
    return used[:, flows.battery_homes] + standby_kwh(result)


# --- laws ------------------------------------------------------------------------------------------------------


@given(with_home_batteries())
def test_a_battery_keeps_to_its_limits_and_loses_what_its_efficiencies_say(scenario):
    result = simulate(scenario)
    (charged, given_, stored), homes, said = moves(result), result.flows.battery_homes, scenario.home_battery
    kwh, kw = result.community.battery_kwh[homes], result.community.battery_kw[homes]
    before = np.vstack([said.start_soc * kwh, stored[:-1]])
    change = charged * said.charge_efficiency - given_ / said.discharge_efficiency
    assert np.abs(stored - before - change).max(initial=0.0) <= CLOSE
    assert stored.min(initial=0.0) >= 0.0
    assert (stored <= kwh).all()
    assert (np.maximum(charged, given_) <= kw * result.timeline.step_h + CLOSE * (said.standby_w > 0.0)).all()
    assert min(charged.min(initial=0.0), given_.min(initial=0.0)) >= 0.0
    assert not (charged * given_).any()


@given(with_home_batteries(grid_charge=False, feed_in=False))
def test_a_battery_that_may_neither_buy_nor_sell_only_shifts_what_its_home_has(scenario):
    result = simulate(scenario)
    (charged, given_, _), need = moves(result), needs(result)
    assert (charged <= np.maximum(-need, 0.0) + CLOSE).all()
    assert (given_ <= np.maximum(need, 0.0) + CLOSE).all()


@given(st.sampled_from([0.0, 0.4, 2.0, 5.0]).flatmap(lambda kw: with_home_batteries(inverter_kw=kw)))
def test_roof_and_battery_give_together_no_more_than_the_inverter_they_share(scenario):
    result = simulate(scenario)
    (_, given_, _), homes = moves(result), result.flows.battery_homes
    most = scenario.home_battery.inverter_kw * result.timeline.step_h
    assert (result.flows["generation_kwh"][:, homes] + given_).max(initial=0.0) <= most + CLOSE
    # A roof without a battery beside it has an inverter of its own, and given profiles are what they are.
    free = simulate(changed(scenario, home_battery__inverter_kw=1_000.0))
    others = np.setdiff1d(np.arange(result.community.size), homes)
    assert np.array_equal(result.flows["generation_kwh"][:, others], free.flows["generation_kwh"][:, others])
    given_again = simulate(scenario, profiles=free.flows.profiles)
    roof, gave = free.flows["generation_kwh"][:, homes], given_again.flows.home_given_kwh
    assert (gave <= np.maximum(most - roof, 0.0) + CLOSE).all()


def test_an_inverter_that_is_never_full_changes_nothing():
    free, wide = (simulate(dynamic(**fields)) for fields in ({}, {"home_battery.inverter_kw": 500.0}))
    assert free.digest == wide.digest
    narrow = simulate(dynamic(**{"home_battery.inverter_kw": 1.0}))
    assert narrow.digest != free.digest


@given(with_home_batteries(controller="self-consumption", inverter_kw=None))
def test_own_use_takes_all_that_fits_and_gives_all_that_is_lacking(scenario):
    result = simulate(scenario)
    (charged, given_, stored), need, homes = moves(result), needs(result), result.flows.battery_homes
    kwh, most = result.community.battery_kwh[homes], result.community.battery_kw[homes] * result.timeline.step_h
    assert (charged <= np.maximum(-need, 0.0) + CLOSE).all()
    assert (given_ <= np.maximum(need, 0.0) + CLOSE).all()
    idle = (charged >= np.minimum(np.maximum(-need, 0.0), most) - CLOSE) | (stored >= kwh - CLOSE)
    assert (idle | (need > 0.0)).all()
    idle = (given_ >= np.minimum(np.maximum(need, 0.0), most) - CLOSE) | (stored <= CLOSE)
    assert (idle | (need < 0.0)).all()


@given(with_home_batteries())
def test_every_home_gets_as_much_as_it_gives_and_the_same_run_again_is_the_same(scenario):
    result = simulate(scenario)
    flows = result.flows
    sources = [name for name in flows if name in ("generation_kwh", "ev_supplied_kwh", "home_battery_given_kwh", "p2p_bought_kwh", "battery_drawn_kwh", "grid_import_kwh")]  # fmt: skip
    came = sum(flows[name] for name in sources)
    went = sum(flows[name] for name in flows if name not in sources)
    assert np.abs(came - went).max() <= CLOSE * max(1.0, came.max())
    assert simulate(scenario).digest == result.digest


@given(with_home_batteries(), st.integers(1, 79))
def test_a_run_that_is_cut_in_two_is_the_whole_run_to_the_last_bit(scenario, cut):
    if scenario.home_battery.forecast == "perfect" or cut >= scenario.steps:
        scenario, cut = changed(scenario, home_battery__forecast="ewma", steps=48), 30
    scenario = changed(scenario, ev__supply={"enabled": False}, time_zone="Asia/Kuching")
    whole = simulate(scenario)
    parts = [part(whole.flows.profiles, steps) for steps in (slice(None, cut), slice(cut, None))]
    one = simulate(changed(scenario, steps=cut), profiles=parts[0])
    start = whole.timeline.local[cut].astype(object)
    two = simulate(changed(scenario, steps=scenario.steps - cut, start=start), profiles=parts[1], state=one.state)
    for name in ("home_moved_kwh", "home_stored_kwh", "soc_kwh", "traded_kwh"):
        both = np.concatenate([getattr(run.flows.outputs, name) for run in (one, two)])
        assert both.tobytes() == getattr(whole.flows.outputs, name).tobytes(), name


def peeked(scenario, cut):
    """Tell whether something before a step is different when all that homes need from there on is."""
    result = simulate(scenario)
    other = Profiles(*(array.copy() for array in vars(result.flows.profiles).values()))
    other.load_kwh[cut:] = other.load_kwh[cut:, ::-1] * 3.0 + 0.5
    other.generation_kwh[cut:] *= 0.1
    again = simulate(scenario, profiles=other)
    return any(one[:cut].tobytes() != two[:cut].tobytes() for one, two in zip(moves(result), moves(again), strict=True))


@given(with_home_batteries(), st.integers(1, 79))
def test_nobody_peeks_inside_a_run(scenario, cut):
    if scenario.home_battery.forecast != "perfect" or scenario.home_battery.controller in (
        "self-consumption",
        "time-of-use",
    ):
        assert not peeked(changed(scenario, ev__supply={"enabled": False}), min(cut, scenario.steps))


def dynamic(**fields):
    """Return three days of a street on prices that change by the hour."""
    rng = np.random.default_rng(3)
    prices = rng.uniform(0.1, 0.9, 24).round(3).tolist()
    return load_scenario(
        "paper",
        {
            "steps": 96, "grid.import_price": prices, "grid.export_price": 0.1,
            "homes.groups.solar.battery_kwh": 8.0, "homes.groups.normal.battery_kwh": 5.0, **fields,
        },
    )  # fmt: skip


def test_the_test_would_see_a_plan_that_peeks():
    planned = {"home_battery.controller": "plan-ahead"}
    assert peeked(dynamic(**planned, **{"home_battery.forecast": "perfect"}), 60)
    assert not peeked(dynamic(**planned), 60)


@pytest.mark.parametrize("controller", ["plan-ahead", "plan-scenarios"])
def test_a_plan_heeds_the_past(controller):
    scenario = dynamic(**{"home_battery.controller": controller})
    result = simulate(scenario)
    other = Profiles(*(array.copy() for array in vars(result.flows.profiles).values()))
    other.load_kwh[:24] *= 4.0
    later = [array[48:] for array in (moves(result)[0], moves(simulate(scenario, profiles=other))[0])]
    assert not np.array_equal(*later)


def test_prices_that_are_not_known_yet_change_nothing_and_known_ones_do():
    """The third day's prices are seen on the second only if they are known 48 h ahead."""
    rng = np.random.default_rng(0)
    prices = rng.uniform(0.1, 0.9, 96).round(3).tolist()
    cheap = [*prices[:72], *(0.02 for _ in range(24))]

    def second_day(prices, known):
        named = {"home_battery.controller": "plan-ahead", "grid.import_price": prices, "grid.known_ahead_h": known}
        return moves(simulate(dynamic(**named)))[2][48:72]

    assert np.array_equal(second_day(prices, 24), second_day(cheap, 24))
    assert not np.array_equal(second_day(prices, 48), second_day(cheap, 48))


# --- against other ways to work it out ---------------------------------------------------------------------------


@settings(max_examples=40)
@given(
    st.sampled_from([name for name, one in controllers().items() if not one.together]).flatmap(
        lambda name: with_home_batteries(controller=name, inverter_kw=None)
    )
)
def test_batteries_do_in_a_street_what_they_would_do_by_themselves(scenario):
    """With a rule that changes no need, each is run as `control.running` runs it on its home's own need."""
    scenario = changed(
        scenario, ev__supply={"enabled": False}, home_battery=scenario.home_battery.model_dump() | {"in_market": False}
    )
    result = simulate(scenario)
    said, homes, profiles = scenario.home_battery, result.flows.battery_homes, result.flows.profiles
    controller, forecast = find_controller(said.controller), find_forecast(said.forecast)
    parameters, peak_price = asked(controller, said, 1.0)
    way = running.Way(
        day=24, horizon=controller.horizon_h, known=scenario.grid.known_ahead_h, scenarios=forecast.rows(forecast.defaults),
        forecasts=controller.forecasts, foresight=controller.forecasts and forecast.foresight,
        expect_parameters=forecast.numbers(forecast.defaults), parameters=parameters, peak_price=peak_price,
    )  # fmt: skip
    need = -(profiles.generation_kwh - profiles.load_kwh - profiles.ev_kwh)[:, homes].copy()
    hours = np.arange(scenario.steps + controller.horizon_h)
    price = {}
    for name in ("import", "export"):
        known, said_price = getattr(result.prices, f"grid_{name}"), getattr(scenario.grid, f"{name}_price")
        later = said_price if isinstance(said_price, tuple) else (said_price,) * 24
        clock = (result.timeline.hour[-1] + hours[: controller.horizon_h] + 1) % 24
        price[name] = np.concatenate([known, [later[int(hour)] for hour in clock]])
    stores = running.Stores(
        result.community.battery_kwh[homes], np.zeros(homes.size), *[result.community.battery_kw[homes]] * 2,
        said.charge_efficiency, said.discharge_efficiency, standby_kwh(result), said.wear_cost, said.grid_charge, said.feed_in,
    )  # fmt: skip
    memory = first_memory(said.start_soc * stores.capacity_kwh, 24, MOST_DAYS, 512)
    found = running.Moves(*np.zeros((3, scenario.steps, homes.size)))
    plain = find_controller("self-consumption")
    direct, planned = (controller, find_controller("plan-ahead")) if controller.direct else (plain, controller)
    given_ = running.Given(need, price["import"], price["export"], months(result, controller.horizon_h))
    ended = running.run(
        0, scenario.steps, 0, way, forecast.code, planned.code, direct.code, given_, stores, memory, found
    )
    assert ended == (running.FINE, scenario.steps)
    if len(np.unique(np.diff(result.timeline.local_s))) <= 1:
        for one, other in zip(moves(result), found, strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-12)


def street_loop(scenario, generation, load, price):
    """Run a street with batteries at home in plain Python: own use, own battery, neighbours in order, street battery, grid."""
    street, own, homes = scenario.battery, scenario.home_battery, range(len(generation[0]))
    size = [(home.battery_kwh or 0.0) for home in scenario.homes.single]
    power = [half if home.battery_kw is None else home.battery_kw for home, half in zip(scenario.homes.single, [kwh / 2 for kwh in size], strict=True)]  # fmt: skip
    held, shared, bills, lines = [own.start_soc * kwh for kwh in size], street.start_soc * street.capacity_kwh, [0.0] * len(size), []  # fmt: skip
    for step, (made, used) in enumerate(zip(generation, load, strict=True)):
        left = [roof - need for roof, need in zip(made, used, strict=True)]
        for home in homes:
            if left[home] > 0:
                taken = min(left[home], power[home], (size[home] - held[home]) / own.charge_efficiency)
                held[home] += taken * own.charge_efficiency
                left[home] -= taken
            else:
                given_ = min(-left[home], power[home], held[home] * own.discharge_efficiency)
                held[home] -= given_ / own.discharge_efficiency
                left[home] += given_
        paid = scenario.market.parameters["fraction"] * price["import"]
        for seller in homes:
            for buyer in homes:
                kwh = min(max(left[seller], 0.0), max(-left[buyer], 0.0))
                left[seller] -= kwh
                left[buyer] += kwh
                bills[seller] -= kwh * paid
                bills[buyer] += kwh * paid
        over, short = sum(max(kwh, 0.0) for kwh in left), sum(max(-kwh, 0.0) for kwh in left)
        into = min(over, street.charge_kw, street.capacity_kwh - shared)
        out_of = min(short, street.discharge_kw, shared)
        shared += into - out_of
        for home in homes:
            kwh = left[home]
            if kwh > 0:
                bills[home] -= kwh / over * (into + (over - into)) * price["export"]
            elif short:
                bills[home] -= kwh / short * (out_of + (short - out_of)) * price["import"]
        bills = [bill - (out_of * price["import"] - into * price["export"]) / len(bills) for bill in bills]
        lines.append((list(held), shared))
        assert step < scenario.steps
    return lines, bills


@given(st.integers(0, 10_000))
def test_a_street_with_batteries_is_the_plain_loop(seed):
    rng = np.random.default_rng(seed)
    count, steps = int(rng.integers(1, 6)), int(rng.integers(1, 60))
    single = [
        {"id": f"H{home}", "kind": "normal", "battery_kwh": float(rng.choice([0.0, rng.uniform(0, 8)])), **({"battery_kw": float(rng.uniform(0, 3))} if rng.random() < 0.5 else {})}
        for home in range(count)
    ]  # fmt: skip
    scenario = changed(
        small(count, steps, battery={"capacity_kwh": float(rng.choice([0.0, 5.0])), "charge_kw": 1.5, "discharge_kw": 2.0}),
        homes={"single": single}, home_battery={"start_soc": float(rng.random()), "charge_efficiency": 0.9},
    )  # fmt: skip
    net = rng.normal(0.0, 1.5, (steps, count))
    made, used = np.maximum(net, 0.0), np.maximum(-net, 0.0)
    result = simulate(scenario, profiles=Profiles(made, used, np.zeros(net.shape)))
    lines, bills = street_loop(scenario, made.tolist(), used.tolist(), {"import": 0.5, "export": 0.2})
    stored = np.zeros((steps, count))
    stored[:, result.flows.battery_homes] = result.flows.outputs.home_stored_kwh
    np.testing.assert_allclose(stored, [held for held, _ in lines], atol=1e-10)
    np.testing.assert_allclose(result.flows.outputs.soc_kwh, [shared for _, shared in lines], atol=1e-10)
    np.testing.assert_allclose(result.settlement.cost, bills, atol=1e-9)


# --- length of a step, and what is asked -------------------------------------------------------------------------


@pytest.mark.parametrize("standby_w", [0.0, 120.0])
@pytest.mark.parametrize(("controller", "forecast"), [("self-consumption", "ewma"), ("plan-ahead", "yesterday")])  # fmt: skip
def test_an_hour_is_four_quarters_of_an_hour(controller, forecast, standby_w):
    """Not by the hours of the tariff: they fill a battery early in the hour, which then exports what the sun brings later."""
    rng = np.random.default_rng(7)
    need = np.tile(rng.normal(0.2, 1.5, (24, 3)), (4, 1))
    prices = np.repeat(rng.uniform(0.1, 0.9, 8), 3).round(2).tolist()
    homes = {"single": [{"id": f"H{home}", "kind": "normal", "battery_kwh": 6.0} for home in range(3)]}
    costs = []
    for parts in (1, 4):
        net = np.repeat(-need, parts, axis=0) / parts
        scenario = changed(
            small(3, len(net), step_minutes=60 // parts, grid={"import_price": prices, "export_price": 0.05}),
            homes=homes, home_battery={"controller": controller, "forecast": forecast, "standby_w": standby_w}, market={"mechanism": "grid-only"},
        )  # fmt: skip
        result = simulate(scenario, profiles=Profiles(np.maximum(net, 0.0), np.maximum(-net, 0.0), np.zeros(net.shape)))
        assert result.flows["home_battery_given_kwh"].any()
        costs.append((result.settlement.cost, result.state.at_home_kwh))
    (hourly, left), (quarterly, other_left) = costs
    np.testing.assert_allclose(hourly, quarterly, atol=1e-6)
    assert left == pytest.approx(other_left, abs=1e-6)


@pytest.mark.parametrize("minutes", [5, 15, 60])
def test_standby_is_charged_by_the_hour_in_an_empty_battery_too_and_is_paid(minutes):
    steps = 48 * 60 // minutes
    homes = {"single": [{"id": "H", "kind": "normal", "battery_kwh": 5.0}, {"id": "N", "kind": "normal"}]}
    load = Profiles(np.zeros((steps, 2)), np.full((steps, 2), 0.6 * minutes / 60), np.zeros((steps, 2)))
    scenario = changed(small(2, steps, step_minutes=minutes), homes=homes, home_battery={"standby_w": 25.0})
    result = simulate(scenario, profiles=load)
    assert result.settlement.cost == pytest.approx([48 * (0.6 + 0.025) * 0.5, 48 * 0.6 * 0.5], abs=1e-9)
    assert result.kpis["home_battery_loss_kwh"] == pytest.approx(48 * 0.025, abs=1e-9)
    assert result.kpis["home_battery_standby_kwh"] == pytest.approx(48 * 0.025, abs=1e-9)
    assert result.device_totals["lost_kwh"].to_list() == pytest.approx([48 * 0.025], abs=1e-9)


@given(scenarios(), st.sampled_from(KINDS), number(0, 5))
def test_a_battery_of_nothing_is_none(scenario, kind, kw):
    data = scenario.model_dump(exclude_none=True)
    data["homes"]["groups"] = [*data["homes"]["groups"], {"kind": kind}]
    without = type(scenario).model_validate(data)
    data["homes"]["groups"][-1] |= {"battery_kwh": 0.0, "battery_kw": kw}
    assert simulate(type(scenario).model_validate(data)).digest == simulate(without).digest


@pytest.mark.parametrize(
    ("overrides", "says"),
    [
        ({"home_battery.controller": "clever"}, "home_battery.controller.*clever.*must be one of .*plan-ahead"),
        ({"home_battery.forecast": "oracle"}, "home_battery.forecast.*oracle.*must be one of .*yesterday"),
        ({"homes.groups.solar.battery_kwh": -1.0}, "battery_kwh.*-1.*at least 0"),
        ({"home_battery.wear_cost": -0.1}, "home_battery.wear_cost.*-0.1.*at least 0"),
        ({"home_battery.standby_w": -1}, "home_battery.standby_w.*-1.*at least 0"),
        ({"grid.known_ahead_h": 12}, "grid.known_ahead_h.*12.*at least 24"),
    ],
)
def test_what_cannot_be_is_said_in_one_sentence(overrides, says):
    with pytest.raises(JiranError, match=says) as failed:
        load_scenario("paper", overrides)
    assert "\n" not in str(failed.value)


def test_a_state_of_other_batteries_is_refused():
    one = simulate(load_scenario("paper", {"homes.groups.solar.battery_kwh": 5.0}))
    with pytest.raises(JiranError, match=r"state.at_home.*5 batteries.*must be of as many homes as have one: 0"):
        simulate(load_scenario("paper"), state=one.state)


# --- what it is worth --------------------------------------------------------------------------------------------


def test_each_device_has_an_account():
    fields = {"ev.supply.enabled": True, "home_battery.wear_cost": 0.1, "home_battery.start_soc": 0.5}
    result = simulate(dynamic(**fields))
    totals, kpis = result.device_totals, result.kpis
    assert set(totals["device"]) == {"community battery", "EV", "home battery"}
    own = totals.filter(device="home battery")
    assert own.height == int((result.community.battery_kwh > 0).sum())
    lost = own["charged_kwh"] * (1 - 0.95) + own["given_kwh"] * (1 / 0.95 - 1)
    np.testing.assert_allclose(own["lost_kwh"], lost, atol=1e-9)
    np.testing.assert_allclose(own["wear"], 0.1 * own["given_kwh"], atol=1e-12)
    assert own["lost_kwh"].sum() == pytest.approx(kpis["home_battery_loss_kwh"], abs=1e-9)
    assert own["wear"].sum() == pytest.approx(kpis["home_battery_wear"], abs=1e-9)
    steps = result.devices
    assert steps.height == totals.height * 96
    for name in ("charged_kwh", "given_kwh", "driven_kwh"):
        assert steps[name].sum() == pytest.approx(totals[name].sum(), abs=1e-9)
    ends = steps.filter(step=95)["stored_kwh"]
    assert ends.to_list() == totals["end_kwh"].to_list()
    assert ends.sum() == pytest.approx(result.state.all_kwh, abs=1e-9)


def test_the_state_at_the_start_is_not_changed_by_a_run():
    one = simulate(dynamic(**{"home_battery.controller": "plan-ahead"}))
    before = [array.copy() for array in one.state.at_home]
    again = [simulate(dynamic(**{"home_battery.controller": "plan-ahead"}), state=replace(one.state)) for _ in range(2)]
    assert again[0].digest == again[1].digest
    assert all(np.array_equal(array, kept) for array, kept in zip(one.state.at_home, before, strict=True))


def test_what_a_car_gives_takes_nothing_of_the_inverter_that_roof_and_battery_share():
    """At night a car sells what the grid pays for; the battery beside it sells too, up to the inverter and no less."""
    home = {"id": "H", "kind": "hybrid", "battery_kwh": 9.0, "battery_kw": 3.0, "pv_kwp": 0.0, "ev_kw": 7.0}
    dear = [0.1] * 18 + [0.9] * 3 + [0.1] * 3
    said = {
        "homes": {"single": [home]}, "steps": 72, "start": "2026-03-06T00:00:00", "ev.charging": "v2g",
        "ev.calendar.weekend_trips": 0.0, "grid.import_price": dear, "grid.export_price": [price * 0.9 for price in dear],
        "home_battery.controller": "plan-ahead", "home_battery.inverter_kw": 2.0, "market.mechanism": "grid-only",
    }  # fmt: skip
    flows = simulate(load_scenario("paper", said)).flows
    given_kwh = flows.home_given_kwh[:, 0]
    both = (flows.outputs.ev_supplied_kwh[:, 0] > 3.0) & (given_kwh > 0.0)
    assert both.any()
    assert given_kwh[both].max() == pytest.approx(2.0)
