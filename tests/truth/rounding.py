"""How a person writes amounts, energies, shares and times: written once more, for the proof alone."""

from __future__ import annotations

import datetime as dt
import re
from decimal import ROUND_HALF_EVEN, Decimal
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from jiran import Result


def decimals(value: float, digits: int) -> str:
    """Return a number with so many digits after the point and thousands apart."""
    rounded = Decimal(round(value, 9)).quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_EVEN)
    return f"{rounded or abs(rounded):,f}"


def energy(value: float) -> str:
    """Return kWh."""
    value = round(value, 9)  # without the residue of a sum
    if value >= 1e6:
        return f"{decimals(value / 1000, 0)} MWh"
    if value <= 0:
        return "0 kWh"
    if value < 0.005:
        return "less than 0.01 kWh"
    return f"{decimals(value, 2 if value < 10 else 1 if value < 1000 else 0)} kWh"


def amount(value: float, result: Result) -> str:
    """Return an amount of money, which is not negative, in the scenario's currency."""
    currency, value = result.scenario.currency, round(value, 9)
    if value <= 0:
        return f"{currency} 0"
    return f"less than {currency} 0.01" if value < 0.005 else f"{currency} {decimals(value, 2)}"


def many(number: int, one: str, several: str) -> str:
    """Return a number with its noun, which is given in both numbers."""
    return f"{number:,} {one if number == 1 else several}"


def wall(result: Result, step: int, *, end: bool = False, dated: bool = False) -> str:
    """Return what the clock shows where a step starts, or where it ends: midnight at an end is 24:00 of the day before."""
    utc = int(result.timeline.utc_s[step]) + (60 * result.scenario.step_minutes if end else 0)
    local = dt.datetime.fromtimestamp(utc, ZoneInfo(result.scenario.time_zone))
    clock, day = local.strftime("%H:%M:%S").removesuffix(":00"), local.date()
    if end and clock == "00:00" and not local.fold:
        clock, day = "24:00", day - dt.timedelta(days=1)
    again = " (for the second time)" if local.fold else ""
    return (f"{named(result, day)} " if dated else "") + clock + again


def named(result: Result, day: dt.date) -> str:
    """Return a day as sentences name it: with its year if the run has seen more than one."""
    years = {str(result.timeline.local[step])[:4] for step in (0, -1)}
    return f"{day:%a} {day.day} {day:%b}" + (f" {day:%Y}" if len(years) > 1 else "")


def period(result: Result, first: int, last: int, *, dated: bool = False) -> str:
    """Return the steps first <= step <= last as their two ends; a date that is the same for both is said once."""
    start, end = wall(result, first, dated=dated), wall(result, last, end=True, dated=dated)
    day = re.match(r".*?(?=\d\d:\d\d)", start)
    assert day is not None
    return f"{start} to {end.removeprefix(day.group()) if dated else end}"


def percent(value: float) -> str:
    """Return a share in per cent."""
    text = f"{decimals(100 * value, 1)}%"
    if text == "0.0%" and value > 0:
        return "less than 0.1%"
    return "more than 99.9%" if text == "100.0%" and value < 1 - 1e-9 else text


def size(value: float) -> str:
    """Return a chosen number with at most six digits."""
    return f"{Decimal(f'{value:.6g}').normalize():f}"


def duration(minutes: int) -> str:
    """Return a length of time."""
    if minutes >= 1440:
        text = decimals(minutes / 1440, 1).removesuffix(".0")
        return "1 day" if text == "1" else f"{text} days"
    hours, rest = minutes // 60, minutes % 60
    if rest and hours:
        return f"{hours} h {rest} min"
    return many(hours, "hour", "hours") if hours else many(rest, "minute", "minutes")


def dates(result: Result, first: int = 0, last: int | None = None) -> bool:
    """Tell whether the steps first <= step < last touch more than one day of the calendar."""
    last = result.timeline.steps if last is None else last
    seen = result.timeline.local_s[[first, last - 1]] // 86_400
    return bool(seen[0] != seen[1])
