"""What is true of the shared battery, worked out step by step."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

import jiran.explain.battery
from jiran.nothing import NOTHING_KWH
from truth.harness import Claim, oracle
from truth.rounding import dates, energy, period, size, wall
from truth.run import of_window, went_in

assert jiran.explain.battery  # brings the forms in


def track(result, first, last):
    """Return what it held at the start and after each step, its lowest and highest state, and what is rounding."""
    soc = [result.start.stored_kwh, *result.steps["soc_kwh"].to_list()][first : last + 1]
    of = result.scenario.battery
    return soc, of.min_soc * of.capacity_kwh, of.capacity_kwh, max(NOTHING_KWH, 1e-9 * of.capacity_kwh)


def given(result, first, last):
    """Return the stretches of steps in which it gave energy: first step, last step, kWh."""
    found = []
    for step, kwh in enumerate(gave_at_all(result)[first:last].tolist(), first):
        if kwh <= NOTHING_KWH:
            continue
        if found and found[-1][1] == step - 1:
            found[-1][1:] = [step, found[-1][2] + kwh]
        else:
            found.append([step, step, kwh])
    return found


def gave_at_all(result):
    return np.maximum(-went_in(result), 0.0)


def took(result, first, last):
    return np.maximum(went_in(result), 0.0)[first:last].tolist()


def balances(result, first, last):
    """Yield what the homes had to spare (> 0) or lacked (< 0) after trading, where it is something, and what it held before."""
    held = track(result, first, last)[0]
    for at, row in enumerate(result.steps.slice(first, last - first).to_dicts()):
        spare = row["battery_charge_kwh"] + row["grid_export_kwh"] + row["curtailed_kwh"]
        spare -= row["battery_discharge_kwh"] + row["grid_import_kwh"]
        if abs(spare) > NOTHING_KWH:
            yield first + at, spare, held[at]


def why_took_nothing(result, first, last):
    """Return why a battery took nothing in; where the reason is that it was full, it had no room whenever it mattered."""
    of, highest = result.scenario.battery, result.scenario.battery.capacity_kwh
    if of.controller != "self-consumption":
        if of.charge_kw * result.scenario.step_minutes / 60 <= NOTHING_KWH:
            return "power"
        soc, _, most, dust = track(result, first, last)
        return "always full" if all(kwh >= most - dust for kwh in soc[:-1]) else "plan"
    held = [kwh for _, spare, kwh in balances(result, first, last) if spare > 0]
    if not held:
        return "no spare"
    if of.charge_kw * result.scenario.step_minutes / 60 <= NOTHING_KWH:
        return "power"
    dust = track(result, first, last)[3]
    assert all((highest - kwh) / of.charge_efficiency <= dust for kwh in held), "it had room"
    return "full"


def why_gave_nothing(result, first, last):
    """Return why a battery gave nothing; what comes out counts, not what is inside, which may be much more."""
    of = result.scenario.battery
    if of.controller != "self-consumption":
        if of.discharge_kw * result.scenario.step_minutes / 60 <= NOTHING_KWH:
            return "power"
        soc, least, _, dust = track(result, first, last)
        return "always empty" if all(kwh <= least + dust for kwh in soc[:-1]) else "plan"
    lacking = [(step, kwh) for step, spare, kwh in balances(result, first, last) if spare < 0]
    if not lacking:
        return "no need"
    cheap = [
        of.reserve_price is not None and result.prices.battery_sells[step] < of.reserve_price for step, _ in lacking
    ]
    if all(cheap):
        return "price"
    if of.discharge_kw * result.scenario.step_minutes / 60 <= NOTHING_KWH:
        return "power"
    _, lowest, _, dust = track(result, first, last)
    could = [(kwh - lowest) * of.discharge_efficiency > dust for _, kwh in lacking]
    assert all(waits or not gives for waits, gives in zip(cheap, could, strict=True)), "it held something to give"
    return "empty or price" if any(could) else "empty"


INTO = {
    "no spare": "never had more to spare than they lacked",
    "power": "charging power is 0 kW",
    "full": "it was full whenever",
    "always full": "it was full all the time",
    "plan": "its controller never found a kWh worth taking",
}
OUT = {
    "no need": "never lacked more than they had to spare",
    "price": "never cost as much as the lowest price",
    "power": "discharging power is 0 kW",
    "empty": "it held nothing to give whenever the homes lacked energy.",
    "plan": "its controller never found a kWh worth giving",
    "always empty": "it held nothing to give at any time",
    "empty or price": "it held nothing to give, or its energy cost less than the lowest price",
}


@oracle("battery.gave", of_window)
def gave(result, first, last):
    found = given(result, first, last)
    if not found:
        return None
    soc, lowest, _, dust = track(result, first, last)
    most = max(kwh for *_, kwh in found)
    start, end, kwh = next(one for one in found if one[2] >= most * (1 - 1e-9))
    total = sum(kwh for *_, kwh in found)
    when = period(result, start, end, dated=dates(result, first, last))
    left = soc[found[-1][1] - first + 1]
    state = "holds" if left > lowest + dust else "lowest" if lowest else "empty"
    ending = {
        "holds": f"still held {energy(left)}",
        "lowest": f"the {size(lowest)} kWh that it keeps",
        "empty": "it was empty",
    }[state]
    words = (
        (f"From {when} the battery gave {energy(total)}", ending)
        if len(found) == 1
        else (f"gave {energy(total)} in {len(found):,} stretches", f"from {when}: {energy(kwh)};", ending)
    )
    figures = {"times": len(found), "period": when, "kwh": total, "most_kwh": kwh, "end": state, "end_kwh": left}
    return Claim(figures | {"lowest_kwh": lowest}, words)


@oracle("battery.never_charged", of_window)
def never_charged(result, first, last):
    if not given(result, first, last) or max(took(result, first, last)) > NOTHING_KWH:
        return None
    why = why_took_nothing(result, first, last)
    return Claim({"why": why}, (INTO[why],))


@oracle("battery.never_gave", of_window)
def never_gave(result, first, last):
    if given(result, first, last) or max(took(result, first, last)) <= NOTHING_KWH:
        return None
    why, kwh = why_gave_nothing(result, first, last), sum(took(result, first, last))
    return Claim({"kwh": kwh, "why": why}, (f"took in {energy(kwh)} and gave nothing", OUT[why]))


@oracle("battery.idle", of_window)
def idle(result, first, last):
    if given(result, first, last) or max(took(result, first, last)) > NOTHING_KWH:
        return None
    if not result.scenario.battery.capacity_kwh:
        return None
    into, out = why_took_nothing(result, first, last), why_gave_nothing(result, first, last)
    return Claim({"in": into, "out": out}, (INTO[into], OUT[out]))


def at(result, first, last, place):
    return wall(result, first + place - 1, end=True, dated=dates(result, first, last)) if place else "the start"


@oracle("battery.full", of_window)
def full(result, first, last):
    soc, lowest, highest, dust = track(result, first, last)
    if not highest or lowest >= highest - dust or max(soc) < highest - dust:
        return None
    filled = next(place for place, kwh in enumerate(soc) if kwh >= highest - dust)
    down = next((place for place, kwh in enumerate(soc) if place >= filled and kwh <= lowest + dust), None)
    when = at(result, first, last, filled)
    state = f"down to the {size(lowest)} kWh that it keeps" if lowest else "empty"
    then = "" if down is None else at(result, first, last, down)
    words = (f"full at {when} and", f"{state} at {then}." if then else f"not {state} after that")
    return Claim({"full": when, "down": then, "lowest_kwh": lowest}, words)


@oracle("battery.fullest", of_window)
def fullest(result, first, last):
    soc, lowest, highest, dust = track(result, first, last)
    if max(soc) <= lowest + dust or max(soc) >= highest - dust:
        return None
    place = next(place for place, kwh in enumerate(soc) if kwh >= max(soc) - dust)
    when = at(result, first, last, place)
    words = (f"at most {energy(soc[place])} of {size(highest)} kWh, at {when}.",)
    return Claim({"kwh": soc[place], "capacity_kwh": highest, "at": when}, words)


@oracle("battery.lowest", of_window)
def lowest(result, first, last):
    soc, low, highest, dust = track(result, first, last)
    if not highest or any(kwh > low + dust for kwh in soc):
        return None
    return Claim({"lowest_kwh": low}, (f"the {size(low)} kWh that it keeps" if low else "stayed empty",))


@oracle("battery.times_full", of_window)
def times_full(result, first, last):
    soc, low, highest, dust = track(result, first, last)
    if not highest or low >= highest - dust:
        return None
    is_full = [kwh >= highest - dust for kwh in soc]
    times = sum(now and not before for before, now in pairwise(is_full))
    words = (
        "full once."
        if times == 1
        else f"full {times:,} times."
        if times
        else "full at the start"
        if is_full[0]
        else "never got full"
    )
    return Claim({"times": times, "was_full": is_full[0]}, (words,))
