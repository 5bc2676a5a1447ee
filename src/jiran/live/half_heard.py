"""Meters of which one counter is heard and another one never is: their steps stay missing, and nobody would know why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from jiran.words import listed

if TYPE_CHECKING:
    from jiran.live.meters import Meter
    from jiran.live.store import Store


def half_heard(store: Store, meters: Iterable[Meter], at_ms: int) -> Iterator[tuple[str, str]]:
    """Yield what a meter is called in the store, and a line of what to do, for each of which a counter is not heard yet.

    A plug or a plain meter counts no export, and then says nothing of it: its owner must say which registers it has.

    Args:
        store: What was heard.
        meters: Those that are expected.
        at_ms: Until when.
    """
    dialects = store.dialects()
    for meter in meters:
        if meter.key not in dialects:
            continue
        expected = meter.expected(dialects[meter.key])
        heard = [name for name in expected if store.series(meter.key, name, at_ms, at_ms)]
        silent = [name for name in expected if name not in heard]
        if heard and silent:
            there = ", ".join(f'"{name}"' for name in heard)
            said = f"{listed(heard)} of {meter.device} is heard and {listed(silent)} is not, so its steps are missing"
            yield meter.key, f"{meter.home}: {said}; if it counts nothing else, say registers = [{there}] in --meters"
