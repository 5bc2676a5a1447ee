"""Parts that the charts of trades and homes share: the button that saves a picture, labels, room for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jiran.app import palette

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Kinds of homes as the legend says them.
KIND_NAMES = {"solar": "Solar", "ev": "EV", "hybrid": "Solar + EV", "normal": "Normal"}

#: Homes that are drawn one by one; of more, kinds and the extremes are shown.
MOST_HOMES = 40


def chart(file_name: str, **option: Any) -> dict[str, Any]:
    """Return a specification that does not move, with a button that saves it as a picture."""
    save = {"name": f"jiran-{file_name}", "title": "Save as PNG", "pixelRatio": 2}
    toolbox = {"right": 0, "bottom": 0, "itemSize": 13, "feature": {"saveAsImage": save}}
    return {"animation": False, "toolbox": toolbox, **option}


def room(*, top: int, bottom: int = 44, right: int = 24) -> dict[str, Any]:
    """Return the place of the axes: what is given around them, and room for their labels."""
    return {"left": 8, "right": right, "top": top, "bottom": bottom, "containLabel": True}


def amounts(name: str, **more: Any) -> dict[str, Any]:
    """Return an axis of numbers with its name in the middle."""
    return {"type": "value", "name": name, "nameLocation": "middle", "nameGap": 28, **more}


def names(labels: list[str], **more: Any) -> dict[str, Any]:
    """Return an axis of names, the first on top, that stands aside even if bars go to both sides."""
    line = {"onZero": False, "show": False}
    return {"type": "category", "data": labels, "inverse": True, "axisTick": {"show": False}, "axisLine": line, **more}


def kinds_there(kinds: Iterable[str]) -> list[str]:
    """Return the kinds that occur, in the order of the palette."""
    found = set(kinds)
    return [kind for kind in palette.KINDS if kind in found]


def short(value: float, digits: int = 2) -> float:
    """Return a number short enough to send."""
    return round(float(value), digits) + 0.0


def money(value: float, currency: str, digits: int = 2) -> str:
    """Return an amount as text, with its sign in front of the currency.

    Example:
        >>> money(-1234.5, "MYR"), money(0.0033, "MYR", 4)
        ('-MYR 1,234.50', 'MYR 0.0033')
    """
    value = round(value, digits) + 0.0
    return f"{'-' if value < 0 else ''}{currency} {abs(value):,.{digits}f}"


def kwh(value: float) -> str:
    """Return an amount of energy with the digits that a person would say.

    Example:
        >>> kwh(0.123), kwh(12.34), kwh(12345.6), kwh(2345678.9)
        ('0.12 kWh', '12.3 kWh', '12,346 kWh', '2,346 MWh')
    """
    if abs(value) >= 1_000_000:
        return f"{value / 1000:,.0f} MWh"
    digits = 2 if abs(value) < 10 else 1 if abs(value) < 1_000 else 0
    return f"{value:,.{digits}f} kWh"


def counted(number: int, noun: str) -> str:
    """Return a number with its noun.

    Example:
        >>> counted(1, "home"), counted(2000, "home")
        ('1 home', '2,000 homes')
    """
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
