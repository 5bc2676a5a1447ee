"""Solar generation: the paper's half sine and passing clouds, or the sun of a place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from jiran.homes.profiles import Array, stream

if TYPE_CHECKING:
    from jiran.homes.community import Community
    from jiran.homes.timeline import Timeline
    from jiran.scenario import Solar

CLOUD_MINUTES = 30


def generation_kwh(community: Community, timeline: Timeline, solar: Solar, seed: int) -> Array:
    """Return the energy that each home's PV generates in each step, kWh, shape (step, home).

    Args:
        community: The homes, with the size of their PV, kWp.
        timeline: The steps.
        solar: The model's numbers.
        seed: Of the weather's and the roofs' draws.

    Raises:
        DataError: The sun of the place comes from a weather file that cannot be used.
    """
    if solar.model == "site":
        from jiran.homes.sun.site import site_generation_kwh  # noqa: PLC0415  loads pvlib, which takes seconds

        return site_generation_kwh(community, timeline, solar, seed)
    hour = timeline.hour + (timeline.step_h / 2 if solar.sample == "middle" else 0.0)
    arriving = solar.derate * half_sine(hour)
    if solar.clouds > 0.0:
        arriving = arriving * clear_share(timeline, solar.clouds, seed)
    energy: Array = np.multiply.outer(arriving * timeline.step_h, community.pv_kwp)
    return energy


def half_sine(hour: Array) -> Array:
    """Return the clear-sky output per installed capacity, 0..1, by equation (1) of Lit et al.

    G(t) / P_pv = max(0, sin(pi (t - 6) / 12)). At 06:00 and 18:00 it is exactly 0: the sine itself leaves 1e-16 there,
    which would sell as a trade of nothing.

    Example:
        >>> import numpy as np
        >>> half_sine(np.array([0.0, 6.0, 9.0, 12.0, 18.0])).round(3).tolist()
        [0.0, 0.0, 0.707, 1.0, 0.0]
    """
    day = (hour > 6.0) & (hour < 18.0)
    return np.where(day, np.sin(np.pi * (hour - 6.0) / 12.0), 0.0)


def clear_share(timeline: Timeline, depth: float, seed: int) -> Array:
    """Return the share of sunshine that the clouds let through, 1 - depth .. 1, shape (step,).

    Half of the depth is the day's own weather, half passes within hours (drawn every 30 minutes, linear between). One
    sky for the whole community: neighbours lose their sun together.

    Args:
        timeline: The steps.
        depth: How much of the sunshine clouds take at the most, 0..1.
        seed: Of the draws.
    """
    days = int(timeline.day[-1]) + 1
    overcast = stream(seed, "overcast day").beta(2.0, 2.0, days)[timeline.day]
    place = (timeline.utc_s - timeline.utc_s[0]) / (60 * CLOUD_MINUTES)
    nodes = stream(seed, "passing cloud").random(int(place[-1]) + 2)
    passing = np.interp(place, np.arange(nodes.size), nodes)
    share: Array = 1.0 - depth * (0.5 * overcast + 0.5 * passing)
    return share
