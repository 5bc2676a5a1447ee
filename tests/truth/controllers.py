"""What controllers side by side say, from runs of their own and from tables of stores."""

from __future__ import annotations

import numpy as np

import jiran.report.controllers
import jiran.report.forecasts  # noqa: F401  the modules with the forms
from jiran import JiranError, simulate
from jiran.control import controllers, forecasts
from jiran.judge.by_controller import by_controller
from jiran.judge.forecast_day import days_of, foreseen
from truth.books import once
from truth.harness import Claim, oracle
from truth.rounding import decimals, energy, many, percent

#: Every so many of the random runs: each takes several.
EVERY, MOST = 3, 1_500
#: Who runs them; the simplest is there anyway.
FEW = {"home_battery": ["plan-ahead", "time-of-use"], "battery": ["plan-ahead", "peak-shaving"], "ev": ["smart", "v2g"]}


@once
def _compared(drawn):
    """Return a street under a few controllers, and the street; whose stores is drawn. None where there are none."""
    scenario = drawn.scenario
    if drawn.seed % EVERY or drawn.result.flows.profiles.load_kwh.size > MOST:
        return None
    who = str(drawn.rng.choice(list(FEW)))
    if who == "ev" and not scenario.ev.supply.enabled:
        charging = str(drawn.rng.choice(["smart", "v2g"]))
        scenario = scenario.model_copy(update={"ev": scenario.ev.model_copy(update={"charging": charging})})
    foretold = [str(drawn.rng.choice([name for name in forecasts() if name != "perfect"]))]
    if drawn.rng.random() < 0.3:
        foretold.append("yesterday")
    try:
        return by_controller(scenario, who, names=FEW[who], forecasts=foretold), scenario, foretold
    except JiranError:
        return None


def of_two(drawn):
    found = _compared(drawn)
    return [] if found is None else [found[:2]]


def of_one(drawn):
    found = _compared(drawn)
    return [] if found is None else [found[:1]]


class Again:
    """A run of the comparison, made again."""

    def __init__(self, found, scenario, one):
        name, forecast = one.controller, one.forecast
        said = {"forecast": forecast} if forecast else {}
        if found.who == "ev":
            said |= {"charging": "smart", "override_share": 1.0} if name == "at-once" else {"charging": name}
        else:
            said["controller"] = name
        own = getattr(scenario, found.who).model_copy(update=said)
        self.result = simulate(scenario.model_copy(update={found.who: own}))
        self.name, self.forecast = name, forecast
        self.bound = forecast == "perfect"
        scenario, prices = self.result.scenario, self.result.prices
        kept = (scenario.home_battery if scenario.homes.batteries else scenario.battery).discharge_efficiency
        a_kwh = max(prices.grid_export.mean(), 0.0) * kept
        in_car = max(prices.grid_import.mean(), 0.0) / scenario.ev.calendar.efficiency
        left = sum(
            one["end_kwh"] * (in_car if one["device"] == "EV" else a_kwh)
            for one in self.result.device_totals.to_dicts()
        )
        self.paid = abs(self.result.accounts["grid"]) + abs(left)
        self.net = self.result.accounts["grid"] - left
        self.missing = float(self.result.kpis["departure_missing_kwh"] or 0.0)


def _again(found, scenario):
    key = "again"
    if key not in found.__dict__:
        found.__dict__[key] = [Again(found, scenario, one) for one in found.runs]
    return found.__dict__[key]


def _called(one, runs):
    several = len({run.forecast for run in runs if run.forecast and not run.bound}) > 1
    return f"{one.name}, {one.forecast}" if several and one.forecast else one.name


def money(value, currency=""):
    return f"{currency} {decimals(value, 2)}" if currency else decimals(value, 2)


@oracle("controllers.perfect", of_two)
def perfect(found, scenario):
    runs = _again(found, scenario)
    known = [one for one in runs if one.bound]
    if not known or all(one.name != known[0].name or one.bound for one in runs):
        return None
    others = {one.forecast: one for one in runs if one.name == known[0].name and not one.bound}
    assert found.foreseen in others
    other = others[found.foreseen]
    worth = other.net - known[0].net
    figures = {"worth": worth, "planned": known[0].name, "foreseen": other.forecast, "currency": scenario.currency}
    if float(money(abs(worth)).replace(",", "")) == 0.0:
        words = (f"To {known[0].name} a perfect forecast would be worth no more than {other.forecast}.",)
    elif worth > 0.0:
        words = (f"would be worth {money(worth, scenario.currency)} more than {other.forecast}", f"To {known[0].name} ")
    else:
        words = (
            f"{known[0].name} would cost the street {money(-worth, scenario.currency)} more than with {other.forecast}",
            "two days ahead",
        )
    return Claim(figures, words, summed=max(known[0].paid, other.paid))


@oracle("controllers.best", of_two)
def best(found, scenario):
    runs = [one for one in _again(found, scenario) if not one.bound]
    if len(runs) < 2:
        return None
    simplest = next(one for one in runs if one.name in ("self-consumption", "at-once"))
    assert simplest.name in ("at-once", *controllers())
    chosen = next(
        one
        for run in found.runs
        if not run.bound
        for one in runs
        if (one.name, one.forecast) == (run.controller, run.forecast)
    )
    close = 1e-9 * (1.0 + max(one.paid for one in runs))
    assert chosen.net <= min(one.net for one in runs) + close
    gain = simplest.net - chosen.net
    figures = {
        "simplest": simplest.name,
        "best": _called(chosen, _again(found, scenario)),
        "currency": scenario.currency,
    }
    known = round(gain, 9) >= 0.005
    figures |= {"gain": gain if known else None, "share": None}
    if not known:
        return Claim(
            figures, (f"None that knows no future does better than {simplest.name} here.",), summed=simplest.paid
        )
    words = [f"{figures['best']} costs the street least", f"{money(gain, scenario.currency)} less than {simplest.name}"]
    if found.optimum_cost is not None:
        least = found.optimum_cost - found.optimum_rest_worth
        assert least <= chosen.net + 1e-6 * (1.0 + chosen.paid)
        figures["share"] = gain / (simplest.net - least)
        words.append(f"{percent(figures['share'])} of what perfect foresight could gain on it")
    return Claim(figures, tuple(words), summed=simplest.paid)


@oracle("controllers.missed", of_one)
def missed(found):
    honest = [one for one in found.runs if not one.bound and one.departures_missed]
    if not honest:
        return None
    most = max(one.departures_missed for one in honest)
    worst = max((one for one in honest if one.departures_missed == most), key=lambda one: one.departure_missing_kwh)
    assert worst.departures_missed <= worst.departures
    named = _called(Named(worst), [Named(one) for one in found.runs])
    figures = {
        "controller": named, "missed": most, "departures": worst.departures, "missing_kwh": worst.departure_missing_kwh,
    }  # fmt: skip
    whole = many(worst.departures, "departure", "departures")
    words = (
        f"Under {named} cars held less than they should at {most:,} of {whole}",
        f"{energy(worst.departure_missing_kwh)} in all",
    )
    return Claim(figures, words)


class Named:
    """A run by its names."""

    def __init__(self, one):
        self.name, self.forecast, self.bound = one.controller, one.forecast, one.forecast == "perfect"


def of_day(drawn):
    """Yield a day of a run as it was foreseen, of the street or of a home; nothing of a run that is shorter than two days."""
    try:
        days = days_of(drawn.result)
    except JiranError:
        return
    rng = np.random.default_rng([drawn.seed, 77])
    for forecast in ("yesterday", "mean-of-days", "perfect"):
        home = str(rng.choice(drawn.result.community.ids)) if rng.random() < 0.5 else None
        day = int(rng.integers(1, days))
        yield (foreseen(drawn.result, forecast, home, day), drawn.result, day)


@oracle("forecast.day", lambda drawn: ((shown,) for shown, _, _ in _kept(drawn)))
def a_day(shown):
    result, day = SHOWN[id(shown)]
    profiles, steps = result.flows.profiles, 24 * 60 // result.timeline.step_minutes
    need = profiles.load_kwh + profiles.ev_kwh - profiles.generation_kwh
    of = [result.community.ids.index(shown.owner)] if shown.owner else list(range(result.community.size))
    by_day = [
        [sum(float(need[step, home]) for home in of) for step in range(one * steps, (one + 1) * steps)]
        for one in range(day + 1)
    ]  # fmt: skip
    came, before = by_day[day], by_day[day - 1]
    week = by_day[max(0, day - 7) : day]
    # Where fewer days are known than it looks back on, some come twice.
    back = [week[-1 - row % len(week)] for row in range(7)]
    said = {"yesterday": before, "perfect": came, "mean-of-days": [sum(one) / 7 for one in zip(*back, strict=True)]}
    wrong = sum(abs(one - other) for one, other in zip(said[shown.forecast], came, strict=True))
    yesterday = sum(abs(one - other) for one, other in zip(before, came, strict=True))
    whose = f"home {shown.owner}" if shown.owner else "the street"
    words = [f"On this day {shown.forecast} was wrong by {energy(wrong)} in all for {whose}"]
    words += [] if shown.forecast == "yesterday" else [f"yesterday by {energy(yesterday)}"]
    figures = {
        "forecast": shown.forecast, "owner": shown.owner, "wrong_kwh": wrong,
        "yesterday_kwh": None if shown.forecast == "yesterday" else yesterday,
    }  # fmt: skip
    return Claim(figures, tuple(words), summed=float(np.abs(need).sum()))


#: Of each day that was shown, its run and which day it is.
SHOWN = {}


@once
def _kept(drawn):
    found = list(of_day(drawn))
    SHOWN.clear()
    SHOWN.update({id(shown): (result, day) for shown, result, day in found})
    return found
