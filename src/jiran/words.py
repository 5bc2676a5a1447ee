"""Numbers and names as a person would say them."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

#: What a sum leaves over where nothing is meant, and the least that four digits show as something.
_RESIDUE, _LEAST_SHOWN = 1e-9, 5e-5

#: An amount below this has four digits.
_FOUR_BELOW = 0.1

#: Digits of a price that ends there.
_MOST_OF_PRICE = 6

#: Kinds of homes as the legend says them.
KIND_NAMES = {
    "solar": "Solar", "ev": "EV", "hybrid": "Solar + EV", "normal": "Normal", "prosumer": "Prosumer", "consumer": "Consumer",
    "community battery": "Community battery",
}  # fmt: skip


#: Digits after the point that are no residue of a sum.
_DIGITS = 9


def settled(value: float) -> float:
    """Return a number without the residue of the sum that it came from, which would tip a half or cross a threshold.

    Whatever is written is settled first, then rounded, a half to the even digit; what decides about words is settled too.

    Example:
        >>> settled(0.37499999999999994), settled(0.1 + 0.2)
        (0.375, 0.3)
    """
    return round(float(value), _DIGITS)


def decimals(value: float, digits: int) -> str:
    """Return a number with so many digits after the point, and never minus nothing.

    Example:
        >>> decimals(0.37499999999999994, 2), decimals(1234.5, 1), decimals(-0.001, 2)
        ('0.38', '1,234.5', '0.00')
    """
    return f"{round(_whole(value, digits), digits) + 0.0:,.{digits}f}"


def _whole(value: float, digits: int) -> float:
    """Return a number without the residue of its sum, unless so many digits are wanted that it would be rounded twice."""
    return settled(value) if digits < _DIGITS - 3 else float(value)


def percent(share: float, digits: int = 0) -> str:
    """Return a share in per cent.

    Example:
        >>> percent(0.575), percent(0.4364, 1), percent(0.004)
        ('58%', '43.6%', '0%')
    """
    return f"{decimals(100.0 * share, digits)}%"


def money(value: float, currency: str, digits: int = 2) -> str:
    """Return an amount as text, with its sign in front of the currency.

    Example:
        >>> money(-1234.5, "MYR"), money(0.0033, "MYR", 4)
        ('-MYR 1,234.50', 'MYR 0.0033')
    """
    return in_currency(decimals(value, digits), currency)


def digits_of(largest: float) -> int:
    """Return how many digits after the point amounts have of which this is the largest: two, more where they show too little.

    Example:
        >>> digits_of(1234.5), digits_of(0.5), digits_of(0.0123), digits_of(0.0)
        (2, 3, 4, 2)
    """
    largest = abs(settled(largest))
    return 2 if not largest or largest >= 1.0 else 3 if largest >= 0.1 else 4


def amount(value: float, currency: str = "", beside: Iterable[float] = ()) -> str:
    """Return an amount that may be small, as one hour's is: in cents, with four digits where it is less than ten of them.

    One that is less than four digits show has two that count; whole ones without a currency have none.

    Args:
        value: The amount.
        currency: Stands before it, if given.
        beside: Amounts that stand beside it and have the same digits.

    Example:
        >>> amount(0.7498, "MYR"), amount(0.0396), amount(1531.7), amount(0.00001), amount(-0.2), amount(25.0), amount(0.0, "MYR")
        ('MYR 0.75', '0.0396', '1,531.70', '0.00001', '-0.20', '25', 'MYR 0.00')
        >>> amount(3.6113, "MYR", beside=[3.5791, 0.0322])
        'MYR 3.6113'
    """
    if _RESIDUE < abs(value) < _LEAST_SHOWN:
        text = price(value)
    else:
        all_of = [settled(abs(one)) for one in (value, *beside) if abs(one) > _RESIDUE]
        whole = not currency and all(one.is_integer() for one in all_of)
        text = decimals(value, 0 if whole else 2 if min(all_of, default=_FOUR_BELOW) >= _FOUR_BELOW else 4)
    return in_currency(text, currency) if currency else text


def in_currency(number: str, currency: str) -> str:
    """Return a number that is written already as an amount, with its sign in front of the currency.

    Example:
        >>> in_currency("-0.5625", "MYR")
        '-MYR 0.5625'
    """
    return f"{'-' if number[0] == '-' else ''}{currency} {number.removeprefix('-')}"


def kwh(value: float) -> str:
    """Return an amount of energy with the digits that a person would say.

    Example:
        >>> kwh(0.123), kwh(12.34), kwh(12345.6), kwh(2345678.9)
        ('0.12 kWh', '12.3 kWh', '12,346 kWh', '2,346 MWh')
    """
    value = settled(value)
    if abs(value) >= 1_000_000:
        return f"{decimals(value / 1000, 0)} MWh"
    digits = 2 if abs(value) < 10 else 1 if abs(value) < 1_000 else 0
    return f"{decimals(value, digits)} kWh"


def span(first: str | None, last: str | None) -> str:
    """Return from when to when something holds, of which either end may be open.

    Example:
        >>> span("2026-05", None), span(None, "2026-04"), span("2026-01", "2026-04")
        ('from 2026-05 on', 'until 2026-04', 'from 2026-01 to 2026-04')
    """
    if last is None:
        return f"from {first} on"
    return f"until {last}" if first is None else f"from {first} to {last}"


def counted(number: int, noun: str) -> str:
    """Return a number with its noun.

    Example:
        >>> counted(1, "home"), counted(2000, "home")
        ('1 home', '2,000 homes')
    """
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def data_size(number: float) -> str:
    """Return bytes as a person would say them.

    Example:
        >>> data_size(2.34e9), data_size(120e6), data_size(5e3)
        ('2.3 GB', '120 MB', '1 MB')
    """
    return f"{number / 1e9:,.1f} GB" if number >= 1e9 else f"{max(number / 1e6, 1.0):,.0f} MB"


def duration(seconds: float) -> str:
    """Return seconds as a person would say them.

    Example:
        >>> duration(0.2), duration(45.0), duration(600.0), duration(9000.0), duration(1e7), duration(1e9)
        ('a second', '45 seconds', '10 minutes', '2.5 hours', '116 days', '32 years')
    """
    for unit, length in (("year", 31_557_600.0), ("day", 86_400.0), ("hour", 3_600.0), ("minute", 60.0)):
        if seconds >= 1.95 * length:
            number = min(seconds / length, 1e9)
            return f"{number:,.1f} {unit}s".replace(".0 ", " ") if number < 10 else f"{number:,.0f} {unit}s"
    return "a second" if seconds < 1.5 else f"{seconds:.0f} seconds"


def time_of_day(time: dt.datetime | dt.time) -> str:
    """Return what a clock shows, with its seconds only where they are not zero.

    Example:
        >>> import datetime as dt
        >>> time_of_day(dt.time(7, 30)), time_of_day(dt.time(7, 30, 5))
        ('07:30', '07:30:05')
    """
    return f"{time:%H:%M:%S}" if time.second else f"{time:%H:%M}"


def moment(time: dt.datetime) -> str:
    """Return a day and what the clock shows on it, without a zone.

    Example:
        >>> import datetime as dt
        >>> moment(dt.datetime(2026, 3, 21, 7, 30))
        '2026-03-21 07:30'
    """
    return f"{time:%Y-%m-%d} {time_of_day(time)}"


def listed(parts: list[str]) -> str:
    """Return parts as a sentence lists them.

    Example:
        >>> listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"])
        ('a', 'a and b', 'a, b and c')
    """
    return " and ".join((", ".join(parts[:-1]), parts[-1])) if len(parts) > 1 else "".join(parts)


def price(value: float, currency: str = "", digits: int = 4) -> str:
    """Return a price per kWh with no more digits than it has: up to six where it ends there, else four.

    One that is less than four digits show has two that count.

    Args:
        value: The price.
        currency: Stands before it, if given.
        digits: Of a price that has more than six, where four do not tell enough.

    Example:
        >>> price(0.45), price(0.5625), price(87.5), price(90.0), price(0.2), price(0.0), price(0.0000123)
        ('0.45', '0.5625', '87.5', '90', '0.20', '0', '0.000012')
        >>> price(0.38125), price(1 / 3), price(1 / 3, digits=6)
        ('0.38125', '0.3333', '0.333333')
        >>> price(0.45, "MYR"), price(-0.05, "MYR"), price(1513.1685, "JPY")
        ('MYR 0.45', '-MYR 0.05', 'JPY 1,513.1685')
    """
    if currency:
        return in_currency(price(value, digits=digits), currency)
    if _RESIDUE < abs(value) < _LEAST_SHOWN:
        return f"{float(f'{value:.1e}'):.11f}".rstrip("0")
    whole = settled(value)
    digits = _MOST_OF_PRICE if round(whole, _MOST_OF_PRICE) == whole else digits
    value = round(_whole(value, digits), digits) + 0.0
    text = f"{value:,.{digits}f}".rstrip("0").rstrip(".")
    return f"{value:.2f}" if 0.0 < abs(value) < 1.0 and round(value, 2) == value else text


def in_formula(value: float) -> str:
    """Return a price as sentences have it, as LaTeX writes its thousands.

    Example:
        >>> in_formula(0.45), in_formula(0.35544), in_formula(1513.1685)
        ('0.45', '0.35544', '1{,}513.1685')
    """
    return price(value).replace(",", "{,}")


def number(value: float) -> str:
    """Return a number without a unit with up to six digits that count, never as a power of ten.

    Example:
        >>> number(0.8), number(1e-06), number(2.0), number(15.3), number(1444.7)
        ('0.8', '0.000001', '2', '15.3', '1,444.7')
    """
    return f"{Decimal(f'{value:.6g}'):,f}"


def typed(value: float) -> str:
    """Return a number as one types it: that of `number` without separators.

    Example:
        >>> typed(1444.7), typed(1e-06)
        ('1444.7', '0.000001')
    """
    return number(value).replace(",", "")


def begun(sentence: str) -> str:
    """Return a sentence with a capital letter, unless it begins with the name of a tariff or of a field.

    Example:
        >>> begun("the run ends"), begun("my-cream is unverified"), begun("solar.place says nothing")
        ('The run ends', 'my-cream is unverified', 'solar.place says nothing')
    """
    first = sentence.split(maxsplit=1)[0].rstrip(",:;.")
    return sentence if {"-", ".", "_"} & set(first) else f"{sentence[0].upper()}{sentence[1:]}"
