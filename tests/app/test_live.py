"""The live street in the dashboard: what its file holds, and one sentence where there is none."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from live_streets import play, player_of, scenario_of, street_of

PAGE = """
from jiran.app.views import live
live.show()
"""


@pytest.fixture
def page(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return AppTest.from_string(PAGE, default_timeout=60)


def test_without_a_street_it_says_how_to_begin_one(page):
    page.run()
    assert not page.exception
    assert "jiran live paper --demo" in page.info[0].value


def test_the_street_is_shown_as_its_file_has_it(page, tmp_path):
    scenario = scenario_of("paper", start="2026-03-21T09:00", steps=3)
    with street_of(scenario, tmp_path / "jiran-live", end=True) as (street, store):
        player = player_of(scenario, "senml")
        play(street, player, until_ms=player.first_ms + 60_000)
        page.run()
        assert "No step is closed yet" in page.info[0].value
        play(street, player)
        for morning in street.settling_ms():
            street.tick(morning)
        shown = store.shown()
    page.run()
    assert not page.exception
    assert page.metric[1].value == "12 of 12"
    assert (page.metric[0].label, page.metric[0].value) == ("Last step, 2026-03-21", "11:00–12:00")
    total = sum(one["today"]["bought_kwh_millionths"] for one in shown.values()) / 1e6
    assert page.metric[3].value == f"{total:.3f} kWh"
    assert not page.warning  # no limit, and so nothing beyond one
    table = page.dataframe[0].value
    assert sorted(table["Home"]) == sorted(shown)
    assert table["Home"][0] == "S1"
    assert set(table["Late"]) == {""}
    assert any("run 1 (final): nothing changed" in one.value for one in page.text)


def test_a_file_that_is_no_street_is_one_sentence(page, tmp_path):
    (tmp_path / "jiran-live").mkdir()
    (tmp_path / "jiran-live" / "live.sqlite").write_bytes(b"rubbish" * 1000)
    page.run()
    assert not page.exception
    assert "cannot be read" in page.info[0].value


def test_a_street_beyond_its_limit_is_told(page, tmp_path):
    scenario = scenario_of("paper", start="2026-03-21T18:00", steps=2, **{"grid.import_limit_kw": 0.5})
    with street_of(scenario, tmp_path / "jiran-live", end=True) as (street, _store):
        play(street, player_of(scenario, "senml"))
    page.run()
    assert not page.exception
    assert "2026-03-21: import beyond the limit of the street in 2 steps, by up to " in page.warning[0].value
