"""A learned policy: what stored energy is worth, straight from what is known at the beginning of a day.

The worth after each step is a straight line of nine features, and falls with the level by another: 18 numbers, which `learn` finds
and a TOML file keeps. It says a worth and no power, so it can break no limit, and anybody can read it.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jiran.compiled import njit
from jiran.control.controlling.base import Controller
from jiran.control.plan import Ahead, mean_of
from jiran.control.store import Store
from jiran.documents.read import read_toml
from jiran.errors import ControllerError, JiranError
from jiran.plugins.plugin import Parameter

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]

#: What it knows at each step of the day, by name; prices by the mean import price ahead, energy by the room of the store.
FEATURES = {
    "always": "1",
    "cheapest_day": "lowest import price of the next 24 h",
    "mean_day": "mean import price of the next 24 h",
    "dearest_day": "highest import price of the next 24 h",
    "dearest_6h": "highest import price of the next 6 h",
    "cheapest_6h": "lowest import price of the next 6 h",
    "export_day": "highest export price of the next 24 h",
    "need_6h": "what is expected to be lacking in the next 6 h",
    "need_day": "what is expected to be lacking in the next 24 h",
}
_COUNT = len(FEATURES)  # compiled code knows no dict
#: The worth is one number in each of so many equal parts of the store.
CELLS = 8
#: Energy that is expected counts at most so many times the room of the store.
_MOST = 2.0
#: What a file says it is.
KIND = "jiran policy 1"
_MOST_WEIGHT = 1000.0


@njit(cache=True)
def _fill_features(
    step: int, scale: float, room: float, mean_kwh: Vector, ahead: Ahead, day: int, found: Vector
) -> None:
    """Fill in the features after a step, shape (feature,), of what was known at the beginning of the day.

    Args:
        step: The first coming step.
        scale: Prices are divided by it.
        room: What the store can hold.
        mean_kwh: What is expected, shape (step,).
        ahead: The prices.
        day: Steps of a day.
        found: Is filled in.
    """
    last, soon = min(step + day, mean_kwh.size), min(step + max(day // 4, 1), mean_kwh.size)
    low = high = soon_low = soon_high = ahead.import_price[step]
    sold, whole, needed, soon_needed = ahead.export_price[step], 0.0, 0.0, 0.0
    for later in range(step, last):
        price = ahead.import_price[later]
        low, high, whole = min(low, price), max(high, price), whole + price
        sold, needed = max(sold, ahead.export_price[later]), needed + mean_kwh[later]
        if later < soon:
            soon_low, soon_high, soon_needed = (
                min(soon_low, price),
                max(soon_high, price),
                soon_needed + mean_kwh[later],
            )
    found[0], found[1], found[2], found[3] = 1.0, low / scale, whole / (last - step) / scale, high / scale
    found[4], found[5], found[6] = soon_high / scale, soon_low / scale, sold / scale
    found[7], found[8] = max(min(soon_needed / room, _MOST), -_MOST), max(min(needed / room, _MOST), -_MOST)


def learned(
    need_kwh: Matrix, ahead: Ahead, day: int, store: Store, parameters: Vector, upto_kwh: Matrix, value: Matrix
) -> bool:
    """Say what stored energy is worth by what was learned from other days: a straight line of prices and expected need."""
    empty, room = store.battery.minimum_kwh, store.battery.capacity_kwh - store.battery.minimum_kwh
    if value.shape[1] < CELLS:
        return False
    mean_kwh = mean_of(need_kwh)
    scale = max(abs(ahead.import_price.mean()), 1e-9)
    features = np.empty(_COUNT)
    for step in range(day + 1):
        _fill_features(min(step, mean_kwh.size - 1), scale, max(room, 1e-9), mean_kwh, ahead, day, features)
        worth, falls = 0.0, 0.0
        for place in range(_COUNT):
            worth += parameters[place] * features[place]
            falls += parameters[_COUNT + place] * features[place]
        for cell in range(CELLS):
            upto_kwh[step, cell] = empty + room * (cell + 1) / CELLS
            value[step, cell] = scale * (worth - abs(falls) * (cell + 0.5) / CELLS)
        upto_kwh[step, CELLS - 1] = store.battery.capacity_kwh
    return True


def _parameters() -> dict[str, Parameter]:
    """Return the weights as parameters: of each feature for the worth, and for how it falls with the level."""
    low, high = -_MOST_WEIGHT, _MOST_WEIGHT
    worth = {f"worth_{name}": Parameter(0.0, f"weight of: {said}", ge=low, le=high) for name, said in FEATURES.items()}
    falls = {f"falls_{name}": Parameter(0.0, f"the same, of how worth falls with the level: {said}", ge=low, le=high)
             for name, said in FEATURES.items()}  # fmt: skip
    return worth | falls


#: What any policy is before it has learned anything; it is not among the installed controllers.
LEARNED = Controller(
    "learned", learned, _parameters(), plain_name="learned from other days", forecasts=True, horizon_h=48
)


def with_weights(name: str, weights: Vector) -> Controller:
    """Return the policy of these weights, as a controller whose parameters have them as defaults.

    Args:
        name: What messages call it.
        weights: Shape (2 * feature,): of the worth, and of how it falls.

    Raises:
        ControllerError: A weight is no number, or too large.
    """
    parameters = {
        key: Parameter(float(weight), one.description, ge=one.ge, le=one.le)
        for (key, one), weight in zip(LEARNED.parameters.items(), weights, strict=True)
    }
    found = Controller(name, learned, parameters, plain_name=LEARNED.plain_name, forecasts=True, horizon_h=48)
    found.__dict__["code"] = LEARNED.code  # compiled once for all of them
    return found


def read_policy(name: str) -> Controller:
    """Return the policy that a file keeps.

    Args:
        name: The file, as `jiran train` wrote it.

    Raises:
        ControllerError: It cannot be read, or is no policy.
    """
    path = Path(name)
    try:
        changed_ns = path.stat().st_mtime_ns
    except (OSError, ValueError):
        raise ControllerError(name, "there is no such file") from None
    return _read(name, path.resolve(), changed_ns)


@lru_cache(maxsize=32)
def _read(name: str, path: Path, changed_ns: int) -> Controller:  # noqa: ARG001  a changed file is another one
    try:
        content = read_toml(path, "policy")
    except JiranError as error:
        raise ControllerError(name, str(error)) from error
    weights: Any = content.get("weights")
    if content.get("kind") != KIND or not isinstance(weights, dict):
        raise ControllerError(name, f"is no policy of jiran: it has no kind = {KIND!r} with [weights]")
    missing = [key for key in LEARNED.parameters if key not in weights]
    unknown = [key for key in weights if key not in LEARNED.parameters]
    if missing or unknown:
        wrong = f"lacks {missing[0]}" if missing else f"has {unknown[0][:60]}, which is none of them"
        raise ControllerError(name, f"its [weights] {wrong}")
    try:
        return with_weights(name, LEARNED.numbers(weights))
    except JiranError as error:
        raise ControllerError(name, str(error)) from error
