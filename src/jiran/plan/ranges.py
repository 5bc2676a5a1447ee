"""What the figures of a plan hang on: the lowest, middle and highest case, and each assumption moved alone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from jiran.plan.stages import stages, without_investment
from jiran.simulation.run import run_market, without_trading
from jiran.simulation.setting import prepare

if TYPE_CHECKING:
    from jiran.plan.finance import Outlook
    from jiran.plan.planned import Planned
    from jiran.simulation.setting import Setting
    from jiran.watching import Progress

Array = NDArray[np.float64]

#: How far an assumption is moved down and up where no range of it is given; where the middle lies outside, to it at least.
#: Discount 5 to 8 %, upkeep 1 to 2 %, fading 0.3 to 0.9 % a year: what is said of such systems, unverified.
MOVED: dict[str, tuple[float, float]] = {
    "discount_rate": (0.04, 0.08),
    "upkeep": (0.01, 0.02),
    "degradation": (0.003, 0.009),
    "escalation": (-0.01, 0.02),
}


class Swing(NamedTuple):
    """One assumption moved, all others as they are.

    Attributes:
        field: Its field in [plan]; "cost" and "yield" stand for what has a range of its own there.
        low: Its lowest value; of cost and yield as a part of the middle.
        high: Its highest value.
        npv_low: Value of today for those who pay at the lowest.
        npv_high: The same at the highest.
    """

    field: str
    low: float
    high: float
    npv_low: float
    npv_high: float

    @property
    def width(self) -> float:
        """How far it moves the value of today."""
        return abs(self.npv_high - self.npv_low)


@dataclass(frozen=True, eq=False)
class Ranges:
    """How far the figures may be off.

    Attributes:
        low: For all together with the highest costs and the lowest yield.
        middle: As planned.
        high: With the lowest costs and the highest yield.
        savings: What their bills save in the first year at the lowest, the middle and the highest yield.
        swings: Each assumption moved alone, the one that matters most first.
    """

    low: Outlook
    middle: Outlook
    high: Outlook
    savings: tuple[float, ...]
    swings: tuple[Swing, ...]


def ranges(planned: Planned, progress: Progress | None = None) -> Ranges:
    """Return how far the figures of a plan may be off.

    Two more runs find what is saved at the lowest and the highest yield: bills have steps, so a tenth less of sun is not a
    tenth less of saving.

    Args:
        planned: The plan.
        progress: Is told how far it is, 0..1; what it raises stops the work.
    """
    report = progress or (lambda _done: None)
    plan = planned.assumptions
    before = without_investment(planned.result)
    savings = []
    for place, part in enumerate((plan.yield_low, plan.yield_high)):
        setting = _with_sun(planned, part)
        found = run_market(setting, partial(without_trading, setting), _half(report, place / 2))
        savings.append(stages(found, planned.year.factor, before).together_by_year(plan, planned.payers))
    report(1.0)
    least, middle, most = savings[0], planned.stages.together_by_year(plan, planned.payers), savings[1]

    def case(cost: float, saving: Array) -> Outlook:
        return planned.outlook(plan, pv=cost, battery=cost, saving=saving)

    swings = [
        Swing("cost", plan.cost_low, plan.cost_high, case(plan.cost_low, middle).npv, case(plan.cost_high, middle).npv),
        Swing("yield", plan.yield_low, plan.yield_high, case(1.0, least).npv, case(1.0, most).npv),
        *(_moved(planned, field, *ends) for field, ends in MOVED.items()),
    ]
    swings.sort(key=lambda one: -one.width)
    return Ranges(
        case(plan.cost_high, least),
        planned.owners,
        case(plan.cost_low, most),
        tuple(float(one[0]) for one in (least, middle, most)),
        tuple(swings),
    )


def _half(report: Progress, begin: float) -> Progress:
    return lambda done: report(begin + 0.5 * done)


def _with_sun(planned: Planned, part: float) -> Setting:
    """Return the setting of a plan's run with another part of its sun."""
    profiles = planned.result.flows.profiles
    shone = replace(profiles, generation_kwh=profiles.generation_kwh * part)
    return prepare(planned.result.scenario, profiles=shone)


def _moved(planned: Planned, field: str, low: float, high: float) -> Swing:
    """Return one assumption moved."""
    middle = float(getattr(planned.assumptions, field))
    ends = min(low, middle), max(high, middle)
    npv_low, npv_high = (planned.outlook(planned.assumptions.model_copy(update={field: end})).npv for end in ends)
    return Swing(field, *ends, npv_low, npv_high)
