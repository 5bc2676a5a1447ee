"""What is known of columns, also of files that are not understood: nothing is called known that the reader refuses."""

from __future__ import annotations

import datetime as dt
import io

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiran.errors import DataError
from jiran.homes.meter.columns import columns_of, columns_of_files
from jiran.homes.meter.meaning import Said
from jiran.homes.meter.read import describe
from jiran.scenario import HomeData

HOURS = [dt.datetime(2026, 3, 21) + dt.timedelta(hours=hour) for hour in range(24)]  # noqa: DTZ001  local times


def csv(header, rows=None):
    rows = rows or [[f"{hour:%Y-%m-%d %H:%M}", *["0.5"] * (len(header) - 1)] for hour in HOURS]
    return "\n".join(",".join(row) for row in [header, *rows]).encode()


def known(content, **keys):
    return columns_of(HomeData(path="x.csv", **keys), "x.csv", content)


def by_name(found):
    return {column.name: column.role or (str(column.said) if column.said else None) for column in found.columns}


def test_each_column_has_its_meaning_and_its_first_cells():
    found = known(csv(["time", "H1 load (kWh)", "H1 Erzeugung", "temperature", ""]))
    assert by_name(found) == {
        "time": "time",
        "H1 load (kWh)": "H1 load kWh",
        "H1 Erzeugung": "H1 generation",
        "temperature": "ignore",
        "column 5": "ignore",
    }
    assert found.columns[0].cells == ("2026-03-21 00:00", "2026-03-21 01:00", "2026-03-21 02:00")
    assert found.columns[1].cells == ("0.5",)
    assert (found.problem, found.unknown, found.has_times) == ("", [], True)


def test_what_is_not_understood_is_named_and_the_rest_stays_known():
    found = known(csv(["time", "H1 load", "Total X kW", "counter 7"]))
    assert found.unknown == ["Total X kW", "counter 7"]
    assert "not understood" in found.problem
    assert by_name(found) == {"time": "time", "H1 load": "H1 load", "Total X kW": None, "counter 7": None}
    assert found.columns[2].unit == "kW"
    assert found.columns[3].is_counter


def test_a_name_that_fits_several_homes_is_not_understood_although_it_speaks():
    found = known(csv(["time", "A generation", "PV1", "PV2"]))
    assert found.unknown == ["PV1", "PV2"]
    assert by_name(found)["PV1"] is None


def test_without_times_the_names_of_the_other_columns_still_speak():
    found = known(csv(["moment", "H1 load", "H1 pv"], [[f"no {row}", "1", "2"] for row in range(9)]))
    assert not found.has_times
    assert "no column of times" in found.problem
    assert by_name(found) == {"moment": None, "H1 load": "H1 load", "H1 pv": "H1 generation"}
    assert found.could_be_read


def test_the_words_of_a_column_of_quantities_are_known_or_not():
    rows = [[f"{hour:%Y-%m-%d %H:%M}", "H1", word, "1"] for word in ("Bezug", "Foo", "price") for hour in HOURS]
    found = known(csv(["time", "home", "quantity", "value"], rows))
    assert found.words == {"Bezug": Said("import"), "Foo": None, "price": Said("ignore")}
    assert found.unknown_words == ["Foo"]
    found = known(csv(["time", "home", "quantity", "value"], rows), quantities={"foo": "export"})
    assert (found.words["Foo"], found.problem) == (Said("export"), "")


def test_a_letter_is_no_file_to_correct_and_a_header_alone_is_refused():
    assert not known(b"Dear neighbours,\nplease find it in my next mail.\n").could_be_read
    with pytest.raises(DataError, match="no rows of data"):
        known(b"time,H1 load\n")


def test_columns_of_several_files_stand_together(tmp_path):
    (tmp_path / "a.csv").write_bytes(csv(["time", "load"]))
    (tmp_path / "b.csv").write_bytes(csv(["time", "load", "xyz"]))
    found = columns_of_files(HomeData(path="a.csv", also=("b.csv",)), tmp_path)
    assert by_name(found) == {"time": "time", "load": "load", "xyz": None}
    assert found.unknown == ["xyz"]
    found = columns_of_files(HomeData(path="a.csv", also=("b.csv",), columns={"xyz": "ev"}), tmp_path)
    assert found.problem == ""


@given(
    st.lists(st.sampled_from(["Foo", "Bar x", "Zork", "Quux 3"]), unique=True, max_size=4),
    st.sampled_from(["H1 load", "A generation kW", "import", "ignore", "net"]),
    st.booleans(),
)
def test_what_is_said_of_an_unknown_column_makes_the_file_understood(strange, meaning, parquet):
    """The columns that are refused are exactly those that nobody knows; once something is said of each, none is."""
    header = ["time", "H9 load", *strange]
    content = csv(header)
    if parquet:
        buffer = io.BytesIO()
        pl.DataFrame({"time": HOURS, **{name: [0.5] * 24 for name in header[1:]}}).write_parquet(buffer)
        content = buffer.getvalue()
    found = known(content)
    assert found.unknown == strange
    assert bool(found.problem) == bool(strange)
    said = {name: meaning if place == 0 else "ignore" for place, name in enumerate(strange)}
    after = known(content, columns=said)
    assert (after.problem, after.unknown) == ("", [])
    assert describe(HomeData(path="x.csv", columns=said), zone="Asia/Kuching", content=content).steps == 24
