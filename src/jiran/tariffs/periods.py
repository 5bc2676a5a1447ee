"""Time-of-use periods: which of them a local time belongs to."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from jiran.documents.model import LISTED, Model, quantity
from jiran.errors import TariffError

if TYPE_CHECKING:
    from numpy.typing import NDArray

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Hour = Annotated[float, Field(ge=0, le=24)]
#: From the first hour to before the second.
Span = Annotated[tuple[Hour, Hour], LISTED]


class Period(Model):
    """When a period holds.

    A span of hours lies within one day: what runs through midnight is written as two.
    """

    days: Annotated[tuple[Day, ...], LISTED] = quantity("days of the week", default=DAYS, min_length=1)
    hours: Annotated[tuple[Span, ...], LISTED] = quantity("hours of the day, [from, to) each", "h", min_length=1)
    holidays: bool = quantity("whether it holds on public holidays too", default=True)


class Schedule(Model):
    """The periods of a tariff; what belongs to none of them belongs to `rest`.

    Without holidays in the list every day counts by its name.
    """

    periods: dict[str, Period] = quantity("periods; where several hold, the first counts", min_length=1, max_length=20)
    rest: str = quantity("name of the period of all other times", max_length=40)
    holidays: Annotated[tuple[dt.date, ...], LISTED] = quantity("public holidays", default=())

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all periods, `rest` last."""
        return (*self.periods, self.rest)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.rest in self.periods:
            raise TariffError("schedule.rest", self.rest, "must not be the name of a period above")
        for name, period in self.periods.items():
            for begin, end in period.hours:
                if begin >= end:
                    raise TariffError(
                        f"schedule.periods.{name}.hours", [begin, end], "must end after it begins; split at 24"
                    )
        return self


def period_of(schedule: Schedule, local: NDArray[np.datetime64]) -> NDArray[np.int64]:
    """Return the period of each time, as its place in `schedule.names`.

    Args:
        schedule: The periods.
        local: Local times of any shape; a step belongs to the period in which it begins.

    Example:
        >>> peak = Schedule(periods={"peak": Period(days=("mon",), hours=((14, 22),))}, rest="off-peak")
        >>> period_of(peak, np.array(["2026-01-05T13:59", "2026-01-05T14:00", "2026-01-06T14:00"], "datetime64[m]"))
        array([1, 0, 1])
    """
    day = local.astype("datetime64[D]")
    weekday = (day.astype(np.int64) + 3) % 7  # 1 January 1970 was a Thursday
    hour = (local - day) / np.timedelta64(1, "h")
    holiday = np.isin(day, np.array(schedule.holidays, dtype="datetime64[D]"))
    found = np.full(local.shape, len(schedule.periods), dtype=np.int64)
    for place, period in reversed(list(enumerate(schedule.periods.values()))):
        days = np.isin(weekday, [DAYS.index(name) for name in period.days])
        hours = np.logical_or.reduce([(begin <= hour) & (hour < end) for begin, end in period.hours])
        found[days & hours & (period.holidays | ~holiday)] = place
    return found
