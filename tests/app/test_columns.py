"""Numbers stand in all tables of the dashboard in one way: as many digits as fit, thousands apart."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import streamlit as st

import jiran.app
from jiran.app.columns import COUNTS, SHARES, amounts, as_written, prices
from jiran.app.views.data_tables import as_steps
from pages import run

APP = Path(jiran.app.__file__).parent
#: Tables to type into: a number there looks as it is typed.
EDITORS = {"views/paper.py", "settings/homes.py"}


def form(column):
    return column("Any")["type_config"]["format"]


@pytest.mark.parametrize(
    ("largest", "written"), [(5452.4, "%,.2f"), (2.15, "%,.2f"), (0.97, "%,.3f"), (-0.06, "%,.4f"), (0.0, "%,.2f")]
)
def test_a_column_has_the_digits_of_its_largest_number(largest, written):
    assert form(amounts([largest / 7.0, largest, np.nan])) == written
    assert form(amounts(pl.Series([None, largest]), [0.0])) == written


@pytest.mark.parametrize(
    ("values", "written"),
    [
        ([0.45], "%,.2f"),
        ([0.5625, 0.2], "%,.4f"),
        ([0.35544], "%,.5f"),
        ([1 / 3, 0.2], "%,.4f"),
        ([88.0 + 1 / 3, 96.0], "%,.2f"),
        ([], "%,.2f"),
    ],
)
def test_a_column_of_prices_has_the_digits_that_they_have(values, written):
    assert form(prices(values)) == written
    assert form(prices(pl.DataFrame({"one": values, "none": [None] * len(values)}))) == written


def test_signs_counts_and_shares():
    assert amounts([12.0])("Net, kWh", signed=True)["type_config"]["format"] == "%+,.2f"
    assert (form(COUNTS), form(SHARES)) == ("%,.0f", "%,.1f")


def test_the_sign_for_thousands_is_one_that_streamlit_knows():
    """What a browser makes of a format is painted, where no test can read it; an older Streamlit painted the format itself."""
    assert "%,d" in inspect.getdoc(st.column_config.NumberColumn)


def test_what_is_read_out_and_copied_has_the_digits_that_are_painted_and_is_never_minus_nothing():
    frame = pl.DataFrame(
        {"id": ["S1", "S2"], "kwh": [435.4721447, -0.0001], "price": [1 / 3, None], "n": [1000, 2], "x": [0.1234, 1.0]}
    )
    shown = {
        "id": "Home",
        "kwh": amounts(frame["kwh"])("kWh"),
        "price": prices(frame["price"])("Price"),
        "n": COUNTS("Trades"),
    }
    written = as_written(frame, shown)
    assert written.rows() == [("S1", 435.47, 0.3333, 1000, 0.1234), ("S2", 0.0, None, 2, 1.0)]
    assert str(written["kwh"][1]) == "0.0"


def test_all_energy_of_a_row_has_the_same_digits_so_that_it_adds_up_by_eye():
    result = run()
    _, shown = as_steps(result.steps, "MYR")
    written = {
        kind: {column["type_config"]["format"] for name, column in shown.items() if name.endswith(kind)}
        for kind in ("_kwh", "_price")
    }
    assert written == {"_kwh": {"%,.2f"}, "_price": {"%,.4f"}}


def test_no_table_to_read_writes_its_numbers_in_a_way_of_its_own():
    own = {
        str(file.relative_to(APP))
        for file in APP.rglob("*.py")
        if re.search(r"\bNumberColumn\(", file.read_text(encoding="utf-8"))
    }
    assert own == EDITORS | {"columns.py"}
