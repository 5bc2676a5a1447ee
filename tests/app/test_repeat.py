"""What is copied as Python and as a command runs, and gives the run that the page shows."""

from __future__ import annotations

import contextlib
import io
import json
import shlex

import pytest
from typer.testing import CliRunner

import jiran
from jiran.app import export, links, repeat
from jiran.app.repeat import Source, as_command, as_python, source
from jiran.cli.commands import cli
from jiran.scenario import validate
from jiran.scenario.files import presets
from jiran.scenario.overrides import with_overrides
from opening import drawn

CHANGES = [
    {},
    {"seed": 7},
    {"grid.import_price": 0.575, "market.fraction": 0.7, "battery.capacity_kwh": 1e-7},
    {"grid.import_price": [0.1, 0.2] * 12, "ev.supply.enabled": True},
    {"market.mechanism": "uniform-price", "market.k": 0.25, "bids.strategy": "truthful", "name": "a 'b' \"c\" $HOME"},
    {"homes.groups.0.count": 8, "battery.buy_price": "import", "start": "2026-04-01T00:00:00"},
]


def repeated(found, folder, monkeypatch):
    """Run what is copied, in a folder; return the figures of the Python and those of the command."""
    monkeypatch.chdir(folder)
    names, words = {}, shlex.split(as_command(found))
    with contextlib.redirect_stdout(io.StringIO()):
        exec(as_python(found), names)  # noqa: S102 - this is what a reader does with it
    assert words[0] == "jiran"
    ran = CliRunner().invoke(cli, [*words[1:], "--json"])
    assert ran.exit_code == 0, ran.output
    return names["result"].kpis, json.loads(ran.stdout)


@pytest.mark.parametrize("changes", CHANGES, ids=repr)
def test_changes_of_a_preset_run_elsewhere(changes, tmp_path, monkeypatch):
    shown = jiran.load_scenario("paper", changes)
    found = source(shown, "paper", changes)
    assert found == Source("paper", changes)
    expected = jiran.simulate(shown).kpis
    by_python, by_command = repeated(found, tmp_path, monkeypatch)
    assert by_python == expected
    assert by_command == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize("changes", [{"battery.reserve_price": None}, {"homes.groups.2.count": 3}])
def test_what_changes_of_a_preset_cannot_give_is_a_file(changes, tmp_path, monkeypatch):
    base = links.base_of_preset("net-metering-window")
    shown = validate(with_overrides(base.data, changes))
    found = source(shown, "net-metering-window", changes)
    assert found == Source("jiran-net-metering-window.toml", {})
    (tmp_path / found.name).write_bytes(export.toml_bytes(shown))
    by_python, by_command = repeated(found, tmp_path, monkeypatch)
    assert by_python == jiran.simulate(shown).kpis
    assert by_command == pytest.approx(by_python, nan_ok=True)


def test_any_scenario_that_is_no_preset_runs_elsewhere_from_its_file(tmp_path, monkeypatch):
    for number, shown in enumerate(drawn(6, seed=5)):
        folder = tmp_path / str(number)
        folder.mkdir()
        found = source(shown, None, {})
        (folder / found.name).write_bytes(export.toml_bytes(shown))
        by_python, _ = repeated(found, folder, monkeypatch)
        assert by_python == jiran.simulate(shown).kpis


def test_a_preset_as_it_is_needs_no_changes():
    for name in presets():
        assert as_command(source(jiran.load_scenario(name), name, {})) == f"jiran run {name}"


def test_a_file_is_called_what_any_machine_takes():
    assert repeat.toml_name(jiran.load_scenario("paper", {"name": "a/b: c"})) == "jiran-a b  c.toml"
