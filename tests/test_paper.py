"""What Lit et al. print, checked against what jiran computes; the numbers are those of docs/paper-replication.md."""

from __future__ import annotations

import functools

import numpy as np
import pytest

from jiran import clear, load_scenario, simulate

TABLE_I = [1.91, -1.14, -1.93, -0.31, -1.96]
PRICES = {"import_price": 0.5625, "export_price": 0.2}
SEEDS = 1_000
pytestmark = pytest.mark.xdist_group("a thousand days of the paper")  # which are run once
#: Mean state of charge over seeds for 08:00 to 21:00, from a prototype that drew its loads in another way.
MEAN_SOC = [1.9, 6.9, 11.9, 16.9, 20, 20, 20, 20, 20, 20, 15, 10, 5, 0]


@functools.cache
def days(name):
    """Return a column of the steps for each seed of the preset `paper`, shape (seed, hour)."""
    return np.array([run.steps[name].to_numpy() for run in runs()])


@functools.cache
def runs():
    paper = load_scenario("paper")
    return [simulate(paper.model_copy(update={"seed": seed})) for seed in range(SEEDS)]


def test_table_i_gives_the_two_trades_of_table_ii():
    table = clear(TABLE_I, **PRICES)
    assert list(zip(table.seller.tolist(), table.buyer.tolist(), strict=True)) == [(0, 1), (0, 2)]
    assert table.kwh == pytest.approx([1.14, 0.77], abs=1e-12)


def test_table_ii_prints_amounts_of_51_and_35_sen():
    table = clear(TABLE_I, **PRICES)
    assert (table.kwh * table.buyer_price).round(2).tolist() == [0.51, 0.35]
    assert table.received.round(2).tolist() == [0.86, 0, 0, 0, 0]


def test_table_i_leaves_three_homes_short_of_3_43_kwh():
    short = -np.array(TABLE_I)[1:] - clear(TABLE_I, **PRICES).bought[1:]
    assert short == pytest.approx([0.0, 1.16, 0.31, 1.96], abs=1e-12)


def test_table_ii_needs_index_order_because_pro_rata_serves_everybody():
    shared = clear(TABLE_I, matching="pro-rata", **PRICES)
    assert shared.bought.round(3).tolist() == [0, 0.408, 0.690, 0.111, 0.701]


@pytest.mark.parametrize(("grid_price", "fits"), [(0.5602, True), (0.5646, True), (0.546, False), (0.571, False)])
def test_only_a_grid_price_near_56_sen_gives_the_amounts_of_table_ii(grid_price, fits):
    table = clear(TABLE_I, import_price=grid_price, export_price=0.2)
    assert ((table.kwh * table.buyer_price).round(2).tolist() == [0.51, 0.35]) is fits


def test_equation_1_yields_7_596_kwh_per_kwp_and_day():
    result = runs()[0]
    per_kwp = result.flows["generation_kwh"].sum(axis=0)[0] / 5.0
    assert per_kwp == pytest.approx(1 / np.tan(np.pi / 24), abs=1e-12)  # the sum of sin(pi k / 12), k = 0..12
    assert per_kwp == pytest.approx(7.5958, abs=5e-5)


def test_generation_peaks_at_noon_at_the_installed_power_and_is_symmetric():
    generation = runs()[0].flows["generation_kwh"][:, 0]
    assert generation[12] == generation.max() == 5.0
    assert generation[7:12] == pytest.approx(generation[13:18][::-1], abs=1e-12)
    assert not generation[[*range(7), *range(18, 24)]].any()


@pytest.mark.parametrize(
    "condition",
    [
        pytest.param(lambda soc: (soc[:, :8] == 0).all(axis=1), id="empty until 07:00"),
        pytest.param(lambda soc: soc[:, 8] > 0, id="charging at 08:00"),
        pytest.param(lambda soc: np.diff(soc, axis=1)[:, 8:11].min(axis=1) > soc[:, 8] - soc[:, 7], id="faster from 09:00 to 11:00"),
        pytest.param(lambda soc: soc[:, 11] < 20, id="not yet full at 11:00"),
        pytest.param(lambda soc: np.abs(soc[:, 12:18] - 20).max(axis=1) < 1e-9, id="full from 12:00 to 17:00"),
        pytest.param(lambda soc: soc[:, 18] < 20, id="giving at 18:00"),
        pytest.param(lambda soc: soc[:, 20] < soc[:, 19], id="falling at 20:00"),
        pytest.param(lambda soc: soc[:, 20] > 0, id="not yet empty at 20:00"),
        pytest.param(lambda soc: np.abs(soc[:, 21:]).max(axis=1) < 1e-9, id="empty from 21:00"),
    ],
)  # fmt: skip
def test_the_battery_of_fig_4_is_for_every_seed(condition):
    assert condition(days("soc_kwh")).sum() == SEEDS


def test_the_mean_state_of_charge_is_that_of_the_replication():
    assert days("soc_kwh").mean(axis=0)[8:22] == pytest.approx(MEAN_SOC, abs=0.15)


def test_without_its_power_limit_the_battery_of_fig_4_is_never_seen():
    for seed in range(20):
        unlimited = load_scenario("paper", {"seed": seed, "battery.charge_kw": 1e6, "battery.discharge_kw": 1e6})
        soc = simulate(unlimited).steps["soc_kwh"].to_numpy()
        assert not (soc[11] < 20 and soc[20] > 0)


def test_evs_of_fig_5_charge_in_blocks_in_the_morning_at_midday_and_in_the_evening():
    ev = days("ev_kwh")
    hours = np.flatnonzero(ev.any(axis=0)).tolist()
    assert hours == [6, 7, 8, 13, 18, 19, 20, 21]
    assert np.all(ev[:, 6:9] == pytest.approx(3 * 3.3))
    assert (ev[:, 13] > 0).mean() == pytest.approx(1 - 0.75**3, abs=0.05)


def test_an_ev_of_fig_5_draws_far_more_than_any_household_that_keeps_to_its_band():
    result = runs()[0]
    household, ev = result.flows["load_kwh"], result.flows["ev_kwh"]
    assert household[:18].min() >= 0.15
    assert household[:18].max() <= 0.8
    assert household.max() <= 0.8 * 1.5
    assert ev[ev > 0].min() >= 2.5 * household.max()
    assert np.abs(np.diff(household, axis=0)).mean() > 0.05  # short-term fluctuation


def test_trades_of_fig_6_are_most_numerous_at_the_transitions_between_day_and_night():
    count = days("trades").mean(axis=0)
    noon = count[10:16].max()
    assert count[:6].sum() == count[18:].sum() == 0
    assert count[7:9].max() > noon
    assert count[17] > noon
