"""How large a file of meter data is, told before it is read: what it says of itself, and what is refused unread."""

from __future__ import annotations

import io

import polars as pl
import pytest

from jiran.errors import DataError
from jiran.homes.meter import size
from jiran.homes.meter.size import MOST_COLUMNS, MOST_LETTERS, Size, shape, size_of
from jiran.scenario import HomeData


def parquet(columns):
    content = io.BytesIO()
    pl.DataFrame(columns).write_parquet(content)
    return content.getvalue()


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_rows_and_columns_of_a_text_are_those_of_its_lines_and_header(tmp_path, sign):
    path = tmp_path / "meter.csv"
    path.write_text(sign.join(["time", "S1", "E1"]) + "\n" + (sign.join(["t", "1", "2"]) + "\n") * 5)
    assert size_of(HomeData(path=str(path))) == Size(21, 3)  # the end of the last line is counted: an upper bound
    (tmp_path / "other.csv").write_text("time|H1 load\nt|1\n")
    assert size_of(HomeData(path=str(path), also=(str(tmp_path / "other.csv"),))) == Size(27, 3)


def test_rows_and_columns_of_a_table_are_those_that_it_says_of_itself():
    assert shape("meter.parquet", parquet({"time": ["a", "b"], "S1": [1.0, 2.0], "E1": [3.0, 4.0]})) == (2, 3)


@pytest.mark.parametrize(
    "file", [lambda n: b",".join([b"x"] * n) + b"\n", lambda n: parquet({f"{i}": [1.0] for i in range(n)})]
)
def test_a_file_with_too_many_columns_is_refused(monkeypatch, file):
    assert MOST_COLUMNS == 20_000
    monkeypatch.setattr(size, "MOST_COLUMNS", 3)
    assert shape("x", file(3))[1] == 3
    with pytest.raises(DataError, match="has 4 columns; at most 3 can be read"):
        shape("x", file(4))


def test_a_table_that_is_huge_once_unpacked_is_refused(monkeypatch):
    content = parquet({"S1": [0.0] * 1000})
    assert shape("x", content) == (1000, 1)
    monkeypatch.setattr(size, "MOST_BYTES", 10)
    with pytest.raises(DataError, match="once unpacked; at most"):
        shape("x", content)


def test_a_column_of_lists_is_refused():
    with pytest.raises(DataError, match=r'column "S1" holds .*list.*, not numbers'):
        shape("x", parquet({"S1": [[1.0, 2.0]]}))


@pytest.mark.parametrize("dtype", [pl.String, pl.Binary, pl.Categorical])
def test_a_text_longer_than_any_time_or_number_is_refused(dtype):
    def column(letters):
        texts = pl.Series("S1", ["1.5", "x" * letters])
        return parquet({"S1": texts.cast(dtype)})

    assert shape("x", column(MOST_LETTERS)) == (2, 1)
    with pytest.raises(
        DataError, match=f"holds texts of {MOST_LETTERS + 1} letters, which are neither times nor numbers"
    ):
        shape("x", column(MOST_LETTERS + 1))


def test_what_only_begins_like_a_table_is_refused_in_one_sentence():
    with pytest.raises(DataError, match="cannot be read as Parquet") as refused:
        shape("x", b"PAR1 and then something else")
    assert "\n" not in str(refused.value)
