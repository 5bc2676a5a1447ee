"""The command line on homes of which only import and export are known: figures that need more are a dash, or null."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

import jiran
import net_metering
from jiran.explain.step.money import even
from jiran.explain.step.run_step import in_and_out, take_apart
from terminal import call

SCENARIO = "name = 'net'\nstart = 2026-03-21\nsteps = 48\nseed = 4712\nhomes.data.path = 'street.csv'\n"
KNOWN = "only import and export of 2 homes are known"


@pytest.fixture(autouse=True)
def a_street(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    net_metering.file_of_import_and_export(Path("street.csv"))
    Path("net.toml").write_text(SCENARIO, encoding="utf-8")


def test_a_run_prints_dashes_and_why():
    done = call("run", "net.toml")
    assert done.exit_code == 0
    figures = next(line for line in done.stdout.splitlines() if "Self-sufficiency of the street" in line)
    assert figures.split("street")[1].split() == ["-", "-"]
    assert "nan" not in done.output
    assert "The street as a whole took" in done.stdout
    assert f"Warning: {KNOWN}" in done.stdout


def test_data_has_null_and_files_have_empty_cells():
    done = call("run", "net.toml", "--json", "-o", "run")
    found = json.loads(done.stdout, parse_constant=pytest.fail)
    assert found["demand_kwh"] is found["self_sufficiency"] is None
    assert found["cost"] is not None
    assert found["peak_import_kw"] > 0.0
    with Path("run/homes.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["net_metered"] for row in rows] == ["true", "false", "true"]
    assert [bool(row["load_kwh"]) for row in rows] == [False, True, False]
    assert all(row["grid_import_kwh"] and row["cost"] for row in rows)


def test_a_step_is_explained_and_rules_are_compared():
    explained = call("explain", "net.toml", "--step", 12)
    assert explained.exit_code == 0
    assert "no kWh is lost" in explained.stdout
    compared = call("compare", "net.toml", "-o", "page.html")
    assert compared.exit_code == 0
    page = Path("page.html").read_text(encoding="utf-8")
    assert KNOWN.removeprefix("only ") in page
    assert not any("nan" in text.lower().split() for text in (page, explained.output, compared.output))


def test_that_no_plan_can_be_made_is_said_before_homes_are_used():
    assert "No plan can be made of these homes" in call("data", "street.csv").stdout
    refused = call("plan", "net.toml", "--tries", 2)
    assert refused.exit_code == 2
    assert "only import and export are known" in refused.stderr


def test_what_is_left_out_passed_no_meter():
    scenario = jiran.load_scenario("net.toml", {"grid.export_limit_kw": 0.3})
    result = jiran.simulate(scenario)
    step = int(result.settlement.step_kwh["curtailed_kwh"].argmax())
    kwh = {name: values[step] for name, values in result.settlement.step_kwh.items()}
    out_kwh = kwh["p2p_sold_kwh"] + kwh["battery_charged_kwh"] + kwh["grid_export_kwh"]
    parts = {part.name: part.kwh for part in in_and_out(take_apart(result, step))}
    assert kwh["curtailed_kwh"] > 0.1
    assert parts["Export of the homes"] == pytest.approx(out_kwh, abs=1e-9)
    assert "Left out by roofs" not in parts
    assert f"{out_kwh:.2f} kWh came in" in str(even(take_apart(result, step)))
