"""The panel: a period and a resolution, controls that change only what the viewer changes, and what errors are called."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from unittest import mock

import pytest

import jiran
from jiran.app import labels
from jiran.app.controls import Slider
from jiran.app.fields import leaves, values
from jiran.app.settings import is_found
from jiran.errors import ScenarioError
from jiran.scenario.labels import LENGTH
from opening import by_link, viewer, wrong_controls

KINDS = ("slider", "number_input", "selectbox", "text_input", "text_area", "toggle", "multiselect")
APP = Path(jiran.__file__).parent / "app"


@pytest.fixture(autouse=True)
def no_arguments():
    with mock.patch("sys.argv", ["main.py"]):
        yield


def opened(**link):
    at = viewer(**link).run()
    assert not at.exception
    assert not at.error
    return at


def held(at):
    assert not at.exception
    return at.session_state["scenario"]


def captions(at):
    return [caption.value for caption in at.sidebar.caption]


def length(at):
    shown = steps(at).value, at.selectbox(key="0|step_minutes").value
    assert (held(at).steps, held(at).step_minutes) == shown
    return period(at).value, *shown


def steps(at):
    return next(field for field in at.sidebar.number_input if field.label == "Number of steps")


def period(at):
    return next(field for field in at.sidebar.selectbox if field.label == "Period")


# --- how long a run is ------------------------------------------------------------------------------------------------


def test_another_resolution_keeps_the_period():
    at = opened()
    assert length(at) == ("A day", 24, 60)
    for minutes, number in ((15, 96), (1, 1440), (30, 48), (60, 24)):
        at.selectbox(key="0|step_minutes").set_value(minutes).run()
        assert length(at) == ("A day", number, minutes)
    assert at.query_params == {"preset": "paper"}


def test_a_period_that_is_chosen_decides_the_number_of_steps_and_a_number_that_is_typed_the_period():
    at = opened(step_minutes="30", steps="48")
    for name, number in (("A week", 336), ("A month", 31 * 48), ("A day", 48)):
        period(at).set_value(name).run()
        assert length(at) == (name, number, 30)
    steps(at).set_value(60).run()
    assert length(at) == ("30 h", 60, 30)
    at.selectbox(key="0|step_minutes").set_value(60).run()
    assert length(at) == ("30 h", 30, 60)
    assert at.query_params == {"preset": "paper", "steps": "30"}


def test_a_period_that_is_not_a_whole_number_of_steps_is_told():
    at = opened(steps="5", step_minutes="15")
    at.selectbox(key="0|step_minutes").set_value(60).run()
    said = "1 h 15 min is not a whole number of steps of 60 min: now 2 h, 2 steps."
    assert length(at) == ("2 h", 2, 60)
    assert said in captions(at)
    period(at).set_value("A day").run()
    assert length(at) == ("A day", 24, 60)
    assert said not in captions(at)


def test_prices_by_the_step_go_along_into_another_resolution_and_back():
    prices = [round(0.1 + step / 100, 2) for step in range(48)]
    at = opened(**{"steps": "48", "grid.import_price": str(prices), "grid.export_price": str([0.1] * 24)})
    at.selectbox(key="0|step_minutes").set_value(30).run()
    assert not at.error
    assert held(at).grid.import_price == tuple(price for price in prices for _ in range(2))
    assert held(at).grid.export_price == (0.1,) * 24
    assert not list(wrong_controls(at, held(at)))
    at.selectbox(key="0|step_minutes").set_value(60).run()
    assert held(at).grid.import_price == tuple(prices)
    assert not list(wrong_controls(at, held(at)))


def test_prices_by_the_step_become_means_and_a_sentence_says_so():
    at = opened(**{"steps": "4", "step_minutes": "30", "grid.import_price": "[0.1, 0.3, 0.2, 0.2]"})
    at.selectbox(key="0|step_minutes").set_value(60).run()
    assert held(at).grid.import_price == pytest.approx((0.2, 0.2))
    assert "Prices by the step are now means over 60 min." in captions(at)


def test_limits_by_the_step_go_along_as_prices_do():
    at = opened(**{"steps": "4", "step_minutes": "30", "grid.export_limit_kw": "[1.0, 3.0, 2.0, 2.0]"})
    at.selectbox(key="0|step_minutes").set_value(60).run()
    assert not at.error
    assert held(at).grid.export_limit_kw == pytest.approx((2.0, 2.0))
    assert "Limits by the step are now means over 60 min." in captions(at)


def test_prices_that_cannot_go_along_are_told_in_one_sentence_and_nothing_is_lost():
    at = opened(**{"steps": "6", "grid.import_price": "[0.1, 0.3, 0.2, 0.2, 0.3, 0.1]"})
    bills = at.metric[0].value
    at.selectbox(key="0|step_minutes").set_value(15).run()
    assert not at.exception
    assert [error.value for error in at.error] == [
        "Grid price, MYR/kWh: must be a number, or 24 values by hour of the day"
    ]
    assert "Prices by the step cannot go along: 24 of them would be read by the hour of the day." in captions(at)
    assert (held(at).steps, at.metric[0].value) == (6, bills)


# --- controls ---------------------------------------------------------------------------------------------------------


def test_a_slider_is_there_where_it_can_stand_at_the_value():
    slider = Slider(0.0, 2.0, 0.0125, "%.4f")
    assert all(map(slider.holds, (0.0, 0.5625, 2.0, 2, 0.6)))
    assert not any(map(slider.holds, (-0.0125, 2.0125, 0.57, 0.123456, None, 1e9)))


def test_a_rule_that_is_chosen_starts_with_its_own_parameters():
    at = opened(**{"market.mechanism": "uniform-price", "market.k": "0.3"})
    assert at.slider(key="0|market.k|uniform-price").value == 0.3
    at.selectbox(key="0|market.mechanism").set_value(other_with_k()).run()
    rule = held(at).market.mechanism
    assert at.slider(key=f"0|market.k|{rule}").value == held(at).market.parameters["k"] == 0.5


def other_with_k():
    return next(name for name, rule in jiran.mechanisms().items() if "k" in rule.parameters and name != "uniform-price")


def test_a_parameter_of_the_base_does_not_go_along_to_another_rule():
    start = jiran.load_scenario("paper", {"market.mechanism": "uniform-price", "market.k": 0.3})
    at = by_link(start).run()
    at.selectbox(key="0|market.mechanism").set_value(other_with_k()).run()
    assert not at.error
    assert not list(wrong_controls(at, held(at)))
    assert held(at).market.parameters["k"] == 0.5


def test_a_link_that_names_groups_by_their_kind_has_controls_that_work():
    at = opened(**{"homes.groups.solar.count": "8", "telling": '["homes.groups.solar.count"]'})
    assert at.number_input(key="0|homes.groups.0.count").value == 8
    at.number_input(key="0|homes.groups.0.count").set_value(6).run()
    assert held(at).homes.groups[0].count == 6
    assert not list(wrong_controls(at, held(at)))


@pytest.mark.parametrize(
    "name",
    ["homes.groups.9.count", "homes.single.School.pv_kwp", "homes.groups", "homes.single", "homes.groups.ev.pv_kwp"],
)
def test_a_field_shown_first_that_the_street_does_not_have_is_not_drawn(name):
    at = opened(telling=json.dumps([name]))
    assert not at.error
    assert held(at).telling == (name,)


def test_a_price_that_is_not_set_can_be_set_and_taken_back():
    at = opened()
    key = "0|battery.reserve_price"
    assert (at.text_input(key=key).value, at.text_input(key=key).placeholder) == ("", "not set")
    for typed, price in (("0.3", 0.3), ("", None), ("-0.25", -0.25)):
        at.text_input(key=key).set_value(typed).run()
        assert held(at).battery.reserve_price == price
    assert at.query_params["battery.reserve_price"] == "-0.25"


def test_prices_by_the_hour_are_typed_and_taken_back():
    at = opened()
    area = "0|grid.import_price|60|list"
    at.text_area(key=area).set_value("0.1 " * 12 + "0.3; " * 12).run()
    assert held(at).grid.import_price == (0.1,) * 12 + (0.3,) * 12
    assert "Grid price, MYR/kWh: 24 values by the hour of the day, 0.1 to 0.3" in captions(at)
    at.text_area(key=area).set_value("").run()
    assert held(at).grid.import_price == pytest.approx(0.2)
    at.text_area(key=area).set_value("0.1, dear").run()
    assert "Grid price, MYR/kWh: must be" in at.error[0].value


def test_a_number_can_be_typed_where_names_can_be_chosen():
    for typed, price in (("0.25", 0.25), ("import", "import"), ("-1", -1.0)):
        at = viewer()
        at.session_state["0|battery.buy_price"] = typed
        at.run()
        assert held(at).battery.buy_price == price


# --- what is wrong stands at its control ------------------------------------------------------------------------------


def test_an_error_stands_at_its_control_in_the_names_of_controls_and_nothing_is_lost():
    at = opened()
    before, cards = held(at), [metric.value for metric in at.metric]
    at.slider(key="0|battery.min_soc").set_value(0.2).run()
    order = [element.value if element.type == "error" else element.label for element in walk(at.sidebar)]
    place = order.index("State of charge at the start")
    assert order[place + 1] == r"State of charge at the start: must be at least “Lowest state of charge” \= 0\.2"
    assert held(at) == before
    assert [metric.value for metric in at.metric] == cards


def test_a_street_without_homes_says_so_at_its_homes():
    kinds = ("solar", "ev", "hybrid", "normal")
    at = opened(telling=json.dumps([f"homes.groups.{kind}.count" for kind in kinds]))
    for place in range(4):
        at.number_input(key=f"0|homes.groups.{place}.count").set_value(0).run()
    order = [element.value if element.type == "error" else element.label for element in walk(at.sidebar)]
    assert order[order.index("Solar homes") + 1].startswith(r"homes\: must have at least one home")
    assert held(at).homes.modelled == 4


def walk(block):
    for child in block.children.values():
        if hasattr(child, "children"):
            yield from walk(child)
        if getattr(child, "type", "") in ("error", *KINDS):
            yield child


def test_every_field_of_a_scenario_has_a_control_and_is_found_by_its_name():
    at = opened()
    drawn = {name for name in leaves() if has_control(at, name)}
    assert set(leaves()) - drawn == set(labels.ELSEWHERE)
    searched = [name for name in leaves() if name not in (*LENGTH, *held(at).telling, *labels.ELSEWHERE)]
    assert all(is_found(name, "", name) for name in searched)
    for name in searched[::8]:
        at.text_input(key="find").set_value(name).run()
        assert has_control(at, name), name
        assert len(keys(at)) < 20, name
    at.text_input(key="find").set_value("perpetuum").run()
    assert len(keys(at)) < 20
    assert (values("seed").most, values("seed").number) == (2**63, int)


def keys(at):
    widgets = [*(one for kind in KINDS for one in getattr(at.sidebar, kind)), *at.sidebar.dataframe]
    return {getattr(one, "key", None) or one.proto.id for one in widgets}


def has_control(at, name):
    return any(re.search(rf"\b\d+\|{re.escape(name)}(\||$)", key) for key in keys(at))


def test_no_control_has_a_name_with_a_backslash_whatever_the_currency():
    at = opened(preset="kampung", currency='"R$"')
    named = [one.label for kind in KINDS for one in getattr(at.sidebar, kind)]
    assert "Export price, R$/kWh" in named
    assert not [label for label in named if "\\" in label]


def test_a_word_that_no_setting_has_is_told():
    at = opened()
    at.text_input(key="find").set_value("perpetuum").run()
    assert any("No setting is called" in caption.value for caption in at.sidebar.caption)


def test_what_the_search_hides_stays_as_it_was_changed():
    at = opened(**{"solar.derate": "0.5"})
    at.text_input(key="find").set_value("battery").run()
    at.slider(key="0|battery.start_soc").set_value(0.5).run()
    assert (held(at).solar.derate, held(at).battery.start_soc) == (0.5, 0.5)


def test_the_values_on_which_the_question_turns_stand_on_top_and_all_else_is_folded():
    for name in jiran.presets():
        at = viewer(preset=name)
        at.session_state["more"] = False
        at.run()
        assert not at.exception
        shown = {key.split("|")[1] for key in keys(at) if key.startswith("0|")} - {"preset", "period", *LENGTH}
        groups = [group.kind for group in held(at).homes.groups]
        telling = {
            f"homes.groups.{groups.index(one.split('.')[2])}.count" if one.startswith("homes.") else one
            for one in held(at).telling
        }
        assert shown == telling - {"grid.import_price"} | ({"grid.import_price"} & shown), name


# --- taking changes back ----------------------------------------------------------------------------------------------


def test_changes_are_taken_back_and_made_again_one_by_one():
    at = opened()
    assert at.button(key="undo").disabled
    prices = [held(at).grid.import_price]
    for price in (0.6, 0.7):
        at.slider(key="0|grid.import_price").set_value(price).run()
        prices.append(held(at).grid.import_price)
    for price in prices[1::-1]:
        at.button(key="undo").click().run()
        assert held(at).grid.import_price == price
    assert at.button(key="undo").disabled
    assert at.query_params == {"preset": "paper"}
    for price in prices[1:]:
        at.button(key="redo").click().run()
        assert held(at).grid.import_price == price
    assert at.button(key="redo").disabled


def test_all_changes_are_reset_at_once_and_this_can_be_taken_back():
    at = opened(**{"seed": "7", "solar.pv_kwp": "3"})
    at.button(key="reset").click().run()
    assert (held(at).seed, held(at).solar.pv_kwp) == (1, 5.0)
    assert at.button(key="reset").disabled
    at.button(key="undo").click().run()
    assert (held(at).seed, held(at).solar.pv_kwp) == (7, 3.0)


def test_a_reset_of_one_change_can_be_taken_back_too():
    at = opened()
    for price in (0.6, 0.5625, 0.7):
        at.slider(key="0|grid.import_price").set_value(price).run()
    at.button(key="undo").click().run()
    at.button(key="undo").click().run()
    assert held(at).grid.import_price == 0.6
    at.button(key="reset").click().run()
    for price in (0.6, 0.5625):
        at.button(key="undo").click().run()
        assert held(at).grid.import_price == price
    assert at.button(key="undo").disabled


def test_a_change_after_one_was_taken_back_leaves_nothing_to_make_again():
    at = opened()
    at.slider(key="0|grid.import_price").set_value(0.6).run()
    at.button(key="undo").click().run()
    seed = next(field for field in at.sidebar.number_input if field.label == "Seed of chance")
    seed.set_value(5).run()
    assert at.button(key="redo").disabled
    at.button(key="undo").click().run()
    assert (held(at).seed, held(at).grid.import_price) == (1, 0.5625)


def test_messages_name_controls_that_are_there():
    at = opened()
    shown = {element.label for element in walk(at.sidebar)}
    for fields in labels.settings().values():
        for name in fields.keys() - {"homes.groups", "homes.single"}:  # tables, which say their name above them
            called = labels.control(name)
            assert any(label.partition(", ")[0] == called for label in shown), name
    with pytest.raises(KeyError):
        labels.control("homes.data")
    assert labels.in_words(ScenarioError("grid.network_charge", -1, "must be at least 0"), {}) == (
        "Network charge on P2P: must be at least 0"
    )


def test_no_text_of_the_dashboard_calls_a_field_by_the_name_that_a_file_has():
    sections = "|".join({name.partition(".")[0] for name in leaves() if "." in name})
    lasts = "|".join({last for name in leaves() if "_" in (last := name.rpartition(".")[2])})
    spelled = re.compile(rf"\b({sections})\.[a-z_]+|\b({lasts})\b")
    found = [
        (path.name, text)
        for path in APP.rglob("*.py")
        for text in texts(path)
        if text.count(" ") > 2 and spelled.search(text) and not re.search(r"\.(csv|toml)", text)
    ]
    assert found == []


def texts(path):
    """Yield the texts of a file that are no docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    silent = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in silent:
            yield node.value


def test_labels_have_the_currency_of_the_scenario_as_it_is_now():
    at = opened(currency="INR")
    assert at.number_input(key="0|grid.import_price").label == "Grid price, INR/kWh"


def test_a_control_starts_with_its_value_so_that_a_browser_that_misses_a_message_sends_it_back():
    at = opened(**{"steps": "96", "step_minutes": "15", "battery.reserve_price": "0.3"})
    at.selectbox(key="0|step_minutes").set_value(30).run().run()
    assert (steps(at).proto.default, at.text_input(key="0|battery.reserve_price").proto.default) == (48, "0.3")
    for chooser in (period(at), at.selectbox(key="0|step_minutes")):
        assert chooser.options[chooser.proto.default] == str(chooser.value)
