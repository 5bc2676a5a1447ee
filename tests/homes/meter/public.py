"""Public layouts, written with values of our own: `public.toml` says how."""

from __future__ import annotations

import datetime as dt
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

BEGIN = dt.datetime(2024, 5, 6)  # noqa: DTZ001  a Monday on the wall
DAYS = 2
QUANTITIES = ("load", "generation", "import", "export")
#: Where the day tariff of a home runs.
_DAY_TARIFF = range(7, 22)


class Number(float):
    """A number that is written with the decimal sign of its file."""

    decimal = "."

    def __format__(self, spec: str) -> str:
        text = f"{float(self):.6f}".rstrip("0").rstrip(".") if not spec else float.__format__(self, spec)
        return text.replace(".", type(self).decimal)


class CommaNumber(Number):
    decimal = ","


@dataclass(frozen=True)
class PublicFile:
    """One layout of `public.toml`; the names are explained there."""

    name: str
    header: str
    rows: tuple[str, ...]
    holds: tuple[str, ...]
    homes: tuple[str, ...] = ("home",)
    minutes: int = 60
    decimal: str = "."
    slots: str = ""
    footer: str = ""
    register: bool = False
    ids: int = 0
    keys: dict[str, Any] = field(default_factory=dict)
    read_as: dict[str, str] = field(default_factory=dict)
    refused: str = ""
    say: tuple[str, ...] = ()


def public_files() -> list[PublicFile]:
    """Return all of them."""
    tables = tomllib.loads(Path(__file__).with_name("public.toml").read_text("utf-8"))["layout"]
    return [
        PublicFile(**{key: tuple(value) if isinstance(value, list) else value for key, value in table.items()})
        for table in tables
    ]


def kwh(quantity: str, home: int, step: int) -> float:
    """Return the energy of an interval: a few Wh, different in each, and not rising for long."""
    place = QUANTITIES.index(quantity)
    sun = max(0, 12 - abs(step % 24 - 12)) if quantity in ("generation", "export") else 5
    return (100 * home + 17 * ((step * (7 + place)) % 29) + 40 * sun * (place + 1)) / 1000


def totals(file: PublicFile) -> dict[str, float]:
    """Return the energy of all homes that must come out, by quantity."""
    steps = DAYS * 24 * 60 // file.minutes
    every = [(home, step) for home in range(len(file.homes)) for step in range(steps)]
    found = {file.read_as.get(what, what): sum(kwh(what, *at) for at in every) for what in file.holds if what != "net"}
    if "net" in file.holds:
        net = [kwh("import", *at) - kwh("export", *at) for at in every]
        found |= {"import": sum(max(one, 0.0) for one in net), "export": sum(max(-one, 0.0) for one in net)}
    return found


def written(file: PublicFile) -> bytes:
    """Return the file."""
    steps, per_day = DAYS * 24 * 60 // file.minutes, 24 * 60 // file.minutes
    separator = ";" if ";" in file.header.splitlines()[-1] else ","
    by_day = any("_day}" in row for row in file.rows)
    at_once = any("_all}" in row for row in file.rows)
    begins = range(0, steps, per_day) if by_day else range(1) if at_once else range(steps + file.register)
    times = [BEGIN + dt.timedelta(minutes=file.minutes * step) for step in range(steps)]
    header = file.header.replace("{slots}", separator.join(_slots(file))).replace(
        "{times}", separator.join(f"{t:%Y-%m-%dT%H:%M:%S}+00:00" for t in times)
    )
    lines = [header]
    for home, name in enumerate(file.homes):
        for step in begins:
            values = _values(file, home, step, per_day, steps, separator)
            lines += [row.format(home=name, **values) for row in file.rows]
    return ("\n".join([*lines, *([file.footer] if file.footer else [])]) + "\n").encode()


def _slots(file: PublicFile) -> list[str]:
    names = []
    for minute in range(0, 1440, file.minutes):
        begin, end = (f"{at // 60 % 24:02}:{at % 60:02}" for at in (minute, minute + file.minutes))
        names.append(
            f"{begin}-{end}"
            if file.slots == "range"
            else end.lstrip("0")
            if end[1] != ":" and end[0] == "0" and False
            else end
        )
    return names


def _values(file: PublicFile, home: int, step: int, per_day: int, steps: int, separator: str) -> dict[str, Any]:
    """Return what may stand in a row."""
    sort = CommaNumber if file.decimal == "," else Number
    length = dt.timedelta(minutes=file.minutes)
    begin, power = BEGIN + step * length, 60 / file.minutes
    end = begin + length
    found: dict[str, Any] = {
        "t": begin, "e": end, "last": end - dt.timedelta(minutes=1), "hour": step % per_day + 1, "zero": 0,
        "unix": int(begin.replace(tzinfo=dt.UTC).timestamp()), "e24": f"{end:%H:%M}" if end.hour or end.minute else "24:00",
    }  # fmt: skip
    for quantity in QUANTITIES:
        energy = kwh(quantity, home, step)
        counted = 1234.5 + 100 * home + sum(kwh(quantity, home, before) for before in range(step))
        found |= {
            quantity: sort(energy), f"{quantity}_wh": sort(1000 * energy), f"{quantity}_kw": sort(power * energy),
            f"{quantity}_w": sort(1000 * power * energy), f"{quantity}_reg": sort(counted), f"{quantity}_half": sort(energy / 2),
            f"{quantity}_half_kw": sort(power * energy / 2),
            f"{quantity}_day": separator.join(f"{sort(kwh(quantity, home, each))}" for each in range(step, min(step + per_day, steps))),
            f"{quantity}_all": separator.join(f"{sort(kwh(quantity, home, each))}" for each in range(steps)),
            f"{quantity}_day_tariff": sort(energy) if begin.hour in _DAY_TARIFF else "",
            f"{quantity}_night_tariff": "" if begin.hour in _DAY_TARIFF else sort(energy),
        }  # fmt: skip
    net = kwh("import", home, step) - kwh("export", home, step)
    return found | {"net": sort(net), "net_kw": sort(power * net)}
