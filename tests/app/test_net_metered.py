"""Every page opens with homes of which only import and export are known, and shows nothing that is not known of them."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest

import jiran
import net_metering
import opening
from jiran.app import bills, trade_list
from jiran.app.charts import day, flow, home
from jiran.app.charts.base import Window
from jiran.app.charts.day_points import points
from jiran.app.links import Pin, base_of_preset
from jiran.scenario import validate
from jiran.simulation.setting import prepare
from pages import MANY, STREET, show

TRADES = "from jiran.app.views import trades\n\ntrades.show()\n"
KNOWN = "only import and export of"
WINDOW = Window(0, 24)


def street(which="some", **overrides):
    """Run the paper's community, with some or all homes that do not lend their EV's battery net metered."""
    setting = prepare(jiran.load_scenario("paper", overrides))
    homes = ~np.isin(np.arange(setting.community.size), setting.plan.homes)
    if which == "some":
        homes[::2] = False
    return net_metering.run(net_metering.net_metered(setting, homes))


@pytest.fixture(scope="module")
def some():
    return street()


@pytest.fixture(scope="module")
def every():
    return street("all")


def shown(at):
    """Return all that a page shows: its texts, figures, and the data of its charts and tables."""
    texts = [one.value for kind in ("markdown", "caption", "info", "subheader", "latex") for one in getattr(at, kind)]
    texts += [f"{one.label} {one.value} {one.delta}" for one in at.metric]
    texts += [one.proto.spec for one in at.get("echarts_chart")]
    return texts + [frame.value.to_json(date_format="iso") for frame in at.dataframe]


def untrue(at):
    return [text for text in shown(at) if re.search(r"\bnan\b|\bNaN\b|\bNone kWh|None%", text)]


@pytest.mark.parametrize("which", ["some", "all"])
@pytest.mark.parametrize(
    "overrides",
    [{}, {"market.mechanism": "grid-only"}, {"battery.capacity_kwh": 0.0}, {"ev.supply.enabled": True}, MANY, {"steps": 480}],
    ids=["paper", "no trades", "no battery", "lending EVs", "200 homes", "20 days"],
)  # fmt: skip
def test_every_page_draws_alone_and_beside_a_run_of_which_all_is_known(which, overrides):
    result = street(which, **overrides)
    a = Pin(base_of_preset("paper"), {}, jiran.load_scenario("paper"))
    everything = "bills,fair,files,numbers,roles,trades"
    looks = (
        {"open": everything},
        {"tab": "home", "home": result.community.ids[0], "open": everything},
        {"tab": "market"},
    )
    for link in looks:
        assert not untrue(show(STREET, result, link)), link
        assert not untrue(show(STREET, result, link, pinned=a)), link
    assert not untrue(show(TRADES, result))
    assert not untrue(show(TRADES, result, pinned=a))


@pytest.fixture
def a_file(tmp_path):
    """A scenario of a meter file that has import and export alone of homes A and C."""
    file = tmp_path / "street.csv"
    net_metering.file_of_import_and_export(file)
    return validate(
        {"name": "net", "start": "2026-03-21", "steps": 48, "homes": {"data": {"path": str(file)}}, "seed": 4_711}
    )


def test_the_dashboard_opens_what_the_command_line_runs(a_file, tmp_path):
    app, named = opening.by_command_line(a_file, tmp_path)
    assert not opening.faults(app, a_file, named=named)
    assert not untrue(app)
    assert any(KNOWN in warning.value.lower() and "2 homes" in warning.value for warning in app.warning)


def test_a_comparison_says_it(a_file):
    found = jiran.compare({"A": a_file, "B": jiran.load_scenario("paper")})
    assert any(note.startswith(f"A: {KNOWN} 2 homes are known") for note in found.notes)
    assert found.table(("street_self_sufficiency",))["street_self_sufficiency"].is_null().to_list() == [True, False]


def test_cards_of_what_is_not_known_have_a_dash(some):
    first, homes = (
        show(STREET, some),
        show(STREET, some, {"tab": "home", "home": some.community.ids[1]}),
    )
    cards = {one.label: one for at in (first, homes) for one in at.metric}
    assert [cards[name].value for name in ("Self-sufficiency", "Self-consumption")] == ["–", "–"]
    assert not cards["Traded, kWh"].delta
    assert cards["Kind"].value in ("Prosumer", "Consumer")
    assert cards["Bill, MYR"].value == f"{some.homes['cost'][1]:,.2f}"


def test_the_day_shows_import_and_export_in_place_of_sun_and_demand(every, some):
    for result in (every, some):
        option = day.spec(result, points(result, WINDOW))
        titles = [one["text"] for one in option["title"]]
        assert titles[:2] == ["Import of the homes, kW", "Export of the homes, kW"]
        assert not any(word in title for title in titles for word in ("Solar", "Demand", "powered"))
        assert not {"generation_kwh", "demand_kwh", "own_kwh"} & set(option["dataset"]["dimensions"])
        colours = {
            (one["name"], one["color"]) for one in option["series"] if "color" in one and one.get("silent") is None
        }
        assert len(colours) == len({name for name, _ in colours})  # a legend knows series by their names


def test_many_steps_in_one_point_stay_unknown():
    result = street(steps=1000)
    frame = points(result, Window(0, 1000)).frame
    assert frame["generation_kwh"].is_null().all()
    kwh = (frame["taken_kwh"] * frame["hours"]).sum()
    names = ("p2p_bought_kwh", "battery_drawn_kwh", "grid_import_kwh")
    assert kwh == pytest.approx(sum(result.flows[name].sum() for name in names))


def test_the_map_sends_what_came_in_and_went_out_of_such_homes(some):
    sent = flow.flow_data(some, WINDOW)
    json.dumps(sent, allow_nan=False)
    hidden = some.community.net_metered.tolist()
    flows = {one["name"]: one for one in sent["flows"]}
    for name in ("generation", "load", "ev"):
        assert [row is None for row in flows[name]["kwh"]] == hidden
    net = sum(some.flows[name] for name in ("p2p_sold_kwh", "battery_charged_kwh", "grid_export_kwh"))
    assert np.allclose(sent["given"], net.T, atol=5e-3)
    assert "taken" not in flow.flow_data(jiran.simulate(some.scenario), WINDOW)


def test_the_day_of_a_home_has_what_passed_its_meter(some):
    at = int(np.flatnonzero(some.community.net_metered)[0])
    name = some.community.ids[at]
    drawn = home.day(some, name, WINDOW)["series"]
    assert {one["name"] for one in drawn} <= {"Neighbours", "Battery", "Grid"}
    assert str(home.day_words(some, at, 0, 24)).startswith(f"Import of {name}: ")


def test_bills_are_those_of_the_same_homes_with_all_that_is_known_of_them(some):
    known = jiran.simulate(some.scenario)
    for name in some.community.ids:
        for one, other in zip(bills.bill_steps(some, name), bills.bill_steps(known, name), strict=True):
            assert one[0] == other[0]
            assert one[1] == pytest.approx(other[1], abs=1e-9)


def test_the_table_of_homes_has_net_energy_and_empty_cells(some):
    table, known = trade_list.prosumers(some, WINDOW), trade_list.prosumers(jiran.simulate(some.scenario), WINDOW)
    hidden = some.community.net_metered.tolist()
    for name in ("generation_kwh", "demand_kwh"):
        assert table[name].is_null().to_list() == hidden
    assert table["net_kwh"].to_list() == pytest.approx(known["net_kwh"].to_list())
