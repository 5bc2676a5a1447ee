"""What one text says of a time: in every order of day, month and year, with months in several languages."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

EPOCH = dt.datetime(1970, 1, 1)  # noqa: DTZ001  a wall clock has no zone
YEARS = range(1971, 2201)
#: A number of so many seconds since 1970 is a time: 1990 to 2100. Thousandths of them count too.
UNIX_S = (631_152_000, 4_102_444_800)

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january januar janvier enero ene gennaio gen januari janeiro", "feb february februar fevrier fev febrero febbraio februari fevereiro",
            "mar march marz mrz maerz mars marzo maart mrt marco mac maret", "apr april avril avr abril abr aprile",
            "may mai mayo maggio mag mei maio", "jun june juni juin junio giugno giu junho",
            "jul july juli juillet juil julio luglio lug julho julai", "aug august aout agosto ago augustus ogos agustus agu",
            "sep sept september septembre septiembre settembre set setembro", "oct october oktober okt octobre octubre ottobre ott outubro out",
            "nov november novembre noviembre novembro nop", "dec december dezember dez decembre diciembre dic dicembre desember des dezembro disember dis",
        ), start=1,
    )
    for name in names.split()
}  # fmt: skip
#: Hours ahead of UTC of names of zones that mean one thing where meters are read.
_ZONES = {
    "utc": 0, "gmt": 0, "z": 0, "wet": 0, "west": 1, "bst": 1, "cet": 1, "mez": 1, "cest": 2, "mesz": 2, "eet": 2, "eest": 3,
    "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7, "akst": -9, "akdt": -8, "hst": -10,
    "awst": 8, "acst": 9.5, "acdt": 10.5, "aest": 10, "aedt": 11, "nzst": 12, "nzdt": 13,
    "myt": 8, "sgt": 8, "pht": 8, "hkt": 8, "wib": 7, "wita": 8, "wit": 9, "ict": 7, "jst": 9, "kst": 9,
}  # fmt: skip
_CLOCK = (
    r"(?P<hour>\d{1,2})(?:[:.h](?P<minute>\d{2})(?:[:.](?P<second>\d{2})(?:[.,]\d+)?)?)?h?"
    r"\s*(?P<half>[ap]\.?\s?m\.?)?\s*(?P<fold>[ABab](?![a-z]))?"
)
_ZONE = r"\s*(?P<zone>Z|[+-](?:0\d|1[0-4])(?::?[0-5]\d)?|\(?[A-Za-z]{3,5}\)?)?"
_AFTER = r"(?:(?:T|[\s,_]+|(?<=\d)-(?=\d\d:))" + _CLOCK + _ZONE + ")?"
_DAY = r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+)?"
_FORMS = tuple(
    re.compile(_DAY + date + _AFTER, re.IGNORECASE)
    for date in (
        r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})",
        r"(?P<first>\d{1,2})[-/.](?P<second_part>\d{1,2})[-/.](?P<year>\d{4}|\d{2})",
        r"(?P<day>\d{1,2})\.?[-/\s](?P<name>[^\W\d_]{3,9})\.?,?[-/\s](?P<year>\d{4}|\d{2})",
        r"(?P<name>[^\W\d_]{3,9})\.?[-/\s](?P<day>\d{1,2})(?:st|nd|rd|th)?,?[-/\s]+(?P<year>\d{4})",
        r"(?P<year>\d{4})[-\s](?P<name>[^\W\d_]{3})[-\s](?P<day>\d{1,2})",
    )
)
_COMPACT = re.compile(
    r"(?P<year>(?:19|20)\d{2})(?P<month>\d{2})(?P<day>\d{2})"
    r"(?:[T\s_-]?(?P<hour>\d{2})(?P<colon>:)?(?P<minute>\d{2}):?(?P<second>\d{2})?)?(?P<zone>Z|[+-]\d{2}:?\d{2})?"
)
_TIME_OF_DAY = re.compile(_CLOCK + _ZONE, re.IGNORECASE)
_SHORT_CLOCK = re.compile(
    r"(?:[a-z]{1,5}[\s_:-]*)??(?P<hour>\d{2})[:._h]?(?P<minute>[0-5]\d)(?:[:.]?(?P<second>[0-5]\d))?", re.IGNORECASE
)
RANGE = re.compile(
    r"(?P<begin>.*?\d{1,2}[:.h]\d{2}(?:[:.]\d{2})?(?:\s*[ap]\.?m\.?)?)(?:\s*[-–~]\s*|\s+(?:bis|to|until|a|à|hasta|hingga|tot)\s+)"
    r"(?P<end>.*\d{1,2}[:.h]\d{2}.*)",
    re.IGNORECASE,
)
LONGEST_RANGE_MIN = 60
_ORDER = re.compile(r"(\d{1,2})([-/.])(\d{1,2})[-/.](?:\d{4}|\d{2})(?!\d)")


@dataclass(frozen=True)
class Moment:
    """What one text says.

    Attributes:
        wall_s: The clock, seconds since 1970-01-01 00:00 local; 24:00 is the next midnight.
        offset_s: How far the clock is ahead of UTC, s; None if the text does not say.
        fold: 0 or 1 where it says which of two equal times it is, else -1.
        ends: Whether it says 24:00.
        half_day: Whether it says AM or PM.
        has_clock: Whether it says more than a day.
    """

    wall_s: int
    offset_s: int | None
    fold: int
    ends: bool
    half_day: bool
    has_clock: bool = True


@cache
def _offset_of(zone: str) -> int | None:
    """Return how far a zone in a text is ahead of UTC, s; None if its letters mean nothing here.

    Letters mean one thing where meters are read: CST is America's central time, and not China's.

    Example:
        >>> _offset_of("+0930"), _offset_of("CEST"), _offset_of("XYZ")
        (34200, 7200, None)
    """
    name = zone.strip("()").casefold()
    if name in _ZONES:
        return int(_ZONES[name] * 3600)
    if name[:1] not in ("+", "-"):
        return None
    digits = name[1:].replace(":", "").ljust(4, "0")
    return (-1 if name[0] == "-" else 1) * 60 * (int(digits[:2]) * 60 + int(digits[2:]))


#: Most cells of a file are numbers with a decimal sign: they are seen to be no times before any form is tried.
_DECIMAL = re.compile(r"-?\d{0,8}[.,]\d*")


def moment_of(text: str, *, month_first: bool = False) -> Moment | None:
    """Return what a text says, or None if it is no time.

    Example:
        >>> moment_of("06/05/2024 24:00").wall_s == moment_of("7 May 2024 00:00").wall_s
        True
    """
    text = " ".join(text.split())
    unix = _unix(text)
    if unix is not None:
        return Moment(unix, 0, -1, ends=False, half_day=False)
    match = None if _DECIMAL.fullmatch(text) else _match(text) or _match(begin_of_range(text))
    if match is None:
        return None
    part = match.groupdict()
    if "first" in part:
        first, second = part["first"], part["second_part"]
        part["day"], part["month"] = (second, first) if month_first and "." not in text[:6] else (first, second)
    elif "name" in part:
        part["month"] = str(_MONTHS.get(_plain(part["name"]), 0))
    year = int(part["year"]) + (2000 if len(part["year"]) == 2 else 0)
    clock = _clock(part)
    if clock is None or year not in YEARS:
        return None
    try:
        day = dt.datetime(year, int(part["month"]), int(part["day"]))  # noqa: DTZ001
    except ValueError:
        return None
    zone = part.get("zone")
    offset = None if not zone else _offset_of(zone)
    if zone and offset is None:
        return None
    seconds, ends = clock
    return Moment(
        int((day - EPOCH).total_seconds()) + seconds, offset, _fold(part), ends, half_day=bool(part.get("half")),
        has_clock=part.get("hour") is not None,
    )  # fmt: skip


def minutes_between(begin: str, end: str) -> int:
    """Return how long a range lasts, min, across midnight too; 0 if one of its texts shows no clock."""
    day = 720 if re.search(r"[ap]\.?m", begin, re.IGNORECASE) else 1440
    clocks = [
        re.findall(r"(\d{1,2})[:h](\d{2})", part) or re.findall(r"(\d{1,2})\.(\d{2})(?!\.)", part)
        for part in (begin, end)
    ]
    if not all(clocks):
        return 0
    first, last = (60 * int(hour) + int(minute) for hour, minute in (clocks[0][-1], clocks[1][0]))
    return (last - first) % day


def begin_of_range(text: str) -> str:
    """Return the first of two times, "00:15-00:30", that are at most an hour apart; else the text.

    Example:
        >>> begin_of_range("6.5.2024 00:15 - 00:30"), begin_of_range("2024-05-06 08:00")
        ('6.5.2024 00:15', '2024-05-06 08:00')
    """
    span = RANGE.fullmatch(text)
    if span is None or not 0 < minutes_between(span["begin"], span["end"]) <= LONGEST_RANGE_MIN:
        return text
    return span["begin"]


def _match(text: str) -> re.Match[str] | None:
    """Return the first form that the whole text has, or None."""
    for form in (*_FORMS, _COMPACT):
        if (match := form.fullmatch(text)) is not None:
            return match
    return None


def _plain(name: str) -> str:
    from jiran.homes.meter.vocabulary import plain  # noqa: PLC0415  words come after times

    return plain(name)


def _fold(part: dict[str, str | None]) -> int:
    """Return 0 for A and 1 for B behind a time, as German files mark the hour that occurs twice; else -1."""
    mark = part.get("fold")
    return -1 if not mark else "ab".index(mark.casefold())


def _clock(part: dict[str, str | None]) -> tuple[int, bool] | None:
    """Return the seconds after midnight, and whether they are called 24:00; None if no clock shows this.

    12 AM is midnight and 12 PM noon.
    """
    hour, minute, second = (int(part.get(name) or 0) for name in ("hour", "minute", "second"))
    half = part.get("half")
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half[0] in "pP" else 0)
    ends = hour == 24 and minute == second == 0
    if (hour > 23 and not ends) or minute > 59 or second > 59:
        return None
    return (hour * 60 + minute) * 60 + second, ends


def _unix(text: str) -> int | None:
    """Return the seconds since 1970 of a number of seconds or thousandths of them, or None.

    Only of 1990 to 2100, so that ids and counters of nine digits are seldom taken for times.
    """
    if not re.fullmatch(r"\d{9,13}(?:\.\d+)?", text):
        return None
    for scale in (1, 1000):
        seconds = int(float(text) // scale)
        if UNIX_S[0] <= seconds < UNIX_S[1]:
            return seconds
    return None


class TimeOfDay(NamedTuple):
    """What a text says of the clock alone.

    Attributes:
        seconds: Seconds after midnight.
        fold: 0 or 1 if it says which of two equal times it is, else -1.
        ends: Whether it is called 24:00.
        half_day: Whether it says AM or PM.
        offset_s: How far the clock is ahead of UTC, s; None if it does not say.
    """

    seconds: int
    fold: int
    ends: bool
    half_day: bool
    offset_s: int | None


@cache
def time_of_day(text: str) -> TimeOfDay | None:
    """Return what a text says of the clock alone, or None if it is no time of day.

    Example:
        >>> [time_of_day(text).seconds for text in ("1:30 PM", "24:00", "02:00B", "0030", "14:00+02:00")]
        [48600, 86400, 7200, 1800, 50400]
    """
    text = " ".join(text.split())
    match = _TIME_OF_DAY.fullmatch(text) or _TIME_OF_DAY.fullmatch(begin_of_range(text))
    if match is None or not (match["minute"] or match["half"] or "h" in text.casefold()):
        match = _SHORT_CLOCK.fullmatch(text)
    if match is None:
        return None
    part = match.groupdict()
    clock, zone = _clock(part), part.get("zone")
    offset = _offset_of(zone) if zone else None
    if clock is None or (zone and offset is None):
        return None
    return TimeOfDay(clock[0], _fold(part), clock[1], bool(part.get("half")), offset)


def looks_like_time(cell: str) -> bool:
    """Tell whether a cell holds a time, a date or a time of day.

    Args:
        cell: Any text; one without a digit or of more than 60 letters is none, before any form is tried.
    """
    cell = cell.strip().strip('"')
    if not cell or not any(sign.isdigit() for sign in cell) or len(cell) > 60:
        return False
    if ":" in cell and time_of_day(cell) is not None:
        return True
    return moment_of(cell) is not None or moment_of(cell, month_first=True) is not None


def day_or_month(texts: Sequence[str]) -> tuple[bool | None, str]:
    """Return whether dates are month first, None if either fits, and a text that could be both, "" if none could.

    Dates with dots are day first.

    Args:
        texts: Each different one once; the first that decides counts.

    Example:
        >>> day_or_month(["05/06/2024 00:00"]), day_or_month(["05/06/2024", "06/13/2024"]), day_or_month(["05.06.2024"])
        ((None, '05/06/2024 00:00'), (True, ''), (False, ''))
    """
    both = ""
    for text in texts:
        match = _ORDER.match(text)
        if match is None:
            continue
        first, sign, second = int(match[1]), match[2], int(match[3])
        if sign == "." or first > 12:
            return False, ""
        if second > 12:
            return True, ""
        if first != second:
            both = both or text
    return (None, both) if both else (False, "")
