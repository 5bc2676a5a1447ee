"""Worked bills through a run: a month of profiles has the volume, and what comes out is the total that a bill has."""

from __future__ import annotations

import calendar
import tomllib
from pathlib import Path

import numpy as np
import pytest
import tomli_w

from jiran import load_scenario, simulate
from jiran.homes.profiles import Profiles
from jiran.homes.timeline import timeline
from jiran.tariffs import find_tariff, period_of
from pysam_cases import CASES as CHARGES
from pysam_cases import PYSAM, tariff

TARIFFS = Path(__file__).parents[1] / "tariffs"
CASES = tomllib.loads((TARIFFS / "bills.toml").read_text(encoding="utf-8"))["bill"]


def options(case):
    words = case["arguments"].split()
    return {name.removeprefix("--"): value for name, value in zip(words[::2], words[1::2], strict=True)}


#: Bills of one whole month: of several months at once a run has none.
WHOLE = [case for case in CASES if "months" not in options(case)]


def as_file(case, folder):
    """Return a file with the tariff of a case, as its changes have it."""
    data = {"extends": case["tariff"], "name": "case", "title": "Case", "status": "estimate"}
    for change in case.get("changes", ()):
        name, value = change.split("=")
        _, component, key = name.split(".")
        table = data.setdefault("components", {}).setdefault(component, {})
        table[key] = tomllib.loads(f"value = {value}")["value"]
    for name in case.get("without", ()):
        data.setdefault("components", {})[name] = {"active": False}
    file = folder / "case.toml"
    file.write_text(tomli_w.dumps(data))
    return str(file)


def month_of(tariff, month, kwh, **more):
    """Return a scenario of one home over a month, in which it takes, gives and takes at peak so many kWh, and its profiles."""
    year, number = map(int, month.split("-"))
    scenario = load_scenario("paper", {
        "start": f"{month}-01", "steps": 24 * calendar.monthrange(year, number)[1], "grid.tariff": tariff,
        "homes": {"groups": [{"kind": "solar", "count": 1}]}, "battery.capacity_kwh": 0, **more,
    })  # fmt: skip
    rng, times = np.random.default_rng(3), timeline(scenario)
    schedule = find_tariff(tariff).schedule
    at_peak = np.zeros(scenario.steps, bool) if schedule is None else period_of(schedule, times.local) == 0
    giving = ~at_peak & (rng.random(scenario.steps) < 0.4)

    def spread(total, where):
        shape = rng.uniform(0.1, 1.0, scenario.steps) * where
        return shape / max(shape.sum(), 1e-300) * total

    load = spread(kwh["peak"], at_peak) + spread(kwh["import"] - kwh["peak"], ~at_peak & ~giving)
    arrays = {"generation_kwh": spread(kwh["export"], giving), "load_kwh": load, "ev_kwh": np.zeros(scenario.steps)}
    return scenario, Profiles(**{name: array[:, None] for name, array in arrays.items()})


@pytest.mark.parametrize("case", WHOLE, ids=lambda case: case["id"])
def test_a_worked_bill_comes_out_of_a_run(case, tmp_path):
    asked, file = options(case), as_file(case, tmp_path)
    kwh = {name: float(asked.get(f"{name}-kwh", 0.0)) for name in ("import", "export", "peak")}
    month = asked.get("month", find_tariff(case["tariff"]).known_to)
    scenario, profiles = month_of(file, month, kwh)
    result = simulate(scenario, profiles=profiles)
    if "line" in case:
        lines = dict(result.bills.select("component", "amount").rows())
        assert lines[case["line"]] == pytest.approx(case["total"], abs=case["tolerance"])
    else:
        assert result.bill_totals["bill"].to_list() == [pytest.approx(case["total"], abs=case["tolerance"])]


def test_months_of_a_year_stand_alone_where_nothing_is_carried():
    """A month of another volume changes its own bill and no other."""
    asked = {"start": "2025-07-01", "steps": 24 * 92, "grid.tariff": "my-tnb-rp4-domestic-atap", "solar.pv_kwp": 8.0}
    scenario = load_scenario("paper", asked | {"market.mechanism": "grid-only"})
    first = simulate(scenario)
    profiles = first.flows.profiles
    load = profiles.load_kwh.copy()
    load[24 * 31 : 24 * 62] *= 1.7
    other = simulate(scenario, profiles=Profiles(profiles.generation_kwh, load, profiles.ev_kwh))
    before, after = (run.bill_totals.select("month", "bill").rows() for run in (first, other))
    changed = {month for (month, one), (_, two) in zip(before, after, strict=True) if one != two}
    assert changed == {"2025-08"}


@pytest.mark.parametrize("name", PYSAM)
def test_a_year_of_the_independent_program_comes_out_of_a_run(name, tmp_path):
    file = tmp_path / "oracle.toml"
    file.write_text(tomli_w.dumps(tariff(*CHARGES[name]).model_dump(mode="python", exclude_none=True)))
    big = 50 if name == "demand" else 1
    scenario = load_scenario("paper", {
        "start": "2018-01-01", "steps": 8760, "grid.tariff": str(file), "battery.capacity_kwh": 0, "time_zone": "UTC",
        "homes": {"groups": [{"kind": "solar", "count": 1}]}, "solar.latitude": 0, "solar.longitude": 0,
    })  # fmt: skip
    hour, month = np.arange(8760) % 24, timeline(scenario).local.astype("datetime64[M]").astype(int) % 12
    load = np.where((hour >= 18) & (hour <= 22), 1.2, 0.35) * big
    sun = np.where((hour >= 6) & (hour < 18), np.sin(np.pi * (hour + 0.5 - 6) / 12), 0.0)
    made = np.where(month < 3, 1.9, 0.6) * sun * (20 if name == "demand" else 1)
    arrays = {"generation_kwh": made, "load_kwh": load, "ev_kwh": np.zeros(8760)}
    result = simulate(scenario, profiles=Profiles(**{key: array[:, None] for key, array in arrays.items()}))
    expected = np.array(PYSAM[name]["months"])
    if name == "nb3_next_month":
        expected = expected[:11]  # in December the oracle pays out what is left
    assert result.bill_totals["bill"].to_numpy()[: expected.size] == pytest.approx(expected, abs=2e-4)
