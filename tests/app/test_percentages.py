"""The same share has the same digits wherever it is shown, is never 0 where it is something, and a dash where it has no meaning."""

from __future__ import annotations

import json
import re

import pytest

import jiran
from jiran.app.showing import percentage
from jiran.explain.say import share
from jiran.result.figures import KPIS
from pages import STREET, run, seen, show

TABLE = "from jiran.app.views import data_tables\n\ndata_tables.{}()\n"


@pytest.fixture(scope="module")
def odd():
    """Run a street of odd values."""
    return run(
        **{"seed": 77, "homes.groups.solar.count": 7, "homes.groups.solar.pv_kwp": 3.7, "battery.capacity_kwh": 3}
    )


def shown(at):
    return {seen(one.label): one.value for one in at.metric}, [one.delta for one in at.metric]


def test_cards_have_the_digits_of_the_table_of_figures(odd):
    cards, below = shown(show(STREET, odd))
    at = show(TABLE.format("figures"), odd)
    rows = [row for one in at.table for row in one.value.to_dict("records")]
    named = [(re.search(r"`(\w+)`$", row["Meaning, and name in the files"]), seen(row["Value"])) for row in rows]
    told = {found[1]: value for found, value in named if found}
    assert told["street_self_sufficiency"] == cards["Self-sufficiency"].replace("%", " %")
    assert f"{told['p2p_share'].replace(' %', '%')} of use" in below
    assert f"+{told['saving_share'].replace(' %', '%')} of bill" in below
    assert f"-{told['saving_grid_only_share'].replace(' %', '%')} vs grid" in below
    assert set(told) >= {"saving", "cost", "co2_kg"}
    assert told["saving"] == f"{KPIS['saving'].form.write(odd.kpis['saving'])} MYR"


def test_a_home_has_the_digits_of_the_table_of_homes(odd):
    at = show(STREET, odd, {"tab": "home", "home": "H1"})
    cards, _ = shown(at)
    row = show(TABLE.format("homes"), odd).dataframe[0].value.query("id == 'H1'").iloc[0]
    assert cards["Self-sufficiency"] == f"{row['self_sufficiency']:.1f}%"
    assert cards["Self-consumption"] == f"{row['self_consumption']:.1f}%"
    without_roof, _ = shown(show(STREET, odd, {"tab": "home", "home": "E1"}))
    assert without_roof["Self-consumption"] == "–"


def test_columns_of_what_there_is_not_are_named_and_not_shown(odd):
    at = show(TABLE.format("homes"), odd)
    columns = set(at.dataframe[0].value.columns)
    assert {"ev_kwh", "p2p_sold_kwh"} <= columns
    assert not columns & {"home_battery_charged_kwh", "ev_supplied_kwh"}
    assert "all 0 and not shown: " in seen(at.caption[0].value)
    with_batteries = jiran.simulate(jiran.load_scenario("home-batteries", {"steps": 30}))
    assert "home_battery_charged_kwh" in show(TABLE.format("homes"), with_batteries).dataframe[0].value.columns


def test_steps_too_leave_out_what_there_is_not(odd):
    at = show(TABLE.format("steps"), odd)
    assert not set(at.dataframe[0].value.columns) & {"home_battery_charge_kwh", "curtailed_kwh"}
    assert "all 0 and not shown: EV supplied, Home battery charge, " in seen(at.caption[0].value)


@pytest.mark.parametrize("table", ["homes", "bills", "steps"])
@pytest.mark.parametrize("changes", [{}, {"grid.export_limit_kw": 5.0, "grid.network_charge": 0.02}])
def test_each_column_has_a_heading_in_words(table, changes):
    result = jiran.simulate(jiran.load_scenario("paper", changes))
    sent = show(TABLE.format(table), result).dataframe[0]
    heads = {
        name: one.get("label") if isinstance(one, dict) else one for name, one in json.loads(sent.proto.columns).items()
    }
    assert [name for name in sent.value.columns if not heads.get(name)] == []
    assert not [head for head in heads.values() if head and "_" in head]
    assert ("curtailed_value" in sent.value.columns) == (table == "bills" and bool(changes))


@pytest.mark.parametrize("value", [0.0, 1e-6, 0.0004, 0.0006, 0.437, 0.99949, 0.9996, 1.0])
def test_a_card_says_what_a_sentence_says(value):
    said = share(value)
    assert percentage(value) == said.replace("less than ", "<").replace("more than ", ">")
    assert (percentage(value) == "0.0%") == (value == 0.0)
    assert (percentage(value) == "100.0%") == (value == 1.0)
