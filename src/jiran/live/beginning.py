"""How a live street begins or goes on, what it is called in topics, and how registers make a row."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from jiran.errors import JiranError
from jiran.live import registers
from jiran.live.store import Commanded, Row, Store

if TYPE_CHECKING:
    from jiran.live.meters import Meter
    from jiran.scenario import Scenario


def row_of(home: str, sides: Iterable[Sequence[registers.Interval]]) -> Row:
    """Return a home's energy in a step; a side that its meter has no register for is nothing."""
    whole = [registers.added(side) if side else registers.Interval(0, registers.Quality.MEASURED) for side in sides]
    both = registers.added(whole)
    if both.quality in (registers.Quality.MISSING, registers.Quality.RESET):
        return Row(home, 0, 0, both.quality)
    return Row(home, whole[0].value, whole[1].value, both.quality)


def exchanged(store: Store, meters: Mapping[str, Meter]) -> None:
    """Let meters speak as the operator says now, whatever was first heard of them.

    Raises:
        JiranError: The new way has other registers, so that what was read would be lost.
    """
    for key, known in store.dialects().items():
        meter = meters.get(key)
        if meter is None or meter.dialect in (None, known):
            continue
        if meter.expected(meter.dialect) != meter.expected(known):
            raise JiranError(
                f"home {meter.home!r}: its meter spoke {known} until now, which has other registers than {meter.dialect}; begin anew in "
                "another --folder"
            )
        store.exchange(key, str(meter.dialect))


def needed(row: Row, told: Commanded | None) -> Row:
    """Return what a home took and gave beside its stores, which are taken to have done what they were told."""
    if told is None or not (told.battery or told.car):
        return row
    net = row.import_value - row.export_value - told.battery - told.car
    return row._replace(import_value=max(net, 0), export_value=max(-net, 0))


def prefix_of(scenario: Scenario) -> str:
    """Return what the topics of a street begin with."""
    return f"jiran/{level(scenario.name)}"


def level(name: str) -> str:
    """Return a name as one level of a topic."""
    return "".join("-" if letter in "/+#$\0" or letter.isspace() else letter for letter in name)


def continued(store: Store, scenario: Scenario, homes: Sequence[str], first_ms: int) -> int:
    """Return when the street in a store began, or keep that it begins now."""
    asked = {"name": scenario.name, "zone": scenario.time_zone, "step_minutes": str(scenario.step_minutes),
             "currency": scenario.currency, "homes": json.dumps(homes)}  # fmt: skip
    known = store.about()
    if not known:
        store.say(**asked, first_ms=str(first_ms), identity=secrets.token_hex(8))
        store.commit()
        return first_ms
    for name, value in asked.items():
        if known.get(name) != value:
            raise JiranError(
                f"the folder holds a live street with {name} = {known.get(name, '')[:60]!r}, and the scenario has {value[:60]!r}; give another --folder"
            )
    return int(known["first_ms"])
