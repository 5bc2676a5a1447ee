"""Bring your own: a scenario file, or meter data of real homes."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Literal

import streamlit as st

from jiran.app import links, shelf, state
from jiran.app.runs import refuse_too_large
from jiran.app.showing import plain
from jiran.errors import DataError, JiranError, shortened
from jiran.scenario import MAX_HOME_STEPS, HomeData
from jiran.scenario.files import as_data
from jiran.simulation.estimate import of_reading

if TYPE_CHECKING:
    from pathlib import Path

    from streamlit.runtime.uploaded_file_manager import UploadedFile

    from jiran.homes.meter.read import Coverage

_LARGEST_MB = 100
#: A scenario is a short text.
_LARGEST_SCENARIO = 1_000_000


def show() -> None:
    """Draw the upload; a file that is read becomes the base of the scenario."""
    st.caption(
        "A scenario (.toml), or meter data (.csv, .parquet): a time column and a column for each home, such as "
        "“A load” and “A generation”; or rows of home, time and value."
    )
    unit = st.segmented_control(
        "Meter values are", ("kWh", "kW"), default="kWh", help="kWh in each interval, or mean kW"
    )
    file = st.file_uploader(
        "File", type=["toml", "csv", "txt", "parquet"], key="upload", label_visibility="collapsed",
        max_upload_size=_LARGEST_MB,
    )  # fmt: skip
    if file is None or not state.is_new_upload(file.file_id + str(unit), "scenario"):
        return
    try:
        state.set_base(_base(file, "kW" if unit == "kW" else "kWh"))
    except JiranError as error:
        st.error(plain(error), icon=":material/error:")
        return
    st.rerun()


def _base(file: UploadedFile, unit: Literal["kWh", "kW"]) -> links.Base:
    """Return what an uploaded file describes.

    Raises:
        JiranError: The file cannot be used.
    """
    return base_of_file(file.name, file.getvalue(), unit, as_data(state.scenario()))


def base_of_file(name: str, content: bytes, unit: Literal["kWh", "kW"], now: dict[str, Any]) -> links.Base:
    """Return what the content of a file describes.

    Args:
        name: What its owner called it.
        content: What is in it.
        unit: Of meter values.
        now: The scenario whose other parts meter data leaves as they are.

    Raises:
        JiranError: The file cannot be used.
    """
    named = shortened(name, 60)
    with links.reading(named):
        if name.lower().endswith(".toml"):
            return links.base_of_data(named, _scenario_data(named, content))
        _check_size(named, content)
        path = shelf.put(name, content)
        try:
            source = HomeData(path=str(path), unit=unit)
            return links.base_of_data(named, now | _metered(source, now, content, path))
        except BaseException:
            shelf.remove(path)
            raise


def _check_size(name: str, content: bytes) -> None:
    """Refuse meter data that is too large once it is read.

    Raises:
        JiranError: It is.
    """
    from jiran.homes.meter.size import shape  # noqa: PLC0415  only needed once there is a file

    rows, columns = shape(name, content)
    command = "jiran run SCENARIO.toml, with the file in homes.data.path"
    refuse_too_large(of_reading(rows * columns), f"{name}: reading it", command)


def _metered(source: HomeData, now: dict[str, Any], content: bytes, path: Path) -> dict[str, Any]:
    """Return the parts of a scenario that a file of meter data decides: homes, and the period that it covers."""
    from jiran.homes.meter.read import describe  # noqa: PLC0415  only needed once there is a file

    shown = source.model_copy(update={"path": path.name})  # what messages call it
    found = describe(shown, zone=now["time_zone"], content=content)
    return {
        "name": PurePath(path.name).stem[:100],
        "description": f"{len(found.ids)} metered homes from {path.name}, {found.first:%d %b %Y} to {found.last:%d %b %Y}.",
        "homes": {"data": source.model_dump(exclude_none=True)},
        "start": found.first,
        "steps": _steps(found, path.name),
        "step_minutes": found.step_minutes,
    }


def _steps(found: Coverage, name: str) -> int:
    """Return how many of the file's steps are taken: all, or as many as can be run with its homes."""
    most = MAX_HOME_STEPS // len(found.ids)
    if most == 0:
        raise DataError(name, f"has {len(found.ids):,} homes; at most {MAX_HOME_STEPS:,} can be run")
    return min(found.steps, most, 10_000_000)


def _scenario_data(name: str, content: bytes) -> dict[str, Any]:
    """Return the data of an uploaded scenario; it may not name files of the machine that the dashboard runs on."""
    if len(content) > _LARGEST_SCENARIO:
        raise JiranError(f"{name}: a scenario is a short text file, this one has {len(content) / 1e6:.0f} MB")
    try:
        data = links.toml(content.decode("utf-8-sig"))
    except (UnicodeDecodeError, ValueError) as error:
        reason = "it is no text in UTF-8" if isinstance(error, UnicodeDecodeError) else shortened(str(error), 200)
        raise JiranError(f"{name}: is not a scenario in TOML: {reason}") from error
    if not data:
        raise JiranError(f"{name}: is empty; `jiran new` writes a scenario to begin with")
    links.refuse_files(data, name)
    return data
