"""Try to break a controller: whether it peeks, heeds its forecast, and says a worth that can be, on random days.

Limits of power and level, direction and conservation are not among its laws: `control.dispatch` holds them for it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from jiran.control.controlling import Controller, controllers, find_controller
from jiran.control.forecasting import forecasts
from jiran.control.storage import Battery
from jiran.control.store import Store
from jiran.errors import PluginError, one_line
from jiran.testing.days import Days, Lived, Way, live
from jiran.testing.forecasts import changed
from jiran.testing.report import Finding, Report
from jiran.testing.search import random_values
from jiran.testing.trying import Law, as_strange, listed, tried

_MOST_DAYS = 5


class Tried(NamedTuple):
    """What a controller was tried on, and what it did.

    Attributes:
        way: How the store is run.
        days: What its owner needs.
        lived: What came of it; None if it failed.
        error: Why it failed, or None.
        cut: From this step on all is changed, for the test that nobody peeks.
    """

    way: Way
    days: Days
    lived: Lived | None
    error: str | None
    cut: int

    @property
    def size(self) -> int:
        """How many steps there are."""
        return self.days.need_kwh.size

    def lines(self) -> tuple[str, ...]:
        """Return what it was tried on, for a report."""
        store = self.way.store
        return (
            f"  {self.size} steps, {self.days.day} a day; forecast {self.way.forecast.name}; cut at step {self.cut}",
            f"  a store of {store.battery.capacity_kwh:g} kWh; parameters: {listed(self.way.values)}",
        )

    def over(self, days: Days) -> Lived | None:
        """Return what it does on other days; None if it fails."""
        return lived(self.way, days)[0]


def lived(way: Way, days: Days) -> tuple[Lived | None, str | None]:
    """Run a store through days; whatever its controller raises is its error and not ours."""
    try:
        return live(way, days), None
    except PluginError:
        raise
    except (Exception, SystemExit) as failure:  # noqa: BLE001  a controller may fail in any way
        return None, f"failed: {one_line(failure)}"


def random_way(rng: np.random.Generator, controller: Controller) -> Way:
    """Draw a store, a forecast of the past, and the parameters of both plug-ins."""
    capacity = float(rng.choice([5.0, 10.0, rng.uniform(0.5, 20.0)]))
    efficiency, power = float(rng.choice([1.0, 0.95, 0.8])), float(rng.choice([0.5, 2.0, 5.0]))
    battery = Battery(capacity, float(rng.choice([0.0, 0.1])) * capacity, power, power, efficiency, efficiency)
    store = Store(
        battery,
        float(rng.choice([0.0, 0.01])),
        float(rng.choice([0.0, 0.05])),
        bool(rng.integers(2)),
        bool(rng.integers(2)),
    )
    of_past = [one for one in forecasts().values() if not one.foresight]
    forecast = of_past[rng.integers(len(of_past))]
    return Way(controller, random_values(rng, controller), forecast, random_values(rng, forecast), store)


def random_days(rng: np.random.Generator, store: Store) -> Days:
    """Draw needs with a shape that returns each day, and a tariff: flat, of two prices, or of as many as there are hours."""
    day, count = int(rng.choice([24, 48])), int(rng.integers(2, _MOST_DAYS + 1))
    steps = day * count
    need = np.resize(rng.normal(0.2, 1.5, day), steps) + rng.normal(0.0, 0.5, steps)
    kind = rng.integers(3)
    if kind == 0:
        price = np.full(steps, 0.45)
    elif kind == 1:
        price = np.resize(np.repeat([0.3, 0.6], [day // 3, day - day // 3]), steps)
    else:
        price = rng.uniform(0.05, 1.0, steps)
    battery = store.battery
    start = battery.minimum_kwh + rng.random() * (battery.capacity_kwh - battery.minimum_kwh)
    return Days(need, price, price * rng.choice([0.0, 0.4, 1.0]), day, float(start))


def _tried(rng: np.random.Generator, controller: Controller) -> Tried:
    way = random_way(rng, controller)
    days = random_days(rng, way.store)
    found, error = lived(way, days)
    return Tried(way, days, found, error, int(rng.integers(1, days.need_kwh.size)))


def _same(one: Lived | None, other: Lived | None, until: int) -> bool:
    """Tell whether two stores did the same before a step, to the last bit."""
    if one is None or other is None:
        return one is other
    return all(a[:until].tobytes() == b[:until].tobytes() for a, b in zip(one[:3], other[:3], strict=True))


def _peeks(case: Tried) -> str | None:
    """Change all that comes from the cut on, and the prices that nobody knows there."""
    days, day = case.days, case.days.day
    known = max(case.cut, case.cut // day * day + case.way.controller.horizon_h * day // 24)
    other = days._replace(
        need_kwh=changed(days.need_kwh, slice(case.cut, None)),
        import_price=changed(days.import_price, slice(known, None)),
        export_price=changed(days.export_price, slice(known, None)),
    )
    if _same(case.lived, case.over(other), case.cut):
        return None
    return f"something before step {case.cut} is different when only what comes from there on changes"


def _repeats(case: Tried) -> str | None:
    return None if _same(case.lived, case.over(case.days), case.size) else "the same days again end otherwise"


def _heeds(case: Tried) -> bool:
    """Tell whether another first day gives another worth on the last one."""
    other = case.over(case.days._replace(need_kwh=changed(case.days.need_kwh, slice(0, case.days.day))))
    return case.lived is not None and other is not None and case.lived.value.tobytes() != other.value.tobytes()


def _whole(case: Tried) -> str | None:
    """Run the days in two parts, the second from what the first left."""
    parts = live(case.way, case.days, case.cut)
    return None if _same(case.lived, parts, case.size) else f"cut at step {case.cut}, the days end otherwise"


LAWS = (
    Law[Tried]("runs", "it fails on no days, and says a worth that can be", lambda case: case.error),
    Law[Tried]("repeats", "the same days give the same", _repeats),
    Law[Tried]("whole", "days that are cut in two are the whole days", _whole),
    Law[Tried]("nobody peeks", "what comes later changes nothing that was before", _peeks),
)
_HEEDS = "another past gives another worth, for one that goes by a forecast"


def check_controller(
    controller: Controller | str, *, books: int = 2000, seed: int = 0, progress: Callable[[int], None] | None = None
) -> Report:
    """Try to break a controller on random days.

    Args:
        controller: A controller, its name, or the path of a file with one.
        books: How many stretches of days are tried.
        seed: Of them: the same seed tries the same ones.
        progress: Is called with the number of each before it is tried.

    Returns:
        A finding for each law, with the shortest stretch found that breaks it.

    Raises:
        ControllerError: The controller is unknown, cannot be loaded, or does not compile.
    """
    controller = find_controller(controller) if isinstance(controller, str) else controller
    controller = as_strange(controller, controllers())
    controller.code  # noqa: B018  compiled, or refused, before the first days
    rng = np.random.default_rng(seed)
    heeded, last = not controller.forecasts, None

    def draw() -> Tried:
        nonlocal heeded, last
        last = _tried(rng, controller)
        heeded = heeded or _heeds(last)
        return last

    report = tried(controller.name, LAWS, draw, books, seed, "stretches of days", progress)
    deaf = Finding("heeds", _HEEDS) if heeded or last is None else Finding(
        "heeds", _HEEDS, books, fault="it says the same whatever the past was, every time", case=last.lines()
    )  # fmt: skip
    return replace(report, findings=(*report.findings, deaf))
