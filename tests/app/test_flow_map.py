"""The flow map's contract with the page: what is sent, what comes back, and that names stay text."""

from __future__ import annotations

import json
import re
import sys
from importlib.resources import files

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

import jiran
from jiran.app.charts.base import Window
from jiran.app.charts.flow import flow_data, steps_together
from jiran.app.components.flow_map import _inline
from jiran.engine.flows import FLOWS
from jiran.explain.trades import total

PAGE = """
import streamlit as st

from jiran.app.components.flow_map import flow_map

flow_map(st.session_state["run"], key="map", at={"turn": 1, "step": 0, "stay": True, "home": None})
"""


def a_flow(name: str, sign: int, partner: str, **values: object) -> dict:
    return {"name": name, "label": name, "colour": "#123456", "sign": sign, "partner": partner, **values}


def a_run(steps: int = 2, capacity_kwh: float = 5.0) -> dict:
    """Two homes; the first sells to the second in every step."""
    sold = [[0.5] * steps, [0.0] * steps]
    none = [[0.0] * steps, [0.0] * steps]
    return {
        "currency": "MYR",
        "step_minutes": 60,
        "labels": [f"Sat 21 Mar {step:02d}:00" for step in range(steps)],
        "sun": [1.0] * steps,
        "homes": [{"id": "<b>S1</b>", "kind": "solar"}, {"id": "N1", "kind": "normal"}],
        "flows": [
            a_flow("generation", 1, "", kwh=sold),
            a_flow("load", -1, "", kwh=sold[::-1]),
            a_flow("p2p_sold", -1, "p2p"),
            a_flow("p2p_bought", 1, "p2p"),
            a_flow("battery_drawn", 1, "battery", kwh=none),
            a_flow("grid_import", 1, "grid", kwh=none, price=[0.5] * steps),
        ],
        "trades": {
            "step": list(range(steps)),
            "seller": [0] * steps,
            "buyer": [1] * steps,
            "kwh": [0.5] * steps,
            "amount": [0.15] * steps,
        },
        "sums": {name: [0.5] * steps for name in ("up", "down", "traded", "paid", "imported", "bought")},
        "so_far": {"kwh": [0.5] * steps, "amount": [0.15] * steps},
        "soc": [2.5] * steps,
        "capacity_kwh": capacity_kwh,
        "p2p_price": [0.3] * (steps - 1) + [None],
    }


@pytest.fixture(scope="module")
def modules() -> dict[str, str]:
    folder = files("jiran.app.components.flow_map").joinpath("js")
    return {file.name: file.read_text(encoding="utf-8") for file in folder.iterdir()}


@pytest.fixture(scope="module")
def script(modules) -> str:
    return "".join(modules.values())


@pytest.mark.parametrize("run", [a_run(), a_run(steps=1), a_run(capacity_kwh=0)])
def test_the_whole_day_is_sent_and_what_is_looked_at(run):
    at = AppTest.from_string(PAGE)
    at.session_state["run"] = run
    at.run()
    assert not at.exception
    sent = next(e.proto for e in at.main.children.values() if e.type == "bidi_component")
    assert json.loads(sent.json) == {"run": run, "key": "map", "at": {"turn": 1, "step": 0, "stay": True, "home": None}}


def test_a_new_run_keeps_the_map_it_had():
    at = AppTest.from_string(PAGE)
    at.session_state["run"] = a_run()
    before = at.run().main.children[0].proto.id
    at.session_state["run"] = a_run(steps=3)
    assert at.run().main.children[0].proto.id == before


def test_the_script_is_served_and_not_sent_along(monkeypatch):
    monkeypatch.delitem(sys.modules, "jiran.app.components.flow_map")  # imported outside an app, which serves nothing
    at = AppTest.from_string(PAGE)
    at.session_state["run"] = a_run()
    sent = at.run().main.children[0].proto
    assert (sent.js_source_path, sent.js_content) == ("main.js", "")


def test_names_only_ever_become_text(script):
    for way_in in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "Function("):
        assert way_in not in script


def test_nothing_is_fetched_but_the_script_itself(modules, script):
    style = files("jiran.app.components.flow_map").joinpath("flow_map.css").read_text(encoding="utf-8")
    assert set(re.findall(r"^import .* from \"\./(.+)\";$", script, flags=re.MULTILINE)) == {*modules} - {"main.js"}
    assert not re.search(
        r"https?:|fetch\(|^import (?!.* from \"\./)|import\(|@import|url\(", script + style, re.MULTILINE
    )


def test_where_it_cannot_be_served_the_script_is_one_piece(modules):
    whole = _inline()
    assert "import " not in whole
    assert re.findall(r"^export .*?function", whole, flags=re.MULTILINE) == ["export default function"]
    names = re.findall(r"^(?:const|class) (\w+)", whole, flags=re.MULTILINE)
    assert len(names) == len(set(names))
    for module in modules.values():
        for taken, file in re.findall(r"^import \{ (.+) \} from \"\./(.+)\";$", module, flags=re.MULTILINE):
            for name in taken.split(", "):
                assert re.search(rf"^export (?:const|class) {name}\b", modules[file], flags=re.MULTILINE), name


def test_the_script_reads_every_field_of_the_contract(script):
    run = a_run()
    for field in [*run, *run["trades"], *run["flows"][-1]]:
        assert re.search(rf"\b{field}\b", script), field


@pytest.mark.parametrize("name", ["paper", "kampung", "ev-street"])
def test_the_map_and_the_page_of_trades_add_up_to_the_same(name):
    result = jiran.simulate(jiran.load_scenario(name))
    day = Window(0, 24 * 60 // result.scenario.step_minutes)
    sent, said = flow_data(result, day), total(result, day.first, day.last)
    assert sent["so_far"]["kwh"][-1] == pytest.approx(said.figures["kwh"], abs=1e-6)
    assert sent["so_far"]["amount"][-1] == pytest.approx(said.figures["paid"], abs=1e-6)
    assert f"paid MYR {sent['so_far']['amount'][-1]:,.2f}." in said.text


@pytest.mark.parametrize(("name", "step"), [("dynamic-prices", 30), ("kampung", 24 * 4), ("ev-street", 84)])
def test_the_figures_over_the_map_are_those_of_the_steps_whatever_is_rounded_on_the_way(name, step):
    """At 06:00 of the second day of dynamic-prices 11 trades, each rounded, were 1.66 kWh on the map and 1.67 in the panel."""
    result = jiran.simulate(jiran.load_scenario(name))
    day = Window(step, step + 24)
    sums, rows = flow_data(result, day)["sums"], result.steps.slice(step, 24)
    together = 24 // len(sums["up"])
    taken = rows["grid_import_kwh"] + rows["battery_import_kwh"]
    truth = {
        "up": rows["generation_kwh"], "down": rows["load_kwh"] + rows["ev_kwh"], "traded": rows["p2p_kwh"], "imported": taken,
        "paid": rows["p2p_kwh"] * rows["p2p_price"].fill_null(0.0), "bought": taken * rows["import_price"],
    }  # fmt: skip
    for figure, values in truth.items():
        by_hand = values.to_numpy().reshape(-1, together).sum(axis=1)
        np.testing.assert_allclose(sums[figure], by_hand, atol=1e-6, err_msg=figure)


def test_what_the_battery_itself_trades_with_the_grid_is_sent_where_it_does():
    prices = {"grid.import_price": [0.2] * 12 + [0.8] * 12, "grid.export_price": 0.1}
    result = jiran.simulate(
        jiran.load_scenario("paper", {"battery.controller": "plan-ahead", "solar.pv_kwp": 0.5, "steps": 48, **prices})
    )
    sent, kwh = flow_data(result, Window(24, 48))["battery_grid"], result.settlement.step_kwh
    np.testing.assert_allclose(sent["taken"], kwh["battery_import_kwh"][24:], atol=5e-4)
    np.testing.assert_allclose(sent["given"], kwh["battery_export_kwh"][24:], atol=5e-4)
    assert sum(sent["taken"]) > 1.0
    assert "battery_grid" not in flow_data(jiran.simulate(jiran.load_scenario("paper")), Window(0, 24))


@pytest.mark.parametrize("name", ["paper", "ev-street"])
def test_every_flow_is_sent_as_it_is_declared_but_for_what_evs_give(name):
    result = jiran.simulate(jiran.load_scenario(name))
    day = Window(0, 24 * 60 // result.scenario.step_minutes)
    sent = {one["name"] + "_kwh": one for one in flow_data(result, day)["flows"]}
    assert list(sent) == [name for name in FLOWS if name != "ev_supplied_kwh"]
    for flow in map(FLOWS.get, sent):
        one = sent[flow.name]
        assert (one["sign"], one["colour"], one["label"]) == (flow.sign, flow.colour, flow.label)
        assert one["partner"] == {"homes": "p2p"}.get(flow.account, flow.account)
        assert ("kwh" in one) == (flow.account != "homes")
        assert one.get("left_out", False) == flow.at_meter
        assert ("price" in one) == (flow.account == "grid")
        if "kwh" in one:
            kwh = result.flows.between(flow.name, day.first, day.last)
            assert np.sum(one["kwh"]) == pytest.approx(kwh.sum(), abs=5e-4 * kwh.size)
    prices = result.prices.grid_import[day.first : day.last]
    shown = sent["grid_import_kwh"]["price"]
    assert shown == pytest.approx(prices[:: prices.size // len(shown)], abs=5e-5)


def test_a_coarser_step_is_named_from_its_start_to_its_end():
    fine = jiran.simulate(jiran.load_scenario("kampung", {"step_minutes": 5, "steps": 288}))
    sent = flow_data(fine, Window(0, 288))
    assert sent["labels"][0] == "Mon 23 Mar 00:00 to 00:15"
    assert sent["labels"][-1].endswith("23:45 to 24:00")


@pytest.mark.parametrize("name", ["kampung", "ev-street"])
def test_a_day_by_the_quarter_hour_is_played_by_the_quarter_hour_as_the_page_beside_it_speaks(name):
    result = jiran.simulate(jiran.load_scenario(name, {"steps": 96}))
    assert result.scenario.step_minutes == 15
    assert steps_together(result, Window(0, 96)) == 1


@pytest.mark.parametrize(("latitude", "least", "most"), [(1.55, 0.85, 1.0), (51.5, 0.2, 0.3)])
def test_without_roofs_the_sun_of_the_map_is_that_of_the_place(latitude, least, most):
    homes = {"homes.groups": [{"kind": "normal", "count": 2}], "start": "2026-12-21", "telling": []}
    sky = {"solar.model": "site", "solar.latitude": latitude, "solar.longitude": 110.3}
    sun = flow_data(jiran.simulate(jiran.load_scenario("paper", homes | sky)), Window(0, 24))["sun"]
    assert min(sun) == 0.0
    assert least < max(sun) <= most
