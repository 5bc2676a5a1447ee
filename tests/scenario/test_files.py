"""Scenarios as files: round trip, overrides, and every file that is not a scenario."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import BaseModel

import jiran
from jiran.documents.text import TURNS, whole_text
from jiran.errors import JiranError, ScenarioError
from jiran.scenario.files import as_data, load_scenario, starter, to_toml

share = st.floats(0, 1)
kw = st.floats(0, 1000)
price = st.floats(-10, 10)


def readable(text):
    """Tell whether a scenario takes a text with lines."""
    try:
        return whole_text(text, lines=True) == text
    except ValueError:
        return False


def words(most):
    """Draw names: any letters of any script, but nothing that nobody sees."""
    letters = st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"], exclude_characters=sorted(TURNS))
    return st.text(letters, min_size=1, max_size=most).filter(str.strip)


CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "name": words(100),
        "description": st.text(max_size=200).filter(readable),
        "currency": words(10),
        "time_zone": st.sampled_from(["Asia/Kuching", "Europe/Berlin", "UTC"]),
        "start": st.datetimes(dt.datetime(1971, 1, 1), dt.datetime(2199, 1, 1)).map(  # noqa: DTZ001  local times
            lambda time: time.replace(microsecond=0)
        ),
        "steps": st.integers(1, 10_000),
        "step_minutes": st.sampled_from([1, 5, 10, 15, 30, 60]),
        "seed": st.integers(0, 2**63 - 1),
        "homes.groups.solar.count": st.integers(1, 50),
        "homes.groups.hybrid.ev_kw": kw,
        "homes.single": st.lists(
            st.fixed_dictionaries({"id": words(60), "kind": st.sampled_from(["solar", "ev"])}),
            max_size=3,
        ),
        "solar.derate": share,
        "solar.sample": st.sampled_from(["start", "middle"]),
        "load.high_kw": st.floats(0.8, 1000),
        "ev.supply.enabled": st.booleans(),
        "ev.blocks": st.lists(
            st.fixed_dictionaries(
                {"start_hour": st.floats(0, 23.9), "end_hour": st.floats(0, 24), "probability": share}
            ),
            max_size=3,
        ),
        "battery.capacity_kwh": st.floats(0, 1e6),
        "battery.start_soc": share,
        "battery.buy_price": st.one_of(st.sampled_from(["export", "import"]), price),
        "grid.import_price": st.one_of(price, st.lists(price, min_size=24, max_size=24)),
        "market.fraction": st.floats(0, 1, exclude_min=True, exclude_max=True),
        "market.matching": st.sampled_from(["index-order", "pro-rata", "equal-share", "random-order"]),
    },
)


@given(changes=CHANGES)
def test_a_scenario_written_and_read_again_is_the_same(changes, tmp_path_factory):
    try:
        scenario = load_scenario("paper", changes)
    except ScenarioError:
        assume(False)  # a combination that is not allowed
    file = tmp_path_factory.mktemp("round") / "trip.toml"
    file.write_text(to_toml(scenario), encoding="utf-8", newline="")
    assert load_scenario(file) == scenario


def test_the_plain_data_of_a_scenario_gives_it_again():
    scenario = load_scenario("kampung")
    assert jiran.scenario.validate(as_data(scenario)) == scenario


def test_overrides_name_entries_of_lists_by_number_kind_or_id():
    assert load_scenario("paper", {"homes.groups.0.count": 9}).homes.groups[0].count == 9
    assert load_scenario("paper", {"homes.groups.normal.count": 9}).homes.groups[3].count == 9
    assert load_scenario("five-prosumers", {"homes.single.P3.pv_kwp": 9}).homes.single[2].pv_kwp == 9
    assert load_scenario("paper", {"ev.blocks.1.probability": 0.5}).ev.blocks[1].probability == 0.5


@pytest.mark.parametrize("field", ["homes.groups.9.count", "homes.groups.castle.count", "homes.groups.-1.count"])
def test_an_override_of_an_entry_that_is_not_there_says_so(field):
    with pytest.raises(ScenarioError, match=r"names 0 entries of the list; use a number from 0 to 3"):
        load_scenario("paper", {field: 1})


def test_an_override_of_two_entries_at_once_says_so():
    with pytest.raises(ScenarioError, match="'solar' names 5 entries"):
        load_scenario("five-prosumers", {"homes.single.solar.pv_kwp": 1})


def test_an_override_below_a_single_value_says_so():
    with pytest.raises(ScenarioError, match=r"solar\.pv_kwp is a single value"):
        load_scenario("paper", {"solar.pv_kwp.x": 1})


def test_a_new_rule_leaves_the_old_rule_s_parameters_behind():
    assert load_scenario("paper", {"market.mechanism": "grid-only"}).market.parameters == {}
    kept = load_scenario("kampung", {"market.mechanism": "grid-fraction"}).market.parameters
    assert kept == {"fraction": 0.8, "matching": "pro-rata"}


def test_an_override_may_fill_a_section_that_the_file_leaves_out():
    assert load_scenario("five-prosumers", {"market.fraction": 0.6}).market.parameters["fraction"] == 0.6


FILES = {
    "empty": (b"", "is empty"),
    "only a comment": (b"# nothing\n", "is empty"),
    "binary": (b"\x00\xff\xfe\x89PNG", "is not a text file in UTF-8"),
    "huge": (b"#" * 6_000_000, "a scenario is a short text file"),
    "not toml": (b"homes = [", "is not valid TOML"),
    "lists without end": (b"a = " + b"[" * 5_000, "is not valid TOML"),
    "a number without end": (b"a = " + b"9" * 5_000, "is not valid TOML"),
    "a key twice": (b"a = 1\na = 2\n", "is not valid TOML"),
}


@pytest.mark.parametrize(("content", "words"), FILES.values(), ids=list(FILES))
def test_a_file_that_is_no_scenario_is_refused_in_one_sentence(content, words, tmp_path):
    file = tmp_path / "x.toml"
    file.write_bytes(content)
    with pytest.raises(JiranError, match=words) as caught:
        load_scenario(file)
    assert "x.toml" in str(caught.value)


def test_a_byte_order_mark_is_read_over(tmp_path):
    file = tmp_path / "x.toml"
    file.write_bytes(b"\xef\xbb\xbf" + to_toml(load_scenario("paper")).encode())
    assert load_scenario(file) == load_scenario("paper")


def test_a_file_of_keys_without_end_is_refused_in_a_short_sentence(tmp_path):
    file = tmp_path / "x.toml"
    for text in ("a." * 5_000 + "b = 1", "x" * 100_000 + " = 1", "name = 'a'\nname2 = '" + "y" * 1_000_000 + "'"):
        file.write_text(text)
        with pytest.raises(JiranError) as caught:
            load_scenario(file)
        assert len(str(caught.value)) < 600 + len(str(file))


def test_a_folder_a_missing_file_and_an_unknown_name_are_refused(tmp_path):
    (tmp_path / "folder.toml").mkdir()
    with pytest.raises(JiranError, match="cannot be read"):
        load_scenario(tmp_path / "folder.toml")
    with pytest.raises(JiranError, match="cannot be read: No such file"):
        load_scenario(tmp_path / "missing.toml")
    with pytest.raises(ScenarioError, match=r"must be one of .*paper.* or the path of a file that ends in .toml"):
        load_scenario("papre")
    with pytest.raises(ScenarioError, match="must be one of"):
        load_scenario("../scenarios/paper")


def test_relative_paths_start_at_the_scenario_s_folder(tmp_path):
    (tmp_path / "s.toml").write_text('name = "s"\nhomes.data.path = "m.csv"\n', encoding="utf-8")
    assert load_scenario(tmp_path / "s.toml").homes.data.path == str(tmp_path / "m.csv")


def test_the_starter_loads_runs_and_shows_every_default(tmp_path):
    file = tmp_path / "new.toml"
    file.write_text(starter(), encoding="utf-8")
    scenario = load_scenario(file)
    assert jiran.simulate(scenario).balance.kwh < 1e-9
    plain = jiran.scenario.validate({"name": scenario.name, "homes": {"groups": [{"kind": "normal"}]}})
    for section in (
        "solar",
        "load",
        "ev",
        "home_battery",
        "battery",
        "grid",
        "market",
        "start",
        "steps",
        "currency",
        "time_zone",
        "seed",
    ):
        assert getattr(scenario, section) == getattr(plain, section), f"the starter's {section} is not the default"


def test_the_starter_shows_every_key_of_the_short_sections():
    text = starter()
    for section in ("solar", "load", "home_battery", "battery", "grid"):
        for key, field in type(getattr(load_scenario("paper"), section)).model_fields.items():
            assert isinstance(field.default, BaseModel) or f"{key} = " in text, f"{section}.{key} is not in the starter"
