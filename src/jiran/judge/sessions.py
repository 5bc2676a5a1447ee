"""When an EV may charge: sessions found in its charging, and the time it stays plugged in after them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from jiran.nothing import NOTHING_KWH

Array = NDArray[np.float64]
Places = NDArray[np.int64]


@dataclass(frozen=True)
class Sessions:
    """Sessions of EVs that have a choice, alike ones taken together; a slot is a session in one of its steps.

    Sessions are alike if they have the same steps and limits in the same proportion to their energy. Sharing out what
    all of them charge in that proportion keeps each within its limits, so nothing is lost by adding them up.

    Attributes:
        step: Step of each slot, shape (slot,).
        session: Session of each slot.
        most_kwh: What may be charged in the slot, kWh.
        energy_kwh: What each session charges in all, kWh, shape (session,).
        charged_kwh: What these sessions charged in the run, kWh, shape (step,).
    """

    step: Places
    session: Places
    most_kwh: Array
    energy_kwh: Array
    charged_kwh: Array

    @classmethod
    def none(cls, steps: int) -> Self:
        """Return no sessions over so many steps.

        Args:
            steps: Of the run.
        """
        nothing = np.zeros(0, np.int64)
        return cls(nothing, nothing, np.zeros(0), np.zeros(0), np.zeros(steps))


def ev_sessions(ev_kwh: Array, most_kwh: Array, stays: int) -> Sessions:
    """Find the sessions that could have charged otherwise.

    A session is a row of steps in which an EV charges. It may charge at full power in all of them, and in the steps that
    it stays after them, but in its first step, where it may have come late, no more than it did; the same in its last
    step if it does not stay.

    Args:
        ev_kwh: Charging of each EV, kWh, shape (step, home).
        most_kwh: Highest charging of each home's EV in a step, kWh, shape (home,); 0 = it has none.
        stays: Steps that an EV stays plugged in after a session, but not into the next one.
    """
    steps = ev_kwh.shape[0]
    homes = np.flatnonzero(most_kwh)
    if not homes.size:
        return Sessions.none(steps)
    own = ev_kwh[:, homes].T
    home, first, last, energy = _rows(own)
    power = np.maximum(most_kwh[homes], own.max(axis=1))[home]
    follows = np.append(np.where(home[1:] == home[:-1], first[1:], steps), steps)[: home.size]
    end = np.minimum(last + 1 + stays, follows)
    first_most, last_most = own[home, first], np.where(end > last + 1, power, own[home, last])
    single = end == first + 1
    most = np.where(single, first_most, first_most + last_most + (end - first - 2) * power)
    free = (energy < most - NOTHING_KWH) & (end - first > 1)
    if not free.any():
        return Sessions.none(steps)
    columns = np.column_stack([home, first, last, end, energy, power, first_most, last_most])[free]
    charged = np.zeros(steps)
    for row, begin, until in columns[:, :3].astype(np.int64):
        charged[begin : until + 1] += own[row, begin : until + 1]
    return _alike(columns[:, 1:], charged)


def _rows(charging: Array) -> tuple[Places, Places, Places, Array]:
    """Return home, first step, last step and energy of each session; shape of `charging`: (home, step).

    A session is a stretch of steps with charging and without a break.
    """
    on = charging > 0.0
    edge = np.zeros((on.shape[0], 1), np.bool_)
    starts = np.nonzero(on & ~np.hstack([edge, on[:, :-1]]))
    ends = np.nonzero(on & ~np.hstack([on[:, 1:], edge]))
    so_far = np.hstack([np.zeros((on.shape[0], 1)), np.cumsum(charging, axis=1)])
    energy: Array = so_far[ends[0], ends[1] + 1] - so_far[starts]
    return starts[0], starts[1], ends[1], energy


def _alike(columns: Array, charged_kwh: Array) -> Sessions:
    """Add up alike sessions; columns: first, last, end, energy, power, most in the first step, most in the last."""
    first, _, end, energy, power, first_most, last_most = columns.T
    keys = np.column_stack([first, end, (energy / power).round(9), (first_most / power).round(9),
                            (last_most / power).round(9)])  # fmt: skip
    kinds, kind = np.unique(keys, axis=0, return_inverse=True)
    total = [np.bincount(kind.ravel(), column).astype(np.float64) for column in (energy, power, first_most, last_most)]
    begins, lengths = kinds[:, 0].astype(np.int64), (kinds[:, 1] - kinds[:, 0]).astype(np.int64)
    session = np.repeat(np.arange(len(kinds)), lengths)
    starts = np.cumsum(lengths) - lengths
    step = np.arange(session.size) - starts[session] + begins[session]
    most = total[1][session]
    most[starts], most[starts + lengths - 1] = total[2], total[3]
    return Sessions(step, session, most, total[0], charged_kwh)
