"""Plan: the same figures as on the command line, the way on the left, and costs that run nothing anew."""

from __future__ import annotations

from unittest import mock

import pytest
from streamlit.util import calc_hash

import jiran
from jiran.app.sidebar import PATH
from jiran.plan import plan
from jiran.report.plan import answer, lines
from opening import viewer


@pytest.fixture(autouse=True)
def no_arguments():
    with mock.patch("sys.argv", ["main.py"]):
        yield


def opened(**link):
    at = viewer(**link)
    at._page_hash = calc_hash("plan")
    at.session_state["more"] = False
    for place in range(len(PATH)):
        at.session_state[f"way {place}"] = True
    at.run()
    assert not at.exception
    return at


def bare(text):
    return text.replace("\\", "").replace("*", "").replace("\N{WORD JOINER}", "")


def test_the_answer_and_its_figures_are_those_of_the_plan():
    at = opened(preset="paper", steps="48")
    planned = plan(jiran.simulate(jiran.load_scenario("paper", {"steps": 48})))
    assert [bare(one.value) for one in at.metric] == list(lines.tiles(planned).values())
    shown = " ".join(bare(one.value) for one in at.markdown)
    for sentence in answer(planned):
        assert str(sentence) in shown


def test_the_way_goes_from_the_place_to_the_costs():
    at = opened(preset="paper")
    labels = [
        one.label
        for one in (*at.sidebar.number_input, *at.sidebar.selectbox, *at.sidebar.text_input, *at.sidebar.slider)
    ]
    for field in ("Sun", "Monthly tariff", "Community battery, kWh", "PV costs, MYR/kWp", "Years that count"):
        assert field in labels


def test_another_cost_changes_the_plan_and_runs_nothing_anew():
    at = opened(preset="paper")
    before = [one.value for one in at.metric]
    field = next(one for one in at.sidebar.text_input if one.label == "PV costs, MYR/kWp")
    with mock.patch("jiran.app.state.finished.simulate", side_effect=AssertionError("runs anew")):
        field.set_value("1000").run()
    assert not at.exception
    assert at.session_state["scenario"].plan.pv_cost == 1_000
    assert [one.value for one in at.metric] != before
    assert dict(at.query_params)["plan.pv_cost"] in ("1000.0", ["1000.0"])


def test_a_tariff_is_chosen_and_takes_the_place_of_prices():
    at = opened(preset="paper", **{"grid.import_price": "0.5"})
    assert at.session_state["scenario"].grid.import_price == 0.5
    field = next(one for one in at.sidebar.selectbox if one.label == "Monthly tariff")
    field.set_value("my-tnb-rp4-domestic-atap").run()
    assert not at.exception
    assert not at.error
    assert at.session_state["scenario"].grid.tariff == "my-tnb-rp4-domestic-atap"
    next(one for one in at.sidebar.selectbox if one.label == "Monthly tariff").set_value("not set").run()
    assert not at.exception
    assert at.session_state["scenario"].grid.tariff is None


def test_what_cannot_be_planned_says_why_and_is_no_error():
    at = opened(preset="paper", currency="EUR")
    assert not at.error
    assert "PV costs" in at.info[0].value
    assert opened(preset="paper", steps="23").info


def test_yields_and_prices_are_tried_when_they_are_asked_for():
    at = opened(preset="paper")
    assert not any("What matters most" in one.value for one in at.markdown)
    at.session_state["plan further"] = True
    at.run()
    assert not at.exception
    assert any("What matters most" in one.value for one in at.markdown)


def test_the_years_of_export_are_a_whole_number_or_those_of_the_contracts():
    at = opened(preset="klang-valley-atap", steps="48")
    field = next(one for one in at.sidebar.text_input if one.label == "Export earns for, years")
    assert field.value == ""
    assert "10 years" in " ".join(bare(one.value) for one in at.caption)
    field.set_value("20").run()
    assert not at.exception
    assert at.query_params["plan.export_years"] in ("20", ["20"])
    next(one for one in at.sidebar.text_input if one.label == "Export earns for, years").set_value("2.5").run()
    assert any("Export earns for, years" in bare(one.value) for one in at.error)


def test_a_street_under_the_papers_sun_says_first_that_it_is_no_place():
    at = opened(preset="paper", steps="48")
    shown = [bare(one.value) for one in at.markdown]
    warned = next(place for place, one in enumerate(shown) if "This street is nowhere yet" in one)
    assert warned < next(place for place, one in enumerate(shown) if one.lstrip("# ").startswith("It pays"))
    assert "half sine of the paper" in shown[warned]
    assert "This street is nowhere yet" not in " ".join(
        bare(one.value) for one in opened(preset="sarawak-nem", steps="48").markdown
    )


def test_the_way_from_the_papers_street_to_kuching_needs_nothing_that_is_not_on_it():
    placed = {"preset": "paper", "solar.model": "site", "solar.place": "kuching"}
    shown = " ".join(bare(one.value) for one in opened(**placed).markdown)
    assert "This street has no tariff yet" in shown
    assert "Choose a tariff on the left" in shown
    at = opened(**placed, **{"grid.tariff": "my-seb-domestic"})
    assert not any("yet: its figures are no plan" in bare(one.value) for one in at.markdown)
    assert any(
        "CO2 that of Peninsular Malaysia" in bare(one.value) for one in at.error
    )  # which the paper's file counts with
    way = next(one for one in at.sidebar.expander if one.label == "1 Place")
    next(one for one in way.text_input if one.label.startswith("CO₂ of grid electricity")).set_value("").run()
    assert not at.exception
    assert not any("do not fit together" in bare(one.value) for one in at.error)
    assert at.session_state["scenario"].co2_kg_per_kwh == 0.199  # that of Sarawak


def test_a_tariff_of_another_place_than_the_sun_is_told():
    at = opened(preset="klang-valley-atap", steps="48", **{"grid.tariff": "my-seb-domestic-nem"})
    assert any("do not fit together" in bare(one.value) for one in at.error)
    assert not any("do not fit together" in bare(one.value) for one in at.warning)  # once is enough


def test_a_cost_that_was_changed_is_not_said_to_change_nothing_where_the_plan_reads_it():
    at = opened(preset="paper", **{"plan.pv_cost": "1000"})
    assert not any("Changes nothing here" in one.value for one in at.sidebar.caption)


def control_of(at, label):
    drawn = (*at.sidebar.number_input, *at.sidebar.selectbox, *at.sidebar.text_input, *at.sidebar.slider)
    return next(one for one in drawn if one.label == label)


def test_a_place_that_is_chosen_has_its_sun():
    at = opened(preset="paper")
    assert at.session_state["scenario"].solar.model == "sine"
    control_of(at, "Place of the sun").set_value("kuching").run()
    assert not at.exception
    assert not at.error
    solar = at.session_state["scenario"].solar
    assert (solar.model, solar.place) == ("site", "kuching")
    assert control_of(at, "Sun").value == "site"
    control_of(at, "Sun").set_value("sine").run()  # who wants the paper's sun gets it, and the place stays
    assert not at.exception
    assert (at.session_state["scenario"].solar.model, at.session_state["scenario"].solar.place) == ("sine", "kuching")


def test_a_place_that_is_not_listed_is_named_by_where_it_lies():
    at = opened(preset="paper")
    control_of(at, "Time zone").set_value("Asia/Manila").run()
    control_of(at, "Latitude, °").set_value("14.6").run()
    assert [bare(one.value) for one in at.error] == ["Longitude, °: is required beside “Latitude”"]
    control_of(at, "Longitude, °").set_value("121").run()
    assert not at.exception
    assert not at.error
    solar = at.session_state["scenario"].solar
    assert (solar.model, solar.latitude, solar.longitude) == ("site", 14.6, 121.0)
    assert any("latitude 14.6, longitude 121" in bare(one.value) for one in at.caption)


def test_a_street_without_a_tariff_has_prices_in_its_own_currency():
    at = opened(preset="paper")
    control_of(at, "Currency").set_value("PHP").run()
    control_of(at, "Grid price, PHP/kWh").set_value(13.5).run()  # no slider: one for ringgit ends at 2
    control_of(at, "Export price, PHP/kWh").set_value(6.0).run()
    control_of(at, "PV costs, PHP/kWp").set_value("45000").run()
    assert not at.exception
    assert not at.error
    scenario = at.session_state["scenario"]
    assert (scenario.currency, scenario.grid.import_price, scenario.grid.export_price) == ("PHP", 13.5, 6.0)
    control_of(at, "Monthly tariff").set_value(
        "my-tnb-rp4-domestic-atap"
    ).run()  # it counts in ringgit, and says its prices itself
    assert not at.exception
    assert not at.error
    assert (at.session_state["scenario"].grid.tariff, at.session_state["scenario"].currency) == (
        "my-tnb-rp4-domestic-atap",
        "MYR",
    )
    shown = [one.label for one in (*at.sidebar.number_input, *at.sidebar.text_input, *at.sidebar.slider)]
    assert "PV costs, MYR/kWp" in shown
    assert not {"Currency", "Grid price, MYR/kWh", "Export price, MYR/kWh"} & set(shown)
