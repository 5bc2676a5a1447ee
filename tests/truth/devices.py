"""What is said of a store in a step, from the table of stores and from a run that ends with the day, which still holds its plans."""

from __future__ import annotations

import numpy as np

import jiran.explain.device  # noqa: F401  the module with the forms
from jiran import JiranError, simulate
from jiran.explain.device import presence, seen_at
from jiran.homes.cars import car_days
from jiran.homes.days import days_of
from jiran.homes.profiles import Profiles
from jiran.result.devices import devices_of
from jiran.simulation.worth import worth_of_day
from jiran.words import price
from truth.books import once
from truth.harness import Claim, oracle
from truth.rounding import decimals, energy, size

WHO = {"home battery": "home_battery", "EV": "ev", "community battery": "battery"}
KEPT = {"home battery": "at_home", "EV": "cars", "community battery": "street"}


@once
def _seen(drawn):
    """Return some stores in a step each, with the run."""
    result, found = drawn.result, []
    rng = np.random.default_rng([drawn.seed, 78])
    places = {}
    for device in devices_of(result):
        place = places[device.kind] = places.get(device.kind, -1) + 1
        step = int(rng.integers(result.timeline.steps))
        if rng.random() < 0.5 or place > 3:
            continue
        day = worth_of_day(result, WHO[device.kind], step)
        said = None if day is None else day.at(place, step, float(device.stored_kwh[step]))
        here = float(presence(result)[step, place]) if device.kind == "EV" else 1.0
        found.append((seen_at(result, device, step, said, here), result, place))
    PLACES.clear()
    PLACES.update({id(seen): (result, place) for seen, result, place in found})
    return found


#: Of each store that was looked at, its run and its place among those of its kind.
PLACES = {}


def of_state(drawn):
    return [(seen,) for seen, _, _ in _seen(drawn)]


def of_worth(drawn):
    return [(seen, result) for seen, result, _ in _seen(drawn)]


def there(result, home, step):
    """Return the share of a step in which a car is at home, from the days that it drives, or from the hours when all are back."""
    scenario, step_h = result.scenario, result.timeline.step_h
    if not scenario.ev.planned:
        hour = result.timeline.hour[step]
        return float(hour + step_h <= scenario.ev.supply.departure_hour or hour >= scenario.ev.supply.arrival_hour)
    own, away = car_days(home, days_of(result.timeline), scenario.ev.calendar, scenario.seed), 0.0
    for drives, left, back in zip(own.drives, own.leaves_h, own.returns_h, strict=True):
        leaves = left // step_h * step_h  # it is unplugged for all of the step in which it leaves
        if drives:
            away += max(0.0, min(back, (step + 1) * step_h) - max(leaves, step * step_h))
    return max(0.0, 1.0 - away / step_h) if away < step_h * (1.0 - 1e-12) else 0.0


def behind(seen, result):
    """Tell whether it is a car behind a meter that shows import and export alone."""
    hidden = [home for home, there in zip(result.community.ids, result.community.net_metered, strict=True) if there]
    return seen.device.kind == "EV" and seen.device.home in hidden


@oracle("device.state", of_state)
def state(seen):
    result, _ = PLACES[id(seen)]
    if behind(seen, result):
        return None
    table = result.devices
    row = table.filter(
        (table["device"] == seen.device.kind) & (table["home"] == seen.device.home) & (table["step"] == seen.step)
    ).to_dicts()[0]
    scenario, kind, home = result.scenario, seen.device.kind, seen.device.home
    standby = scenario.home_battery.standby_w * result.timeline.step_h / 1000.0 if kind == "home battery" else 0.0
    taken, given = row["charged_kwh"] - standby, row["given_kwh"]
    capacity = {
        "home battery": lambda: float(result.community.battery_kwh[result.community.ids.index(home)]),
        "EV": lambda: (scenario.ev.calendar if scenario.ev.planned else scenario.ev.supply).capacity_kwh,
        "community battery": lambda: scenario.battery.capacity_kwh,
    }[kind]()
    taken, given = (kwh if kwh > 1e-9 else 0.0 for kwh in (taken, given))
    figures = {
        "kind": kind, "home": home, "taken_kwh": taken, "given_kwh": given, "held_kwh": row["stored_kwh"], "capacity_kwh": capacity,
    }  # fmt: skip
    here = there(result, home, seen.step) if kind == "EV" else 1.0
    figures["present"] = here
    name = {"home battery": f"The battery of {home}", "EV": f"The car of {home}"}.get(kind, "The community battery")
    if here == 0.0:
        return Claim(figures, (f"{name} is away.",))
    name += f", here for {decimals(100 * here, 0)}% of this time," * bool(here < 1.0)
    did = f"gives {energy(given)}" if given else f"takes {energy(taken)}" if taken else "neither takes nor gives"
    return Claim(
        figures, (f"{name} {did}", f"then holds {energy(row['stored_kwh'])} of {size(capacity)} kWh"), summed=capacity
    )


def at_its_end(result, kind, step):
    """Return what stores of a kind remember after the day of a step, by a run that ends with it; None if prices are by the step."""
    grid = result.scenario.grid
    by_step = any(isinstance(said, tuple) and len(said) != 24 for said in (grid.import_price, grid.export_price))
    a_day = 24 * 60 // result.timeline.step_minutes
    until = min(result.timeline.steps, (step // a_day + 1) * a_day)
    if (
        grid.tariff is not None
        or result.scenario.home_battery.forecast == "perfect"
        or (by_step and until < result.timeline.steps)
    ):
        return None
    if "perfect" in (result.scenario.ev.forecast, result.scenario.battery.forecast):
        return None
    if until == result.timeline.steps:
        return getattr(result.state, KEPT[kind])
    profiles = Profiles(**{name: array[:until].copy() for name, array in vars(result.flows.profiles).items()})
    try:
        again = simulate(result.scenario.model_copy(update={"steps": until}), profiles=profiles)
    except JiranError:
        return None
    return getattr(again.state, KEPT[kind])


@oracle("device.worth", of_worth)
def worth(seen, result):
    if seen.worth is None or seen.present == 0.0 or behind(seen, result):
        return None
    scenario, kind, step = result.scenario, seen.device.kind, seen.step
    memory, (_, place) = at_its_end(result, kind, step), PLACES[id(seen)]
    own = seen.worth
    if memory is not None:
        row = step % (24 * 60 // result.timeline.step_minutes) + 1
        held = float(seen.device.stored_kwh[step])
        pieces = []
        for upto, value in zip(memory.upto_kwh[row, place], memory.value[row, place], strict=True):
            if not pieces or upto > pieces[-1][0]:
                pieces.append((float(upto), float(value)))
            else:
                break
        own = next((value for upto, value in pieces if held < upto), pieces[-1][1])
    if kind == "EV":
        kept, wear, gives = scenario.ev.calendar, scenario.ev.wear_cost, scenario.ev.charging == "v2g"
        stored = kept.efficiency
    else:
        kept = scenario.home_battery if kind == "home battery" else scenario.battery
        stored, wear, gives = kept.charge_efficiency, kept.wear_cost, True
    bought, sold = float(result.prices.grid_import[step]), float(result.prices.grid_export[step])
    must = kind == "EV" and own > 5_000.0 + float(result.prices.grid_import.max())
    figures = {
        "worth": own, "must": must, "own": sold / stored, "grid": bought / stored,
        "home_gain": (bought - wear) * kept.discharge_efficiency if gives else None,
        "grid_gain": (sold - wear) * kept.discharge_efficiency if gives else None, "currency": scenario.currency,
    }  # fmt: skip

    def written(value):
        return price(value, scenario.currency)

    begun = "it must hold more when it leaves" if must else f"another stored kWh is worth {written(own)} later"
    words = [
        begun,
        f"To store one now costs {written(figures['own'])} of what its owner has to spare, {written(figures['grid'])} from the grid",
    ]
    if gives:
        words.append(
            f"is worth {written(figures['home_gain'])} where it is needed, {written(figures['grid_gain'])} at the grid"
        )
    return Claim(figures, tuple(words), summed=1e3 * abs(bought) + 1e4)
