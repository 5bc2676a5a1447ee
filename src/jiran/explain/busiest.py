"""When most was traded: the hour of the clock, and the step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from jiran.engine.flows import traded_kwh
from jiran.explain.say import energy, who_trades
from jiran.explain.times import clock_hours, period, several_dates
from jiran.nothing import LAST_DIGITS, NOTHING_KWH
from jiran.sentences import Figures, form
from jiran.words import counted

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from jiran.result.result import Result


def first_most(values: NDArray[np.number[Any]]) -> int:
    """Return the place of the highest value; of several that differ only in the last digits, the first.

    Args:
        values: At least one.
    """
    most = float(values.max())
    return int((values >= most - LAST_DIGITS * abs(most)).argmax())


def _busiest_words(figures: Figures) -> str:
    if not figures["days"]:
        return f"The busiest hour was {figures['hour']}: {who_trades(figures['battery'])} traded {energy(figures['kwh'])} in it."
    return f"The busiest hour of the day was {figures['hour']}: {who_trades(figures['battery'])} traded {energy(figures['kwh'])} in it, all days together."


@form("run.busiest_hour", _busiest_words)
def busiest_hour(result: Result, first: int, last: int) -> Figures | None:
    """Say in which hour of the clock most was traded, if anything was and the steps lie within the hours of the clock.

    Returns:
        hour: The hour of the clock, of equal ones the first.
        kwh: What was traded in it, of all days together, kWh.
        days: Whether there are several.
        battery: Whether the community battery traded, too.
    """
    sold = traded_kwh(result.settlement.step_kwh)[first:last]
    hours = clock_hours(result.timeline, first, last)
    if hours is None or not sold.sum() > NOTHING_KWH:
        return None
    by_hour = np.bincount(hours, sold, minlength=24)
    most = first_most(by_hour)
    return {
        "hour": f"{most:02d}:00 to {most + 1:02d}:00",
        "kwh": float(by_hour[most]),
        "battery": _battery_at(result, first + np.flatnonzero(hours == most)),
        "days": several_dates(result.timeline, first, last),
    }


def _battery_at(result: Result, steps: NDArray[np.int64]) -> bool:
    """Tell whether the community battery traded in the market in any of these steps."""
    return bool(result.flows.outputs.battery_traded_kwh[steps].any())


def _busiest_step_words(figures: Figures) -> str:
    who = who_trades(figures["battery"])
    return f"{who[0].upper()}{who[1:]} traded most from {figures['period']}: {energy(figures['kwh'])} in {counted(figures['trades'], 'trade')}."


@form("run.busiest_step", _busiest_step_words)
def busiest_step(result: Result, first: int, last: int) -> Figures | None:
    """Say in which step most was traded, if anything was.

    Returns:
        period: The step, of equal ones the first.
        kwh: What was traded in it, kWh.
        trades: In how many trades.
        battery: Whether the community battery was among them.
    """
    sold = traded_kwh(result.settlement.step_kwh)[first:last]
    if not sold.sum() > NOTHING_KWH:
        return None
    most = first_most(sold)
    dated = several_dates(result.timeline, first, last)
    return {
        "period": period(result.timeline, first + most, first + most, dated=dated),
        "kwh": float(sold[most]),
        "battery": _battery_at(result, np.array([first + most])),
        "trades": int(result.settlement.trades[first + most]),
    }
