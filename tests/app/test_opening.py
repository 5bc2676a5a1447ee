"""What the command line runs, the dashboard opens; `python tests/opening.py 300` does the same on all pages."""

from __future__ import annotations

import itertools
from unittest import mock

import numpy as np
import pytest
import tomli_w

import jiran
import opening
import valid
from jiran import Scenario
from jiran.app import links
from jiran.scenario import validate
from jiran.scenario.files import as_data, presets, read_scenario
from opening import PAGES, QUICK, by_link, drawn, faults, viewer

#: The suite opens 48 scenarios: in parts, for the workers to share, each on the first page and every third on one more.
#: `make open` opens 300, and the bounds of every field, each on all pages.
PARTS, IN_PART = 4, 12
INR = {"currency": "INR", "grid.import_price": 8.0, "grid.export_price": 3.5, "battery.reserve_price": -0.25}


@pytest.mark.parametrize("part", range(PARTS))
def test_the_dashboard_opens_what_the_command_line_runs(part):
    more = itertools.cycle(QUICK[1:])
    found = [
        fault
        for place, scenario in enumerate(drawn(IN_PART, seed=part))
        for fault in faults(by_link(scenario), scenario, (PAGES[0], next(more)) if place % 3 == 0 else PAGES[:1])
    ]
    print(f"opened {IN_PART}, dead {len(found)}")  # noqa: T201 - the count is what is asked for
    assert not found


def test_a_change_that_is_refused_leaves_the_scenario_of_the_link():
    with mock.patch("sys.argv", ["main.py"]):
        at = viewer(**{"preset": "five-prosumers", "load.seed": "11"}).run()
        assert not at.exception
        assert at.session_state.base.label == "five-prosumers"
        assert "unknown key" in at.warning[0].value
        nonsense = viewer(preset="nowhere", seed="5").run()
        assert nonsense.session_state.base.label == "paper"


def test_the_dashboard_opens_every_field_at_its_bounds():
    """Many at once; `opening.py` opens each alone, on all pages."""
    seen = set()
    for held, scenario in valid.at_bounds_together(opening.runs):
        assert not faults(by_link(scenario), scenario, PAGES[:1]), held
        seen |= set(held)
    assert len(seen) > 60


@pytest.mark.parametrize("name", presets())
def test_every_preset_opens_with_all_its_settings_and_the_whole_way_to_a_plan(name):
    """A week of those that last longer."""
    start = read_scenario(name)
    scenario = jiran.load_scenario(name, {"steps": min(start["steps"], 7 * 1440 // start["step_minutes"])})
    assert not faults(by_link(scenario), scenario, ("plan", PAGES[0]))


def test_every_page_draws():
    for scenario in drawn(2, seed=100):
        assert not faults(by_link(scenario), scenario)


LINKS = [
    {"grid.import_price": "50"},
    {"grid.import_price": "-0.3"},
    {"grid.import_price": "0.1234567890123"},
    {"market.fraction": "0.99"},
    {"market.fraction": "0.001"},
    {"seed": str(2**63 - 1)},
    {"seed": str(2**53 + 1)},
    {"steps": "10000000", "homes.groups": '[{"kind": "normal", "count": 0}, {"kind": "solar", "count": 1}]'},
    {"battery.buy_price": "-0.25", "battery.sell_price": "1e-7"},
    {"battery.reserve_price": "0.3", "ev.supply.reserve_price": "-1000000"},
    {"battery.reserve_price": "null"},
    {"homes.groups.solar.count": "8", "homes.groups.normal.load_low_kw": "0.05"},
    {"homes.groups": '[{"kind": "solar"}, {"kind": "solar", "pv_kwp": 0.123456}, {"kind": "ev", "count": 3}]'},
    {"solar": '{"pv_kwp": 21.7, "derate": 0.333}', "market": '{"mechanism": "vcg"}'},
    {"market.mechanism": "uniform-price", "market.k": "0.123", "bids.strategy": "truthful"},
    {"grid.export_price": str([0.1] * 24), "grid.import_price": str([0.1 * hour for hour in range(24)])},
    INR,
]


@pytest.mark.parametrize("place", range(len(LINKS)))
def test_a_link_opens_with_its_own_values(place):
    """On the first page, and on another one."""
    link = {name: str(value) for name, value in LINKS[place].items()}
    start, changes = links.read_link({"preset": "paper"} | link, None)
    scenario = validate(opening.with_overrides(start.data, changes))
    if "steps" in link:  # opened, but not run: ten million steps are too many for a test
        app = viewer(preset="paper", **link)
        app.session_state["more"] = True
        assert not list(panel_faults(app, scenario))
    else:
        pages = (PAGES[0], QUICK[1 + place % (len(QUICK) - 1)])
        assert not faults(viewer(preset="paper", **link), scenario, pages)


def panel_faults(app, scenario):
    """Draw the panel alone."""
    panel = opening.AppTest.from_string("from jiran.app import sidebar, state\nimport streamlit as st\nwith st.sidebar:\n    sidebar.show()")  # fmt: skip
    panel.query_params.update(app.query_params)
    panel.session_state["more"] = True
    with opening.mock.patch.object(opening.sys, "argv", ["main.py"]):
        panel.run()
    assert not panel.exception
    yield from opening.wrong_controls(panel, scenario)


def test_a_file_of_the_command_line_opens_with_own_rules_homes_and_prices(tmp_path):
    (tmp_path / "rule.py").write_text(
        '"""A rule."""\nfrom jiran.market import Parameter, mechanism\n\n\n'
        '@mechanism("own", compiled=False, big_k=Parameter(1e9, "any *number*"), kind=Parameter("a", "x", choices=("a", "b")))\n'
        "def own(net_kwh, limit_price, import_price, export_price, parameters, rng, trades):\n"
        '    """Trade nothing at all."""\n    return 0\n'
    )
    (tmp_path / "meter.csv").write_text(
        "time,A load,A generation,B load\n"
        + "".join(f"2026-01-01T{hour:02}:00,0.5,{hour / 10},0.25\n" for hour in range(24))
    )
    homes = {"data": {"path": "meter.csv", "monthly_load_kwh": 0.1}}
    cases = [
        read_scenario("paper") | {"market": {"mechanism": "rule.py"}},
        {"name": "metered", "homes": homes, "start": jiran.load_scenario("paper").start.replace(month=1, day=1)},
        {
            "name": "few",
            "homes": {"single": [{"id": "*A*", "kind": "ev", "ev_kw": 0.1}, {"id": "B", "kind": "normal"}]},
        },
        {"name": "no count", "homes": {"groups": [{"kind": "solar"}, {"kind": "normal", "load_low_kw": 0.01}]}},
        {"name": "steps", "steps": 48, "homes": {"groups": [{"kind": "hybrid"}]}, "grid": {"import_price": [0.1] * 48}},
    ]
    for place, case in enumerate(cases):
        path = tmp_path / "own.toml"
        path.write_text(tomli_w.dumps(case))
        pages = QUICK if place else PAGES
        assert not faults(viewer(), jiran.load_scenario(path), pages, named=str(path)), case["name"]


def test_an_uploaded_scenario_opens_with_its_own_values():
    for scenario in drawn(3, seed=11):
        app = viewer()
        app.session_state["own data"] = True
        app.run()
        app.file_uploader(key="upload|0").upload("own.toml", opening.to_toml(scenario).encode(), "text/plain").run()
        assert not faults(app, scenario, PAGES[:2])


def test_the_random_scenarios_differ_from_one_another():
    found: list[Scenario] = list(drawn(60, seed=3))
    assert len({repr(as_data(one)) for one in found}) == 60
    assert any(isinstance(one.grid.import_price, tuple) for one in found)
    assert any(one.seed > 2**53 for one in found)
    assert any(one.homes.single for one in found)
    assert len({one.market.mechanism for one in found}) > 8
    assert np.mean([one.market.mechanism == "grid-fraction" for one in found]) < 0.5
