"""Cars of a run that charge by plans: when each was there and what it was to hold when it left, drawn again as for the run."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from jiran.homes.car_plan import car_plan

if TYPE_CHECKING:
    from jiran.homes.car_plan import CarPlan
    from jiran.result.result import Result


def cars_of(result: Result) -> CarPlan:
    """Return the cars of a run, in the order of `flows.fleet`; the draws are the scenario's, so they are those of the run."""
    scenario, fleet = result.scenario, result.flows.fleet
    ev_kw = np.zeros(result.community.size)
    ev_kw[fleet.homes] = fleet.step_kwh / result.timeline.step_h
    community = replace(result.community, ev_kw=ev_kw)
    ev, before = scenario.ev, result.state.steps - result.timeline.steps
    return car_plan(community, result.timeline, ev.calendar, scenario.seed, ev.override_share, before)
