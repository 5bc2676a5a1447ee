"""Scenarios under the sun of a place, and weather files of every format, for tests."""

from __future__ import annotations

import datetime as dt
import json

import numpy as np

from jiran.homes.community import modelled_community
from jiran.homes.solar import generation_kwh
from jiran.homes.timeline import timeline
from jiran.scenario import validate

#: Roofs that do not differ.
ALIKE = {"roof_shift_h": 0.0, "roof_spread": 0.0}
#: Singapore in the file that is written below.
LATITUDE, LONGITUDE, OFFSET_H = 1.37, 103.98, 8


def scenario(zone="Asia/Kuching", start="2026-01-01", steps=24, step_minutes=60, seed=1, groups=None, **solar):
    groups = groups or [{"kind": "solar", "count": 1}]
    data = {"name": "x", "time_zone": zone, "start": start, "steps": steps, "step_minutes": step_minutes, "seed": seed}
    return validate({**data, "homes": {"groups": groups}, "solar": {"model": "site", "pv_kwp": 1.0, **solar}})


def generation(**given):
    """Return what homes of 1 kWp generate, kWh, shape (step, home)."""
    wanted = scenario(**given)
    return generation_kwh(modelled_community(wanted), timeline(wanted), wanted.solar, wanted.seed)


def year(step_minutes=60, **given):
    return generation(steps=365 * 24 * 60 // step_minutes, step_minutes=step_minutes, **given)


class Year:
    """A made-up year of hours in Singapore, by the middle of each hour on its own clock."""

    def __init__(self, number=2019):
        self.hours = [dt.datetime(number, 1, 1) + dt.timedelta(hours=hour) for hour in range(8760)]  # noqa: DTZ001
        hour = np.arange(8760) % 24 + 0.5
        day = np.arange(8760) // 24
        self.level = np.round(np.maximum(0.0, np.sin(np.pi * (hour - 7.1) / 12.0)) * (500 + 200 * np.cos(day / 9.0)))
        self.diffuse = np.round(0.5 * self.level)
        self.direct = np.round(0.6 * self.level)
        self.warm = np.round(27.0 - 3.0 * np.cos(2 * np.pi * (hour - 2.0) / 24.0), 1)


def epw(year):
    head = [f"LOCATION,Somewhere,-,SGP,x,1,{LATITUDE},{LONGITUDE},{OFFSET_H}.0,16.0", *["COMMENTS,"] * 6]
    rows = [
        f"2019,{time.month},{time.day},{time.hour + 1},60,?,{warm},20,80,101000,0,0,400,{level},{direct},{diffuse}," + ",".join(["0"] * 19)
        for time, level, direct, diffuse, warm in zip(year.hours, year.level, year.direct, year.diffuse, year.warm, strict=True)
    ]  # fmt: skip
    return "\n".join([*head, "DATA PERIODS,1,1,Data,Sunday,1/1,12/31", *rows]) + "\n"


def tmy3(year):
    names = "Date (MM/DD/YYYY),Time (HH:MM),GHI (W/m^2),DNI (W/m^2),DHI (W/m^2),Dry-bulb (C)"
    rows = [
        f"{time:%m/%d/%Y},{time.hour + 1:02d}:00,{level},{direct},{diffuse},{warm}"
        for time, level, direct, diffuse, warm in zip(year.hours, year.level, year.direct, year.diffuse, year.warm, strict=True)
    ]  # fmt: skip
    return "\n".join([f'1,"SOMEWHERE",SG,{OFFSET_H}.0,{LATITUDE},{LONGITUDE},16', names, *rows]) + "\n"


def nsrdb(year):
    head = ["Source,Location ID,City,State,Country,Latitude,Longitude,Time Zone,Elevation,Local Time Zone"]
    head += [f"NSRDB,1,-,-,-,{LATITUDE},{LONGITUDE},{OFFSET_H},16,{OFFSET_H}"]
    rows = [
        f"{time.year},{time.month},{time.day},{time.hour},30,{level},{direct},{diffuse},{warm}"
        for time, level, direct, diffuse, warm in zip(year.hours, year.level, year.direct, year.diffuse, year.warm, strict=True)
    ]  # fmt: skip
    return "\n".join([*head, "Year,Month,Day,Hour,Minute,GHI,DNI,DHI,Temperature", *rows]) + "\n"


def pvgis(year):
    """Return a typical year of PVGIS as JSON: in UTC, values half an hour after their labels."""
    rows = []
    for time, level, direct, diffuse, warm in sorted(
        zip(year.hours, year.level, year.direct, year.diffuse, year.warm, strict=True),
        key=lambda row: (row[0] - dt.timedelta(hours=OFFSET_H)).replace(year=2019),
    ):
        label = (time - dt.timedelta(hours=OFFSET_H)).replace(year=2019)
        values = {"T2m": warm, "RH": 80, "G(h)": level, "Gb(n)": direct, "Gd(h)": diffuse, "IR(h)": 400}
        values |= {"WS10m": 1.0, "WD10m": 0, "SP": 101000}
        rows.append({"time(UTC)": f"{label:%Y%m%d:%H%M}", **values})
    place = {"latitude": LATITUDE, "longitude": LONGITUDE, "elevation": 16.0, "irradiance_time_offset": 0.5}
    months = [{"month": month, "year": 2019} for month in range(1, 13)]
    data = {"inputs": {"location": place}, "outputs": {"months_selected": months, "tmy_hourly": rows}, "meta": {"inputs": {}, "outputs": {}}}  # fmt: skip
    return json.dumps(data)


FORMATS = {"epw": epw, "tmy3": tmy3, "nsrdb": nsrdb, "pvgis": pvgis}
ENDING = {"epw": ".epw", "tmy3": ".csv", "nsrdb": ".csv", "pvgis": ".json"}
