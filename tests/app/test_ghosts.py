"""The pinned scenario A in the charts and on the pages: faint, as long as what is shown, and only where it compares."""

from __future__ import annotations

import json

import pytest

import jiran
from jiran.app import state
from jiran.app.charts import day, home, homes
from jiran.app.charts.base import Window
from jiran.app.charts.day_points import points
from jiran.app.links import Pin, base_of_preset
from pages import MANY, STREET, run, seen, show

TRADES = "from jiran.app.views import trades\n\ntrades.show()\n"
EVERYTHING = {"open": "bills,fair,numbers,roles"}
HOME = {"tab": "home", "home": "H1"}
B = {"solar.pv_kwp": 6.0, "battery.capacity_kwh": 40.0, "grid.export_price": 0.4}


@pytest.fixture(scope="module")
def a():
    return run()


@pytest.fixture(scope="module")
def b():
    return run(**B)


def pin(overrides=None):
    return Pin(base_of_preset("paper"), overrides or {}, jiran.load_scenario("paper", overrides or {}))


def metrics(at):
    return {metric.label: metric for metric in at.metric}


def drawn(at, key):
    return next(json.loads(one.proto.spec) for one in at.get("echarts_chart") if key in one.proto.id)


def ghosts(spec):
    return [one for one in spec["series"] if one.get("name") == "A"]


def column(option, name):
    place = option["dataset"]["dimensions"].index(name)
    return [row[place] for row in option["dataset"]["source"]]


def test_the_day_has_lines_of_a_dashed_and_as_long(a, b):
    window = Window(0, 24)
    option = day.spec(b, points(b, window), points(a, window))
    lines = ghosts(option)
    assert {one["encode"]["y"] for one in lines if "encode" in one} == {
        "A met_kwh", "A generation_kwh", "A kept_kwh", "A traded_kwh", "A trades", "A export_price",
    }  # fmt: skip
    assert all(one["lineStyle"]["type"] == [6, 4] and not one["tooltip"]["show"] for one in lines)
    assert column(option, "A generation_kwh") == pytest.approx(a.steps["generation_kwh"].to_list(), abs=6e-4)
    stored = next(one["data"] for one in lines if "data" in one)
    assert [kwh for _, kwh in stored[1:]] == pytest.approx(a.steps["soc_kwh"].to_list(), abs=6e-4)
    said = {one["name"]: one["encode"]["y"] for one in option["series"] if str(one.get("name")).startswith("A: ")}
    assert said["A: Stored at the end"] == "A soc_kwh"
    assert said["A: Grid"] == "A grid_import_kwh"
    assert all(sum(isinstance(name, dict) for name in legend["data"]) <= 1 for legend in option["legend"])


def test_the_day_is_the_same_without_a_and_with_an_a_of_another_shape(b):
    window, two = Window(0, 24), run(steps=48)
    plain = day.spec(b, points(b, window))
    assert not ghosts(plain)
    assert day.spec(b, points(b, window), points(two, Window(0, 48))) == plain
    assert day.spec(b, points(b, window), points(b, window)) == plain


def test_the_battery_of_a_fits_into_the_panel(a, b):
    window = Window(0, 24)
    option = day.spec(a, points(a, window), points(b, window))
    assert max(axis.get("max", 0) for axis in option["yAxis"]) == pytest.approx(44.0)
    assert day.spec(a, points(a, window), points(run(**{"battery.capacity_kwh": 0}), window))


def test_long_runs_with_a_are_small_enough_to_send():
    runs = [run(steps=500, **changes) for changes in ({}, B)]
    window = Window(0, 500)
    option = day.spec(runs[1], points(runs[1], window), points(runs[0], window))
    assert all(one["lineStyle"]["type"] == [6, 4] for one in ghosts(option))
    assert len(json.dumps(option, separators=(",", ":"))) < 150_000


def test_bills_of_a_are_hollow_and_of_homes_that_both_have(a, b):
    (mark,) = ghosts(homes.bills(b.homes, "MYR", a.homes))
    costs = dict(a.homes.select("id", "cost").iter_rows())
    shown = homes.shown_bills(b.homes)["id"].to_list()
    assert mark["itemStyle"]["color"] == "transparent"
    for point in mark["data"]:
        assert point["value"] == [pytest.approx(costs[point["name"]], abs=0.005), shown.index(point["name"])]
    fewer = run(**{"homes.groups.solar.count": 2})
    (mark,) = ghosts(homes.bills(b.homes, "MYR", fewer.homes))
    assert not {"S3", "S4", "S5"} & {point["name"] for point in mark["data"]}
    assert not ghosts(homes.bills(b.homes, "MYR", b.homes))
    assert not ghosts(homes.bills(b.homes, "MYR"))


def test_savings_by_kind_their_spread_and_the_curve_have_those_of_a(a, b):
    (strokes,) = ghosts(homes.kinds(b.homes, "MYR", a.homes))
    mean = homes.saving_by_kind(a.homes)["saving"].to_list()
    assert [one["value"][0] for one in strokes["data"][-4:]] == pytest.approx(mean, abs=0.005)
    (boxes,) = ghosts(homes.spread(b.homes, "MYR", a.homes))
    assert [box["value"][2] for box in boxes["data"]] == pytest.approx(
        [a.homes.filter(kind=kind)["saving"].median() for kind in ("solar", "ev", "hybrid", "normal")], abs=0.005
    )
    (curve,) = ghosts(homes.lorenz_curve(b.homes, a.homes))
    x, y = homes.lorenz(a.homes)
    assert curve["lineStyle"]["type"] == [6, 4]
    assert curve["data"] == [
        [pytest.approx(100 * p, abs=0.1), pytest.approx(100 * q, abs=0.1)] for p, q in zip(x, y, strict=True)
    ]
    nothing = run(**{"market.mechanism": "grid-only"})
    assert not ghosts(homes.lorenz_curve(b.homes, nothing.homes))


def test_the_waterfall_ends_beside_the_bill_of_a():
    steps = [("Grid alone", 3.0), ("Paid to neighbours", -1.0), ("Now", 2.0)]
    spec = home.waterfall(steps, "MYR", 2.5)
    assert {tuple(point["value"]) for point in ghosts(spec)[0]["data"]} == {(2.5, 2)}
    assert not ghosts(home.waterfall(steps, "MYR"))


@pytest.mark.parametrize("look", [EVERYTHING, HOME, None], ids=["street", "home", "trades"])
@pytest.mark.parametrize(
    "overrides",
    [
        B,
        {"market.mechanism": "grid-only"},
        {"battery.capacity_kwh": 0.0},
        {"steps": 48},
        {"currency": "EUR"},
        MANY,
        {"homes.groups": [{"kind": "solar", "count": 1}]},
    ],
    ids=["changed", "no trades", "no battery", "two days", "euro", "200 homes", "one home"],
)
def test_every_page_compares_any_run_with_any_other(look, overrides):
    page = TRADES if look is None else STREET
    show(page, run(**overrides), look, pinned=pin())
    show(page, run(), look, pinned=pin(overrides))


def test_a_home_says_what_changed(a, b):
    at = show(STREET, b, HOME, pinned=pin())
    then, now = (one.homes.row(one.community.ids.index("H1"), named=True) for one in (a, b))
    assert metrics(at)["Bill, MYR"].delta == f"{now['cost'] - then['cost']:+.2f} vs A"
    assert metrics(at)["Kind"].delta == "as in A"
    assert ghosts(drawn(at, "home_bill"))[0]["data"][-1]["value"][0] == pytest.approx(then["cost"], abs=0.005)


def test_pages_say_why_the_lines_of_a_are_missing():
    for look, words in (
        ({}, "A has 24 steps, this has 48, so A's lines are not drawn."),
        (EVERYTHING, "A has 24 steps, this has 48, so A's bills are not drawn."),
        (HOME, "A has 24 steps, this has 48, so A's bill is not drawn."),
    ):
        at = show(STREET, run(steps=48), look, pinned=pin())
        assert any(words in seen(text.value) for text in at.caption)
        assert not any(
            ghosts(json.loads(one.proto.spec)) for one in at.get("echarts_chart") if "lorenz" not in one.proto.id
        )


def test_trades_say_what_a_traded(a, b):
    at = show(TRADES, b, pinned=pin())
    said = (
        f"In A: Neighbours traded {a.kpis['p2p_kwh']:.1f} kWh in {a.kpis['trades']:.0f} trades; "
        f"the buyers paid MYR {a.trades['paid'].sum():.2f}."
    )
    assert any(said in seen(text.value) for text in at.caption)


def test_a_comes_from_memory(b, monkeypatch):
    at = show(STREET, b, pinned=pin())
    monkeypatch.setattr(state.finished, "simulate", lambda *_args, **_more: pytest.fail("simulated again"))
    at.run()
    assert not at.exception
