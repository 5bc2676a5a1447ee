"""Worked examples: every folder in cases/ has its SOURCE, what is asked, and what must come out.

case.toml      tolerance (absolute), and either `scenario` (a preset or a file), `profiles` and [overrides], or [clear]
orders.csv     net energy of each participant, for [clear]
expected/      some columns of a table, or some names with their values; the rest is not looked at
"""

from __future__ import annotations

import tomllib
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from jiran import clear, load_scenario, simulate
from jiran.homes.profiles import Profiles

CASES = Path(__file__).parent / "cases"


def cleared(folder, arguments):
    orders = pl.read_csv(folder / "orders.csv")["net_kwh"].to_numpy()
    result = clear(orders, **arguments)
    totals = {name: getattr(result, name) for name in ("sold", "bought", "paid", "received")}
    return {"trades": result.to_frame(), "participants": pl.DataFrame(totals)}


def simulated(folder, case):
    source = case["scenario"]
    path = str(folder / source) if source.endswith(".toml") else source
    scenario = load_scenario(path, case.get("overrides"))
    profiles = None
    if "profiles" in case:
        rows = pl.read_csv(folder / case["profiles"])
        columns = ("generation_kwh", "load_kwh", "ev_kwh")
        profiles = Profiles(*(np.array(rows[name], dtype=np.float64).reshape(scenario.steps, -1) for name in columns))
    result = simulate(scenario, profiles=profiles)
    named = {"kpis": result.kpis, "accounts": result.accounts}
    tables = {
        what: pl.DataFrame({"name": list(values), "value": list(values.values())}) for what, values in named.items()
    }
    return {"trades": result.trades, "homes": result.homes, "steps": result.steps, **tables}


@pytest.mark.parametrize("folder", sorted(CASES.iterdir()), ids=lambda folder: folder.name)
def test_a_worked_example_comes_out_as_its_source_says(folder):
    case = tomllib.loads((folder / "case.toml").read_text())
    assert (folder / "SOURCE.md").read_text().startswith("# ")
    tables = cleared(folder, case["clear"]) if "clear" in case else simulated(folder, case)
    files = sorted((folder / "expected").glob("*.csv"))
    assert files
    for file in files:
        expected = pl.read_csv(file, infer_schema_length=None)
        actual = tables[file.stem]
        if "name" in expected.columns:
            actual = expected.select("name").join(actual, on="name", how="left", maintain_order="left")
        assert actual.height == expected.height, file.name
        for column in expected.columns:
            one, other = actual[column], expected[column]
            if other.dtype == pl.String:
                assert one.cast(pl.String).to_list() == other.to_list(), f"{file.name}: {column}"
            else:
                np.testing.assert_allclose(
                    one.cast(pl.Float64),
                    other.cast(pl.Float64),
                    rtol=0,
                    atol=case["tolerance"],
                    err_msg=f"{file.name}: {column}",
                )
