"""Energy written below 0: the refusal says where it stands, and the key that it names reads the file as it is."""

from __future__ import annotations

import datetime as dt
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiran.errors import DataError
from jiran.homes.meter.look import look
from jiran.scenario import HomeData

BEGIN = dt.datetime(2026, 3, 21)  # noqa: DTZ001  local time
ENERGY = st.integers(-900, 900).filter(lambda wh: abs(wh) > 60)


def seen(content, **keys):
    return look(HomeData(path="street.csv", **keys), zone="Asia/Kuching", content=content.encode())


def refused(content, **keys):
    with pytest.raises(DataError) as caught:
        seen(content, **keys)
    return str(caught.value)


def followed(sentence):
    """Return the keys that a refusal names, as a scenario holds them."""
    begin = min(place for place in (sentence.find("columns = {"), sentence.find("quantities = {")) if place >= 0)
    return tomllib.loads(sentence[begin : sentence.index("}", begin) + 1])


def file_of(layout, net_wh):
    """Return a file of import and export below 0, its first value below 0, its row and its column, and the unit."""
    rows, first = [], None
    unit, times = ("kW", 4) if layout == "kW" else ("kWh", 1)
    for place, wh in enumerate(net_wh):
        time = f"{BEGIN + dt.timedelta(minutes=15 * place):%Y-%m-%d %H:%M}"
        taken, given_back = max(wh, 0) / 1000 * times, min(wh, 0) / 1000 * times
        if layout == "long":
            rows += [f"H1,{time},import,{taken:.3f}", f"H1,{time},export,{given_back:.3f}"]
        else:
            rows.append(
                f"{time},{wh / 1000:.3f}"
                if layout in ("net", "value", "import")
                else f"{time},{taken:.3f},{given_back:.3f}"
            )
        if wh < 0 and first is None:
            first = wh / 1000 * times, len(rows) + 1
    header, column = {
        "long": ("home,time,quantity,value", "export"), "net": ("time,H1 net", "H1 net"), "value": ("time,kWh", "kWh"),
        "import": ("time,H1 import", "H1 import"), "two": ("time,H1 import,H1 export", "H1 export"),
        "load": ("time,H1 load,H1 export", "H1 export"), "kW": ("time,Bezug kW,Einspeisung kW", "Einspeisung kW"),
    }[layout]  # fmt: skip
    return "\n".join([header, *rows]) + "\n", first, column, unit


@given(
    layout=st.sampled_from(["long", "net", "value", "import", "two", "load", "kW"]),
    net_wh=st.lists(ENERGY, min_size=16, max_size=40).filter(lambda all_wh: min(all_wh) < 0 < max(all_wh)),
)
def test_export_below_0_is_refused_with_its_place_and_the_key_that_reads_it(layout, net_wh):
    content, (value, row), column, unit = file_of(layout, net_wh)
    sentence = refused(content)
    assert sentence.startswith("street.csv: ")
    assert f'"{column}"' in sentence
    assert f"row {row}" in sentence
    if layout == "net":
        assert f'of "H1 net" is {value:.3f}, in row {row}' in sentence
    else:
        assert f"of {value:.6g} {unit} at " in sentence
    assert " a export" not in sentence
    found = seen(content, **followed(sentence)).as_data()
    taken, fed_in = sum(wh for wh in net_wh if wh > 0) / 1000, -sum(wh for wh in net_wh if wh < 0) / 1000
    assert found["load_kwh" if layout == "load" else "import_kwh"] == pytest.approx(taken)
    assert found["export_kwh"] == pytest.approx(fed_in)
    assert found["generation_kwh"] == 0


@pytest.mark.parametrize(
    ("header", "value", "said"),
    [
        ("H1 load,H1 pv", "0.2,-0.4", "H1 has a generation of -0.4 kWh at 2026-03-21 00:00, below 0; take the sign off"),
        ("H1 load,H1 ev", "0.2,-0.4", "H1 has an EV charging of -0.4 kWh at 2026-03-21 00:00, below 0; take the sign off"),
        ("H1 load [Wh]", "-400", "H1 has a load of -400 Wh at 2026-03-21 00:00, below 0; take the sign off"),
    ],
)  # fmt: skip
def test_what_no_key_reads_is_not_said_to_be_net(header, value, said):
    rows = [f"{BEGIN + dt.timedelta(minutes=15 * place):%Y-%m-%d %H:%M},{value}" for place in range(12)]
    sentence = refused("\n".join([f"time,{header}", *rows]))
    assert f'row 2, column "{header.split(",")[-1]}": home {said}' in sentence
    assert '"net"' not in sentence


def test_export_above_0_beside_import_below_0_is_not_said_to_be_import_less_export():
    rows = [f"{BEGIN + dt.timedelta(minutes=15 * place):%Y-%m-%d %H:%M},{(-1) ** place * 0.3}" for place in range(12)]
    assert "if it is export less import, turn its sign in the file" in refused("\n".join(["time,H1 export", *rows]))


def test_a_counter_below_0_is_said_to_be_one():
    rows = [f"{BEGIN + dt.timedelta(minutes=15 * place):%Y-%m-%d %H:%M},{-500 - place / 10}" for place in range(40)]
    assert "if it is a counter that was written with a minus sign" in refused("\n".join(["time,H1 export", *rows]))


def test_import_with_a_sign_beside_its_export_is_net_and_the_export_counts_once():
    rows = [
        f"{BEGIN + dt.timedelta(minutes=15 * place):%Y-%m-%d %H:%M},{wh},{max(-wh, 0)}"
        for place, wh in enumerate([300, -200, 100, -50] * 4)
    ]
    content = "\n".join(["time,H1 import Wh,H1 export Wh", *rows])
    keys = followed(refused(content))
    assert keys == {"columns": {"H1 import Wh": "H1 net Wh", "H1 export Wh": "ignore"}}
    found = seen(content, **keys).as_data()
    assert (found["import_kwh"], found["export_kwh"]) == pytest.approx((1.6, 1.0))


def test_of_several_files_the_one_with_the_value_is_named(tmp_path):
    for name, sign in (("a.csv", 1), ("b.csv", -1)):
        rows = [f"{BEGIN + dt.timedelta(minutes=15 * place):%Y-%m-%d %H:%M},0.1,{sign * 0.3}" for place in range(12)]
        (tmp_path / name).write_text("\n".join(["time,import,export", *rows]))
    with pytest.raises(DataError, match=r'b\.csv: row 2, column "export"'):
        look(HomeData(path="*.csv"), zone="UTC", folder=tmp_path)


def test_power_below_0_is_watts_by_its_size():
    rows = [
        f"{BEGIN + dt.timedelta(minutes=15 * place):%Y-%m-%d %H:%M},200,{-1500 * (place % 2)}" for place in range(16)
    ]
    content = "\n".join(["time,import power,export power", *rows])
    assert "an export of -1500 W at" in refused(content)
    assert seen(content, **followed(refused(content))).as_data()["export_kwh"] == pytest.approx(3.0)
