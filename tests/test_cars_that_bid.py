"""Cars that bid in the market: what they ask and bid by hand, none loses by trading, and all are ready when they leave."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bidding import in_parts
from jiran import load_scenario, mechanisms, simulate
from jiran.homes.profiles import Profiles
from jiran.market import find

CLOSE = 1e-9
WAYS = ("smart", "v2g")
RULES = sorted(name for name in mechanisms() if name != "grid-only")
#: Cheap at the end of each day.
LATE = [0.50] * 22 + [0.35] * 2
#: Cheap at night, dear in the evening.
BY_HOUR = [0.30] * 7 + [0.45] * 10 + [0.60] * 5 + [0.30] * 2
#: All cars leave at 07:00 and are back at 10:00, every day, and drive as far.
CALM = {
    f"ev.calendar.{name}": 0.0
    for name in (
        "departure_homes_h", "departure_days_h", "arrival_homes_h", "arrival_days_h", "weekend_departure_days_h",
        "weekend_arrival_days_h", "trip_spread", "trip_homes",
    )
} | {
    "ev.calendar.departure_hour": 7.0, "ev.calendar.weekend_departure_hour": 7.0, "ev.calendar.arrival_hour": 10.0,
    "ev.calendar.weekend_arrival_hour": 10.0, "ev.calendar.trips": 1.0, "ev.calendar.weekend_trips": 1.0,
    "ev.calendar.trip_kwh": 10.0, "ev.calendar.efficiency": 1.0, "ev.calendar.discharge_efficiency": 1.0,
}  # fmt: skip


def street(way, load_kwh, generation_kwh, rule="uniform-price", k=0.5, **changes):
    """Run two homes for two days, of which A has a car; kWh of A and B by the hour of both days, as {12: (0, 1)}."""
    load, generation = np.zeros((48, 2)), np.zeros((48, 2))
    for array, said in ((load, load_kwh), (generation, generation_kwh)):
        for hour, kwh in said.items():
            array[hour::24] = kwh
    asked = {
        "homes.groups": [], "homes.single": [{"id": "A", "kind": "ev"}, {"id": "B", "kind": "normal"}], "steps": 48,
        "start": "2026-03-02T00:00:00", "battery.capacity_kwh": 0, "grid.import_price": LATE, "grid.export_price": 0.2,
        "grid.network_charge": 0.0, "market.mechanism": rule, "market.k": k, "ev.charging": way, "ev.kw": 10.0,
        "ev.forecast": "perfect",
    } | CALM | changes  # fmt: skip
    return simulate(load_scenario("paper", asked), profiles=Profiles(generation, load, np.zeros_like(load)))


def trades_at(result, hour):
    return result.trades.filter(result.trades["step"] == hour).to_dicts()


# --- by hand ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("k", [0.0, 0.25, 1.0])
def test_a_car_that_can_wait_buys_a_neighbours_sun_up_to_what_it_would_pay_at_night(k):
    """It is back at 10:00 with 10 kWh less, which from 22:00 on cost 0.35: so much is a kWh of B's sun worth to it."""
    result = street("smart", {}, {12: (0, 3)}, k=k)
    (bought,) = trades_at(result, 12)
    assert (bought["seller"], bought["buyer"]) == ("B", "A")
    assert bought["kwh"] == pytest.approx(3.0, abs=CLOSE)
    assert bought["buyer_price"] == pytest.approx(0.20 + k * (0.35 - 0.20), abs=CLOSE)  # between B's ask and A's bid
    assert result.flows.outputs.limit_price[12].tolist() == pytest.approx([0.35, 0.20], abs=CLOSE)
    assert result.flows.orders_between(12, 13)[0].tolist() == pytest.approx([-10.0, 3.0], abs=CLOSE)
    assert not len(street("smart", {}, {12: (0, 3)}, k=k, **{"ev.in_market": False}).trades)


@pytest.mark.parametrize("k", [0.0, 0.25, 1.0])
def test_a_car_that_gives_sells_at_what_its_energy_is_worth_and_sets_the_price(k):
    result = street("v2g", {12: (0, 1)}, {}, k=k)
    (sold,) = trades_at(result, 12)
    assert (sold["seller"], sold["buyer"]) == ("A", "B")
    assert sold["kwh"] == pytest.approx(1.0, abs=CLOSE)
    assert sold["seller_price"] == pytest.approx(0.35 + k * (0.50 - 0.35), abs=CLOSE)
    assert result.flows.outputs.ev_lent_kwh[12, 0] == pytest.approx(1.0, abs=CLOSE)
    assert not len(street("smart", {12: (0, 1)}, {}, k=k).trades)  # which never gives
    assert not len(street("v2g", {12: (0, 1)}, {}, k=k, **{"ev.in_market": False}).trades)


def test_its_account_says_what_was_bought_and_sold_for_it():
    result = street("v2g", {14: (0, 1)}, {12: (0, 3)})
    account = result.device_totals.row(0, named=True)
    both = {"sold_kwh": 1.0, "bought_kwh": 3.0}
    for name, kwh in both.items():
        assert account[name] == pytest.approx(2 * kwh, abs=CLOSE)  # on both days
    sold, bought = (result.trades.filter(result.trades[side] == "A") for side in ("seller", "buyer"))
    assert account["received"] == pytest.approx(sold["received"].sum(), abs=CLOSE)
    assert account["paid"] == pytest.approx(bought["paid"].sum(), abs=CLOSE)


def test_a_car_whose_driver_wants_it_full_now_asks_for_nothing():
    result = street("v2g", {12: (0, 1)}, {}, **{"ev.override_share": 1.0})
    assert result.flows.outputs.ev_charged_kwh[10, 0] == pytest.approx(10.0, abs=CLOSE)
    assert not result.flows.outputs.ev_lent_kwh[10:31].any()


# --- laws -------------------------------------------------------------------------------------------------------


def scenario(**changes):
    asked = {
        "ev.charging": "smart", "steps": 24 * 6, "step_minutes": 60, "start": "2026-03-02T00:00:00", "ev.kw": 7.0,
        "grid.import_price": BY_HOUR, "grid.export_price": 0.2,
    }  # fmt: skip
    return load_scenario("paper", asked | changes)


@st.composite
def streets(draw):
    """Draw streets with cars that bid, with some batteries in homes, under any rule."""
    stored = draw(st.sampled_from([0.0, 0.0, 6.0]))
    kinds = [("hybrid", stored), ("ev", 0.0), ("solar", stored), ("normal", 0.0)]
    return scenario(**{
        "ev.charging": draw(st.sampled_from(WAYS)), "market.mechanism": draw(st.sampled_from(RULES)), "steps": 72,
        "seed": draw(st.integers(0, 1_000)), "ev.kw": draw(st.floats(1.0, 11.0)), "ev.wear_cost": draw(st.floats(0.0, 0.2)),
        "ev.calendar.efficiency": draw(st.floats(0.6, 1.0)), "ev.override_share": draw(st.sampled_from([0.0, 0.3])),
        "grid.network_charge": draw(st.sampled_from([0.0, 0.04])),
        "grid.import_price": draw(st.lists(st.floats(-0.1, 1.0), min_size=24, max_size=24)),
        "home_battery.controller": draw(st.sampled_from(["plan-ahead", "self-consumption", "cooperative"])),
        "homes.groups": [{"kind": kind, "count": draw(st.integers(0, 2)), "battery_kwh": kwh} for kind, kwh in kinds]
        + [{"kind": "ev", "count": 1}],
    })  # fmt: skip


@given(streets())
@settings(max_examples=40, deadline=None)
def test_no_car_trades_at_a_price_at_which_it_loses_and_what_is_traded_is_at_most_the_order(asked):
    result = simulate(asked)
    out, flows, charge = result.flows.outputs, result.flows, asked.grid.network_charge
    orders = flows.orders_between(0, asked.steps)
    assert (np.abs(out.traded_kwh) <= np.abs(orders) * (1 + CLOSE) + CLOSE).all()
    assert (out.traded_kwh * orders >= -CLOSE).all()
    assert (out.ev_lent_kwh <= out.ev_supplied_kwh + CLOSE).all()
    # Nobody sells a neighbour what it takes from the grid.
    net = flows["generation_kwh"] - flows["load_kwh"] - flows["ev_kwh"] + flows["ev_supplied_kwh"]
    net[:, flows.battery_homes] += flows.home_given_kwh - flows.home_charged_kwh
    assert (np.abs(out.traded_kwh) <= np.abs(net) + CLOSE).all()
    assert (out.traded_kwh * net >= -CLOSE).all()
    if not out.limit_price.size or find(asked.market.mechanism).reprice is not None:
        return
    mine = set(flows.fleet.homes[flows.bidding_cars].tolist())
    for step, trade in zip(flows.step_of_trades(0, asked.steps), flows.trades, strict=True):
        for home, price, side in (
            (trade["seller"], trade["seller_price"], 1), (trade["buyer"], trade["buyer_price"] - charge, -1),
        ):  # fmt: skip
            worth = out.value_price[step, home]
            # Where the worth is the grid's own price the home brings what it would without its car, whatever the rule.
            grid = result.prices.grid_export[step] if side > 0 else result.prices.grid_import[step] - charge
            if int(home) in mine and abs(worth - grid) > CLOSE:
                assert side * (price - worth) >= -1e-6 * (1 + abs(worth))


@pytest.mark.parametrize("rule", ["uniform-price", "mid-market-rate", "pay-as-bid"])
@pytest.mark.parametrize("way", WAYS)
def test_no_car_leaves_with_less_than_if_it_did_not_bid(way, rule):
    asked = {"ev.charging": way, "market.mechanism": rule, "steps": 24 * 14, "seed": 3}
    bidding, alone = (simulate(scenario(**asked, **{"ev.in_market": market})) for market in (True, False))
    assert bidding.digest != alone.digest
    assert bidding.kpis["departure_missing_kwh"] <= alone.kpis["departure_missing_kwh"] + CLOSE


@pytest.mark.parametrize("way", WAYS)
def test_without_trades_a_car_that_bids_does_what_it_would_for_its_home_alone(way):
    """A network charge above all prices leaves nothing to trade by."""
    asked = {"ev.charging": way, "grid.network_charge": 1_000.0, "market.mechanism": "uniform-price"}
    bidding, alone = (simulate(scenario(**asked, **{"ev.in_market": market})) for market in (True, False))
    for name in ("ev_charged_kwh", "ev_supplied_kwh", "ev_stored_kwh"):
        np.testing.assert_array_equal(getattr(bidding.flows.outputs, name), getattr(alone.flows.outputs, name))
    np.testing.assert_array_equal(bidding.without_p2p.cost, alone.without_p2p.cost)


@pytest.mark.parametrize("controller", ["plan-ahead", "self-consumption", "cooperative"])
def test_where_there_is_a_battery_too_the_car_acts_for_its_home_alone(controller):
    asked = {
        "ev.charging": "v2g", "home_battery.controller": controller, "market.mechanism": "uniform-price",
        "homes.groups": [
            {"kind": "hybrid", "count": 2, "battery_kwh": 5}, {"kind": "solar", "count": 2}, {"kind": "normal", "count": 2}
        ],
    }  # fmt: skip
    bidding, alone = (simulate(scenario(**asked, **{"ev.in_market": market})) for market in (True, False))
    assert bidding.digest == alone.digest


@pytest.mark.parametrize("way", WAYS)
def test_a_run_cut_in_two_is_the_whole_run(way):
    whole = simulate(scenario(**{"ev.charging": way, "market.mechanism": "uniform-price"}))
    out = whole.flows.outputs
    assert out.order_kwh.size
    parts = in_parts(whole, 61)
    for name in ("ev_stored_kwh", "ev_lent_kwh", "traded_kwh", "order_kwh", "limit_price"):
        both = np.concatenate([getattr(one.flows.outputs, name) for one in parts])
        np.testing.assert_array_equal(both, getattr(out, name), name)


def test_a_street_whose_cars_bid_pays_less():
    bid, alone = (simulate(load_scenario("cars-in-the-evening", {"ev.in_market": market})) for market in (True, False))
    less_stored = alone.state.all_kwh - bid.state.all_kwh
    assert (
        bid.kpis["cost"] + 0.6 * max(less_stored, 0.0) < 0.97 * alone.kpis["cost"]
    )  # though it is charged again when dearest
