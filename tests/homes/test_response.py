"""Homes that know prices: what they use less, and what they move, held against plain loops and a linear programme."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from jiran import JiranError, load_scenario, simulate
from jiran.homes.response import elastic
from jiran.homes.shifting import shifted
from jiran.homes.timeline import timeline

CLOSE = 1e-9
#: Cheap at night, dear in the evening.
BY_HOUR = [0.30] * 7 + [0.45] * 10 + [0.60] * 5 + [0.30] * 2


def steps_of(minutes=60, days=1, **fields):
    said = {"step_minutes": minutes, "steps": days * 24 * 60 // minutes, "start": "2026-03-02T00:00:00"}
    return timeline(load_scenario("paper", said | fields))


def street(**fields):
    """Return a street of steep prices; `fields` by dotted name."""
    said = {"steps": 72, "grid.import_price": BY_HOUR, "grid.export_price": 0.1, "ev.kw": 0.0}
    return load_scenario("paper", said | fields)


@st.composite
def cases(draw):
    """Draw a load of some days and homes, prices of few or many values, a share and a window."""
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    days, homes, minutes = draw(st.integers(1, 3)), draw(st.integers(1, 4)), draw(st.sampled_from([15, 30, 60]))
    when = steps_of(minutes, days)
    load = rng.gamma(0.5, 1.0, (when.steps, homes)) * rng.integers(0, 2, (when.steps, homes))
    price = rng.choice(rng.uniform(-0.1, 1.0, draw(st.sampled_from([1, 2, 5, 24]))), when.steps // (60 // minutes))
    return load, np.repeat(price, 60 // minutes), draw(st.sampled_from([0.0, 0.1, 0.4, 1.0])), draw(st.sampled_from([1.0, 3.5, 8.0, 24.0])), when  # fmt: skip


# --- what can wait ---------------------------------------------------------------------------------------------------------


@given(cases())
def test_each_home_needs_in_each_day_what_it_needed_makes_no_new_peak_and_pays_no_more(case):
    load, price, share, window_h, when = case
    after, moved_kwh, moved_kwh_h = shifted(load, price, share, window_h, when)
    day = 24 * 60 // when.step_minutes
    by_day, before = (one.reshape(-1, day, load.shape[1]) for one in (after, load))
    np.testing.assert_allclose(by_day.sum(axis=1), before.sum(axis=1), atol=CLOSE)
    by_hour, hour_before = (one.reshape(by_day.shape[0], 24, -1, load.shape[1]).sum(axis=2) for one in (by_day, before))
    assert (by_hour.max(axis=1) <= hour_before.max(axis=1) + CLOSE).all()
    assert (after >= (1.0 - share) * load - CLOSE).all()
    assert price @ after.sum(axis=1) <= price @ load.sum(axis=1) + CLOSE
    assert np.maximum(hour_before - by_hour, 0.0).sum() <= moved_kwh + CLOSE  # some hours get and give
    assert moved_kwh <= share * load.sum() + CLOSE
    assert moved_kwh - CLOSE <= moved_kwh_h <= window_h * moved_kwh + CLOSE


def plainly(kwh, price, share, window_h):
    """Fill the cheapest hours of one day of one home in plain Python: its load, what moved, and how far."""
    after, left, peak = list(kwh), [share * one for one in kwh], max(kwh)
    moved_kwh = moved_kwh_h = 0.0
    for cheapest in sorted(set(price)):
        routes = [
            (-price[dear], abs(dear - cheap), dear, cheap)
            for cheap in range(24) if price[cheap] == cheapest
            for dear in range(24) if price[dear] - cheapest > 1e-9 and abs(dear - cheap) <= window_h
        ]  # fmt: skip
        for _, far, dear, cheap in sorted(routes):
            kwh_moved = min(left[dear], peak - after[cheap])
            left[dear] -= kwh_moved
            after[dear] -= kwh_moved
            after[cheap] += kwh_moved
            moved_kwh, moved_kwh_h = moved_kwh + kwh_moved, moved_kwh_h + far * kwh_moved
    return after, moved_kwh, moved_kwh_h


@given(
    st.integers(0, 10**6), st.sampled_from([2, 5, 24]), st.sampled_from([0.2, 1.0]), st.sampled_from([1.0, 5.0, 24.0])
)
def test_it_is_the_plain_fill_of_the_cheapest_hours(seed, values, share, window_h):
    rng = np.random.default_rng(seed)
    load, price = rng.gamma(0.7, 1.0, (48, 2)), rng.choice(rng.uniform(0.0, 1.0, values), 48)
    after, moved_kwh, moved_kwh_h = shifted(load, price, share, window_h, steps_of(days=2))
    sums = np.zeros(2)
    for home in range(2):
        for day in (slice(0, 24), slice(24, 48)):
            expected, *moved = plainly(load[day, home].tolist(), price[day].tolist(), share, window_h)
            np.testing.assert_allclose(after[day, home], expected, atol=1e-9)
            sums += moved
    np.testing.assert_allclose([moved_kwh, moved_kwh_h], sums, atol=1e-9)


@settings(max_examples=25)
@given(st.integers(0, 10**6), st.sampled_from([0.2, 0.5, 1.0]))
def test_within_a_whole_day_nothing_could_be_cheaper(seed, share):
    """A linear programme that moves energy between any two hours of a day, under the same roof of power, costs as much."""
    rng = np.random.default_rng(seed)
    load, price = rng.gamma(0.7, 1.0, 24), rng.choice(rng.uniform(0.0, 1.0, 6), 24)
    after, _, _ = shifted(load[:, None], price, share, 24.0, steps_of())
    stays, waits = (1.0 - share) * load, share * load.sum()
    found = linprog(
        price, A_eq=np.ones((1, 24)), b_eq=[waits], bounds=np.column_stack([np.zeros(24), load.max() - stays])
    )
    assert price @ after[:, 0] == pytest.approx(found.fun + price @ stays, abs=1e-8)


@pytest.mark.parametrize("window_h", [1.0, 4.0, 24.0])
def test_an_hour_is_four_quarters_of_an_hour(window_h):
    rng = np.random.default_rng(4)
    load, price = rng.gamma(0.7, 1.0, (48, 3)), rng.uniform(0.0, 1.0, 48)
    hourly = shifted(load, price, 0.3, window_h, steps_of(60, 2))
    quarters = shifted(np.repeat(load, 4, axis=0) / 4, np.repeat(price, 4), 0.3, window_h, steps_of(15, 2))
    np.testing.assert_allclose(quarters[0].reshape(48, 4, 3).sum(axis=1), hourly[0], atol=1e-12)
    np.testing.assert_allclose(quarters[1:], hourly[1:], atol=1e-9)


def test_at_one_price_nothing_moves_to_the_last_digit():
    load = np.random.default_rng(0).random((96, 3))
    after, *moved = shifted(load, np.full(96, 0.1), 1.0, 24.0, steps_of(15))
    assert after.tobytes() == load.tobytes()
    assert moved == [0.0, 0.0]
    flat = street(**{"grid.import_price": 0.44})
    waits = street(**{"grid.import_price": 0.44, "load.shiftable_share": 0.5, "load.elasticity": -0.3})
    assert simulate(waits).digest == simulate(flat).digest


@pytest.mark.parametrize(("start", "hours"), [("2026-03-28T20:00:00", 60), ("2026-10-24T20:00:00", 60)])
def test_days_on_which_clocks_change_keep_their_energy(start, hours):
    when = steps_of(start=start, steps=hours, time_zone="Europe/Berlin")
    rng = np.random.default_rng(1)
    load, price = rng.random((hours, 2)), rng.uniform(0, 1, hours)
    after, moved_kwh, _ = shifted(load, price, 0.5, 24.0, when)
    assert moved_kwh > 1.0
    for day in np.unique(when.day):
        np.testing.assert_allclose(after[when.day == day].sum(axis=0), load[when.day == day].sum(axis=0), atol=1e-12)


# --- what is used less -----------------------------------------------------------------------------------------------------


def test_load_follows_the_price_by_its_elasticity():
    price = np.array([0.2, 0.4, 0.8])
    np.testing.assert_allclose(elastic(price, 0.4, -0.3), [2**0.3, 1.0, 2**-0.3])


@given(st.lists(st.floats(-1, 5), min_size=1, max_size=30), st.floats(0.01, 2.0), st.floats(-1.0, 0.0))
def test_no_price_makes_it_more_than_ten_times_or_less_than_a_tenth_and_none_makes_it_negative(
    prices, usual, elasticity
):
    factor = elastic(np.array(prices), usual, elasticity)
    assert (factor >= 0.1 - CLOSE).all()
    assert (factor <= 10.0 + CLOSE).all()
    assert (np.diff(factor[np.argsort(prices)]) <= CLOSE).all()  # what is dearer is never used more
    for price in (0.0, -0.7):
        assert elastic(np.array([price]), usual, elasticity) == pytest.approx(
            elastic(np.array([usual / 10]), usual, elasticity)
        )


def test_without_a_price_above_nothing_to_be_held_against_nobody_answers():
    assert elastic(np.array([0.1, -0.5]), -0.2, -0.3).tolist() == [1.0, 1.0]


@pytest.mark.parametrize("model", ["band", "household"])
@pytest.mark.parametrize("usual", [None, 0.5])
def test_a_street_uses_less_where_it_is_dear_in_run_and_baseline_alike(model, usual):
    said = {"load.model": model, "load.elasticity": -0.2} | ({} if usual is None else {"load.reference_price": usual})
    before, after = simulate(street(**{"load.model": model})), simulate(street(**said))
    mean = float(np.mean(BY_HOUR)) if usual is None else usual
    factor = np.array([(BY_HOUR[int(hour)] / mean) ** -0.2 for hour in after.timeline.hour])
    expected = before.flows["load_kwh"] * factor[:, None]
    np.testing.assert_allclose(after.flows["load_kwh"], expected, rtol=1e-12)
    np.testing.assert_array_equal(after.response.unmoved_kwh, before.flows["load_kwh"])
    assert after.kpis["load_saved_kwh"] == pytest.approx(before.kpis["load_kwh"] - expected.sum(), abs=1e-6)
    assert after.without_p2p.home_kwh["load_kwh"].sum() == pytest.approx(expected.sum())
    for name in ("generation_kwh", "ev_kwh"):
        np.testing.assert_array_equal(after.flows[name], before.flows[name])


def test_the_reference_of_a_day_of_prices_is_their_mean_however_long_the_run_is():
    short, long = (simulate(street(**{"steps": steps, "load.elasticity": -0.3})) for steps in (30, 72))
    np.testing.assert_array_equal(short.flows["load_kwh"], long.flows["load_kwh"][:30])


def test_a_tariff_says_the_price_of_the_hour():
    said = {
        "grid.tariff": "my-tnb-rp4-domestic-tou",
        "load.elasticity": -0.2,
        "load.shiftable_share": 0.2,
        "steps": 168,
    }
    result = simulate(load_scenario("paper", said))
    assert result.kpis["load_shifted_kwh"] > 0.0
    dear = result.prices.grid_import > result.prices.grid_import.min()
    assert (result.flows["load_kwh"] < result.response.unmoved_kwh)[dear].mean() > 0.9


# --- together, and in a run ------------------------------------------------------------------------------------------------


def test_a_run_that_is_cut_in_two_is_the_whole_run_and_given_profiles_stay_as_they_are():
    scenario = street(**{"load.elasticity": -0.2, "load.shiftable_share": 0.4, "home_battery.controller": "plan-ahead", "homes.groups.solar.battery_kwh": 5.0})  # fmt: skip
    whole = simulate(scenario)
    kept = [{name: array[cut].copy() for name, array in vars(whole.flows.profiles).items()} for cut in (slice(0, 31), slice(31, None))]  # fmt: skip
    one = simulate(scenario.model_copy(update={"steps": 31}), profiles=replace(whole.flows.profiles, **kept[0]))
    start = whole.timeline.local[31].astype(object)
    later = scenario.model_copy(update={"steps": 41, "start": start})
    two = simulate(later, profiles=replace(whole.flows.profiles, **kept[1]), state=one.state)
    both = np.concatenate([run.flows["grid_import_kwh"] for run in (one, two)])
    np.testing.assert_array_equal(both, whole.flows["grid_import_kwh"])
    assert one.kpis["load_saved_kwh"] is None
    assert one.kpis["load_shifted_kwh"] is None
    assert simulate(scenario).digest == whole.digest


def test_what_moved_is_told_and_the_neighbours_bill_falls():
    before, after = (simulate(street(**{"load.shiftable_share": share, "market.mechanism": "grid-only"})) for share in (0.0, 0.3))  # fmt: skip
    hourly = np.maximum(before.flows["load_kwh"] - after.flows["load_kwh"], 0.0).sum()
    assert after.kpis["load_shifted_kwh"] >= hourly - 1e-9 > 1.0
    assert after.kpis["load_shifted_kwh_h"] > after.kpis["load_shifted_kwh"]
    assert after.kpis["load_kwh"] == pytest.approx(before.kpis["load_kwh"])
    assert before.kpis["load_shifted_kwh"] == before.kpis["load_saved_kwh"] == 0.0


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("load.elasticity", 0.1, "load.elasticity.*0.1.*at most 0"),
        ("load.elasticity", -1.5, "load.elasticity.*-1.5.*at least -1"),
        ("load.reference_price", 0.0, "load.reference_price.*0.*above 0"),
        ("load.shiftable_share", 1.2, "load.shiftable_share.*1.2.*at most 1"),
        ("load.shift_window_h", 0.5, "load.shift_window_h.*0.5.*at least 1"),
    ],
)
def test_what_cannot_be_is_said_in_one_sentence(field, value, says):
    with pytest.raises(JiranError, match=says) as failed:
        load_scenario("paper", {field: value})
    assert "\n" not in str(failed.value)


@pytest.mark.parametrize("seed", range(6))
def test_who_moves_all_that_it_needs_is_left_with_nothing_and_not_with_less(seed):
    prices = [0.3, 0.31, 0.5, 0.2] * 6
    changes = {"load.shiftable_share": 1.0, "load.shift_window_h": 5.0, "grid.import_price": prices, "seed": seed}
    result = simulate(load_scenario("paper", changes))
    assert result.flows.profiles.load_kwh.min() >= 0.0
    again = simulate(result.scenario, profiles=result.flows.profiles)
    assert again.flows.profiles.load_kwh.tolist() == result.flows.profiles.load_kwh.tolist()
