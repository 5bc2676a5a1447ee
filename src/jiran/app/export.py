"""Results as files to download: CSV that spreadsheets may open, Parquet, JSON, TOML, and all of them in a zip."""

from __future__ import annotations

import io
import zipfile
from functools import partial
from typing import TYPE_CHECKING

from jiran.result.tables import trades_frame
from jiran.saving.formats import csv_bytes, json_text
from jiran.scenario.beside import shareable
from jiran.scenario.files import to_toml

if TYPE_CHECKING:
    from collections.abc import Callable

    import polars as pl

    from jiran.app.charts.base import Window
    from jiran.result.result import Result
    from jiran.scenario import Scenario

__all__ = ["csv_bytes", "files", "parquet_bytes", "toml_bytes", "trades", "zip_bytes"]


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


def files(result: Result) -> dict[str, Callable[[], bytes]]:
    """Return what makes each file of a run, by its name; made when it is asked for."""
    report = result.data_report
    return {
        "trades.csv": lambda: csv_bytes(trades(result)),
        **{name: partial(_table, name, make) for name, make in result.tables().items()},
        "kpis.json": lambda: _json(result.kpis),
        "scenario.toml": lambda: toml_bytes(result.scenario),
        "manifest.json": lambda: _json(result.manifest()),
        **({} if report is None else {"data-report.txt": lambda: "\n".join((*report.lines(), "")).encode()}),
    }


def _table(name: str, make: Callable[[], pl.DataFrame]) -> bytes:
    return parquet_bytes(make()) if name.endswith(".parquet") else csv_bytes(make())


def zip_bytes(result: Result) -> bytes:
    """Return all files of a run in a zip, trades once, as Parquet; the same run gives the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files(result).items():
            if name != "trades.csv":
                archive.writestr(zipfile.ZipInfo(name), content(), zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _json(content: object) -> bytes:
    return f"{json_text(content)}\n".encode()
