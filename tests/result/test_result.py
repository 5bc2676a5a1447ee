from __future__ import annotations

import json
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest

import jiran
from jiran import JiranError, load_scenario, simulate
from strategies import run

FILES = {
    "trades.parquet",
    "homes.csv",
    "steps.csv",
    "kpis.json",
    "scenario.toml",
    "manifest.json",
    "devices.parquet",
    "device-totals.csv",
}


@pytest.fixture(scope="module")
def result():
    return simulate(load_scenario("paper"))


def names(folder):
    return {entry.name for entry in folder.iterdir()}


def test_a_saved_result_holds_its_tables_figures_scenario_and_manifest(result, tmp_path):
    folder = result.save(tmp_path / "new" / "out")
    assert names(folder) == FILES
    assert pl.read_parquet(folder / "trades.parquet").equals(result.trades)
    assert pl.read_csv(folder / "homes.csv").height == 12
    assert pl.read_csv(folder / "steps.csv").height == 24
    assert json.loads((folder / "kpis.json").read_text()) == result.kpis


def test_a_saved_scenario_gives_the_saved_digest_again(result, tmp_path):
    folder = result.save(tmp_path / "out")
    manifest = json.loads((folder / "manifest.json").read_text())
    again = simulate(load_scenario(str(folder / "scenario.toml")))
    assert again.digest == manifest["digest_sha256"]
    assert again.scenario == result.scenario
    assert manifest["trades"] == result.trades.height
    assert manifest["jiran"] == jiran.__version__


def test_an_earlier_result_is_replaced_whole(result, tmp_path):
    out = tmp_path / "out"
    result.save(out)
    (out / "data-report.txt").write_text("of an earlier run")
    (out / "kpis.json").write_text("old")
    result.save(out)
    assert names(out) == FILES
    assert json.loads((out / "kpis.json").read_text()) == result.kpis
    assert names(tmp_path) == {"out"}


def test_a_folder_with_other_things_is_left_alone(result, tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(JiranError, match=r"is not written: it holds 'thesis\.txt', which is not a result of jiran"):
        result.save(tmp_path)
    assert names(tmp_path) == {"thesis.txt"}


def test_a_file_in_the_way_is_left_alone(result, tmp_path):
    (tmp_path / "out").write_text("mine")
    with pytest.raises(JiranError, match="is not written"):
        result.save(tmp_path / "out")
    assert (tmp_path / "out").read_text() == "mine"


def test_a_place_that_cannot_be_written_is_said_in_a_sentence(result, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(JiranError, match=r"out: cannot be written: \w+"):
        result.save(tmp_path / "file" / "out")


def test_a_save_that_fails_leaves_the_earlier_result_and_no_temporary_folder(result, tmp_path, monkeypatch):
    def fail(*_arguments):
        raise OSError(28, "No space left on device")

    result.save(tmp_path / "out")
    monkeypatch.setattr(pl.DataFrame, "write_csv", fail)
    with pytest.raises(JiranError, match="cannot be written: No space left on device"):
        result.save(tmp_path / "out")
    assert names(tmp_path) == {"out"}
    assert names(tmp_path / "out") == FILES


def test_a_full_disk_is_said_in_a_sentence_whichever_library_writes(result, tmp_path, monkeypatch):
    def fail(*_arguments, **_more):
        raise pl.exceptions.ComputeError("parquet: underlying IO error: No space left on device (os error 28)")

    monkeypatch.setattr(pl.DataFrame, "write_parquet", fail)
    with pytest.raises(JiranError, match="out: cannot be written: No space left on device"):
        result.save(tmp_path / "out")
    assert names(tmp_path) == set()


def test_names_in_tables_are_no_formulas(tmp_path):
    homes = [{"id": "=HYPERLINK(0)", "kind": "solar"}, {"id": "N1", "kind": "normal"}]
    folder = simulate(load_scenario("paper", {"homes.groups": [], "homes.single": homes})).save(tmp_path / "out")
    assert (folder / "homes.csv").read_text().splitlines()[1].startswith("'=HYPERLINK(0),solar,")
    assert pl.read_csv(folder / "homes.csv")["cost"].dtype == pl.Float64
    assert "2026-03-21T00:00:00+08:00" in (folder / "steps.csv").read_text()


def test_what_was_done_to_meter_data_is_saved_with_the_result(result, tmp_path):
    folder = replace(result, data_report=SimpleNamespace(lines=lambda: ["12 gaps filled"])).save(tmp_path / "out")
    assert names(folder) == {*FILES, "data-report.txt"}
    assert (folder / "data-report.txt").read_text() == "12 gaps filled\n"


def test_the_digest_changes_with_any_price_energy_or_partner():
    digests = [
        run([[1.0, -1.0, -1.0]]).digest,
        run([[1.0, -1.0, -1.0]], grid__import_price=0.500001).digest,
        run([[1.0 + 1e-12, -1.0, -1.0]]).digest,
        run([[1.0, 0.0, -2.0]]).digest,
    ]
    assert len(set(digests)) == len(digests)


@pytest.mark.parametrize(
    "name", ["trades_until", "soc_kwh", "charge_share", "draw_share", "ev_stored_kwh", "home_stored_kwh", "cost"]
)
def test_the_digest_changes_with_any_state_and_any_bill(name):
    whole = simulate(load_scenario("paper", {"ev.supply.enabled": True, "homes.groups.solar.battery_kwh": 4.0}))
    outputs, settlement = whole.flows.outputs, whole.settlement
    changed = (settlement.cost if name == "cost" else getattr(outputs, name)).copy()
    changed.flat[-1] += 1
    if name == "cost":
        other = replace(whole, settlement=replace(settlement, cost=changed))
    else:
        other = replace(whole, flows=replace(whole.flows, outputs=outputs._replace(**{name: changed})))
    assert replace(whole).digest == whole.digest
    assert other.digest != whole.digest


def test_another_seed_gives_another_digest(result):
    assert simulate(load_scenario("paper", {"seed": 2})).digest != result.digest


def test_flows_are_read_only_and_know_their_names(result):
    assert len(result.flows) == len(list(result.flows)) == 13
    with pytest.raises(ValueError, match="read-only"):
        result.flows["load_kwh"][0, 0] = 1.0
    with pytest.raises(KeyError):
        result.flows["soc_kwh"]
    assert result.flows.traded_from.tolist() == np.cumsum([0, *result.steps["trades"][:-1]]).tolist()
