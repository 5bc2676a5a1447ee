"""What a link, an upload and a download may and may not hold."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from jiran import load_scenario, simulate
from jiran.app import export, links
from jiran.app.runs import changed_at
from jiran.errors import JiranError
from jiran.scenario.files import read_scenario

#: Tells on the disk that it has been run.
PROGRAM = "from pathlib import Path\nPath(__file__).with_name('ran').touch()\n"
PLUGINS = {
    "market": ("mechanism", "jiran.market", "mechanism", "net_kwh, limit_price, import_price, export_price, parameters, rng, trades", "return 0"),
    "bids": ("strategy", "jiran.bids", "strategy", "net_kwh, floor_price, cap_price, traits, parameters, rng, memory, value_price, limit_price", "pass"),
}  # fmt: skip
SECTIONS = tuple(PLUGINS)


@pytest.fixture
def program(tmp_path):
    """Write a plug-in of a section that leaves a trace when it is loaded."""

    def write(section):
        _, module, decorator, arguments, does = PLUGINS[section]
        path = tmp_path / f"{section}.py"
        head = f"from {module} import {decorator}\n"
        path.write_text(f"{PROGRAM}{head}@{decorator}('own', compiled=False)\ndef own({arguments}):\n    {does}\n")
        return path

    return write


def key(section):
    return f"{section}.{PLUGINS[section][0]}"


def with_program(section, path):
    return read_scenario("paper") | {section: {PLUGINS[section][0]: str(path)}}


@pytest.mark.parametrize("section", SECTIONS)
@pytest.mark.parametrize("quoted", [True, False])
def test_a_link_that_names_a_program_is_refused_and_the_program_is_not_run(section, quoted, program):
    path = program(section)
    value = f'"{path}"' if quoted else str(path)
    for link in ({key(section): value}, {"preset": "paper", section: f'{{"{PLUGINS[section][0]}": "{path}"}}'}):
        with pytest.raises(JiranError, match="the link names a file, which only a scenario on the command line may"):
            links.read_link(link, None)
    assert not path.with_name("ran").exists()


@pytest.mark.parametrize("section", SECTIONS)
def test_a_shared_scenario_that_names_a_program_is_refused(section, program):
    path = program(section)
    packed = links.pack(with_program(section, path))
    with pytest.raises(JiranError, match="the link names a file"):
        links.read_link({"s": packed}, None)
    with pytest.raises(JiranError, match=r"street\.toml names a file"):
        links.refuse_files(with_program(section, path), "street.toml")
    assert not path.with_name("ran").exists()


@pytest.mark.parametrize("section", SECTIONS)
def test_a_scenario_that_reads_a_program_is_not_put_into_a_link(section, program):
    assert links.base_of_data("own", with_program(section, program(section))).link == {}
    assert list(links.base_of_data("plain", read_scenario("paper")).link) == ["s"]


def test_a_shared_scenario_keeps_its_name_and_is_not_taken_for_a_preset():
    start = links.base_of_data("street.toml", read_scenario("paper") | {"name": "Jalan Song"})
    back, _ = links.read_link(links.write_link(start, {}), None)
    assert back.label == "Jalan Song"
    changed = links.base_of_data("street.toml", read_scenario("paper") | {"seed": 9})
    assert links.read_link(links.write_link(changed, {}), None)[0].label == "paper (shared)"
    pin = links.Pin(start, {}, load_scenario("paper"))
    assert links.read_pin(links.write_link(changed, {}, pin), changed).base.label == "Jalan Song"


FILE = "/tmp/own.toml"  # noqa: S108 - is never opened
TARIFFED = {
    "grid.tariff": FILE,
    "grid.sharing": FILE,
    "grid": f'{{"tariff": "{FILE}"}}',
    "homes.groups": f'[{{"kind": "solar", "tariff": "{FILE}"}}]',
    "homes.groups.0.tariff": FILE,
    "homes.groups.solar.tariff": FILE,
    "homes": f'{{"single": [{{"id": "A", "kind": "normal", "tariff": "{FILE}"}}]}}',
    "solar.weather": "/tmp/own.epw",  # noqa: S108 - is never opened
}


@pytest.mark.parametrize("preset", ["paper", "klang-valley-atap"])
@pytest.mark.parametrize("field", TARIFFED)
def test_a_link_that_names_a_tariff_of_this_machine_is_refused_before_it_is_read(preset, field, monkeypatch):
    monkeypatch.setattr("jiran.tariffs.files.read_toml", lambda *_: pytest.fail("was read"))
    with pytest.raises(JiranError, match="the link names a file"):
        links.read_link({"preset": preset, field: TARIFFED[field]}, None)


def test_a_scenario_with_a_tariff_of_this_machine_is_not_put_into_a_link_and_an_upload_of_it_is_refused():
    data = read_scenario("klang-valley-atap")
    data["grid"]["tariff"] = FILE
    with pytest.raises(JiranError, match="names a file"):
        links.refuse_files(data, "street.toml")
    with pytest.raises(JiranError, match="names a file"):
        links.read_link({"s": links.pack(data)}, None)


def test_a_strategy_of_jiran_goes_through_a_link_and_back():
    start = links.base_of_data("mine", read_scenario("paper") | {"bids": {"strategy": "truthful", "spread": 0.5}})
    link = links.write_link(start, {"bids.spread": 0.25})
    back, wanted = links.read_link(link, None)
    assert back.data["bids"] == {"strategy": "truthful", "spread": 0.5}
    assert wanted == {"bids.spread": 0.25}


@pytest.mark.parametrize("section", SECTIONS)
def test_a_run_is_a_new_one_when_its_program_has_changed(section, program):
    path = program(section)
    scenario = load_scenario("paper", {key(section): str(path)})
    os.utime(path, ns=(5, 5))
    assert changed_at(scenario) == 5
    assert changed_at(load_scenario("paper")) == 0


@pytest.mark.parametrize("section", SECTIONS)
def test_a_download_tells_the_name_of_a_program_and_not_where_it_is(section, program):
    path = program(section)
    scenario = load_scenario("paper", {key(section): str(path), "name": "street"})
    text = export.toml_bytes(scenario).decode()
    assert f'"{path.name}"' in text
    assert str(path.parent) not in text
    assert Path(getattr(scenario, section).model_dump()[PLUGINS[section][0]]) == path
    assert simulate(scenario).scenario == scenario
