from __future__ import annotations

import json

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from jiran.app import paper_check
from jiran.app.charts import paper as charts
from jiran.app.paper_check import ALPHA, CONDITIONS, GRID_PRICE, TABLE_1, TABLE_2, check_seeds, conditions_held, table_2
from jiran.app.views import paper
from jiran.explain.paper import peaks, stored
from pages import seen

FIG_4 = [0.0] * 8 + [1.9, 6.9, 11.9, 16.9] + [20.0] * 6 + [15.0, 10.0, 5.0, 0.0, 0.0, 0.0]
NAMES = [name for name, _, _ in TABLE_1]
NET = np.array([generation - demand for _, generation, demand in TABLE_1])


@pytest.fixture(scope="module")
def check():
    return check_seeds(20)


def test_table_1_gives_table_2_and_leaves_the_rest():
    trades = table_2(NAMES, NET, GRID_PRICE, ALPHA)
    assert [(one.name, one.seller, one.buyer, round(one.kwh, 2), round(one.amount, 2)) for one in trades] == list(
        TABLE_2
    )
    assert -NET.sum() == pytest.approx(3.43)


@pytest.mark.parametrize(
    ("matching", "bought"), [("pro-rata", [0.408, 0.690, 0.111, 0.701]), ("equal-share", [0.533, 0.533, 0.31, 0.533])]
)
def test_other_ways_of_matching_do_not(matching, bought):
    trades = table_2(NAMES, NET, GRID_PRICE, ALPHA, matching)
    assert [one.kwh for one in trades] == pytest.approx(bought, abs=6e-4)


@pytest.mark.parametrize("grid_price", [0.546, 0.571])
def test_other_grid_prices_miss_the_amounts(grid_price):
    amounts = [round(one.amount, 2) for one in table_2(NAMES, NET, grid_price, ALPHA)]
    assert amounts != [row[-1] for row in TABLE_2]


def test_the_nine_conditions_hold_for_fig_4():
    assert len(CONDITIONS) == 9
    assert conditions_held(FIG_4, 20.0) == [True] * 9


@pytest.mark.parametrize(
    ("hour", "kwh", "broken"),
    [
        (5, 0.5, {0}),
        (8, 0.0, {1}),
        (10, 7.0, {2}),
        (12, 19.0, {4}),
        (15, 18.0, {5}),
        (18, 20.0, {6}),
        (20, 12.0, {7}),
        (20, 0.0, {7}),
        (22, 1.0, {8}),
    ],
)
def test_each_condition_sees_its_own_fault(hour, kwh, broken):
    soc = FIG_4.copy()
    soc[hour] = kwh
    assert {place for place, held in enumerate(conditions_held(soc, 20.0)) if not held} == broken


def test_full_before_noon_and_always_empty_are_seen():
    early = [0.0] * 8 + [1.9, 9.0, 17.0, 20.0] + FIG_4[12:]
    assert not conditions_held(early, 20.0)[3]
    assert conditions_held([0.0] * 24, 20.0) == [True, False, False, True, False, False, True, False, True]
    with pytest.raises(ValueError, match="24 values"):
        conditions_held([0.0] * 23, 20.0)


def test_preset_paper_keeps_all_conditions(check):
    assert check.seeds == check.all_held == 20
    assert check.soc_kwh[:, 12:18] == pytest.approx(20.0)
    assert not np.array_equal(check.soc_kwh[0], check.soc_kwh[1])


def test_seeds_are_run_once_and_progress_is_told(check):
    done = []
    again = check_seeds(20, done.append)
    assert done == [0.5, 1.0]
    assert np.array_equal(again.soc_kwh, check.soc_kwh)


def test_without_its_power_limit_the_battery_breaks_them(monkeypatch):
    battery = paper_check.preset().battery
    unlimited = paper_check.preset().model_copy(
        update={"battery": battery.model_copy(update={"charge_kw": 1e3, "discharge_kw": 1e3})}
    )
    monkeypatch.setattr(paper_check, "preset", lambda: unlimited)
    paper_check._day.cache_clear()
    try:
        assert check_seeds(10).all_held == 0
    finally:
        paper_check._day.cache_clear()


def test_the_charts_hold_the_numbers(check):
    band = {one["name"]: one["data"] for one in charts.battery_band(check, 20.0)["series"]}
    lowest, highest = check.soc_kwh.min(axis=0), check.soc_kwh.max(axis=0)
    assert band["Lowest"] == pytest.approx(lowest, abs=1e-3)
    assert np.add(band["Lowest"], band["All seeds"]) == pytest.approx(highest, abs=2e-3)
    assert np.add(band["5%"], band["5 to 95% of seeds"]) == pytest.approx(band["95%"], abs=2e-3)
    bars, line = charts.trades_by_hour(check)["series"]
    assert bars["data"] == pytest.approx(check.trades.mean(axis=0), abs=1e-3)
    assert line["data"] == pytest.approx(check.p2p_kwh.mean(axis=0), abs=1e-3)
    assert "20.0 kWh at 13:00" in stored(check).text
    assert "the number is highest from 08:00 to 09:00" in peaks(check).text


PAGE = "from jiran.app.views import paper; paper.show()"


def test_the_page_ticks_every_entry_and_every_seed():
    at = AppTest.from_string(PAGE, default_timeout=60).run()
    assert not at.exception
    assert [seen(one.value) for one in at.success] == [
        "8 of 8 entries are those of the printed table.",
        "All 9 conditions held in 100 of 100 seeds.",
    ]
    assert any("P3 1.16 kWh, P4 0.31 kWh and P5 1.96 kWh, 3.43 kWh in all." in seen(one.value) for one in at.markdown)
    assert any("7.596 kWh per kWp and day" in one.value for one in at.markdown)
    assert len(at.get("echarts_chart")) == 2
    assert all(json.loads(one.proto.spec)["animation"] is False for one in at.get("echarts_chart"))


def test_the_number_of_seeds_can_be_chosen():
    at = AppTest.from_string(PAGE, default_timeout=60).run()
    at.slider[0].set_value(20).run()
    assert not at.exception
    assert seen(at.success[1].value) == "All 9 conditions held in 20 of 20 seeds."


def test_a_row_of_table_2_shows_the_printed_figure_where_it_differs():
    ours, theirs = paper_check.Trade("T1", "P1", "P2", 1.14, 0.52), paper_check.Trade(*TABLE_2[0])
    assert paper._row(ours, theirs, changed=False)["Price, RM"] == "0.52 (printed: 0.51)"
    assert paper._row(ours, theirs, changed=False)["Energy, kWh"] == "1.14 ✓"
    assert paper._row(None, theirs, changed=False)["Seller"] == "– (printed: P1)"
    assert paper._row(ours, theirs, changed=True)["Price, RM"] == "0.52"
