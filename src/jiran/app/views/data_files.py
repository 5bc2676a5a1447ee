"""Files & code: the run as files, and the lines that run it elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from jiran.app import export, repeat, state
from jiran.app.showing import file_name

if TYPE_CHECKING:
    from jiran.result.result import Result

_CONTENT = {
    "trades.csv": "every trade: step, time, seller, buyer, kWh, prices, paid, received",
    "trades.parquet": "the same, smaller and with its types",
    "homes.csv": "energy, bill and saving of each home",
    "steps.csv": "energy, trades and prices of each step",
    "bills.csv": "each line of each home's monthly bill, with and without trading",
    "bill-totals.csv": "what crossed each home's meter in a month, and its bill",
    "devices.parquet": "each store in each step: what it took, gave and held",
    "device-totals.csv": "each store over the run: what it took, gave, lost and wore",
    "kpis.json": "all key figures",
    "scenario.toml": "the scenario with every value spelled out; it runs again with jiran run",
    "manifest.json": "version, seed, balance, accounts and a fingerprint of the run",
    "data-report.txt": "what was changed in the meter data",
}


def show() -> None:
    """Draw the part."""
    result = state.result()
    _files(result)
    _code(result)


def _files(result: Result) -> None:
    """Offer the run as files."""
    st.subheader("Files", anchor="files")
    name = result.scenario.name
    st.download_button(
        "Everything in a zip", lambda: export.zip_bytes(result), file_name(f"jiran-{name}.zip"), "application/zip",
        key="zip", icon=":material/folder_zip:", type="primary", on_click="ignore",
    )  # fmt: skip
    for file, content in export.files(result).items():
        with st.container(horizontal=True, vertical_alignment="center"):
            st.download_button(
                file, content, file_name(f"jiran-{name}-{file}"), key=f"file {file}", width=200,
                icon=":material/download:", on_click="ignore",
            )  # fmt: skip
            st.markdown(_CONTENT[file], width="content")


def _code(result: Result) -> None:
    """Show the lines that run the same scenario elsewhere."""
    st.subheader("The same run elsewhere", anchor="code")
    found = offer_scenario(result, "scenario to repeat")
    # Without a language: the colours of code are too pale to be read.
    st.markdown("**As Python**")
    st.code(repeat.as_python(found), language=None)
    st.markdown("**As a command**")
    st.code(repeat.as_command(found), language=None, wrap_lines=True)


def offer_scenario(result: Result, key: str) -> repeat.Source:
    """Return what lines that make a run elsewhere load, and offer it where that is a file.

    Args:
        result: The run.
        key: Tells the buttons of a page apart.
    """
    preset = state.base().link.get("preset")
    found = repeat.source(result.scenario, preset, state.changes())
    if found.name == preset:
        return found
    st.markdown("Changes of a preset alone do not give this scenario: download its file first.")
    st.download_button(
        found.name, lambda: export.toml_bytes(result.scenario), found.name, "application/toml",
        key=key, icon=":material/download:", on_click="ignore",
    )  # fmt: skip
    if result.scenario.homes.data is not None:
        st.markdown("It reads the meter data beside it: put the file that you uploaded into the same folder.")
    return found
