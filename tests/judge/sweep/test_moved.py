"""A sweep goes on wherever its folder and the files that its scenario names are carried, as long as what is in them is the same."""

from __future__ import annotations

import shutil
from importlib import resources
from pathlib import Path

import pytest

import jiran
from jiran import JiranError
from jiran.judge.sweep import Folder, engines
from jiran.judge.sweep.run import done, plan
from jiran.judge.sweep.work import run_batch

STREET = """
name = "metered"
start = "2025-02-01"
steps = 24
homes.data.path = "data/*.csv"
grid.tariff = "own.toml"

market.mechanism = "mine.py"
"""
RULE = (Path(__file__).parents[3] / "examples" / "my_rule.py").read_text(encoding="utf-8")
VARY = {"battery.capacity_kwh": [0, 10]}


@pytest.fixture
def ran(monkeypatch):
    """Count the points that are run."""
    found = []
    monkeypatch.setattr(engines, "run_batch", lambda batch: found.extend(batch.points) or run_batch(batch))
    return found


@pytest.fixture
def study(tmp_path, monkeypatch):
    """Make a folder with a street, all that it names, and a sweep of it, started with names from that folder."""
    place = tmp_path / "study"
    (place / "data").mkdir(parents=True)
    (place / "street.toml").write_text(STREET, encoding="utf-8")
    (place / "mine.py").write_text(RULE, encoding="utf-8")
    tariff = resources.files("jiran.tariffs") / "grid" / "my-tnb-a-2014-domestic.toml"
    (place / "own.toml").write_text(tariff.read_text(encoding="utf-8"), encoding="utf-8")
    for home in (1, 2):
        lines = [f"2025-02-01T{hour:02d}:00,0.5,{home * (6 < hour < 18)}" for hour in range(24)]
        text = "\n".join(["time,load_kwh,generation_kwh", *lines])
        (place / "data" / f"home{home}.csv").write_text(text, encoding="utf-8")
    monkeypatch.chdir(place)
    first = jiran.sweep("street.toml", VARY, folder="out", workers=1).table
    assert first["fault"].null_count() == 2
    return place, first


def test_all_is_moved_and_started_from_elsewhere(study, ran, tmp_path, monkeypatch):
    place, first = study
    away = tmp_path / "elsewhere" / "deep" / "study"
    away.parent.mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    shutil.move(place, away)
    for folder, asked in ((tmp_path, away), (tmp_path / "elsewhere", Path("deep/study")), (away, Path())):
        monkeypatch.chdir(folder)
        planned = plan(asked / "street.toml", VARY)
        assert done(planned.points, Folder(asked / "out")) == 2
        assert jiran.sweep(asked / "street.toml", VARY, folder=asked / "out", workers=1).table.equals(first)
        assert ran == []
    more = jiran.sweep("street.toml", VARY, seeds=2, folder="out", workers=1).table
    assert [point.seed for point in ran] == [2, 2]
    assert set(first["key"]) < set(more["key"])
    assert Folder(away / "out").asked()["scenario"]["homes"]["data"]["path"] == str(away / "data" / "*.csv")


@pytest.mark.parametrize("file", ["data/home1.csv", "mine.py", "own.toml"])
def test_what_is_in_a_file_decides(file, study, ran, tmp_path):
    place, first = study
    away = shutil.copytree(place, tmp_path / "away")
    text = (away / file).read_text(encoding="utf-8")
    changed = text.replace("0.5,", "0.75,", 1) if file.endswith("csv") else f"{text}\n# new\n"
    (away / file).write_text(changed, encoding="utf-8")
    table = jiran.sweep(away / "street.toml", VARY, folder=away / "out", workers=1).table
    assert len(ran) == table.height == 2
    assert not set(table["key"]) & set(first["key"])
    (away / "street.toml").write_text(STREET.replace("steps = 24", "steps = 23"), encoding="utf-8")
    with pytest.raises(JiranError, match="holds another sweep, with another scenario"):
        jiran.sweep(away / "street.toml", VARY, folder=away / "out", workers=1)
