"""Bring your own: a scenario file, or meter data of real homes."""

from __future__ import annotations

import tempfile
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import streamlit as st

from jiran.app import links, state
from jiran.errors import JiranError
from jiran.scenario import MAX_HOME_STEPS, HomeData
from jiran.scenario.files import as_data

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

_LARGEST_MB = 100


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
        st.error(str(error), icon=":material/error:")
        return
    st.rerun()


def _base(file: UploadedFile, unit: Literal["kWh", "kW"]) -> links.Base:
    """Return what an uploaded file describes.

    Raises:
        JiranError: The file cannot be used.
    """
    if file.name.lower().endswith(".toml"):
        return links.base_of_data(file.name, _scenario_data(file))
    data = as_data(state.scenario())
    path = Path(tempfile.mkdtemp(prefix="jiran-")) / Path(file.name).name
    path.write_bytes(file.getvalue())
    return links.base_of_data(
        file.name, data | _metered(HomeData(path=str(path), unit=unit), data["time_zone"], file.name)
    )


def _metered(source: HomeData, zone: str, name: str) -> dict[str, Any]:
    """Return the parts of a scenario that a file of meter data decides: homes, and the period that it covers."""
    from jiran.profiles.meter.read import describe  # noqa: PLC0415  only needed once there is a file

    found = describe(source, zone=zone)
    return {
        "name": Path(name).stem[:100],
        "description": f"{len(found.ids)} metered homes from {name}, {found.first:%d %b %Y} to {found.last:%d %b %Y}.",
        "homes": {"data": source.model_dump(exclude_none=True)},
        "start": found.first,
        "steps": min(found.steps, MAX_HOME_STEPS // len(found.ids)),
        "step_minutes": found.step_minutes,
    }


def _scenario_data(file: UploadedFile) -> dict[str, Any]:
    """Return the data of an uploaded scenario; it may not name files of the machine that the dashboard runs on."""
    try:
        data = tomllib.loads(file.getvalue().decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise JiranError(f"{file.name}: is not a scenario in TOML: {error}") from error
    links.refuse_files(data, file.name)
    return data
