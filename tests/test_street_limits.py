"""What the street's connection carries: export is curtailed in equal shares, stores relieve it, import is never cut off."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jiran import JiranError, Scenario, clear, load_scenario, simulate
from jiran.control import controllers
from jiran.homes.profiles import Profiles
from jiran.judge.optimum import community_optimum
from jiran.money.limits import Limits
from jiran.result.basis import exchange_kwh
from strategies import BOOKS, changed, number, run, scenarios, with_home_batteries
from street_limits import limit_kwh

#: What sums of flows leave over, kWh of a step of these streets.
DUST = 1e-8

LIMITS = st.one_of(
    number(0.0, 6.0),
    st.sampled_from([0.0, 0.5]),
    st.integers(0, 99).map(lambda seed: np.random.default_rng(seed).uniform(0.0, 8.0, 24).round(3).tolist()),
)


@st.composite
def limited(draw) -> Scenario:
    """Draw a street with stores of all kinds, run in any way, whose connection has a limit to one side or both."""
    scenario = draw(st.one_of(with_home_batteries(), scenarios(step_minutes=60)))
    which = draw(st.sampled_from([("import",), ("export",), ("import", "export")]))
    said = {f"grid__{side}_limit_kw": draw(LIMITS) for side in which}
    if draw(st.booleans()):
        said["battery__controller"] = draw(st.sampled_from(list(controllers())))
    return changed(scenario, **said)


def exchanges(result):
    """Return import less export of the run and of its baseline, kWh, shape (step,) each."""
    return exchange_kwh(result.settlement.step_kwh), exchange_kwh(result.without_p2p.step_kwh)


def same(one, other):
    """Tell whether two runs moved and paid the same, to the last bit."""
    kept = ({n: a for n, a in found.flows.outputs._asdict().items() if n != "order_kwh"} for found in (one, other))
    pairs = zip(*(arrays.values() for arrays in kept), strict=True)  # orders are kept where stores may move once more
    money = zip(one.settlement.cost, other.settlement.cost, strict=True)
    return all(np.array_equal(a, b, equal_nan=True) for a, b in pairs) and all(a == b for a, b in money)


@settings(deadline=None)
@given(limited())
def test_export_is_never_beyond_its_limit_and_import_only_where_no_store_could_help(scenario):
    result = simulate(scenario)
    most = limit_kwh(result, "export")
    for kwh in exchanges(result):
        assert most is None or (-kwh <= np.array(most) + DUST).all()
    for side in ("import", "export"):
        nobody_could_help(result, side)


@settings(deadline=None)
@given(limited(), st.sampled_from(["mid-market-rate", "uniform-price", "grid-fraction"]))
def test_orders_that_are_told_are_those_that_the_rule_saw(scenario, rule):
    """A battery that holds back for the street's connection does so after the market: what it had offered stays an order."""
    found = changed(scenario, market={"mechanism": rule}, bids={"strategy": "price-taker"})
    result = simulate(found)
    orders, steps = result.flows.orders_between(0, result.timeline.steps), result.trades["step"].to_numpy()
    limits, prices = result.flows.outputs.limit_price, result.prices
    for step in np.unique(steps)[:12]:
        said = clear(
            orders[step], rule, import_price=prices.grid_import[step] - found.grid.network_charge,
            export_price=prices.grid_export[step], limit_price=limits[step] if limits.size else None,
        )  # fmt: skip
        traded = np.zeros(orders.shape[1])
        np.add.at(traded, said.seller, said.kwh)
        np.add.at(traded, said.buyer, -said.kwh)
        told = [*result.flows.outputs.traded_kwh[step], result.flows.outputs.battery_traded_kwh[step]][: traded.size]
        np.testing.assert_allclose(traded, told, atol=1e-9)


@settings(deadline=None)
@given(
    number(0.0, 6.0),
    number(1.0, 60.0),
    st.sampled_from(["paper", "kampung"]),
    st.sampled_from([{}, {"grid.tariff": "my-seb-domestic-nem"}]),
)
def test_what_the_battery_is_measured_against_is_curtailed_as_the_street_without_it(
    limit_kw, capacity_kwh, preset, tariff
):
    """Homes that trade nothing and have no battery pay what they pay in the run that has none, by prices and by bills."""
    said = {"grid.export_limit_kw": limit_kw, "market.mechanism": "grid-only", **tariff}
    with_one, without = (
        simulate(load_scenario(preset, {**said, "battery.capacity_kwh": kwh})) for kwh in (capacity_kwh, 0.0)
    )
    np.testing.assert_allclose(with_one.settlement.cost_without_battery, without.settlement.cost, atol=1e-9)


def nobody_could_help(result, side):
    """Hold stores against what they could have done, where a limit is reached: less for the grid at their own home's meter."""
    flows, out, step_h = result.flows, result.flows.outputs, result.timeline.step_h
    if side == "import":
        limit = limit_kwh(result, "import")
        over = np.zeros(result.timeline.steps, bool) if limit is None else exchanges(result)[0] > np.array(limit) + DUST
        rest = flows["grid_import_kwh"]
    else:
        over = flows["curtailed_kwh"].sum(axis=1) > DUST
        rest = flows["grid_export_kwh"] + flows["curtailed_kwh"]
    at_home, of = result.scenario.home_battery, result.scenario.battery
    for place, home in enumerate(flows.battery_homes):
        kwh, kw = result.community.battery_kwh[home], result.community.battery_kw[home]
        standby = at_home.standby_w * step_h / 1000.0
        for step in np.flatnonzero(over & (rest[:, home] > DUST)):
            held, given_kwh = out.home_stored_kwh[step, place], flows.home_given_kwh[step, place]
            taken = flows.home_charged_kwh[step, place] - standby
            if side == "export":
                assert held >= kwh - DUST or taken >= kw * step_h - DUST
            else:
                most = kw * step_h
                if at_home.inverter_kw is not None:
                    most = min(most, max(at_home.inverter_kw * step_h - flows["generation_kwh"][step, home], 0.0))
                assert held <= DUST or given_kwh >= most - DUST
    reserve = of.reserve_price
    for step in np.flatnonzero(over):
        taken = out.charge_share[step] * left(result, step)[0] + out.battery_import_kwh[step]
        gave = out.draw_share[step] * left(result, step)[1] + out.battery_export_kwh[step]
        if side == "export":
            assert gave <= DUST
            assert out.soc_kwh[step] >= of.capacity_kwh - DUST or taken >= of.charge_kw * step_h - DUST
        else:
            assert taken <= DUST
            held = reserve is not None and result.prices.battery_sells[step] < reserve
            empty = out.soc_kwh[step] <= of.min_soc * of.capacity_kwh + DUST
            assert held or empty or gave >= of.discharge_kw * step_h - DUST


def left(result, step):
    """Return what the market and stores in homes left in a step: surplus and deficit, kWh."""
    kwh = {name: float(result.flows.between(name, step, step + 1).sum()) for name in result.flows}
    return (
        kwh["battery_charged_kwh"] + kwh["grid_export_kwh"] + kwh["curtailed_kwh"],
        kwh["battery_drawn_kwh"] + kwh["grid_import_kwh"],
    )


def plainly_curtailed(left_kwh, limit):
    """Return what each home leaves out, from what the market left to it: surplus > 0, deficit < 0; in plain Python."""
    surplus = sum(kwh for kwh in left_kwh if kwh > 0.0)
    over = sum(left_kwh) - limit
    if over <= 0.0:
        return [0.0] * len(left_kwh)
    share = min(over, surplus) / surplus
    return [share * kwh if kwh > 0.0 else 0.0 for kwh in left_kwh]


@settings(deadline=None)
@given(
    st.lists(BOOKS, min_size=1, max_size=3).filter(lambda books: len({len(book) for book in books}) == 1),
    number(0.0, 6.0),
    st.sampled_from(["grid-only", "grid-fraction", "uniform-price"]),
)
def test_each_home_leaves_out_the_same_share_of_what_it_would_export(net, limit, rule):
    result = run(net, grid__export_limit_kw=limit, market={"mechanism": rule})
    for step, row in enumerate(net):
        found = np.array(row) - result.flows.outputs.traded_kwh[step]
        wanted = plainly_curtailed(found.tolist(), limit)
        np.testing.assert_allclose(result.flows["curtailed_kwh"][step], wanted, rtol=1e-9, atol=2e-9)
    assert result.kpis["curtailed_value"] == pytest.approx(0.2 * result.kpis["curtailed_kwh"], abs=1e-9)


def test_how_full_the_connection_is_is_the_highest_share_of_the_limit_of_its_step():
    limits = Limits(np.array([4.0, 0.0, 0.5]), np.empty(0))
    assert limits.import_share(np.array([3.0, 9.0, -1.0])) == 0.75
    assert limits.import_share(np.array([1.0, 0.0, 0.4])) == 0.8


@settings(deadline=None)
@given(limited())
def test_a_limit_that_is_never_reached_changes_nothing(scenario):
    free = simulate(changed_limits(scenario, None, None))
    assert same(free, simulate(changed_limits(scenario, 1e6, 1e6)))
    runs = exchanges(free)
    # What a plan expects may be beyond a limit that is never reached then.
    planned = scenario.battery.planned
    highest = 1e6 if planned else max(0.0, *(kwh.max() for kwh in runs)) / free.timeline.step_h + 1e-6
    alone = [free.flows.profiles.load_kwh.sum(axis=1).max()]
    lowest = max(0.0, *(-kwh.min() for kwh in runs), 0.0 * alone[0]) / free.timeline.step_h + 1e-6
    just = simulate(changed_limits(scenario, highest, lowest))
    assert not just.flows.outputs.curtail_share.any()
    assert same_but_alone(free, just)


def same_but_alone(one, other):
    """Tell the same of all but what would be without the community battery."""
    left_out = {"curtail_alone_share", "order_kwh"}
    outputs = [one.flows.outputs._asdict(), other.flows.outputs._asdict()]
    return all(np.array_equal(outputs[0][k], outputs[1][k], equal_nan=True) for k in outputs[0] if k not in left_out)


def changed_limits(scenario, most, least):
    """Return a scenario with these limits alone."""
    data = scenario.model_dump(exclude_none=True)
    data["grid"] = {key: value for key, value in data["grid"].items() if not key.endswith("_limit_kw")}
    more = {"import_limit_kw": most, "export_limit_kw": least}
    data["grid"] |= {key: value for key, value in more.items() if value is not None}
    return Scenario.model_validate(data)


@settings(deadline=None)
@given(limited(), number(0.0, 6.0), number(0.0, 1.0))
def test_a_stricter_limit_never_raises_export(scenario, limit, part):
    peaks = [
        -min(0.0, float(exchanges(simulate(changed_limits(scenario, None, most)))[0].min()))
        for most in (limit, part * limit)
    ]
    assert peaks[1] <= peaks[0] + DUST


@settings(deadline=None)
@given(limited(), st.data())
def test_nobody_peeks(scenario, data):
    if "perfect" in (scenario.home_battery.forecast, scenario.battery.forecast) or scenario.ev.supply.enabled:
        return
    one = simulate(scenario)
    cut = data.draw(st.integers(0, scenario.steps - 1))
    profiles = vars(one.flows.profiles)
    other = {
        name: np.where(np.arange(scenario.steps)[:, None] >= cut, 1.5 - kwh / 2, kwh) for name, kwh in profiles.items()
    }
    other = {name: np.maximum(kwh, 0.0) for name, kwh in other.items()}
    before, after = simulate(scenario, profiles=Profiles(**profiles)), simulate(scenario, profiles=Profiles(**other))
    for name in before.flows:
        np.testing.assert_array_equal(before.flows[name][:cut], after.flows[name][:cut])


@settings(deadline=None, max_examples=40)
@given(limited())
def test_the_optimum_keeps_to_the_limits_and_no_run_is_better(scenario):
    result = simulate(scenario)
    best = community_optimum(result)
    size = max(1.0, abs(best.cost), float(np.abs(result.settlement.step_money["grid"]).sum()))
    assert best.cost <= best.run_cost + 1e-6 * size
    most = limit_kwh(result, "export")
    assert most is None or (best.grid_export_kwh - best.grid_import_kwh <= np.array(most) + 1e-6).all()
    share = best.share_reached
    assert share is None or best.cost_grid_only - best.cost < 1e-3 * size or share <= 1.0 + 1e-6


def test_who_leaves_out_what_and_what_it_costs_by_hand():
    # 6 and 2 kWh to spare, a neighbour who needs 2: 6 kWh are left, of which 3 may go. Each leaves out half of what it has left.
    result = run([[6.0, 2.0, -2.0]], grid__export_limit_kw=3.0, market={"matching": "pro-rata"})
    np.testing.assert_allclose(result.homes["curtailed_kwh"], [4.5 / 2, 1.5 / 2, 0.0])
    np.testing.assert_allclose(result.homes["curtailed_value"], [0.2 * 4.5 / 2, 0.2 * 1.5 / 2, 0.0])
    np.testing.assert_allclose(result.homes["grid_export_kwh"], [4.5 / 2, 1.5 / 2, 0.0])
    # Without trades 2 kWh come in and 8 would go out: of 6 too much for a limit of 3, so 3 of 8 are left out.
    np.testing.assert_allclose(result.without_p2p.home_kwh["curtailed_kwh"], [6 * 3 / 8, 2 * 3 / 8, 0.0])
    np.testing.assert_allclose(result.homes["cost_without_p2p"], [-0.2 * 6 * 5 / 8, -0.2 * 2 * 5 / 8, 2 * 0.5])
    assert sum(result.accounts.values()) == pytest.approx(0.0, abs=1e-12)


BATTERY = {
    "homes": {"single": [{"id": "A", "kind": "solar", "battery_kwh": 10, "battery_kw": 10}, {"id": "B", "kind": "normal"}]},
    "home_battery": {"charge_efficiency": 1.0, "discharge_efficiency": 1.0, "controller": "time-of-use"},
    "grid__import_price": [0.1] * 12 + [0.9] * 12, "market": {"mechanism": "grid-only"},
}  # fmt: skip


def test_a_battery_at_home_does_not_charge_beyond_the_limit_and_gives_what_its_home_lacks():
    net = np.full((24, 2), -1.0)
    free = run(net, **BATTERY)
    assert exchanges(free)[0].max() == pytest.approx(12.0)
    held = run(net, grid__import_limit_kw=5.0, **BATTERY)
    assert exchanges(held)[0].max() == pytest.approx(5.0)
    assert held.kpis["overload_kwh"] == 0.0
    # It is there for its own home alone: the neighbour's kWh stays beyond a limit of half a kWh.
    strict = run(
        net, grid__import_limit_kw=0.5, **(BATTERY | {"home_battery": BATTERY["home_battery"] | {"start_soc": 1.0}})
    )
    assert exchanges(strict)[0][:10] == pytest.approx([1.0] * 10)
    assert strict.kpis["overload_steps"] == 24


def test_the_community_battery_supports_the_street_before_anybody_is_curtailed():
    battery = {
        "capacity_kwh": 4,
        "charge_kw": 4,
        "discharge_kw": 4,
        "charge_efficiency": 1.0,
        "discharge_efficiency": 1.0,
    }
    # Without trades it takes 5 kWh of which 4 come in again through the neighbour's meter, unless that is too much.
    alone = run([[5.0, -4.0]], battery=battery | {"capacity_kwh": 9, "charge_kw": 9}, market={"mechanism": "grid-only"})
    assert exchanges(alone)[0] == pytest.approx([4.0])
    held = run(
        [[5.0, -4.0]], battery=battery | {"capacity_kwh": 9, "charge_kw": 9}, market={"mechanism": "grid-only"},
        grid__import_limit_kw=1.5,
    )  # fmt: skip
    assert exchanges(held)[0] == pytest.approx([1.5])
    # A battery that would wait for the dear hours gives where import is too much.
    waits = battery | {"controller": "plan-ahead", "forecast": "perfect", "start_soc": 0.5}
    prices = {"grid__import_price": [0.2] * 6 + [0.9] * 6 + [0.1] * 12, "start": "2026-03-21T05:00:00"}
    some = run([[-6.0], [-6.0]], battery=waits, grid__import_limit_kw=5.0, **prices)
    assert run([[-6.0], [-6.0]], battery=waits, **prices).flows["battery_drawn_kwh"][:, 0] == pytest.approx([0.0, 4.0])
    assert some.flows["battery_drawn_kwh"][:, 0] == pytest.approx([1.0, 1.0])
    assert some.kpis["overload_kwh"] == 0.0


def test_cars_that_charge_at_the_cheapest_hour_spread_over_the_night_and_leave_as_full_as_before():
    asked = {
        "homes.groups": [{"kind": "ev", "count": 8}], "ev.supply.enabled": False, "ev.charging": "smart", "ev.kw": 7.0,
        "grid.import_price": [0.5] * 20 + [0.1] + [0.5] * 3, "step_minutes": 60, "steps": 24 * 6, "battery.capacity_kwh": 0,
    }  # fmt: skip
    free, held = (simulate(load_scenario("ev-street", asked | limit)) for limit in ({}, {"grid.import_limit_kw": 15.0}))
    assert exchanges(free)[0].max() > 45.0
    assert held.kpis["overload_kwh"] < 0.25 * np.maximum(exchanges(free)[0] - 15.0, 0.0).sum()
    assert held.kpis["departure_missing_kwh"] <= free.kpis["departure_missing_kwh"] + 1e-9


@pytest.mark.parametrize("controller", ["self-consumption", "plan-ahead", "peak-shaving"])
def test_a_run_cut_in_two_is_the_whole_run(controller):
    asked = {
        "steps": 96, "step_minutes": 60, "grid.import_limit_kw": 9.0, "grid.export_limit_kw": [6.0] * 12 + [3.0] * 12,
        "homes.groups.solar.battery_kwh": 6.0, "home_battery.controller": controller, "battery.controller": controller,
        "grid.import_price": [0.3] * 7 + [0.45] * 10 + [0.6] * 5 + [0.3] * 2, "start": "2026-03-21T00:00:00",
    }  # fmt: skip
    whole = simulate(load_scenario("paper", asked))
    assert whole.kpis["curtailed_kwh"] > 0.0
    state, parts = None, []
    for first, start in ((0, "2026-03-21T00:00:00"), (41, "2026-03-22T17:00:00")):
        last = 41 if first == 0 else 96
        cut = {name: kwh[first:last] for name, kwh in vars(whole.flows.profiles).items()}
        part = simulate(
            load_scenario("paper", asked | {"steps": last - first, "start": start}),
            profiles=Profiles(**cut),
            state=state,
        )
        parts, state = [*parts, part], part.state
    for name in whole.flows:
        np.testing.assert_array_equal(np.concatenate([part.flows[name] for part in parts]), whole.flows[name])


def test_a_plan_for_the_street_keeps_energy_for_the_hour_in_which_import_is_too_much():
    asked = {
        "battery.controller": "plan-ahead", "battery.capacity_kwh": 20.0, "battery.charge_kw": 8.0, "battery.discharge_kw": 8.0,
        "battery.forecast": "yesterday", "steps": 24 * 6, "step_minutes": 60, "grid.import_price": 0.4, "grid.export_price": 0.2,
    }  # fmt: skip
    base = load_scenario("kampung", asked)
    peak = simulate(base).kpis["peak_import_kw"]
    limit = {"grid.import_limit_kw": 0.8 * peak}
    planned, greedy = (
        simulate(load_scenario("kampung", asked | limit | {"battery.controller": controller})).kpis["overload_kwh"]
        for controller in ("plan-ahead", "self-consumption")
    )
    assert planned < greedy


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"grid.import_limit_kw": -1.0}, "grid.import_limit_kw"),
        (
            {"grid.export_limit_kw": [1.0] * 7},
            "grid.export_limit_kw = '7 values': must be a number, or 24 values by hour of the day",
        ),
        ({"grid.export_limit_kw": "much"}, "grid.export_limit_kw"),
    ],
)
def test_a_limit_that_cannot_be_is_refused_in_one_sentence(said, words):
    with pytest.raises(JiranError) as error:
        load_scenario("paper", said)
    assert words in str(error.value)
    assert "\n" not in str(error.value)
