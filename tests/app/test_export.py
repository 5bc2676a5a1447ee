"""Downloads: they come back as what went in, and a spreadsheet runs nothing in them."""

from __future__ import annotations

import io
import json
import zipfile

import polars as pl
import pytest
from polars.testing import assert_frame_equal

import jiran
from jiran.app import export
from jiran.app.charts.base import Window
from jiran.saving.formats import finite
from jiran.scenario import validate


@pytest.fixture(scope="module")
def paper():
    return jiran.simulate(jiran.load_scenario("paper"))


@pytest.mark.parametrize("start", list("=+-@\t\r"))
def test_text_that_would_be_a_formula_is_quoted(start):
    frame = pl.DataFrame({"id": [f"{start}cmd|' /C calc'!A0"], "enum": ["x"]})
    back = pl.read_csv(export.csv_bytes(frame))
    assert back["id"][0].startswith("'")


def test_names_of_an_enum_are_quoted_too():
    names = pl.Series("seller", ["=1+1"], dtype=pl.Enum(["=1+1"]))
    assert export.csv_bytes(pl.DataFrame(names)).decode() == "seller\n'=1+1\n"


def test_a_home_with_a_dangerous_name_goes_out_as_text():
    homes = [{"id": "=HYPERLINK(0)", "kind": "solar"}, {"id": "N1", "kind": "normal"}]
    result = jiran.simulate(jiran.load_scenario("paper", {"homes.groups": [], "homes.single": homes}))
    for frame in (result.homes, export.trades(result)):
        assert frame.height
        lines = export.csv_bytes(frame).decode()
        assert "'=HYPERLINK(0)" in lines
        assert ",=HYPERLINK" not in lines
        assert "\n=HYPERLINK" not in lines


def test_numbers_below_zero_stay_numbers(paper):
    back = pl.read_csv(export.csv_bytes(paper.homes))
    assert back["cost"].min() < 0
    assert_frame_equal(back.select("id", "cost", "saving"), paper.homes.select("id", "cost", "saving"))


def test_times_keep_their_offset(paper):
    first = export.csv_bytes(export.trades(paper)).decode().splitlines()[1]
    assert "2026-03-21T07:00:00+08:00" in first


def test_parquet_comes_back_as_it_was(paper):
    window = Window(7, 9)
    frame = export.trades(paper, window)
    assert set(frame["step"]) == {7, 8}
    assert_frame_equal(pl.read_parquet(io.BytesIO(export.parquet_bytes(frame))), frame)


def test_the_zip_holds_the_run_and_runs_again(paper, tmp_path):
    packed = export.zip_bytes(paper)
    assert packed == export.zip_bytes(paper)
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert archive.testzip() is None
        assert sorted(archive.namelist()) == sorted(export.files(paper).keys() - {"trades.csv"})
        assert json.loads(archive.read("kpis.json")) == finite(paper.kpis)
        assert json.loads(archive.read("manifest.json"))["digest_sha256"] == paper.digest
        archive.extractall(tmp_path)
    again = jiran.simulate(jiran.load_scenario(tmp_path / "scenario.toml"))
    assert again.digest == paper.digest
    assert pl.read_csv(tmp_path / "steps.csv").height == 24
    assert_frame_equal(pl.read_parquet(tmp_path / "trades.parquet"), paper.trades)


def test_a_scenario_file_does_not_tell_where_files_are():
    data = {"name": "own", "homes": {"data": {"path": "/home/somebody/secret/meters.csv"}}}
    text = export.toml_bytes(validate(data)).decode()
    assert "meters.csv" in text
    assert "somebody" not in text


@pytest.mark.parametrize("name", ["home-batteries", "sarawak-nem"])
def test_the_zip_holds_what_a_saved_run_holds(name, tmp_path):
    result = jiran.simulate(jiran.load_scenario(name, {"steps": 48}))
    with zipfile.ZipFile(io.BytesIO(export.zip_bytes(result))) as archive:
        assert sorted(archive.namelist()) == sorted(path.name for path in result.save(tmp_path / "out").iterdir())
        assert archive.read("device-totals.csv") if result.devices.height else True
    result.save(tmp_path / "out")  # the files are its own, and are replaced
