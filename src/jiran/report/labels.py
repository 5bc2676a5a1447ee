"""Where the names in a picture stand, so that none lies over another."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

#: Height of a line of text, and width of a letter, pixels.
LINE, LETTER = 14.0, 6.2
#: How far a name may move from its point, and what standing on the other side counts like, pixels.
_FARTHEST, _OTHER_SIDE = 90, 30.0
#: Points closer than this from left to right are a column: their names stand in the order of the points.
_COLUMN = 25.0


class Label(NamedTuple):
    """A name beside a point, pixels: x to the right, y downwards.

    Attributes:
        text: The name.
        x: Of the point.
        y: Of the point.
        away: How far from the point it begins.
    """

    text: str
    x: float
    y: float
    away: float  # from the point to where the name begins


class Place(NamedTuple):
    """Where a name stands: left (-1) or right (1) of its point, how far from it, and at which height.

    Attributes:
        side: -1 or 1.
        away: Pixels from the point to the name.
        y: Of the middle of the name, pixels downwards.
    """

    side: int
    away: float
    y: float


class _Box(NamedTuple):
    """An area of the picture, pixels, y downwards."""

    left: float
    right: float
    top: float
    bottom: float

    def meets(self, other: _Box) -> bool:
        """Tell whether two boxes have an area in common."""
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )


def place_names(labels: list[Label], width: float, height: float) -> list[Place]:
    """Return where names stand: as near to their points as they can without lying over a name or another point.

    Points above each other are a column: their names stand in the order of the points, beyond the widest of them.

    Args:
        labels: The names and their points.
        width: Of the picture, pixels.
        height: Of the picture, pixels.

    Returns:
        A place for each name, in the order of the names.

    Example:
        >>> place_names([Label("a", 10.0, 50.0, 8.0), Label("b", 10.0, 50.0, 8.0)], 100.0, 100.0)
        [Place(side=1, away=8.0, y=43.0), Place(side=1, away=8.0, y=57.0)]
    """
    points = [_Box(label.x - label.away, label.x + label.away, label.y - 6, label.y + 6) for label in labels]
    found: dict[int, Place] = {}
    for place in sorted(range(len(labels)), key=lambda one: labels[one].y):
        label = labels[place]
        column = [one for one, other in enumerate(labels) if abs(other.x - label.x) < _COLUMN]
        others = [box for one, box in enumerate(points) if one not in column]
        others += [_box(labels[one], stand) for one, stand in found.items()]
        above = [found[one] for one in column if one in found]
        away = max(labels[one].away + abs(labels[one].x - label.x) for one in column)
        wanted = dict(zip(column, spread_out([labels[one].y for one in column], LINE, 0.0, height), strict=True))
        tries = _tries(wanted[place], away, -1 if label.x > width / 2 else 1)
        ordered = [one for one in tries if all(one.y >= other.y for other in above if other.side == one.side)] or tries
        free = (one for one in ordered if _fits(_box(label, one), others, width, height))
        found[place] = next(free, ordered[0])
    return [found[place] for place in range(len(labels))]


def _tries(wanted: float, away: float, inner: int) -> list[Place]:
    """Return where a name could stand, the best first.

    Args:
        wanted: The height at which the name would stand by itself, pixels.
        away: How far from its point it begins, pixels.
        inner: The side towards the middle of the picture, left (-1) or right (1), which is the better one.
    """
    shifts = [sign * shift for shift in range(0, _FARTHEST, int(LINE) // 2) for sign in (1, -1)]
    tries = [Place(side, away, wanted + shift) for shift in shifts for side in (inner, -inner)]
    return sorted(tries, key=lambda one: abs(one.y - wanted) + _OTHER_SIDE * (one.side != inner))


def _box(label: Label, place: Place) -> _Box:
    """Return the box of a name that stands at a place, pixels."""
    near = label.x + place.side * place.away
    far = near + place.side * LETTER * len(label.text)
    return _Box(min(near, far), max(near, far), place.y - LINE / 2, place.y + LINE / 2)


def _fits(box: _Box, others: list[_Box], width: float, height: float) -> bool:
    """Tell whether a box lies within the picture and over no other."""
    inside = box.left >= 0.0 and box.right <= width and box.top >= -LINE and box.bottom <= height + LINE
    return inside and not any(box.meets(other) for other in others)


def spread_out(wanted: list[float], gap: float, low: float, high: float) -> list[float]:
    """Return where names in a column stand so that none is closer to the next than `gap`, each as near as may be.

    Args:
        wanted: Where each name would stand by itself, pixels.
        gap: The least distance from one to the next, pixels.
        low: Where the column begins.
        high: Where it ends; what does not fit goes beyond it.

    Returns:
        Where each stands, pixels, in the order of `wanted`.

    Example:
        >>> spread_out([0.0, 5.0, 5.0, 9.0], 2.0, 0.0, 10.0)
        [0.0, 4.0, 6.0, 9.0]
    """
    order = np.argsort(wanted, kind="stable")
    groups: list[list[float]] = []  # names that touch: they stand around the mean of where they belong
    for place in order:
        groups.append([wanted[place]])
        while len(groups) > 1 and _end(groups[-2], gap, low, high) > _start(groups[-1], gap, low, high):
            last = groups.pop()
            groups[-1] += last
    stands = [_start(group, gap, low, high) + gap * place for group in groups for place in range(len(group))]
    found = [0.0] * len(wanted)
    for place, stand in zip(order, stands, strict=True):
        found[place] = float(stand)
    return found


def _start(group: list[float], gap: float, low: float, high: float) -> float:
    """Return where the first name of a group stands, so that the group is within bounds if it fits.

    Args:
        group: Where the names that touch would stand by themselves, pixels.
        gap: As in `spread_out`, like the others.
        low: The same.
        high: The same.
    """
    length = gap * (len(group) - 1)
    return max(low, min(sum(group) / len(group) - length / 2, high - length))


def _end(group: list[float], gap: float, low: float, high: float) -> float:
    """Return where the first name after a group may stand."""
    return _start(group, gap, low, high) + gap * len(group)
