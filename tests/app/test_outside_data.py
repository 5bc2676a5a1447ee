"""Whatever a link or an upload holds, it is read or refused in one sentence: nothing else may come out."""

from __future__ import annotations

import base64
import datetime as dt
import gzip
import io
import random
import zlib

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from jiran import load_scenario
from jiran.app import links, shelf
from jiran.app.orders import orders_of_data, read_csv
from jiran.app.owndata import looks
from jiran.app.owndata.offer import Offer, base_of, forget, take
from jiran.errors import JiranError
from jiran.scenario.files import as_data

DIGITS = "9" * 400


def packed(content):
    content = content if isinstance(content, bytes) else content.encode()
    return base64.urlsafe_b64encode(zlib.compress(content, 9)).decode().rstrip("=")


LINKS = (
    {"steps": "[" * 100_000}, {"steps": DIGITS}, {"steps": "1" * 5_000}, {"steps": "1e400"}, {"homes": "3"},
    {"homes.groups": "[3]"}, {"homes": '{"groups":[3]}'}, {"homes.groups.99999999.count": "1"},
    {"homes.groups.solar.count": DIGITS}, {"homes.groups.-1.count": "3"}, {"homes.groups.0": "3"},
    {"homes.__class__": "1"}, {"__class__": "1"}, {".": "1"}, {"..": "1"}, {"homes.": "1"}, {"x" * 300 + ".y": "1"},
    {".".join("a" * 5_000): "1"}, {"steps.x": "1"}, {"name": "x" * 100_000}, {"name": "\0"}, {"description": "\ud800"},
    {"time_zone": "../../etc/passwd"}, {"time_zone": "x" * 300}, {"time_zone": "\0"}, {"time_zone": "Asia"},
    {"start": "9999999999999999"}, {"start": "NaN"}, {"grid.import_price": "[" + "1," * 40_000 + "1]"},
    {"market": "3"}, {"market.mechanism": "[]"}, {"market.mechanism": DIGITS * 9}, {"market.mechanism": "\0.py"},
    {"bids.strategy": "[1]"}, {"homes.single": "[{}]"}, {"homes.single.0.id": "[]"}, {"preset": "x" * 100_000},
    {"preset": ""}, {"s": "x" * 100_001}, {"s": "é"}, {"s": packed("a=" + "[" * 50_000)}, {"s": packed("a." * 9_000 + "b=1")},
    {"s": packed("x=" + "9" * 5_000)}, {"s": packed(b"\xff\xfe")}, {"s": packed("")}, {"s": packed("homes=3")},
    {"s": packed("[homes]\ngroups=[3]")}, {"s": packed("[homes]\ngroups=[{kind=[1],count=2}]")},
    {"s": packed("[homes]\ndata=3")}, {"s": packed(b"\0" * 50_000_000)}, {"s": packed("steps=1")[:-5]},
    {"a": packed("steps=3")}, {"a": packed("s='x'")}, {"a": packed("a='x'")}, {"a": "x"}, {"o": "zz"},
    {"o": packed("rows=[[1,2,3,4]]")}, {"o": packed("rows=3\ngrid=[1,2]")}, {"o": packed("rows=[]\ngrid=[nan,2]")},
)  # fmt: skip
FIELDS = (
    "steps", "homes", "homes.groups", "homes.groups.0.count", "homes.groups.0.kind", "grid.import_price", "market",
    "market.mechanism", "market.fraction", "bids.strategy", "time_zone", "start", "name", "seed", "homes.single",
    "homes.single.0.id", "ev", "ev.supply", "battery.fund_share", "s", "a", "o", "preset", "homes.data",
    "homes.data.path", "step_minutes", "ev.blocks", "homes.groups.solar.count",
)  # fmt: skip
VALUES = (
    "1", "-1", "1e400", DIGITS, "null", "true", "[]", "{}", "[[]]", "[null]", "[{}]", '{"a":[1]}', '"x"', "x", "", "\0",
    "NaN", "Infinity", "[NaN]", "[1e999]", "[" * 5_000, "\ud800", "🏠" * 200, "1" * 4_301, f"[{DIGITS}]",
    '[{"kind":"solar","count":1e400}]', "2026-01-01", '{"":{"":{}}}',
)  # fmt: skip


def refusal(work, *arguments):
    """Do something with what comes from outside; return the sentence that it is refused with, None if it is not."""
    try:
        work(*arguments)
    except JiranError as error:
        return str(error)
    return None


def follow(link):
    """Open a link as a session does; return what it is refused with."""

    def opened():
        base, changes = links.read_link(link, None)
        links.write_link(base, changes)
        links.read_pin(link, base)
        data = links.read_orders(link)
        if data is not None:
            orders_of_data(data)

    said = refusal(opened)
    assert len(said or "") < 1_300
    assert "\n" not in (said or "")
    return said


@pytest.mark.parametrize("place", range(len(LINKS)))
def test_a_broken_link_is_one_sentence_or_none(place):
    follow(LINKS[place])


def test_links_of_any_kind_are_read_or_refused():
    rng = random.Random(7)  # noqa: S311  a test
    for _ in range(1_500):
        follow({rng.choice(FIELDS): rng.choice(VALUES) for _ in range(rng.randint(1, 3))})


def test_a_value_that_no_field_takes_is_named():
    assert "steps" in follow({"steps": "[" * 100_000})
    assert "steps" in follow({"steps": DIGITS})
    assert "which a scenario does not have" in follow({".".join("a" * 5_000): "1"})
    assert "more parts than any field" in follow({"s": packed("a." * 9_000 + "b=1")})


TIMES = [dt.datetime(2026, 1, 1) + dt.timedelta(hours=hour) for hour in range(48)]  # noqa: DTZ001  local times
TABLE = pl.DataFrame({"time": TIMES, "A load": [1.0] * 48, "B load": [1.0] * 48, "B generation": [0.5] * 48})


def parquet(table):
    buffer = io.BytesIO()
    if isinstance(table, pa.Table):
        pq.write_table(table, buffer)
    else:
        table.write_parquet(buffer)
    return buffer.getvalue()


def repeated(text, times):
    """Return a column in which one text stands many times, and in the file once."""
    return pa.DictionaryArray.from_arrays(pa.array([0] * times, pa.int32()), pa.array([text]))


FINE = {
    "a.csv": TABLE.write_csv().encode(), "a.parquet": parquet(TABLE),
    "binary.parquet": parquet(TABLE.with_columns(x=pl.lit(b"abc"))),
    "duration.parquet": parquet(TABLE.with_columns(x=pl.duration(hours=1))),
}  # fmt: skip
NAMES = (
    "x" * 300 + ".csv",
    "../../../etc/passwd.csv",
    "a\0b.csv",
    "\u202egnp.csv",
    "🏠" * 120 + ".csv",
    ".csv",
    "..",
    "",
)
BROKEN = {
    "cut.parquet": FINE["a.parquet"][:-20], "head.parquet": b"PAR1" + bytes(100) + b"PAR1",
    "list.parquet": parquet(TABLE.with_columns(x=pl.lit([1, 2]))),
    "struct.parquet": parquet(TABLE.with_columns(x=pl.struct("A load"))),
    "map.parquet": parquet(pa.table({"time": TIMES, "m": pa.array([[("a", 1)]] * 48, pa.map_(pa.string(), pa.int32()))})),
    "twice.parquet": parquet(pa.Table.from_arrays([pa.array(TIMES), *[pa.array([1.0] * 48)] * 2], ["time", "A load", "A load"])),
    "empty.parquet": parquet(TABLE[:0]), "nothing.parquet": parquet(pa.table({})),
    "texts.parquet": parquet(pa.table({"time": TIMES * 1_000, "A load": repeated("x" * 1_000_000, 48_000)})),
    "rows.parquet": parquet(pl.DataFrame({"time": pl.repeat(TIMES[0], 20_000_000, eager=True), "A load": pl.repeat(1.0, 20_000_000, eager=True)})),
    "columns.csv": (",".join(["time"] + [f"h{home}" for home in range(200_000)]) + "\n").encode(),
    "zip.csv": b"PK\x03\x04" + bytes(1_000), "gzip.csv": gzip.compress(b"time,A\n"), "nul.csv": b"time,A\n2026-01-01\0,1\n",
    "utf16.csv": "time,A load\n2026-01-01,1\n".encode("utf-16")[:-3], "latin.csv": "time,café\n2026-01-01,1\n".encode("latin-1"),
    "empty.csv": b"", "mark.csv": b"\xef\xbb\xbf", "quote.csv": b'time,A\n"2026-01-01,1\n' * 10, "commas.csv": b"," * 1_000_000,
    "digits.csv": b"time,A load\n2026-01-01 00:00," + b"9" * 400 + b"\n2026-01-01 01:00,1\n",
    "cell.csv": b"time,A load\n2026-01-01 00:00," + b"x" * 5_000_000 + b"\n", "head.csv": b"time," + b"x" * 5_000_000 + b"\n2026-01-01,1\n",
    "bytes.csv": bytes(range(256)) * 100, "deep.toml": b"a=" + b"[" * 100_000, "parts.toml": b"a." * 100_000 + b"b=1",
    "groups.toml": b"name='x'\n[homes]\ngroups=[3]", "digits.toml": b"steps=" + b"9" * 5_000, "empty.toml": b"", "nul.toml": b"\0",
    "utf16.toml": "name='x'".encode("utf-16"), "inf.toml": b"name='x'\nsteps=inf", "large.toml": b"#" * 2_000_000,
    "count.toml": b"name='x'\n[[homes.groups]]\nkind='solar'\ncount=1e400", "file.toml": b"name='x'\n[homes.data]\npath='/etc/passwd'",
    "upload.toml": b"name='x'\n[homes.data]\npath='upload:" + b"0" * 64 + b"/x.csv'",
}  # fmt: skip


#: Of these somebody can say how they are to be read.
MENDED = {"latin.csv", "digits.csv", "cell.csv"}


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(shelf.tempfile, "gettempdir", lambda: str(tmp_path))


def drop(*files):
    """Drop files as a viewer does, and take their homes if they are understood.

    Raises:
        JiranError: They are refused in the panel, or where one can correct how they are read.
    """
    offer = take(files, as_data(load_scenario("paper")), 1)
    if isinstance(offer, Offer):
        seen = looks.seen(offer, lambda _share: None)
        if seen.look is None:
            hopeless = looks.is_hopeless(offer)
            if hopeless:
                forget(offer.source.names)
            raise JiranError(hopeless or f"{seen.source}: {seen.problem}")
        base_of(offer, seen.look)


def upload(name, content):
    """Read a file as an upload; return what it is refused with."""
    said = refusal(drop, (name, content))
    assert len(said or "") < 1_300
    assert str(shelf.folder().parent) not in (said or "")
    return said


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_upload_is_one_sentence_and_leaves_nothing_behind_unless_it_can_be_mended(name):
    assert name.partition(".")[0] in upload(name, BROKEN[name]) or name.endswith(".toml")
    assert bool(list(shelf.folder().iterdir())) == (name in MENDED)


def test_what_is_wrong_with_a_file_is_said_before_it_is_read():
    assert "texts of 1,000,000 letters" in upload("texts.parquet", BROKEN["texts.parquet"])
    assert "GB of memory" in upload("rows.parquet", BROKEN["rows.parquet"])
    assert "200,001 columns" in upload("columns.csv", BROKEN["columns.csv"])
    assert "nested without end" in upload("deep.toml", BROKEN["deep.toml"])
    assert "more parts than any field" in upload("parts.toml", BROKEN["parts.toml"])


@pytest.mark.parametrize("name", [*FINE, *NAMES])
def test_a_file_of_any_name_is_read(name):
    assert upload(name, FINE.get(name, FINE["a.csv"])) is None


def test_files_with_any_byte_changed_are_read_or_refused():
    rng = random.Random(7)  # noqa: S311  a test
    small = [(name, content) for name, content in (FINE | BROKEN).items() if 0 < len(content) < 20_000]
    for _ in range(200):
        name, content = rng.choice(small)
        changed = bytearray(content)
        for _ in range(rng.randint(1, 6)):
            changed[rng.randrange(len(changed))] = rng.randrange(256)
        upload(name, bytes(changed[: rng.randrange(len(changed))] if rng.random() < 0.3 else changed))


def test_orders_of_any_bytes_are_read_or_refused():
    rng = random.Random(7)  # noqa: S311  a test
    fine = b"Name,Side,kWh,Price\nA,buy,1,2\nB,sell,2,1\n"
    for _ in range(500):
        changed = bytearray(fine)
        for _ in range(rng.randint(1, 8)):
            changed[rng.randrange(len(changed))] = rng.randrange(256)
        assert len(refusal(read_csv, bytes(changed)) or "") < 1_000
    assert "cannot be read" in refusal(read_csv, b"Name,Side,kWh,Price\n" + b"x" * 500_000 + b",buy,1,2\n")
