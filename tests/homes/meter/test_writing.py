"""Random communities, written in every layout and style, are read back as they were."""

from __future__ import annotations

import datetime as dt
import random
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st

from homes.meter.writing import (
    FORMS,
    LAYOUTS,
    Community,
    Style,
    Table,
    parquet,
    slots,
    stamp,
    text,
    truth,
    winter_offset,
)
from jiran.homes.meter.look import look
from jiran.homes.meter.read import meters, read_meter_data
from jiran.homes.timeline import timeline
from jiran.scenario import HomeData

#: A failing file is told by its style; shrinking its numbers would take minutes and tell no more.
quick = settings(max_examples=40, phases=(Phase.explicit, Phase.reuse, Phase.generate))

#: Days from which a file may run, by zone: those before clocks change, and others.
DAYS = {
    "Europe/Berlin": ("2025-03-29", "2025-10-25", "2025-06-05"), "America/New_York": ("2025-03-08", "2025-11-01"),
    "Europe/Lisbon": ("2025-03-29", "2025-10-25"), "Australia/Adelaide": ("2025-10-04", "2025-04-05"),
    "Australia/Lord_Howe": ("2025-10-04", "2025-04-05"), "Africa/Casablanca": ("2025-02-22", "2025-04-05"),
    "Asia/Kuching": ("2025-12-31",), "Asia/Kolkata": ("2025-01-05",), "America/St_Johns": ("2025-11-01",),
}  # fmt: skip
MEASURED = (
    ("load",), ("load", "generation"), ("load", "generation", "ev"), ("load", "ev"), ("import", "export"),
    ("import", "export", "generation"),
)  # fmt: skip
#: Layouts in which each row says its full time; the others have dates or numbers of intervals.
FULL_TIMES = ("wide", "long", "long of quantities", "registers by row")
COUNTED = ("hours counted", "matrix counted")


def offset_name(offset: dt.timedelta) -> str:
    minutes = int(offset.total_seconds()) // 60
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


@st.composite
def communities(draw) -> Community:
    zone = draw(st.sampled_from(sorted(DAYS)))
    day = dt.datetime.fromisoformat(draw(st.sampled_from(DAYS[zone])))
    end = day + dt.timedelta(days=draw(st.sampled_from((1, 2, 3))))
    begin_s, end_s = (int(at.replace(tzinfo=ZoneInfo(zone)).timestamp()) for at in (day, end))
    minutes = draw(st.sampled_from((5, 10, 15, 20, 30, 60) if zone != "Australia/Lord_Howe" else (5, 10, 15, 30)))
    steps = (end_s - begin_s) // 60 // minutes
    rng = random.Random(draw(st.integers(0, 2**32)))  # noqa: S311  values are Wh that nobody would think of
    kwh = {
        (f"H{home}", quantity): tuple(rng.choice((rng.randint(0, 3000), rng.randint(0, 400), 0)) / 1000 for _ in range(steps))
        for home in range(1, draw(st.sampled_from((2, 3, 4))))
        for quantity in draw(st.sampled_from(MEASURED))
    }  # fmt: skip
    return Community(zone, begin_s, minutes, kwh)


@st.composite
def clocks(draw, layout: str, reading: str, form: str) -> tuple[str, str]:
    """Return how changes of the clock are written, and what a time marks."""
    if layout in COUNTED:
        return "order", "start"
    if layout in ("matrix", "hours of the clock"):
        clock = draw(st.sampled_from(("winter", "once") if layout == "matrix" else ("order", "winter", "once")))
        return clock, draw(st.sampled_from(("start", "later"))) if layout == "matrix" else "start"
    if form.startswith("unix"):
        return "utc", draw(st.sampled_from(("start", "end"))) if reading == "interval" else "start"
    choice = ["order", "offset", "letters", "utc", "winter", *(["once"] if reading == "interval" else [])]
    if form == "compact":
        choice.remove("letters")
    if layout == "registers by row":
        choice.remove("order")  # two columns would have one name
    clock = draw(st.sampled_from(choice))
    if reading == "register":
        return clock, "start"
    return clock, draw(st.sampled_from(("start", "later") if clock == "once" else ("start", "end", "later")))


@st.composite
def styles(draw, layout: str, steps: int) -> Style:
    reading = (
        draw(st.sampled_from(("interval", "interval", "register")))
        if layout in (*FULL_TIMES, "date and time")
        else "interval"
    )
    if layout in ("wide", "long", "long of quantities"):
        form = draw(st.sampled_from((*FORMS, "unix", "unix ms")))
    else:
        form = draw(st.sampled_from(("iso", "dots", "day first", "month first")))
    clock, label = draw(clocks(layout, reading, form))
    counter_from = draw(st.sampled_from((0.0, 12345.678, 99998.0))) if reading == "register" else 0.0
    decimal = draw(st.sampled_from((".", ",")))
    by_name = layout not in ("matrix", "matrix counted", "registers by row")
    return Style(
        unit=draw(st.sampled_from(("kWh", "Wh", "MWh") if reading == "register" else ("kWh", "Wh", "MWh", "kW", "W"))),
        reading=reading, counter_from=counter_from, digits=5 if counter_from == 99998.0 else 9,
        reset_at=draw(st.integers(2, steps - 2)) if counter_from == 12345.678 and draw(st.booleans()) else None,
        label=label, form=form, clock=clock,
        placeholder=layout in (*FULL_TIMES, "date and time") and reading == "interval" and label != "end"
        and clock in ("order", "letters", "once") and draw(st.booleans()),
        closes_day=label != "start" and not form.startswith("unix") and form != "month first" and draw(st.booleans()),
        newest_first=layout not in COUNTED and draw(st.booleans()),
        units_in=draw(st.sampled_from(("header", "row", ""))) if by_name and not layout.startswith("hours") else "header" if by_name else "",
        separator=draw(st.sampled_from((",", ";", "\t", "|"))), decimal=decimal,
        thousands=draw(st.sampled_from(("", "." if decimal == "," else ",", "'", " "))),
        encoding=draw(st.sampled_from(("utf-8", "utf-8-sig", "utf-16", "cp1252"))), line_end=draw(st.sampled_from(("\n", "\r\n"))),
        sep_line=draw(st.booleans()), preface=draw(st.sampled_from(((), ("Lastgang", "Kunde: Müller", ""), ("Created;2025-01-01 10:00",)))),
        footer=draw(st.sampled_from(((), ("", "Sum of all", "end")))),
    )  # fmt: skip


def keys_of(community: Community, style: Style) -> dict:
    """Return what a file of a style does not say by itself."""
    keys = {"reading": style.reading}
    if style.label != "start":
        keys["time_label"] = "end"
    if style.form in ("day first", "month first"):
        keys["day_first"] = style.form == "day first"
    if not style.units_in and style.unit != "kWh":
        keys["unit"] = style.unit
    if style.clock == "once":
        keys["repeated_hour"] = "both"
    if style.clock == "winter":
        keys["time_zone"] = offset_name(winter_offset(community.zone))
    if style.decimal == "," or style.thousands:
        keys["decimal"] = style.decimal
    return keys


@st.composite
def written(draw, layouts=tuple(LAYOUTS)) -> tuple[Community, str, Style]:
    community, layout = draw(communities()), draw(st.sampled_from(layouts))
    style = draw(styles(layout, community.steps))
    if layout == "registers by row":
        assume(community.steps < 300)
    if layout == "matrix" or layout.startswith("hours"):  # days of winter time begin at another minute there
        assume(not (community.zone == "Australia/Lord_Howe" and style.clock == "winter" and community.minutes > 30))
    return community, layout, style


def energy(found) -> dict:
    """Return the energy that was read, by home and quantity and by the begin of the interval."""
    read = {}
    for series in found.series:
        by_begin = read.setdefault((found.ids[series.home], series.kind), {})
        for begin_s, kwh in zip(series.begin_s.tolist(), series.kwh.tolist(), strict=True):
            by_begin[begin_s] = by_begin.get(begin_s, 0.0) + kwh
    return read


def assert_is(read: dict, right: dict) -> None:
    assert read.keys() == right.keys()
    for key, kwh in right.items():
        assert read[key].keys() == kwh.keys(), key
        assert list(read[key].values()) == pytest.approx([kwh[begin_s] for begin_s in read[key]], abs=1e-9), key


@quick
@given(written())
def test_a_community_is_read_back_from_every_layout_and_style(case):
    community, layout, style = case
    content, keys = text(LAYOUTS[layout](community, style), style), keys_of(community, style)
    right = truth(community, style)
    source = HomeData(path="meters.csv", **keys)
    assert_is(energy(meters(source, community.zone, content=content)), right)
    told = look(source, zone=community.zone, content=content)
    for (home, quantity), kwh in right.items():
        assert told.totals[home][quantity] == pytest.approx(sum(kwh.values()), abs=1e-9)
    again = HomeData(**told.keys)
    assert_is(energy(meters(again, "Pacific/Apia", content=content)), right)
    assert look(again, zone="Pacific/Apia", content=content).keys == told.keys


@quick
@given(written())
def test_a_run_gets_what_was_written(case):
    community, layout, style = case
    assume(all("load" in of_home for of_home in _quantities(community).values()))
    content = text(LAYOUTS[layout](community, style), style)
    start = dt.datetime.fromtimestamp(community.begin_s, tz=ZoneInfo(community.zone)).replace(tzinfo=None)
    minutes = community.minutes if community.minutes != 20 else 60
    steps = community.steps * community.minutes // minutes
    when = timeline(SimpleNamespace(time_zone=community.zone, start=start, steps=steps, step_minutes=minutes))
    data = read_meter_data(HomeData(path="meters.csv", **keys_of(community, style)), when, content=content)
    right = truth(community, style)
    for quantity, table in (
        ("load", data.profiles.load_kwh),
        ("generation", data.profiles.generation_kwh),
        ("ev", data.profiles.ev_kwh),
    ):
        for place, home in enumerate(data.ids):
            kwh = np.array([*right.get((home, quantity), dict.fromkeys(range(community.steps), 0.0)).values()])
            assert table[:, place] == pytest.approx(kwh.reshape(steps, -1).sum(axis=1), abs=1e-9)


def _quantities(community: Community) -> dict[str, set[str]]:
    return {home: {what for whose, what in community.kwh if whose == home} for home in community.homes}


@quick
@given(written(("wide", "long", "long of quantities", "date and time", "hours counted", "matrix")))
def test_parquet_says_the_same(case):
    community, layout, style = case
    style = Style(unit=style.unit, reading=style.reading, counter_from=style.counter_from, digits=style.digits, label=style.label,
                  form=style.form, clock=style.clock, newest_first=style.newest_first, closes_day=style.closes_day,
                  units_in="header" if layout != "matrix" else "")  # fmt: skip
    table = LAYOUTS[layout](community, style)
    names = dict.fromkeys(table.header)
    assume(len(names) == len(table.header))
    blank = Table(table.header, [[None if cell == "" else cell for cell in row] for row in table.rows])
    source = HomeData(path="meters.parquet", **keys_of(community, style))
    assert_is(energy(meters(source, community.zone, content=parquet(blank))), truth(community, style))


@quick
@given(written(("wide", "long", "long of quantities", "date and time")), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter_where_each_says_its_instant(case, rng):
    community, layout, style = case
    assume(style.clock in ("offset", "utc", "letters", "winter") or not _twice(community, style))
    table = LAYOUTS[layout](community, style)
    rng.shuffle(table.rows)
    source = HomeData(path="meters.csv", **keys_of(community, style))
    assert_is(energy(meters(source, community.zone, content=text(table, style))), truth(community, style))


def _twice(community: Community, style: Style) -> bool:
    return any(slot.second is not None for slot in slots(community, style))


@quick
@given(written(("wide", "long", "long of quantities")), st.floats(0.2, 0.8))
def test_a_file_cut_in_two_reads_the_same(tmp_path_factory, case, share):
    community, layout, style = case
    assume(style.reset_at is None and style.clock != "once" and not _twice(community, style))
    table = LAYOUTS[layout](community, style)
    when = table.header.index("time")
    times = list(dict.fromkeys(row[when] for row in table.rows))
    assume(len(times) == len({stamp(slot, style) for slot in slots(community, style)}))
    first = set(times[: int(share * len(times))])
    assume(3 <= len(first) <= len(times) - 3)
    folder = tmp_path_factory.mktemp("two")
    halves = ([row for row in table.rows if (row[when] in first) is early] for early in (True, False))
    for name, rows in zip("ab", halves, strict=True):
        (folder / f"{name}.csv").write_bytes(text(Table(table.header, rows, table.units), style))
    source = HomeData(path="a.csv", also=("b.csv",), **keys_of(community, style))
    assert_is(energy(meters(source, community.zone, folder=folder)), truth(community, style))
