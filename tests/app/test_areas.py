"""The areas: where links of today and of earlier versions lead, what the page is called, and what is open in it."""

from __future__ import annotations

from unittest import mock

import pytest
from streamlit.util import calc_hash

import jiran
from jiran.app.areas import AREAS, MOVED
from opening import opened
from pages import link_of

#: A picture and bold letters, if it were Markdown.
HOSTILE = "![x](//evil.test) **b**"


@pytest.fixture(autouse=True)
def no_arguments():
    with mock.patch("sys.argv", ["main.py"]):
        yield


def is_at(at, path):
    return at._finished_page_script_hash == calc_hash(path)


def test_without_a_link_start_opens_and_it_has_no_panel():
    at = opened("start")
    assert is_at(at, "start")
    assert not at.sidebar.children
    assert link_of(at) == {}


@pytest.mark.parametrize("link", [{"preset": "kampung"}, {"seed": "7"}, {"grid.import_price": "0.4"}])
def test_a_link_to_a_scenario_skips_start(link):
    at = opened("start", **link)
    assert is_at(at, "street")
    assert link.items() <= link_of(at).items()


def test_a_scenario_of_the_command_line_skips_start_once():
    with mock.patch("sys.argv", ["main.py", "kampung"]):
        at = opened("start")
        assert is_at(at, "street")
        assert at.session_state["scenario"].name == "kampung"
        at.query_params.clear()
        at._page_hash = calc_hash("start")
        assert is_at(at.run(), "start")


@pytest.mark.parametrize("old", MOVED)
def test_a_path_of_an_earlier_version_opens_what_has_taken_over_with_the_same_scenario(old):
    path, part = MOVED[old]
    at = opened(old, preset="kampung", seed="7")
    assert is_at(at, path)
    assert link_of(at) == {"preset": "kampung", "seed": "7"} | {
        name: value for name, value in part.items() if value != "trades"
    }
    assert at.session_state["scenario"].seed == 7


def test_areas_have_paths_of_their_own():
    paths = [area.path for area in AREAS]
    assert len({*paths, *MOVED}) == len(paths) + len(MOVED)
    assert {target for target, _ in MOVED.values()} <= set(paths)


def test_a_link_that_is_followed_within_a_visit_replaces_the_scenario():
    at = opened("street", preset="paper", seed="7")
    at.query_params.clear()
    at.query_params.update(preset="kampung", part="bills")
    at._page_hash = calc_hash("data")
    at.run()
    assert not at.exception
    assert at.session_state["scenario"].name == "kampung"
    assert link_of(at) == {"preset": "kampung", "part": "bills"}


def test_an_area_that_is_chosen_keeps_the_scenario():
    at = opened("street", preset="paper", seed="7")
    at.query_params.clear()
    at._page_hash = calc_hash("compare")
    at.run()
    assert link_of(at) == {"preset": "paper", "seed": "7"}


def test_the_link_of_compare_says_which_scenario_is_a():
    at = opened("compare", preset="paper", against="five-prosumers")
    chosen = next(one for one in at.selectbox if one.label == "A")
    assert chosen.value == "five-prosumers"
    assert link_of(at)["against"] == "five-prosumers"
    chosen.set_value("net-metering-window").run()
    assert link_of(at)["against"] == "net-metering-window"
    unknown = opened("compare", preset="paper", against="nowhere")
    assert next(one for one in unknown.selectbox if one.label == "A").value is None


@pytest.mark.parametrize(
    ("link", "words"),
    [
        ({"preset": "nope"}, "'nope'"),
        ({"steps": "-1"}, "steps"),
        ({"s": ""}, "damaged"),
        ({"homes.data.path": "/etc/passwd"}, "names a file"),
        *(({field: HOSTILE}, "evil") for field in ("time_zone", "market.mechanism", "start", "homes.groups.0.kind")),
    ],
)
def test_a_link_that_is_damaged_is_told_as_text_and_the_first_preset_is_shown(link, words):
    at = opened("street", **link)
    [warning] = at.warning
    assert words in warning.value
    assert HOSTILE not in warning.value
    assert at.session_state["scenario"] == jiran.load_scenario("paper")


def test_a_link_that_is_damaged_is_told_and_the_scenario_stays():
    at = opened("street", preset="paper", seed="7")
    at.query_params.update(preset="nowhere")
    at._page_hash = calc_hash("data")
    at.run()
    assert not at.exception
    assert any("names the preset" in warning.value for warning in at.warning)
    assert at.session_state["scenario"].seed == 7
