"""A year of meter data that nobody here wrote: 20 homes by the quarter hour, from the SimBench data set.

SimBench (www.simbench.net; Meinecke et al., Energies 13(12), 2020, doi:10.3390/en13123290) is under the Open Database
License 1.0. jiran ships none of it: the profiles are read from the installed PyPI package, and what this script writes
stays in a temporary folder. Loads are German households, scaled to a Malaysian month; roofs are German roofs of 2016.

Run it: pip install "jiran[data]" && python examples/simbench_year.py
"""

import importlib.util
import sys
import tempfile
from pathlib import Path

import polars as pl

import jiran

HOUSEHOLDS = [f"H0-{kind}_pload" for kind in "ABCGL"]  # H0-H belongs to a heat pump's tariff and is left out
ROOFS = [f"PV{number}" for number in range(1, 9)]
HOMES, HOMES_WITH_PV, WEEK = 20, 10, 7 * 96
SCENARIO = """
name = "simbench-year"
description = "What do 20 metered homes, half of them with solar, save in a year by trading?"
time_zone = "Europe/Berlin"
start = 2016-01-01T00:00:00
steps = 35136
step_minutes = 15
homes.data = { path = "meters.parquet", unit = "kW", monthly_load_kwh = 360.0 }
grid = { import_price = 0.4443, export_price = 0.2703 }   # as the preset kampung
market = { mechanism = "grid-fraction", matching = "pro-rata" }
"""


def profiles_folder() -> Path:
    """Return where the package simbench keeps its profiles, without importing it and all that it needs."""
    package = importlib.util.find_spec("simbench")
    if package is None or package.origin is None:
        sys.exit('This example needs the SimBench data: pip install "jiran[data]"')
    return Path(package.origin).parent / "networks" / "1-complete_data-mixed-all-0-sw"


def read(file: Path, columns: list[str]) -> pl.DataFrame:
    """Return some columns of one of SimBench's tables; its times are local German times, summer time included."""
    numbers = dict.fromkeys(columns, pl.Float64)
    table = pl.read_csv(file, separator=";", columns=["time", *columns], schema_overrides=numbers)
    return table.with_columns(pl.col("time").str.to_datetime("%d.%m.%Y %H:%M"))


def meter_data() -> pl.DataFrame:
    """Return a wide table of mean kW: a load of each home, and the generation of those with PV."""
    folder = profiles_folder()
    loads, roofs = read(folder / "LoadProfile.csv", HOUSEHOLDS), read(folder / "RESProfile.csv", ROOFS)
    table = {"time": loads["time"]}
    for home in range(HOMES):
        # Homes that share a profile live it in different weeks: else they would boil their kettles together.
        weeks, profile = divmod(home, len(HOUSEHOLDS))
        shifted = loads[HOUSEHOLDS[profile]]
        table[f"home{home + 1} load"] = pl.concat([shifted[weeks * WEEK :], shifted[: weeks * WEEK]])
        if home < HOMES_WITH_PV:
            table[f"home{home + 1} generation"] = roofs[ROOFS[home % len(ROOFS)]] * (3.0 + 0.5 * (home % 5))  # kWp
    return pl.DataFrame(table)


def main() -> None:
    """Write the data and a scenario, run it, print the figures and what was changed in the data."""
    with tempfile.TemporaryDirectory() as folder:
        meter_data().write_parquet(Path(folder) / "meters.parquet")
        scenario = Path(folder) / "simbench-year.toml"
        scenario.write_text(SCENARIO, encoding="utf-8")
        result = jiran.simulate(jiran.load_scenario(scenario))
    for name, value in result.kpis.items():
        print(f"{name:26}", "-" if value is None else f"{value:14,.3f}")
    print(f"Worst imbalance: {result.balance.kwh:.0e} kWh, {result.balance.money:.0e} {result.scenario.currency}")
    print("What was changed in the meter data:")
    for line in result.data_report.lines() if result.data_report else ():
        print(f"- {line}")


if __name__ == "__main__":
    main()
