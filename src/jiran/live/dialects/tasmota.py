"""Tasmota with an energy chip: https://tasmota.github.io/docs/ (xdrv_03_energy)."""

from __future__ import annotations

import json

from jiran.live.dialects.dialect import Dialect, heard
from jiran.live.message import Counters, Heard, Hearing, Message
from jiran.live.values import decoded, iso_ms, local, value, within, written

_STATUS = ("STATUS8", "STATUS10")


def _parse(levels: dict[str, str], payload: bytes, hearing: Hearing) -> list[Heard]:
    content = decoded(payload)
    if "status" in levels:  # what it answers to `Status 8` or `Status 10`
        content = within(content, "StatusSNS") if levels["status"] in _STATUS else None
    at_ms = iso_ms(within(content, "Time"), hearing.zone, hearing.arrived_ms)
    energy = within(content, "ENERGY")
    return heard(
        levels["device"], at_ms, **{"import": value(within(energy, "Total")), "export": value(within(energy, "ExportActive"))}
    )  # fmt: skip


def _produce(shown: Counters) -> list[Message]:
    time = local(shown.at_ms, shown.zone).strftime("%Y-%m-%dT%H:%M:%S")
    total, export = written(shown.import_value, "kWh", 3), written(shown.export_value, "kWh", 3)
    text = f'{{"Time":{json.dumps(time)},"ENERGY":{{"Total":{total},"ExportActive":{export}}}}}'
    return [Message(f"tele/{shown.device}/SENSOR", text.encode())]


DIALECT = Dialect(
    name="tasmota",
    source="Tasmota",
    topics=("tele/{device}/SENSOR", "{device}/tele/SENSOR", "stat/{device}/{status}"),
    resolution=1_000,
    registers=("import", "export"),
    dated=True,
    parse=_parse,
    produce=_produce,
    remark="times without an offset are of the scenario's zone; set TelePeriod to 300 s or less; a chip without ExportActive has no export: registers = import",
)
