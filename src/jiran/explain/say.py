"""How sentences write amounts: with the digits that a person would say, and never a sum that rounds to nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from jiran.nothing import CENT, LAST_DIGITS
from jiran.words import counted, kwh, money, percent, settled

#: In minutes.
_DAY, _HOUR = 1440, 60


def energy(value: float) -> str:
    """Return an amount of energy that is not negative.

    Example:
        >>> energy(12.34), energy(0.001), energy(0.0)
        ('12.3 kWh', 'less than 0.01 kWh', '0 kWh')
    """
    value = settled(value)
    return kwh(value) if value >= CENT else "less than 0.01 kWh" if value > 0.0 else "0 kWh"


def amount(value: float, currency: str) -> str:
    """Return an amount of money that is not negative.

    Example:
        >>> amount(1234.5, "MYR"), amount(0.001, "MYR"), amount(0.0, "MYR")
        ('MYR 1,234.50', 'less than MYR 0.01', 'MYR 0')
    """
    value = settled(value)
    if value >= CENT:
        return money(value, currency)
    return f"less than {currency} 0.01" if value > 0.0 else f"{currency} 0"


def share(value: float) -> str:
    """Return a share from 0 to 1 in per cent; only nothing is 0.0%, and only all of it is 100.0%.

    Example:
        >>> share(0.4364), share(0.0), share(0.0001), share(0.9999), share(1.0)
        ('43.6%', '0.0%', 'less than 0.1%', 'more than 99.9%', '100.0%')
    """
    text = percent(value, 1)
    if text == "0.0%" and value > 0.0:
        return "less than 0.1%"
    return "more than 99.9%" if text == "100.0%" and value < 1.0 - LAST_DIGITS else text


def size(value: float) -> str:
    """Return the size of a thing as somebody chose it, with at most six digits.

    Example:
        >>> size(20.0), size(12.5), size(0.000125)
        ('20', '12.5', '0.000125')
    """
    return np.format_float_positional(value, precision=6, unique=False, fractional=False, trim="-")


def length(minutes: int) -> str:
    """Return how long a time is, in days, hours or minutes.

    Example:
        >>> length(1440), length(3600), length(60), length(75), length(45)
        ('1 day', '2.5 days', '1 hour', '1 h 15 min', '45 minutes')
    """
    if minutes >= _DAY:
        text = f"{minutes / _DAY:,.1f}".removesuffix(".0")
        return f"{text} day{'' if text == '1' else 's'}"
    hours, rest = divmod(minutes, _HOUR)
    if hours and rest:
        return f"{hours} h {rest} min"
    return counted(hours, "hour") if hours else counted(rest, "minute")


def several(number: int, one: str, more: str) -> str:
    """Return a number with the words that follow it, which are given for one and for any other number.

    Args:
        number: At least 0.
        one: What follows 1.
        more: What follows any other number.

    Example:
        >>> several(1, "home pays", "homes pay"), several(0, "home pays", "homes pay")
        ('1 home pays', 'no homes pay')
    """
    return f"{f'{number:,}' if number else 'no'} {one if number == 1 else more}"


def battery_trades(step_kwh: Mapping[str, Any], first: int, last: int) -> bool:
    """Tell whether the community battery traded in the market in the steps first <= step < last.

    Args:
        step_kwh: What it sold and bought there, as in a settlement.
        first: The first step.
        last: The step after the last one.
    """
    return bool((step_kwh["battery_sold_kwh"] + step_kwh["battery_bought_kwh"])[first:last].any())


def who_trades(battery: bool) -> str:  # noqa: FBT001  a figure of sentences
    """Return who traded: neighbours, and the community battery if it did."""
    return "neighbours and the community battery" if battery else "neighbours"
