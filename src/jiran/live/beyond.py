"""Where a metered street took or gave more than its connection should carry: counted as it was, for nothing of it can be undone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from jiran.nothing import NOTHING_KWH
from jiran.result.basis import exchange_kwh
from jiran.sentences import Figures, form
from jiran.words import counted, decimals

if TYPE_CHECKING:
    from jiran.live.clearing import Cleared


def _words(one: Figures) -> str:
    said = f"{one['when']}: {one['side']} beyond the limit of the street in {counted(one['steps'], 'step')}"
    return f"{said}, by {'up to ' if one['steps'] > 1 else ''}{decimals(one['kw'], 3)} kW."


@form("live.beyond", _words)
def beyond(
    when: str, side: str, exchanged_kwh: Sequence[float], limit_kwh: Sequence[float], step_h: float
) -> Figures | None:
    """Return in how many steps, and by how much at most, one side was beyond its limit; true if it was in any.

    Args:
        when: The time that is spoken of.
        side: `import` or `export`.
        exchanged_kwh: What the street took or gave in each step; what went the other way is < 0.
        limit_kwh: The most that it should.
        step_h: Length of a step, h.
    """
    over = [one - most for one, most in zip(exchanged_kwh, limit_kwh, strict=True) if one - most > NOTHING_KWH]
    return {"when": when, "side": side, "steps": len(over), "kw": max(over) / step_h} if over else None


def said_beyond(cleared: Cleared, when: str, first: int = 0) -> list[str]:
    """Say where the street was beyond its limits in cleared steps, from one of them on."""
    settled, step_h = cleared.result.settlement, cleared.result.timeline.step_h
    taken_kwh = exchange_kwh(settled.step_kwh)
    sides = (("import", taken_kwh, settled.limits.import_kwh), ("export", -taken_kwh, settled.limits.export_kwh))
    found = (
        beyond(when, side, kwh[first:].tolist(), most[first:].tolist(), step_h)
        for side, kwh, most in sides
        if most.size
    )
    return [str(one) for one in found if one is not None]
