"""Meter data: each rule with numbers worked out by hand, laws over random files, each refusal's sentence."""

from __future__ import annotations

import datetime as dt
import io
import re
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiran import simulate
from jiran.errors import DataError
from jiran.homes.meter import bytes as meter_bytes
from jiran.homes.meter import read as files
from jiran.homes.meter.read import describe, read_meter_data
from jiran.homes.timeline import timeline
from jiran.scenario import HomeData, validate

DAY = "2026-03-21"


def steps_of(start, steps, minutes=60, zone="Asia/Kuching"):
    start = dt.datetime.fromisoformat(start)
    return timeline(SimpleNamespace(time_zone=zone, start=start, steps=steps, step_minutes=minutes))


def read(content, *, start=DAY, steps=4, minutes=60, zone="Asia/Kuching", path="meters.csv", **fields):
    content = content.encode() if isinstance(content, str) else content
    return read_meter_data(HomeData(path=path, **fields), steps_of(start, steps, minutes, zone), content=content)


def refusal(content, **kwargs):
    with pytest.raises(DataError) as caught:
        read(content, **kwargs)
    sentence = str(caught.value)
    assert sentence.startswith(kwargs.get("path", "meters.csv") + ": ")
    assert "\n" not in sentence
    return sentence


def clock(place, minutes=60, start=DAY):
    return str(dt.datetime.fromisoformat(start) + dt.timedelta(minutes=minutes * place))


def wide(values, *, minutes=60, start=DAY, columns=None, separator=","):
    """Write rows of values as a wide CSV file; None is an empty cell."""
    rows = [value if isinstance(value, tuple) else (value,) for value in values]
    header = columns or [f"H{number + 1}" for number in range(len(rows[0]))]
    lines = [separator.join(["time", *header])]
    for place, row in enumerate(rows):
        cells = ["" if value is None else str(value) for value in row]
        lines.append(separator.join([clock(place, minutes, start), *cells]))
    return "\n".join(lines) + "\n"


def parquet(**columns):
    buffer = io.BytesIO()
    pl.DataFrame(columns).write_parquet(buffer)
    return buffer.getvalue()


def loads(data, home=0):
    return data.profiles.load_kwh[:, home].tolist()


# --- layouts ---------------------------------------------------------------------------------------------


def test_wide_columns_name_home_and_quantity():
    header = ["H1 load", "H1_generation_kWh", "H2.demand (kW)", "H2:pv", "H2-EV", " Home 3 "]
    data = read(wide([(1, 2, 3, 4, 5, 6)] * 4, columns=header))
    assert data.ids == ("H1", "H2", "Home 3")
    assert data.profiles.load_kwh[0].tolist() == [1, 3, 6]
    assert data.profiles.generation_kwh[0].tolist() == [2, 4, 0]
    assert data.profiles.ev_kwh[0].tolist() == [0, 5, 0]
    assert data.report.lines()[1] == '1 column names no quantity and was taken as load: "Home 3".'


@pytest.mark.parametrize(
    ("name", "home", "quantity"),
    [
        ("A consumption", "A", "load_kwh"),
        ("A USAGE", "A", "load_kwh"),
        ("A pv generation", "A", "generation_kwh"),
        ("solar_production", "home", "generation_kwh"),
        ("A - charging", "A", "ev_kwh"),
        ("House A", "House A", "load_kwh"),
        ("MT_001", "MT_001", "load_kwh"),
        ("load", "home", "load_kwh"),
        ("=1+1 load", "=1+1", "load_kwh"),
        ("Flat W", "Flat W", "load_kwh"),
    ],
)
def test_name_of_a_wide_column(name, home, quantity):
    data = read(wide([1, 2, 3, 4], columns=[name]))
    assert data.ids == (home,)
    assert getattr(data.profiles, quantity)[:, 0].tolist() == [1, 2, 3, 4]


LONG = """Meter;Time;Quantity;Value
H10;21/03/2026 00:00;load;1,5
H10;21/03/2026 01:00;load;2,5
H2;21.03.2026 00:00;demand;3
H2;21.03.2026 01:00:00;demand;4
H2;2026-03-21T00:00;PV;5
H2;2026-03-21 01:00;PV;6
"""


def test_long_with_quantity_semicolons_decimal_commas_and_day_first_times():
    data = read(b"\xef\xbb\xbf" + LONG.encode(), steps=2)
    assert data.ids == ("H2", "H10")
    assert data.profiles.load_kwh.tolist() == [[3, 1.5], [4, 2.5]]
    assert data.profiles.generation_kwh.tolist() == [[5, 0], [6, 0]]


def test_long_with_a_column_for_each_quantity():
    text = "time\thousehold\tload_kwh\tgeneration\tEV (kW)\tnote\n"
    text += "".join(f"{clock(place)}\t{home}\t{place}\t1\t\tx\n" for place in range(4) for home in (7, 8))
    data = read(text)
    assert data.ids == ("7", "8")
    assert loads(data) == [0, 1, 2, 3]
    assert data.profiles.generation_kwh.sum() == 8
    assert data.profiles.ev_kwh.sum() == 0
    assert '1 column was ignored: "note": a remark.' in data.report.lines()


def test_the_examples_in_the_docs_tell_the_same():
    text = (Path(__file__).parents[3] / "docs" / "meter-data.md").read_text(encoding="utf-8")
    examples = re.findall(r"```csv\n(.*?)```", text, re.DOTALL)
    assert len(examples) == 3
    for example in examples:
        data = read(example, steps=2, minutes=15, zone="Europe/Berlin")
        assert data.ids == ("H1", "H2")
        assert data.profiles.load_kwh.tolist() == [[0.21, 0.35], [0.19, 0.31]]


def test_parquet_is_recognised_by_content_and_reads_types():
    times = [dt.datetime.fromisoformat(clock(hour)) for hour in range(4)]
    same = [dt.datetime(2026, 3, 20, 16 + hour, tzinfo=dt.UTC) for hour in range(4)]
    for column in (times, same, [str(time) for time in times]):
        data = read(parquet(time=column, H1=[1, 2, 3, None], H2=[1.0, 2.0, 3.0, 4.0]), path="x.csv")
        assert loads(data, 1) == [1, 2, 3, 4]
        assert loads(data) == [1, 2, 3, 2]


def test_a_file_on_disk_is_found_in_the_folder(tmp_path):
    (tmp_path / "a.csv").write_text(wide([1, 2, 3, 4]))
    data = read_meter_data(HomeData(path="a.csv"), steps_of(DAY, 4), folder=tmp_path)
    assert loads(data) == [1, 2, 3, 4]
    assert str(tmp_path) not in " ".join(data.report.lines())


def test_empty_rows_and_nameless_columns_are_dropped_and_told():
    data = read(f"time,H1,\n{DAY} 00:00,1,\n,,\n\n{DAY} 01:00,2,\n", steps=2)
    assert loads(data) == [1, 2]
    assert data.report.total("rows dropped") == 2
    assert '1 column was ignored: "column 3": without a name.' in data.report.lines()


# --- times -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "form",
    ["%Y-%m-%dT%H:%MZ", "%Y-%m-%d %H:%M:%S+00:00", "%d/%m/%Y %H:%M +0000", "%Y-%m-%dT%H:%M:%S.000z"],
)
def test_times_with_an_offset_are_instants(form):
    first = dt.datetime.fromisoformat("2026-03-20 16:00")  # 00:00 in Kuching
    rows = [f"{(first + dt.timedelta(hours=hour)).strftime(form)},{hour}" for hour in range(4)]
    assert loads(read("time,H1\n" + "\n".join(rows))) == [0, 1, 2, 3]


def test_offsets_other_than_utc():
    rows = [f"{DAY}T0{hour}:30+05:30,{hour}" for hour in range(4)]
    assert loads(read("time,H1\n" + "\n".join(rows), start=f"{DAY}T03:00")) == [0, 1, 2, 3]


def test_offsets_west_of_greenwich():
    rows = [f"2026-03-20T{hour}:00-0330,{hour}" for hour in range(12, 16)]
    assert loads(read("time,H1\n" + "\n".join(rows), start="2026-03-20T23:30")) == [12, 13, 14, 15]


def test_zone_of_the_file_may_differ_from_the_community():
    text = wide([1, 2, 3, 4], start="2026-03-20T16:00")
    assert loads(read(text, time_zone="UTC")) == [1, 2, 3, 4]


def test_labels_at_the_end_of_intervals():
    text = wide([1, 2, 3, 4], minutes=30, start=f"{DAY}T00:30")
    assert loads(read(text, steps=2, time_label="end")) == [3, 7]


def test_autumn_hour_occurs_twice():
    hours = [0, 1, 2, 2, 3, 4]
    rows = [f"2025-10-26 0{hour}:00,{value}" for value, hour in enumerate(hours)]
    data = read("time,H1\n" + "\n".join(rows), start="2025-10-26", steps=6, zone="Europe/Berlin")
    assert loads(data) == [0, 1, 2, 3, 4, 5]
    assert data.report.total("times that occur twice") == 2
    assert data.report.total("duplicates replaced") == 0


def test_autumn_hour_occurs_twice_for_each_home_of_a_long_file():
    hours = [0, 1, 2, 2, 3, 4]
    load = [0, 1, 7, 3, 9, 5]
    rows = [
        f"2025-10-26 0{hour}:00,{home},{kwh + home}" for hour, kwh in zip(hours, load, strict=True) for home in (0, 10)
    ]
    data = read("time,home,value\n" + "\n".join(rows), start="2025-10-26", steps=6, zone="Europe/Berlin")
    assert loads(data) == load
    assert loads(data, 1) == [kwh + 10 for kwh in load]


def test_spring_hour_is_no_gap():
    rows = [f"2026-03-29 0{hour}:00,{hour}" for hour in (0, 1, 3, 4)]
    data = read("time,H1\n" + "\n".join(rows), start="2026-03-29", steps=4, zone="Europe/Berlin")
    assert loads(data) == [0, 1, 3, 4]
    assert [row.what for row in data.report.rows if row.what != "columns taken as load"] == ["period"]


def test_spring_times_that_do_not_exist_move_forward():
    rows = [f"2026-03-29 0{hour}:00,{hour}" for hour in (0, 1, 2, 4)]
    data = read("time,H1\n" + "\n".join(rows), start="2026-03-29", steps=4, zone="Europe/Berlin")
    assert loads(data) == [0, 1, 2, 4]
    assert data.report.total("times that do not exist") == 1


def test_labels_at_the_end_on_the_autumn_day():
    hours = [1, 2, 2, 3, 4]
    rows = [f"2025-10-26 0{hour}:00,{value}" for value, hour in enumerate(hours)]
    # 02:00 in summer time ends the interval from 01:00, 02:00 in winter time that from 02:00 in summer time.
    text = "time,H1\n" + "\n".join(rows)
    data = read(text, start="2025-10-26", steps=5, zone="Europe/Berlin", time_label="end")
    assert loads(data) == [0, 1, 2, 3, 4]


# --- steps -----------------------------------------------------------------------------------------------


def test_kw_is_mean_power_over_the_interval():
    assert loads(read(wide([4, 8, 4, 8], minutes=15), steps=1, unit="kW")) == [6]
    data = read(wide([(4, 4)] * 4, minutes=15, columns=["A load kW", "B load kWh"]), steps=1)
    assert data.profiles.load_kwh.tolist() == [[4, 16]]


def test_finer_readings_are_summed_up():
    data = read(wide([1, 2, 3, 4, 5, 6, 7, 8], minutes=15), steps=2)
    assert loads(data) == [10, 26]
    assert "readings every 15 min were summed up to steps of 60 min." in data.report.lines()


def test_coarser_readings_are_spread_evenly():
    data = read(wide([4, 8]), steps=8, minutes=15)
    assert loads(data) == [1, 1, 1, 1, 2, 2, 2, 2]
    assert "readings every 60 min were spread evenly to steps of 15 min." in data.report.lines()


def test_intervals_that_begin_between_steps_are_split_by_overlap():
    text = wide([5, 10, 15, 20], minutes=5, start=f"{DAY}T00:02")
    data = read(text, start=f"{DAY}T00:05", steps=2, minutes=5)
    # 00:05 to 00:10 has 2 of 5 minutes of the first interval (5 kWh) and 3 of 5 of the second (10 kWh).
    assert loads(data) == pytest.approx([2 + 6, 4 + 9])
    assert data.report.total("split by overlap") == 1


@pytest.mark.parametrize("odd", ["00:11:00", "00:08:00", "00:09:59"])
def test_a_single_odd_time_is_rounded_to_the_grid(odd):
    text = wide([1, 2, 3, 4, 5, 6], minutes=5).replace("00:10:00", odd)
    data = read(text, steps=6, minutes=5)
    assert loads(data) == [1, 2, 3, 4, 5, 6]
    assert "1 value was moved to the nearest interval: H1 load." in data.report.lines()


def test_an_incomplete_step_with_half_of_its_readings_is_scaled_up():
    data = read(wide([1, None, 3, None, 4, 4, 4, 4], minutes=15), steps=2)
    assert loads(data) == [8, 16]
    assert "1 step had at least half of its readings and was scaled up: H1 load." in data.report.lines()


def test_an_incomplete_step_with_less_than_half_is_a_gap():
    data = read(wide([2] * 4 + [1, None, None, None] + [4] * 4, minutes=15), steps=3)
    assert loads(data) == [8, 12, 16]
    assert data.report.total("filled by interpolation") == 1
    assert data.report.total("incomplete steps scaled up") == 0


# --- gaps, duplicates, negative values, scale ------------------------------------------------------------


def test_short_gaps_are_interpolated():
    data = read(wide([1, None, "NaN", 4, 5, None, 7, 8]), steps=8)
    assert loads(data) == [1, 2, 3, 4, 5, 6, 7, 8]
    assert "3 steps were filled by interpolation: H1 load 3." in data.report.lines()


def test_longer_gaps_take_the_mean_at_that_time_of_day():
    day = list(range(24))
    text = wide([*day, *(value + 2 for value in day), *day[:10], None, None, None, *day[13:]])
    data = read(text, steps=72)
    assert loads(data)[48 + 9 : 48 + 14] == [9, 11, 12, 13, 13]
    assert data.report.total("filled by typical day") == 3
    assert data.report.total("filled by interpolation") == 0


def test_max_gap_minutes_is_the_limit_between_the_two():
    values = [*[10] * 24, 0, None, None, None, 4, *[0] * 19]
    assert loads(read(wide(values), steps=48, max_gap_minutes=180))[25:28] == [1, 2, 3]
    assert loads(read(wide(values), steps=48, max_gap_minutes=179))[25:28] == [10, 10, 10]


def test_gaps_at_the_ends_are_not_extrapolated():
    data = read(wide([None, 2, 4, 6, None]), steps=5)
    assert loads(data) == [4, 2, 4, 6, 4]  # nothing known at that time of day: the home's mean
    assert data.report.total("filled without knowledge") == 2


def test_unknown_time_of_day_is_zero_for_generation_and_ev():
    rows = [(1, 2, 3)] * 3 + [(1, None, None)] * 3
    data = read(wide(rows, columns=["A load", "A pv", "A ev"]), steps=6)
    assert data.profiles.generation_kwh[:, 0].tolist() == [2, 2, 2, 0, 0, 0]
    assert data.profiles.ev_kwh[:, 0].tolist() == [3, 3, 3, 0, 0, 0]
    assert data.report.total("filled without knowledge") == 6


def test_a_run_may_reach_a_little_beyond_the_file():
    data = read(wide(range(24)), steps=30)
    assert loads(data)[24:] == [0, 1, 2, 3, 4, 5]
    assert "2026-03-21 00:00 to 2026-03-22 00:00" in data.report.lines()[0]
    assert "2026-03-21 00:00 to 2026-03-22 06:00" in data.report.lines()[0]


def test_duplicates_merge_or_the_last_one_wins():
    text = wide([1, 2, 3, 4]) + f"{DAY} 01:00,2\n{DAY} 02:00,9\n"
    data = read(text)
    assert loads(data) == [1, 2, 9, 4]
    assert data.report.total("duplicates merged") == 1
    assert data.report.total("duplicates replaced") == 1


def test_values_just_below_zero_become_zero():
    data = read(wide([-0.0005, 2, 3, 4]))
    assert loads(data)[0] == 0
    assert "1 value just below 0 was set to 0: H1 load." in data.report.lines()


def test_load_is_scaled_to_the_month():
    # 1 and 3 kWh an hour are 729.6 and 2188.8 kWh in 30.4 days.
    data = read(wide([(1, 3, 0)] * 24), steps=24, monthly_load_kwh=364.8)
    assert data.profiles.load_kwh.sum(axis=0).tolist() == pytest.approx([12, 12, 0])
    assert "the load of 2 homes was scaled: H1 load x 0.5, H2 load x 0.1667." in data.report.lines()
    assert data.report.total("load not scaled") == 1


def test_a_home_without_load_is_told():
    data = read(wide([(1, 2)] * 4, columns=["A load", "B pv"]))
    assert loads(data, 1) == [0, 0, 0, 0]
    assert "1 home has no load in the file; it was taken as 0: B." in data.report.lines()


def test_nothing_is_negative_or_missing():
    data = read(wide([(None, 0, -0.0001), (1, None, 2), (2, 3, 1), (1, 1, 1)], columns=["A load", "A pv", "A ev"]))
    for array in (data.profiles.load_kwh, data.profiles.generation_kwh, data.profiles.ev_kwh):
        assert array.shape == (4, 1)
        assert (array >= 0).all()


# --- describe --------------------------------------------------------------------------------------------


def test_describe_proposes_start_steps_and_step_minutes():
    source = HomeData(path="meters.csv")
    found = describe(source, zone="Asia/Kuching", content=wide([(1, 2)] * 24, minutes=20).encode())
    assert found.ids == ("H1", "H2")
    assert (str(found.first), str(found.last)) == (f"{DAY} 00:00:00", f"{DAY} 07:40:00")
    assert (found.native_minutes, found.step_minutes, found.steps, found.rows) == (20, 15, 32, 24)


def test_what_describe_proposes_can_be_read():
    text = wide([1, 2, 3, 4], minutes=30, start=f"{DAY}T00:30")
    source = HomeData(path="meters.csv", time_label="end")
    found = describe(source, zone="Asia/Kuching", content=text.encode())
    data = read(text, start=str(found.first), steps=found.steps, minutes=found.step_minutes, time_label="end")
    assert loads(data) == [1, 2, 3, 4]


# --- refusals --------------------------------------------------------------------------------------------

GOOD = wide([1, 2, 3, 4])


@pytest.mark.parametrize(
    ("content", "fields", "said"),
    [
        ("", {}, "is empty"),
        (" \n\n", {}, "is empty"),
        ("time,H1\n", {}, "has a header but no rows"),
        (b"PK\x03\x04\x00\x00\xff", {}, "neither Parquet, XML nor CSV text"),
        ("zäh,H1\n1,2\n".encode("latin-1"), {}, 'no column of times; the columns are "zäh", "H1"'),
        (b"PAR1 cut off", {}, "cannot be read as Parquet"),
        (GOOD.replace(",3", ",3,5"), {}, "row 4 has 3 cells, but the header has 2"),
        ("H0,H1,H2\n1,2,3\n", {}, 'no column of times; the columns are "H0", "H1", "H2"; name yours'),
        ("date,H1,H2\n1,2,3\n", {}, 'row 2: "1" is not a time'),
        ("time\n1\n", {}, 'no column of numbers that a home uses, generates, takes or gives; the columns are "time"'),
        (GOOD, {"time_column": "zeit"}, 'time_column names "zeit", but the columns are "time", "H1"'),
        (GOOD, {"columns": {"H1": "h1 elephants"}}, 'columns."H1" says "h1 elephants", which is no meaning'),
        (GOOD, {"layout": "matrix"}, 'layout = "matrix" needs columns that are times'),
        ("time,H1\n1,2\n", {"layout": "long"}, "no column of homes"),
        ("time,home,x\n1,2,3\n", {"layout": "long"}, 'a column is not understood: "x"'),
        ("time,H1 net\n1,2\n", {}, 'as in columns = { "H1 net" = "H1 net" }; "net" means import less export'),
        ("time,H1 net load\n1,2\n", {}, 'not understood: "H1 net load"'),
        ("time,home,net\n1,2,3\n", {"layout": "long"}, 'not understood: "net"'),
        ("time,H1 pv kWh,H1 import kWh\n" + "".join(f"{clock(place)},1,2\n" for place in range(4)), {},
         "home H1 has import and generation but no export, so what it used is not known"),
        ("time,H1,H1 load\n1,2,3\n", {}, '"H1" and "H1 load" both give the load of home H1'),
        ("time,H1,H1\n1,2,3\n", {}, '"H1" and "H1" both give the load'),
        (f"time,{'x' * 61} load\n1,2\n", {}, "more than 60 characters"),
        (f"time,home,value\n{DAY},,3\n", {}, "row 2 has no home"),
        (GOOD.replace(",3", ",abc"), {}, 'row 4, column "H1": "abc" is not a number'),
        (GOOD.replace(",3", ",inf"), {}, 'row 4, column "H1": the value is infinite'),
        (GOOD.replace("02:00:00", "25:00"), {}, 'row 4: "2026-03-21 25:00" is not a time such as'),
        ("time,H1\n21/21/2026 00:00,1\n", {}, 'row 2: "21/21/2026 00:00" is not a time'),
        ("time,H1\n03/21/2026 00:00,1\n", {"day_first": True}, 'row 2: "03/21/2026 00:00" is not a time'),
        (f"time,H1\n{DAY} 00:00+15:00,1\n", {}, "is not a time"),
        ("time,H1\n17740512001774,1\n", {}, 'row 2: "17740512001774" is not a time'),
        ("time,H1 load\n00:00,1\n01:00,1\n", {}, "holds times of day and no dates; say the day of its first row"),
        (GOOD.replace(f"{DAY} 02:00:00", ""), {}, "row 4 has no time"),
        (wide([1]), {}, "only one time for each home"),
        (wide([1, 2, 3], minutes=1440), {}, "home H1 has readings every 1440 min; the longest interval that can be read is 60 min"),
        (wide([None, None, None]), {}, "has no values at all"),
        (wide([1, 2, -0.5, 4]), {}, "home H1 has a load of -0.5 kWh at 2026-03-21 02:00, below 0; if"),
        (wide([(1, 1)] * 9 + [(1, None)] * 9), {"start": f"{DAY} 12:00"}, "home H2 has no values from 2026"),
        (wide([(1, 1)] + [(1, None)] * 8 + [(1, 1)]), {"steps": 10}, "home H2 lacks 80% of its steps"),
        (GOOD, {"start": "2026-04-01"}, "data from 2026-03-21 00:00 to 2026-03-21 04:00 (Asia/Kuching)"),
        (GOOD, {"start": "2026-04-01"}, "set start = 2026-03-21T00:00:00 and steps to at most 4"),
        (GOOD, {"steps": 9}, "set start = 2026-03-21T00:00:00 and steps to at most 4"),
        (GOOD, {"time_zone": "Mars/Base"}, "time_zone = 'Mars/Base' must be an IANA time zone"),
        (wide(["1,5", "2.5"], separator=";"), {}, "decimal points and decimal commas are mixed"),
        (wide(['"1,234"', '"2,345"']), {}, '"1,234" may have a decimal comma or thousands; say which in homes.data'),
        (f"time,home,value,quantity\n{DAY},1,2,volt\n", {}, "has no values at all"),
        (f"time,home,value,quantity\n{DAY},1,2,abc\n{DAY},1,2,xyz\n", {},
         'column "quantity" holds "abc", "xyz", which are no quantity; say what it means in homes.data, as in quantities = {'),
        (f"time,home,value,unit\n{DAY},1,2,stone\n", {}, '"stone" is no unit that is understood'),
        (parquet(time=[1, 2], H1=[1, 2]), {}, 'column "time" holds Int64, not a time'),
        (parquet(time=[dt.date(2026, 3, 21)], H1=[True]), {}, 'column "H1" holds Boolean, not numbers'),
        (parquet(time=[dt.date(1000, 3, 21)], H1=[1]), {}, "row 1: 1000-03-21 is not a time"),
    ],
)  # fmt: skip
def test_bad_input_is_refused_in_one_sentence(content, fields, said):
    assert said in refusal(content, **fields)


def test_mixed_intervals_of_one_home_are_refused():
    rows = [f"{clock(place, 15)},1" for place in range(40)] + [f"{clock(place)},4" for place in range(10, 30)]
    assert "mostly every 15 min, but those of home H1 in part every 60 min" in refusal("time,H1\n" + "\n".join(rows))


def test_homes_may_have_intervals_of_their_own():
    rows = [f"{clock(place, 15)},A,1" for place in range(40)] + [f"{clock(place)},B,4" for place in range(10)]
    data = read("time,home,load\n" + "\n".join(rows), steps=10)
    assert loads(data) == loads(data, 1) == [4] * 10
    data = read("time,home,load\n" + "\n".join(rows), steps=40, minutes=15)
    assert loads(data) == loads(data, 1) == [1] * 40


def test_irregular_times_are_refused():
    minutes = np.cumsum(np.random.default_rng(1).integers(1, 40, 200))
    rows = [f"{clock(place, 1)},1" for place in minutes.tolist()]
    assert "irregular times" in refusal("time,H1\n" + "\n".join(rows))


def test_gaps_are_no_mixed_interval():
    known = np.random.default_rng(1).random(500) < 0.8
    data = read(wide([1 if there else None for there in known]), steps=500)
    assert loads(data) == pytest.approx([1] * 500)


def test_files_that_cannot_be_opened(tmp_path):
    for path, said in (
        ("no.csv", "there is no such file"),
        (".", "is a folder"),
        ("x" * 3_000, "cannot be opened"),
    ):
        with pytest.raises(DataError, match=said):
            read_meter_data(HomeData(path=path), steps_of(DAY, 4), folder=tmp_path)


def test_too_large_a_file_is_refused_before_it_is_read(tmp_path, monkeypatch):
    assert files.MAX_FILE_MB == 400
    with (tmp_path / "big.csv").open("wb") as file:
        file.truncate(500_000_000)
    monkeypatch.setattr(files, "read_cells", None)  # what looks into the bytes
    with pytest.raises(DataError, match=r"has 500 MB; at most 400 MB can be read; .* save it as Parquet"):
        read_meter_data(HomeData(path="big.csv"), steps_of(DAY, 4), folder=tmp_path)
    monkeypatch.undo()
    monkeypatch.setattr(meter_bytes, "MAX_FILE_MB", 0.00001)
    assert "can be read" in refusal(GOOD)


def test_too_many_homes_for_the_steps(monkeypatch):
    monkeypatch.setattr(files, "MAX_HOME_STEPS", 10)
    assert "has 4 homes; steps must then be at most 2" in refusal(wide([(1, 2, 3, 4)] * 4))


# --- laws ------------------------------------------------------------------------------------------------

MINUTES = st.sampled_from([1, 5, 10, 15, 30, 60])
KWH = st.integers(0, 10_000).map(lambda wh: wh / 1000)


@st.composite
def files_of_hours(draw):
    native = draw(MINUTES)
    hours = draw(st.integers(2, 4))
    rows = st.tuples(KWH, KWH, KWH)
    return native, hours, draw(st.lists(rows, min_size=hours * 60 // native, max_size=hours * 60 // native))


COLUMNS = ["A load", "A pv", "B load"]


@given(files_of_hours(), MINUTES)
def test_energy_is_conserved_from_any_interval_to_any_step(file, minutes):
    native, hours, rows = file
    data = read(wide(rows, minutes=native, columns=COLUMNS), steps=hours * 60 // minutes, minutes=minutes)
    energy = np.array(rows).sum(axis=0)
    assert data.profiles.load_kwh.sum(axis=0) == pytest.approx(energy[[0, 2]])
    assert data.profiles.generation_kwh.sum(axis=0) == pytest.approx([energy[1], 0])
    assert data.report.total("filled by interpolation") == 0


@given(files_of_hours(), MINUTES, st.integers(1, 59))
def test_energy_within_the_run_is_conserved_when_intervals_begin_between_steps(file, minutes, shift):
    native, hours, rows = file
    text = wide(rows, minutes=native, columns=COLUMNS, start=f"{DAY}T00:{shift:02}")
    start = f"{DAY}T01:00"
    steps = (hours - 1) * 60 // minutes
    data = read(text, start=start, steps=steps, minutes=minutes)
    minute = np.repeat(np.array(rows), native, axis=0)[60 - shift : hours * 60 - shift] / native
    by_step = minute.reshape(steps, minutes, 3).sum(axis=1)
    assert data.profiles.load_kwh == pytest.approx(by_step[:, [0, 2]])


@given(files_of_hours(), st.randoms())
def test_wide_is_long_and_the_order_of_rows_does_not_matter(file, random):
    native, hours, rows = file
    columns = dict(zip(COLUMNS, zip(*rows, strict=True), strict=True))
    lines = [
        f"{clock(place, native)},{name.split()[0]},{name.split()[1]},{value}"
        for name, values in columns.items()
        for place, value in enumerate(values)
    ]
    random.shuffle(lines)
    one = read(wide(rows, minutes=native, columns=COLUMNS), steps=hours)
    two = read("time,home,quantity,value\n" + "\n".join(lines), steps=hours)
    times = [dt.datetime.fromisoformat(clock(place, native)) for place in range(len(rows))]
    three = read(parquet(time=times, **columns), steps=hours)
    for other in (two, three):
        assert other.ids == one.ids
        assert other.profiles.load_kwh.tolist() == one.profiles.load_kwh.tolist()
        assert other.profiles.generation_kwh.tolist() == one.profiles.generation_kwh.tolist()


@given(files_of_hours())
def test_kw_and_kwh_tell_the_same(file):
    native, hours, rows = file
    power = [tuple(value * 60 / native for value in row) for row in rows]
    energy = read(wide(rows, minutes=native, columns=COLUMNS), steps=hours)
    mean = read(wide(power, minutes=native, columns=COLUMNS), steps=hours, unit="kW")
    assert mean.profiles.load_kwh == pytest.approx(energy.profiles.load_kwh)


@given(st.lists(st.one_of(st.none(), KWH), min_size=48, max_size=48), st.integers(0, 600))
def test_filling_keeps_what_is_known_and_stays_within_it(values, longest):
    known = [value for value in values if value is not None]
    if len(known) < 24:
        assert "home H1" in refusal(wide([(value, 0) for value in values]), steps=48)
        return
    data = read(wide([(value, 0) for value in values]), steps=48, max_gap_minutes=longest)
    load = loads(data)
    assert [load[place] for place, value in enumerate(values) if value is not None] == known
    assert min(known) - 1e-9 <= min(load) <= max(load) <= max(known) + 1e-9
    kinds = ("filled by interpolation", "filled by typical day", "filled without knowledge")
    assert sum(data.report.total(kind) for kind in kinds) == 48 - len(known)


# --- what is not understood is never taken as load --------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    ["pv_1", "PV1", "Fin", "T1", "L1", "P1", "E1", "state", "1", "48", "00:30", "house", "H1 ev load", "pv load", "foo",
     "Sensor 5a", "x"],
)  # fmt: skip
def test_a_column_that_is_not_understood_is_refused_with_the_line_to_add(name):
    sentence = refusal(wide([(1, 2)] * 4, columns=["H2 load", name]))
    assert f'a column is not understood: "{name}"' in sentence
    assert f'columns = {{ "{name}" = "ignore" }}' in sentence
    data = read(wide([(1, 2)] * 4, columns=["H2 load", name]), columns={name: "ignore"})
    assert (data.ids, data.profiles.load_kwh.sum()) == (("H2",), 4)
    assert f'1 column was ignored: "{name}": as the key columns says.' in data.report.lines()
    data = read(wide([(1, 2)] * 4, columns=["H2 load", name]), columns={name: "H2 generation"})
    assert (data.ids, data.profiles.generation_kwh.sum(), data.profiles.load_kwh.sum()) == (("H2",), 8, 4)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("temperature", "weather"),
        ("price", "a price"),
        ("Total", "a total"),
        ("battery_power", "a battery"),
        ("home pv kosten", "money"),
        ("H1 soc", "a battery"),
        ("H1 load cost", "money"),
        ("Total load", "a total"),
        ("total_consumption", "a total"),
        ("H1 battery charging", "a battery"),
        ("all load", "a total"),
        ("Netz", "net of what stands in other columns"),
        ("Eigenverbrauch", "a part of what was generated or used"),
    ],
)
def test_what_is_known_to_be_no_energy_of_a_home_is_left_out_and_told(name, why):
    columns = ["H2 load", name] if name != "Netz" else ["load", name]
    data = read(wide([(1, 2)] * 4, columns=columns))
    assert (len(data.ids), data.profiles.load_kwh.sum(), data.profiles.generation_kwh.sum()) == (1, 4, 0)
    assert f'1 column was ignored: "{name}": {why}.' in data.report.lines()


@pytest.mark.parametrize(
    ("names", "ids", "load", "generation"),
    [
        (["load_1", "pv_1", "load_2"], ("1", "2"), [1, 3], [2, 0]),
        (["load", "PV1", "PV2"], ("home",), [1], [5]),
        (["H1 load", "H1 PV1", "H1 PV2"], ("H1",), [1], [5]),
        (["H1 PV", "H1 PV1", "H1 load"], ("H1",), [3], [1]),
        (["H1 Verbrauch", "H1 Erzeugung", "H2 Verbrauch"], ("H1", "H2"), [1, 3], [2, 0]),
        (["A imported", "A exported", "B load"], ("A", "B"), [1, 3], [2, 0]),
        (["H1 1.8.1", "H1 1.8.2", "H1 2.8.0"], ("H1",), [0], [0]),
        (["Total load", "pv", "temperature"], ("home",), [1], [2]),
    ],
)
def test_names_say_home_quantity_and_part(names, ids, load, generation):
    data = read(wide([(1, 2, 3)] * 4, columns=names))
    assert data.ids == ids
    assert data.profiles.load_kwh[0].tolist() == load
    assert data.profiles.generation_kwh[0].tolist() == generation


def test_columns_say_home_time_and_quantity_too():
    text = "Zeit;Zähler;Bezug;Notiz\n" + "".join(
        f"{clock(place)};{home};0,5;x\n" for place in range(4) for home in "ab"
    )
    named = {"Zeit": "time", "Zähler": "home", "Bezug": "load (kW)"}
    assert read(text, columns=named).ids == ("a", "b")
    assert loads(read(text, columns={**named, "Notiz": "ignore"})) == [0.5] * 4
    assert loads(read("time,home,pv\n" + "".join(f"{clock(place)},0.{place + 1},2\n" for place in range(4)),
                      columns={"home": "load"})) == [0.1, 0.2, 0.3, 0.4]  # fmt: skip


def test_columns_that_the_file_lacks_are_refused():
    sentence = refusal(GOOD, columns={"price": "ignore"})
    assert sentence == 'meters.csv: columns names "price", but the columns are "time", "H1"'


@pytest.mark.parametrize("values", [("0.4", "0.4"), ("0.4", "0.5"), ("500", "510"), ("0,2", "1")])
def test_loads_do_not_become_names_of_homes(values):
    rows = "".join(f"{clock(place)};{values[place % 2]};0.8\n" for place in range(24))
    data = read("time;house;solar\n" + rows.replace(".", "," if "," in values[0] else "."), steps=24)
    numbers = [float(value.replace(",", ".")) for value in values]
    assert (data.ids, loads(data)) == (("home",), pytest.approx(numbers * 12))
    assert data.profiles.generation_kwh.sum() == pytest.approx(24 * 0.8)


def test_a_number_that_may_be_a_name_or_a_load_is_refused():
    rows = "".join(f"{clock(place)},7,2\n" for place in range(4))
    assert 'column "house" may name a home or hold numbers' in refusal("time,house,pv\n" + rows)
    assert loads(read("time,house,pv\n" + rows, columns={"house": "load"})) == [7] * 4
    assert read("time,house,pv\n" + rows, columns={"house": "home"}).ids == ("7",)


def test_a_home_that_is_the_sum_of_all_is_refused():
    rows = "".join(f"{clock(place)},{home},1\n" for place in range(4) for home in ("A", "Total"))
    assert 'home "Total" looks like the sum of all homes' in refusal("time,home,value\n" + rows)


def test_numbers_are_names_of_homes_that_share_their_times():
    rows = "".join(f"{clock(place)},{home},{home}\n" for place in range(4) for home in (7, 12))
    assert read("time,home,value\n" + rows).ids == ("7", "12")


# --- what may be wrong is a warning ----------------------------------------------------------------------


def doubts(content, **fields):
    return " | ".join(read(content, steps=24, **fields).report.suspicions())


def day(values):
    return wide(values, columns=[f"H{home + 1} load" for home in range(len(values[0]))])


def test_a_home_above_100_kwh_a_day_is_doubted():
    assert doubts(day([(4.2, 4.1)] * 24)) == "1 home has more than 100 kWh a day; is the unit right: H1 load 101 kWh"
    assert doubts(day([(4.1,)] * 24)) == ""
    assert doubts(day([(4.2,)] * 24), monthly_load_kwh=300) == ""
    assert doubts(wide([(500,)] * 24, columns=["H1 pv"])).endswith("H1 generation 12,000 kWh")


def test_a_value_50_times_its_neighbours_is_doubted():
    usual = [(0.5 + 0.1 * (place % 3), 0.5 - 0.1 * (place % 2)) for place in range(24)]
    for place in (0, 11, 23):
        for high, is_spike in ((36.0, True), (20.0, False)):
            values = [list(row) for row in usual]
            values[place][1] = high
            said = doubts(day([tuple(row) for row in values]))
            assert said == ("1 value is at least 50 times as high as those beside it: H2 load" if is_spike else "")
    car = [(7.4 if place == 20 else 0.0,) for place in range(24)]
    assert doubts(wide(car, columns=["H1 ev"])) == "1 home has no load in the file; it was taken as 0: H1"
    assert doubts(day([(1.0 if place == 5 else 0.01,) for place in range(24)])) == ""


def test_values_that_only_rise_are_doubted_and_those_of_a_counter_refused():
    assert doubts(day([(0.1 * place,) for place in range(24)])).startswith(
        "the values of 1 column of a home hardly ever"
    )
    assert doubts(day([(0.1 * (place % 6),) for place in range(24)])) == ""


def test_a_counter_is_read_as_one_and_told():
    data = read(day([(12345.6 + 0.1 * place, 0.5 - 0.1 * (place % 2)) for place in range(25)]), steps=24)
    assert loads(data) == pytest.approx([0.1] * 24)
    assert loads(data, 1) == pytest.approx([0.5, 0.4] * 12)
    told = 'the values of 1 column are readings of a counter; what was used is their difference: "H1 load"'
    assert f"{told[:1]}{told[1:]}." in data.report.lines()
    assert loads(read(day([(9.0 + 0.7 * place,) for place in range(25)]), steps=24)) == pytest.approx([0.7] * 24)
    assert loads(read(day([(0.5 * place,) for place in range(49)]), steps=48)) == pytest.approx([0.5] * 48)


def test_a_counter_may_be_reset_run_over_or_be_exchanged():
    def use(values, steps=None):
        data = read(day([(value,) for value in values]), steps=steps or len(values) - 1, reading="register")
        return loads(data), data

    up = [50.0 + 0.5 * place for place in range(8)]
    assert use([*up, 0.3, 0.8, 1.3, 1.8])[0] == pytest.approx([0.5] * 7 + [0.3, 0.5, 0.5, 0.5])
    found, data = use([99_999.0 + 0.25 * place for place in range(4)] + [0.25 * place for place in range(5)])
    assert found == pytest.approx([0.25] * 8)
    assert data.report.total("counters run over") == 1
    found, data = use([*up, 7_123.4, 7_123.9, 7_124.4, 7_124.9])
    assert found == pytest.approx([0.5] * 11)  # what is not known is interpolated
    assert data.report.total("meters exchanged") == 1
    found, data = use([*up[:4], 0.0, *up[5:]])
    assert found == pytest.approx([0.5] * 7)
    assert data.report.total("readings dropped") == 1


def test_a_counter_over_a_long_gap_keeps_what_it_counted():
    values = [100.0 + 0.5 * place for place in range(12)] + [None] * 12 + [130.0 + 0.5 * place for place in range(25)]
    data = read(day([(value,) for value in values]), steps=48, reading="register")
    assert sum(loads(data)) == pytest.approx(130.0 + 0.5 * 24 - 100.0)
    assert loads(data)[:11] == pytest.approx([0.5] * 11)


def test_power_at_irregular_times_holds_until_the_next():
    times = ["00:00", "00:10", "00:50", "01:00", "01:20", "02:00", "02:07", "03:00"]
    kw = [1.2, 0.6, 3.0, 0.3, 0.9, 6.0, 0.6, 0.6]
    text = "time,H1 load kW\n" + "".join(f"{DAY} {at},{value}\n" for at, value in zip(times, kw, strict=True))
    right = [1.2 / 6 + 0.6 * 40 / 60 + 3.0 / 6, 0.3 / 3 + 0.9 * 40 / 60, 6.0 * 7 / 60 + 0.6 * 53 / 60]
    assert loads(read(text, steps=3, reading="power")) == pytest.approx(right)


def test_times_that_run_from_one_to_midnight_are_doubted():
    ends = wide([(0.5 - 0.1 * (place % 2),) for place in range(24)], columns=["H1 load"], start=f"{DAY} 01:00")
    assert doubts(ends) == 'times run from 01:00 to 00:00: if they mark the end of intervals, set time_label = "end"'
    assert doubts(ends, time_label="end") == ""


def test_dates_that_may_be_month_first_are_doubted():
    for day_of, said in (
        (
            "05/06",
            'times such as "05/06/2026 00:00" are read day first; with day_first = false in homes.data they are read the other way',
        ),
        ("13/06", ""),
        ("05.06", ""),
        ("05/05", ""),
    ):
        rows = "".join(f"{day_of}{day_of[2]}2026 {hour:02d}:00,{0.5 - 0.1 * (hour % 2)}\n" for hour in range(24))
        start = f"2026-{day_of[3:]}-{day_of[:2]}"
        assert doubts("time,H1 load\n" + rows, start=start) == said


def test_an_hour_that_occurs_twice_but_stands_once_is_doubted():
    def rows(hours):
        return "time,H1 load\n" + "".join(f"2025-10-26 {hour:02d}:00,{0.5 - 0.1 * (hour % 2)}\n" for hour in hours)

    here = {"start": "2025-10-26", "zone": "Europe/Berlin"}
    assert doubts(rows(range(24)), **here).startswith("1 row has a local time of the hour that occurs twice")
    assert doubts(rows([0, 1, 2, 2, *range(3, 24)]), **here) == ""


def test_doubts_are_warnings_of_the_run(tmp_path):
    (tmp_path / "m.csv").write_text(day([(500.0 + place % 2,) for place in range(24)]))
    scenario = {"name": "x", "start": dt.datetime(2026, 3, 21), "homes": {"data": {"path": str(tmp_path / "m.csv")}}}  # noqa: DTZ001
    result = simulate(validate(scenario))
    assert any("more than 100 kWh a day" in warning for warning in result.warnings)


def test_a_young_counter_that_began_anew_is_one_where_its_neighbour_is_one():
    """Sixteen rises and one fall to 0 tell nothing alone: energy of sunny hours may do so; beside a counter of the same file it is one."""
    taken = [123_456 + 300 * hour for hour in range(48)]
    given = [9_876 + 500 * min(max(hour % 24 - 8, 0), 8) + 4_000 * (hour // 24) for hour in range(48)]
    given = given[:30] + [one - given[30] for one in given[30:]]
    rows = [f"{clock(hour)},{one},{other}" for hour, (one, other) in enumerate(zip(taken, given, strict=True))]
    data = read("\n".join(["time,H1 import total (Wh),H1 export total (Wh)", *rows]), steps=47)
    assert data.profiles.load_kwh.sum() == pytest.approx(47 * 0.3)
    assert data.profiles.generation_kwh.sum() == pytest.approx(given[29] / 1000 - 9.876 + given[-1] / 1000)


@pytest.mark.parametrize(
    ("header", "said"),
    [
        (
            "home;time;Vorzeichen;kWh",
            'column "Vorzeichen" holds "Bezug", "Lieferung", and each time stands once for each of these; say in homes.data that they are quantities',
        ),
        (
            "Remark;time;Vorzeichen;kWh",
            'whether they are homes, as in columns = { "Vorzeichen" = "home" }, or quantities, as in columns = { "Vorzeichen" = "quantity" }',
        ),
        ("home;time;Richtung;kWh", 'holds "Lieferung", which is no quantity; say what it means'),
    ],
)
def test_words_that_tell_rows_of_one_time_apart_are_asked_for_and_never_dropped(header, said):
    """Without them the last value of each time takes the place of the others: export was read as load."""
    rows = [
        f"H1;{clock(hour)};{word};{value}" for hour in range(12) for word, value in (("Bezug", 0.4), ("Lieferung", 0.9))
    ]
    content = "\n".join([header, *rows])
    assert said in refusal(content)
    name = header.split(";")[2]
    data = read(
        content,
        columns={name: "quantity"},
        quantities={"Bezug": "import", "Lieferung": "export"},
        home="H1" if "Remark" in header else None,
    )
    assert (data.profiles.load_kwh.sum(), data.profiles.generation_kwh.sum()) == pytest.approx((1.6, 3.6))


def test_remarks_that_tell_no_rows_apart_stay_remarks():
    rows = [f"H1;{clock(hour)};{('read', 'guessed')[hour % 2]};0.4" for hour in range(12)]
    assert read("\n".join(["home;time;Vorzeichen;kWh", *rows])).profiles.load_kwh.sum() == pytest.approx(1.6)


def test_times_of_day_with_a_point_beside_their_dates_are_times():
    """As Indonesia, Italy and Finland write them."""
    rows = [f"21/03/2026;{hour:02}.{minute:02};0,1" for hour in range(12) for minute in (0, 30)]
    data = read("\n".join(["tanggal;jam;pemakaian kWh", *rows]), steps=12)
    assert data.profiles.load_kwh.sum() == pytest.approx(2.4)
