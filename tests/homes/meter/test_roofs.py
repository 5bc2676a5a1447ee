"""Homes of a file with a roof that is modelled: what it generates is that of a modelled home, and what is read stays as read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from jiran import load_scenario, simulate
from jiran.plan.planned import plan
from jiran.scenario.files import to_toml

HOURS = 24
USED = np.linspace(0.2, 1.3, HOURS)


def _file(folder: Path, columns: dict[str, np.ndarray]) -> str:
    times = [f"2026-03-{21 + at // 24} {at % 24:02d}:00" for at in range(HOURS)]
    name = folder / "meters.csv"
    pl.DataFrame({"time": times, **columns}).write_csv(name)
    return str(name)


def _metered(folder: Path, data: dict[str, object], columns: dict[str, np.ndarray] | None = None, **more: object):
    path = _file(folder, columns or {"A load": USED, "B load": 2 * USED})
    text = to_toml(load_scenario("paper", {"homes": {"data": {"path": path, **data}}, **more}))
    target = folder / "street.toml"
    target.write_text(text, encoding="utf-8")
    return simulate(load_scenario(target))  # as a file of its own: all that is said is in it


def _modelled(kwp: float, **more: object) -> np.ndarray:
    homes = {"single": [{"id": "A", "kind": "solar", "pv_kwp": kwp}]}
    return simulate(load_scenario("paper", {"homes": homes, **more})).flows.profiles.generation_kwh[:, 0]


@pytest.mark.parametrize("more", [{}, {"solar.model": "site", "solar.place": "penang"}, {"solar.clouds": 0.7}])
def test_a_metered_home_with_a_roof_generates_as_a_modelled_one(tmp_path, more):
    result = _metered(tmp_path, {"home": {"A": {"kind": "solar", "pv_kwp": 3.5}}}, **more)
    profiles = result.flows.profiles
    np.testing.assert_allclose(profiles.generation_kwh[:, 0], _modelled(3.5, **more), rtol=1e-12)
    assert not profiles.generation_kwh[:, 1].any()
    np.testing.assert_allclose(profiles.load_kwh, np.transpose([USED, 2 * USED]), rtol=1e-12)
    assert result.homes["kind"].to_list() == ["solar", "normal"]
    assert result.kpis["p2p_kwh"] > 0.0
    alone = float((profiles.generation_kwh[:, 0] - USED).clip(min=0.0).sum())
    assert result.homes["p2p_sold_kwh"][0] + result.homes["grid_export_kwh"][0] + result.homes["battery_charged_kwh"][
        0
    ] == (pytest.approx(alone))


@pytest.mark.parametrize(
    ("all_", "own", "kwp"),
    [
        ({"kind": "solar"}, {}, [5.0, 5.0]),
        ({"pv_kwp": 2.0}, {}, [2.0, 2.0]),
        ({"kind": "hybrid", "pv_kwp": 2.0}, {"B": {"kind": "normal"}}, [2.0, 0.0]),
        ({"kind": "ev", "pv_kwp": 2.0}, {"B": {"kind": "solar"}}, [0.0, 2.0]),
        ({"kind": "solar"}, {"B": {"pv_kwp": 0.0}}, [5.0, 0.0]),
    ],
)
def test_what_a_home_says_goes_before_what_is_said_of_all(tmp_path, all_, own, kwp):
    result = _metered(tmp_path, {"all": all_, **({"home": own} if own else {})})
    assert result.community.pv_kwp.tolist() == kwp
    energy = result.flows.profiles.generation_kwh.sum(axis=0)
    np.testing.assert_allclose(energy, np.array(kwp) * _modelled(1.0).sum(), rtol=1e-12)


def test_generation_that_was_read_stays_as_it_was_read_and_the_plan_takes_the_size_that_is_given(tmp_path):
    sun = np.where((np.arange(HOURS) > 7) & (np.arange(HOURS) < 17), 1.5, 0.0)
    columns = {"A load": USED, "A generation": sun, "B load": USED}
    result = _metered(tmp_path, {"all": {"pv_kwp": 4.0}}, columns)
    np.testing.assert_allclose(result.flows.profiles.generation_kwh[:, 0], sun)
    np.testing.assert_allclose(result.flows.profiles.generation_kwh[:, 1], _modelled(4.0), rtol=1e-12)
    assert plan(result).installed.pv_kwp.tolist() == [4.0, 4.0]


def test_a_home_that_never_fed_in_and_gets_a_roof_is_known_behind_its_meter(tmp_path):
    columns = {"A import": USED, "A export": np.zeros(HOURS), "B import": USED, "B export": USED[::-1]}
    result = _metered(tmp_path, {"all": {"kind": "solar", "pv_kwp": 6.0, "battery_kwh": 4.0}}, columns)
    assert result.homes["net_metered"].to_list() == [False, True]
    np.testing.assert_allclose(result.flows.profiles.generation_kwh[:, 0], _modelled(6.0), rtol=1e-12)
    np.testing.assert_allclose(result.flows.profiles.generation_kwh[:, 1], USED[::-1])


def test_a_sun_that_says_nothing_is_named_and_one_that_does_is_not(tmp_path):
    def told(data, **more):
        return " ".join(_metered(tmp_path, data, **more).warnings)

    assert "solar.derate" in told({}, **{"solar.derate": 0.3})
    assert "solar.derate" not in told({"all": {"kind": "solar"}}, **{"solar.derate": 0.3})
    assert "solar.pv_kwp" in told({"all": {"pv_kwp": 3.0}}, **{"solar.pv_kwp": 2.0})
    assert "solar.pv_kwp" not in told({"all": {"kind": "solar"}}, **{"solar.pv_kwp": 2.0})
    assert "has no solar roof" in told({"all": {"kind": "normal", "pv_kwp": 3.0}})
