"""Electric vehicles: charging in blocks, or a plan by which they lend their battery."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from jiran.errors import ScenarioError
from jiran.homes.profiles import Array, by_home, stream

if TYPE_CHECKING:
    from jiran.homes.community import Community
    from jiran.homes.timeline import Timeline
    from jiran.scenario import EvBlock, EvSupply


def block_charging_kwh(community: Community, timeline: Timeline, seed: int) -> Array:
    """Return the charging of each home's EV in its blocks, kWh, shape (step, home).

    For each home, block and day it is drawn whether the block happens; if so the EV charges at full power throughout.
    Blocks that overlap do not add up above full power.

    Args:
        community: The homes, with the power and the blocks of their EVs.
        timeline: The steps.
        seed: Of the draws whether a block happens on a day.
    """
    steps_of_day = np.bincount(timeline.day)
    days = steps_of_day.size

    @cache
    def shares(block: EvBlock) -> list[tuple[int, Array]]:
        """Return how many days before a step's own day the block began, and the share of each step that lies in it."""
        length = (block.end_hour - block.start_hour) % 24.0 or 24.0
        begins = [(ago, block.start_hour - 24.0 * ago) for ago in (1, 0, -1)]
        near = [(ago, start) for ago, start in begins if start + length > 0.0 and start < 24.0 + timeline.step_h]
        found = [(ago, _overlap(timeline, start, start + length)) for ago, start in near]
        return [(ago, share) for ago, share in found if share.any()]

    def fill(home: int, energy: Array) -> None:
        power_kw, blocks = community.ev_kw[home], community.ev_blocks[home]
        if power_kw == 0.0:
            return
        # A day more at both ends: a step may lie in a block of the evening before, or reach into the next day.
        draws = stream(seed, "ev block", community.ids[home]).random((days + 2, len(blocks)))
        for column, block in enumerate(blocks):
            happens = draws[:, column] < block.probability
            for ago, share in shares(block):
                energy += share * np.repeat(happens[1 - ago : 1 - ago + days], steps_of_day)
        np.minimum(energy, 1.0, out=energy)
        energy *= power_kw * timeline.step_h

    return by_home(timeline.steps, community.size, fill)


def _overlap(timeline: Timeline, start: float, end: float) -> Array:
    """Return the share of each step that lies between two hours of its day.

    Args:
        timeline: The steps.
        start: Hour of the step's own day at which it begins; below 0 on the day before.
        end: Hour at which it ends, later than `start`; above 24 on the day after.

    Returns:
        0..1, shape (step,).
    """
    first, last = timeline.hour, timeline.hour + timeline.step_h
    covered = np.minimum(last, end) - np.maximum(first, start)
    share: Array = np.clip(covered, 0.0, None) / timeline.step_h
    return share


@dataclass(frozen=True, kw_only=True)
class EvPlan:
    """What EVs that lend their battery do in each step; the kernel keeps their state of charge.

    Attributes:
        homes: Index of each EV's home, shape (ev,).
        step_kwh: Most that an EV charges or supplies in a step, kWh, shape (ev,).
        parked: Whether EVs are at home for the whole step, shape (step,).
        supplying: Whether parked EVs may supply, shape (step,).
        charging_steps_after: Steps after this one in which a parked EV can charge before it leaves, shape (step,).
        trip_kwh: What the day's driving took, booked when the EV is back, shape (step, ev), mostly 0.
        capacity_kwh: Battery capacity, kWh.
        reserve_kwh: Supply stops here, kWh.
        departure_kwh: What an EV must have when it leaves, kWh.
        charge_efficiency: Stored per charged kWh.
        discharge_efficiency: Supplied per stored kWh.
    """

    homes: NDArray[np.int64]
    step_kwh: Array
    parked: NDArray[np.bool_]
    supplying: NDArray[np.bool_]
    charging_steps_after: NDArray[np.int64]
    trip_kwh: Array
    capacity_kwh: float
    reserve_kwh: float
    departure_kwh: float
    charge_efficiency: float
    discharge_efficiency: float


def no_plan(timeline: Timeline) -> EvPlan:
    """Return the plan of a community whose EVs do not supply."""
    never = np.zeros(timeline.steps, dtype=np.bool_)
    none = np.zeros(timeline.steps, dtype=np.int64)
    return EvPlan(
        homes=np.empty(0, np.int64),
        step_kwh=np.empty(0),
        parked=never,
        supplying=never,
        charging_steps_after=none,
        trip_kwh=np.empty((timeline.steps, 0)),
        capacity_kwh=0.0,
        reserve_kwh=0.0,
        departure_kwh=0.0,
        charge_efficiency=1.0,
        discharge_efficiency=1.0,
    )


def supply_plan(community: Community, timeline: Timeline, supply: EvSupply, seed: int, before: int = 0) -> EvPlan:
    """Return when EVs are there, when they supply, and what their trips take.

    EVs charge at full power whenever they are parked and not supplying, until they have what they need to leave; in
    the hours of supply they charge only if the later hours would not do.

    Args:
        community: The homes, with the power of their EVs.
        timeline: The steps.
        supply: How EVs are used.
        seed: Of each EV's own draws.
        before: Steps of runs before this one, from which it goes on: its EVs drive as they would in one long run.

    Raises:
        ScenarioError: An EV is too slow to charge for its trips between arrival and departure.
    """
    homes, timeline = np.flatnonzero(community.ev_kw), timeline.from_earlier(before)
    parked, supplying, after = _calendar(timeline, supply)
    night_h = 24.0 - supply.arrival_hour + supply.departure_hour
    needed_kw = 1.5 * supply.trip_kwh / supply.charge_efficiency / max(night_h - 2 * timeline.step_h, timeline.step_h)
    for home in homes:
        if community.ev_kw[home] < needed_kw:
            raise ScenarioError(
                "ev.kw",
                float(community.ev_kw[home]),
                f"must be at least {needed_kw:.3g} kW to charge for trips overnight",
            )
    days = int(timeline.day[-1]) + 1
    returns = parked & np.concatenate([[False], ~parked[:-1]])
    trip_kwh = np.zeros((timeline.steps, homes.size))
    for column, home in enumerate(homes):
        draws = supply.trip_kwh * (0.5 + stream(seed, "ev trip", community.ids[home]).random(days))
        trip_kwh[returns, column] = draws[timeline.day[returns]]
    return EvPlan(
        homes=homes,
        step_kwh=community.ev_kw[homes] * timeline.step_h,
        parked=parked[before:],
        supplying=supplying[before:],
        charging_steps_after=after[before:],
        trip_kwh=trip_kwh[before:],
        capacity_kwh=supply.capacity_kwh,
        reserve_kwh=supply.reserve_soc * supply.capacity_kwh,
        departure_kwh=supply.departure_soc * supply.capacity_kwh,
        charge_efficiency=supply.charge_efficiency,
        discharge_efficiency=supply.discharge_efficiency,
    )


def _calendar(timeline: Timeline, supply: EvSupply) -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.int64]]:
    """Return parked, supplying and charging_steps_after; only whole steps at home count as parked."""
    # A day more than the run, so that the last evening knows the next morning's departure.
    another_day = 24 * 60 // timeline.step_minutes
    hour = np.concatenate([timeline.hour, (timeline.hour[-1] + timeline.step_h * np.arange(1, another_day + 1)) % 24.0])
    end = hour + timeline.step_h
    parked = (end <= supply.departure_hour) | (hour >= supply.arrival_hour)
    supplying = parked & (hour >= supply.supply_start_hour) & (end <= supply.supply_end_hour)
    after = np.zeros(hour.size, dtype=np.int64)
    for step in range(hour.size - 2, -1, -1):
        if parked[step + 1]:
            after[step] = after[step + 1] + (not supplying[step + 1])
    steps = timeline.steps
    return parked[:steps], supplying[:steps], after[:steps]
