"""Files as people have them: what each holds, and what must be said of it."""

from __future__ import annotations

import pytest

from homes.meter.public import PublicFile, kwh, totals, written
from homes.meter.writing import Community, Style, local, slots
from jiran.errors import DataError
from jiran.homes.meter.look import look
from jiran.homes.meter.read import meters
from jiran.homes.meter.vocabulary import QUANTITIES
from jiran.scenario import HomeData

TIME = "{t:%Y-%m-%d %H:%M}"
GOLDEN = {
    "watts in the name": PublicFile("", "time,H1 load W,H1 pv W", (f"{TIME},{{load_w}},{{generation_w}}",), ("load", "generation")),
    "word first": PublicFile("", "time,load_1,pv_1", (f"{TIME},{{load}},{{generation}}",), ("load", "generation")),
    "German": PublicFile("", "Zeit;H1 Verbrauch (kWh);H1 Erzeugung (kWh)", ("{t:%d.%m.%Y %H:%M};{load};{generation}",), ("load", "generation"), decimal=","),
    "exported": PublicFile("", "time,H1 imported,H1 exported", (f"{TIME},{{import}},{{export}}",), ("import", "export"), say=("connection only",)),
    "strings of panels": PublicFile(
        "", "time,H1 load,H1 PV1,H1 PV2", (f"{TIME},{{load}},{{generation_half}},{{generation_half}}",), ("load", "generation"), say=("columns added up",)
    ),
    "weather and price": PublicFile(
        "", "time,temperature,price,H1 load,H1 pv", (f"{TIME},28.4,0.5,{{load}},{{generation}}",), ("load", "generation"), say=("columns ignored",)
    ),
    "a total beside homes": PublicFile(
        "", "time,H1 load,H2 load,Total", (f"{TIME},{{load_half}},{{load_half}},{{load}}",), ("load",), ids=2, say=("columns ignored",)
    ),
    "home and pv are numbers": PublicFile("", "time,home,pv", (f"{TIME},{{load}},{{generation}}",), ("load", "generation")),
    "house and solar": PublicFile("", "time,house,solar", (f"{TIME},{{load}},{{generation}}",), ("load", "generation")),
    "24:00": PublicFile("", "date,time,H1 load", ("{last:%Y-%m-%d},{e24},{load}",), ("load",), say=("ends assumed",)),
    "AM and PM": PublicFile("", "time,H1 load", ("{t:%m/%d/%Y %I:%M %p},{load}",), ("load",)),
    "sep=": PublicFile("", "sep=;\ntime;H1 load", (f"{TIME};{{load}}",), ("load",)),
    "unix": PublicFile("", "time,A load", ("{unix},{load}",), ("load",)),
    "pipes": PublicFile("", "time|H1 load", (f"{TIME}|{{load}}",), ("load",)),
    "a row of units": PublicFile("", "time,H1 load\n,Wh", (f"{TIME},{{load_wh}}",), ("load",)),
    "a counter": PublicFile("", "time,H1 load", (f"{TIME},{{load_reg}}",), ("load",), register=True, say=("registers",)),
    "registers of the connection": PublicFile(
        "", "time,H1 import kWh,H1 export kWh", (f"{TIME},{{import_reg}},{{export_reg}}",), ("import", "export"), register=True, say=("registers",)
    ),
    "ends without a word": PublicFile("", "time,H1 load", ("{e:%Y-%m-%d %H:%M},{load}",), ("load",), say=("end labels",)),
    "days that follow each other": PublicFile("", "time,H1 load", ("{t:%d/%m/%Y %H:%M},{load}",), ("load",)),
}  # fmt: skip


@pytest.mark.parametrize("name", GOLDEN)
def test_a_file_as_people_have_it(name):
    file = GOLDEN[name]
    told = look(HomeData(path="m.csv"), zone="UTC", content=written(file))
    assert {
        what: sum(home[what] for home in told.totals.values()) for what in QUANTITIES if what in totals(file)
    } == pytest.approx(totals(file), abs=1e-6)
    assert sum(map(sum, (home.values() for home in told.totals.values()))) == pytest.approx(
        sum(totals(file).values()), abs=1e-6
    )
    assert len(told.totals) == (file.ids or len(file.homes))
    assert {kind for kind in file.say if not told.report.total(kind)} == set()


def test_newest_first_a_spike_and_a_small_negative_generation_are_told():
    rows = [f"2024-05-06 {hour:02}:00,{kwh('load', 0, hour):.3f},{-0.01 if hour < 6 else 1}" for hour in range(24)]
    text = "time,H1 load,H1 pv\n" + "\n".join(rows[::-1])
    told = look(HomeData(path="m.csv"), zone="UTC", content=text.encode())
    assert told.totals["H1"]["generation"] == pytest.approx(18)
    assert all(told.report.total(kind) for kind in ("newest first", "negative set to 0", "energy below 0"))
    high = look(HomeData(path="m.csv"), zone="UTC", content=text.replace(rows[12].split(",")[1], "9999").encode())
    assert high.report.total("spikes") == 1


@pytest.mark.parametrize("name", ["xyz", "H1 load (GWh)", "H1 load (ykWh)", "Appliance1"])
def test_what_is_not_understood_is_refused_with_a_line_that_works(name):
    text = f"time,H2 load,{name}\n" + "".join(f"2024-05-06 {hour:02}:00,0.{hour * 7 % 9},1\n" for hour in range(24))
    with pytest.raises(DataError) as refused:
        look(HomeData(path="m.csv"), zone="UTC", content=text.encode())
    assert f'columns = {{ "{name}" = "ignore" }}' in str(refused.value)
    told = look(HomeData(path="m.csv", columns={name: "ignore"}), zone="UTC", content=text.encode())
    assert [*told.totals] == ["H2"]


def test_parts_that_take_turns_are_one_meter():
    rows = "".join(
        f"2024-05-06 {hour:02}:00;Afname {'Dag' if 7 <= hour < 22 else 'Nacht'};0,{hour % 9}\n" for hour in range(24)
    )
    told = look(HomeData(path="m.csv"), zone="Europe/Brussels", content=f"tijd;register;volume\n{rows}".encode())
    assert told.totals["home"]["import"] == pytest.approx(sum(hour % 9 for hour in range(24)) / 10)
    assert not told.filled()


def test_two_files_of_a_month_that_overlap_count_a_day_once(tmp_path):
    days = {"a": (6, 7), "b": (7, 8)}
    for name, numbers in days.items():
        rows = [
            f"2024-05-{day:02} {hour:02}:00,{kwh('load', 0, 24 * day + hour)}" for day in numbers for hour in range(24)
        ]
        (tmp_path / f"{name}.csv").write_text("time,H1 load\n" + "\n".join(rows) + "\n")
    told = look(HomeData(path="*.csv"), zone="UTC", folder=tmp_path)
    assert told.totals["H1"]["load"] == pytest.approx(
        sum(kwh("load", 0, 24 * day + hour) for day in (6, 7, 8) for hour in range(24))
    )
    assert told.report.total("duplicates merged") == 24


def test_words_that_became_homes_are_doubted():
    rows = "".join(f"2024-05-06 {hour:02}:00,0.{hour * 7 % 9},1,1\n" for hour in range(24))
    told = look(
        HomeData(path="m.csv"), zone="UTC", content=f"time,zulassig load,ableitend pv,x temperature\n{rows}".encode()
    )
    assert {row["what"] for row in told.suspicions()} == {"words as homes", "no load"}
    named = look(HomeData(path="m.csv"), zone="UTC", content=f"time,H1 load,H2 pv,x temperature\n{rows}".encode())
    assert [row["what"] for row in named.suspicions()] == ["no load"]


# --- Green Button's XML ---------------------------------------------------------------------------------

_DIRECTIONS = {"import": "1", "export": "19", "load": "1"}


def espi(community: Community, style: Style) -> bytes:
    """Write a community as ESPI: a usage point a home, a meter reading a quantity, blocks of a day."""
    entries = []
    for number, home in enumerate(community.homes):
        for quantity in (what for whose, what in community.kwh if whose == home):
            path = f"/espi/User/1/UsagePoint/{number}/MeterReading/{quantity}"
            kind = f"/espi/ReadingType/{number}{quantity}"
            entries.append(
                f'<entry><link rel="self" href="{kind}"/><content><ReadingType><flowDirection>{_DIRECTIONS[quantity]}</flowDirection>'
                "<powerOfTenMultiplier>-3</powerOfTenMultiplier><uom>72</uom></ReadingType></content></entry>"
                f'<entry><link rel="self" href="{path}"/><link rel="related" href="{kind}"/><content><MeterReading/></content></entry>'
            )
            days: dict[str, list[str]] = {}
            for slot in slots(community, style):
                value = round(slot.values[home, quantity] * 1e6)
                days.setdefault(str(local(slot.utc_s, "UTC")[0].date()), []).append(
                    f"<IntervalReading><timePeriod><duration>{60 * community.minutes}</duration><start>{slot.utc_s}</start></timePeriod>"
                    f"<value>{value}</value></IntervalReading>"
                )
            entries += [
                f'<entry><link rel="self" href="{path}/IntervalBlock/{day}"/><content><IntervalBlock>{"".join(readings)}</IntervalBlock></content></entry>'
                for day, readings in days.items()
            ]
    return f'<?xml version="1.0"?><feed xmlns="http://naesb.org/espi">{"".join(entries)}</feed>'.encode()


@pytest.mark.parametrize("quantities", [("load",), ("import", "export")])
def test_green_button_xml_is_read_back(quantities):
    energy = {
        (home, what): tuple(kwh(what, place, step) for step in range(75))
        for place, home in enumerate(("H1", "H2"))
        for what in quantities
    }
    community = Community("Europe/Berlin", 1_761_343_200, 60, energy)
    found = meters(HomeData(path="m.xml"), "UTC", content=espi(community, Style()))
    for series in found.series:
        assert series.kwh.tolist() == pytest.approx(energy[found.ids[series.home], series.kind], abs=1e-9)
        assert (series.begin_s[0], series.end_s[-1]) == (community.begin_s, community.begin_s + 75 * 3600)
    assert len(found.series) == len(energy)
