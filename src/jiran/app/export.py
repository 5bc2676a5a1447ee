"""Results as files to download: CSV that spreadsheets may open, Parquet, TOML, and all of them in a zip."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

from jiran.result.tables import trades_frame
from jiran.saving.formats import csv_bytes
from jiran.scenario.files import shareable, to_toml

if TYPE_CHECKING:
    import polars as pl

    from jiran.app.charts.base import Window
    from jiran.result.result import Result
    from jiran.scenario import Scenario

__all__ = ["csv_bytes", "parquet_bytes", "toml_bytes", "trades", "zip_bytes"]


def parquet_bytes(frame: pl.DataFrame) -> bytes:
    """Return a frame as Parquet."""
    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    return buffer.getvalue()


def trades(result: Result, window: Window | None = None) -> pl.DataFrame:
    """Return all trades of a window, or of the run; made anew each time, since a year's log is big."""
    first, last = (window.first, window.last) if window else (0, None)
    return trades_frame(result.community, result.timeline, result.flows, first, last)


def toml_bytes(scenario: Scenario) -> bytes:
    """Return a scenario as TOML; of files on this machine only the name is told."""
    return to_toml(shareable(scenario)).encode()


def zip_bytes(result: Result) -> bytes:
    """Return homes.csv, steps.csv, trades.parquet and scenario.toml in a zip; the same run gives the same bytes."""
    files = {
        "homes.csv": csv_bytes(result.homes),
        "steps.csv": csv_bytes(result.steps),
        "trades.parquet": parquet_bytes(trades(result)),
        "scenario.toml": toml_bytes(result.scenario),
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
