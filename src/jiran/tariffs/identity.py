"""What every file of this room says first: what it is called, where and when it holds, and how far it can be trusted."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Literal

from pydantic import Field

from jiran.documents.model import LISTED, Model, quantity, written
from jiran.errors import TariffError

Status = Literal["measured", "published", "unverified", "estimate", "calibrated"]

#: What each status means; it is said wherever a tariff is shown.
STATUSES: dict[Status, str] = {
    "measured": "read from meters or bills",
    "published": "read where the utility, or somebody who quotes it, publishes it; published totals come out",
    "unverified": "some of its rules or figures were not found at a source, or rest on one alone",
    "estimate": "scaled or guessed from what is known",
    "calibrated": "set so that known totals come out",
}

#: A calendar month, as "2025-07".
_MONTH, _MONTH_WORDS = r"[0-9]{4}-(0[1-9]|1[0-2])", "a year and a month, as 2025-07"
Month = Annotated[str, written(_MONTH, _MONTH_WORDS)]
_Name = Annotated[
    str,
    Field(max_length=80),
    written(r"[a-z0-9][a-z0-9.-]*", "small letters, digits, points and hyphens, and begin with a letter or digit"),
]
_Currency = Annotated[str, written(r"[A-Z]{3}", "three capital letters, as MYR")]

Texts = Annotated[tuple[str, ...], LISTED]


class Identity(Model):
    """What a file is about.

    Nothing in the code knows a country: what holds where, and how sure it is, stands in each file and is said beside
    each bill.
    """

    name: _Name = quantity("name by which it is found")
    title: str = quantity("what people call it", max_length=200)
    place: str = quantity("where it holds", max_length=200)
    currency: _Currency = quantity("currency of all amounts")
    valid_from: dt.date = quantity("first day on which it holds")
    valid_to: dt.date | None = quantity("last day on which it holds; none: no end is known", default=None)
    status: Status = quantity("how far it can be trusted")
    sources: Texts = quantity("where its figures were read: address or publication", min_length=1)
    notes: Texts = quantity("what is not known, or assumed; a sentence each", default=())


def checked_month(text: str) -> str:
    """Return a month if it is one.

    Raises:
        TariffError: It is not.

    Example:
        >>> checked_month("2025-07")
        '2025-07'
    """
    if not re.fullmatch(_MONTH, text, re.ASCII):
        raise TariffError("month", text, f"must be {_MONTH_WORDS}")
    return text
