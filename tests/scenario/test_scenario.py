"""The scenario's fields: complete, explained, strict."""

from __future__ import annotations

import datetime as dt
import re
import typing
import zoneinfo

import numpy as np
import pytest
from pydantic import TypeAdapter, ValidationError

import jiran
from documentation import table_of, tables
from jiran.errors import JiranError, ScenarioError
from jiran.scenario import EvBlock, HomeData, validate
from jiran.scenario.regions import REGIONS, Region

#: The tables of the reference page, by the table of a scenario that they are of.
SECTIONS = dict(re.findall(r"^### `?(.*?)`?\n\n((?:\|.*\n)+)", tables.fields() + "\n", re.MULTILINE))
SECTIONS["(top)"] = SECTIONS.pop("Top of the file")

SMALL = {"name": "small", "homes": {"groups": [{"kind": "solar", "count": 2}]}}


@pytest.mark.parametrize("path", list(tables.models()))
def test_every_field_says_what_it_is_and_in_which_unit(path):
    _, model = tables.models()[path]
    for name, field in model.model_fields.items():
        assert field.description, f"{path}.{name} has no description"
        assert isinstance(field.json_schema_extra, dict), f"{path}.{name} is not declared with quantity()"
        assert "unit" in field.json_schema_extra


def fields():
    """Yield every field that holds values: its name, how its values are checked, and what the documentation allows."""
    for path, (title, model) in tables.models().items():
        allowed = {row[0].strip("`"): row[1] for row in table_of(SECTIONS[title])} if title in SECTIONS else {}
        for name, field in model.model_fields.items():
            if name in allowed:
                check = TypeAdapter(typing.Annotated[field.annotation, field], config=model.model_config)
                yield pytest.param(check, allowed[name], id=f"{path}.{name}".lstrip("."))


def takes(check, value):
    try:
        check.validate_python(value)
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize(("check", "allowed"), list(fields()))
def test_the_documentation_allows_what_the_check_does(check, allowed):
    for value, much in ((0.5, 1e300), (1, 10**300), ("ab", "x" * 1_000_000), ([0.5], [1e300])):
        assert not takes(check, much), f"no bound for {value!r}"
    assert any(takes(check, value) for value in (0.5, 7, 100, -0.5)) == bool(
        re.search(r"(from|above) \S+ (to|below) \d", allowed)
    )
    for low_word, low, high_word, high in re.findall(r"(from|above) (\S+) (to|below) ([\d,.]+)", allowed):
        least, most = (float(number.replace(",", "")) for number in (low, high))
        inside, whole = (least + min(most - least, 2) / 2, not takes(check, 0.25 + least))
        assert takes(check, int(inside) if whole else inside)
        for word, inclusive, end, further in ((low_word, "from", least, -1), (high_word, "to", most, 1)):
            values = (int(end), int(end) + further) if whole else (end, end + further * 1e-9 * max(1.0, abs(end)))
            assert takes(check, values[0]) == (word == inclusive)
            assert not takes(check, values[1])
    for least, longest in re.findall(r"text of (\d+ to |at most )([\d,]+) letters", allowed):
        most = int(longest.replace(",", ""))
        assert [takes(check, "x" * length) for length in (0, most, most + 1)] == [least == "at most ", True, False]
    assert allowed.startswith("text of") == takes(check, "words")


def test_every_region_that_a_scenario_may_name_is_declared_and_says_its_source():
    assert typing.get_args(Region) == tuple(REGIONS)
    for region in REGIONS.values():
        assert 0 < region.co2_kg_per_kwh < 2
        assert region.source
        assert all(zone in zoneinfo.available_timezones() for zone in region.zones)
    zones = [zone for region in REGIONS.values() for zone in region.zones]
    assert len(zones) == len(set(zones))


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"solar.pv_kw": 3}, "solar.pv_kw", "unknown key; known here: pv_kwp, derate"),
        ({"solar.pv-kwp": 3}, "solar.pv-kwp", "unknown key"),
        ({"batery": {}}, "batery", "unknown key; known here: name"),
        ({"homes.groups.solar.pv": 3}, "homes.groups.0.pv", "unknown key"),
        ({"market.frac": 0.5}, "market.frac", "unknown parameter; grid-fraction has: fraction"),
        ({"solar.pv_kwp": -1}, "solar.pv_kwp", "at least 0"),
        ({"solar.pv_kwp": float("nan")}, "solar.pv_kwp", "a finite number"),
        ({"battery.capacity_kwh": float("inf")}, "battery.capacity_kwh", "a finite number"),
        ({"homes.groups.solar.count": -2}, "homes.groups.0.count", "at least 0"),
        ({"market.fraction": 1.0}, "market.fraction", "above 0 and below 1"),
        ({"market.fraction": 0}, "market.fraction", "above 0 and below 1"),
        ({"market.fraction": float("nan")}, "market.fraction", "above 0 and below 1"),
        ({"market.matching": "fair"}, "market.matching", "one of index-order"),
        ({"market.mechanism": 3}, "market.mechanism", "name of a market rule"),
        ({"steps": 0}, "steps", "at least 1"),
        ({"steps": 10**12}, "steps", "at most 10000000"),
        ({"steps": 1.5}, "steps", "a whole number"),
        ({"homes.groups.solar.count": 100_000, "steps": 100_000}, "steps", "must be at most"),
        ({"step_minutes": 7}, "step_minutes", "1, 5, 10, 15, 30 or 60"),
        ({"battery.min_soc": 1.2}, "battery.min_soc", "at most 1"),
        ({"battery.min_soc": 0.5}, "battery.start_soc", "at least min_soc = 0.5"),
        ({"battery.buy_price": "free"}, "battery.buy_price", "'export' or 'import' or a number"),
        ({"load.low_kw": 0.9}, "load.low_kw", "upper bound of 0.8 kW"),
        ({"grid.import_price": [0.1, 0.2]}, "grid.import_price", "must be a number, or 24 values by hour of the day"),
        (
            {"grid.import_price": [0.1, 0.2], "steps": 9},
            "grid.import_price",
            "24 values by hour of the day, or 9 by step",
        ),
        ({"grid.import_price": [0.1, "x"]}, "grid.import_price.1", "a number"),
        ({"time_zone": "Mars/Olympus"}, "time_zone", "an IANA time zone"),
        ({"start": "2026-03-21T00:00:00+08:00"}, "start", "without an offset"),
        ({"name": ""}, "name", "at least 1 character"),
        ({"homes.groups": []}, "homes", "at least one home"),
        ({"homes.data": {"path": "x.csv"}}, "homes.data", "must stand alone"),
        ({"homes": 3}, "homes", "a table"),
        ({"seed": "1"}, "seed", "a whole number"),
        ({"seed": True}, "seed", "a whole number"),
        ({"steps": True}, "steps", "a whole number"),
        ({"step_minutes": True}, "step_minutes", "1, 5, 10, 15, 30 or 60"),
        ({"steps": 24.0}, "steps", "a whole number"),
        ({"solar.pv_kwp": "5"}, "solar.pv_kwp", "a number"),
        ({"solar.pv_kwp": True}, "solar.pv_kwp", "a number"),
        ({"solar.pv_kwp": 10**400}, "solar.pv_kwp", "a number"),
        ({"market.fraction": 10**400}, "market.fraction", "above 0 and below 1"),
        ({"grid.import_price": "0.5"}, "grid.import_price", "a number"),
        ({"grid.import_price": [True] * 24}, "grid.import_price.0", "a number"),
        ({"ev.supply.enabled": 1}, "ev.supply.enabled", "true or false"),
        ({"ev.supply.enabled": "true"}, "ev.supply.enabled", "true or false"),
        ({"name": 3}, "name", "text"),
        ({"name": "   "}, "name", "not only spaces"),
        ({"name": "a\x00b"}, "name", "without control characters"),
        ({"currency": "M\tYR"}, "currency", "without control characters"),
        ({"name": "abc\u202edef"}, "name", "without control characters"),
        ({"name": "\ud800"}, "name", "must be text"),
        ({"market.mechanism": "a\x00.py"}, "market.mechanism", "name of a market rule"),
        ({"bids.strategy": "x" * 5_000 + ".py"}, "bids.strategy", "name of a bidding strategy"),
        ({"homes.groups": [3]}, "homes.groups.0", "a table"),
        ({"homes.groups": {}}, "homes.groups", "a list"),
        ({"homes.single": [{"id": "a", "kind": "ev"}] * 2}, "homes.single.1.id", "one home only"),
        ({"homes.single": [{"id": "S5", "kind": "ev"}]}, "homes.single.0.id", "one home only"),
        ({"homes.single": [{"id": "  ", "kind": "ev"}]}, "homes.single.0.id", "not only spaces"),
        ({"start": 1_700_000_000}, "start", "date"),
        ({"start": "tomorrow"}, "start", "must be a date and time such as 2026-03-21T14:00:00"),
        ({"start": "2026-03-21T00:00:30.5"}, "start", "a full second"),
        ({"grid.region": "borneo"}, "grid.region", "'sabah'"),
        (
            {"time_zone": "Europe/Berlin", "start": dt.datetime(2026, 3, 29, 2, 30)},  # noqa: DTZ001  local time
            "start",
            "clocks are set forward from 2026-03-29 02:00:00 to 2026-03-29 03:00:00; use a time before",
        ),
        ({"ev.supply.trip_kwh": 400}, "ev.supply.trip_kwh", "at most"),
        ({"ev.supply.departure_soc": 0.1}, "ev.supply.departure_soc", "at least reserve_soc"),
    ],
)
def test_a_value_that_is_not_allowed_is_named_with_what_is(changes, field, words):
    with pytest.raises(ScenarioError) as caught:
        jiran.load_scenario("paper", changes)
    assert caught.value.field == field
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_home_s_name_is_not_one_of_a_group_but_may_look_like_it():
    single = [{"id": name, "kind": "ev"} for name in ("S6", "S05", "S0", "S", "E2", "s1", "S1 ", "S\uff11")]
    assert len(jiran.load_scenario("paper", {"homes.single": single}).homes.single) == len(single)


def test_a_local_time_that_exists_is_taken_and_one_that_does_not_names_its_neighbours():
    for zone, start in (
        ("Europe/Berlin", "2026-03-29T01:59"),
        ("Europe/Berlin", "2026-03-29T03:07"),
        ("Europe/Berlin", "2026-03-29T03:00"),
        ("Asia/Kuching", "2026-03-29T02:30"),
        ("Europe/Berlin", "2026-10-25T02:30"),
    ):
        assert jiran.load_scenario("paper", {"time_zone": zone, "start": start}).start.isoformat()[:16] == start
    for zone, start, words in (
        ("Australia/Lord_Howe", "2026-10-04T02:10", "from 2026-10-04 02:00:00 to 2026-10-04 02:30:00"),
        ("Pacific/Apia", "2011-12-30T12:00", "from 2011-12-30 00:00:00 to 2011-12-31 00:00:00"),
        ("America/New_York", "2026-03-08T02:00", "from 2026-03-08 02:00:00 to 2026-03-08 03:00:00"),
    ):
        with pytest.raises(ScenarioError, match=words):
            jiran.load_scenario("paper", {"time_zone": zone, "start": start})


def test_numbers_of_other_libraries_are_numbers():
    changes = {
        "seed": np.int64(3),
        "solar.pv_kwp": np.float32(2.5),
        "battery.capacity_kwh": 7,
        "start": dt.date(2026, 5, 1),
    }
    scenario = jiran.load_scenario("paper", changes)
    assert (scenario.seed, scenario.solar.pv_kwp, scenario.battery.capacity_kwh) == (3, 2.5, 7.0)
    assert [type(value) for value in (scenario.seed, scenario.solar.pv_kwp)] == [int, float]
    assert scenario.start == dt.datetime(2026, 5, 1)  # noqa: DTZ001  local time


@pytest.mark.parametrize("levels", [10, 1_000, 100_000])
def test_names_and_data_without_end_are_refused_in_a_short_sentence(levels):
    deep: object = 1
    for _ in range(levels):
        deep = {"a": deep}
    for changes in ({".".join(["a"] * levels): 1}, {"solar": deep}, {"name": deep}, {"x" * levels: "y" * levels}):
        with pytest.raises(JiranError) as caught:
            jiran.load_scenario("paper", changes)
        assert len(str(caught.value)) < 600


@pytest.mark.parametrize(
    ("name", "is_one"),
    [
        ("homes.groups.solar.count", True), ("homes.groups.1.count", True), ("homes.groups", True), ("homes.single.²0.pv_kwp", True),
        ("homes.groups.².count", False), ("homes.groups.sunny.count", False), ("homes.groups.1.2.count", False),
        ("homes.single..pv_kwp", False), ("grid", False), ("homes.data", False), ("ev.calendar", False), ("grid.price", False),
    ],
)  # fmt: skip
def test_what_is_shown_first_are_fields_that_hold_a_value(name, is_one):
    if is_one:
        assert jiran.load_scenario("paper", {"telling": [name]}).telling == (name,)
        return
    with pytest.raises(
        JiranError, match=r"^telling = .*: must name fields that hold a value, as grid\.import_price or"
    ):
        jiran.load_scenario("paper", {"telling": [name]})


def test_a_missing_key_is_named():
    with pytest.raises(ScenarioError, match=r"homes\.groups\.0\.kind: is required"):
        validate({"name": "x", "homes": {"groups": [{"count": 2}]}})


def test_an_unknown_rule_is_named():
    with pytest.raises(JiranError, match="market rule 'fair': unknown; choose one of"):
        jiran.load_scenario("paper", {"market.mechanism": "fair"})


def test_an_export_price_above_the_import_price_is_allowed_and_warned_of():
    result = jiran.simulate(jiran.load_scenario("paper", {"grid.export_price": 0.9}))
    assert "below the grid's export price: sellers lose" in result.warnings[0]


def test_a_scenario_cannot_be_changed():
    scenario = validate(SMALL)
    with pytest.raises(ValueError, match="frozen"):
        scenario.steps = 3
    with pytest.raises(ValueError, match="frozen"):
        scenario.battery.capacity_kwh = 3


def test_what_is_left_out_takes_the_default():
    scenario = validate(SMALL)
    assert scenario.market.parameters == {"fraction": 0.8, "matching": "index-order"}
    assert scenario.ev.blocks[0] == EvBlock(start_hour=6, end_hour=9)
    assert HomeData(path="x.csv").layout == "auto"


@pytest.mark.parametrize("name", ["A-1", "home", "0", "float", "pv_kwp", "dict[str,x]"])
def test_what_users_name_is_named_in_a_refusal_whatever_it_is_called(name):
    table = {"name": "ours", "homes": {"data": {"path": "x.csv", "home": {name: {"pv_kwp": "big"}}}}}
    with pytest.raises(ScenarioError) as wrong:
        jiran.load_scenario(table)
    assert str(wrong.value) == f"homes.data.home.{name}.pv_kwp = 'big': must be a number"
    table["homes"]["data"]["home"][name] = {"pv_kwh": 1}
    with pytest.raises(ScenarioError) as unknown:
        jiran.load_scenario(table)
    assert str(unknown.value).startswith(f"homes.data.home.{name}.pv_kwh = 1: unknown key; known here: kind, pv_kwp,")


def test_a_field_is_replaced_by_one_name():
    with pytest.raises(
        JiranError, match=r"^homes\.groups\.0\.count: is the same field as homes\.groups\.solar\.count; give it once$"
    ):
        jiran.load_scenario("paper", {"homes.groups.solar.count": 3, "homes.groups.0.count": 5})
    both = jiran.load_scenario("paper", {"homes.groups.solar.count": 3, "homes.groups.1.count": 5})
    assert [group.count for group in both.homes.groups][:2] == [3, 5]
