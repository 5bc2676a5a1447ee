"""Laws that every run keeps, whatever the community, the prices and the market rule."""

from __future__ import annotations

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

from jiran import simulate
from jiran.homes.profiles import Profiles
from strategies import KINDS, MATCHINGS, batteries, changed, ev_blocks, number, scenarios

CLOSE = 1e-9
SOURCES = (
    "generation_kwh",
    "ev_supplied_kwh",
    "home_battery_given_kwh",
    "p2p_bought_kwh",
    "battery_drawn_kwh",
    "grid_import_kwh",
)
USES = (
    "load_kwh",
    "ev_kwh",
    "home_battery_charged_kwh",
    "p2p_sold_kwh",
    "battery_charged_kwh",
    "grid_export_kwh",
    "curtailed_kwh",
)


def close(one, other):
    """Tell whether two amounts agree, relative to their size or absolute below 1."""
    one, other = np.asarray(one), np.asarray(other)
    return bool(np.all(np.abs(one - other) <= CLOSE * np.maximum(1.0, np.maximum(np.abs(one), np.abs(other)))))


def total(result, name):
    return result.flows[name].sum(axis=1)


def first_steps(given, steps):
    return Profiles(*(np.ascontiguousarray(array[:steps]) for array in vars(given).values()))


def last_steps(given, steps):
    return Profiles(*(np.ascontiguousarray(array[steps:]) for array in vars(given).values()))


# --- energy ----------------------------------------------------------------------------------------------------


@given(scenarios())
def test_every_home_gets_as_much_energy_as_it_gives_in_every_step(scenario):
    flows = simulate(scenario).flows
    assert close(sum(flows[name] for name in SOURCES), sum(flows[name] for name in USES))


@given(scenarios())
def test_no_flow_is_negative_and_none_runs_both_ways_in_a_home(scenario):
    flows = simulate(scenario).flows
    assert all(flows[name].min() >= 0.0 for name in flows)
    for one, other in (("p2p_sold_kwh", "p2p_bought_kwh"), ("grid_import_kwh", "grid_export_kwh")):
        assert np.minimum(flows[one], flows[other]).max() <= CLOSE


@given(scenarios())
def test_what_is_sold_is_bought_in_every_step_and_stands_in_the_trades(scenario):
    result = simulate(scenario)
    trades = result.trades
    per_step = np.bincount(trades["step"], trades["kwh"], minlength=scenario.steps)
    assert close(total(result, "p2p_sold_kwh"), total(result, "p2p_bought_kwh"))
    assert close(total(result, "p2p_sold_kwh"), per_step)


@given(scenarios())
def test_nobody_trades_more_than_its_surplus_or_deficit(scenario):
    result = simulate(scenario)
    flows = result.flows
    lent = np.zeros_like(flows["load_kwh"])
    lent[:, flows.fleet.homes] = flows.outputs.ev_lent_kwh
    net = flows["generation_kwh"] + flows["ev_supplied_kwh"] - flows["load_kwh"] - flows["ev_kwh"]
    assert np.all(flows["p2p_sold_kwh"] <= np.maximum(net, 0.0) + CLOSE)
    assert np.all(flows["p2p_bought_kwh"] <= np.maximum(-net, 0.0) + CLOSE)
    assert np.all(lent <= np.minimum(flows["p2p_sold_kwh"], flows["ev_supplied_kwh"]) + CLOSE)


@given(scenarios(supply=False, market={"fraction": 0.8}), st.sampled_from(MATCHINGS))
def test_everything_that_can_be_traded_is_traded(scenario, matching):
    result = simulate(changed(scenario, market__matching=matching))
    flows = result.flows
    net = flows["generation_kwh"] - flows["load_kwh"] - flows["ev_kwh"]
    possible = np.minimum(np.maximum(net, 0.0).sum(axis=1), np.maximum(-net, 0.0).sum(axis=1))
    assert close(total(result, "p2p_sold_kwh"), possible)


# --- the community battery -------------------------------------------------------------------------------------


@given(scenarios())
def test_the_battery_keeps_to_its_limits_of_charge_and_power(scenario):
    result = simulate(scenario)
    battery, soc = scenario.battery, result.steps["soc_kwh"].to_numpy()
    step_h = scenario.step_minutes / 60
    assert soc.min() >= battery.min_soc * battery.capacity_kwh - CLOSE
    assert soc.max() <= battery.capacity_kwh + CLOSE
    assert total(result, "battery_charged_kwh").max() <= battery.charge_kw * step_h + CLOSE
    assert total(result, "battery_drawn_kwh").max() <= battery.discharge_kw * step_h + CLOSE


@given(scenarios())
def test_the_battery_never_charges_and_gives_in_the_same_step(scenario):
    result = simulate(scenario)
    assert np.all(np.minimum(total(result, "battery_charged_kwh"), total(result, "battery_drawn_kwh")) == 0.0)


@given(scenarios())
def test_the_state_of_charge_is_what_was_put_in_less_what_was_taken_out(scenario):
    result = simulate(scenario)
    battery = scenario.battery
    change = (
        total(result, "battery_charged_kwh") * battery.charge_efficiency
        - total(result, "battery_drawn_kwh") / battery.discharge_efficiency
    )
    expected = battery.start_soc * battery.capacity_kwh + np.cumsum(change)
    assert close(result.steps["soc_kwh"].to_numpy(), expected)


@given(scenarios(market={"fraction": 0.8}))
def test_nothing_is_imported_that_the_battery_could_still_give(scenario):
    result = simulate(scenario)
    battery = scenario.battery
    full_power = total(result, "battery_drawn_kwh") >= battery.discharge_kw * scenario.step_minutes / 60 - CLOSE
    empty = result.steps["soc_kwh"].to_numpy() <= battery.min_soc * battery.capacity_kwh + CLOSE
    importing = total(result, "grid_import_kwh") > CLOSE
    assert np.all(full_power | empty | ~importing)


@given(
    scenarios(),
    batteries(start_soc=0.0, min_soc=0.0),
    st.sampled_from(["capacity_kwh", "charge_kw", "discharge_kw"]),
    number(0, 20),
)
def test_a_larger_battery_never_raises_the_import(scenario, battery, size, more):
    smaller = changed(scenario, battery=battery)
    larger = changed(smaller, **{f"battery__{size}": battery[size] + more})
    before, after = (np.cumsum(total(simulate(case), "grid_import_kwh")) for case in (smaller, larger))
    assert np.all(after <= before + CLOSE * np.maximum(1.0, before))


# --- EVs that lend their battery -------------------------------------------------------------------------------


def at_home(scenario, hour):
    """Tell in which steps an EV is at home for the whole step."""
    supply = scenario.ev.supply
    return (hour + scenario.step_minutes / 60 <= supply.departure_hour) | (hour >= supply.arrival_hour)


EV_SCENARIOS = scenarios(supply=True, zones=("Asia/Kuching", "UTC"), must=("hybrid",))


@given(EV_SCENARIOS)
def test_an_ev_neither_charges_nor_supplies_while_it_is_away(scenario):
    result = simulate(scenario)
    out, away = result.flows.outputs, ~at_home(scenario, result.timeline.hour)
    assert out.ev_charged_kwh[away].sum() <= CLOSE
    assert out.ev_supplied_kwh[away].sum() <= CLOSE


@given(EV_SCENARIOS)
def test_an_ev_supplies_only_in_the_hours_of_supply_and_within_its_power(scenario):
    result = simulate(scenario)
    out, supply, hour = result.flows.outputs, scenario.ev.supply, result.timeline.hour
    closed = (hour < supply.supply_start_hour) | (hour + result.timeline.step_h > supply.supply_end_hour)
    most = scenario.ev.kw * result.timeline.step_h + CLOSE
    assert out.ev_supplied_kwh[closed].sum() <= CLOSE
    assert out.ev_supplied_kwh.max() <= most
    assert out.ev_charged_kwh.max() <= most
    assert np.minimum(out.ev_supplied_kwh, out.ev_charged_kwh).max() <= CLOSE


@given(EV_SCENARIOS)
def test_supply_never_takes_an_ev_below_its_reserve(scenario):
    out, supply = simulate(scenario).flows.outputs, scenario.ev.supply
    after_supply = out.ev_stored_kwh[out.ev_supplied_kwh > CLOSE]
    assert np.all(after_supply >= supply.reserve_soc * supply.capacity_kwh - CLOSE)
    assert out.ev_stored_kwh.min() >= -CLOSE
    assert out.ev_stored_kwh.max() <= supply.capacity_kwh + CLOSE


@given(EV_SCENARIOS)
def test_an_ev_leaves_with_the_energy_that_its_owner_asked_for(scenario):
    result = simulate(scenario)
    parked = at_home(scenario, result.timeline.hour)
    leaving = np.flatnonzero(parked[:-1] & ~parked[1:])
    supply = scenario.ev.supply
    assert np.all(result.flows.outputs.ev_stored_kwh[leaving] >= supply.departure_soc * supply.capacity_kwh - CLOSE)


@given(EV_SCENARIOS)
def test_an_ev_stores_what_it_charged_less_what_it_supplied_and_drove(scenario):
    flows = simulate(scenario).flows
    out, supply = flows.outputs, scenario.ev.supply
    change = (
        out.ev_charged_kwh * supply.charge_efficiency
        - out.ev_supplied_kwh / supply.discharge_efficiency
        - flows.fleet.trip_kwh
    )
    start = supply.departure_soc * supply.capacity_kwh
    assert close(out.ev_stored_kwh, start + np.cumsum(change, axis=0))


@given(scenarios())
def test_what_each_home_sold_and_bought_stands_in_the_trades_of_the_step(scenario):
    result = simulate(scenario)
    place = {name: home for home, name in enumerate(result.community.ids)}
    sold, bought = (np.zeros((scenario.steps, len(place))) for _ in range(2))
    for step, seller, buyer, kwh in result.trades.select("step", "seller", "buyer", "kwh").iter_rows():
        sold[step, place[seller]] += kwh
        bought[step, place[buyer]] += kwh
    assert close(result.flows["p2p_sold_kwh"], sold)
    assert close(result.flows["p2p_bought_kwh"], bought)


# --- money -----------------------------------------------------------------------------------------------------


@given(scenarios())
def test_the_accounts_sum_to_zero(scenario):
    accounts = simulate(scenario).accounts
    assert abs(sum(accounts.values())) <= CLOSE * max(1.0, *map(abs, accounts.values()))


@given(scenarios())
def test_bills_are_the_sum_of_trades_and_flows_at_their_prices(scenario):
    result = simulate(scenario)
    battery, steps, flows = scenario.battery, result.steps, result.flows
    price = {name: steps[f"{name}_price"].to_numpy()[:, None] for name in ("import", "export")}
    buy, sell = (price.get(p, p) for p in (battery.buy_price, battery.sell_price))
    place = {name: home for home, name in enumerate(result.community.ids)}
    bill = (flows["grid_import_kwh"] * price["import"] - flows["grid_export_kwh"] * price["export"]).sum(axis=0)
    for seller, buyer, kwh, buyer_price, seller_price in result.trades.select(
        "seller", "buyer", "kwh", "buyer_price", "seller_price"
    ).iter_rows():
        bill[place[buyer]] += kwh * buyer_price
        bill[place[seller]] -= kwh * seller_price
    to_battery = (flows["battery_drawn_kwh"] * sell - flows["battery_charged_kwh"] * buy).sum(axis=0)
    use = (flows["battery_charged_kwh"] + flows["battery_drawn_kwh"]).sum(axis=0)
    share = {
        "equal": np.full(use.size, 1 / use.size),
        "use": use / use.sum() if use.sum() > 0.0 else np.zeros(use.size),
        "keep": np.zeros(use.size),
    }[battery.fund_share]
    bill += to_battery - to_battery.sum() * share
    assert close(result.homes["cost"].to_numpy(), bill)
    assert close(result.accounts["homes"], -bill.sum())
    assert close(result.accounts["battery"], to_battery.sum() * (1.0 - share.sum()))


@given(scenarios())
def test_the_accounts_of_each_step_are_the_sum_of_its_trades_and_flows(scenario):
    result = simulate(scenario)
    battery, steps, flows = scenario.battery, result.steps, result.flows
    price = {name: steps[f"{name}_price"].to_numpy()[:, None] for name in ("import", "export")}
    buy, sell = (price.get(p, p) for p in (battery.buy_price, battery.sell_price))
    money = {name: [0.0] * scenario.steps for name in ("homes", "battery", "network", "market", "grid")}

    def pay(step, payer, payee, amount):
        money[payer][step] -= amount
        money[payee][step] += amount

    for step, kwh, paid, received in result.trades.select("step", "kwh", "buyer_price", "seller_price").iter_rows():
        pay(step, "homes", "market", kwh * paid)
        pay(step, "market", "homes", kwh * received)
        pay(step, "market", "network", kwh * scenario.grid.network_charge)
    for payer, payee, kwh, at in (
        ("homes", "grid", flows["grid_import_kwh"], price["import"]),
        ("grid", "homes", flows["grid_export_kwh"], price["export"]),
        ("homes", "battery", flows["battery_drawn_kwh"], sell),
        ("battery", "homes", flows["battery_charged_kwh"], buy),
    ):
        for step, amount in enumerate((kwh * at).sum(axis=1)):
            pay(step, payer, payee, amount)
    kept = result.settlement.step_money
    assert list(kept) == list(money)
    assert all(close(kept[name], money[name]) for name in money)


@given(scenarios(market={"fraction": 0.7}))
def test_a_trade_costs_the_fraction_of_the_import_price_and_the_network_charge_comes_on_top(scenario):
    result = simulate(scenario)
    trades, charge = result.trades, scenario.grid.network_charge
    price = 0.7 * result.steps["import_price"].to_numpy()[trades["step"]]
    assert close(trades["seller_price"].to_numpy(), price)
    assert close(trades["buyer_price"].to_numpy(), price + charge)
    assert close(result.accounts["network"], charge * trades["kwh"].sum())


@given(scenarios(supply=False, market={"fraction": 0.8}))
def test_the_community_pays_the_same_in_all_under_every_matching(scenario):
    costs = [simulate(changed(scenario, market__matching=way)).kpis["cost"] for way in MATCHINGS]
    assert close(costs, costs[0])


@given(scenarios(market={"mechanism": "grid-only"}))
def test_the_grid_alone_saves_nothing(scenario):
    result = simulate(scenario)
    assert result.trades.height == 0
    assert not result.homes["saving"].to_numpy().any()


# --- comparisons -----------------------------------------------------------------------------------------------


@given(scenarios())
def test_the_same_scenario_gives_the_same_bytes(scenario):
    one, other = simulate(scenario), simulate(scenario)
    assert one.digest == other.digest
    assert one.kpis == other.kpis


@given(scenarios(), st.integers(1, 40))
def test_a_longer_run_starts_with_the_steps_of_the_shorter(scenario, more):
    prices = {"import_price": 0.5, "export_price": 0.2}
    shorter = simulate(changed(scenario, grid=prices))
    longer = simulate(changed(scenario, grid=prices, steps=scenario.steps + more))
    assert all(np.array_equal(shorter.flows[name], longer.flows[name][: scenario.steps]) for name in shorter.flows)
    assert shorter.trades.equals(longer.trades[: shorter.trades.height])


def same_profiles(scenario, other):
    """Tell whether each home that is in both runs generates, needs and charges the same, bit for bit."""
    one, two = simulate(scenario), simulate(other)
    shared = [name for name in one.community.ids if name in two.community.ids]
    mine, theirs = ([result.community.ids.index(name) for name in shared] for result in (one, two))
    names = ("generation_kwh", "load_kwh", "ev_kwh")
    return {name for name in names if np.array_equal(one.flows[name][:, mine], two.flows[name][:, theirs])}


@given(scenarios(supply=False), st.sampled_from(KINDS), st.booleans())
def test_a_new_home_leaves_the_profiles_of_the_others_as_they_were(scenario, kind, alone):
    people = scenario.homes.model_dump(exclude_none=True)
    if alone:
        people["single"] = [{"id": "new", "kind": kind}, *people["single"]]
    else:
        people["groups"] = [*people["groups"], {"kind": kind}]
    assert len(same_profiles(scenario, changed(scenario, homes=people))) == 3


@given(scenarios(supply=False), batteries(), number(0, 9))
def test_battery_prices_and_rule_leave_all_profiles_as_they_were(scenario, battery, pv_kwp):
    grid, market = {"import_price": 0.4, "export_price": 0.6}, {"mechanism": "grid-only"}
    assert len(same_profiles(scenario, changed(scenario, battery=battery, grid=grid, market=market))) == 3
    more_sun = changed(scenario, solar__pv_kwp=pv_kwp, solar__clouds=0.3)
    assert same_profiles(scenario, more_sun) >= {"load_kwh", "ev_kwh"}


@given(scenarios(supply=False), ev_blocks())
def test_other_evs_leave_load_and_generation_as_they_were(scenario, blocks):
    other = changed(scenario, ev__blocks=blocks, ev__kw=7.0)
    assert same_profiles(scenario, other) >= {"generation_kwh", "load_kwh"}


@given(scenarios(supply=False), st.integers(1, 59))
def test_two_runs_in_a_chain_are_one_long_run(scenario, cut):
    assume(cut < scenario.steps)
    scenario = changed(scenario, grid={"import_price": 0.5, "export_price": 0.2})
    whole = simulate(scenario)
    given = whole.flows.profiles
    one = simulate(changed(scenario, steps=cut), profiles=first_steps(given, cut))
    two = simulate(changed(scenario, steps=scenario.steps - cut), profiles=last_steps(given, cut), state=one.state)
    for name in whole.flows:
        assert close(whole.flows[name], np.concatenate([one.flows[name], two.flows[name]]))
    assert whole.flows.trades.tolist() == one.flows.trades.tolist() + two.flows.trades.tolist()
    assert whole.state.stored_kwh == two.state.stored_kwh
    assert whole.state.rng == two.state.rng


@given(scenarios(supply=False), st.randoms(use_true_random=False))
def test_the_order_of_homes_does_not_matter_when_shares_are_pro_rata(scenario, random):
    scenario = changed(scenario, market={"fraction": 0.8, "matching": "pro-rata"})
    given = simulate(scenario)
    order = list(range(given.community.size))
    random.shuffle(order)
    people = [{"id": given.community.ids[home], "kind": given.community.kinds[home]} for home in order]
    shuffled = Profiles(*(np.ascontiguousarray(array[:, order]) for array in vars(given.flows.profiles).values()))
    other = simulate(changed(scenario, homes={"single": people}), profiles=shuffled)
    for column in ("p2p_sold_kwh", "p2p_bought_kwh", "grid_import_kwh", "cost"):
        assert close(given.homes[column].to_numpy()[order], other.homes[column].to_numpy())


@given(scenarios(supply=False), st.sampled_from([0.25, 3.0, 10.0]))
def test_twice_the_energy_is_twice_the_result(scenario, factor):
    scenario = changed(scenario, grid__network_charge=0.1)
    once = simulate(scenario)
    more = changed(
        scenario,
        **{
            f"battery__{name}": getattr(scenario.battery, name) * factor
            for name in ("capacity_kwh", "charge_kw", "discharge_kw")
        },
    )
    scaled = Profiles(*(array * factor for array in vars(once.flows.profiles).values()))
    twice = simulate(more, profiles=scaled)
    assert all(close(once.flows[name] * factor, twice.flows[name]) for name in once.flows)
    assert close(once.homes["cost"].to_numpy() * factor, twice.homes["cost"].to_numpy())
    assert once.kpis["trades"] == twice.kpis["trades"]
