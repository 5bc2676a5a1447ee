"""What a market needs of a home, from whichever of load, generation, EV charging, import and export are measured.

Energy that comes in is energy that goes out: import + generation = load + EV charging + export. So one that is missing
follows from the others; and import and export alone give the net that a market step trades.

Where more is measured than is needed, load and generation count: what came through the connection then follows, and is
told and not used.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from jiran.errors import DataError
from jiran.homes.meter.report import Change
from jiran.homes.profiles import Array, Profiles

if TYPE_CHECKING:
    from jiran.homes.meter.steps import Table
    from jiran.scenario import HomeData


@dataclass(frozen=True)
class Ways:
    """How each home's load and generation are known, as marks of shape (home,).

    Attributes:
        load_derived: load = import + generation - export - EV charging.
        generation_derived: generation = load + EV charging + export - import.
        net_metered: Only import and export are known; they stand in for load and generation.
        load_is_import: What the file calls load is what came from the grid, because export is measured beside it.
    """

    load_derived: NDArray[np.bool_]
    generation_derived: NDArray[np.bool_]
    net_metered: NDArray[np.bool_]
    load_is_import: NDArray[np.bool_]


def ways(source: HomeData, ids: tuple[str, ...], present: dict[str, NDArray[np.bool_]]) -> tuple[Ways, list[Change]]:
    """Return how each home's load and generation are known, and what is said of it.

    Args:
        source: For its name in messages.
        ids: Ids of the homes.
        present: By quantity, which homes have it at all, shape (home,).

    Returns:
        Marks of which at most one of derived load, derived generation and net metering is true for a home, and one
        change for each home and remark.

    Raises:
        DataError: Generation and import are measured and export is not, so that nobody can tell what was used.
    """
    load, generation, ev, incoming, outgoing = (
        present[name] for name in ("load", "generation", "ev", "import", "export")
    )
    lacking = np.flatnonzero(~load & generation & incoming & ~outgoing)
    if lacking.size:
        raise DataError(
            source.path,
            f"home {ids[lacking[0]]} has import and generation but no export, so what it used is not known; give the export or the load, or, if the "
            "import is all that it used, call it load in columns",
        )
    found = Ways(
        load_derived=~load & generation & incoming & outgoing,
        generation_derived=load & ~generation & incoming & outgoing,
        net_metered=(~load & ~generation & (incoming | outgoing)) | (~load & generation & ~incoming & outgoing) | (load & ~generation & ~incoming & outgoing),
        load_is_import=load & ~generation & ~incoming & outgoing,
    )  # fmt: skip
    not_needed = (load & generation & (incoming | outgoing)) | (load & ~generation & incoming & ~outgoing)
    no_load = ~load & ~incoming & ~found.net_metered
    kinds = {
        "load derived": found.load_derived,
        "generation derived": found.generation_derived,
        "load is import": found.load_is_import,
        "connection only": found.net_metered,
        "import beside load": not_needed,
        "ev within import": found.net_metered & ev,
        "no import": found.net_metered & ~incoming & ~found.load_is_import,
        "no load": no_load,
    }
    return found, [Change(ids[home], "", what, 1) for what, homes in kinds.items() for home in np.flatnonzero(homes)]


def joined(ids: tuple[str, ...], tables: dict[str, Table], found: Ways) -> tuple[Profiles, list[Change]]:
    """Return the profiles of a run from tables without gaps, and how much had to be cut off at 0.

    Args:
        ids: Ids of the homes.
        tables: By quantity, kWh, shape (step, home), 0 where a home lacks it.
        found: How each home's load and generation are known.

    Returns:
        Profiles, all at least 0, and a change with the sum of what was cut off, kWh, for each home whose meters do not
        agree. Of net metered homes load holds the import, generation the export, and EV charging is 0.
    """
    kwh = {name: table.kwh for name, table in tables.items()}
    load, generation, ev = kwh["load"].copy(), kwh["generation"].copy(), kwh["ev"].copy()
    changes: list[Change] = []
    for homes, target, sources in (
        (found.load_derived, load, (kwh["import"], kwh["generation"], -kwh["export"], -kwh["ev"])),
        (found.generation_derived, generation, (kwh["load"], kwh["ev"], kwh["export"], -kwh["import"])),
    ):
        if not homes.any():
            continue
        derived: Array = np.sum([part[:, homes] for part in sources], axis=0)
        cut = np.where(derived < -1e-9, -derived, 0.0).sum(axis=0)
        target[:, homes] = np.where(derived > 1e-9, derived, 0.0)
        changes += [
            Change(ids[home], "", "derived below 0", 1, f"{energy:.3g} kWh")
            for home, energy in zip(np.flatnonzero(homes), cut, strict=True) if energy > 0
        ]  # fmt: skip
    net = found.net_metered
    load[:, net] = np.where(found.load_is_import[net], kwh["load"][:, net], kwh["import"][:, net])
    generation[:, net] = kwh["export"][:, net]
    ev[:, net] = 0.0
    return Profiles(load_kwh=load, generation_kwh=generation, ev_kwh=ev), changes
