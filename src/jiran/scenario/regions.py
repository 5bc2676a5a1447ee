"""What a kWh from the grid emits, by region, each with its source: the one place where this is declared.

Average factors of a year answer what was emitted; what one kWh less would have saved
is the marginal factor, another number.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

Region = Literal["peninsular", "sabah", "sarawak", "singapore", "thailand"]


class Emissions(NamedTuple):
    """The grid of a region.

    Attributes:
        place: What it is called in words.
        co2_kg_per_kwh: Emissions of a kWh that is taken from the grid, kg/kWh, mean of a year.
        year: The year.
        source: Who publishes it.
        zones: Time zones for which it is the default.
        verified: Whether the figure was read at its publisher; others were read where somebody quotes it.
    """

    place: str
    co2_kg_per_kwh: float
    year: int
    source: str
    zones: tuple[str, ...] = ()
    verified: bool = True


_COMMISSION = "Energy Commission of Malaysia, Grid Emission Factor, provisional"

REGIONS: dict[Region, Emissions] = {
    "peninsular": Emissions(
        "Peninsular Malaysia", 0.584, 2021, "Electricity Maps, zone MY-WM, direct emissions", ("Asia/Kuala_Lumpur",)
    ),
    "sabah": Emissions("Sabah", 0.539, 2024, _COMMISSION, verified=False),
    "sarawak": Emissions("Sarawak", 0.199, 2024, _COMMISSION, ("Asia/Kuching",), verified=False),
    "singapore": Emissions(
        "Singapore", 0.4057, 2021, "Energy Market Authority, Grid Emission Factor", ("Asia/Singapore", "Singapore"),
        verified=False,
    ),
    "thailand": Emissions(
        "Thailand", 0.409, 2022, "Energy Policy and Planning Office, as Electricity Maps, zone TH, has it",
        ("Asia/Bangkok",), verified=False,
    ),
}  # fmt: skip

_OF_ZONE = {zone: region for region, emissions in REGIONS.items() for zone in emissions.zones}


def region_of(zone: str) -> Region | None:
    """Return the region that a time zone stands for, or None; Sabah has Sarawak's zone and must be named.

    Example:
        >>> region_of("Asia/Kuching"), region_of("Europe/Berlin")
        ('sarawak', None)
    """
    return _OF_ZONE.get(zone)
