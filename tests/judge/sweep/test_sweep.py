"""A sweep is its single runs, each once, whatever happens to it: cut, killed, grown, or with points that cannot be run."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from datetime import date
from itertools import pairwise
from pathlib import Path
from threading import Event

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import jiran
import valid
from jiran import JiranError
from jiran.judge.sweep import Folder, engines
from jiran.judge.sweep import folder as folders
from jiran.judge.sweep import run as running
from jiran.judge.sweep.answers import answer, answers
from jiran.judge.sweep.points import Combination, points
from jiran.judge.sweep.run import Planned, done, plan, run
from jiran.judge.sweep.work import batches, run_batch
from jiran.result.figures import KPIS
from jiran.scenario import Scenario, validate
from jiran.scenario.files import as_data
from jiran.scenario.overrides import with_overrides
from processes import children

VARY = {
    "market.fraction": "0.6:0.8:0.1",
    "battery.capacity_kwh": [0, 20],
    "market.matching": ["index-order", "pro-rata"],
}


RULE = """
from jiran import mechanism


@mechanism("mine")
def clear(book, parameters, lots, trades):
    return 0
"""


def single(row, base="paper"):
    """Run the point of a row alone."""
    own = {"key", "fault", *KPIS}
    wanted = {name: value for name, value in row.items() if name not in own}
    scenario = validate(
        with_overrides(as_data(base if isinstance(base, Scenario) else jiran.load_scenario(base)), wanted)
    )
    return jiran.simulate(scenario).kpis


def same(row, kpis):
    return all(row[name] == value for name, value in kpis.items())


def test_each_point_is_its_single_run_to_the_last_bit(tmp_path):
    vary = {
        "battery.capacity_kwh": [0, 20],
        "market.mechanism": ["vcg", "grid-only", "uniform-price"],
        "step_minutes": [60, 30],
    }
    table = jiran.sweep("paper", vary, seeds=2, folder=tmp_path / "out", workers=1).table
    assert table.height == 24
    assert table["seed"].unique().sort().to_list() == [1, 2]
    assert all(same(row, single(row)) for row in table.iter_rows(named=True))
    assert table.schema["battery_cycles"] == pl.Float64()
    assert table.filter(pl.col("battery.capacity_kwh") == 0)["battery_cycles"].null_count() == 12


def test_homes_with_tariffs_and_a_battery_between_them_are_run_as_they_are_alone():
    base = jiran.load_scenario("klang-valley-atap", {"steps": 48, "ev.supply.enabled": True})
    vary = {"battery.capacity_kwh": [0, 30], "battery.start_soc": [0.2, 0.5], "market.mechanism": ["grid-only", "vcg"]}
    table = jiran.sweep(base, vary, workers=1).table
    assert table["fault"].null_count() == 8
    assert all(same(row, single(row, base)) for row in table.iter_rows(named=True))
    prices = {"battery.sell_price": [0.3, 0.5], "battery.buy_price": [0.1, 0.2]}
    table = jiran.sweep("paper", prices, workers=1).table
    assert all(same(row, single(row)) for row in table.iter_rows(named=True))


def test_homes_with_batteries_of_their_own_are_run_as_they_are_alone():
    base = jiran.load_scenario("home-batteries", {"steps": 72, "home_battery.controller": "plan-ahead"})
    vary = {
        "battery.capacity_kwh": [0, 30],
        "market.mechanism": ["grid-only", "vcg"],
        "home_battery.start_soc": [0.0, 0.5],
    }
    table = jiran.sweep(base, vary, seeds=2, workers=1).table
    assert table["fault"].null_count() == table.height == 16
    assert all(same(row, single(row, base)) for row in table.iter_rows(named=True))


@pytest.mark.parametrize(
    ("vary", "changes"),
    [
        ({"grid.export_price": [0.1, 0.2], "grid.import_price": [0.5, 0.6], "grid.network_charge": [0.0, 0.05]}, {}),
        (
            {"grid.tariff": ["my-tnb-rp4-domestic-nem3", "my-tnb-rp4-domestic-tou"], "grid.network_charge": [0.0, 0.09]},
            {"grid.import_price": None, "grid.export_price": None, "start": "2025-08-01"},
        ),
        ({"grid.import_price": [0.3, 0.6]}, {"load.elasticity": -0.3}),
        ({"grid.import_price": [0.5, 0.6]}, {"battery.controller": "plan-ahead", "home_battery.controller": "plan-ahead"}),
    ],
)  # fmt: skip
def test_points_that_differ_in_prices_share_their_homes_and_are_as_they_are_alone(vary, changes):
    base = jiran.load_scenario("paper", {key: value for key, value in changes.items() if value is not None})
    table = jiran.sweep(base, vary | {"battery.capacity_kwh": [0, 20]}, seeds=2, workers=1).table
    assert table["fault"].null_count() == table.height
    assert all(same(row, single(row, base)) for row in table.iter_rows(named=True))
    homes = {one.homes for one in plan(base, vary).found}
    assert len(homes) == (2 if "load.elasticity" in changes else 1)  # who answers to prices has other loads


@pytest.mark.xdist_group("every rule")
@settings(max_examples=5)
@given(st.integers(0, 10_000))
def test_random_scenarios_are_swept_as_they_are_run(seed):
    scenario = valid.ordinary(np.random.default_rng(seed), 400)
    table = jiran.sweep(scenario, {"battery.capacity_kwh": [0.0, 12.5]}, seeds=2).table
    assert table.height == 4
    for row in table.iter_rows(named=True):
        battery = scenario.battery.model_copy(update={"capacity_kwh": row["battery.capacity_kwh"]})
        alone = scenario.model_copy(update={"battery": battery, "seed": row["seed"]})
        try:
            kpis = jiran.simulate(alone).kpis
        except JiranError as error:
            kpis, fault = {}, str(error)
        else:
            fault = None
        assert row["fault"] == fault
        assert same(row, kpis)


def test_the_order_puts_side_by_side_what_shares_its_homes():
    planned = plan("paper", VARY | {"load.high_kw": [1.0, 1.5]}, seeds=3)
    every = list(points(planned.found, 3))
    for what, groups in (("homes", 6), ("setting", 12)):
        seen = [(getattr(planned.found[one.place], what), one.seed) for one in every]
        assert len(set(seen)) == groups == 1 + sum(one != other for one, other in pairwise(seen))
    for size in (1, 5, 7, 100):
        cut = list(batches(every, planned.found, size))
        assert [point for batch in cut for point in batch.points] == every
        assert all(len(batch.points) <= 2 * size for batch in cut)


def test_a_second_start_runs_only_what_is_missing_and_a_sweep_grows(tmp_path, monkeypatch):
    ran = []
    monkeypatch.setattr(engines, "run_batch", lambda batch: ran.extend(batch.points) or run_batch(batch))
    folder = tmp_path / "out"
    first = jiran.sweep("paper", VARY, seeds=2, folder=folder, workers=1).table
    assert len(ran) == 24
    ran.clear()
    assert jiran.sweep("paper", VARY, seeds=2, folder=folder, workers=1).table.equals(first)
    assert ran == []
    more = jiran.sweep("paper", VARY, seeds=3, folder=folder, workers=1).table
    assert {point.seed for point in ran} == {3}
    assert more.filter(pl.col("seed") < 3).sort("key").equals(first.sort("key"))
    ran.clear()
    assert jiran.sweep("paper", VARY, seeds=1, folder=folder, workers=1).table.equals(more)  # and never shrinks
    assert ran == []


@pytest.mark.parametrize(
    ("key", "asked", "again"),
    [
        ("battery.capacity_kwh", [0.0, 10.0, 20.0], "0:20:10"), ("battery.capacity_kwh", "0,10,20", [20, np.float32(0.0), 10.0]),
        ("market.mechanism", ["vcg", "grid-only"], "grid-only, vcg"), ("home_battery.feed_in", [True, False], "true,false"),
        ("start", [date(2026, 3, 21), "2026-06-21"], "2026-03-21, 2026-06-21"),
        ("grid.import_price", [0.5, tuple(range(24))], f"[{','.join(map(str, range(24)))}],0.5"),
        ("battery", [{"capacity_kwh": 5.0, "controller": "plan-ahead"}], "{capacity_kwh = 5, controller = 'plan-ahead'}"),
        ("description", ['"x", é\\'], '"\\"x\\", é\\\\"'), ("battery.capacity_kwh", "uniform(0, 20)", "uniform(0.0,20)"),
    ],
)  # fmt: skip
def test_the_same_values_are_the_same_sweep_however_they_are_written(key, asked, again, tmp_path, monkeypatch):
    draws = {"draws": 2} if "uniform" in str(asked) else {}
    first = jiran.sweep("paper", {key: asked}, folder=tmp_path / "out", workers=1, **draws).table
    told = Folder(tmp_path / "out").asked()["vary"][key]
    monkeypatch.setattr(engines, "run_batch", lambda batch: pytest.fail(f"{len(batch.points)} points are run again"))
    for other in (again, told):
        table = jiran.sweep("paper", {key: other}, folder=tmp_path / "out", workers=1, **draws).table
        assert table.drop(key).sort("key").equals(first.drop(key).sort("key"))
    assert first["fault"].null_count() == first.height


def test_words_of_a_scenario_and_the_folder_of_a_file_make_no_other_sweep(tmp_path, monkeypatch):
    (tmp_path / "mine.py").write_text(RULE, encoding="utf-8")
    there = jiran.load_scenario("paper", {"description": "before"})
    first = jiran.sweep(there, {"market.mechanism": [str(tmp_path / "mine.py"), "vcg"]}, folder=tmp_path / "out").table
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(engines, "run_batch", lambda batch: pytest.fail(f"{len(batch.points)} points are run again"))
    here = jiran.load_scenario("paper", {"description": "afterwards", "name": "another"})
    again = jiran.sweep(here, {"market.mechanism": "mine.py,vcg"}, folder="out").table
    assert again.drop("market.mechanism").equals(first.drop("market.mechanism"))


def test_who_waits_for_one_long_point_is_asked_meanwhile():
    """Ctrl-C is heard while a point is at work, and not only once it is done."""
    planned, asked = plan("paper", {"battery.capacity_kwh": [10]}), Event()
    (batch,) = batches(planned.points, planned.found, 1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engines, "run_batch", lambda _batch: asked.wait(60.0))
        assert list(engines.here([batch], asked.set)) == [True]


def test_points_are_named_by_the_content_of_the_files_that_they_read(tmp_path):
    rule = tmp_path / "mine.py"
    rule.write_text(RULE, encoding="utf-8")

    def keys():
        scenario = jiran.load_scenario("paper", {"market.mechanism": str(rule)})
        return [one.digest for one in plan(scenario, {"battery.capacity_kwh": [0, 1]}).found]

    before = keys()
    assert keys() == before
    rule.write_text(rule.read_text(encoding="utf-8") + "\n# another\n", encoding="utf-8")
    assert not set(keys()) & set(before)


def test_a_point_that_cannot_be_run_is_a_row_and_stops_nobody(tmp_path):
    table = jiran.sweep("paper", {"market.fraction": [0.5, 1.5]}, seeds=2, folder=tmp_path / "out").table
    assert table["fault"].null_count() == 2
    assert table.filter(pl.col("fault").is_not_null())["market.fraction"].to_list() == [1.5, 1.5]
    assert "market.fraction" in table["fault"].drop_nulls()[0]
    assert table.filter(pl.col("fault").is_not_null())["cost"].null_count() == 2


def test_drawn_values_fill_their_space_and_meet_all_listed_ones():
    vary = {
        "solar.pv_kwp": "uniform(2, 8)",
        "market.mechanism": ["vcg", "grid-only"],
        "battery.capacity_kwh": "uniform(0, 40)",
    }
    for method in ("sobol", "latin-hypercube"):
        found = plan("paper", vary, draws=16, method=method).found
        assert len(found) == 32
        kwp = np.sort([one.values["solar.pv_kwp"] for one in found if one.values["market.mechanism"] == "vcg"])
        assert np.array_equal((kwp - 2) // (6 / 16), np.arange(16))  # one in each sixteenth
        assert [one.values for one in found] == [
            one.values for one in plan("paper", vary, draws=16, method=method).found
        ]
        assert list(found[0].values) == list(vary)


@pytest.mark.parametrize(
    ("vary", "options", "words"),
    [
        ({"market.fractoin": [0.5]}, {}, "no point of this sweep can be run"), ({}, {}, "varies something"),
        ({"solar.pv_kwp": "uniform(1, 2)"}, {}, "say how often"), ({"solar.pv_kwp": [1]}, {"draws": 4}, "no key is drawn"),
        ({"market.fraction": [0.5]}, {"seeds": 0}, "seeds"), ({"market.fraction": [0.5]}, {"workers": 0}, "workers"),
        ({"solar.pv_kwp": "uniform(1, 2)"}, {"draws": 4, "method": "x"}, "must be one of sobol, latin-hypercube"),
        ({"market.fraction": "0.1:0.9:0.01"}, {"seeds": 1_000_000}, "at most 10,000,000 points, and these are 81,000,000"),
        ({"homes.groups.solar.count": [1, 2**63]}, {}, "is too large; a whole number has 64 bits"),
        ({"grid.tariff": ["my-tnb-rp4-domestic-nem3", "id-pln-prepaid-r1"]}, {}, "grid.tariff: amounts are in MYR with my-tnb"),
        ({"currency": ["MYR", "EUR"]}, {}, "currency: amounts are in MYR with MYR and in EUR with EUR"),
        ({"solar.weather": ["gone.csv", "lost.csv"], "solar.model": ["site"]}, {}, "gone.csv: there is no such file"),
        ({"market.fraction": "0:1:0.0001", "solar.pv_kwp": "0:1:0.001"}, {}, "at most 1,000,000 combinations"),
    ],
)  # fmt: skip
def test_what_is_not_allowed_is_one_sentence(vary, options, words, tmp_path):
    with pytest.raises(JiranError) as told:
        jiran.sweep("paper", vary, folder=tmp_path / "out", **options)
    assert words in str(told.value)
    assert not list((tmp_path / "out").glob("parts/*.parquet"))


def test_a_folder_of_something_else_is_not_touched(tmp_path):
    (tmp_path / "photo.jpg").write_bytes(b"mine")
    with pytest.raises(JiranError, match=r"holds photo\.jpg and no sweep"):
        jiran.sweep("paper", {"market.fraction": [0.5, 0.6]}, folder=tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["photo.jpg"]
    jiran.sweep("paper", {"market.fraction": [0.5, 0.6]}, folder=tmp_path / "out")
    for other, word in (({"market.fraction": [0.5, 0.7]}, "vary"), ({"battery.capacity_kwh": [1, 2]}, "vary")):
        with pytest.raises(JiranError, match=f"holds another sweep, with another {word}"):
            jiran.sweep("paper", other, folder=tmp_path / "out")
    with pytest.raises(JiranError, match="another scenario"):
        jiran.sweep("kampung", {"market.fraction": [0.5, 0.6]}, folder=tmp_path / "out")
    assert Folder(tmp_path / "out").rows().collect().height == 2


METERED = """
name = "metered"
start = "2025-01-01"
steps = 24
homes.data.path = "meters.csv"
"""


def test_a_sweep_goes_on_from_anywhere_and_a_file_that_is_gone_costs_nothing(tmp_path, monkeypatch):
    place = tmp_path / "study"
    place.mkdir()
    (place / "street.toml").write_text(METERED, encoding="utf-8")
    lines = [f"2025-01-01T{hour:02d}:00,{home},0.5,{home * (6 < hour < 18)}" for hour in range(24) for home in (1, 2)]
    meters = place / "meters.csv"
    meters.write_text("\n".join(["time,home,load_kwh,generation_kwh", *lines]), encoding="utf-8")
    vary = {"battery.capacity_kwh": [0, 10]}
    monkeypatch.chdir(place)
    first = jiran.sweep("street.toml", vary, folder="out").table
    assert first["fault"].null_count() == 2
    kept = Folder(place / "out").asked()["scenario"]
    assert kept["homes"]["data"]["path"] == str(meters)
    monkeypatch.chdir(tmp_path)
    planned = plan(place / "street.toml", vary)
    assert done(planned.points, Folder(place / "out")) == 2
    assert done(plan(validate(kept), vary).points, Folder(place / "out")) == 2
    (away := place / "away.csv").write_bytes(meters.read_bytes())
    meters.unlink()
    with pytest.raises(JiranError, match=r"no point of this sweep can be run: .*meters\.csv: there is no such file"):
        jiran.sweep(place / "street.toml", vary, folder=place / "out")
    assert Folder(place / "out").rows().collect().equals(first)
    table = jiran.sweep(place / "street.toml", {"homes.data.path": [str(away), str(meters), f"{place}/no*.csv"]}).table
    assert [fault and fault.rpartition(": ")[2] for fault in table["fault"]] == [
        None, "there is no such file", "no file fits this pattern",
    ]  # fmt: skip


def test_the_points_themselves_count_as_memory():
    few, many = (
        plan("paper", {"market.fraction": [0.5, 0.6]}, seeds=seeds).need(1, 1).memory for seeds in (1, 500_000)
    )
    assert 0.5e9 < many - few < 1e9


def test_amounts_are_in_the_currency_of_the_points(tmp_path):
    folder = Folder(tmp_path / "out")
    jiran.sweep("paper", {"grid.tariff": ["id-pln-prepaid-r1"]}, seeds=2, folder=folder.path)
    assert answers(folder, "saving").currency == "IDR"


def test_a_date_is_kept_as_it_is_written(tmp_path):
    for asked in ("2025-01-01,2025-07-01", [date(2025, 1, 1), date(2025, 7, 1)]):
        assert jiran.sweep("paper", {"start": asked}, folder=tmp_path / "out").table["start"].to_list() == [
            "2025-01-01",
            "2025-07-01",
        ]


def test_a_table_that_lost_its_end_is_named(tmp_path):
    folder = Folder(tmp_path / "out")
    vary = {"market.fraction": [0.5, 0.6]}
    first = jiran.sweep("paper", vary, folder=folder.path).table
    (part,) = folder.parts.glob("*")
    whole = part.read_bytes()
    for damaged in (b"", b"PAR1", whole[:-1], whole[:200]):
        part.write_bytes(damaged)
        for ask in (lambda: answers(folder, "cost"), lambda: jiran.sweep("paper", vary, folder=folder.path)):
            with pytest.raises(JiranError, match=r"all\.parquet: is damaged; remove it and start the sweep again"):
                ask()
    part.unlink()
    assert jiran.sweep("paper", vary, folder=folder.path).table.equals(first)
    (folder.path / "sweep.toml").write_text("x = 1", encoding="utf-8")
    with pytest.raises(JiranError, match=r"sweep\.toml: is damaged: it does not say what was swept"):
        folder.asked()


def test_who_reads_while_the_parts_become_one_looks_again(tmp_path, monkeypatch):
    folder = Folder(tmp_path / "out")
    jiran.sweep("paper", VARY, seeds=2, folder=folder.path, workers=1)
    right, whole = answers(folder, "cost").totals, pl.read_parquet(folder.parts / "all.parquet")
    (folder.parts / "all.parquet").unlink()
    for place in range(2):
        whole[12 * place : 12 * place + 12].write_parquet(folder.parts / f"{place}.parquet")
    listed = Folder._files
    seen = []

    def then_compact(self):
        files = listed(self)
        if not seen:
            seen.append(self)
            Folder(self.path).compact()
        return files

    monkeypatch.setattr(Folder, "_files", then_compact)
    assert answers(folder, "cost").totals == right


@pytest.mark.skipif(os.name != "posix", reason="asks for a lock on a folder")
def test_two_sweeps_do_not_write_into_one_folder_at_the_same_time(tmp_path):
    vary, told = {"market.fraction": [0.5, 0.6]}, []

    def another(_share):
        if not told:
            with pytest.raises(JiranError, match="out: another process is at work in it") as error:
                jiran.sweep("paper", vary, seeds=3, folder=tmp_path / "out")
            told.append(error)

    jiran.sweep("paper", vary, seeds=2, folder=tmp_path / "out", workers=1, progress=another)
    assert told
    assert jiran.sweep("paper", vary, seeds=3, folder=tmp_path / "out", workers=1).table.height == 6


def test_progress_stops_it_and_what_is_done_stays(tmp_path):
    class EnoughError(Exception):
        pass

    def enough(done):
        if done >= 0.25:
            raise EnoughError

    with pytest.raises(EnoughError):
        jiran.sweep(
            "paper", {"market.fraction": [0.5, 0.6]}, seeds=100, folder=tmp_path / "out", workers=1, progress=enough
        )
    kept = len(Folder(tmp_path / "out").known())
    assert 50 <= kept < 200
    shares = []
    table = jiran.sweep(
        "paper", {"market.fraction": [0.5, 0.6]}, seeds=100, folder=tmp_path / "out", workers=1, progress=shares.append
    ).table
    assert table.height == 200
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


#: A sweep that waits, when it has kept two parts, until a file says that somebody was killed.
CLIENT = """
import sys, time
import jiran.judge.sweep.run as running
from pathlib import Path
from jiran.judge.sweep import Folder
running._HERE_S, running._BATCH_S = 0.0, 0.02
add, until = Folder.add, time.monotonic() + 300

def add_and_wait(self, rows, found):
    add(self, rows, found)
    while len(list(self.parts.glob("*.parquet"))) >= 2 and not Path(sys.argv[2]).exists() and time.monotonic() < until:
        time.sleep(0.01)

Folder.add = add_and_wait
print("once", flush=True)  # at the top level, as in a notebook
planned = running.plan("paper", {"market.fraction": [0.5, 0.6, 0.7]}, seeds=60)
running.run(planned, Folder(Path(sys.argv[1])), workers=2)
"""


def is_there(pid):
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="asks Linux who is whose child")
@pytest.mark.parametrize(
    ("whom", "how"),
    [
        ("client", signal.SIGKILL), ("client", signal.SIGTERM), ("worker", signal.SIGKILL),
        pytest.param("worker", signal.SIGTERM, marks=pytest.mark.long),
    ],
)  # fmt: skip
def test_whoever_is_killed_every_point_is_there_once(whom, how, tmp_path):
    script, out, killed = tmp_path / "client.py", tmp_path / "out", tmp_path / "killed"
    script.write_text(CLIENT, encoding="utf-8")
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    begun = subprocess.Popen([sys.executable, script, out, killed], **pipes)  # noqa: S603  our own
    parts = out / "parts"
    deadline = time.monotonic() + 120
    while begun.poll() is None and len(list(parts.glob("*.parquet"))) < 2 and time.monotonic() < deadline:
        time.sleep(0.01)  # until something is there
    workers = children(begun.pid)
    assert workers
    os.kill(begun.pid if whom == "client" else workers[-1], how)
    killed.touch()
    said, _ = begun.communicate(timeout=240)
    assert said == "once\n"  # no worker runs the script again
    while any(map(is_there, workers)) and time.monotonic() < deadline + 120:
        time.sleep(0.05)
    assert not any(map(is_there, workers))
    if whom == "worker":
        assert begun.returncode == 0
    table = jiran.sweep("paper", {"market.fraction": [0.5, 0.6, 0.7]}, seeds=60, folder=out, workers=1).table
    assert table["key"].n_unique() == table.height == 180
    assert [file.name for file in parts.glob("*")] == ["all.parquet"]
    assert all(same(row, single(row)) for row in table.sample(6, seed=1).iter_rows(named=True))


@pytest.mark.parametrize("when", ["before", "after"])
def test_who_is_stopped_while_the_parts_become_one_loses_nothing(when, tmp_path, monkeypatch):
    """Before the whole is written, and after it, while the parts still lie beside it."""
    out, real = tmp_path / "out", folders.save_table
    monkeypatch.setattr(running, "_BATCH_S", 0.02)

    def stopped(target, rows):
        if when == "after" or target.name != "all.parquet":
            real(target, rows)
        if target.name == "all.parquet":
            raise KeyboardInterrupt

    vary = {"market.fraction": [0.5, 0.6, 0.7]}
    with monkeypatch.context() as changed:
        changed.setattr(folders, "save_table", stopped)
        with pytest.raises(KeyboardInterrupt):
            jiran.sweep("paper", vary, seeds=8, folder=out, workers=1)
    assert len(list((out / "parts").glob("*.parquet"))) > 2
    assert Folder(out).rows().collect().height == 24
    ran = []
    monkeypatch.setattr(engines, "run_batch", lambda batch: ran.extend(batch.points) or run_batch(batch))
    table = jiran.sweep("paper", vary, seeds=8, folder=out, workers=1).table
    assert (ran, table.height, table["key"].n_unique()) == ([], 24, 24)
    assert [file.name for file in (out / "parts").glob("*")] == ["all.parquet"]
    assert all(same(row, single(row)) for row in table.sample(4, seed=1).iter_rows(named=True))


def test_what_is_written_can_be_read_by_anybody(tmp_path):
    jiran.sweep("paper", VARY, seeds=2, folder=tmp_path / "out", workers=1)
    rows = pl.scan_parquet(tmp_path / "out" / "parts" / "*.parquet").collect()
    assert rows.columns == ["key", "seed", "fault", *VARY, *KPIS]
    named = pl.read_parquet(tmp_path / "out" / "points.parquet")
    assert named.columns == ["key", "seed", *VARY]
    assert set(named["key"]) == set(rows["key"])
    assert json.loads(json.dumps(Folder(tmp_path / "out").asked(), default=str))["seeds"] == 2


def test_points_that_are_the_same_run_keep_what_is_told_of_each(tmp_path):
    """As a street of a study that nobody has changed from one year to the other: one run, one key, two points."""
    asked = plan("paper", {"market.fraction": [0.6]}, seeds=1).asked
    paper, other = jiran.load_scenario("paper"), jiran.load_scenario("paper", {"market.fraction": 0.5})
    found = [
        Combination({"world": name}, one, one.seed)
        for name, one in (("2026", paper), ("2030", paper), ("what-if", other))
    ]
    planned, folder = Planned(found, 1, asked), Folder(tmp_path / "out")
    rows = run(planned, folder, workers=1).table
    assert rows["world"].to_list() == ["2026", "2030", "what-if"]
    assert rows["key"][0] == rows["key"][1] != rows["key"][2]
    assert all(same(row, jiran.simulate(one.scenario).kpis) for row, one in zip(rows.to_dicts(), found, strict=True))
    assert sorted(folder.rows(ordered=False).collect()["world"]) == ["2026", "2030", "what-if"]
    assert (done(planned.points, folder), folder.many()) == (3, 3)


def test_answers_are_those_of_the_rows_in_order(tmp_path):
    """Also while there are several parts, in which a point may stand twice."""
    folder = Folder(tmp_path / "out")
    jiran.sweep("paper", VARY, seeds=2, folder=folder.path, workers=1)
    whole = pl.read_parquet(folder.parts / "all.parquet")
    for parts in ([whole], [whole.head(20), whole.tail(10)]):
        (folder.parts / "all.parquet").unlink(missing_ok=True)
        for place, part in enumerate(parts):
            part.write_parquet(folder.parts / ("all.parquet" if len(parts) == 1 else f"{place}.parquet"))
        fast, slow = answers(folder, "cost"), answer(folder.rows(), folder.asked(), folder.many(), "cost")
        assert fast.totals == slow.totals == (24, 24, ())
        assert (fast.unharmed, fast.choices) == (slow.unharmed, slow.choices)
        assert all(
            fast.tables[way].equals(slow.tables[way])
            or pl.DataFrame.equals(
                fast.tables[way].select(pl.col(pl.Float64).round(9)),
                slow.tables[way].select(pl.col(pl.Float64).round(9)),
            )
            for way in slow.tables
        )


def test_a_field_of_a_group_is_varied_by_its_name_or_place():
    table = jiran.sweep(
        "paper", {"homes.groups.ev.count": [1, 3], "homes.groups.0.pv_kwp": [4.0, 5.0]}, workers=1
    ).table
    assert table["fault"].null_count() == table.height == 4
    for row in table.iter_rows(named=True):
        wanted = {key: row[key] for key in ("homes.groups.ev.count", "homes.groups.0.pv_kwp")}
        assert same(row, jiran.simulate(jiran.load_scenario("paper", wanted)).kpis)


@pytest.mark.parametrize(
    "wrong", [{"seeds": 1.5}, {"seeds": True}, {"draws": 2.0}, {"draw_seed": -1}, {"workers": 0.5}]
)
def test_a_number_that_is_no_whole_one_is_one_sentence(wrong):
    (name,) = wrong
    with pytest.raises(JiranError, match=rf"^{name} = .*: must be a whole number from"):
        jiran.sweep("paper", {"market.fraction": [0.5]}, **wrong)


def test_a_field_that_is_varied_by_two_names_is_varied_twice():
    said = r"^homes\.groups\.0\.count: is the same field as homes\.groups\.solar\.count; give it once$"
    with pytest.raises(JiranError, match=said):
        jiran.sweep("paper", {"homes.groups.solar.count": [3, 5], "homes.groups.0.count": [4, 6]})
