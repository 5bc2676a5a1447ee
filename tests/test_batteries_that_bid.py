"""Batteries in homes that bid in the market: what they ask sets prices, and none loses by trading, under any rule."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bidding import run_if_allowed as run
from jiran import load_scenario, mechanisms, simulate
from jiran.homes.profiles import Profiles
from jiran.market import find
from strategies import changed, small, with_home_batteries

CLOSE = 1e-9
PLANNERS = ("plan-ahead", "plan-scenarios")


def street(load_kwh, generation_kwh, import_price=0.5, rule="uniform-price", k=0.5, **battery):
    """Run two homes, of which A has a battery without losses of 10 kWh."""
    load_kwh = np.array(load_kwh, dtype=float)
    asked = small(
        2, len(load_kwh), market={"mechanism": rule, "k": k}, grid__import_price=import_price,
        homes={"single": [{"id": "A", "kind": "normal", "battery_kwh": 10.0}, {"id": "B", "kind": "normal"}]},
        home_battery={
            "controller": "plan-ahead", "forecast": "perfect", "charge_efficiency": 1.0, "discharge_efficiency": 1.0,
        } | battery,
    )  # fmt: skip
    generation_kwh = np.array(generation_kwh, dtype=float)
    return simulate(asked, profiles=Profiles(generation_kwh, load_kwh, np.zeros_like(load_kwh)))


def two_days(**at):
    """Return kWh of A and B in 48 steps; `at`: by the hour of both days, as h18=(1, 0)."""
    found = np.zeros((48, 2))
    for hour, kwh in at.items():
        found[int(hour[1:]) :: 24] = kwh
    return found


# --- what a battery asks and bids, by hand ----------------------------------------------------------------------


@pytest.mark.parametrize("k", [0.0, 0.25, 1.0])
def test_a_battery_whose_energy_is_worth_something_between_the_grids_prices_sets_the_price(k):
    """A kWh that A sells at noon it buys again at 22:00, when its own 3 kWh cost 0.35: less than 0.50, more than 0.20."""
    by_hour = [0.50] * 20 + [0.35] * 4
    load = two_days(h12=(0, 1), h22=(3, 0))
    result = street(load, np.zeros_like(load), by_hour, k=k, start_soc=0.3)
    first = result.trades.row(0, named=True)
    assert (first["step"], first["seller"], first["buyer"]) == (12, "A", "B")
    assert first["kwh"] == pytest.approx(1.0, abs=CLOSE)
    # Between the last ask that trades, which is the battery's, and the last bid.
    assert first["seller_price"] == pytest.approx(0.35 + k * (0.50 - 0.35), abs=CLOSE)
    assert result.flows.outputs.limit_price[12].tolist() == pytest.approx([0.35, 0.50], abs=CLOSE)
    assert result.flows.orders_between(12, 13)[0].tolist() == pytest.approx([3.0, -1.0], abs=CLOSE)


def test_a_battery_without_a_roof_buys_a_neighbours_sun_for_its_evening():
    by_hour = [0.50] * 18 + [0.80] * 6
    load, sun = two_days(h20=(2, 0)), two_days(h12=(0, 3))
    result = street(load, sun, by_hour)
    bought = result.trades.filter(result.trades["step"] == 12).row(0, named=True)
    assert (bought["seller"], bought["buyer"]) == ("B", "A")
    assert bought["kwh"] == pytest.approx(3.0, abs=CLOSE)
    assert 0.20 < bought["buyer_price"] < 0.80
    alone = street(load, sun, by_hour, in_market=False)
    assert not len(alone.trades)  # by itself it buys from the grid
    assert result.kpis["cost"] < alone.kpis["cost"]


def test_what_the_home_needs_it_rather_buys_than_takes_from_a_battery_whose_energy_is_worth_more():
    by_hour = [0.50] * 18 + [0.80] * 6
    load, sun = two_days(h12=(1, 0), h20=(2, 0)), two_days(h12=(0, 1))
    result = street(load, sun, by_hour, start_soc=0.2)
    assert result.flows["p2p_bought_kwh"][12, 0] == pytest.approx(1.0, abs=CLOSE)
    assert result.flows.outputs.home_stored_kwh[12, 0] == pytest.approx(2.0, abs=CLOSE)


def test_a_battery_that_may_not_feed_in_offers_nothing_of_its_own_and_one_that_may_not_charge_buys_nothing():
    by_hour = [0.50] * 20 + [0.35] * 4
    load = two_days(h12=(0, 1), h22=(3, 0))
    assert not len(street(load, np.zeros_like(load), by_hour, start_soc=0.3, feed_in=False).trades)
    sun = two_days(h12=(0, 3))
    assert not len(street(two_days(h20=(2, 0)), sun, by_hour, grid_charge=False).trades)


def test_the_account_of_a_battery_says_what_it_sold_and_for_how_much():
    by_hour = [0.50] * 20 + [0.35] * 4
    load = two_days(h12=(0, 1), h22=(3, 0))
    result = street(load, np.zeros_like(load), by_hour, k=0.0, start_soc=0.3)
    account = result.device_totals.row(0, named=True)
    sold = result.trades.filter(result.trades["seller"] == "A")
    assert account["sold_kwh"] == pytest.approx(1.0, abs=CLOSE) == sold["kwh"].sum()
    assert account["received"] == pytest.approx(sold["received"].sum(), abs=CLOSE)
    assert (account["bought_kwh"], account["paid"]) == (0.0, 0.0)


# --- laws ------------------------------------------------------------------------------------------------------


@st.composite
def streets(draw, **fixed):
    asked = draw(with_home_batteries(controller=draw(st.sampled_from(PLANNERS)), **fixed))
    rule = draw(st.sampled_from(sorted(name for name in mechanisms() if name != "grid-only")))
    return changed_market(asked, rule)


def changed_market(asked, rule):
    data = asked.model_dump(exclude_none=True) | {"market": {"mechanism": rule}}
    return type(asked).model_validate(data)


@given(streets())
@settings(max_examples=60)
def test_no_battery_trades_at_a_price_at_which_it_loses(asked):
    result = run(asked)
    if result is None or find(asked.market.mechanism).reprice is not None:
        return
    out, flows = result.flows.outputs, result.flows
    mine = {int(home): place for place, home in enumerate(flows.battery_homes)}
    charge = asked.grid.network_charge
    steps = flows.step_of_trades(0, asked.steps)
    for step, trade in zip(steps, flows.trades, strict=True):
        for home, price, side in (
            (trade["seller"], trade["seller_price"], 1), (trade["buyer"], trade["buyer_price"] - charge, -1),
        ):  # fmt: skip
            worth = out.value_price[step, home]
            # Where the worth is the grid's own price the home brings what it would without its battery, whatever the rule.
            grid = result.prices.grid_export[step] if side > 0 else result.prices.grid_import[step] - charge
            if int(home) in mine and abs(worth - grid) > CLOSE:
                assert side * (price - worth) >= -1e-6 * (1 + abs(worth))


@given(streets())
@settings(max_examples=60)
def test_what_is_traded_is_at_most_the_order_and_the_rest_of_the_home_is_metered(asked):
    result = run(asked)
    if result is None:
        return
    flows, out = result.flows, result.flows.outputs
    orders = flows.orders_between(0, asked.steps)
    assert (np.abs(out.traded_kwh) <= np.abs(orders) * (1 + CLOSE) + CLOSE).all()
    assert (out.traded_kwh * orders >= -CLOSE).all()
    net = flows["generation_kwh"] - flows["load_kwh"] - flows["ev_kwh"] + flows["ev_supplied_kwh"]
    net[:, flows.battery_homes] += flows.home_given_kwh - flows.home_charged_kwh
    metered = (
        flows["p2p_sold_kwh"] + flows["grid_export_kwh"] + flows["battery_charged_kwh"]
        - flows["p2p_bought_kwh"] - flows["grid_import_kwh"] - flows["battery_drawn_kwh"]
    )  # fmt: skip
    np.testing.assert_allclose(net, metered, atol=1e-9)


@given(streets(), st.data())
@settings(max_examples=20)
def test_nobody_sells_a_neighbour_what_it_takes_from_the_grid(asked, data):
    """Also where prices are negative, or a battery wastes most of what it takes."""
    day = st.lists(st.sampled_from([-2.0, -0.05, 0.0, 0.1, 0.3]), min_size=24, max_size=24)
    gap = data.draw(st.sampled_from([0.0, 0.1, 2.0]))
    grid = asked.grid.model_dump(exclude_none=True) | {"export_price": data.draw(day)}
    grid["import_price"] = [price + gap for price in grid["export_price"]]
    lossy = {"charge_efficiency": data.draw(st.sampled_from([0.01, 0.5, 1.0]))}
    asked = changed(asked, grid=grid, home_battery=asked.home_battery.model_dump(exclude_none=True) | lossy)
    result = run(asked)
    if result is None:
        return
    flows, out = result.flows, result.flows.outputs
    net = flows["generation_kwh"] - flows["load_kwh"] - flows["ev_kwh"] + flows["ev_supplied_kwh"]
    net[:, flows.battery_homes] += flows.home_given_kwh - flows.home_charged_kwh
    assert (np.abs(out.traded_kwh) <= np.abs(net) + CLOSE).all()
    assert (out.traded_kwh * net >= -CLOSE).all()


def test_nobody_sells_a_neighbour_what_the_grid_pays_it_to_take_and_waste():
    load = np.tile([0.3, 1.0], (96, 1))
    asked = small(
        2, 96, market={"mechanism": "uniform-price"}, grid__import_price=-0.05, grid__export_price=-0.2,
        homes={"single": [{"id": "A", "kind": "normal", "battery_kwh": 6.0}, {"id": "B", "kind": "normal"}]},
        home_battery={"controller": "plan-ahead", "forecast": "perfect", "charge_efficiency": 0.01, "start_soc": 0.3},
    )  # fmt: skip
    result = simulate(asked, profiles=Profiles(np.zeros_like(load), load, np.zeros_like(load)))
    charged_kwh, sold_kwh = result.flows.home_charged_kwh, result.flows["p2p_sold_kwh"]
    assert charged_kwh.sum() > 10.0
    assert not ((sold_kwh[:, :1] > 0.0) & (charged_kwh > 0.0)).any()


@given(with_home_batteries(controller="plan-ahead"))
def test_without_trades_a_battery_that_bids_does_what_it_would_for_its_home_alone(asked):
    """A network charge above all prices leaves nothing to trade by."""
    grid = asked.grid.model_dump(exclude_none=True) | {"network_charge": 1_000.0}
    asked = changed(changed_market(asked, "uniform-price"), grid=grid)
    bidding, alone = (
        simulate(asked),
        simulate(changed(asked, home_battery=asked.home_battery.model_dump() | {"in_market": False})),
    )
    for name in ("home_moved_kwh", "home_stored_kwh"):
        np.testing.assert_array_equal(getattr(bidding.flows.outputs, name), getattr(alone.flows.outputs, name))


def test_by_the_hours_of_a_flat_tariff_a_battery_does_what_own_use_first_does():
    """It expects nothing, so it does not know what a kWh more is worth, and asks for none."""
    found = [
        simulate(load_scenario("home-batteries", {"home_battery.controller": name, "steps": 240}))
        for name in ("time-of-use", "self-consumption")
    ]
    np.testing.assert_array_equal(*(one.flows.outputs.home_stored_kwh for one in found))
    assert found[0].kpis["cost"] == found[1].kpis["cost"]


def test_ten_planners_that_bid_pay_less_than_ten_that_do_not():
    bid, alone = (
        simulate(load_scenario("ten-planners", {"home_battery.in_market": market})) for market in (True, False)
    )
    assert bid.kpis["cost"] < 0.9 * alone.kpis["cost"]
    assert bid.state.all_kwh > 0.9 * alone.state.all_kwh  # and they do not pay with what they hold
