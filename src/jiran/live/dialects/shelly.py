"""Shelly of the second generation and later: https://shelly-api-docs.shelly.cloud/gen2 (EMData, EM1Data)."""

from __future__ import annotations

from typing import Any

from jiran.live.dialects.dialect import Dialect, heard
from jiran.live.message import Counters, Heard, Hearing, Message
from jiran.live.values import decoded, epoch_ms, value, within, written


def _parse(levels: dict[str, str], payload: bytes, hearing: Hearing) -> list[Heard]:
    content = decoded(payload)
    if "event" not in levels:
        return _counters(levels["device"], hearing.arrived_ms, content)
    params = within(content, "params")
    if within(content, "method") != "NotifyStatus":
        return []
    at_ms = epoch_ms(within(params, "ts"))
    three = _counters(levels["device"], at_ms, within(params, "emdata:0"))
    return three or _counters(levels["device"], at_ms, within(params, "em1data:0"))


def _counters(device: str, at_ms: int | None, data: Any) -> list[Heard]:
    """Return the counters of three phases together, or of one."""
    names = ("total_act", "total_act_ret") if within(data, "total_act") is not None else (
        "total_act_energy", "total_act_ret_energy")  # fmt: skip
    taken, given = (value(within(data, name), "Wh") for name in names)
    return heard(device, at_ms, **{"import": taken, "export": given})


def _produce(shown: Counters) -> list[Message]:
    total, back = written(shown.import_value, "Wh", 2), written(shown.export_value, "Wh", 2)
    text = f'{{"id":0,"total_act":{total},"total_act_ret":{back}}}'
    return [Message(f"{shown.device}/status/emdata:0", text.encode())]


DIALECT = Dialect(
    name="shelly",
    source="Shelly Gen2 and later",
    topics=("{device}/status/emdata:0", "{device}/status/em1data:0", "{device}/{event}/rpc"),
    resolution=10,
    registers=("import", "export"),
    dated=False,
    parse=_parse,
    produce=_produce,
    remark="switch status notifications on (status_ntf); only events/rpc has a time",
)
