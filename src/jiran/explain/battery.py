"""What the shared battery did in a time, and why it did not: when it gave, when it was full, what held it back.

"Full" and "empty" allow for rounding by the last digits of the capacity. Times of a state are ends of steps, as the
state is that at the end of a step.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from jiran.engine.flows import battery_given_kwh, battery_taken_kwh
from jiran.explain.say import energy, size
from jiran.explain.times import clock, period, several_dates
from jiran.nothing import LAST_DIGITS, NOTHING_KWH
from jiran.sentences import Figures, Sentence, form, true_ones

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from jiran.result.result import Result

_START = "the start"


def battery(result: Result, first: int, last: int) -> tuple[Sentence, ...]:
    """Return what the battery did in the steps first <= step < last.

    Args:
        result: The run.
        first: First step.
        last: The step after the last one.
    """
    subject = (result, first, last)
    return true_ones(gave(*subject), never_charged(*subject), never_gave(*subject), idle(*subject))


def state(result: Result, first: int, last: int) -> tuple[Sentence, ...]:
    """Return how full the battery was in the steps first <= step < last, and when.

    On one day when it was full or fullest; over several days only how often it got full, as times then say little.

    Args:
        result: The run.
        first: First step.
        last: The step after the last one.
    """
    subject = (result, first, last)
    if several_dates(result.timeline, first, last):
        return true_ones(times_full(*subject))
    return true_ones(full(*subject), fullest(*subject), lowest(*subject))


def _soc(result: Result, first: int, last: int) -> NDArray[np.float64]:
    """Return what the battery held before the first step and at the end of each, kWh, shape (step + 1,)."""
    soc = result.flows.outputs.soc_kwh
    return np.concatenate([[soc[first - 1] if first else result.start.stored_kwh], soc[first:last]])


def _bounds(result: Result) -> tuple[float, float, float]:
    """Return the lowest state, the highest one, and the difference that is rounding, kWh.

    A state that is off one of the first two by no more than the third counts as that one.
    """
    of = result.scenario.battery
    return of.min_soc * of.capacity_kwh, of.capacity_kwh, max(NOTHING_KWH, LAST_DIGITS * of.capacity_kwh)


def _gave_words(figures: Figures) -> str:
    end = {
        "empty": "it was empty",
        "lowest": f"it was down to the {size(figures['lowest_kwh'])} kWh that it keeps",
        "holds": f"it still held {energy(figures['end_kwh'])}",
    }[figures["end"]]
    if figures["times"] == 1:
        return f"From {figures['period']} the battery gave {energy(figures['kwh'])}, then {end}."
    return (
        f"The battery gave {energy(figures['kwh'])} in {figures['times']:,} stretches, most from {figures['period']}: "
        f"{energy(figures['most_kwh'])}; after the last {end}."
    )


@form("battery.gave", _gave_words)
def gave(result: Result, first: int, last: int) -> Figures | None:
    """Say when the battery gave how much, and what was left after the last time, if it gave any.

    Returns:
        times: In how many stretches of steps without a break.
        period: The stretch in which it gave most.
        kwh: What it gave in all, kWh.
        most_kwh: In that stretch, kWh.
        end: After the last stretch: "empty", "lowest" (down to what it keeps) or "holds".
        end_kwh: What it held then, kWh.
        lowest_kwh: What it always keeps, kWh.
    """
    drawn = battery_given_kwh(result.settlement.step_kwh)[first:last]
    giving = np.concatenate([[False], drawn > NOTHING_KWH, [False]])
    starts, ends = np.flatnonzero(giving[1:] & ~giving[:-1]), np.flatnonzero(giving[:-1] & ~giving[1:])
    if not starts.size:
        return None
    kwh = np.array([drawn[start:end].sum() for start, end in zip(starts, ends, strict=True)])
    most = int((kwh >= kwh.max() * (1.0 - LAST_DIGITS)).argmax())
    lowest_kwh, _, dust = _bounds(result)
    end_kwh = float(_soc(result, first, last)[ends[-1]])
    down = end_kwh <= lowest_kwh + dust
    dated = several_dates(result.timeline, first, last)
    return {
        "times": int(starts.size),
        "period": period(result.timeline, first + int(starts[most]), first + int(ends[most]) - 1, dated=dated),
        "kwh": float(drawn.sum()),
        "most_kwh": float(kwh[most]),
        "end": "holds" if not down else "lowest" if lowest_kwh > 0.0 else "empty",
        "end_kwh": end_kwh,
        "lowest_kwh": lowest_kwh,
    }


#: Why it took nothing in, and why it gave nothing.
_IN = {
    "no spare": "after trading, the homes together never had more to spare than they lacked",
    "power": "its charging power is 0 kW",
    "plan": "its controller never found a kWh worth taking",
    "full": "it was full whenever there was energy to spare",
    "always full": "it was full all the time",
}
_OUT = {
    "no need": "after trading, the homes together never lacked more than they had to spare",
    "price": "its energy never cost as much as the lowest price that it gives energy for",
    "power": "its discharging power is 0 kW",
    "plan": "its controller never found a kWh worth giving",
    "empty": "it held nothing to give whenever the homes lacked energy",
    "always empty": "it held nothing to give at any time",
    "empty or price": "whenever the homes lacked energy, it held nothing to give, or its energy cost less than the lowest "
    "price that it gives energy for",
}


@form("battery.never_charged", lambda figures: f"Nothing was put into the battery: {_IN[figures['why']]}.")
def never_charged(result: Result, first: int, last: int) -> Figures | None:
    """Say why it was never charged though it gave energy.

    Returns:
        why: A key of `_IN`.
    """
    took, given = _moved(result, first, last)
    return {"why": why_not_charged(result, first, last)} if given and not took else None


def _never_gave_words(figures: Figures) -> str:
    return f"The battery took in {energy(figures['kwh'])} and gave nothing: {_OUT[figures['why']]}."


@form("battery.never_gave", _never_gave_words)
def never_gave(result: Result, first: int, last: int) -> Figures | None:
    """Say why it never gave energy though it took some in.

    Returns:
        kwh: What it took in, at its terminals, kWh.
        why: A key of `_OUT`.
    """
    took, given = _moved(result, first, last)
    if given or not took:
        return None
    kwh = float(battery_taken_kwh(result.settlement.step_kwh)[first:last].sum())
    return {"kwh": kwh, "why": why_not_drawn(result, first, last)}


@form("battery.idle", lambda figures: f"The battery did nothing: {_IN[figures['in']]}, and {_OUT[figures['out']]}.")
def idle(result: Result, first: int, last: int) -> Figures | None:
    """Say why there was nothing for the battery to do.

    Returns:
        in: Why it took nothing, a key of `_IN`.
        out: Why it gave nothing, a key of `_OUT`.
    """
    if any(_moved(result, first, last)) or result.scenario.battery.capacity_kwh <= 0.0:
        return None
    return {"in": why_not_charged(result, first, last), "out": why_not_drawn(result, first, last)}


def _moved(result: Result, first: int, last: int) -> tuple[bool, bool]:
    """Tell whether the battery took in and gave energy.

    In any single step more than `NOTHING_KWH`; sums of dust do not count.
    """
    flow = result.settlement.step_kwh
    took, given = (
        bool((kwh[first:last] > NOTHING_KWH).any()) for kwh in (battery_taken_kwh(flow), battery_given_kwh(flow))
    )
    return took, given


def _left(result: Result, first: int, last: int) -> NDArray[np.float64]:
    """Return what the homes together had to spare (> 0) or lacked (< 0) after trading, kWh, shape (step,).

    As the battery works after the market and in one direction a step, its own flows and the grid's are what was left.
    """
    flow = {name: values[first:last] for name, values in result.settlement.step_kwh.items()}
    spare: NDArray[np.float64] = flow["battery_charged_kwh"] + flow["grid_export_kwh"] + flow["curtailed_kwh"]
    return spare - flow["battery_drawn_kwh"] - flow["grid_import_kwh"]


def why_not_charged(result: Result, first: int, last: int) -> str:
    """Return why a battery that took nothing in did not: a key of `_IN`.

    Asked only where it took nothing: then it was full, if there was something to spare and power to take it, or its plan was
    against it.
    """
    if result.scenario.battery.planned:
        if result.scenario.battery.charge_kw * result.timeline.step_h <= NOTHING_KWH:
            return "power"
        _, highest_kwh, dust = _bounds(result)
        return "always full" if _soc(result, first, last)[:-1].min() >= highest_kwh - dust else "plan"
    if not (_left(result, first, last) > NOTHING_KWH).any():
        return "no spare"
    return "power" if result.scenario.battery.charge_kw * result.timeline.step_h <= NOTHING_KWH else "full"


def why_not_drawn(result: Result, first: int, last: int) -> str:
    """Return why a battery that gave nothing did not: a key of `_OUT`.

    A step in which it held energy and waited for a better price is told apart from one in which it had none.
    """
    if result.scenario.battery.planned:
        if result.scenario.battery.discharge_kw * result.timeline.step_h <= NOTHING_KWH:
            return "power"
        lowest_kwh, _, dust = _bounds(result)
        return "always empty" if _soc(result, first, last)[:-1].max() <= lowest_kwh + dust else "plan"
    lacked = _left(result, first, last) < -NOTHING_KWH
    if not lacked.any():
        return "no need"
    of = result.scenario.battery
    reserve_price = -np.inf if of.reserve_price is None else of.reserve_price
    waits = lacked & (result.prices.battery_sells[first:last] < reserve_price)
    if (waits == lacked).all():
        return "price"
    if of.discharge_kw * result.timeline.step_h <= NOTHING_KWH:
        return "power"
    lowest_kwh, _, dust = _bounds(result)
    gives = (_soc(result, first, last)[:-1] - lowest_kwh) * of.discharge_efficiency > dust
    return "empty or price" if (waits & gives).any() else "empty"


def _full_words(figures: Figures) -> str:
    down = f"down to the {size(figures['lowest_kwh'])} kWh that it keeps" if figures["lowest_kwh"] else "empty"
    end = f"{down} at {figures['down']}" if figures["down"] else f"not {down} after that"
    return f"The battery was full at {figures['full']} and {end}."


@form("battery.full", _full_words)
def full(result: Result, first: int, last: int) -> Figures | None:
    """Say when the battery was full first and when at its lowest after that, if it was full.

    Returns:
        full: When it was full first.
        down: When it was at its lowest first after that; "" if it was not.
        lowest_kwh: What it always keeps, kWh.
    """
    lowest_kwh, highest_kwh, dust = _bounds(result)
    soc = _soc(result, first, last)
    filled = np.flatnonzero(soc >= highest_kwh - dust)
    if not highest_kwh > 0.0 or lowest_kwh >= highest_kwh - dust or not filled.size:
        return None
    at = int(filled[0])
    down = np.flatnonzero(soc[at:] <= lowest_kwh + dust)
    return {
        "full": _at(result, first, last, at),
        "down": _at(result, first, last, at + int(down[0])) if down.size else "",
        "lowest_kwh": lowest_kwh,
    }


def _at(result: Result, first: int, last: int, place: int) -> str:
    """Return when the battery was in the state at this place of `_soc`.

    Args:
        result: The run.
        first: First step of the time.
        last: The step after the last one.
        place: 0 is before the first step, 1 the end of it.
    """
    dated = several_dates(result.timeline, first, last)
    return clock(result.timeline, first + place - 1, end=True, dated=dated) if place else _START


def _fullest_words(figures: Figures) -> str:
    return (
        f"The battery held at most {energy(figures['kwh'])} of {size(figures['capacity_kwh'])} kWh, at {figures['at']}."
    )


@form("battery.fullest", _fullest_words)
def fullest(result: Result, first: int, last: int) -> Figures | None:
    """Say what the battery held at most and when, if it was neither full nor always at its lowest.

    Returns:
        kwh: The most that it held, kWh.
        capacity_kwh: What it can hold, kWh.
        at: When it held the most first.
    """
    lowest_kwh, highest_kwh, dust = _bounds(result)
    soc = _soc(result, first, last)
    if not lowest_kwh + dust < soc.max() < highest_kwh - dust:
        return None
    most = int((soc >= soc.max() - dust).argmax())
    return {"kwh": float(soc[most]), "capacity_kwh": highest_kwh, "at": _at(result, first, last, most)}


def _lowest_words(figures: Figures) -> str:
    if figures["lowest_kwh"]:
        return f"The battery never held more than the {size(figures['lowest_kwh'])} kWh that it keeps."
    return "The battery stayed empty."


@form("battery.lowest", _lowest_words)
def lowest(result: Result, first: int, last: int) -> Figures | None:
    """Say that the battery was at its lowest all the time, if it was.

    Returns:
        lowest_kwh: What it always keeps, kWh; 0 is said as empty.
    """
    lowest_kwh, highest_kwh, dust = _bounds(result)
    if not highest_kwh > 0.0 or _soc(result, first, last).max() > lowest_kwh + dust:
        return None
    return {"lowest_kwh": lowest_kwh}


def _times_words(figures: Figures) -> str:
    times = figures["times"]
    if times:
        return f"The battery got full {'once' if times == 1 else f'{times:,} times'}."
    return (
        "The battery was full at the start and did not get full again."
        if figures["was_full"]
        else "The battery never got full."
    )


@form("battery.times_full", _times_words)
def times_full(result: Result, first: int, last: int) -> Figures | None:
    """Say how often the battery got full, if there is one that is not always full.

    Returns:
        times: How often it became full within the time.
        was_full: Whether it was so before the first step, which does not count.
    """
    lowest_kwh, highest_kwh, dust = _bounds(result)
    if not highest_kwh > 0.0 or lowest_kwh >= highest_kwh - dust:
        return None
    is_full = _soc(result, first, last) >= highest_kwh - dust
    return {"times": int((is_full[1:] & ~is_full[:-1]).sum()), "was_full": bool(is_full[0])}
