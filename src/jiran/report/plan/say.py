"""How the sentences of a plan write amounts, years and shares: few digits, for nobody knows the future to the cent."""

from __future__ import annotations

from jiran.explain.say import amount
from jiran.nothing import CENT
from jiran.words import decimals, money, percent

#: Amounts from here on are said without cents.
_LARGE = 100.0
#: Less than this in years would be written as 0.0, and is less than a month.
_A_MONTH = 0.05

#: What a saving is due to, as a subject.
PARTS = {"pv": "PV", "battery": "the battery", "sharing": "sharing"}


def part(name: str, saving: float, *, several: bool) -> str:
    """Return what a part does to bills, as subject and verb.

    Args:
        name: Of the part.
        saving: What it saves, below 0 what it costs.
        several: Whether homes have batteries of their own.

    Example:
        >>> part("battery", 1.0, several=True), part("pv", -1.0, several=True)
        ('batteries save', 'PV costs')
    """
    plural = several and name == "battery"
    verb = ("save" if plural else "saves") if saving > 0.0 else "cost" if plural else "costs"
    return f"{'batteries' if plural else PARTS[name]} {verb}"


def sum_of(value: float, currency: str) -> str:
    """Return an amount of a plan that is not negative.

    Example:
        >>> sum_of(12_345.6, "MYR"), sum_of(12.345, "MYR"), sum_of(0.0, "MYR")
        ('MYR 12,346', 'MYR 12.35', 'MYR 0')
    """
    return money(value, currency, 0) if value >= _LARGE else amount(value, currency)


def signed_sum(value: float, currency: str) -> str:
    """Return an amount of a plan with a minus where it is below nothing.

    Example:
        >>> signed_sum(-12_345.6, "MYR"), signed_sum(-12.0, "MYR"), signed_sum(3.0, "MYR"), signed_sum(-1e-9, "MYR")
        ('-MYR 12,346', '-MYR 12.00', 'MYR 3.00', 'MYR 0.00')
    """
    if -CENT < value < CENT:
        return money(0.0, currency) if value else sum_of(value, currency)
    return f"-{sum_of(-value, currency)}" if value < 0.0 else sum_of(value, currency)


def years(value: float) -> str:
    """Return a length of time in years.

    Example:
        >>> years(8.349), years(1.0), years(0.01)
        ('8.3 years', '1.0 years', 'less than a month')
    """
    return "less than a month" if 0.0 < value < _A_MONTH else f"{decimals(value, 1)} years"


def comes_back(payback: float) -> str:
    """Return when an investment comes back, as a predicate, in years; 0: it never costs more than it saves.

    Example:
        >>> comes_back(8.349), comes_back(0.0)
        ('comes back in 8.3 years', 'costs no more than it saves, from the first year on')
    """
    return f"comes back in {years(payback)}" if payback else "costs no more than it saves, from the first year on"


def share(value: float) -> str:
    """Return a share in per cent, with as few digits as it needs.

    Example:
        >>> share(0.06), share(0.055), share(0.3)
        ('6%', '5.5%', '30%')
    """
    text = percent(value, 1)
    return text.replace(".0%", "%")
