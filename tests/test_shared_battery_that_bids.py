"""A community battery that bids in the market: it sets prices, loses by no trade, and its account is the trades that name it."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bidding import run_if_allowed as run
from jiran import load_scenario, mechanisms, simulate
from jiran.errors import ScenarioError
from jiran.homes.profiles import Profiles
from jiran.judge.optimum import community_optimum
from jiran.market import find
from strategies import changed, small, with_home_batteries

CLOSE = 1e-9
NAME = "community battery"


def street(load_kwh, generation_kwh, import_price=0.5, rule="uniform-price", k=0.5, homes=2, **battery):
    """Run homes A, B, ... with a community battery of 10 kWh without losses that bids."""
    load_kwh = np.array(load_kwh, dtype=float)
    market = {"mechanism": rule} | ({"k": k} if rule == "uniform-price" else {})
    asked = small(
        homes, len(load_kwh), market=market, grid__import_price=import_price,
        homes={"single": [{"id": "ABC"[place], "kind": "normal"} for place in range(homes)]},
        battery={
            "capacity_kwh": 10.0, "charge_kw": 5.0, "discharge_kw": 5.0, "controller": "plan-ahead", "forecast": "perfect",
            "in_market": True,
        } | battery,
    )  # fmt: skip
    generation_kwh = np.array(generation_kwh, dtype=float)
    return simulate(asked, profiles=Profiles(generation_kwh, load_kwh, np.zeros_like(load_kwh)))


def two_days(homes=2, **at):
    """Return kWh of the homes in 48 steps; `at`: by the hour of both days, as h18=(1, 0)."""
    found = np.zeros((48, homes))
    for hour, kwh in at.items():
        found[int(hour[1:]) :: 24] = kwh
    return found


def of_battery(result, side):
    return result.trades.filter(pl.col(side).cast(pl.String) == NAME)


# --- what it asks and bids, by hand -------------------------------------------------------------------------------


@pytest.mark.parametrize("held_kwh", [3.0, 0.4])
@pytest.mark.parametrize("k", [0.0, 0.25, 1.0])
def test_a_battery_whose_energy_is_worth_something_between_the_grids_prices_sets_the_price(k, held_kwh):
    """A kWh that it sells at noon the street lacks at 22:00, when the grid's costs 0.35: less than 0.50, more than 0.20."""
    by_hour = [0.50] * 20 + [0.35] * 4
    load = two_days(h12=(0, 1), h22=(held_kwh, 0))
    result = street(load, np.zeros_like(load), by_hour, k=k, start_soc=held_kwh / 10.0)
    first = result.trades.row(0, named=True)
    assert (first["step"], first["seller"], first["buyer"]) == (12, NAME, "B")
    assert first["kwh"] == pytest.approx(min(held_kwh, 1.0), abs=CLOSE)
    # Between the last ask that trades, which is the battery's, and the last bid.
    assert first["seller_price"] == pytest.approx(0.35 + k * (0.50 - 0.35), abs=CLOSE)
    assert result.flows.outputs.limit_price[12, 1:].tolist() == pytest.approx([0.50, 0.35], abs=CLOSE)
    assert result.flows.orders_between(12, 13)[0].tolist() == pytest.approx([0.0, -1.0, held_kwh], abs=CLOSE)


def test_one_step_is_what_somebody_works_out_on_paper():
    """A has 4 kWh to spare at noon, B lacks 1; from 18:00 on a kWh of the grid costs 0.80, and the street will lack 9 kWh.

    A kWh stored is worth 0.80, more than the grid's costs, so the battery bids the grid's 0.50 for all 5 kWh that it can take, and B
    0.50 for one; A asks 0.20. B stands before it in the list. The price is halfway between the ask and the bid of the last.
    """
    by_hour = [0.50] * 18 + [0.80] * 6
    load, sun = two_days(h12=(0, 1), h19=(4, 5)), two_days(h12=(4, 0))
    result = street(load, sun, by_hour)
    noon = result.trades.filter(pl.col("step") == 12)
    rows = [(row["seller"], row["buyer"], row["kwh"], row["buyer_price"]) for row in noon.to_dicts()]
    assert rows == [("A", "B", 1.0, pytest.approx(0.35)), ("A", NAME, 3.0, pytest.approx(0.35))]
    step, out = result.settlement.step_money, result.flows.outputs
    # The rest it buys later, as the grid's energy costs as much until 18:00.
    assert out.soc_kwh[12] - out.soc_kwh[11] == pytest.approx(3.0, abs=CLOSE)
    assert out.soc_kwh[18] == pytest.approx(5.0, abs=CLOSE)
    assert [step[who][12] for who in ("battery", "homes", "grid")] == pytest.approx(
        [-3 * 0.35, 3 * 0.35, 0.0], abs=CLOSE
    )
    account = result.device_totals.row(0, named=True)
    assert account["bought_kwh"] == pytest.approx(of_battery(result, "buyer")["kwh"].sum(), abs=CLOSE)
    assert account["paid"] == pytest.approx(of_battery(result, "buyer")["paid"].sum(), abs=CLOSE)


def test_what_it_sold_it_delivers_first_and_then_it_meets_what_the_market_left():
    """Of a rule that trades a part, the rest of the homes' need comes from the battery at its own price, as without bidding."""
    by_hour = [0.50] * 18 + [0.80] * 6
    load = two_days(h19=(2, 1))
    result = street(load, np.zeros_like(load), by_hour, rule="grid-fraction", start_soc=0.6)
    sold = of_battery(result, "seller").filter(pl.col("step") == 19)["kwh"].sum()
    kwh, out = result.settlement.step_kwh, result.flows.outputs
    assert sold > 0.0
    assert sold + kwh["battery_drawn_kwh"][19] + kwh["grid_import_kwh"][19] == pytest.approx(3.0, abs=CLOSE)
    assert out.soc_kwh[18] - out.soc_kwh[19] == pytest.approx(sold + kwh["battery_drawn_kwh"][19], abs=CLOSE)


def test_it_sells_for_no_less_than_its_reserve_price_and_then_keeps_the_rest():
    by_hour = [0.50] * 20 + [0.35] * 4
    load = two_days(h12=(0, 1), h22=(3, 0))
    dear = street(load, np.zeros_like(load), by_hour, k=0.0, start_soc=0.3, reserve_price=0.45)
    sold = of_battery(dear, "seller")
    assert len(sold)
    assert sold["seller_price"].min() == pytest.approx(0.45, abs=CLOSE)
    kwh = dear.settlement.step_kwh["battery_drawn_kwh"]
    assert not kwh[dear.prices.battery_sells < 0.45].any()


def test_a_battery_that_may_not_feed_in_still_sells_to_homes_and_one_that_may_not_charge_from_the_grid_still_buys_of_them():
    by_hour = [0.50] * 20 + [0.35] * 4
    load = two_days(h12=(0, 1), h22=(3, 0))
    assert len(of_battery(street(load, np.zeros_like(load), by_hour, start_soc=0.3, feed_in=False), "seller"))
    evening = [0.50] * 18 + [0.80] * 6
    bought = street(two_days(h20=(2, 0)), two_days(h12=(0, 3)), evening, grid_charge=False)
    assert of_battery(bought, "buyer")["kwh"].sum() == pytest.approx(2.0, abs=3.0)
    assert not bought.flows.outputs.battery_import_kwh.any()


def test_where_nobody_takes_part_but_homes_or_the_grid_pays_for_what_is_taken_it_does_not_bid():
    load, sun = two_days(h20=(2, 0)), two_days(h12=(0, 3))
    for rule in ("bill-sharing", "static-keys", "grid-only"):
        assert not street(load, sun, [0.5] * 18 + [0.8] * 6, rule=rule).flows.street_bids
    odd = street(load, sun, [-0.1] * 24, rule="uniform-price", start_soc=0.5)
    assert not len(of_battery(odd, "buyer")) + len(of_battery(odd, "seller"))


def test_a_home_that_has_its_name_is_refused_in_one_sentence():
    asked = load_scenario("paper", {"battery.controller": "plan-ahead", "battery.in_market": True})
    named = changed(asked, homes={"single": [{"id": NAME, "kind": "solar"}, {"id": "B", "kind": "normal"}]})
    with pytest.raises(ScenarioError, match=r"battery\.in_market.*a home has the name 'community battery'"):
        simulate(named)


# --- laws ---------------------------------------------------------------------------------------------------------


@st.composite
def streets(draw):
    """Draw streets with batteries in homes and a community battery that bids, under any rule that it may bid in."""
    asked = draw(with_home_batteries(controller=draw(st.sampled_from(["plan-ahead", "self-consumption"]))))
    rule = draw(st.sampled_from(sorted(n for n in mechanisms() if n != "grid-only" and not find(n).among_homes)))
    capacity = draw(st.sampled_from([2.0, 20.0, 200.0]))
    battery = asked.battery.model_dump(exclude_none=True) | {
        "controller": draw(st.sampled_from(["plan-ahead", "plan-scenarios", "cooperative"])),
        "forecast": draw(st.sampled_from(["perfect", "mean-of-days"])), "in_market": True, "capacity_kwh": capacity,
        "charge_kw": draw(st.sampled_from([0.0, 1.0, 9.0])), "discharge_kw": draw(st.sampled_from([1.0, 9.0])),
        "charge_efficiency": draw(st.sampled_from([0.8, 1.0])), "fund_share": draw(st.sampled_from(["equal", "use", "keep"])),
        "grid_charge": draw(st.booleans()), "feed_in": draw(st.booleans()), "min_soc": 0.0, "start_soc": draw(st.sampled_from([0.0, 0.5])),
    }  # fmt: skip
    grid = asked.grid.model_dump(exclude_none=True)
    if grid.get("tariff") is None:
        low = draw(st.sampled_from([0.1, 0.3, -0.1]))
        grid |= {"import_price": [low + 0.2] * 16 + [low + 0.6] * 8, "export_price": low}
    if draw(st.booleans()):
        grid["network_charge"] = draw(st.sampled_from([0.0, 0.05]))
    limits = draw(st.sampled_from([{}, {}, {"import_limit_kw": 4.0, "export_limit_kw": 2.0}]))
    return changed(asked, battery=battery, grid=grid | limits, market={"mechanism": rule})


@given(streets())
@settings(max_examples=50)
def test_energy_and_money_are_conserved_and_its_account_is_the_trades_that_name_it(asked):
    result = run(asked)
    if result is None:
        return
    flows, out, kwh, battery = result.flows, result.flows.outputs, result.settlement.step_kwh, asked.battery
    sold, bought = (of_battery(result, side) for side in ("seller", "buyer"))
    by_step = np.zeros((2, asked.steps))
    for place, log in enumerate((sold, bought)):
        np.add.at(by_step[place], log["step"].to_numpy(), log["kwh"].to_numpy())
    np.testing.assert_allclose(by_step[0] - by_step[1], out.battery_traded_kwh, atol=CLOSE)
    # What it holds is what came in at its terminals less what went out, to the homes, the market and the grid.
    went_in = (
        kwh["battery_charged_kwh"] + out.battery_import_kwh + by_step[1]
        - kwh["battery_drawn_kwh"] - out.battery_export_kwh - by_step[0]
    )  # fmt: skip
    gained = np.maximum(went_in, 0) * battery.charge_efficiency - np.maximum(-went_in, 0) / battery.discharge_efficiency
    held = np.diff(out.soc_kwh, prepend=result.start.stored_kwh)
    np.testing.assert_allclose(held, gained, atol=1e-7)
    step_h = asked.step_minutes / 60
    assert went_in.max() <= battery.charge_kw * step_h + 1e-7
    assert -went_in.min() <= battery.discharge_kw * step_h + 1e-7
    # Orders are not exceeded, and homes and battery sell what both buy.
    traded = np.column_stack([out.traded_kwh, out.battery_traded_kwh])
    orders = flows.orders_between(0, asked.steps)
    assert (np.abs(traded) <= np.abs(orders) * (1 + CLOSE) + CLOSE).all()
    assert (traded * orders >= -CLOSE).all()
    np.testing.assert_allclose(traded.sum(axis=1), 0.0, atol=1e-8)
    # Its fund is what homes paid it and the market, less what it paid the grid; nothing of it is lost.
    assert sum(result.accounts.values()) == pytest.approx(0.0, abs=1e-6 * max(1.0, *map(abs, result.accounts.values())))
    earned = sold["received"].sum() - bought["paid"].sum()
    earned += (
        kwh["battery_drawn_kwh"] @ result.prices.battery_sells - kwh["battery_charged_kwh"] @ result.prices.battery_buys
    )
    earned += out.battery_export_kwh @ result.prices.grid_export - out.battery_import_kwh @ result.prices.grid_import
    shared = result.settlement.fund_share.sum() + result.accounts["battery"]
    peaks = 0.0 if result.settlement.demand is None else result.settlement.demand.by_battery
    assert shared == pytest.approx(earned - peaks, rel=1e-7, abs=1e-6)


@given(streets())
@settings(max_examples=40)
def test_it_trades_at_no_price_at_which_it_loses(asked):
    result = run(asked)
    if result is None:
        return
    charge, place = asked.grid.network_charge, result.community.size
    for step, trade in zip(result.flows.step_of_trades(0, asked.steps), result.flows.trades, strict=True):
        worth = result.flows.outputs.value_price[step, place]
        if trade["seller"] == place:
            assert trade["seller_price"] >= worth - 1e-6 * (1 + abs(worth))
        if trade["buyer"] == place:
            assert trade["buyer_price"] - charge <= worth + 1e-6 * (1 + abs(worth))


@given(streets())
@settings(max_examples=15)
def test_the_same_scenario_gives_the_same_and_a_run_in_two_parts_is_the_whole(asked):
    # Who knows the future knows that of the first part alone there, so stores in homes go by the past too.
    past = {"forecast": "mean-of-days"}
    battery, at_home = (store.model_dump(exclude_none=True) | past for store in (asked.battery, asked.home_battery))
    asked = changed(asked, battery=battery, home_battery=at_home, grid=asked.grid.model_dump(exclude_none=True))
    whole = run(asked)
    if whole is None or asked.steps < 2 or asked.grid.tariff is not None:
        return
    assert run(asked).digest == whole.digest
    cut, start = asked.steps // 2, asked.start
    profiles = vars(whole.flows.profiles)
    first = simulate(changed(asked, steps=cut), profiles=Profiles(**{n: a[:cut].copy() for n, a in profiles.items()}))
    later = whole.timeline.local[cut].astype("datetime64[s]").astype(object)
    assert later > start
    rest = changed(asked, steps=asked.steps - cut, start=later)
    second = simulate(rest, profiles=Profiles(**{n: a[cut:].copy() for n, a in profiles.items()}), state=first.state)
    for name in ("soc_kwh", "battery_traded_kwh", "traded_kwh", "home_stored_kwh", "order_kwh"):
        parts = np.concatenate([getattr(first.flows.outputs, name), getattr(second.flows.outputs, name)])
        np.testing.assert_array_equal(parts, getattr(whole.flows.outputs, name), err_msg=name)


@given(streets(), st.integers(1, 40))
@settings(max_examples=15)
def test_it_does_not_peek(asked, seed):
    """What it asks before a step does not depend on what homes generate and need from then on."""
    asked = changed(asked, battery=asked.battery.model_dump(exclude_none=True) | {"forecast": "mean-of-days"},
                    home_battery=asked.home_battery.model_dump(exclude_none=True) | {"forecast": "mean-of-days"})  # fmt: skip
    whole = run(asked)
    if whole is None or asked.grid.tariff is not None:
        return
    rng, cut = np.random.default_rng(seed), int(asked.steps * 0.6)
    found = vars(whole.flows.profiles)
    other = {name: array.copy() for name, array in found.items()}
    other["load_kwh"][cut:] = rng.uniform(0.0, 3.0, other["load_kwh"][cut:].shape)
    other["generation_kwh"][cut:] = rng.uniform(0.0, 3.0, other["generation_kwh"][cut:].shape)
    changed_later = run(asked, profiles=Profiles(**other))
    for name in ("soc_kwh", "battery_traded_kwh", "order_kwh"):
        first, second = (getattr(one.flows.outputs, name)[:cut] for one in (whole, changed_later))
        np.testing.assert_array_equal(first, second)


@given(streets())
@settings(max_examples=12)
def test_no_market_pays_the_grid_less_than_the_optimum(asked):
    result = run(changed(asked, steps=min(asked.steps, 48)))
    if result is None:
        return
    grid = result.accounts["grid"]
    optimum = community_optimum(result)
    if optimum is not None and asked.grid.tariff is None:
        assert optimum.cost <= grid + 1e-6 * max(1.0, abs(grid))


def test_a_field_that_is_off_changes_nothing():
    for preset in ("paper", "whose-battery"):
        off, silent = (
            simulate(load_scenario(preset, {"battery.in_market": on, "battery.controller": "self-consumption"}))
            for on in (False, True)
        )
        assert off.digest == silent.digest
