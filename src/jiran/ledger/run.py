"""Read a saved run as days for the ledger; a run that was changed since jiran saved it is refused."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from jiran.errors import JiranError, one_line
from jiran.ledger.records import Day, Trade
from jiran.saving.own import read_manifest, sha256

_TRADES, _STEPS, _SCENARIO = FILES = ("trades.parquet", "steps.csv", "scenario.toml")
_STEP = "%Y-%m-%dT%H:%M:%S%:z"


def days_of(folder: Path) -> Iterator[Day]:
    """Return the days of a run that `jiran run -o` saved, by the clock on the wall, one after the other.

    Raises:
        JiranError: It is no such folder, or was changed since.
    """
    manifest = read_manifest(folder)
    listed = manifest.get("files")
    if not isinstance(listed, dict) or not set(FILES) <= listed.keys():
        raise JiranError(f"{folder}: is no saved run; save one with: jiran run SCENARIO -o {folder}")
    for name in FILES:
        try:
            same = sha256(folder / name) == listed[name]
        except OSError as error:
            raise JiranError(f"{folder / name}: cannot be read: {error.strerror}") from None
        if not same:
            raise JiranError(f"{folder / name}: was changed since jiran saved this run; run it again")
    try:
        return _days(folder)
    except (pl.exceptions.PolarsError, ValueError, KeyError, TypeError) as error:
        raise JiranError(f"{folder}: the saved run cannot be read: {one_line(error)}") from None


def _days(folder: Path) -> Iterator[Day]:
    scenario: dict[str, Any] = tomllib.loads((folder / _SCENARIO).read_text(encoding="utf-8"))
    frame = pl.read_parquet(folder / _TRADES)
    steps = pl.read_csv(folder / _STEPS, columns=["time"], schema_overrides={"time": pl.String})["time"]
    dates = steps.str.head(10).unique(maintain_order=True).to_list()
    return days_from(frame, dates, scenario["name"], scenario["currency"], scenario["step_minutes"])


def days_from(frame: pl.DataFrame, dates: Sequence[str], market: str, currency: str, minutes: int) -> Iterator[Day]:
    """Return the days of a run from its transaction log.

    Args:
        frame: The log, with time, seller, buyer, kwh, paid and received; its sellers list all homes.
        dates: All days of the run by the clock on the wall, also those without trades.
        market: Name of the scenario.
        currency: Of the amounts.
        minutes: Length of a step, min.

    Raises:
        TypeError: The sellers are no list of homes.
        KeyError: A trade is of another day.
    """
    names = frame.schema["seller"]
    if not isinstance(names, pl.Enum):  # its categories are all homes, also those that did not trade
        raise TypeError("its sellers are no list of homes")
    wanted = frame.select(
        pl.col("time").dt.strftime(_STEP), pl.col("seller", "buyer").cast(pl.String), "kwh", "paid", "received"
    )
    keyed = wanted.with_columns(day=pl.col("time").str.head(10))
    of_day = keyed.partition_by("day", include_key=False, as_dict=True)
    if not {day for (day,) in of_day} <= set(dates):
        raise KeyError("a trade is of a day that the run does not have")
    return _each(of_day, dates, (market, currency, minutes, tuple(names.categories)))


def _each(
    of_day: dict[tuple[Any, ...], pl.DataFrame], dates: Sequence[str], shared: tuple[str, str, int, tuple[str, ...]]
) -> Iterator[Day]:
    """Yield each day; only its own trades become Python's."""
    market, currency, minutes, homes = shared
    for day in dates:
        rows = of_day[day,].iter_rows() if (day,) in of_day else ()
        yield Day(market, currency, day, minutes, homes, tuple(Trade(*row) for row in rows))
