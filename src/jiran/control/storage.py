"""The battery's step: limits of power, capacity and state of charge hold exactly."""

from __future__ import annotations

from typing import NamedTuple

from jiran.compiled import njit


class Battery(NamedTuple):
    """A battery in one step of time; energy at the terminals, state inside.

    Attributes:
        capacity_kwh: The most that it holds.
        minimum_kwh: The least, below which it gives nothing.
        charge_step_kwh: The most that it takes in a step, at its terminals.
        discharge_step_kwh: The most that it gives in a step, at its terminals.
        charge_efficiency: The part of what it takes that is stored, 0..1.
        discharge_efficiency: The part of what leaves the store that it gives, 0..1.
    """

    capacity_kwh: float
    minimum_kwh: float
    charge_step_kwh: float
    discharge_step_kwh: float
    charge_efficiency: float
    discharge_efficiency: float


@njit(cache=True, borrows=True)
def charge(battery: Battery, stored_kwh: float, offered_kwh: float) -> tuple[float, float]:
    """Return what the battery takes of the offer and its new state, kWh.

    Args:
        battery: The battery.
        stored_kwh: What it holds before, kWh.
        offered_kwh: What it could take at its terminals, kWh >= 0.

    Returns:
        What it takes, limited by its power and by the room that is left, and what it holds then; full is exactly full.
    """
    room_kwh = (battery.capacity_kwh - stored_kwh) / battery.charge_efficiency
    taken_kwh = min(offered_kwh, battery.charge_step_kwh)
    if taken_kwh >= room_kwh:
        return max(room_kwh, 0.0), battery.capacity_kwh
    return taken_kwh, stored_kwh + taken_kwh * battery.charge_efficiency


@njit(cache=True, borrows=True)
def discharge(battery: Battery, stored_kwh: float, wanted_kwh: float) -> tuple[float, float]:
    """Return what the battery gives of what is wanted and its new state, kWh.

    Args:
        battery: The battery.
        stored_kwh: What it holds before, kWh.
        wanted_kwh: What it could give at its terminals, kWh >= 0.

    Returns:
        What it gives, limited by its power and by what it holds above its minimum, and what it holds then.
    """
    available_kwh = (stored_kwh - battery.minimum_kwh) * battery.discharge_efficiency
    given_kwh = min(wanted_kwh, battery.discharge_step_kwh)
    if given_kwh >= available_kwh:
        return max(available_kwh, 0.0), battery.minimum_kwh
    return given_kwh, stored_kwh - given_kwh / battery.discharge_efficiency
