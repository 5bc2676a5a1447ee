"""Glow, a display of British smart meters, on MQTT."""

from __future__ import annotations

from jiran.live.dialects.dialect import Dialect, heard
from jiran.live.message import Counters, Heard, Hearing, Message
from jiran.live.values import decoded, iso_ms, utc_text, value, within, written


def _parse(levels: dict[str, str], payload: bytes, hearing: Hearing) -> list[Heard]:
    meter = within(decoded(payload), "electricitymeter")
    energy = within(meter, "energy")
    at_ms = iso_ms(within(meter, "timestamp"), "UTC", hearing.arrived_ms)
    found = {}
    for name in ("import", "export"):
        unit = within(energy, name, "units")
        found[name] = value(within(energy, name, "cumulative"), unit if isinstance(unit, str) else "kWh")
    return heard(levels["device"], at_ms, **found)


def _produce(shown: Counters) -> list[Message]:
    taken, given = written(shown.import_value, "kWh", 3), written(shown.export_value, "kWh", 3)
    text = (
        f'{{"electricitymeter":{{"timestamp":"{utc_text(shown.at_ms)}","energy":{{'
        f'"import":{{"cumulative":{taken},"units":"kWh"}},"export":{{"cumulative":{given},"units":"kWh"}}}}}}}}'
    )
    return [Message(f"glow/{shown.device}/SENSOR/electricitymeter", text.encode())]


DIALECT = Dialect(
    name="glow",
    source="Glow (British smart meters)",
    topics=("glow/{device}/SENSOR/electricitymeter",),
    resolution=1_000,
    registers=("import", "export"),
    dated=True,
    parse=_parse,
    produce=_produce,
    remark="the device is what stands between glow/ and /SENSOR",
)
