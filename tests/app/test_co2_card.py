"""The card of CO2 on the first page: by whose factor it is counted, and nothing where none is known."""

from __future__ import annotations

import pytest

import jiran
from jiran.app import state
from jiran.app.areas import AREAS, told_above
from jiran.scenario import validate
from jiran.scenario.files import as_data
from pages import STREET, show


def without_factor(**changes):
    data = as_data(jiran.load_scenario("paper"))
    data["grid"].pop("co2_kg_per_kwh")
    return jiran.simulate(validate({**data, **changes}))


@pytest.mark.parametrize("zone", ["Asia/Kuching", "Europe/Berlin"])
def test_by_which_emissions_co2_is_counted_is_told_on_top_of_the_data_alone(zone):
    result = without_factor(time_zone=zone, seed=2)
    told = {area.path: told_above(area, result) for area in AREAS if area.runs}
    assert [path for path, texts in told.items() if any("CO2" in one for one in texts)] == ["data"]
    assert told["data"] == result.warnings
    assert told["street"] == tuple(one for one in result.warnings if "CO2" not in one)


@pytest.mark.parametrize(
    ("zone", "value", "said"),
    [
        ("Asia/Kuching", "{avoided:.1f}", "at 0.199 kg/kWh, the grid of Sarawak."),
        ("Europe/Berlin", "–", "which cannot be counted: no emission factor is known for the time zone Europe/Berlin."),
    ],
)
def test_the_card_says_by_which_factor_co2_is_counted(zone, value, said, monkeypatch):
    result = without_factor(time_zone=zone)
    at = show(STREET, result)
    (card,) = [metric for metric in at.metric if "CO₂" in metric.label]
    assert card.value == value.format(avoided=result.kpis["co2_avoided_kg"] or 0.0)
    assert said in card.proto.help
    other = jiran.simulate(jiran.load_scenario("paper"))
    monkeypatch.setattr(state, "pinned", lambda: other)
    (card,) = [metric for metric in show(STREET, result).metric if "CO₂" in metric.label]
    mine, others = (one.kpis["co2_avoided_kg"] for one in (result, other))
    assert card.delta == ("A has one" if mine is None else f"{mine - others:+.1f} vs A")
