"""Who lives in the community: groups of homes, single homes, or a file of meter data.

Homes come from one source: groups and single homes are modelled, files are metered, and the two are not mixed.
What a home does not say itself, the tables of all homes say (`parts`).
"""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Self

from pydantic import model_validator

from jiran.documents.model import LISTED, Model, quantity
from jiran.errors import ScenarioError
from jiran.scenario.data import BATTERY_KW, SHARING_KEY, TARIFF, HomeData, Kind

KINDS = ("solar", "ev", "hybrid", "normal")
#: Those with an EV; those with a solar roof are `ROOFS`.
CARS = ("ev", "hybrid")
#: What homes of groups are called by, before their number.
PREFIX = {"solar": "S", "ev": "E", "hybrid": "H", "normal": "N"}


class EvBlock(Model):
    """A time of day in which an EV may charge at full power.

    22 to 6 runs through midnight. Equal hours mean a whole day. Blocks that overlap never add up above full power.

    Example:
        >>> EvBlock(start_hour=22, end_hour=6, probability=0.75).end_hour
        6.0
    """

    start_hour: float = quantity("hour at which charging starts", "h", ge=0, lt=24)
    end_hour: float = quantity("hour at which charging ends; not after start_hour means the next day", "h", ge=0, le=24)
    probability: float = quantity("probability that the block happens on a day", "", 1.0, ge=0, le=1)


class HomeParameters(Model):
    """What a home has; anything left out takes the community's value from [solar], [load] and [ev].

    None is not 0: a home with ``pv_kwp = 0`` has no roof, one without the key has the community's size.
    """

    kind: Kind = quantity("solar (PV), ev (electric vehicle), hybrid (both) or normal (neither)")
    pv_kwp: float | None = quantity("installed PV capacity, of solar and hybrid homes", "kWp", None, ge=0, le=10_000)
    pv_tilt: float | None = quantity("tilt of the roof, with solar.model = site", "°", None, ge=0, le=90)
    pv_azimuth: float | None = quantity(
        "where the roof faces, clockwise from north, with solar.model = site", "°", None, ge=0, le=360
    )
    load_low_kw: float | None = quantity("lower bound of the household load", "kW", None, ge=0, le=1_000)
    load_high_kw: float | None = quantity("upper bound of the household load", "kW", None, ge=0, le=1_000)
    evening_factor: float | None = quantity("factor on the load in the evening", "", None, ge=0, le=10)
    annual_kwh: float | None = quantity(
        "expected energy of a year of each home, as on its bills, with load.model = household; default: drawn",
        "kWh", None, ge=0, le=1_000_000,
    )  # fmt: skip
    air_conditioning: bool | None = quantity(
        "whether bedrooms are cooled at night, with load.model = household; default: drawn", "", None
    )
    ev_kw: float | None = quantity("charging power of the EV, of ev and hybrid homes", "kW", None, ge=0, le=1_000)
    ev_blocks: Annotated[tuple[EvBlock, ...], LISTED] | None = quantity("times at which the EV charges", "", None)
    battery_kwh: float | None = quantity(
        "capacity of its battery, which [home_battery] says how to run; default: none", "kWh", None, ge=0, le=1_000
    )
    battery_kw: float | None = BATTERY_KW
    tariff: str | None = TARIFF
    sharing_key: float | None = SHARING_KEY


class HomeGroup(HomeParameters):
    """Homes that are alike; they are called S1, S2 ... E1 ... H1 ... N1 by their kind.

    Ten homes of one group draw ten loads of their own; what they share are bounds and sizes.
    """

    count: int = quantity("number of homes", "homes", 1, ge=0, le=100_000)


class SingleHome(HomeParameters):
    """One home with a name of its own.

    The name is what bills and trades call it; S3 is taken if the groups have three solar homes.
    """

    id: str = quantity("name of the home", "", min_length=1, max_length=60)


class Homes(Model):
    """Who lives in the community: groups, single homes, or a file of meter data.

    As TOML::

        [[homes.groups]]
        kind = "solar"
        count = 5

        [[homes.single]]
        id = "School"
        kind = "solar"
        pv_kwp = 30.0
    """

    groups: Annotated[tuple[HomeGroup, ...], LISTED] = quantity("groups of homes that are alike", "", ())
    single: Annotated[tuple[SingleHome, ...], LISTED] = quantity("single homes", "", ())
    data: HomeData | None = quantity("homes from a file; not together with groups or single", "", None)

    @property
    def modelled(self) -> int:
        """Number of homes in groups and one by one; those of a file are not known before it is read."""
        return sum(group.count for group in self.groups) + len(self.single)

    @property
    def batteries(self) -> bool:
        """Whether a home may have a battery."""
        there = (*(group for group in self.groups if group.count), *self.single)
        return any(one.battery_kwh for one in there) or (self.data is not None and self.data.batteries)

    @property
    def cars(self) -> bool:
        """Whether a home of the list has a car; those of a file bring what their cars charged."""
        there = (*(group for group in self.groups if group.count), *self.single)
        return any(one.kind in CARS for one in there)

    @property
    def without_batteries(self) -> Self:
        """The same homes without batteries of their own."""
        none = {"battery_kwh": 0.0}
        groups = tuple(one.model_copy(update=none) for one in self.groups)
        single = tuple(one.model_copy(update=none) for one in self.single)
        data = None if self.data is None else self.data.without_batteries
        return self.model_copy(update={"groups": groups, "single": single, "data": data})

    @property
    def own_tariffs(self) -> bool:
        """Whether a home may have a tariff of its own."""
        homes = (*self.groups, *self.single)
        return any(one.tariff is not None for one in homes) or (self.data is not None and self.data.equipped)

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        """Refuse a single home that is called like another, or like a home of a group.

        Raises:
            ScenarioError: There is such a name.
        """
        counted = Counter[str]()
        for group in self.groups:
            counted[group.kind] += group.count
        of_groups = {PREFIX[kind]: number for kind, number in counted.items()}
        seen: set[str] = set()
        for place, home in enumerate(self.single):
            number = home.id[1:] if home.id[1:].isascii() and home.id[1:].isdigit() and home.id[1] != "0" else "0"
            if home.id in seen or (len(number) < 10 and 0 < int(number) <= of_groups.get(home.id[0], 0)):
                raise ScenarioError(f"homes.single.{place}.id", home.id, "must be the name of one home only")
            seen.add(home.id)
        return self

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        """Refuse homes from groups beside those of a file, and a community of nobody.

        Raises:
            ScenarioError: There are both, or neither.
        """
        modelled = self.modelled
        if self.data is not None and modelled:
            raise ScenarioError(
                "homes.data", self.data.path, "must stand alone: leave out homes.groups and homes.single"
            )
        if self.data is None and not modelled:
            raise ScenarioError("homes", modelled, "must have at least one home in groups, single or data")
        return self
