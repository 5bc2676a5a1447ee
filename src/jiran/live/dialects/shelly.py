"""Shelly of the second generation and later: https://shelly-api-docs.shelly.cloud/gen2 (EMData, EM1Data, PM1, Switch)."""

from __future__ import annotations

import re
from typing import Any

from jiran.live.dialects.dialect import Dialect, heard
from jiran.live.message import Counters, Heard, Hearing, Message
from jiran.live.values import decoded, epoch_ms, value, within, written

#: What counts, and which of a device it is.
_COMPONENT = re.compile(r"(emdata|em1data|pm1|switch):([0-3])")
#: Where both counters may stand, Wh; three phases by themselves are added.
_PLACES = (
    ((("total_act",),), (("total_act_ret",),)),
    ((("total_act_energy",),), (("total_act_ret_energy",),)),
    ((("aenergy", "total"),), (("ret_aenergy", "total"),)),
    tuple(tuple((f"{phase}_total_act_{name}",) for phase in "abc") for name in ("energy", "ret_energy")),
)


def _parse(levels: dict[str, str], payload: bytes, hearing: Hearing) -> list[Heard]:
    content, device = decoded(payload), levels["device"]
    if "event" not in levels:
        return _counters(device, levels["component"], hearing.arrived_ms, content, hearing)
    params = within(content, "params")
    if within(content, "method") not in ("NotifyStatus", "NotifyFullStatus") or not isinstance(params, dict):
        return []
    at_ms = epoch_ms(params.get("ts"))
    return [one for name, data in params.items() for one in _counters(device, name, at_ms, data, hearing, partly=True)]


def _counters(
    device: str, component: str, at_ms: int | None, data: Any, hearing: Hearing, *, partly: bool = False
) -> list[Heard]:
    """Return the counters of a component; what a notification leaves out is as it was."""
    kind = _COMPONENT.fullmatch(component)
    if kind is None:
        return []
    both = next((found for place in _PLACES if (found := [_wh(data, side) for side in place]) != [None, None]), None)
    # Of two kinds that a device has only the first one counts: their counters are not of one meter.
    if both is None or hearing.memory.setdefault((device, kind[2]), kind[1]) != kind[1]:
        return []
    before = hearing.memory.get((device, component), (None, None)) if partly else (None, None)
    both = [was if now is None else now for now, was in zip(both, before, strict=True)]
    hearing.memory[device, component] = tuple(both)
    part = f"_{kind[2]}" if kind[2] != "0" else ""
    return heard(device, at_ms, **{f"import{part}": both[0], f"export{part}": both[1]})


def _wh(data: Any, paths: tuple[tuple[str, ...], ...]) -> int | None:
    return value([within(data, *path) for path in paths], "Wh")


def _produce(shown: Counters) -> list[Message]:
    total, back = written(shown.import_value, "Wh", 2), written(shown.export_value, "Wh", 2)
    text = f'{{"id":0,"total_act":{total},"total_act_ret":{back}}}'
    return [Message(f"{shown.device}/status/emdata:0", text.encode())]


DIALECT = Dialect(
    name="shelly",
    source="Shelly Gen2 and later",
    topics=("{device}/status/{component}", "{device}/{event}/rpc"),
    resolution=10,
    registers=("import", "export"),
    more=tuple(f"{side}_{n}" for side in ("import", "export") for n in (1, 2, 3)),
    dated=False,
    parse=_parse,
    produce=_produce,
    remark="emdata, em1data, pm1 and switch; switch status notifications on (status_ntf); only events/rpc has a time; "
    "name what else than number 0 counts: registers = import, import_1 and so on; without ret_aenergy there is no export: registers = import",
)
