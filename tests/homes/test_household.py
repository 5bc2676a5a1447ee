from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jiran import load_scenario, simulate
from jiran.errors import ScenarioError
from jiran.homes.community import modelled_community
from jiran.homes.household import household_kwh, mean_kwh_at_1_kw
from jiran.homes.load import load_kwh
from jiran.homes.timeline import timeline
from jiran.scenario import Load
from jiran.scenario.load import Household
from likeness import like
from strategies import ZONES
from valid import leaves, value_of

MODEL = Path(__file__).parents[2] / "docs" / "model.md"
PRESETS = ("temperate", "tropical")
SEEDS = (1, 2, 3)

#: What is accepted, mean over 40 homes of a year, in each of three seeds: the spread of metered homes, or near it.
ACCEPTED = {
    "CV, 15 min": ((0.85, 1.12), (0.78, 1.10)),
    "CV, 60 min": ((0.73, 0.98), (0.66, 0.95)),
    "load factor": ((0.065, 0.13), (0.08, 0.15)),
    "daily peak / daily mean": ((3.7, 5.0), (3.5, 4.8)),
    "5th percentile": ((0.17, 0.27), (0.20, 0.34)),
    "median": ((0.54, 0.74), (0.54, 0.74)),
    "95th percentile": ((2.6, 3.3), (2.6, 3.3)),
    "99th percentile": ((4.0, 5.4), (3.6, 5.2)),
    "autocorrelation, 15 min": ((0.70, 0.84), (0.64, 0.80)),
    "autocorrelation, 1 h": ((0.36, 0.56), (0.32, 0.50)),
    "autocorrelation, a day": ((0.20, 0.40), (0.14, 0.32)),
    "CV of daily kWh": ((0.31, 0.47), (0.22, 0.36)),
    "base: median day's 5th percentile": ((0.19, 0.31), (0.24, 0.36)),
    "CV of the mean day": ((0.33, 0.45), (0.30, 0.48)),
    "highest of the mean day": ((1.5, 1.9), (1.6, 2.2)),
    "coincidence of 2": ((0.58, 0.78), (0.58, 0.78)),
    "coincidence of 5": ((0.35, 0.50), (0.35, 0.50)),
    "coincidence of 10": ((0.27, 0.40), (0.27, 0.40)),
    "coincidence of 20": ((0.22, 0.34), (0.22, 0.34)),
    "spread of ln kWh": ((0.30, 0.60), (0.30, 0.60)),
    "correlation between homes": ((0.02, 0.15), (0.02, 0.15)),
}


def scenario_of(preset="tropical", count=40, days=365, step_minutes=15, **overrides):
    return load_scenario("paper", {
        "homes": {"groups": [{"kind": "normal", "count": count}]}, "load.model": "household", "load.preset": preset,
        "start": "2026-01-01", "step_minutes": step_minutes, "steps": days * 24 * 60 // step_minutes, **overrides,
    })  # fmt: skip


def power_kw(*, seed=1, **asked):
    scenario = scenario_of(**asked)
    energy = household_kwh(modelled_community(scenario), timeline(scenario), scenario.load, seed)
    return energy * 60 / scenario.step_minutes


@cache
def year_kw(preset, seed=1):
    return power_kw(preset=preset, seed=seed)


@cache
def likeness(preset, seed):
    return like(year_kw(preset, seed))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("preset", PRESETS)
def test_homes_are_like_metered_ones(preset, seed):
    found = likeness(preset, seed)
    bounds = {name: both[PRESETS.index(preset)] for name, both in ACCEPTED.items()}
    assert {name: round(found[name], 3) for name, (low, high) in bounds.items() if not low <= found[name] <= high} == {}


def test_the_band_of_the_paper_is_not_like_metered_homes():
    scenario = scenario_of()
    band = like(4 * load_kwh(modelled_community(scenario), timeline(scenario), scenario.load, 1))
    inside = {name for name, ((low, high), _) in ACCEPTED.items() if low <= band[name] <= high}
    assert inside <= {"autocorrelation, 1 h", "autocorrelation, a day", "correlation between homes"}


def test_the_page_of_the_model_shows_what_is_measured():
    cells = r"\| ([^|]+) \| [^|]+ \| ([0-9.]+) \| ([0-9.]+) \|"
    rows = {name.strip(): (float(one), float(two)) for name, one, two in re.findall(cells, MODEL.read_text("utf-8"))}
    measured = {
        name: [np.mean([likeness(preset, seed)[name] for seed in SEEDS]) for preset in PRESETS]
        for name in likeness("tropical", 1)
    }
    assert rows.keys() >= measured.keys()
    for name, found in measured.items():
        assert rows[name] == pytest.approx(found, rel=0.02, abs=0.006), name


def test_a_temperate_day_peaks_in_the_evening_and_a_tropical_one_at_night():
    temperate, tropical = (like_day(year_kw(preset)) for preset in PRESETS)
    assert 18 <= temperate.argmax() / 4 <= 21
    assert 2 <= temperate.argmin() / 4 <= 5
    assert 0.35 <= temperate.min() <= 0.52
    assert 20 <= tropical.argmax() / 4 <= 23
    assert tropical[4] > 1.2 * tropical[40]


def like_day(kw):
    day = kw.sum(axis=1).reshape(-1, 96).mean(axis=0)
    return day / day.mean()


def test_the_peak_of_a_street_is_far_below_the_sum_of_the_peaks():
    street = year_kw("temperate").sum(axis=1)
    assert 2.0 <= street.max() / street.mean() <= 3.3


@pytest.mark.parametrize("preset", PRESETS)
def test_the_mean_energy_is_what_was_asked(preset):
    expected = {"temperate": 4_000, "tropical": 4_320}[preset]
    kw = power_kw(preset=preset, count=100, step_minutes=60, **{"load.spread": 0.0})
    assert kw.mean() * 8760 == pytest.approx(expected, rel=0.025)


def test_within_a_quarter_hour_a_home_is_as_restless_as_a_metered_one():
    minutes = power_kw(preset="temperate", count=10, days=60, step_minutes=1)
    quarters = minutes.reshape(-1, 15, 10).mean(axis=1)
    inside = 1 - quarters.var(axis=0) / minutes.var(axis=0)
    assert 0.09 <= inside.mean() <= 0.17
    assert 1.04 <= (minutes.std(axis=0) / quarters.std(axis=0)).mean() <= 1.10


def drawn_habits(rng):
    """Draw a load with some numbers anywhere in their range."""
    while True:
        fields = [leaf for leaf in leaves(Household) if rng.random() < 0.3]
        drawn = {f"load.household.{name}": value_of(rng, name, kind, marks) for name, kind, marks in fields}
        drawn["load.preset"] = str(rng.choice(PRESETS))
        try:
            scenario_of(**drawn)
        except ScenarioError:
            continue
        return drawn


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from(ZONES), st.sampled_from([0, 1, 67, 1410]), st.sampled_from([5, 10, 15, 30, 60]))  # fmt: skip
def test_a_step_is_the_sum_of_shorter_ones(seed, zone, minute, step_minutes):
    drawn = drawn_habits(np.random.default_rng(seed))
    start = f"2026-03-28T{minute // 60:02d}:{minute % 60:02d}:00"  # clocks change in Berlin on the next day
    asked = {"count": 3, "days": 2, "time_zone": zone, "start": start, **drawn}
    fine = power_kw(step_minutes=1, seed=seed, **asked).reshape(-1, step_minutes, 3).mean(axis=1)
    coarse = power_kw(step_minutes=step_minutes, seed=seed, **asked)
    assert np.allclose(fine, coarse, rtol=1e-9, atol=1e-9 * coarse.max())
    assert coarse.min() >= 0.0
    assert np.isfinite(coarse).all()


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from(ZONES))
def test_a_longer_run_begins_with_a_shorter_one_and_a_new_home_changes_no_other(seed, zone):
    drawn = {"time_zone": zone, "step_minutes": 30, **drawn_habits(np.random.default_rng(seed))}
    short, long = power_kw(count=2, days=3, seed=seed, **drawn), power_kw(count=5, days=20, seed=seed, **drawn)
    assert np.allclose(long[: len(short), :2], short, rtol=1e-9, atol=1e-9 * long.max())
    assert np.array_equal(power_kw(count=2, days=20, seed=seed, **drawn), long[:, :2])


def test_a_load_never_stops():
    assert min(year_kw(preset).min() for preset in PRESETS) > 0.0


def test_a_home_has_the_energy_of_its_bills_and_keeps_its_other_draws():
    asked = {"count": 30, "step_minutes": 60, "load.household.use_minutes_spread": 0.5}
    drawn = power_kw(**asked)
    billed = power_kw(**asked, homes={"groups": [{"kind": "normal", "count": 30, "annual_kwh": 9_000.0}]})
    assert billed.mean() * 8760 == pytest.approx(9_000, rel=0.03)
    correlation = [np.corrcoef(one, other)[0, 1] for one, other in zip(drawn.T, billed.T, strict=True)]
    assert np.mean(correlation) > 0.4
    empty = {"groups": [{"kind": "normal", "annual_kwh": 0.0}]}
    assert power_kw(count=1, days=2, homes=empty).max() == 0.0


def test_homes_with_air_conditioning_use_more_of_their_energy_at_night():
    both = [power_kw(days=60, homes={"groups": [{"kind": "normal", "count": 20, "air_conditioning": has}]}) for has in (False, True)]  # fmt: skip
    without, cooled = (kw.reshape(60, 96, 20)[:, 4:20].mean() / kw.mean() for kw in both)
    assert cooled > 1.5 * without


@pytest.mark.parametrize(("median", "spread", "power", "correlation"), [(22.5, 1.18, 0.73, -0.41), (60, 0, 1, 0.5), (200, 2, 2, 0.9)])  # fmt: skip
def test_the_expected_energy_of_a_use_is_that_of_many_draws(median, spread, power, correlation):
    habits = Load(household=Household(use_minutes=median, use_minutes_spread=spread, use_kw_spread=power, use_correlation=correlation)).habits  # fmt: skip
    z, own = np.random.default_rng(1).standard_normal((2, 4_000_000))
    kw = np.exp(power * (correlation * z + np.sqrt(1 - correlation**2) * own))
    drawn = np.minimum(median / 60 * np.exp(spread * z), 8.0) * kw
    assert mean_kwh_at_1_kw(habits) == pytest.approx(drawn.mean(), rel=0.03)


def test_a_base_and_a_plateau_leave_something_to_appliances():
    with pytest.raises(
        ScenarioError, match=r"load\.household\.base = 0\.8: must be at most 0\.19 beside plateau = 0\.8"
    ):
        scenario_of(**{"load.household.base": 0.8, "load.household.plateau": 0.8})


def test_a_scenario_written_out_keeps_to_its_preset():
    assert scenario_of().load.habits.uses == 22
    assert Load(preset="temperate").habits.annual_kwh == 4_000
    assert Load(preset="temperate", annual_kwh=5_000).habits.annual_kwh == 5_000


def test_a_run_takes_the_model_that_is_asked_for():
    band, household = (simulate(load_scenario("paper", {"load.model": model})) for model in ("band", "household"))
    assert not np.allclose(band.flows.profiles.load_kwh, household.flows.profiles.load_kwh)
    asked = load_scenario("paper", {"load.model": "household"})
    expected = household_kwh(modelled_community(asked), timeline(asked), asked.load, asked.seed)
    assert np.array_equal(household.flows.profiles.load_kwh, expected)
