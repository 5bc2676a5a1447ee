"""Who is there: the homes of a scenario as columns.

Columns and not objects, because all that follows works on arrays of shape (home,) or (step, home). The place of a home
is its number everywhere: in profiles, trades and accounts.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from jiran.errors import ScenarioError
from jiran.scenario.homes import PREFIX

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from jiran.scenario import EvBlock, HomeParameters, Scenario
    from jiran.scenario.data import MeteredHome

#: Power of a battery, kW for each kWh of its capacity, where nobody says how powerful it is.
KW_PER_KWH = 0.5


@dataclass(frozen=True)
class Community:
    """Homes as columns, one entry a home; a home that lacks a thing has 0 of it.

    Attributes:
        ids: Names, unique.
        kinds: solar, ev, hybrid or normal; where only import and export are known, prosumer or consumer.
        pv_kwp: Installed PV, kWp.
        pv_tilt: Tilt of the roof, degrees; nan: that of all.
        pv_azimuth: Where the roof faces, degrees clockwise from north; nan: where all face.
        load_low_kw: Lower bound of the household load, kW.
        load_high_kw: Upper bound of the household load, kW.
        evening_factor: Factor on the load in the evening.
        annual_kwh: Expected energy of a year, kWh; nan: drawn.
        air_conditioning: 1 if bedrooms are cooled at night, 0 if not; nan: drawn.
        ev_kw: Charging power of the EV, kW.
        ev_blocks: Times at which the EV charges.
        battery_kwh: Capacity of its battery, kWh.
        battery_kw: Highest power of its battery, kW.
        net_metered: Whether only its import and export are known, and not what it used and generated behind its meter.
    """

    ids: tuple[str, ...]
    kinds: tuple[str, ...]
    pv_kwp: NDArray[np.float64]
    pv_tilt: NDArray[np.float64]
    pv_azimuth: NDArray[np.float64]
    load_low_kw: NDArray[np.float64]
    load_high_kw: NDArray[np.float64]
    evening_factor: NDArray[np.float64]
    annual_kwh: NDArray[np.float64]
    air_conditioning: NDArray[np.float64]
    ev_kw: NDArray[np.float64]
    ev_blocks: tuple[tuple[EvBlock, ...], ...]
    battery_kwh: NDArray[np.float64]
    battery_kw: NDArray[np.float64]
    net_metered: NDArray[np.bool_]

    @property
    def size(self) -> int:
        """Number of homes."""
        return len(self.ids)


def modelled_community(scenario: Scenario) -> Community:
    """Return the homes that a scenario describes in groups and one by one; their names differ.

    Args:
        scenario: What a home does not say itself, the tables solar, load and ev say.

    Returns:
        Groups first, then single homes, in the order of the scenario. A home of a kind without PV or EV has 0 of it,
        whatever it says.
    """
    named = list(homes_of(scenario))
    homes = [home for _, home in named]
    alike = [*scenario.homes.groups, *scenario.homes.single]
    many = [*(group.count for group in scenario.homes.groups), *(1 for _ in scenario.homes.single)]

    def column(own: str, default: float, kinds: str = "solar ev hybrid normal") -> NDArray[np.float64]:
        values = [_own_or_default(getattr(home, own), default) if home.kind in kinds.split() else 0.0 for home in alike]
        return np.repeat(np.array(values, dtype=np.float64), many)

    return Community(
        ids=tuple(name for name, _ in named),
        kinds=tuple(home.kind for home in homes),
        pv_kwp=column("pv_kwp", scenario.solar.pv_kwp, "solar hybrid"),
        pv_tilt=column("pv_tilt", np.nan, "solar hybrid"),
        pv_azimuth=column("pv_azimuth", np.nan, "solar hybrid"),
        load_low_kw=column("load_low_kw", scenario.load.low_kw),
        load_high_kw=column("load_high_kw", scenario.load.high_kw),
        evening_factor=column("evening_factor", scenario.load.evening_factor),
        annual_kwh=column("annual_kwh", np.nan),
        air_conditioning=column("air_conditioning", np.nan),
        ev_kw=column("ev_kw", scenario.ev.kw, "ev hybrid"),
        ev_blocks=tuple(_own_or_default(home.ev_blocks, scenario.ev.blocks) for home in homes),
        **_batteries(homes),
        net_metered=np.zeros(len(homes), np.bool_),
    )


def metered_community(
    ids: tuple[str, ...],
    generation_kwh: NDArray[np.float64],
    ev_kwh: NDArray[np.float64],
    net_metered: NDArray[np.bool_],
    has: Sequence[MeteredHome],
    usual_kwp: float = 0.0,
) -> Community:
    """Return the homes of meter data.

    Args:
        ids: Their names.
        generation_kwh: What they generate, or export where they are net metered, kWh, shape (step, home).
        ev_kwh: What their EVs charge, kWh, shape (step, home).
        net_metered: Whether only import and export of a home are known, shape (home,).
        has: What each home has beside its readings, shape (home,).
        usual_kwp: PV of a home that has some and does not say how much, kWp.
    """
    kwp, generates = np.array([one.roof_kwp(usual_kwp) for one in has]), generation_kwh.sum(axis=0) > 0.0
    net_metered = net_metered & ~((kwp > 0.0) & ~generates)  # it never fed in: what it took is what it used
    moves = zip(generates | (kwp > 0.0), ev_kwh.sum(axis=0) > 0.0, net_metered, strict=True)
    none = np.zeros(len(ids))
    return Community(
        ids=ids,
        kinds=tuple(_kind(*one) for one in moves),
        pv_kwp=kwp,
        pv_tilt=np.full(len(ids), np.nan),
        pv_azimuth=np.full(len(ids), np.nan),
        load_low_kw=none,
        load_high_kw=none,
        evening_factor=none,
        annual_kwh=none,
        air_conditioning=none,
        ev_kw=none,
        ev_blocks=((),) * len(ids),
        **_batteries(has),
        net_metered=net_metered,
    )


def _kind(generates: bool, charges: bool, net_metered: bool) -> str:  # noqa: FBT001  what a meter says of a home
    """Return the kind of a metered home; whether there is a roof or an EV behind a net meter is not known."""
    if net_metered:
        return "prosumer" if generates else "consumer"
    if generates:
        return "hybrid" if charges else "solar"
    return "ev" if charges else "normal"


def _batteries(homes: Sequence[HomeParameters | MeteredHome]) -> dict[str, NDArray[np.float64]]:
    """Return capacity and power of each home's battery, kWh and kW, shape (home,), by name."""
    kwh = np.array([_own_or_default(home.battery_kwh, 0.0) for home in homes])
    own_kw = np.array([_own_or_default(home.battery_kw, np.nan) for home in homes])
    return {"battery_kwh": kwh, "battery_kw": np.where(np.isnan(own_kw), KW_PER_KWH * kwh, own_kw)}


def homes_of(scenario: Scenario) -> Iterator[tuple[str, HomeParameters]]:
    """Yield each home's name and parameters, groups first.

    Names of groups count through each kind: two groups of solar homes give S1, S2 ... without a break.
    """
    counted: Counter[str] = Counter()
    for group in scenario.homes.groups:
        for _ in range(group.count):
            counted[group.kind] += 1
            yield f"{PREFIX[group.kind]}{counted[group.kind]}", group
    for home in scenario.homes.single:
        yield home.id, home


def sharing_keys(scenario: Scenario, community: Community) -> NDArray[np.float64]:
    """Return the fixed sharing key of each home, shape (home,): they add up to 1, or are all 0.

    Args:
        scenario: For the homes' weights.
        community: For the names of the homes of a file.

    Raises:
        ScenarioError: A home of the file that has a table of its own is not there.
    """
    weights = [1.0 if home.sharing_key is None else home.sharing_key for home in equipment(scenario, community)]
    keys = np.array(weights)
    total = keys.sum()
    return keys / total if total > 0.0 else keys


def equipment(scenario: Scenario, community: Community) -> list[HomeParameters] | list[MeteredHome]:
    """Return what the scenario says that each home has, whether it is modelled or metered.

    Raises:
        ScenarioError: A home of the file that has a table of its own is not there.
    """
    source = scenario.homes.data
    if source is None:
        return [home for _, home in homes_of(scenario)]
    if isinstance(source.home, dict):
        unknown = [name for name in source.home if name not in community.ids]
        if unknown:
            raise ScenarioError("homes.data.home", unknown[0], "must be the name of a home of the file")
    return [source.has(home) for home in community.ids]


def _own_or_default(value: Any, default: Any) -> Any:
    """Return a home's own value; its default where it says None, and not where it says 0."""
    return default if value is None else value
