"""Numbers and times from the network: exact, bounded, or nothing."""

from __future__ import annotations

import datetime as dt
import json
import re
from decimal import Decimal
from typing import Any, NoReturn
from zoneinfo import ZoneInfo

#: The largest register, millionths of a kWh: a thousand million kWh.
LARGEST = 10**15

_JOULE = Decimal(5) / 18
#: Millionths of a kWh in each unit.
UNITS: dict[str, int | Decimal] = {
    "mWh": 1, "Wh": 1_000, "kWh": 1_000_000, "MWh": 10**9, "GWh": 10**12,
    "J": _JOULE, "kJ": 1_000 * _JOULE, "MJ": 10**6 * _JOULE, "GJ": 10**9 * _JOULE,
}  # fmt: skip

_NUMBER = re.compile(r"[0-9]{1,15}(\.[0-9]{1,15})?")
_FIRST_MS, _LAST_MS = 86_400_000, 7_258_118_400_000  # 1970-01-02 to 2200-01-01


def decoded(payload: bytes) -> Any:
    """Return JSON with its numbers exact, or None if it is none."""
    try:
        return json.loads(payload.decode("utf-8"), parse_float=Decimal, parse_int=_whole, parse_constant=_no_number)
    except (ValueError, RecursionError, ArithmeticError):
        return None


def _whole(digits: str) -> int:
    if len(digits) > 20:
        raise ValueError("a whole number of more than 20 digits")
    return int(digits)


def _no_number(_word: str) -> NoReturn:
    raise ValueError("NaN and Infinity are no JSON")


def within(content: Any, *path: str) -> Any:
    """Return what lies at a path of nested tables, or None."""
    for name in path:
        if not isinstance(content, dict):
            return None
        content = content.get(name)
    return content


def value(number: Any, unit: str = "kWh") -> int | None:
    """Return a register in millionths of a kWh, a half to the even one, or None where it is no register.

    Args:
        number: A whole number, an exact decimal, plain digits as text, or a list of these (phases), which are added.
        unit: One of `UNITS`.

    Example:
        >>> value(Decimal("1.2345675"), "kWh"), value("12.5", "Wh"), value(-1), value(True)
        (1234568, 12500, None, None)
    """
    if isinstance(number, list):
        parts = [value(one, unit) for one in number[:4] if not isinstance(one, list)]
        whole = [one for one in parts if one is not None]
        return sum(whole) if whole and len(whole) == len(number) and sum(whole) <= LARGEST else None
    if isinstance(number, str) and _NUMBER.fullmatch(number.strip()):
        number = Decimal(number.strip())
    if isinstance(number, bool) or not isinstance(number, int | Decimal) or unit not in UNITS:
        return None
    exact = Decimal(number)
    if not exact.is_finite() or exact < 0 or (exact and exact.adjusted() > 15):
        return None
    found = int((exact * UNITS[unit]).to_integral_value())
    return found if found <= LARGEST else None


def text_of(payload: bytes) -> str:
    """Return a payload of plain text, at most a few letters of it; "" if it is none."""
    try:
        return payload.decode("utf-8").strip() if len(payload) <= 64 else ""
    except UnicodeError:
        return ""


def epoch_ms(seconds: Any) -> int | None:
    """Return an instant given as seconds since 1970-01-01 UTC, in milliseconds, or None."""
    if isinstance(seconds, bool) or not isinstance(seconds, int | Decimal):
        return None
    exact = Decimal(seconds)
    if not exact.is_finite() or (exact and exact.adjusted() > 11):
        return None
    return _bounded(int((exact * 1_000).to_integral_value()))


def iso_ms(text: Any, zone: str, near_ms: int) -> int | None:
    """Return an instant that is written as a date and a time, in milliseconds, or None.

    Args:
        text: As `2026-03-21T07:00:00`, with or without an offset.
        zone: IANA zone of a time without one.
        near_ms: Of an hour that the clock shows twice, the one nearer to this.
    """
    if not isinstance(text, str) or not 10 < len(text) <= 40:
        return None
    try:
        found = dt.datetime.fromisoformat(text)
        if found.tzinfo is not None:
            return _bounded(_ms(found))
        both = [_ms(found.replace(tzinfo=ZoneInfo(zone), fold=fold)) for fold in (0, 1)]
    except (ValueError, OverflowError, OSError):
        return None
    return _bounded(min(both, key=lambda one: abs(one - near_ms)))


def _ms(instant: dt.datetime) -> int:
    return (instant - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) // dt.timedelta(milliseconds=1)


def _bounded(at_ms: int) -> int | None:
    return at_ms if _FIRST_MS <= at_ms <= _LAST_MS else None


def written(amount: int, unit: str, digits: int) -> str:
    """Return a register as a meter writes it.

    Args:
        amount: Millionths of a kWh.
        unit: One of `UNITS`.
        digits: After the point.

    Example:
        >>> written(1_234_567_000, "kWh", 3)
        '1234.567'
    """
    return f"{Decimal(amount) / UNITS[unit]:.{digits}f}"


def utc_text(at_ms: int) -> str:
    """Return an instant as UTC with a Z."""
    return dt.datetime.fromtimestamp(at_ms / 1_000, tz=dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def local(at_ms: int, zone: str) -> dt.datetime:
    """Return an instant by the clock on the wall."""
    return dt.datetime.fromtimestamp(at_ms / 1_000, tz=ZoneInfo(zone))
