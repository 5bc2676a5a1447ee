"""The scenario in the folder of a run is run again from anywhere, also where files were named from the folder of then."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from jiran import load_scenario, simulate

RULE = """from jiran.market import mechanism
@mechanism("nobody", compiled=False)
def nobody(net_kwh, limit_price, import_price, export_price, parameters, rng, trades):
    \"\"\"Trade nothing.\"\"\"
    return 0
"""


@pytest.mark.parametrize("named", ["street.toml", "./street.toml", "sub/../street.toml"])
def test_a_saved_scenario_of_relative_files_runs_again_from_another_folder(tmp_path, monkeypatch, named):
    then, later = tmp_path / "then", tmp_path / "later"
    (then / "sub").mkdir(parents=True)
    later.mkdir()
    monkeypatch.chdir(then)
    times = [f"2026-03-21 {hour:02d}:00" for hour in range(24)]
    for name in ("a", "b"):
        pl.DataFrame({"time": times, f"{name} load": [0.5] * 24}).write_csv(f"{name}.csv")
    Path("rule.py").write_text(RULE, encoding="utf-8")
    Path("street.toml").write_text(
        'name = "street"\n[homes.data]\npath = "a.csv"\nalso = ["b.csv"]\n[market]\nmechanism = "rule.py"\n',
        encoding="utf-8",
    )
    first = simulate(load_scenario(named))
    first.save("out")
    monkeypatch.chdir(later)
    again = simulate(load_scenario(then / "out" / "scenario.toml"))
    assert again.digest == first.digest
    assert again.community.ids == ("a", "b")
