"""What the street's peaks cost while a run goes on, so that rewards add up to what is settled at its end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from jiran.homes.months import months_of
from jiran.nothing import NOTHING_KWH

if TYPE_CHECKING:
    from jiran.simulation.setting import Setting

Array = NDArray[np.float64]


class PeakBill:
    """The demand charge of each month, shared by what each takes in the step of the peak.

    A step that makes a new peak takes its place: who took energy then pays, and who paid for the peak before gets that back.
    So the payments of all steps together are what `money.demand` settles.
    """

    def __init__(self, setting: Setting, many: int) -> None:
        """Begin with what an earlier run has seen of the first month.

        Args:
            setting: For the charge and the calendar.
            many: Among how many it is shared.
        """
        months, before = months_of(setting.timeline), setting.start.peak
        self._charge, self._step_h, self._month = (
            setting.scenario.grid.demand_charge,
            setting.timeline.step_h,
            months.of_step,
        )
        seen = before.kw if before is not None and before.month == months.names[0] else 0.0
        self._seen_kw, self._high_kwh, self._at, self._shares = seen, seen * self._step_h, 0, np.zeros(many)

    def pay(self, step: int, net_kwh: float, taken_kwh: Array) -> Array:
        """Return what each pays for a step more than until then, shape (one,); < 0: gets back.

        Args:
            step: Which step.
            net_kwh: Import less export of the street.
            taken_kwh: What each took from the grid, shape (one,).
        """
        if self._month[step] != self._at:
            self._at, self._seen_kw, self._high_kwh, self._shares = (
                int(self._month[step]),
                0.0,
                0.0,
                np.zeros_like(self._shares),
            )
        if not self._charge or net_kwh <= self._high_kwh + NOTHING_KWH:
            return np.zeros_like(self._shares)
        due = self._charge * (net_kwh / self._step_h - self._seen_kw)
        shares = due * taken_kwh / taken_kwh.sum()
        more: Array = shares - self._shares
        self._high_kwh, self._shares = net_kwh, shares
        return more
